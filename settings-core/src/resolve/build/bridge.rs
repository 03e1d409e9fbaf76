//! Fields whose attributes name a check, or a way from and to text.

use std::fmt::Display;

use super::builder::Builder;
use crate::resolve::report::{Code, Diagnostic, Severity};
use crate::value::Value;

impl Builder<'_> {
    /// The next setting's value, which `parse` reads from text.
    pub fn take_parsed<T, E>(&mut self, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let (field, value) = self.next_field()?;
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
        let (field, value) = self.next_field()?;
        if value == Value::Null {
            return Some(None);
        }
        let taken = value.as_text().and_then(|text| parse(text).ok());
        if taken.is_none() {
            self.not_taken(field);
        }
        taken.map(Some)
    }

    /// The next setting's value, which serde reads from JSON.
    #[cfg(feature = "serde")]
    pub fn take_serde<T: serde::de::DeserializeOwned>(&mut self) -> Option<T> {
        let (field, value) = self.next_field()?;
        match serde_json::from_str(value.as_text().unwrap_or("null")) {
            Ok(taken) => Some(taken),
            Err(error) => self.refuse(field, &error.to_string()),
        }
    }

    /// The next setting's value, which serde would read from JSON with the feature `serde`.
    #[cfg(not(feature = "serde"))]
    pub fn take_serde<T: without_serde::NeedsSerdeFeature>(&mut self) -> Option<T> {
        None
    }

    /// Checks the value of the setting `key`, which has just been taken.
    pub fn verified<T, E: Display>(
        &mut self,
        value: T,
        key: &'static str,
        check: impl FnOnce(&T) -> Result<(), E>,
    ) -> T {
        self.verified_at(None, value, key, check)
    }

    /// Checks the value of the setting `key` with this number, after those that follow have been taken.
    pub fn verified_at<T, E: Display>(
        &mut self,
        number: Option<u32>,
        value: T,
        key: &'static str,
        check: impl FnOnce(&T) -> Result<(), E>,
    ) -> T {
        if !self.inputs.is_broken
            && let Err(fault) = check(&value)
        {
            self.note_fault(number, key, fault.to_string());
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

#[cfg(not(feature = "serde"))]
pub(crate) mod without_serde {
    /// Implemented for no type: an attribute needs the feature `serde`.
    #[diagnostic::on_unimplemented(
        message = "`#[setting(serde)]` needs the feature `serde` of `settings-core`",
        label = "add the feature `serde` to `settings-core` in `Cargo.toml`"
    )]
    pub trait NeedsSerdeFeature {}
}
