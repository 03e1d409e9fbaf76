//! Rules over several settings of a section.

/// A condition over several settings of a section. The check itself is typed and part of the code that builds the
/// section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// The message where the rule is broken.
    pub message: &'static str,
    /// The help; if it is empty, findings suggest changing one of `fields`.
    pub help: &'static str,
    /// The settings that it looks at: keys of the section, or paths below it.
    pub fields: &'static [&'static str],
    /// The severity of a broken rule.
    pub strength: Strength,
}

impl Rule {
    /// A rule over settings of a section, whose breach is an error.
    pub const fn new(message: &'static str, fields: &'static [&'static str]) -> Self {
        Self { message, help: "", fields, strength: Strength::Error }
    }

    /// Sets the help.
    #[must_use]
    pub const fn help(mut self, help: &'static str) -> Self {
        self.help = help;
        self
    }

    /// Makes a breach a warning.
    #[must_use]
    pub const fn warning(mut self) -> Self {
        self.strength = Strength::Warning;
        self
    }
}

/// The severity of a broken rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// The settings cannot be used.
    Error,
    /// The settings work, but are probably a mistake.
    Warning,
}
