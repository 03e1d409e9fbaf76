//! The parts of a setting's metadata that few settings have.

use super::{AllowedChange, Danger, Relevance, Setting};

/// Metadata that few settings have, kept apart so that the many others stay small.
///
/// [`Setting::details`] adds it, and [`Setting`] has a method to read each part.
///
/// ```
/// use settings_core::schema::{DefaultValue, Details, Kind, Setting};
///
/// const DETAILS: Details = Details::new().aliases(&["UDPServerPort"]).restart();
/// const PORT: Setting =
///     Setting::new("Port", "port", Kind::Integer { min: 1, max: 65535 }, DefaultValue::Integer(8443)).details(&DETAILS);
/// assert_eq!(PORT.aliases(), ["UDPServerPort"]);
/// assert!(PORT.restart());
/// assert_eq!(PORT.page(), None);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Details {
    note: &'static str,
    computed_from: &'static [&'static str],
    aliases: &'static [&'static str],
    variables: &'static [&'static str],
    console: Option<&'static str>,
    page: Option<&'static str>,
    added: Option<&'static str>,
    deprecated: Option<Deprecated>,
    allowed: &'static [AllowedChange],
    scope: Option<&'static str>,
    danger: Option<Danger>,
    relevant_if: Option<Relevance>,
    required: bool,
    restart: bool,
    hidden: bool,
    flag: bool,
    todo: Option<&'static str>,
    json_schema: Option<fn() -> String>,
}

/// The reason why a setting should no longer be set, and the version since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deprecated {
    /// The version: `1.2`, or `next` for the one to come.
    pub since: &'static str,
    /// The reason, as a sentence.
    pub reason: &'static str,
    /// The release that ends it: `13`.
    pub until: Option<&'static str>,
    /// The setting to use instead: `Section.Key`, or a bare key of the same section.
    pub replacement: Option<&'static str>,
}

impl Deprecated {
    /// A deprecation without a replacement.
    pub const fn new(since: &'static str, reason: &'static str) -> Self {
        Self { since, reason, until: None, replacement: None }
    }

    /// Names the release that removes the setting.
    #[must_use]
    pub const fn until(mut self, version: &'static str) -> Self {
        self.until = Some(version);
        self
    }

    /// Names the setting to use instead.
    #[must_use]
    pub const fn replacement(mut self, path: &'static str) -> Self {
        self.replacement = Some(path);
        self
    }
}

impl Default for Details {
    fn default() -> Self {
        Self::new()
    }
}

impl Details {
    /// No details.
    pub const fn new() -> Self {
        Self {
            note: "",
            computed_from: &[],
            aliases: &[],
            variables: &[],
            console: None,
            page: None,
            added: None,
            deprecated: None,
            allowed: &[],
            scope: None,
            danger: None,
            relevant_if: None,
            required: false,
            restart: false,
            hidden: false,
            flag: false,
            todo: None,
            json_schema: None,
        }
    }

    /// Sets the text (Markdown) after the value list of the doc comment.
    #[must_use]
    pub const fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    /// Sets the keys of the section's settings that the default is computed from.
    ///
    /// [`DefaultValue::Computed`](super::DefaultValue::Computed) holds the rule.
    #[must_use]
    pub const fn computed_from(mut self, keys: &'static [&'static str]) -> Self {
        self.computed_from = keys;
        self
    }

    /// Sets the old names.
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Sets the variables that set it in place of the one that follows from its path, the strongest first.
    #[must_use]
    pub const fn variables(mut self, variables: &'static [&'static str]) -> Self {
        self.variables = variables;
        self
    }

    /// Sets a System Console path other than the section's.
    #[must_use]
    pub const fn console(mut self, console: &'static str) -> Self {
        self.console = Some(console);
        self
    }

    /// Sets a reference page other than the section's.
    #[must_use]
    pub const fn page(mut self, page: &'static str) -> Self {
        self.page = Some(page);
        self
    }

    /// Sets the version that introduced the setting.
    #[must_use]
    pub const fn added(mut self, version: &'static str) -> Self {
        self.added = Some(version);
        self
    }

    /// Marks the setting as deprecated.
    #[must_use]
    pub const fn deprecated(mut self, deprecated: Deprecated) -> Self {
        self.deprecated = Some(deprecated);
        self
    }

    /// Sets the breaking changes that the gate of releases lets pass.
    #[must_use]
    pub const fn allowed_changes(mut self, allowed: &'static [AllowedChange]) -> Self {
        self.allowed = allowed;
        self
    }

    /// Sets the scope: the place where the setting may be set, or the people for whom, in a word of the program's own.
    #[must_use]
    pub const fn scope(mut self, scope: &'static str) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Asks for a confirmation before a dangerous value is saved.
    #[must_use]
    pub const fn danger(mut self, danger: Danger) -> Self {
        self.danger = Some(danger);
        self
    }

    /// Names the value of another setting with which this one has an effect.
    #[must_use]
    pub const fn relevant_if(mut self, relevance: Relevance) -> Self {
        self.relevant_if = Some(relevance);
        self
    }

    /// Makes a value obligatory: without one, nothing can be resolved. The setting has
    /// [`DefaultValue::None`](super::DefaultValue::None).
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Requires a restart of the server after a change.
    #[must_use]
    pub const fn restart(mut self) -> Self {
        self.restart = true;
        self
    }

    /// Marks the setting for a flag of the server's command.
    #[must_use]
    pub const fn flag(mut self) -> Self {
        self.flag = true;
        self
    }

    /// Keeps the setting out of documents.
    #[must_use]
    pub const fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// Notes an open question about the setting.
    #[must_use]
    pub const fn todo(mut self, todo: &'static str) -> Self {
        self.todo = Some(todo);
        self
    }

    /// Sets the JSON Schema of the setting's own type, for a [`Kind::Json`](super::Kind::Json).
    #[must_use]
    pub const fn json_schema(mut self, schema: fn() -> String) -> Self {
        self.json_schema = Some(schema);
        self
    }

    /// Makes the details live as long as the program, for a setting that is made at run time.
    pub fn leak(self) -> &'static Self {
        Box::leak(Box::new(self))
    }
}

