//! Rules over several settings of a section.

/// What must hold between the settings of a section. The check itself is typed and stands in the code that
/// builds the section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What is wrong where the rule is broken.
    pub message: &'static str,
    /// What to do about it; where it is empty, findings tell to change one of `fields`.
    pub help: &'static str,
    /// The settings that it looks at: keys of the section, or paths below it.
    pub fields: &'static [&'static str],
    /// What a broken rule means.
    pub strength: Strength,
}

/// What a broken rule means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// The settings can't be used.
    Error,
    /// They work, but are probably not what is meant.
    Warning,
}
