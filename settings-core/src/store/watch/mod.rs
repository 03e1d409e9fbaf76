//! Following files while a program runs.
//!
//! [`FileWatcher`] tells which of some files were changed, whichever way; [`Watch`] keeps a program's settings up to
//! date with their files, and tells which of them changed.

mod files;
mod follow;
mod places;

#[cfg(test)]
mod tests;

pub use files::{FileWatcher, Pace};
pub use follow::{Changed, Notice, Refusal, Watch, WatchError};
