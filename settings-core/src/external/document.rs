//! A document, and the reasons why it can't be fetched.

use std::fmt;
use std::time::Duration;

use crate::format::FileFormat;
use crate::value::ZeroizingString;

/// A version of a document. Its text is wiped from memory on drop.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    pub(super) origin: String,
    pub(super) version: String,
    pub(super) format: FileFormat,
    pub(super) text: ZeroizingString,
}

impl Document {
    /// Creates a version of a document.
    ///
    /// `origin` is its name in origins and reports, with the version: `postgres://host/db version 42`. It must not hold
    /// a password. `version` is what the source compares; a source with several epochs makes the epoch a part of it.
    pub fn new(
        origin: impl Into<String>,
        version: impl Into<String>,
        format: FileFormat,
        text: impl Into<String>,
    ) -> Self {
        Self { origin: origin.into(), version: version.into(), format, text: text.into().into() }
    }

    /// Returns its name in origins and reports.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns its version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns its format.
    pub const fn format(&self) -> FileFormat {
        self.format
    }

    /// Returns its text, which may hold secrets.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Document {
    /// Omits the text, which may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("origin", &self.origin)
            .field("version", &self.version)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

/// The reason why a document can't be fetched. Its text appears in reports, and must not hold secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchError {
    /// The source did not answer in time.
    Timeout(Duration),
    /// The source can't be reached, or can't answer now.
    Unavailable(String),
    /// The source refuses the access.
    Refused(String),
    /// The source has no such document.
    Missing(String),
    /// The answer can't be understood.
    Invalid(String),
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout(limit) => write!(f, "no answer within {limit:?}"),
            Self::Unavailable(why) => write!(f, "not available: {why}"),
            Self::Refused(why) => write!(f, "access refused: {why}"),
            Self::Missing(why) => write!(f, "no such document: {why}"),
            Self::Invalid(why) => write!(f, "an answer that can't be understood: {why}"),
        }
    }
}

impl std::error::Error for FetchError {}
