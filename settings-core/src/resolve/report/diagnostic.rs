//! A diagnostic, and the report of all diagnostics.

use std::collections::HashSet;
use std::fmt;

use super::screen::escape_control;
use super::snippet::Snippet;

/// The severity of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// The setting works, but should be changed.
    Warning,
    /// The settings cannot be used until it is fixed.
    Error,
}

impl Severity {
    /// Returns its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal,)+) => {
        /// The kind of a diagnostic. The names are stable.
        #[non_exhaustive]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])+ $variant,)+
        }

        impl Code {
            /// Returns its stable name: `unknown-key`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

codes! {
    /// The file is not JSON.
    Syntax = "syntax",
    /// The file is empty.
    EmptyFile = "empty-file",
    /// An unknown key.
    UnknownKey = "unknown-key",
    /// A variable with the prefix of the program that belongs to no setting.
    UnknownVariable = "unknown-variable",
    /// A file of a secrets directory whose name is nearly a setting's.
    UnknownSecret = "unknown-secret",
    /// An explicit value for a path that no setting has.
    UnknownPath = "unknown-path",
    /// A key that matches but for its letter case.
    LetterCase = "letter-case",
    /// A key that appears twice.
    DuplicateKey = "duplicate-key",
    /// Two variables that set the same setting.
    DuplicateVariable = "duplicate-variable",
    /// Two files of one secrets directory that set the same setting.
    DuplicateSecret = "duplicate-secret",
    /// The removal of an entry that no weaker layer has.
    NoEntry = "no-entry",
    /// A name that can mean several entries.
    AmbiguousName = "ambiguous-name",
    /// A value of another type.
    WrongType = "wrong-type",
    /// A reference in a value that has no text, or is not a reference.
    Reference = "reference",
    /// A required setting that no layer gives.
    Missing = "missing",
    /// A number outside its bounds.
    OutOfRange = "out-of-range",
    /// Text that is not in the setting's list.
    NotInList = "not-in-list",
    /// Text of the wrong length or form.
    Malformed = "malformed",
    /// An element of a set that appears twice.
    DuplicateElement = "duplicate-element",
    /// A variable (or an explicit value) whose text cannot be parsed.
    Unparsable = "unparsable",
    /// A variable that isn't Unicode.
    NotUnicode = "not-unicode",
    /// A secret file that cannot be read, or is empty.
    SecretFile = "secret-file",
    /// A value that the check of its setting refuses.
    Check = "check",
    /// Settings that break a rule over several settings.
    Rule = "rule",
    /// A setting that should no longer be set.
    Deprecated = "deprecated",
    /// A setting that an earlier release had and that is still set.
    Removed = "removed",
    /// An alias: an old name that still works.
    Alias = "alias",
    /// Sections of a file that the program does not have.
    UnclaimedSections = "unclaimed-sections",
    /// Variables with the prefix that belong to no section.
    UnclaimedVariables = "unclaimed-variables",
    /// Files of a secrets directory that belong to no setting.
    UnclaimedSecrets = "unclaimed-secrets",
    /// An empty variable of an optional setting that a weaker layer sets.
    EmptyVariable = "empty-variable",
    /// A list element with a comma in it, which may be meant as several elements.
    ListSeparator = "list-separator",
    /// A file of a folder that is not read, though it looks like a configuration file.
    IgnoredFile = "ignored-file",
    /// An external source that does not answer, or whose copy cannot be written.
    ExternalSource = "external-source",
    /// A type that refuses what its own kind accepts; a bug in the program.
    Contradiction = "contradiction",
}

impl Code {
    /// Returns whether it is about a name that no setting has.
    const fn is_of_a_foreign_name(self) -> bool {
        matches!(
            self,
            Self::UnknownKey
                | Self::UnknownVariable
                | Self::UnknownSecret
                | Self::UnknownPath
                | Self::UnclaimedSections
                | Self::UnclaimedVariables
                | Self::UnclaimedSecrets
        )
    }
}

/// The place that a diagnostic points to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// A place in a file.
    File {
        /// The file as it was named.
        name: String,
        /// The line, counted from 1.
        line: usize,
        /// The column in characters, counted from 1.
        column: usize,
        /// The line with secrets masked.
        snippet: Option<Snippet>,
    },
    /// A variable.
    Variable {
        /// Its name.
        name: String,
        /// The env file and line that set it.
        file: Option<(String, usize)>,
    },
    /// A file of a secrets directory.
    SecretFile {
        /// The file with its directory.
        path: String,
    },
    /// An explicit value.
    Override {
        /// The origin of the value: `--set`.
        origin: String,
        /// The path that it sets.
        path: String,
    },
    /// The settings of the program itself.
    Program,
}

