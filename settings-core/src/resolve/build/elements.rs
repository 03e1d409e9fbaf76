//! Optional sections, and repeated sections.

use std::borrow::Cow;
use std::collections::HashSet;

use super::builder::Builder;
use super::element::Element;
use super::inputs::Inputs;
use crate::resolve::index::LeafId;
use crate::resolve::read::Step;
use crate::resolve::report::{Code, Diagnostic, Place};
use crate::schema::Section;
use crate::value::Value;

/// The function that builds a section.
///
/// The derive names it, and the metadata, by the type and the trait, so that a type without the trait is one error, which
/// names nothing of this crate's internals.
type Build<'r, S> = fn(&mut Builder<'r>) -> Option<S>;

/// The functions that read and write a map's key, and whether each text is one.
type Keys<K> = (fn(Cow<'_, str>) -> Result<K, String>, fn(&K) -> Cow<'_, str>, bool);

impl<'r> Builder<'r> {
    /// Builds a nested section, in a struct whose impl is written by hand.
    #[cfg(test)]
    pub(crate) fn section<S: crate::resolve::Settings>(&mut self) -> Option<S> {
        self.section_by(S::SCHEMA, S::build)
    }

    /// Builds a nested section, whose settings come next.
    pub fn section_by<S>(&mut self, schema: &'static Section, build: Build<'r, S>) -> Option<S> {
        if self.element.is_none() {
            return build(self);
        }
        let (key, value) = self.next_in_element()?;
        self.element_section(value, key, schema, build)
    }

    /// Builds a nested section if any layer has it; its settings come next.
    pub fn optional_section_by<S>(
        &mut self,
        schema: &'static Section,
        build: Build<'r, S>,
    ) -> Option<Option<S>> {
        if self.element.is_some() {
            return match self.next_in_element()? {
                (_, Value::Null) => Some(None),
                (key, value) => self.element_section(value, key, schema, build).map(Some),
            };
        }
        let count = schema.leaf_count() as LeafId;
        if self.inputs.candidates.holds(self.next, count) {
            return build(self).map(Some);
        }
        self.next += count;
        Some(None)
    }

    /// Builds the sections of the next setting, which is a list.
    pub fn sections_by<S>(&mut self, schema: &'static Section, build: Build<'r, S>) -> Option<Vec<S>> {
        let (around, Value::List(values)) = self.whole()? else { return None };
        let sections = (0_usize..).zip(values);
        let section =
            |(number, value)| self.element_at(value, around.as_ref(), Step::Element(number), schema, build);
        sections.map(section).collect()
    }

    /// Builds the sections of the next setting, which is a map. `keys` are the functions of the keys' `MapKey`, and
    /// whether each text is a key.
    pub fn named_sections_by<K, S, M: FromIterator<(K, S)>>(
        &mut self,
        schema: &'static Section,
        build: Build<'r, S>,
        (from_key, to_key, accepts_all): Keys<K>,
    ) -> Option<M> {
        let (around, Value::Map(entries)) = self.whole()? else { return None };
        let mut seen = HashSet::new();
        let section = |(name, value): (Cow<'_, str>, _)| {
            let step = Step::Key(name.clone().into_owned());
            let section = self.element_at(value, around.as_ref(), step, schema, build)?;
            let why = match from_key(Cow::Borrowed(&name)) {
                Ok(key) if !accepts_all && !seen.insert(to_key(&key).into_owned()) => {
                    "it appears twice, in two spellings".to_owned()
                }
                Ok(key) => return Some((key, section)),
                Err(why) => why,
            };
            self.refuse_key(around.as_ref(), &name, &why);
            None
        };
        entries.into_iter().map(section).collect()
    }

    /// Reports a key of a map of sections, which is at `around` in the section that is being built.
    #[cold]
    fn refuse_key(&mut self, around: Option<&Step>, key: &str, why: &str) {
        let (leaf, mut within) = match &self.element {
            Some(element) => (element.leaf, element.within.clone()),
            None => (self.next.saturating_sub(1), String::new()),
        };
        within.extend(around.map(|step| step.segment().to_string()));
        let path = format!("{}{within}", self.inputs.index.leaf_path(leaf));
        let place = self.inputs.place_of(leaf, true);
        let message = format!("`{path}`: the key `{}` is refused: {why}", key.escape_debug());
        let found = Diagnostic::error(Code::Malformed, message).at(place).setting(path);
        self.diagnostics.push(found.help("rename the entry"));
    }

    /// Returns the value of the next setting, and the step to it in the section that is being built.
    fn whole(&mut self) -> Option<(Option<Step>, Value<'r>)> {
        if self.element.is_some() {
            let (key, value) = self.next_in_element()?;
            return Some((Some(Step::Key(key.to_owned())), value));
        }
        let field = self.next_field()?;
        Some((None, self.value_of(field)))
    }

    /// Builds a section inside a repeated section.
    fn element_section<S>(
        &mut self,
        value: Value<'r>,
        key: &str,
        schema: &'static Section,
        build: Build<'r, S>,
    ) -> Option<S> {
        self.element_at(value, None, Step::Key(key.to_owned()), schema, build)
    }

    fn element_at<S>(
        &mut self,
        value: Value<'r>,
        around: Option<&Step>,
        step: Step,
        schema: &'static Section,
        build: Build<'r, S>,
    ) -> Option<S> {
        let outer = self.enter(value, around, step, schema)?;
        let section = build(self);
        self.leave(outer);
        section
    }

    /// Returns the key and value of the next member of the section that is being built.
    #[inline(never)]
    fn next_in_element(&mut self) -> Option<(&'static str, Value<'r>)> {
        let (member, value) = self.element.as_mut()?.next()?;
        Some((member.key(), value))
    }

    /// Begins a section in a list or map, and returns the one around it. A program has the code of `element_at` for each of
    /// its sections, and this once.
    #[inline(never)]
    fn enter(
        &mut self,
        value: Value<'r>,
        around: Option<&Step>,
        step: Step,
        schema: &'static Section,
    ) -> Option<Option<Box<Element<'r>>>> {
        let Value::Section(values) = value else { return None };
        let outer = self.element.take();
        let (leaf, mut within, mut route) = match &outer {
            Some(outer) => (outer.leaf, outer.within.clone(), outer.route.clone()),
            None => (self.next.saturating_sub(1), String::new(), Vec::new()),
        };
        for step in around.cloned().into_iter().chain([step]) {
            within.push_str(&step.segment().to_string());
            route.push(step);
        }
        let (values, members) = (values.into_iter(), schema.members.iter());
        self.element = Some(Box::new(Element { values, members, leaf, within, route }));
        Some(outer)
    }

    /// Ends a section in a list or map.
    #[inline(never)]
    fn leave(&mut self, outer: Option<Box<Element<'r>>>) {
        self.element = outer;
    }
}

impl Inputs<'_> {
    /// Returns the place of a section in a list or map, or of the nearest one around it that a layer has, or
    /// [`Place::Program`] for a section of the program.
    pub(crate) fn element_place(self, element: Option<&Element<'_>>) -> Place {
        let place = |element: &Element<'_>| {
            let mut around = (1..=element.route.len()).rev();
            let within =
                around.find_map(|len| self.place_within(element.leaf, element.route.iter().take(len), true));
            within.unwrap_or_else(|| self.place_of(element.leaf, true))
        };
        element.map_or(Place::Program, place)
    }
}
