//! Values that must be confirmed, and settings that decide whether others have an effect.

/// A value that must be confirmed before it is saved, since it is dangerous.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Danger {
    /// The consequence, as a sentence.
    pub text: &'static str,
    /// The text of the value; every change is dangerous if there is none.
    pub when: Option<&'static str>,
}

impl Danger {
    /// A danger of every change.
    pub const fn new(text: &'static str) -> Self {
        Self { text, when: None }
    }

    /// Limits the danger to one value: `true`, a whole number, or the text of a string.
    #[must_use]
    pub const fn when(mut self, value: &'static str) -> Self {
        self.when = Some(value);
        self
    }
}

/// The value of another setting of the same section with which a setting has an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Relevance {
    /// The other setting's key.
    pub setting: &'static str,
    /// True if the setting has an effect with this value, and false if it has one with every other value.
    pub is: bool,
    /// The text of the value.
    pub value: &'static str,
}

impl Relevance {
    /// A condition: the setting is, or is not, this value (`true`, a whole number, or the text of a string).
    pub const fn new(setting: &'static str, is: bool, value: &'static str) -> Self {
        Self { setting, is, value }
    }
}
