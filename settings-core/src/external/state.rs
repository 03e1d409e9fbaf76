//! The options and the state of an external document.

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::FetchError;

/// The options of an [`External`](super::External).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExternalConfig {
    /// The time that one fetch may take.
    pub limit: Duration,
    /// The longest time between two fetches. It is varied by a tenth, so that a hundred programs don't ask at once.
    pub interval: Duration,
    /// The file for the last known good copy; without one, a start needs the source.
    pub copy: Option<PathBuf>,
    /// The age from which on a copy is refused at the start.
    pub max_age: Option<Duration>,
}

impl Default for ExternalConfig {
    /// A limit of five seconds, an interval of thirty, and no copy.
    fn default() -> Self {
        let (limit, interval) = (Duration::from_secs(5), Duration::from_secs(30));
        Self { limit, interval, copy: None, max_age: None }
    }
}

impl ExternalConfig {
    /// Sets the time that one fetch may take.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Sets the longest time between two fetches.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Sets the file for the last known good copy.
    #[must_use]
    pub fn copy(mut self, path: impl Into<PathBuf>) -> Self {
        self.copy = Some(path.into());
        self
    }

    /// Sets the age from which on a copy is refused at the start.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }
}

/// The state of an external document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExternalState {
    /// The version of the document that layers get.
    pub version: String,
    /// The time of the copy, if the document is one and the source has not answered since the start.
    pub copy_of: Option<SystemTime>,
    /// The reason why the last fetch failed.
    pub failure: Option<FetchError>,
    /// The reason why the last copy could not be written.
    pub copy_failure: Option<String>,
}

/// The reason why a program can't start with an external document.
///
/// `Debug` prints what `Display` prints, so that a program that returns it from `main` shows a readable message.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StartError {
    /// The name of the source.
    pub name: String,
    /// The reason why it can't be fetched.
    pub fetch: FetchError,
    /// The reason why the copy can't be used either, if there is a file for one.
    pub copy: Option<String>,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.fetch)?;
        match &self.copy {
            Some(why) => write!(f, "; its copy can't be used either: {why}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for StartError {}
