//! What must be done right before a mail's content goes out.

use std::{fmt, pin::Pin};

use crate::mail::failure::Cause;

type Work = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Work between the server's go-ahead and the first byte of the content; where it fails, no byte is sent.
pub(crate) struct Gate(Work);

impl Gate {
    /// A gate that opens when `work` has succeeded.
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
