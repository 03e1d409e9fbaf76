//! Rules over several settings, checked once a section is built.

use super::builder::Builder;
use super::element::{Element, Step};
use super::settings::Settings;
use crate::resolve::index::LeafId;
use crate::resolve::report::{Code, Diagnostic, Place, Severity, of_rule};
use crate::schema::{Member, Rule, Section, Strength};

/// Where a section begins: its first setting, and how many diagnostics there were.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    leaf: LeafId,
    diagnostics: usize,
}

impl Builder<'_> {
    /// Remembers where a section with rules begins.
    pub fn begin(&self) -> Mark {
        Mark { leaf: self.next, diagnostics: self.diagnostics.len() }
    }

    /// Checks the rules of a section that has been built since `mark`, unless values of it were refused. A check
    /// returns `true` where its rule holds; they stand in the order of [`Section::rules`].
    pub fn checked<S: Settings>(&mut self, mark: Mark, section: S, checks: &[fn(&S) -> bool]) -> S {
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
        Diagnostic {
            severity: severity(rule),
            code: Code::Rule,
            message: rule.message.to_owned(),
            setting: main.map(|leaf| self.inputs.index.leaf_path(leaf).to_string()),
            place: main.map_or(Place::Program, |leaf| self.inputs.place_of(leaf, true)),
            related: others.map(|leaf| self.concerned(leaf)).collect(),
            help: of_rule(rule),
        }
    }

    /// A broken rule of a section in a list or map.
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
        Diagnostic {
            severity: severity(rule),
            code: Code::Rule,
            message: format!("`{path}`: {}", rule.message),
            setting: Some(path),
            place: place.unwrap_or_else(|| self.inputs.place_of(element.leaf, true)),
            related,
            help: of_rule(rule),
        }
    }

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

/// The number of the setting at `path` below a section whose settings begin at `first`.
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
