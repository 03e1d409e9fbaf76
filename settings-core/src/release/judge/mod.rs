//! The judgement of an upgrade for the layers of one installation.

mod rest;
mod spots;

use std::time::Duration;

use super::finding::{At, Finding, Fix, Judgement, Weight};
use super::fix::{converted, with_unit};
use super::{Change, ChangeKind, Deprecation, ReleaseDefault, Removal, Upgrade};
use crate::resolve::{Code, Diagnostic, Layer, Layers, Origin, Place, Report, Settings};
use crate::schema::{Address, env_name};
use crate::value::Value;
use spots::Spots;

impl<T: Settings> Upgrade<T> {
    /// Judges the changes for a configuration with all its layers, as the old program reads it and as the new one does.
    #[must_use]
    pub fn judge(&self, layers: Layers) -> Judgement {
        let old = self.resolve_old(layers.clone());
        let new = self.resolve_new(layers);
        let mut judge = Judge {
            upgrade: self,
            old: Spots::new(&self.old, old.settings()),
            new: Spots::new(&self.new, new.settings()),
            old_report: old.report(),
            findings: Vec::new(),
        };
        self.changes.iter().for_each(|change| judge.change(change));
        judge.rest(&new.report().beyond(old.report()));
        judge.bare_keys(new.report());
        let refused_before = judge.refused_before(new.report());
        let mut findings = judge.findings;
        findings.sort_by(|a, b| (a.weight, &a.path).cmp(&(b.weight, &b.path)));
        Judgement {
            from: self.old.version.clone(),
            to: self.new.version.clone(),
            findings,
            changes: self.changes.clone(),
            refused_before,
        }
    }
}

