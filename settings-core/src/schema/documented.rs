//! The values of a setting as documents show them.

use super::{Choice, DefaultValue, Setting};

/// One value as documents show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DocumentedValue {
    /// The value as it is written in `config.json`.
    pub value: &'static str,
    /// The value's name in documents.
    pub label: &'static str,
    /// The meaning (Markdown).
    pub text: &'static str,
}

impl Setting {
    /// The first sentence of the description.
    pub fn summary(&self) -> &'static str {
        let end = self.description.match_indices(". ").map(|(at, _)| at + 1).next();
        let paragraph = self.description.split("\n\n").next().unwrap_or_default();
        end.and_then(|end| paragraph.get(..end)).unwrap_or(paragraph)
    }

    /// Each value with its meaning: the setting's own list, else its type's.
    pub fn documented_values(&self) -> Vec<DocumentedValue> {
        let choices = self.kind.choices();
        if self.values.is_empty() {
            let of_choice = |choice: &Choice| DocumentedValue {
                value: choice.text,
                label: choice.label,
                text: choice.doc,
            };
            return choices.iter().map(of_choice).collect();
        }
        let documented = self.values.iter().map(|doc| {
            let choice = choices.iter().find(|choice| choice.text == doc.value || choice.label == doc.value);
            let (value, label) = choice.map_or((doc.value, doc.value), |choice| (choice.text, choice.label));
            DocumentedValue { value, label, text: doc.text }
        });
        documented.collect()
    }

    /// Returns whether a value, as it is written in `config.json`, is the default.
    pub fn is_default(&self, value: &str) -> bool {
        match self.default {
            DefaultValue::Bool(bool) => value == if bool { "true" } else { "false" },
            DefaultValue::Text(text) => value == text,
            _ => false,
        }
    }
}
