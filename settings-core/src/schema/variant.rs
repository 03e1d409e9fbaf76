//! The variants of enums with data.

use super::Path;

/// The variant of an enum with data that settings belong to, where a setting (the tag) selects the variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Variant {
    /// The key of the tag.
    pub tag: &'static str,
    /// The value of the tag that selects the variant.
    pub value: &'static str,
    /// True if the variant is selected where no layer sets the tag.
    pub is_default: bool,
    /// True if the tag is next to the section that holds the settings, and not among them.
    pub is_content: bool,
}

impl Variant {
    /// A variant that is not the default, with the tag among its settings.
    pub const fn new(tag: &'static str, value: &'static str) -> Self {
        Self { tag, value, is_default: false, is_content: false }
    }

    /// Selects the variant where no layer sets the tag.
    #[must_use]
    pub const fn default_variant(mut self) -> Self {
        self.is_default = true;
        self
    }

    /// Puts the tag next to the section that holds the settings.
    #[must_use]
    pub const fn content(mut self) -> Self {
        self.is_content = true;
        self
    }

    /// Returns the path of the tag, for settings in the section at `section`.
    pub(crate) fn tag_path(&self, section: &[&'static str]) -> Path {
        let around = match section.split_last() {
            Some((_, around)) if self.is_content => around,
            _ => section,
        };
        Path::new(around.iter().copied().chain([self.tag]).collect())
    }
}
