//! A change as it is asked for.

use std::fmt;

use settings_core::value::Secret;

/// One setting to change.
pub(crate) struct Item {
    pub(crate) path: String,
    pub(crate) edit: Edit,
    /// The state of the file that the change was made to, where it is known.
    pub(crate) base: Option<String>,
}

/// A new value, or none.
pub(crate) enum Edit {
    Set(Input),
    Unset,
}

/// A value as it was given. It may be secret.
pub(crate) enum Input {
    /// Text, which is read like that of a variable.
    Text(Secret),
    /// JSON.
    Json(Secret),
}

impl fmt::Debug for Item {
    /// Omits the value, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Item").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A change that was asked for.
#[derive(Debug)]
pub(crate) enum Request {
    /// Settings to set and to unset.
    Edit(Vec<Item>),
    /// A version of the history to restore.
    Restore(u64),
}

/// The revisions of the file that a change may be made to.
#[derive(Clone, Debug)]
pub(crate) enum Revisions {
    Any,
    These(Vec<String>),
}
