//! The system's events of changed files.
//!
//! On Linux this is inotify with the events that matter and no others: no event for a file that is opened, read, or
//! written without being closed. A log file next to a watched file, which is written all the time, thus wakes nothing.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod inotify;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod other;

use std::path::PathBuf;

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) use inotify::{Events, Waker};
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) use other::{Events, Waker};

/// The end of a wait for events.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Woken {
    /// Files changed, or were created, renamed or removed.
    Changed(Vec<PathBuf>),
    /// Events were lost.
    Lost,
    /// The time is over.
    Timeout,
    /// A [`Waker`] asked to read the files now.
    Asked,
    /// A [`Waker`] asked to stop.
    Stop,
}

/// The extent to which a folder is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// The folder alone.
    Folder,
    /// The folder and all folders below it.
    Tree,
}
