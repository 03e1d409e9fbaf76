//! Rules over several settings, checked after a section is built.

use super::builder::Builder;
use super::element::Element;
use super::settings::Settings;
use crate::resolve::index::LeafId;
use crate::resolve::read::Step;
use crate::resolve::report::{Code, Diagnostic, Place, Severity, rule_help};
use crate::schema::{Member, Rule, Section, Strength};

/// The state before a section is built: its first setting, and the number of diagnostics.
#[derive(Clone, Copy, Debug)]
pub struct Checkpoint {
    leaf: LeafId,
    diagnostics: usize,
}

impl Builder<'_> {
    /// Returns the state before a section with rules is built.
    pub fn begin(&self) -> Checkpoint {
        Checkpoint { leaf: self.next, diagnostics: self.diagnostics.len() }
    }

    /// Checks the rules of a section that was built since `mark`, unless values in it were refused.
    ///
    /// `checks` are in the order of [`Section::rules`]; each returns whether its rule holds.
    pub fn checked<S: Settings>(&mut self, mark: Checkpoint, section: S, checks: &[fn(&S) -> bool]) -> S {
        let new = self.diagnostics.get(mark.diagnostics..).unwrap_or_default();
        if self.inputs.is_broken || new.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            return section;
        }
        for (rule, holds) in S::SCHEMA.rules.iter().zip(checks) {
            if !holds(&section) {
                let diagnostic = self.broken(mark.leaf, S::SCHEMA, rule);
                self.diagnostics.push(diagnostic);
            }
        }
        section
    }

    fn broken(&self, first: LeafId, section: &Section, rule: &Rule) -> Diagnostic {
        if let Some(element) = &self.element {
            return self.broken_in(element, rule);
        }
        let leaves: Vec<_> = rule.fields.iter().filter_map(|path| leaf_at(section, first, path)).collect();
        let main = leaves.iter().copied().find(|leaf| self.inputs.candidates.strongest(*leaf).is_some());
        let main = main.or(leaves.first().copied());
        let others = leaves.iter().copied().filter(|leaf| Some(*leaf) != main);
        let place = main.map_or(Place::Program, |leaf| self.inputs.place_of(leaf, true));
        let mut found =
            Diagnostic::new(severity(rule), Code::Rule, rule.message).at(place).help(rule_help(rule));
        found.setting = main.map(|leaf| self.inputs.index.leaf_path(leaf).to_string());
        found.related = others.map(|leaf| self.concerned(leaf)).collect();
        found
    }

    /// Reports a broken rule of a section in a list or map.
    fn broken_in(&self, element: &Element<'_>, rule: &Rule) -> Diagnostic {
        let path = format!("{}{}", self.inputs.index.leaf_path(element.leaf), element.within);
        let place_of = |field: &str, with_snippet| {
            let below: Vec<_> = field.split('.').map(|key| Step::Key(key.to_owned())).collect();
            self.inputs.place_within(element.leaf, element.route.iter().chain(&below), with_snippet)
        };
        let main = rule.fields.iter().find_map(|field| Some((field, place_of(field, true)?)));
        let others = rule.fields.iter().filter(|field| main.as_ref().is_none_or(|(main, _)| main != field));
        let related = others.map(|field| match place_of(field, false) {
            Some(place) => (place, format!("`{path}.{field}` is set here")),
            None => (Place::Program, format!("`{path}.{field}` has its default")),
        });
        let related = if main.is_some() { related.collect() } else { Vec::new() };
        let whole = || self.inputs.place_within(element.leaf, element.route.iter(), true);
        let place = main.map(|(_, place)| place).or_else(whole);
        let place = place.unwrap_or_else(|| self.inputs.place_of(element.leaf, true));
        let message = format!("`{path}`: {}", rule.message);
        let found = Diagnostic::new(severity(rule), Code::Rule, message).at(place).setting(path);
        let mut found = found.help(rule_help(rule));
        found.related = related;
        found
    }

    /// Returns the place of a related setting with its label.
    pub(crate) fn concerned(&self, leaf: LeafId) -> (Place, String) {
        let path = self.inputs.index.leaf_path(leaf);
        match self.inputs.place_of(leaf, false) {
            Place::Program => (Place::Program, format!("`{path}` has its default")),
            place => (place, format!("`{path}` is set here")),
        }
    }
}

const fn severity(rule: &Rule) -> Severity {
    match rule.strength {
        Strength::Error => Severity::Error,
        Strength::Warning => Severity::Warning,
    }
}

/// Returns the setting at `path` below a section whose first setting is `first`.
fn leaf_at(section: &Section, first: LeafId, path: &str) -> Option<LeafId> {
    let mut leaf = first;
    for member in section.members {
        match member {
            Member::Setting(setting) => {
                if setting.key == path {
                    return Some(leaf);
                }
                leaf += 1;
            }
            Member::Section { key, section, .. } => {
                if let Some(rest) = path.strip_prefix(key).and_then(|rest| rest.strip_prefix('.')) {
                    return leaf_at(section, leaf, rest);
                }
                leaf += section.leaf_count() as LeafId;
            }
        }
    }
    None
}
