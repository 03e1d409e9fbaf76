//! Errors of an outbox.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// An error of the store that keeps an outbox.
///
/// `Display` includes the text of the cause, so [`Error::source`] continues with the cause's own source.
#[derive(Clone, Debug)]
pub struct OutboxError {
    kind: OutboxErrorKind,
    message: String,
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

/// The kind of an [`OutboxError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutboxErrorKind {
    /// The disk has no room left.
    DiskFull,
    /// Another process held the store for too long.
    Busy,
    /// The database can't be reached.
    Unavailable,
    /// The file is damaged.
    Corrupt,
    /// The file is not an outbox, or was created by another version of this program.
    Incompatible,
    /// Any other error.
    Other,
}

/// The reason that a mail was not accepted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EnqueueError {
    /// There is no room for another mail.
    Full {
        /// The number of mails that wait.
        mails: u64,
        /// The size of their content in bytes.
        bytes: u64,
    },
    /// The mail alone is larger than the outbox.
    TooLarge {
        /// The size of its content in bytes.
        size: u64,
        /// The number of bytes that the outbox keeps.
        limit: u64,
    },
    /// The store failed.
    Store(OutboxError),
}

/// A text that does not name a value of the type it was parsed as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    pub(super) name: String,
    pub(super) expected: &'static str,
}

impl OutboxError {
    /// Creates an error of kind [`OutboxErrorKind::Other`].
    pub fn new(message: impl Into<String>) -> Self {
        Self { kind: OutboxErrorKind::Other, message: message.into(), cause: None }
    }

    /// Creates an error of kind [`OutboxErrorKind::Other`] that was caused by another.
    pub fn with_source(message: impl Into<String>, cause: impl Error + Send + Sync + 'static) -> Self {
        Self { cause: Some(Arc::new(cause)), ..Self::new(message) }
    }

    /// Sets the kind.
    #[must_use]
    pub fn with_kind(mut self, kind: OutboxErrorKind) -> Self {
        self.kind = kind;
        self
    }

    /// Returns the kind.
    pub fn kind(&self) -> OutboxErrorKind {
        self.kind
    }
}

impl fmt::Display for OutboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "outbox: {}", self.message)?;
        match &self.cause {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for EnqueueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full { mails, bytes } => write!(
                f,
                "the outbox is full: {mails} mails of {bytes} bytes are waiting; `mail queue list` shows the reason"
            ),
            Self::TooLarge { size, limit } => {
                write!(f, "the mail has {size} bytes, but the outbox keeps at most {limit} in total")
            }
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not {}", self.name, self.expected)
    }
}

impl Error for OutboxError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref()?.source()
    }
}

impl Error for EnqueueError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Store(error) => error.source(),
            Self::Full { .. } | Self::TooLarge { .. } => None,
        }
    }
}

impl Error for UnknownName {}

impl From<OutboxError> for EnqueueError {
    fn from(error: OutboxError) -> Self {
        Self::Store(error)
    }
}
