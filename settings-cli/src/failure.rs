//! The reasons why a command can't do its work.

use std::fmt;
use std::io;

use settings_core::resolve::{Report, UnknownPath, Unreadable};

/// The reason why a command can't do its work.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The command is used wrongly, or its input can't be read.
    Usage(String),
    /// The operation failed.
    Failed(String),
    /// The reader of the output has closed it, which is not an error.
    ClosedPipe,
}

impl Failure {
    /// Creates the failure of settings that have errors.
    pub(crate) fn invalid(report: &Report, colours: bool) -> Self {
        Self::Failed(format!("the settings have errors\n\n{}", report.to_human(colours)))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(why) | Self::Failed(why) => write!(f, "error: {}", why.trim_end()),
            Self::ClosedPipe => f.write_str("output closed (broken pipe)"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::ClosedPipe
        } else {
            Self::Failed(error.to_string())
        }
    }
}

impl From<Unreadable> for Failure {
    fn from(error: Unreadable) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<UnknownPath> for Failure {
    fn from(error: UnknownPath) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<Report> for Failure {
    fn from(report: Report) -> Self {
        Self::invalid(&report, false)
    }
}
