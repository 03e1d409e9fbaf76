//! Values that their own kind or type refuses.

use super::builder::Builder;
use super::field::Field;
use super::inputs::{code, found};
use crate::resolve::index::LeafId;
use crate::resolve::report::{Code, Diagnostic};
use crate::schema::{DefaultValue, Setting};
use crate::value::{Mismatch, Value, from_json, json};

impl Builder<'_> {
    /// Reports that a type does not take a value: the default if its own kind refuses that, otherwise a given value.
    pub(crate) fn not_taken(&mut self, field: Field) {
        let is_default = field.leaf.is_none_or(|leaf| self.inputs.candidates.strongest(leaf).is_none());
        if field.setting.required() && (is_default || self.is_stand_in(field)) {
            // reported as missing, or refused by its kind
            return;
        }
        if let Some(mismatch) = default_fault(field.setting).filter(|_| is_default) {
            return self.refused_default(field, &mismatch);
        }
        let path = self.path_of(field);
        let message = match is_default && field.leaf.is_some() {
            true => format!("the type of `{path}` refuses its default"),
            false => format!("the type of `{path}` refuses a value that its kind accepts"),
        };
        let found = Diagnostic::error(Code::Contradiction, message).setting(path);
        let place = self.inputs.element_place(self.element.as_deref());
        self.diagnostics.push(found.at(place).help("fix the type's `SettingValue` impl"));
    }

    /// Reports a value that its kind accepts but its type does not.
    #[cold]
    pub(crate) fn refuse<T>(&mut self, field: Field, why: &str) -> Option<T> {
        let path = self.path_of(field);
        let place = match field.leaf {
            Some(leaf) => self.inputs.place_of(leaf, true),
            None => self.inputs.element_place(self.element.as_deref()),
        };
        let is_set = field.leaf.is_none_or(|leaf| self.is_set(leaf));
        let (code, help) = match is_set {
            true => (Code::Malformed, format!("change `{path}`")),
            false if field.setting.required() => return None,
            false => (Code::Contradiction, "fix the default".to_owned()),
        };
        let found = Diagnostic::error(code, format!("`{path}`: {why}")).at(place).setting(path);
        self.diagnostics.push(found.help(help));
        None
    }

    /// Reports that a default is not of its kind: a mistake in the program, or in the settings that it is computed from.
    pub(crate) fn refused_default(&mut self, field: Field, mismatch: &Mismatch) {
        let path = self.path_of(field);
        let whose = match field.setting.default {
            DefaultValue::Computed { rule, .. } => format!("its default, {rule}, is"),
            _ => "its default is".to_owned(),
        };
        let sources = self.sources_of(field);
        let set: Vec<_> = sources.iter().copied().filter(|leaf| self.is_set(*leaf)).collect();
        let place = match set.first() {
            Some(first) => self.inputs.place_of(*first, true),
            None => self.inputs.element_place(self.element.as_deref()),
        };
        let names: Vec<_> = field.setting.computed_from().iter().map(|key| format!("`{key}`")).collect();
        let help = match (field.setting.default, names.as_slice()) {
            (DefaultValue::Computed { .. }, []) => format!("set `{path}`"),
            (DefaultValue::Computed { .. }, _) => format!("set `{path}`, or change {}", names.join(" or ")),
            _ => "fix the default, or the type's `SettingValue` impl".to_owned(),
        };
        let code = if names.is_empty() { Code::Contradiction } else { code(mismatch.reason, true) };
        let message = format!("`{path}`: {whose} refused: expected {}{}", mismatch.expected, found(mismatch));
        let mut diagnostic = Diagnostic::error(code, message).at(place).setting(path).help(help);
        diagnostic.related = set.iter().skip(1).map(|leaf| self.concerned(*leaf)).collect();
        self.diagnostics.push(diagnostic);
    }

    /// Returns the settings that the default is computed from, unless they are in a repeated section.
    fn sources_of(&self, field: Field) -> Vec<LeafId> {
        let Some(leaf) = field.leaf else { return Vec::new() };
        let index = self.inputs.index;
        let section = index.leaves.get(leaf as usize).map(|entry| entry.section);
        let numbered = (0..).zip(&index.leaves);
        let of_section = numbered.filter(|(_, entry)| Some(entry.section) == section);
        of_section
            .filter(|(_, entry)| field.setting.computed_from().contains(&entry.setting.key))
            .map(|(leaf, _)| leaf)
            .collect()
    }

    /// Returns whether the kind refuses the values of all layers.
    fn is_stand_in(&self, field: Field) -> bool {
        let Some(leaf) = field.leaf else { return false };
        let mut given = self.inputs.candidates.chain(leaf);
        given.all(|candidate| self.inputs.read(field.setting, candidate).map(Value::wipe).is_err())
    }

    fn is_set(&self, leaf: LeafId) -> bool {
        self.inputs.candidates.strongest(leaf).is_some()
    }

    fn path_of(&self, field: Field) -> String {
        match (field.leaf, &self.element) {
            (Some(leaf), _) => self.inputs.index.leaf_path(leaf).to_string(),
            (None, Some(element)) => {
                let whole = self.inputs.index.leaf_path(element.leaf);
                format!("{whole}{}.{}", element.within, field.setting.key)
            }
            (None, None) => field.setting.key.to_owned(),
        }
    }
}

/// Returns why the kind refuses the default, if it does.
fn default_fault(setting: &Setting) -> Option<Mismatch> {
    let text = match setting.default {
        DefaultValue::Json(text) => text.to_owned(),
        DefaultValue::Text(text) => json::escape(text),
        DefaultValue::Computed { value, .. } => value(),
        _ => return None,
    };
    from_json(&setting.kind, json::parse_value(&text).ok()?).err()
}
