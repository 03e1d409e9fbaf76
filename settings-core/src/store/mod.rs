//! Writing settings back: the file's text edited in place, checked, and replaced as a whole.
//!
//! [`edit()`] is a pure function from text to text that keeps every byte it need not touch; [`write()`] replaces a file
//! so that a crash at any point leaves the old or the new one; a [`Store`] puts both behind the checks that a
//! program's settings ask for, and keeps the file's last versions ([`history()`]).

#[cfg(all(feature = "attributes", target_os = "linux"))]
mod attributes;
mod difference;
mod edit;
mod error;
mod file;
mod given;
mod history;
mod opened;
#[cfg(feature = "watch")]
pub mod watch;

#[cfg(test)]
mod tests;

pub use difference::{Difference, Side, differences};
pub use edit::{Action, Change, EditError, edit};
pub use error::StoreError;
pub use file::{Snapshot, WriteError, read, write};
pub use history::{Kept, Version, history};
pub use opened::{Saved, Store};
