//! The traits of sources.

use std::time::Duration;

use super::{Document, FetchError};

/// A source of one document, for blocking code. It runs on a thread of its own.
pub trait Source: Send + 'static {
    /// Returns the name of the source, without a version and without secrets: `vault://host/secret/chat`.
    fn name(&self) -> String;

    /// Fetches the document, or returns `None` if `known` is its version already.
    ///
    /// A source should give up after `limit`. Readers do not wait longer in any case.
    ///
    /// # Errors
    /// If the document can't be fetched.
    fn fetch(&mut self, known: Option<&str>, limit: Duration) -> Result<Option<Document>, FetchError>;

    /// Waits until the document may have another version than `known`, at most for `limit`.
    ///
    /// Returns `None` if the source is never informed of changes, as it is by default; it is then asked at intervals.
    /// An error has the effect of a wait for `limit`.
    fn wait(&mut self, known: Option<&str>, limit: Duration) -> Option<Result<(), FetchError>> {
        let _ = (known, limit);
        None
    }
}

/// A source of one document, for asynchronous code. It runs as a tokio task.
///
/// Futures are dropped when their time is over, so that all of them must be safe to cancel.
#[cfg(feature = "tokio")]
pub trait AsyncSource: Send + 'static {
    /// Returns the name of the source, without a version and without secrets: `postgres://host/db`.
    fn name(&self) -> String;

    /// Fetches the document, or returns `None` if `known` is its version already.
    fn fetch(
        &mut self,
        known: Option<&str>,
    ) -> impl Future<Output = Result<Option<Document>, FetchError>> + Send;

    /// Waits until the document may have another version than `known`. By default it waits for ever; in any case the
    /// source is asked at intervals.
    fn wait(&mut self, known: Option<&str>) -> impl Future<Output = ()> + Send {
        let _ = known;
        std::future::pending()
    }
}
