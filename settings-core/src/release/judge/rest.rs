//! What the new release reports of a configuration, and no change between the releases explains.

use std::collections::HashSet;

use super::{Judge, at_place};
use crate::release::finding::{At, Finding, Weight};
use crate::release::instance::base;
use crate::release::{ChangeKind, Release, is_at_or_below};
use crate::resolve::{Code, Diagnostic, Origin, Place, Report, Severity};

impl<T> Judge<'_, T> {
    /// Adds what the new release finds in the layers and the old one does not: values that no longer fit, and keys of
    /// objects in lists and maps that are gone.
    pub(super) fn rest(&mut self, report: &Report) {
        let known = self.known();
        let refused = self.refused();
        for found in report.diagnostics() {
            let is_unknown =
                matches!(found.code, Code::UnknownKey | Code::UnknownVariable | Code::UnknownSecret);
            if !(found.severity == Severity::Error || is_unknown)
                || refused.contains(&(found.code, found.place.to_string()))
                || known.contains(&key(found))
                || self.is_section_explained(found)
            {
                continue;
            }
            let path = match (&found.setting, found.code) {
                (None, Code::UnknownKey) => subject(found).to_owned(),
                (setting, _) => setting.clone().unwrap_or_default(),
            };
            if found.code == Code::Missing && known.contains(&("".to_owned(), path.to_ascii_lowercase())) {
                continue;
            }
            let cause = self.kind_of_change(&path).filter(|_| !is_unknown);
            self.findings.push(Finding {
                weight: Weight::Broken,
                code: cause.unwrap_or(found.code.name()),
                message: self.masked(&path).unwrap_or_else(|| found.message.clone()),
                path,
                place: Some(at_place(&found.place)),
                help: found.help.clone(),
                fix: None,
            });
        }
    }

    /// Returns the places and settings that have a finding.
    fn known(&self) -> HashSet<(String, String)> {
        let mut known = HashSet::new();
        for finding in self.findings.iter().filter(|finding| finding.weight == Weight::Broken) {
            let place = finding.place.as_ref().map(place_key).unwrap_or_default();
            if !place.1 && finding.place.is_some() {
                known.insert((place.0, String::new()));
                continue;
            }
            let names = self.upgrade.old.at(&finding.path).into_iter().flat_map(|at| {
                at.names().map(|name| crate::schema::Address::new(name).to_string()).collect::<Vec<_>>()
            });
            let moved = match &finding.fix {
                Some(crate::release::Fix::Move { from, .. }) => Some(from.clone()),
                _ => None,
            };
            for name in names.chain([finding.path.clone()]).chain(moved) {
                known.insert((place.0.clone(), name.to_ascii_lowercase()));
            }
        }
        known
    }

    /// Returns the errors of the old release.
    fn refused(&self) -> HashSet<(Code, String)> {
        self.old_report.diagnostics().iter().map(|found| (found.code, found.place.to_string())).collect()
    }

    /// Counts the errors of the new release that the old one has too. An error of syntax is a finding, since nothing in
    /// the file is judged.
    pub(super) fn refused_before(&mut self, report: &Report) -> usize {
        let refused = self.refused();
        let errors = report.diagnostics().iter().filter(|found| found.severity == Severity::Error);
        let errors: Vec<&Diagnostic> =
            errors.filter(|found| refused.contains(&(found.code, found.place.to_string()))).collect();
        let (unread, others): (Vec<_>, Vec<_>) =
            errors.into_iter().partition(|found| matches!(found.code, Code::Syntax | Code::EmptyFile));
        for found in unread {
            self.findings.push(Finding {
                weight: Weight::Broken,
                code: found.code.name(),
                path: String::new(),
                place: Some(at_place(&found.place)),
                message: format!("nothing in the file is judged: {}", found.message),
                help: found.help.clone(),
                fix: None,
            });
        }
        others.len()
    }

    /// Returns whether an unknown key is a section of the old release whose settings have findings of their own.
    fn is_section_explained(&self, found: &Diagnostic) -> bool {
        if !names_key(found) {
            return false;
        }
        let section = subject(found);
        self.findings.iter().any(|finding| {
            finding.path.len() > section.len() && is_at_or_below(&finding.path, section)
                || matches!(&finding.fix, Some(crate::release::Fix::Move { from, .. })
                    if from.len() > section.len() && is_at_or_below(from, section))
        })
    }

    /// Returns a message without the value, if the setting is secret in either release, or holds one that is.
    fn masked(&self, path: &str) -> Option<String> {
        let (old, new) = (&self.upgrade.old, &self.upgrade.new);
        let instance = new.at(path);
        let pattern = instance.as_ref().map_or(path, |at| at.pattern.as_str());
        let renamed = self.upgrade.changes.iter().find(|change| change.path == pattern);
        let old_path = renamed.and_then(|change| change.old_path.as_deref()).unwrap_or(pattern);
        if !holds_secret(old, base(old_path)) && !holds_secret(new, base(pattern)) {
            return None;
        }
        let expected = instance.map(|at| format!(": expected {}", at.setting.kind)).unwrap_or_default();
        Some(format!("the value of `{path}` no longer fits{expected}"))
    }

    /// Adds the keys that the new release does not know and the old one had in a section that its pages don't name.
    pub(super) fn bare_keys(&mut self, report: &Report) {
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
            let path = subject(found);
            let name = path.rsplit('.').next().unwrap_or(path);
            if path.is_empty() || !gone.contains(&name.to_ascii_lowercase()) {
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
        let is_cause = |kind: &ChangeKind| {
            matches!(
                kind,
                ChangeKind::KindChanged { .. } | ChangeKind::Narrowed(_) | ChangeKind::UnitChanged { .. }
            )
        };
        let pattern = self.upgrade.new.at(path).map_or_else(|| path.to_owned(), |at| at.pattern);
        let changes = self.upgrade.changes.iter();
        // an error of an entry has the path of the list or map
        let mut causes = changes
            .filter(|change| change.path == pattern || base(&change.path) == pattern)
            .filter(|change| is_cause(&change.kind));
        causes.next().map(|change| change.kind.name())
    }
}

