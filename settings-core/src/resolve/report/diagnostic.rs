//! One thing wrong or doubtful, and the report of all of them.

use std::collections::HashSet;
use std::fmt;

use super::snippet::Snippet;

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Works, but should be mended.
    Warning,
    /// Nothing can be resolved until it is mended.
    Error,
}

impl Severity {
    /// Its name in reports.
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
        /// What sort of thing is wrong. The names are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])+ $variant,)+
        }

        impl Code {
            /// Its stable name: `unknown-key`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

codes! {
    /// The file is no JSON.
    Syntax = "syntax",
    /// The file holds nothing.
    EmptyFile = "empty-file",
    /// A key that no setting has.
    UnknownKey = "unknown-key",
    /// A variable with the program's prefix that no setting has.
    UnknownVariable = "unknown-variable",
    /// A file of a secrets directory whose name is nearly a setting's.
    UnknownSecret = "unknown-secret",
    /// An explicit value for a path that no setting has.
    UnknownPath = "unknown-path",
    /// A key that matches but for its letter case.
    LetterCase = "letter-case",
    /// A key that stands twice.
    DuplicateKey = "duplicate-key",
    /// Two variables that set the same setting.
    DuplicateVariable = "duplicate-variable",
    /// Two files of one secrets directory that set the same setting.
    DuplicateSecret = "duplicate-secret",
    /// A value of another type.
    WrongType = "wrong-type",
    /// A required setting that no layer gives.
    Missing = "missing",
    /// A number beyond its bounds.
    OutOfRange = "out-of-range",
    /// Text that is not in the setting's list.
    NotInList = "not-in-list",
    /// Text of the wrong length or form.
    Malformed = "malformed",
    /// An element of a set that stands twice.
    DuplicateElement = "duplicate-element",
    /// A variable (or an explicit value) whose text can't be read.
    Unparsable = "unparsable",
    /// A variable that isn't Unicode.
    NotUnicode = "not-unicode",
    /// A file that a `NAME_FILE` variable names can't be read.
    SecretFile = "secret-file",
    /// A value that the check of its setting refuses.
    Check = "check",
    /// Settings that don't go together.
    Rule = "rule",
    /// A setting that should no longer be set.
    Deprecated = "deprecated",
    /// An old name that still works.
    Alias = "alias",
    /// Sections of a file that belong to no struct of the program.
    UnclaimedSections = "unclaimed-sections",
    /// Variables with the prefix that belong to no section of the program.
    UnclaimedVariables = "unclaimed-variables",
    /// Files of a secrets directory that belong to no setting.
    UnclaimedSecrets = "unclaimed-secrets",
    /// A type's own reading contradicts its kind; a bug in the program.
    Contradiction = "contradiction",
}

/// Where a diagnostic points.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In a file.
    File {
        /// The file as it was named.
        name: String,
        /// The line, counted from 1.
        line: usize,
        /// The column in characters, counted from 1.
        column: usize,
        /// The line itself, secrets masked.
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
        /// Who gave it: `--set`.
        origin: String,
        /// The path it was given for.
        path: String,
    },
    /// The program's own settings.
    Program,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name, line, column, .. } => write!(f, "{name}:{line}:{column}"),
            Self::Variable { name, file: None } => write!(f, "variable {name}"),
            Self::Variable { name, file: Some((file, line)) } => write!(f, "variable {name} ({file}:{line})"),
            Self::SecretFile { path } => write!(f, "secret {path}"),
            Self::Override { origin, path } => write!(f, "{origin} {path}"),
            Self::Program => f.write_str("the program"),
        }
    }
}

/// One thing wrong or doubtful. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// What sort of thing it is.
    pub code: Code,
    /// What is wrong and what was expected.
    pub message: String,
    /// The setting's path, where it is about one.
    pub setting: Option<String>,
    /// Where.
    pub place: Place,
    /// Other places that belong to it, with what they are: `first set here`.
    pub related: Vec<(Place, String)>,
    /// What to do; names the nearest right name where there is one.
    pub help: String,
}

/// Every diagnostic of every layer, in the order of layers and places, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Report {
    pub(crate) fn new(mut diagnostics: Vec<Diagnostic>) -> Self {
        let mut seen = HashSet::new();
        diagnostics.retain(|diagnostic| seen.insert(diagnostic.clone()));
        Self { diagnostics }
    }

    /// All of them.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Whether one is an error.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// How many are of this severity.
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

    fn filtered(&self, keep: impl Fn(&Diagnostic) -> bool) -> Self {
        Self { diagnostics: self.diagnostics.iter().filter(|diagnostic| keep(diagnostic)).cloned().collect() }
    }

    /// Both, each finding once.
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

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_human(false))
    }
}

impl std::error::Error for Report {}
