//! Following files while a program runs.
//!
//! [`FileWatcher`] reports changes of files; [`Watch`] keeps a program's settings up to date with their files, and reports
//! which of them changed.

mod events;
mod files;
mod follow;
mod paths;

#[cfg(test)]
mod tests;

pub use files::{Debounce, FileWatcher};
pub use follow::{Changed, Event, Refusal, Watch, WatchError};
