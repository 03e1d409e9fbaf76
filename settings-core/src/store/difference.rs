//! What differs between two resolutions.

use crate::resolve::{Effective, Origin, Resolution};
use crate::schema::{Path, Setting};

/// One setting whose value differs. Shows no secret.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The setting's path.
    pub path: Path,
    /// The setting.
    pub setting: &'static Setting,
    /// What it was.
    pub before: Side,
    /// What it is.
    pub after: Side,
}

/// One of a [`Difference`]'s values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The value as JSON, a secret as `"***"` (an empty one as `""`).
    pub shown: String,
    /// Where the value came from.
    pub origin: Origin,
}

impl Difference {
    /// Whether the server must be restarted for it.
    pub const fn needs_restart(&self) -> bool {
        self.setting.restart()
    }
}

/// Every setting whose value differs, in the order of the structs. A value that only comes from elsewhere is the same.
///
/// Secrets are compared as they are, and shown as `"***"` on both sides.
pub fn differences<A, B>(before: &Resolution<A>, after: &Resolution<B>) -> Vec<Difference> {
    let differing = |(old, new): (Effective<'_>, Effective<'_>)| {
        (old.value != new.value).then(|| Difference {
            path: new.path.clone(),
            setting: new.setting,
            before: Side { shown: old.shown(), origin: old.origin },
            after: Side { shown: new.shown(), origin: new.origin },
        })
    };
    before.settings().zip(after.settings()).filter_map(differing).collect()
}
