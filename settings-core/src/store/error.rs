//! Why a setting can't be written.

use std::fmt;

use super::{EditError, WriteError};
use crate::resolve::{Origin, Report, UnknownPath};
use crate::value::Mismatch;

/// Why a setting can't be written. Holds no secret.
#[derive(Debug)]
pub enum StoreError {
    /// No setting has the path.
    Unknown(UnknownPath),
    /// The setting refuses the value.
    Value {
        /// The setting.
        path: String,
        /// What was expected and what was found.
        mismatch: Box<Mismatch>,
    },
    /// Several values for a setting that takes one.
    NoList {
        /// The setting.
        path: String,
    },
    /// A stronger layer sets the setting, so that what the file says has no effect.
    Shadowed {
        /// The setting.
        path: String,
        /// What sets it.
        origin: Box<Origin>,
    },
    /// The file's text can't be edited.
    Edit {
        /// The file as it was named.
        file: String,
        /// Why.
        error: EditError,
    },
    /// The history has no such version.
    NoVersion {
        /// The version's number.
        number: u64,
        /// The numbers of those that it has.
        kept: Vec<u64>,
    },
    /// With the change, the settings would have these mistakes, which they have not now.
    Invalid(Report),
    /// The file can't be read or written.
    File(WriteError),
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
            Self::NoList { path } => write!(f, "`{path}` takes one value, not several"),
            Self::Shadowed { path, origin } => {
                write!(
                    f,
                    "`{path}` is set by {origin}, which is stronger than the file: the change would have no effect"
                )
            }
            Self::NoVersion { number, kept } => {
                write!(f, "no version {number} is kept; ")?;
                match (kept.first(), kept.last()) {
                    (Some(first), Some(last)) if first < last => write!(f, "there are {first} to {last}"),
                    (Some(only), _) => write!(f, "there is {only}"),
                    _ => f.write_str("there are none"),
                }
            }
            Self::Edit { file, error } => write!(f, "{file}: {error}"),
            Self::Invalid(report) => {
                write!(f, "nothing is written, as the change would be a mistake:\n{report}")
            }
            Self::File(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unknown(unknown) => Some(unknown),
            Self::Edit { error, .. } => Some(error),
            Self::File(error) => Some(error),
            _ => None,
        }
    }
}

impl From<UnknownPath> for StoreError {
    fn from(unknown: UnknownPath) -> Self {
        Self::Unknown(unknown)
    }
}

impl From<WriteError> for StoreError {
    fn from(error: WriteError) -> Self {
        Self::File(error)
    }
}
