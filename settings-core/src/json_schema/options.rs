//! The options of a schema: its strictness, and the policies for unknown keys that a program sets for its layers.

use crate::schema::Unknown;

/// Options of [`json_schema_with`](super::json_schema_with): the strictness of a schema, and the policies for unknown keys.
///
/// The policies are those of [`Layers::unknown`](crate::resolve::Layers::unknown) and
/// [`Layers::unknown_in`](crate::resolve::Layers::unknown_in), so that the schema rejects the keys that the resolver
/// reports.
#[derive(Clone, Debug, Default)]
pub struct SchemaOptions {
    pub(super) strict: bool,
    pub(super) editor: bool,
    all: Option<Unknown>,
    /// By the path of the section; later entries are stronger.
    sections: Vec<(String, Unknown)>,
}

impl SchemaOptions {
    /// Creates the options of [`json_schema`](super::json_schema).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether values that cause warnings are rejected.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Sets whether the schema has the keywords of editors.
    #[must_use]
    pub fn editor(mut self, editor: bool) -> Self {
        self.editor = editor;
        self
    }

    /// Sets the policy for unknown keys in sections that have no policy of their own.
    #[must_use]
    pub fn unknown(mut self, unknown: Unknown) -> Self {
        self.all = Some(unknown);
        self
    }

    /// Sets the policy for unknown keys below a section. It replaces the policy of the struct.
    #[must_use]
    pub fn unknown_in(mut self, section: impl Into<String>, unknown: Unknown) -> Self {
        self.sections.push((section.into(), unknown));
        self
    }

    /// Returns the policy that the program sets for the section with these keys.
    pub(super) fn of(&self, keys: &[&str]) -> Option<Unknown> {
        let path = keys.join(".");
        let mut found = self.sections.iter().rev();
        found.find(|(section, _)| section.eq_ignore_ascii_case(&path)).map(|(_, unknown)| *unknown)
    }

    /// Returns the policy that holds in a section: the program's for it or one around it, the struct's, the program's for
    /// all.
    pub(super) fn effective(&self, program: Option<Unknown>, by_struct: Option<Unknown>) -> Option<Unknown> {
        program.or(by_struct).or(self.all)
    }
}
