//! Rules over several settings of a section.

/// A condition over several settings of a section. The check itself is typed and part of the code that builds the
/// section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// The severity of a broken rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// The settings cannot be used.
    Error,
    /// The settings work, but are probably a mistake.
    Warning,
}
