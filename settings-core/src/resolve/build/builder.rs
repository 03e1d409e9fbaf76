//! From candidates to the fields of a struct.

use std::fmt;

use super::computed::Computed;
use super::deprecation::deprecation;
use super::element::Element;
use super::field::Field;
use super::inputs::Inputs;
use super::merged::within;
use crate::resolve::index::LeafId;
use crate::resolve::read::{Candidate, Fault};
use crate::resolve::report::{Code, Diagnostic};
use crate::schema::{Deprecated, Kind, Member, Setting};
use crate::value::{Mismatch, Value, empty};

/// Provides the values of settings one after the other, in the order of the structs' fields.
///
/// Only the code written by the derive calls it.
pub struct Builder<'r> {
    pub(crate) inputs: Inputs<'r>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) next: LeafId,
    /// The section in a list or map that is being built, if any. Boxed, as most programs build none.
    pub(crate) element: Option<Box<Element<'r>>>,
    /// The defaults that were computed from other settings.
    pub(crate) computed: Computed,
}

impl fmt::Debug for Builder<'_> {
    /// Omits all values: they may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("next", &self.next).finish_non_exhaustive()
    }
}

impl<'r> Builder<'r> {
    pub(crate) fn new(inputs: Inputs<'r>) -> Self {
        Self { inputs, diagnostics: Vec::new(), next: 0, element: None, computed: Computed::default() }
    }

    /// Returns the next setting's value, read by the functions of its type's `SettingValue`.
    ///
    /// The derive names the functions by the type and the trait, so that a type without the trait is one error, which
    /// names nothing of this crate's internals.
    pub fn take_by<T>(
        &mut self,
        from_value: fn(Value<'r>) -> Option<T>,
        refusal: fn(&Value<'r>) -> Option<String>,
    ) -> Option<T> {
        let field = self.next_field()?;
        let taken = match self.read(field) {
            Ok(value) if refusal(&value).is_none() => from_value(value),
            read => {
                let value = self.reported(field, read);
                let Some(why) = refusal(&value) else { return self.taken(field, from_value(value)) };
                self.refuse::<()>(field, &why);
                // no caller receives it, but the report has the mistakes of the settings after it
                let others = [field.setting.default_value(), empty(&field.setting.kind)];
                return from_value(others.into_iter().find(|value| refusal(value).is_none())?);
            }
        };
        self.taken(field, taken)
    }

    /// Reports a value that its type did not take.
    #[inline]
    fn taken<T>(&mut self, field: Field, taken: Option<T>) -> Option<T> {
        if taken.is_none() {
            self.not_taken(field);
        }
        taken
    }

    /// Returns the next setting's value, in a struct whose impl is written by hand.
    #[cfg(test)]
    pub(crate) fn take<T: crate::value::SettingValue>(&mut self) -> Option<T> {
        self.take_by(T::from_value, T::refusal)
    }

    /// Steps to the next setting.
    #[inline]
    pub(crate) fn next_field(&mut self) -> Option<Field> {
        if let Some(element) = &mut self.element {
            let Member::Setting(setting) = element.members.next()? else { return None };
            return Some(Field { setting, leaf: None });
        }
        let leaf = self.next;
        self.next += 1;
        Some(Field { setting: self.inputs.index.setting(leaf)?, leaf: Some(leaf) })
    }

    /// Returns the value of the setting that was stepped to last.
    pub(crate) fn value_of(&mut self, field: Field) -> Value<'r> {
        let read = self.read(field);
        self.reported(field, read)
    }

    /// Returns the value of a setting that no struct has a field for.
    pub(crate) fn value(&mut self, leaf: LeafId) -> Option<Value<'r>> {
        let setting = self.inputs.index.setting(leaf)?;
        Some(self.value_of(Field { setting, leaf: Some(leaf) }))
    }

