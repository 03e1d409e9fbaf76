//! The events of followed settings, and the reasons for refusals.

use std::fmt;
use std::io;
use std::ops::Deref;
use std::sync::Arc;

use crate::resolve::{Report, Unreadable};
use crate::store::Difference;

/// The consequence of a change of the files.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<T> {
    /// The settings at the time of the subscription: the first event of each subscriber.
    Current(Arc<Current<T>>),
    /// Settings have other values now.
    Changed(Changed<T>),
    /// The files can't be used; the values stay as they were.
    Refused(Refusal),
    /// The files can be used again; the values are as they were.
    Recovered,
}

/// The settings as they are now, with their warnings and notes.
///
/// The settings can be read directly: `current.http.port`.
#[derive(Debug)]
#[non_exhaustive]
pub struct Current<T> {
    /// All settings.
    pub value: Arc<T>,
    /// Warnings and notes.
    pub report: Report,
}

impl<T> Deref for Current<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Settings that have other values now.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Changed<T> {
    /// All settings.
    pub value: Arc<T>,
    /// The settings that changed, in the order of the structs, secrets redacted.
    pub settings: Vec<Difference>,
    /// The paths of all settings that differ from the start of the program and need a restart.
    pub pending_restart: Vec<String>,
    /// Warnings and notes.
    pub report: Report,
}

impl<T> Changed<T> {
    /// Returns whether one of the changes needs a restart.
    pub fn needs_restart(&self) -> bool {
        self.settings.iter().any(Difference::needs_restart)
    }
}

/// The reason why files can't be used. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// A file can't be read.
    Unreadable {
        /// The file as it was named.
        name: String,
        /// The reason.
        why: String,
    },
    /// The settings have errors.
    Invalid(Report),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { name, why } => write!(f, "{name}: {why}"),
            Self::Invalid(report) => report.fmt(f),
        }
    }
}

impl From<Unreadable> for Refusal {
    fn from(error: Unreadable) -> Self {
        Self::Unreadable { name: error.name, why: error.why }
    }
}

/// An error of [`Watch::start`](super::Watch::start). `Debug` prints the same text as `Display`, since `main` shows errors
/// with it.
#[non_exhaustive]
pub enum WatchError {
    /// The settings can't be used.
    Refused(Refusal),
    /// No thread can be started.
    Io(io::Error),
}

impl fmt::Debug for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Io(error) => write!(f, "the files can't be watched: {error}"),
        }
    }
}

impl std::error::Error for WatchError {}
