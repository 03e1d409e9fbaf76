//! Why a command could not do its work.

use std::fmt;
use std::io;

use settings_core::resolve::{Report, UnknownPath, Unreadable};

/// Why a command could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// It was called wrongly, or its input can't be read (exit code 2).
    Usage(String),
    /// The operation failed (exit code 1).
    Failed(String),
    /// Whoever reads the output has gone, which is nobody's mistake.
    ClosedPipe,
}

impl Failure {
    /// The process's exit code.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Failed(_) => 1,
            Self::ClosedPipe => 0,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(why) | Self::Failed(why) => write!(f, "error: {}", why.trim_end()),
            Self::ClosedPipe => f.write_str("the output's reader has gone"),
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
        Self::Failed(format!("the settings can't be resolved\n\n{}", report.to_human(false)))
    }
}