struct Judge<'j, T> {
    upgrade: &'j Upgrade<T>,
    old: Spots<'j>,
    new: Spots<'j>,
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
            ChangeKind::UntilChanged { new: Some(_), .. } => {
                let now = self.upgrade.new.settings.iter().find(|setting| setting.path == path);
                if let Some(deprecation) = now.and_then(|setting| setting.deprecated.as_ref()) {
                    self.deprecated(old_path, path, deprecation);
                }
            }
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

    /// Returns the addresses of a setting of the old release, and of the new one, with the places that set it.
    fn set_at(&self, old_path: &str, path: &str) -> Vec<(String, String, Vec<Origin>)> {
        let spots = self.old.of(old_path).into_iter();
        let spots = spots.map(|spot| {
            let origins = spot.origins();
            (self.new_address(&spot.address, path), spot.address, origins)
        });
        spots.map(|(new, old, origins)| (old, new, origins)).collect()
    }

    /// Returns the address in the new release of the setting that has this address in the old one.
    fn new_address(&self, old_address: &str, path: &str) -> String {
        let instance = self.upgrade.old.at(old_address);
        instance.and_then(|at| at.translated(path)).unwrap_or_else(|| path.to_owned())
    }

    fn removed(&mut self, path: &str, record: Option<&Removal>, similar: Option<&str>) {
        let since = record.and_then(|record| record.since.as_deref());
        let since = since.or(self.upgrade.new.version.as_deref()).map(|since| format!(" in {since}"));
        let reason = record.map(|record| record.reason.trim()).filter(|reason| !reason.is_empty());
        let reason = reason.map(|reason| format!(": {}", reason.trim_end_matches('.'))).unwrap_or_default();
        let since = since.unwrap_or_default();
        let replacement = record.and_then(|record| record.replacement.as_deref());
        for (address, _, origins) in self.set_at(path, path) {
            let gone = format!("`{address}` is removed{since}{reason}");
            for origin in origins {
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
                self.add(Weight::Broken, "removed", &address, Some(origin), message, help);
                if record.is_some() && replacement.is_none() {
                    self.fix(Fix::Remove);
                }
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
    fn variable(&self, address: &str) -> Option<String> {
        let new = &self.upgrade.new;
        let stated = new.setting(address).and_then(|setting| setting.variable.clone());
        stated.or_else(|| self.variable_with(new.env_prefix.as_deref()?, address))
    }

    fn variable_with(&self, prefix: &str, address: &str) -> Option<String> {
        let address: Option<Address> = address.parse().ok();
        address.map(|address| address.env_name(prefix))
    }

    fn renamed(&mut self, from: &str, to: &str) {
        for (from, to, origins) in self.set_at(from, to) {
            for origin in origins {
                let (message, help) = match &origin {
                    Origin::Variable { name, .. } => {
                        let variable = self.variable(&to).unwrap_or_else(|| to.clone());
                        let message = format!("`{name}` sets `{from}`, which is called `{to}` now");
                        (message, format!("rename the variable to `{variable}`; the old one still works"))
                    }
                    _ => (
                        format!("`{from}` is called `{to}` now"),
                        format!("write it as `{to}`; the old name still works"),
                    ),
                };
                self.add(Weight::Changed, "renamed", &to, Some(origin), message, help);
                self.fix(Fix::Move { from: from.clone(), to: to.clone() });
            }
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
        for spot in self.old.all() {
            for origin in spot.origins() {
                if let Origin::Variable { name, .. } = &origin {
                    let message = format!("`{name}` sets nothing any more: variables have another prefix");
                    let variable = prefix.and_then(|prefix| self.variable_with(prefix, &spot.address));
                    let help = match variable {
                        Some(variable) => format!("rename it to `{variable}`"),
                        None => format!("set `{}` in the configuration file", spot.address),
                    };
                    found.push((spot.address.clone(), origin, message, help));
                }
            }
        }
        for (address, origin, message, help) in found {
            self.add(Weight::Broken, "prefix-changed", &address, Some(origin), message, help);
        }
    }

    fn unit_changed(&mut self, old_path: &str, path: &str) {
        let duration = |value: &Value<'_>| match value {
            Value::Duration(duration) => Some(*duration),
            _ => None,
        };
        let mut found = Vec::new();
        for old in self.old.of(old_path) {
            let address = self.new_address(&old.address, path);
            let Some(new) = self.new.at(&address) else { continue };
            for (origin, value) in old.set() {
                let newer = new.values.iter().find(|(other, _)| *other == origin);
                let times =
                    value.and_then(duration).zip(newer.and_then(|(_, value)| *value).and_then(duration));
                if let Some((old, new)) = times.filter(|(old, new)| old != new) {
                    found.push((address.clone(), origin.clone(), old, new));
                }
            }
        }
        for (address, origin, old, new) in found {
            let message = format!("`{address}` was {}, and is read as {}", shown(old), shown(new));
            let help = format!("write it with its unit: {}", with_unit(old.as_millis()));
            self.add(Weight::Broken, "unit-changed", &address, Some(origin), message, help);
            self.fix(Fix::Convert);
        }
    }

    fn default_changed(&mut self, old_path: &str, path: &str, old: &ReleaseDefault, new: &ReleaseDefault) {
        let mut unset = Vec::new();
        for before in self.old.of(old_path) {
            let address = self.new_address(&before.address, path);
            if before.is_unset() && self.new.at(&address).is_some_and(|after| after.is_unset()) {
                unset.push((before.address, address));
            }
        }
        for (old_address, address) in unset {
            let message = format!("`{address}` is not set, and its default is {new}, was {old}");
            let releases = (self.upgrade.old.at(&old_address), self.upgrade.new.at(&address));
            let pin = match (old, releases) {
                (ReleaseDefault::Value(value), (Some(old), Some(new))) => {
                    converted(&old.setting.kind, &new.setting.kind, value)
                }
                _ => None,
            };
            let help = match &pin {
                Some(value) => format!("to keep the old default, set `{address}` to {value}"),
                None => "to decide it yourself, set it".to_owned(),
            };
            self.add(Weight::Changed, "default-changed", &address, None, message, help);
            if let Some(value) = pin {
                self.fix(Fix::Pin(value));
            }
        }
    }

    fn required(&mut self, change: &Change) {
        let path = change.path.as_str();
        let Some(setting) = self.new.setting(path) else { return };
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
        for (_, address, origins) in self.set_at(old_path, path) {
            for origin in origins {
                let until = deprecation.until.as_ref().map(|until| format!(", and {until} removes it"));
                let reason = deprecation.reason.trim_end_matches('.');
                let message = format!("`{address}` is deprecated{}: {reason}", until.unwrap_or_default());
                let help = match &deprecation.replacement {
                    Some(path) => format!("set `{path}` instead{}", self.variable_hint(path, &origin)),
                    None => "remove it".to_owned(),
                };
                self.add(Weight::Later, "deprecated", &address, Some(origin), message, help);
            }
        }
    }
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

fn shown(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis {
        _ if !millis.is_multiple_of(1000) || millis == 0 => format!("{millis} ms"),
        _ => format!("{} s", millis / 1000),
    }
}
