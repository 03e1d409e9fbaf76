//! Places other than files that store the text of settings, such as a database.

use std::fmt;

use super::Version;
use crate::format::FileFormat;
use crate::value::ZeroizingString;

/// A place that stores the text of settings as versions. The newest version counts, and none is ever overwritten.
///
/// Calls block; a storage must give up within a time limit of its own.
pub trait Storage: Send + Sync {
    /// Returns the name of the storage, without a version and without secrets: `postgres://host/db`.
    fn name(&self) -> String;

    /// Reads the newest version.
    ///
    /// # Errors
    /// If the storage can't be read.
    fn read(&self) -> Result<Stored, StorageError>;

    /// Adds a version if `base` still is the newest one, and returns it.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if `base` is not the newest version, or the reason why nothing could be written.
    fn write(&self, base: &Stored, new: &NewVersion<'_>) -> Result<Stored, StorageError>;

    /// Returns the newest versions, at most `limit`, the oldest first.
    ///
    /// # Errors
    /// If the storage can't be read.
    fn history(&self, limit: usize) -> Result<Vec<Version>, StorageError>;

    /// Returns one version, if there is one with this number.
    ///
    /// # Errors
    /// If the storage can't be read.
    fn version(&self, number: u64) -> Result<Option<Version>, StorageError>;
}

/// The newest version in a [`Storage`]. Its text may hold secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Stored {
    origin: String,
    version: u64,
    state: String,
    format: FileFormat,
    text: Option<ZeroizingString>,
}

impl Stored {
    /// Creates a version.
    ///
    /// `origin` is its name in origins and reports, with the number: `postgres://host/db version 42`. `state` is opaque
    /// text by which the storage recognizes the version in [`Storage::write`].
    pub fn new(origin: impl Into<String>, version: u64, state: impl Into<String>) -> Self {
        let (origin, state) = (origin.into(), state.into());
        Self { origin, version, state, format: FileFormat::default(), text: None }
    }

    /// Sets the text. A storage without a version has none.
    #[must_use]
    pub fn text_in(mut self, format: FileFormat, text: impl Into<String>) -> Self {
        (self.format, self.text) = (format, Some(text.into().into()));
        self
    }

    /// Returns its name in origins and reports.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns its number, 0 if the storage has no version yet.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Returns the text by which the storage recognizes the version.
    pub fn state(&self) -> &str {
        &self.state
    }

    /// Returns the format of the text.
    pub const fn format(&self) -> FileFormat {
        self.format
    }

    /// Returns the text, which may hold secrets; `None` if the storage has no version yet.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }
}

impl fmt::Debug for Stored {
    /// Omits the text, which may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored")
            .field("origin", &self.origin)
            .field("version", &self.version)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

/// A version to add to a [`Storage`].
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct NewVersion<'a> {
    /// The text, which may hold secrets.
    pub text: &'a str,
    /// The format of the text.
    pub format: FileFormat,
    /// The name of the person who makes the change.
    pub author: Option<&'a str>,
    /// The reason for the change.
    pub reason: Option<&'a str>,
    /// The number of the version that is restored, if one is.
    pub restored: Option<u64>,
}

impl<'a> NewVersion<'a> {
    /// Creates a version without an author and a reason.
    pub const fn new(format: FileFormat, text: &'a str) -> Self {
        Self { text, format, author: None, reason: None, restored: None }
    }
}

impl fmt::Debug for NewVersion<'_> {
    /// Omits the text, which may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewVersion")
            .field("format", &self.format)
            .field("author", &self.author)
            .field("reason", &self.reason)
            .field("restored", &self.restored)
            .finish_non_exhaustive()
    }
}

/// An error of a [`Storage`]. Its text appears in reports, and must not hold secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StorageError {
    /// Another writer was first: the version that a change was made to is not the newest one.
    Conflict,
    /// The storage can't be reached, or can't answer now.
    Unavailable(String),
    /// The connection failed during a write, and could not be made again to see whether the version was added.
    Unconfirmed(String),
    /// The storage refuses the access, or is not set up.
    Refused(String),
    /// The answer can't be understood.
    Invalid(String),
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => {
                f.write_str("it was changed since it was read; nothing is written, read it again")
            }
            Self::Unavailable(why) => write!(f, "not available: {why}"),
            Self::Unconfirmed(why) => {
                write!(f, "the change may be written or not, look at the history: {why}")
            }
            Self::Refused(why) => write!(f, "access refused: {why}"),
            Self::Invalid(why) => write!(f, "an answer that can't be understood: {why}"),
        }
    }
}

impl std::error::Error for StorageError {}
