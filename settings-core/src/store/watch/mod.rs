//! Following files while a program runs.
//!
//! [`FileWatcher`] reports changes of files; [`Watch`] keeps a program's settings up to date with their files, and reports
//! which of them changed: to blocking code, and with the feature `tokio` as a stream and as a `watch` channel.

mod event;
mod events;
mod files;
mod follow;
mod paths;
#[cfg(feature = "tokio")]
mod stream;

#[cfg(test)]
mod tests;

pub use event::{Changed, Current, Event, Refusal, WatchError};
pub use files::{Debounce, FileWatcher, Trigger};
pub use follow::Watch;
#[cfg(feature = "tokio")]
pub use stream::Events;
