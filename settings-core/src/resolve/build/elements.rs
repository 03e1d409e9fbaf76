//! Optional sections, and repeated sections.

use super::builder::Builder;
use super::element::Element;
use super::inputs::Inputs;
use super::settings::Settings;
use crate::resolve::index::LeafId;
use crate::resolve::read::Step;
use crate::resolve::report::Place;
use crate::value::Value;

impl<'r> Builder<'r> {
    /// Builds a nested section, whose settings come next.
    pub fn section<S: Settings>(&mut self) -> Option<S> {
        match &mut self.element {
            None => S::build(self),
            Some(element) => {
                let (member, value) = element.next()?;
                self.element_section(value, member.key())
            }
        }
    }

    /// Builds a nested section if any layer has it; its settings come next.
    pub fn optional_section<S: Settings>(&mut self) -> Option<Option<S>> {
        if let Some(element) = &mut self.element {
            return match element.next()? {
                (_, Value::Null) => Some(None),
                (member, value) => self.element_section(value, member.key()).map(Some),
            };
        }
        let count = S::SCHEMA.leaf_count() as LeafId;
        if self.inputs.candidates.holds(self.next, count) {
            return S::build(self).map(Some);
        }
        self.next += count;
        Some(None)
    }

    /// Builds the sections of the next setting, which is a list.
    pub fn sections<S: Settings>(&mut self) -> Option<Vec<S>> {
        let Value::List(values) = self.whole()? else { return None };
        let sections = (0_usize..).zip(values);
        sections.map(|(number, value)| self.element_at(value, Step::Element(number))).collect()
    }

    /// Builds the sections of the next setting, which is a map.
    pub fn named_sections<S: Settings, M: FromIterator<(String, S)>>(&mut self) -> Option<M> {
        let Value::Map(entries) = self.whole()? else { return None };
        let sections = entries.into_iter();
        sections
            .map(|(key, value)| {
                let section = self.element_at(value, Step::Key(key.clone().into_owned()))?;
                Some((key.into_owned(), section))
            })
            .collect()
    }

    fn whole(&mut self) -> Option<Value<'r>> {
        if let Some(element) = &mut self.element {
            return element.next().map(|(_, value)| value);
        }
        let leaf = self.next;
        self.next += 1;
        self.value(leaf)
    }

    /// Builds a section inside a repeated section.
    pub(crate) fn element_section<S: Settings>(&mut self, value: Value<'r>, key: &str) -> Option<S> {
        self.element_at(value, Step::Key(key.to_owned()))
    }

    fn element_at<S: Settings>(&mut self, value: Value<'r>, step: Step) -> Option<S> {
        let Value::Section(values) = value else { return None };
        let outer = self.element.take();
        let (leaf, mut within, mut route) = match &outer {
            Some(outer) => (outer.leaf, outer.within.clone(), outer.route.clone()),
            None => (self.next.saturating_sub(1), String::new(), Vec::new()),
        };
        within.push_str(&step.segment().to_string());
        route.push(step);
        let (values, members) = (values.into_iter(), S::SCHEMA.members.iter());
        self.element = Some(Element { values, members, leaf, within, route });
        let section = S::build(self);
        self.element = outer;
        section
    }
}

impl Inputs<'_> {
    /// Returns the place of a section in a list or map, or [`Place::Program`] for a section of the program.
    pub(crate) fn element_place(self, element: Option<&Element<'_>>) -> Place {
        let place = |element: &Element<'_>| {
            let within = self.place_within(element.leaf, element.route.iter(), true);
            within.unwrap_or_else(|| self.place_of(element.leaf, true))
        };
        element.map_or(Place::Program, place)
    }
}