fn holds_secret(release: &Release, path: &str) -> bool {
    release.setting(path).is_some_and(|setting| setting.kind.is_secret())
}

/// Returns whether the message begins with the key in the file, which a setting's path need not be.
fn names_key(found: &Diagnostic) -> bool {
    matches!(found.code, Code::UnknownKey | Code::Removed)
}

/// Returns the key that a message about an unknown or removed key names.
fn subject(found: &Diagnostic) -> &str {
    found.message.split('`').nth(1).unwrap_or_default()
}

/// Returns the place and the setting of a diagnostic, as [`Judge::known`] has them.
fn key(found: &Diagnostic) -> (String, String) {
    let place = At::Place(Box::new(found.place.clone()));
    match place_key(&place) {
        (place, true) => {
            let setting = found.setting.as_deref().filter(|_| !names_key(found));
            (place, setting.unwrap_or_else(|| subject(found)).to_ascii_lowercase())
        }
        (place, false) => (place, String::new()),
    }
}

/// Returns the place without its column, which is that of the key for one finding and of the value for another, and
/// whether several settings can have it.
fn place_key(place: &At) -> (String, bool) {
    match place {
        At::Place(place) => match &**place {
            Place::File { name, line, .. } => (format!("{name}:{line}"), true),
            Place::Variable { name, .. } => (format!("variable {name}"), false),
            Place::Override { origin, .. } => (origin.clone(), true),
            place => (place.to_string(), false),
        },
        At::Origin(Origin::File { name, line, .. }) => (format!("{name}:{line}"), true),
        At::Origin(Origin::Variable { name, .. }) => (format!("variable {name}"), false),
        At::Origin(Origin::Override { origin }) => (origin.clone(), true),
        At::Origin(origin) => (origin.to_string(), false),
    }
}
