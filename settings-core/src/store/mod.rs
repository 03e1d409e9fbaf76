//! Writing settings back: the file's text is edited in place, checked, and replaced as a whole.
//!
//! [`edit()`] is a pure function from text to text that keeps every byte it need not change; [`write()`] replaces a file
//! so that a crash at any point leaves the old or the new one; a [`Store`] adds the checks that a program's settings
//! need, and stores the file's last versions ([`history()`]). A [`Storage`] is a place other than a file, such as a
//! database.

mod difference;
mod edit;
mod error;
mod file;
mod history;
mod opened;
mod parts;
mod storage;
mod target;
#[cfg(feature = "watch")]
pub mod watch;
mod written;

#[cfg(test)]
mod current_tests;
#[cfg(test)]
mod storage_tests;
#[cfg(test)]
mod tests;

pub use crate::atomic::{FileError, replace};
pub use difference::{Difference, Side, differences};
#[cfg(feature = "release")]
pub(crate) use edit::edit_at;
pub use edit::{Action, Change, EditError, edit, edit_in};
pub use error::StoreError;
pub use file::{Snapshot, WriteError, WriteMode, WriteOutcome, read, write};
pub use history::{Version, VersionStatus, history, import};
pub use opened::{Assignment, EditOutcome, SaveOutcome, Store};
pub use storage::{NewVersion, Storage, StorageError, Stored};
