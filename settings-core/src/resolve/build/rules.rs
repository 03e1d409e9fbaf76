//! Rules over several settings, checked after a section is built.

use super::builder::Builder;
use super::element::Element;
use super::rule_error::RuleError;
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

impl Checkpoint {
    /// The first setting of the section.
    pub(crate) const fn leaf(self) -> LeafId {
        self.leaf
    }
}

impl Builder<'_> {
    /// Returns the state before a section with rules is built.
    pub fn begin(&self) -> Checkpoint {
        Checkpoint { leaf: self.next, diagnostics: self.diagnostics.len() }
    }

    /// Returns whether the rules of a section that was built since `checkpoint` can be checked: no value in it was refused.
    pub fn are_rules_due(&self, checkpoint: Checkpoint) -> bool {
        let new = self.diagnostics.get(checkpoint.diagnostics..).unwrap_or_default();
        !self.inputs.is_broken && !new.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Reports a broken rule, the rule number `number` of a section.
    pub fn rule(
        &mut self,
        checkpoint: Checkpoint,
        section: &'static Section,
        number: usize,
        outcome: Result<(), RuleError>,
    ) {
        if let (Err(error), Some(rule)) = (outcome, section.rules.get(number)) {
            let diagnostic = self.broken(checkpoint.leaf, section, rule, &error);
            self.diagnostics.push(diagnostic);
        }
    }

    #[cold]
    fn broken(&self, first: LeafId, section: &Section, rule: &Rule, error: &RuleError) -> Diagnostic {
        let message = error.words().unwrap_or(rule.message);
        let mut found = match &self.element {
            Some(element) => self.broken_in(element, rule, message),
            None => self.broken_of(first, section, rule, message),
        };
        if let Some((path, place)) = error.place().and_then(|place| self.named(first, section, place)) {
            found.setting = Some(path);
            found.place = place.unwrap_or(found.place);
        }
        found
    }

    /// Returns the path and the place that a rule's error names by a path below the section.
    fn named(&self, first: LeafId, section: &Section, path: &str) -> Option<(String, Option<Place>)> {
        let steps = steps(path);
        if let Some(element) = &self.element {
            let whole = self.inputs.index.leaf_path(element.leaf);
            let place = self.inputs.place_within(element.leaf, element.route.iter().chain(&steps), true);
            return Some((format!("{whole}{}.{path}", element.within), place));
        }
        let (leaf, rest) = leaf_along(section, first, path)?;
        let steps = self::steps(rest.trim_start_matches('.'));
        let whole = self.inputs.index.leaf_path(leaf);
        let within = self.inputs.place_within(leaf, steps.iter(), true);
        let place = within
            .or_else(|| Some(self.inputs.place_of(leaf, true)).filter(|place| *place != Place::Program));
        Some((format!("{whole}{rest}"), place))
    }

    fn broken_of(&self, first: LeafId, section: &Section, rule: &Rule, message: &str) -> Diagnostic {
        let leaves: Vec<_> = rule.fields.iter().filter_map(|path| leaf_at(section, first, path)).collect();
        let main = leaves.iter().copied().find(|leaf| self.inputs.candidates.strongest(*leaf).is_some());
        let main = main.or(leaves.first().copied());
        let others = leaves.iter().copied().filter(|leaf| Some(*leaf) != main);
        let place = main.map_or(Place::Program, |leaf| self.inputs.place_of(leaf, true));
        let mut found = Diagnostic::new(severity(rule), Code::Rule, message).at(place).help(rule_help(rule));
        found.setting = main.map(|leaf| self.inputs.index.leaf_path(leaf).to_string());
        found.related = others.map(|leaf| self.concerned(leaf)).collect();
        found
    }

    /// Reports a broken rule of a section in a list or map.
    fn broken_in(&self, element: &Element<'_>, rule: &Rule, message: &str) -> Diagnostic {
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
        let message = format!("`{path}`: {message}");
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

/// Returns the setting at the start of `path` below a section whose first setting is `first`, and the rest of the path:
/// of `Upstreams[1].Name`, the rest is `[1].Name`.
fn leaf_along<'p>(section: &Section, first: LeafId, path: &'p str) -> Option<(LeafId, &'p str)> {
    let ends = path.char_indices().filter(|(_, c)| matches!(c, '.' | '[')).map(|(at, _)| at);
    let mut ends: Vec<usize> = ends.chain([path.len()]).collect();
    ends.reverse();
    ends.into_iter().find_map(|end| {
        let (start, rest) = path.split_at_checked(end)?;
        Some((leaf_at(section, first, start)?, rest))
    })
}

/// Splits a path within a value: `[1].Name`.
fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let (key, numbers) = part.split_once('[').unwrap_or((part, ""));
        if !key.is_empty() {
            steps.push(Step::Key(key.to_owned()));
        }
        let numbers = numbers.split('[').filter_map(|number| number.trim_end_matches(']').parse().ok());
        steps.extend(numbers.map(Step::Element));
    }
    steps
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
