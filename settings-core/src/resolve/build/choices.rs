//! Enums whose variants are sections.

use super::builder::Builder;
use super::element::Element;
use super::rules::Checkpoint;
use super::settings::Settings;
use crate::resolve::index::LeafId;
use crate::resolve::read::Step;
use crate::resolve::report::{Code, Diagnostic};
use crate::schema::{Member, Section};
use crate::value::Value;

impl Builder<'_> {
    /// Chooses the variant whose section is present. A second one is an error.
    pub fn choose<T: Settings>(
        &mut self,
        chosen: &mut Option<(&'static str, T)>,
        key: &'static str,
        value: T,
    ) {
        let Some((first, _)) = chosen else {
            *chosen = Some((key, value));
            return;
        };
        let message = format!("`{first}` and `{key}` are mutually exclusive, and both are set");
        let leaf = self.next.saturating_sub(1);
        let place = match &self.element {
            Some(element) => self.inputs.element_place(Some(element)),
            None => self.inputs.place_of(leaf, true),
        };
        let mut found = Diagnostic::error(Code::Rule, message).at(place);
        found.setting = self.path_of_section(T::SCHEMA, leaf);
        self.diagnostics.push(found.help("remove one of the two"));
    }

    /// Reports that no section of an enum is present, and no variant is the default.
    pub fn none_chosen<T: Settings>(&mut self, first: Checkpoint) {
        let leaf = first.leaf();
        let is_absent = |(first, count)| !self.inputs.candidates.holds(first, count);
        // an enum within an optional section that is absent
        let around = self.path_of_section(T::SCHEMA, leaf);
        let depth = T::SCHEMA.members.len();
        let outer = self.inputs.index.optional_around(leaf).skip(1).any(is_absent);
        if self.inputs.is_broken || (self.element.is_none() && outer && depth > 0) {
            return;
        }
        let keys: Vec<String> =
            T::SCHEMA.members.iter().map(|member| format!("`{}`", member.key())).collect();
        let place = self.inputs.element_place(self.element.as_deref());
        let path = around.unwrap_or_default();
        let message = match path.is_empty() {
            true => format!("one of {} is required", keys.join(", ")),
            false => format!("`{path}` requires one of {}", keys.join(", ")),
        };
        let found = Diagnostic::error(Code::Missing, message).at(place).setting(path);
        self.diagnostics.push(found.help(format!("add one of {}", keys.join(", "))));
    }

    /// Skips the settings of a variant that the setting `tag` has not selected, and warns of those that are set.
    pub fn skip(&mut self, schema: &'static Section, tag: &str, selected: &str) {
        if let Some(element) = &mut self.element {
            for _ in schema.members {
                element.next();
            }
            return;
        }
        let first = self.next;
        self.next += schema.leaf_count() as LeafId;
        for leaf in first..self.next {
            if self.inputs.is_broken || self.inputs.candidates.strongest(leaf).is_none() {
                continue;
            }
            let path = self.inputs.index.leaf_path(leaf);
            let message = format!("`{path}` has no effect: `{tag}` is \"{selected}\"");
            let found = Diagnostic::warning(Code::Rule, message).at(self.inputs.place_of(leaf, true));
            self.diagnostics.push(found.setting(&path).help(format!("remove it, or change `{tag}`")));
        }
    }

    /// Builds what is in the section `key`, the next member.
    pub fn within<T>(&mut self, key: &str, build: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let Some(outer) = &mut self.element else { return build(self) };
        let (member, value) = outer.next()?;
        let (Member::Section { section, .. }, Value::Section(values)) = (member, value) else { return None };
        let mut route = outer.route.clone();
        route.push(Step::Key(key.to_owned()));
        let inner = Element {
            values: values.into_iter(),
            members: section.members.iter(),
            leaf: outer.leaf,
            within: format!("{}.{key}", outer.within),
            route,
        };
        let outer = self.element.replace(Box::new(inner));
        let built = build(self);
        self.element = outer;
        built
    }

    /// Returns the path of the section `wanted` around a setting, or of the section that is being built.
    fn path_of_section(&self, wanted: &'static Section, leaf: LeafId) -> Option<String> {
        let index = self.inputs.index;
        if let Some(element) = &self.element {
            return Some(format!("{}{}", index.leaf_path(element.leaf), element.within));
        }
        let depth = index.sections_of(leaf).iter().position(|section| std::ptr::eq(*section, wanted))?;
        let path = index.leaf_path(leaf);
        Some(path.keys().get(..depth).unwrap_or_default().join("."))
    }
}
