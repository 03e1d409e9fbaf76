//! Fields whose attributes name a check, or a way from and to text.

use super::builder::Builder;
use crate::resolve::report::{Code, Diagnostic, Severity};
use crate::value::Value;

impl Builder<'_> {
    /// The next setting's value, which `parse` reads from text.
    pub fn take_parsed<T, E>(&mut self, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let field = self.next_field()?;
        let value = self.value_of(field);
        let taken = value.as_text().and_then(|text| parse(text).ok());
        if taken.is_none() {
            self.not_taken(field);
        }
        taken
    }

    /// The same for an optional setting.
    pub fn take_optional_parsed<T, E>(
        &mut self,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        let field = self.next_field()?;
        let value = self.value_of(field);
        if value == Value::Null {
            return Some(None);
        }
        let taken = value.as_text().and_then(|text| parse(text).ok());
        if taken.is_none() {
            self.not_taken(field);
        }
        taken.map(Some)
    }

    /// Checks the value of the setting `key`, which has just been taken.
    pub fn verified<T>(
        &mut self,
        value: T,
        key: &'static str,
        check: impl FnOnce(&T) -> Result<(), String>,
    ) -> T {
        self.verified_at(None, value, key, check)
    }

    /// Checks the value of the setting `key` with this number, after those that follow have been taken.
    pub fn verified_at<T>(
        &mut self,
        number: Option<u32>,
        value: T,
        key: &'static str,
        check: impl FnOnce(&T) -> Result<(), String>,
    ) -> T {
        if !self.inputs.is_broken
            && let Err(fault) = check(&value)
        {
            self.note_fault(number, key, fault);
        }
        value
    }

    #[cold]
    fn note_fault(&mut self, number: Option<u32>, key: &'static str, fault: String) {
        let leaf = number.unwrap_or(self.next.saturating_sub(1));
        let (path, place) = match &self.element {
            None => (self.inputs.index.leaf_path(leaf).to_string(), self.inputs.place_of(leaf, true)),
            Some(element) => {
                let whole = self.inputs.index.leaf_path(element.leaf);
                (format!("{whole}{}.{key}", element.within), self.inputs.element_place(Some(element)))
            }
        };
        self.diagnostics.push(Diagnostic {
            severity: Severity::Error,
            code: Code::Check,
            message: format!("`{path}`: {fault}"),
            help: format!("change `{path}`"),
            setting: Some(path),
            place,
            related: Vec::new(),
        });
    }
}
