//! A finding: one mistake on a page.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::docs::model::Span;
use crate::nearest::nearest;

/// The rule that a finding breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Rule {
    /// A grid table that docutils rejects, or reads differently than it looks.
    MalformedTable,
    /// A variable that doesn't belong to its setting.
    EnvName,
    /// A path in `config.json` that isn't the setting's.
    ConfigPath,
    /// A name that differs in letter case only.
    LetterCase,
    /// A path in the System Console that isn't the setting's.
    ConsolePath,
    /// A default that contradicts another one.
    Default,
    /// A value list that misses a value or names one that isn't accepted.
    Values,
    /// A hint of another kind or unit than the setting's.
    Kind,
    /// A setting that the page should document and doesn't.
    MissingSetting,
    /// A setting that does not exist.
    UnknownSetting,
    /// One anchor for two settings.
    DuplicateId,
    /// Markup that doesn't mean what it was written for.
    Markup,
    /// A warning or error of docutils about anything but a grid table.
    DocutilsWarning,
    /// Text that was decoded wrongly.
    Encoding,
    /// Blanks at the end of a line.
    TrailingSpace,
    /// No line end after the last line.
    FinalNewline,
    /// A comment that silences nothing.
    UnusedAllow,
    /// A page on which no setting is found.
    NoSettings,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 18] = [
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
        Self::NoSettings,
    ];

    /// The name in findings and in comments that silence the rule.
    pub const fn as_str(self) -> &'static str {
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
            Self::NoSettings => "no-settings",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Rule {
    type Err = UnknownRule;

    fn from_str(name: &str) -> Result<Self, UnknownRule> {
        let found = Self::ALL.into_iter().find(|rule| rule.as_str() == name);
        found.ok_or_else(|| UnknownRule { name: name.to_owned() })
    }
}

/// The error of [`Rule::from_str`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRule {
    name: String,
}

impl UnknownRule {
    /// The remedy: the rule with the nearest name, or all names.
    pub(super) fn help(&self) -> String {
        match nearest(&self.name, Rule::ALL.map(Rule::as_str)) {
            Some(near) => format!("write `{near}`"),
            None => format!("the rules are {}", Rule::ALL.map(Rule::as_str).join(", ")),
        }
    }
}

impl fmt::Display for UnknownRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown rule `{}`: {}", self.name, self.help())
    }
}

impl std::error::Error for UnknownRule {}

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The page misinforms its readers, or a part of it is lost.
    Error,
    /// The page doesn't misinform its readers, at least not by this alone.
    Warning,
}

/// One mistake on a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The rule that is broken.
    pub rule: Rule,
    /// The severity.
    pub severity: Severity,
    /// The path of the page, as given.
    pub page: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The setting's path in `config.json`, or its title if the page doesn't state a path; empty for the page itself.
    pub setting: String,
    /// The mistake.
    pub message: String,
    /// The right text, if it is known.
    pub expected: Option<String>,
    /// The text of the page.
    pub found: Option<String>,
    /// The remedy.
    pub help: String,
    /// The edits that fix it, if there is a single answer.
    #[serde(skip)]
    pub(in crate::docs) fix: Vec<Edit>,
    /// The bytes it concerns.
    #[serde(skip)]
    pub(in crate::docs) span: Span,
}

/// The message about several settings in one table.
pub(super) const SEVERAL: &str = "the table names several settings";

/// A change of the page's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::docs) struct Edit {
    pub(in crate::docs) span: Span,
    pub(in crate::docs) text: String,
}

impl Finding {
    /// Returns true if it is about several settings in one table.
    pub(in crate::docs) fn is_several(&self) -> bool {
        self.message.starts_with(SEVERAL)
    }

    /// Returns true if it is about a key without a section.
    pub(in crate::docs) fn is_bare_key(&self) -> bool {
        self.rule == Rule::ConfigPath
            && self.found.as_ref().is_some_and(|found| *found == self.setting)
            && !self.setting.contains('.')
    }

    /// Returns true if `docs sync` fixes it.
    pub fn has_fix(&self) -> bool {
        !self.fix.is_empty()
    }
}
