//! The judgement of an upgrade for the layers of one installation.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::finding::{At, Finding, Fix, Judgement, Weight};
use super::fix::{converted, with_unit};
use super::{Change, ChangeKind, Deprecation, ReleaseDefault, Removal, Upgrade};
use crate::resolve::{Code, Diagnostic, Effective, Layer, Layers, Origin, Place, Report, Settings, Severity};
use crate::schema::env_name;
use crate::value::Value;

impl<T: Settings> Upgrade<T> {
    /// Judges the changes for a configuration with all its layers, as the old program reads it and as the new one does.
    #[must_use]
    pub fn judge(&self, layers: Layers) -> Judgement {
        let old = self.resolve_old(layers.clone());
        let new = self.resolve_new(layers);
        let mut judge = Judge {
            upgrade: self,
            old: old.settings().map(|setting| (setting.path.to_string(), setting)).collect(),
            new: new.settings().map(|setting| (setting.path.to_string(), setting)).collect(),
            old_report: old.report(),
            findings: Vec::new(),
        };
        self.changes.iter().for_each(|change| judge.change(change));
        judge.rest(&new.report().beyond(old.report()));
        judge.bare_keys(new.report());
        let mut findings = judge.findings;
        findings.sort_by(|a, b| (a.weight, &a.path).cmp(&(b.weight, &b.path)));
        Judgement {
            from: self.old.version.clone(),
            to: self.new.version.clone(),
            findings,
            changes: self.changes.clone(),
        }
    }
}

struct Judge<'j, T> {
    upgrade: &'j Upgrade<T>,
    old: HashMap<String, Effective<'j>>,
    new: HashMap<String, Effective<'j>>,
    old_report: &'j Report,
    findings: Vec<Finding>,
}

