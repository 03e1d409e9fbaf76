//! Work to do right before the content of a mail is sent.

use std::fmt;
use std::pin::Pin;

use crate::mail::failure::Cause;

type Work = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Work between the server's reply to DATA and the first byte of the content. If it fails, no content is sent.
pub(crate) struct Gate(Work);

impl Gate {
    /// Creates a gate that opens when `work` has succeeded.
    pub(crate) fn new(work: impl Future<Output = Result<(), String>> + Send + 'static) -> Self {
        Self(Box::pin(work))
    }

    pub(super) async fn pass(self) -> Result<(), Cause> {
        self.0.await.map_err(|text| Cause::Io { kind: std::io::ErrorKind::Other, text })
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gate")
    }
}