/// Returns whether a name is a URL, at whose end `:7` would look like a port.
pub(crate) fn is_url(name: &str) -> bool {
    name.contains("://")
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name, line, column, .. } if is_url(name) => {
                write!(f, "{name}, line {line}, column {column}")
            }
            Self::File { name, line, column, .. } => write!(f, "{name}:{line}:{column}"),
            Self::Variable { name, file: None } => write!(f, "variable {name}"),
            Self::Variable { name, file: Some((file, line)) } => write!(f, "variable {name} ({file}:{line})"),
            Self::SecretFile { path } => write!(f, "secret {path}"),
            Self::Override { origin, path } => write!(f, "{origin} {path}"),
            Self::Program => f.write_str("the program"),
        }
    }
}

/// A mistake, or something doubtful. Contains no secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The severity.
    pub severity: Severity,
    /// The kind.
    pub code: Code,
    /// The mistake, and what was expected.
    pub message: String,
    /// The path of the setting, if it concerns one.
    pub setting: Option<String>,
    /// The place.
    pub place: Place,
    /// Related places, each with a label: `first set here`.
    pub related: Vec<(Place, String)>,
    /// The advice; contains the nearest valid name if there is one.
    pub help: String,
}

impl Diagnostic {
    pub(crate) fn new(severity: Severity, code: Code, message: impl Into<String>) -> Self {
        Self {
            severity,
            code,
            message: message.into(),
            setting: None,
            place: Place::Program,
            related: Vec::new(),
            help: String::new(),
        }
    }

    pub(crate) fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    pub(crate) fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    pub(crate) fn note(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, message)
    }

    /// Sets the place.
    #[must_use]
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// Sets the path of the setting.
    #[must_use]
    pub(crate) fn setting(mut self, path: impl ToString) -> Self {
        self.setting = Some(path.to_string());
        self
    }

    /// Adds a related place.
    #[must_use]
    pub(crate) fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related.push((place, label.into()));
        self
    }

    /// Sets the advice.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

/// All diagnostics of all layers, in the order of layers and places, each once.
///
/// `Debug` and `Display` both print the report for people, so that a program that returns it from `main` shows the
/// source lines with their carets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Report {
    pub(crate) fn new(mut diagnostics: Vec<Diagnostic>) -> Self {
        if diagnostics.len() > 1 {
            let mut seen = HashSet::new();
            diagnostics.retain(|diagnostic| seen.insert(diagnostic.clone()));
        }
        Self { diagnostics }
    }

    /// Returns all diagnostics.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Returns whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Returns the number of diagnostics with this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }

    /// Returns the findings that `before` does not have, whatever their places.
    #[must_use]
    pub fn beyond(&self, before: &Self) -> Self {
        let key =
            |found: &Diagnostic| (found.code, found.severity, found.setting.clone(), found.message.clone());
        let old: HashSet<_> = before.diagnostics.iter().map(key).collect();
        self.filtered(|diagnostic| !old.contains(&key(diagnostic)))
    }

    /// Returns the errors alone.
    #[must_use]
    pub fn errors(&self) -> Self {
        self.filtered(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Returns the warnings alone.
    #[must_use]
    pub fn warnings(&self) -> Self {
        self.filtered(|diagnostic| diagnostic.severity == Severity::Warning)
    }

    /// Returns the findings that matter to the setting or entry with this path and variable (empty if it has none): those
    /// of it, of its parts and of what contains it; those that name it, such as a misspelled key; and those of a whole
    /// file, such as a syntax error.
    #[must_use]
    pub fn about(&self, path: &str, variable: &str) -> Self {
        let contains = |outer: &str, inner: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let quoted = [path, variable].map(|name| format!("`{name}`"));
        let is_named = |text: &str| quoted.iter().any(|name| text.contains(name));
        self.filtered(|found| {
            let concerns = match &found.setting {
                Some(setting) => contains(setting, path) || contains(path, setting),
                None => !found.code.is_of_a_foreign_name(),
            };
            concerns || is_named(&found.message) || is_named(&found.help)
        })
    }

    fn filtered(&self, keep: impl Fn(&Diagnostic) -> bool) -> Self {
        Self { diagnostics: self.diagnostics.iter().filter(|diagnostic| keep(diagnostic)).cloned().collect() }
    }

    /// Returns the diagnostics of both, each once.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self::new(self.diagnostics.iter().chain(&other.diagnostics).cloned().collect())
    }

    /// Turns warnings into errors.
    #[must_use]
    pub fn strict(mut self) -> Self {
        for diagnostic in &mut self.diagnostics {
            if diagnostic.severity == Severity::Warning {
                diagnostic.severity = Severity::Error;
            }
        }
        self
    }
}

/// One line: the place, the severity with the code, the message and the advice.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.to_string();
        write!(f, "{}: {}[{}]: ", escape_control(&place), self.severity.name(), self.code.name())?;
        write!(f, "{} ({})", escape_control(&self.message), escape_control(&self.help))
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_human(false))
    }
}

impl std::error::Error for Report {}

impl FromIterator<Diagnostic> for Report {
    /// Collects diagnostics, each once.
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        Self::new(diagnostics.into_iter().collect())
    }
}