impl<T> Judge<'_, T> {
    fn change(&mut self, change: &Change) {
        let path = change.path.as_str();
        let old_path = change.old_path.as_deref().unwrap_or(path);
        match &change.kind {
            ChangeKind::Removed { record, similar, .. } => {
                self.removed(path, record.as_ref(), similar.as_deref());
            }
            ChangeKind::Renamed => self.renamed(old_path, path),
            ChangeKind::AliasRemoved { alias } => self.alias_removed(alias, old_path, path),
            ChangeKind::PrefixChanged { new, .. } => self.prefix_changed(new.as_deref()),
            ChangeKind::UnitChanged { .. } => self.unit_changed(old_path, path),
            ChangeKind::DefaultChanged { old, new } => self.default_changed(old_path, path, old, new),
            ChangeKind::Added { required: true } | ChangeKind::NewlyRequired => self.required(change),
            ChangeKind::Deprecated(deprecation) => self.deprecated(old_path, path, deprecation),
            // values that no longer fit are errors of the new release
            _ => {}
        }
    }

    fn add(
        &mut self,
        weight: Weight,
        code: &'static str,
        path: &str,
        at: Option<Origin>,
        message: String,
        help: String,
    ) {
        let (path, place) = (path.to_owned(), at.map(At::Origin));
        self.findings.push(Finding { weight, code, path, place, message, help, fix: None });
    }

    fn fix(&mut self, fix: Fix) {
        if let Some(finding) = self.findings.last_mut()
            && matches!(&finding.place, Some(At::Origin(Origin::File { layer: Layer::File, .. })) | None)
        {
            finding.fix = Some(fix);
        }
    }

    /// Returns the places that set a setting of the old release.
    fn set_at(&self, old_path: &str) -> Vec<Origin> {
        self.old.get(old_path).map(origins).unwrap_or_default()
    }

    fn removed(&mut self, path: &str, record: Option<&Removal>, similar: Option<&str>) {
        let since = record.and_then(|record| record.since.as_deref());
        let since = since.or(self.upgrade.new.version.as_deref()).map(|since| format!(" in {since}"));
        let reason = record.map(|record| record.reason.trim()).filter(|reason| !reason.is_empty());
        let reason = reason.map(|reason| format!(": {}", reason.trim_end_matches('.'))).unwrap_or_default();
        let gone = format!("`{path}` is removed{}{reason}", since.unwrap_or_default());
        let replacement = record.and_then(|record| record.replacement.as_deref());
        for origin in self.set_at(path) {
            let message = match &origin {
                Origin::Variable { name, .. } => format!("`{name}` sets nothing any more: {gone}"),
                _ => gone.clone(),
            };
            let help = match (replacement, similar, &origin) {
                (Some(path), ..) => format!("set `{path}` instead{}", self.variable_hint(path, &origin)),
                (None, Some(similar), _) => format!(
                    "`{similar}` has the same key; if it means the same, move the value there{}",
                    self.variable_hint(similar, &origin)
                ),
                (None, None, Origin::Variable { .. }) => "unset the variable".to_owned(),
                (None, None, _) => "remove it".to_owned(),
            };
            self.add(Weight::Broken, "removed", path, Some(origin), message, help);
            if record.is_some() && replacement.is_none() {
                self.fix(Fix::Remove);
            }
        }
    }

    /// Names the variable of a setting, for a value that a variable sets.
    fn variable_hint(&self, path: &str, origin: &Origin) -> String {
        match (origin, self.variable(path)) {
            (Origin::Variable { .. }, Some(variable)) => format!(" (`{variable}`)"),
            _ => String::new(),
        }
    }

    /// Returns the variable of a setting of the new release.
    fn variable(&self, path: &str) -> Option<String> {
        let new = &self.upgrade.new;
        let stated = new.setting(path).and_then(|setting| setting.variable.clone());
        stated.or_else(|| Some(env_name(new.env_prefix.as_deref()?, path)))
    }

    fn renamed(&mut self, from: &str, to: &str) {
        for origin in self.set_at(from) {
            let (message, help) = match &origin {
                Origin::Variable { name, .. } => {
                    let variable = self.variable(to).unwrap_or_else(|| to.to_owned());
                    let message = format!("`{name}` sets `{from}`, which is called `{to}` now");
                    (message, format!("rename the variable to `{variable}`; the old one still works"))
                }
                _ => (
                    format!("`{from}` is called `{to}` now"),
                    format!("write it as `{to}`; the old name still works"),
                ),
            };
            self.add(Weight::Changed, "renamed", to, Some(origin), message, help);
            self.fix(Fix::Move { from: from.to_owned(), to: to.to_owned() });
        }
    }

    fn alias_removed(&mut self, alias: &str, old_path: &str, path: &str) {
        let prefix = self.upgrade.old.env_prefix.as_deref().unwrap_or_default();
        let variable = env_name(prefix, alias);
        let is_used = |found: &&Diagnostic| {
            found.code == Code::Alias
                && found.setting.as_deref() == Some(old_path)
                && found.message.split('`').nth(1).is_some_and(|name| {
                    name.eq_ignore_ascii_case(alias) || name.eq_ignore_ascii_case(&variable)
                })
        };
        let used: Vec<Place> =
            self.old_report.diagnostics().iter().filter(is_used).map(|found| found.place.clone()).collect();
        for place in used {
            let is_file = matches!(place, Place::File { .. });
            let name = if matches!(place, Place::Variable { .. }) { &variable } else { alias };
            let message = format!("`{name}`, an old name of `{path}`, works no longer");
            let help = format!("write it as `{path}`");
            let path = path.to_owned();
            self.findings.push(Finding {
                weight: Weight::Broken,
                code: "alias-removed",
                fix: is_file.then(|| Fix::Move { from: alias.to_owned(), to: path.clone() }),
                path,
                place: Some(at_place(&place)),
                message,
                help,
            });
        }
    }

    fn prefix_changed(&mut self, prefix: Option<&str>) {
        let mut found = Vec::new();
        for (path, setting) in &self.old {
            for origin in origins(setting) {
                if let Origin::Variable { name, .. } = &origin {
                    let message = format!("`{name}` sets nothing any more: variables have another prefix");
                    let help = match prefix {
                        Some(prefix) => format!("rename it to `{}`", env_name(prefix, path)),
                        None => format!("set `{path}` in the configuration file"),
                    };
                    found.push((path.clone(), origin, message, help));
                }
            }
        }
        for (path, origin, message, help) in found {
            self.add(Weight::Broken, "prefix-changed", &path, Some(origin), message, help);
        }
    }

    fn unit_changed(&mut self, old_path: &str, path: &str) {
        let (Some(old), Some(new)) = (self.old.get(old_path), self.new.get(path)) else { return };
        let duration = |value: &Value<'_>| match value {
            Value::Duration(duration) => Some(*duration),
            _ => None,
        };
        let mut found = Vec::new();
        for (origin, value) in layers(old).filter(|(origin, _)| **origin != Origin::Default) {
            let newer = layers(new).find(|(other, _)| *other == origin);
            let times = value.and_then(duration).zip(newer.and_then(|(_, value)| value).and_then(duration));
            if let Some((old, new)) = times.filter(|(old, new)| old != new) {
                found.push((origin.clone(), old, new));
            }
        }
        for (origin, old, new) in found {
            let message = format!("`{path}` was {}, and is read as {}", shown(old), shown(new));
            let help = format!("write it with its unit: {}", with_unit(old.as_millis()));
            self.add(Weight::Broken, "unit-changed", path, Some(origin), message, help);
            self.fix(Fix::Convert);
        }
    }

    fn default_changed(&mut self, old_path: &str, path: &str, old: &ReleaseDefault, new: &ReleaseDefault) {
        let is_unset = |setting: &Effective<'_>| setting.layer() == Layer::Defaults && !setting.absent;
        let (Some(before), Some(after)) = (self.old.get(old_path), self.new.get(path)) else { return };
        if !is_unset(before) || !is_unset(after) {
            return;
        }
        let message = format!("`{path}` is not set, and its default is {new}, was {old}");
        let releases = (self.upgrade.old.setting(old_path), self.upgrade.new.setting(path));
        let pin = match (old, releases) {
            (ReleaseDefault::Value(value), (Some(old), Some(new))) => converted(&old.kind, &new.kind, value),
            _ => None,
        };
        let help = match &pin {
            Some(value) => format!("to keep the old default, set `{path}` to {value}"),
            None => "to decide it yourself, set it".to_owned(),
        };
        self.add(Weight::Changed, "default-changed", path, None, message, help);
        if let Some(value) = pin {
            self.fix(Fix::Pin(value));
        }
    }

    fn required(&mut self, change: &Change) {
        let path = change.path.as_str();
        let Some(setting) = self.new.get(path) else { return };
        if setting.layer() > Layer::Defaults || setting.absent {
            return;
        }
        let variable = Some(&setting.env_name).filter(|_| self.upgrade.new.env_prefix.is_some());
        let help = match variable {
            Some(variable) => format!("set it in the configuration file, or set the variable {variable}"),
            None => "set it in the configuration file".to_owned(),
        };
        let message = format!("`{path}` must be set, and no layer sets it");
        self.add(Weight::Broken, change.kind.name(), path, None, message, help);
    }

    fn deprecated(&mut self, old_path: &str, path: &str, deprecation: &Deprecation) {
        for origin in self.set_at(old_path) {
            let until = deprecation.until.as_ref().map(|until| format!(", and {until} removes it"));
            let reason = deprecation.reason.trim_end_matches('.');
            let message = format!("`{path}` is deprecated{}: {reason}", until.unwrap_or_default());
            let help = match &deprecation.replacement {
                Some(path) => format!("set `{path}` instead{}", self.variable_hint(path, &origin)),
                None => "remove it".to_owned(),
            };
            self.add(Weight::Later, "deprecated", path, Some(origin), message, help);
        }
    }

    /// Adds what the new release finds in the layers and the old one does not: values that no longer fit, and keys of
    /// objects in lists and maps that are gone.
    fn rest(&mut self, report: &Report) {
        let known: HashSet<String> = self
            .findings
            .iter()
            .filter(|finding| finding.weight == Weight::Broken)
            .filter_map(place_key)
            .collect();
        let required: HashSet<String> = self
            .findings
            .iter()
            .filter(|finding| finding.place.is_none() && finding.weight == Weight::Broken)
            .map(|finding| finding.path.clone())
            .collect();
        // what the old release refuses too
        let refused: HashSet<(Code, String)> =
            self.old_report.diagnostics().iter().map(|found| (found.code, found.place.to_string())).collect();
        for found in report.diagnostics() {
            if refused.contains(&(found.code, found.place.to_string())) {
                continue;
            }
            let is_unknown =
                matches!(found.code, Code::UnknownKey | Code::UnknownVariable | Code::UnknownSecret);
            let setting = found.setting.clone().unwrap_or_default();
            let is_known = known.contains(&key_of_place(&found.place))
                || (found.code == Code::Missing && required.contains(&setting));
            if is_known || !(found.severity == Severity::Error || is_unknown) {
                continue;
            }
            let setting_path = setting.clone();
            let code = self.kind_of_change(&setting).filter(|_| !is_unknown).unwrap_or(found.code.name());
            self.findings.push(Finding {
                weight: Weight::Broken,
                code,
                path: setting,
                place: Some(at_place(&found.place)),
                message: self.masked(&setting_path).unwrap_or_else(|| found.message.clone()),
                help: found.help.clone(),
                fix: None,
            });
        }
    }

    /// Returns a message without the value, if the setting is secret in either release.
    fn masked(&self, path: &str) -> Option<String> {
        let Upgrade { old, new, changes, .. } = self.upgrade;
        let renamed = changes.iter().find(|change| change.path == path);
        let old_path = renamed.and_then(|change| change.old_path.as_deref()).unwrap_or(path);
        let (old, new) = (old.setting(old_path), new.setting(path)?);
        let is_secret = new.kind.is_secret() || old.is_some_and(|old| old.kind.is_secret());
        is_secret.then(|| format!("the value of `{path}` no longer fits: expected {}", new.kind))
    }

    /// Adds the keys that the new release does not know and the old one had in a section that its pages don't name.
    fn bare_keys(&mut self, report: &Report) {
        let gone: HashSet<String> = self
            .upgrade
            .changes
            .iter()
            .filter(|change| matches!(change.kind, ChangeKind::Removed { .. }))
            .filter(|change| {
                self.upgrade.old.setting(&change.path).is_some_and(|setting| setting.section_unknown)
            })
            .map(|change| change.path.to_ascii_lowercase())
            .collect();
        for found in report.diagnostics().iter().filter(|found| found.code == Code::UnknownKey) {
            let Some(path) = found.message.split('`').nth(1) else { continue };
            let key = path.rsplit('.').next().unwrap_or(path);
            if !gone.contains(&key.to_ascii_lowercase()) {
                continue;
            }
            let since = self.upgrade.new.version.as_deref().map(|since| format!(" in {since}"));
            self.findings.push(Finding {
                weight: Weight::Broken,
                code: "removed",
                path: path.to_owned(),
                place: Some(at_place(&found.place)),
                message: format!("`{path}` is removed{}", since.unwrap_or_default()),
                help: found.help.clone(),
                fix: None,
            });
        }
    }

    /// Returns the name of the change that made a value of the setting unacceptable.
    fn kind_of_change(&self, path: &str) -> Option<&'static str> {
        let is_cause = |change: &&Change| {
            matches!(
                change.kind,
                ChangeKind::KindChanged { .. } | ChangeKind::Narrowed(_) | ChangeKind::UnitChanged { .. }
            )
        };
        let mut causes = self.upgrade.changes.iter().filter(|change| change.path == path).filter(is_cause);
        causes.next().map(|change| change.kind.name())
    }
}

