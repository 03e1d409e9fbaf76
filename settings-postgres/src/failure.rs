//! The reasons why the database can't be used, in words without secrets.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use settings_core::external::FetchError;
use settings_core::store::StorageError;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

/// A failed operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No answer in time.
    Timeout(Duration),
    /// The connection failed, or the server can't answer now.
    Unavailable(String),
    /// The server refuses the login or the statement.
    Refused(String),
    /// The tables are missing or those of an earlier release, and the role can't create them.
    NoTables,
    /// The content of the tables can't be used.
    Invalid(String),
}

impl Failure {
    /// Returns whether the disk of the database is full.
    #[cfg(feature = "outbox")]
    pub(crate) fn is_full(&self) -> bool {
        let code = SqlState::DISK_FULL;
        matches!(self, Self::Unavailable(text) if text.ends_with(&format!("({})", code.code())))
    }

    /// Returns whether the operation may succeed if it is tried again.
    pub(crate) const fn is_passing(&self) -> bool {
        matches!(self, Self::Timeout(_) | Self::Unavailable(_))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout(limit) => write!(f, "no answer within {limit:?}"),
            Self::Unavailable(why) | Self::Refused(why) | Self::Invalid(why) => f.write_str(why),
            Self::NoTables => f.write_str(
                "the tables are missing or those of an earlier release, and this role can't create them; let the database's \
                 owner run the statements of `settings store schema`, with `--outbox` for those of an outbox",
            ),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let Some(refusal) = error.as_db_error() else {
            // the cause, such as `connection refused`, is in the sources
            let mut text = error.to_string();
            let mut source = error.source();
            while let Some(cause) = source {
                let cause_text = cause.to_string();
                if !text.ends_with(&cause_text) {
                    text.push_str(": ");
                    text.push_str(&cause_text);
                }
                source = cause.source();
            }
            return Self::Unavailable(text);
        };
        // not the detail, which can quote a row
        let text = format!("{} ({})", refusal.message(), refusal.code().code());
        let code = refusal.code();
        if [SqlState::UNDEFINED_TABLE, SqlState::UNDEFINED_FUNCTION].contains(code) {
            return Self::NoTables;
        }
        match code.code().get(..2) {
            // connections, resources, the operator, a standby, serialization, the system
            Some("08" | "53" | "57" | "58" | "40" | "55") => Self::Unavailable(text),
            _ if *code == SqlState::READ_ONLY_SQL_TRANSACTION => Self::Unavailable(text),
            _ => Self::Refused(text),
        }
    }
}

impl From<Failure> for FetchError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Timeout(limit) => Self::Timeout(limit),
            Failure::Unavailable(why) => Self::Unavailable(why),
            Failure::Refused(why) => Self::Refused(why),
            Failure::NoTables => Self::Missing(failure.to_string()),
            Failure::Invalid(why) => Self::Invalid(why),
        }
    }
}

impl From<Failure> for StorageError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Timeout(_) | Failure::Unavailable(_) => Self::Unavailable(failure.to_string()),
            Failure::Refused(_) | Failure::NoTables => Self::Refused(failure.to_string()),
            Failure::Invalid(why) => Self::Invalid(why),
        }
    }
}