    /// Reads the strongest value of the setting that was stepped to last, or its default. A mistake in any layer is an
    /// error, which [`reported`](Self::reported) adds to the report.
    ///
    /// The result of the reader is returned as it is: copying a value costs as much as reading it.
    #[inline(never)]
    fn read(&mut self, field: Field) -> Result<Value<'r>, Mismatch> {
        let Field { setting, leaf: Some(leaf) } = field else {
            return Ok(self.value_in_element(field.setting));
        };
        let Some(strongest) = self.inputs.candidates.strongest(leaf) else {
            if setting.required() {
                self.note_missing(leaf, setting, None);
            }
            return Ok(setting.default_value());
        };
        if !self.inputs.index.leaves.get(leaf as usize).is_some_and(|entry| entry.is_plain) {
            return Ok(self.noted_value(leaf, setting, strongest));
        }
        self.inputs.read_chain(setting, strongest)
    }

    fn value_in_element(&mut self, setting: &'static Setting) -> Value<'r> {
        let value = self.element.as_mut().and_then(|element| element.values.next()).unwrap_or(Value::Null);
        if setting.required() && value == Value::Null {
            self.note_missing_in_variant(setting);
            return empty(&setting.kind);
        }
        value
    }

    /// Returns a value that was read, or reports all mistakes and returns the strongest value without one.
    fn reported(&mut self, field: Field, read: Result<Value<'r>, Mismatch>) -> Value<'r> {
        match (read, field.leaf) {
            (Ok(value), _) => value,
            (Err(_), Some(leaf)) => self.first_readable(leaf, field.setting),
            (Err(_), None) => field.setting.default_value(),
        }
    }

    /// Returns the value of a setting that layers give, with all that is to be said about it.
    #[inline(never)]
    fn noted_value(
        &mut self,
        leaf: LeafId,
        setting: &'static Setting,
        strongest: &'r Candidate,
    ) -> Value<'r> {
        if let Some(deprecated) = setting.deprecated() {
            self.note_deprecated(leaf, setting, deprecated);
        }
        if setting.kind.contains_sections() {
            self.note_names(leaf, setting);
        }
        if matches!(setting.kind, Kind::List(_) | Kind::Set(_)) {
            self.note_separators(leaf, setting);
        }
        if setting.kind.merges() {
            return self.merged(leaf, setting, strongest);
        }
        self.first_readable(leaf, setting)
    }

    /// Returns the strongest value that the kind accepts, or the default. Weaker values are checked too, so that one
    /// report has every mistake of every layer.
    #[inline(never)]
    fn first_readable(&mut self, leaf: LeafId, setting: &'static Setting) -> Value<'r> {
        let mut winner = None;
        for candidate in self.inputs.candidates.chain(leaf) {
            match self.inputs.read_whole(setting, candidate) {
                Ok(value) if winner.is_none() => {
                    if setting.required() && value.as_text() == Some("") {
                        self.note_missing(leaf, setting, Some(candidate));
                    }
                    winner = Some(value);
                }
                Ok(value) => value.wipe_if_secret(&setting.kind),
                Err(mismatch) => {
                    self.inputs.diagnose(leaf, setting, candidate, mismatch, &mut self.diagnostics)
                }
            }
        }
        winner.unwrap_or_else(|| setting.default_value())
    }

    /// Returns the value that all layers together give, by entry and field, and reports the mistakes of each.
    #[inline(never)]
    fn merged(&mut self, leaf: LeafId, setting: &'static Setting, strongest: &'r Candidate) -> Value<'r> {
        if let Some(value) = self.inputs.read_alone(setting, strongest) {
            return value;
        }
        let inputs = self.inputs;
        let mut merged = inputs.merge(setting, Some(strongest));
        let value = merged.read(&setting.kind);
        for (given, address) in &merged.idle {
            let Some(candidate) = given.candidate else { continue };
            let entry = format!("{}{}", inputs.index.leaf_path(leaf), within(address));
            let message = format!("`{entry}` is removed, but no weaker layer has it");
            let found = Diagnostic::warning(Code::NoEntry, message).setting(entry);
            let place = inputs.place(setting, candidate, given.part());
            self.diagnostics.push(found.at(place).help("remove this `null`, or correct the key"));
        }
        for candidate in inputs.candidates.chain(leaf) {
            let (own, others): (Vec<_>, _) =
                merged.faults.into_iter().partition(|fault| fault.given.is_of(candidate));
            merged.faults = others;
            if let Some(mismatch) = Mismatch::joined(own.into_iter().map(Fault::into_mismatch).collect()) {
                inputs.diagnose(leaf, setting, candidate, mismatch, &mut self.diagnostics);
            }
            if merged.faults.is_empty() {
                break;
            }
        }
        value.unwrap_or_else(|| setting.default_value())
    }

    fn note_deprecated(&mut self, leaf: LeafId, setting: &Setting, deprecated: &Deprecated) {
        let path = self.inputs.index.leaf_path(leaf);
        let sections = path.keys().split_last().map_or(&[][..], |(_, sections)| sections);
        let replacement = deprecated.replacement.map(|name| match name.contains('.') {
            true => name.to_owned(),
            false => sections.iter().copied().chain([name]).collect::<Vec<_>>().join("."),
        });
        let help = match &replacement {
            Some(path) => format!("set `{path}` instead"),
            None if deprecated.since == "next" => "remove it before then".to_owned(),
            None => "remove it".to_owned(),
        };
        for candidate in self.inputs.candidates.chain(leaf) {
            let found = Diagnostic::warning(Code::Deprecated, deprecation(&path.to_string(), deprecated));
            let place = self.inputs.place(setting, candidate, None);
            self.diagnostics.push(found.at(place).setting(&path).help(help.clone()));
        }
    }
}
