//! Errors of changing a setting.

use std::fmt;

use super::{EditError, StorageError, WriteError};
use crate::resolve::build::code;
use crate::resolve::{Code, Diagnostic, Origin, Report, UnknownPath};
use crate::value::Mismatch;

/// An error of changing a settings file. Holds no secret.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// No setting has the path.
    Unknown(UnknownPath),
    /// The setting refuses the value.
    Value {
        /// The setting.
        path: String,
        /// The expected and the given value.
        mismatch: Box<Mismatch>,
    },
    /// Several values for a setting that takes one.
    NotAList {
        /// The setting.
        path: String,
    },
    /// Two values for one setting.
    Repeated {
        /// The setting.
        path: String,
    },
    /// A stronger layer sets the setting, so that the change would have no effect.
    Shadowed {
        /// The setting.
        path: String,
        /// The origin in the stronger layer.
        origin: Box<Origin>,
    },
    /// The file's text can't be edited.
    Edit {
        /// The file as it was named.
        file: String,
        /// The reason.
        error: EditError,
    },
    /// The history has no such version.
    UnknownVersion {
        /// The number that was asked for.
        number: u64,
        /// The numbers of the stored versions.
        available: Vec<u64>,
    },
    /// The change would add these errors to the settings.
    Invalid(Report),
    /// Another writer changed the same settings at the same time.
    Raced {
        /// The settings.
        paths: Vec<String>,
        /// The version that the other writer left.
        origin: String,
    },
    /// The file can't be read or written.
    Write(WriteError),
    /// The storage can't be read or written.
    Storage {
        /// The name of the storage.
        name: String,
        /// The reason.
        error: StorageError,
    },
}

impl StoreError {
    /// Returns the error as a report with the codes and words that the settings have for the same mistake in a file, or
    /// `None` if it is not about the value or the path of a setting.
    #[must_use]
    pub fn report(&self) -> Option<Report> {
        match self {
            Self::Invalid(report) => Some(report.clone()),
            Self::Unknown(unknown) => {
                let help = unknown.nearest.as_ref().map(|nearest| format!("did you mean `{nearest}`?"));
                let message = format!("unknown setting `{}`", unknown.path);
                let found = Diagnostic::error(Code::UnknownPath, message).setting(&unknown.path);
                Some(Report::new(vec![found.help(help.unwrap_or_default())]))
            }
            Self::Value { path, mismatch } => {
                let all = std::iter::once(&**mismatch).chain(&mismatch.others);
                let found = all.map(|one| {
                    let path = format!("{path}{}", one.within);
                    let mut message = format!("`{path}`: expected {}", one.expected);
                    if !one.found.is_empty() {
                        message.push_str(&format!(", found {}", one.found));
                    }
                    let help = one.help.as_deref().unwrap_or_default();
                    Diagnostic::error(code(one.reason, true), message).setting(path).help(help)
                });
                Some(Report::new(found.collect()))
            }
            _ => None,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(unknown) => unknown.fmt(f),
            Self::Value { path, mismatch } => {
                for (number, one) in std::iter::once(&**mismatch).chain(&mismatch.others).enumerate() {
                    f.write_str(if number > 0 { "\n" } else { "" })?;
                    write!(f, "`{path}{}`: expected {}", one.within, one.expected)?;
                    if !one.found.is_empty() {
                        write!(f, ", found {}", one.found)?;
                    }
                    one.help.as_ref().map_or(Ok(()), |help| write!(f, " ({help})"))?;
                }
                Ok(())
            }
            Self::NotAList { path } => write!(f, "`{path}` takes one value, not several"),
            Self::Repeated { path } => write!(f, "`{path}` is given twice"),
            Self::Shadowed { path, origin } => {
                write!(
                    f,
                    "`{path}` is set by {origin}, which is stronger than the file: the change would have no effect"
                )
            }
            Self::UnknownVersion { number, available } => {
                write!(f, "the history has no version {number}; ")?;
                match (available.first(), available.last()) {
                    (Some(first), Some(last)) if first < last => write!(f, "it has {first} to {last}"),
                    (Some(only), _) => write!(f, "it has only {only}"),
                    _ => f.write_str("it is empty"),
                }
            }
            Self::Edit { file, error } => write!(f, "{file}: {error}"),
            Self::Invalid(report) => {
                write!(f, "nothing is written, because the change would add errors:\n{report}")
            }
            Self::Raced { paths, origin } => {
                let paths = paths.join("`, `");
                write!(
                    f,
                    "{origin}: another writer changed `{paths}` at the same time; nothing is written, try again"
                )
            }
            Self::Write(error) => error.fmt(f),
            Self::Storage { name, error } => write!(f, "{name}: {error}"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<UnknownPath> for StoreError {
    fn from(unknown: UnknownPath) -> Self {
        Self::Unknown(unknown)
    }
}

impl From<WriteError> for StoreError {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}
