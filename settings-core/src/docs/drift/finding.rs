//! One thing wrong on a page.

use std::fmt;

use serde::Serialize;

use crate::docs::model::Span;

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// A grid table that docutils refuses, or reads otherwise than it looks.
    MalformedTable,
    /// A variable that isn't the one of its setting.
    EnvName,
    /// A place in `config.json` that isn't the setting's.
    ConfigPath,
    /// A name that differs in letter case only.
    LetterCase,
    /// A place in the System Console that isn't the setting's.
    ConsolePath,
    /// A default that contradicts another one.
    Default,
    /// A value list that misses a value or names one that isn't accepted.
    Values,
    /// A hint of another kind or unit than the setting's.
    Kind,
    /// A setting that the page should document.
    MissingSetting,
    /// A setting that does not exist.
    UnknownSetting,
    /// One anchor for two settings.
    DuplicateId,
    /// Markup that does not say what it means.
    Markup,
    /// What docutils warns of beside tables: a title underlined too short, markup not closed.
    DocutilsWarning,
    /// Text that was decoded wrongly.
    Encoding,
    /// Blanks at the end of a line.
    TrailingSpace,
    /// No line end after the last line.
    FinalNewline,
    /// A comment that silences nothing.
    UnusedAllow,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 17] = [
        Self::MalformedTable,
        Self::EnvName,
        Self::ConfigPath,
        Self::LetterCase,
        Self::ConsolePath,
        Self::Default,
        Self::Values,
        Self::Kind,
        Self::MissingSetting,
        Self::UnknownSetting,
        Self::DuplicateId,
        Self::Markup,
        Self::DocutilsWarning,
        Self::Encoding,
        Self::TrailingSpace,
        Self::FinalNewline,
        Self::UnusedAllow,
    ];

    /// Its name in findings and in comments that silence it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MalformedTable => "malformed-table",
            Self::EnvName => "env-name",
            Self::ConfigPath => "config-path",
            Self::LetterCase => "letter-case",
            Self::ConsolePath => "console-path",
            Self::Default => "default",
            Self::Values => "values",
            Self::Kind => "kind",
            Self::MissingSetting => "missing-setting",
            Self::UnknownSetting => "unknown-setting",
            Self::DuplicateId => "duplicate-id",
            Self::Markup => "markup",
            Self::DocutilsWarning => "docutils-warning",
            Self::Encoding => "encoding",
            Self::TrailingSpace => "trailing-space",
            Self::FinalNewline => "final-newline",
            Self::UnusedAllow => "unused-allow",
        }
    }

    /// The rule of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Readers are told something wrong, or lose a part of the page.
    Error,
    /// Readers are not misled, or can't be by this alone.
    Warning,
}

/// One thing wrong on a page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// What it is about.
    pub rule: Rule,
    /// How bad it is.
    pub severity: Severity,
    /// The page's path as it was given.
    pub page: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The setting's place in `config.json`, or its title where the page doesn't say it; empty for the page itself.
    pub setting: String,
    /// What is wrong.
    pub message: String,
    /// What should stand there, where that is known.
    pub expected: Option<String>,
    /// What stands there.
    pub found: Option<String>,
    /// What to do.
    pub help: String,
    /// The edits that mend it, where there is one answer.
    #[serde(skip)]
    pub(in crate::docs) fix: Vec<Edit>,
    /// The bytes that it is about.
    #[serde(skip)]
    pub(in crate::docs) span: Span,
}

/// A change of the page's text.
#[derive(Clone, Debug)]
pub(in crate::docs) struct Edit {
    pub(in crate::docs) span: Span,
    pub(in crate::docs) text: String,
}

// Spans of facts are all alike; those of edits are not.
impl PartialEq for Edit {
    fn eq(&self, other: &Self) -> bool {
        self.span.range() == other.span.range() && self.text == other.text
    }
}

impl Finding {
    /// Whether `docs sync` mends it.
    pub fn has_fix(&self) -> bool {
        !self.fix.is_empty()
    }
}