/// Returns every layer's value of a setting, the strongest first.
fn layers<'e>(setting: &'e Effective<'_>) -> impl Iterator<Item = (&'e Origin, Option<&'e Value<'e>>)> {
    let below = setting.overridden.iter().map(|(origin, value)| (origin, value.as_ref()));
    std::iter::once((&setting.origin, Some(&setting.value))).chain(below)
}

/// Returns the places that set a setting, the strongest first.
fn origins(setting: &Effective<'_>) -> Vec<Origin> {
    layers(setting).map(|(origin, _)| origin).filter(|origin| **origin != Origin::Default).cloned().collect()
}

/// Returns the place without its line, in which the other release may have a secret.
fn at_place(place: &Place) -> At {
    let place = match place {
        Place::File { name, line, column, .. } => {
            Place::File { name: name.clone(), line: *line, column: *column, snippet: None }
        }
        place => place.clone(),
    };
    At::Place(Box::new(place))
}

fn place_key(finding: &Finding) -> Option<String> {
    Some(match finding.place.as_ref()? {
        At::Place(place) => key_of_place(place),
        At::Origin(Origin::File { name, line, .. }) => format!("{name}:{line}"),
        At::Origin(Origin::Variable { name, .. }) => format!("variable {name}"),
        At::Origin(origin) => origin.to_string(),
    })
}

/// Returns the place without its column, which is that of the key for one finding and of the value for another.
fn key_of_place(place: &Place) -> String {
    match place {
        Place::File { name, line, .. } => format!("{name}:{line}"),
        Place::Variable { name, .. } => format!("variable {name}"),
        place => place.to_string(),
    }
}

fn shown(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis {
        _ if millis % 1000 > 0 || millis == 0 => format!("{millis} ms"),
        _ => format!("{} s", millis / 1000),
    }
}
