//! One leaf: `EmailSettings.SMTPServer`.

use super::{Details, Kind, Variant};

/// One setting. The derive writes it with the const builder below.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Setting {
    /// The key in `config.json`, inside its section: `SMTPServer`.
    pub key: &'static str,
    /// The name of the struct's field: `smtp_server`.
    pub field: &'static str,
    /// The heading in documents: `SMTP server`.
    pub title: &'static str,
    /// The description (Markdown). Its first sentence is the summary.
    pub description: &'static str,
    /// Each documented value, in the order of the doc comment.
    pub values: &'static [ValueDoc],
    /// The values that the setting accepts.
    pub kind: Kind,
    /// The value where no layer gives one.
    pub default: DefaultValue,
    pub(super) details: Option<&'static Details>,
    pub(super) variant: Option<&'static Variant>,
}

/// One documented value of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueDoc {
    /// The value as it is written in `config.json`.
    pub value: &'static str,
    /// The meaning (Markdown).
    pub text: &'static str,
}

/// A setting's value where no layer gives one.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum DefaultValue {
    /// Nothing: `null`, the default of an optional setting.
    None,
    /// A bool.
    Bool(bool),
    /// An integer; of a duration, in the setting's unit.
    Integer(i128),
    /// A number with a fraction.
    Float(f64),
    /// Text, a secret, or the text of a one-of's choice.
    Text(&'static str),
    /// A list, a map or anything else, as JSON.
    Json(&'static str),
    /// Known only at run time.
    Computed {
        /// The rule in words, for documents: `the number of processors`.
        rule: &'static str,
        /// The value as JSON.
        value: fn() -> String,
    },
}

impl Setting {
    /// A setting without documentation; the derive adds it with the methods below.
    pub const fn new(key: &'static str, field: &'static str, kind: Kind, default: DefaultValue) -> Self {
        Self {
            key,
            field,
            title: key,
            description: "",
            values: &[],
            kind,
            default,
            details: None,
            variant: None,
        }
    }

    /// Sets the heading.
    #[must_use]
    pub const fn title(mut self, title: &'static str) -> Self {
        self.title = title;
        self
    }

    /// Sets the first two parts of the doc comment: the text before its value list, and the list.
    ///
    /// [`Details::note`] sets the third part.
    #[must_use]
    pub const fn doc(mut self, description: &'static str, values: &'static [ValueDoc]) -> Self {
        self.description = description;
        self.values = values;
        self
    }

    /// The variant of an enum that the setting belongs to: it applies only if the variant is selected.
    pub const fn variant(&self) -> Option<&'static Variant> {
        self.variant
    }

    /// Sets the metadata that few settings have.
    #[must_use]
    pub const fn details(mut self, details: &'static Details) -> Self {
        self.details = Some(details);
        self
    }
}

/// Returns whether `values` names each value of a bool or one-of `kind` exactly once and nothing else.
///
/// The derive asserts it at compile time. An empty list is no list and passes.
pub const fn documents_every_value(kind: Kind, values: &[ValueDoc]) -> bool {
    if values.is_empty() {
        return true;
    }
    match kind {
        Kind::Bool => values.len() == 2 && documents(values, "true") && documents(values, "false"),
        Kind::OneOf(choices) => {
            let mut rest = choices;
            while let [choice, others @ ..] = rest {
                if !documents(values, choice.text) && !documents(values, choice.label) {
                    return false;
                }
                rest = others;
            }
            values.len() == choices.len()
        }
        Kind::Optional(of) => documents_every_value(*of, values),
        _ => true,
    }
}

const fn documents(values: &[ValueDoc], wanted: &str) -> bool {
    let mut rest = values;
    while let [value, others @ ..] = rest {
        if same(value.value.as_bytes(), wanted.as_bytes()) {
            return true;
        }
        rest = others;
    }
    false
}

pub(crate) const fn same(mut a: &[u8], mut b: &[u8]) -> bool {
    while let ([x, rest_a @ ..], [y, rest_b @ ..]) = (a, b) {
        if *x != *y {
            return false;
        }
        (a, b) = (rest_a, rest_b);
    }
    a.is_empty() && b.is_empty()
}