impl Setting {
    /// The text (Markdown) after the value list of the doc comment; empty where there is none.
    pub const fn note(&self) -> &'static str {
        match self.details {
            Some(details) => details.note,
            None => "",
        }
    }

    /// The keys of the section's settings that the default is computed from; empty where it is not computed.
    pub const fn computed_from(&self) -> &'static [&'static str] {
        match self.details {
            Some(details) => details.computed_from,
            None => &[],
        }
    }

    /// Old or wrong names that still work and warn: `Section.Key`, or a bare key of the same section.
    pub const fn aliases(&self) -> &'static [&'static str] {
        match self.details {
            Some(details) => details.aliases,
            None => &[],
        }
    }

    /// The variables that set it in place of the one that follows from its path, the strongest first; empty if it names
    /// none. Their letter case counts.
    pub const fn variables(&self) -> &'static [&'static str] {
        match self.details {
            Some(details) => details.variables,
            None => &[],
        }
    }

    /// The page in the System Console (`Environment > SMTP`), if it is not the section's.
    pub const fn console(&self) -> Option<&'static str> {
        match self.details {
            Some(details) => details.console,
            None => None,
        }
    }

    /// The reference page, if it is not the section's.
    pub const fn page(&self) -> Option<&'static str> {
        match self.details {
            Some(details) => details.page,
            None => None,
        }
    }

    /// The version that introduced the setting; `next` for the one to come.
    pub const fn added(&self) -> Option<&'static str> {
        match self.details {
            Some(details) => details.added,
            None => None,
        }
    }

    /// The deprecation, if the setting should no longer be set.
    pub const fn deprecated(&self) -> Option<&'static Deprecated> {
        match self.details {
            Some(Details { deprecated: Some(deprecated), .. }) => Some(deprecated),
            _ => None,
        }
    }

    /// The breaking changes of the setting that the gate of releases lets pass.
    pub const fn allowed_changes(&self) -> &'static [AllowedChange] {
        match self.details {
            Some(details) => details.allowed,
            None => &[],
        }
    }

    /// The place where the setting may be set, or the people for whom, in a word of the program's own.
    pub const fn scope(&self) -> Option<&'static str> {
        match self.details {
            Some(details) => details.scope,
            None => None,
        }
    }

    /// Returns the value that must be confirmed before it is saved.
    pub const fn danger(&self) -> Option<Danger> {
        match self.details {
            Some(details) => details.danger,
            None => None,
        }
    }

    /// Returns the value of another setting with which this one has an effect.
    pub const fn relevant_if(&self) -> Option<Relevance> {
        match self.details {
            Some(details) => details.relevant_if,
            None => None,
        }
    }

    /// Returns whether a layer must give a value, since there is no default.
    pub const fn required(&self) -> bool {
        matches!(self.details, Some(Details { required: true, .. }))
    }

    /// Returns whether a change needs a restart of the server.
    pub const fn restart(&self) -> bool {
        matches!(self.details, Some(Details { restart: true, .. }))
    }

    /// Returns whether the setting is marked for a flag of the server's command.
    pub const fn flag(&self) -> bool {
        matches!(self.details, Some(Details { flag: true, .. }))
    }

    /// Returns whether the setting works but appears in no document.
    pub const fn hidden(&self) -> bool {
        matches!(self.details, Some(Details { hidden: true, .. }))
    }

    /// The open question about the setting. Documents do not show it; `docs todo` lists it.
    pub const fn todo(&self) -> Option<&'static str> {
        match self.details {
            Some(details) => details.todo,
            None => None,
        }
    }

    /// Returns the function that writes the JSON Schema of the setting's own type, if its kind doesn't say all.
    pub const fn json_schema(&self) -> Option<fn() -> String> {
        match self.details {
            Some(details) => details.json_schema,
            None => None,
        }
    }
}
