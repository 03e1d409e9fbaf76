//! Explicit values.

use std::fmt;

use crate::resolve::report::Place;
use crate::value::ZeroizingString;

/// One explicit value.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Override {
    pub(crate) path: String,
    pub(crate) text: ZeroizingString,
    pub(crate) origin: String,
}

impl Override {
    pub(crate) fn place(&self) -> Place {
        Place::Override { origin: self.origin.clone(), path: self.path.clone() }
    }
}

impl fmt::Debug for Override {
    /// Omits the text: it may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Override")
            .field("path", &self.path)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
