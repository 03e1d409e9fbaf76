//! The differences between two resolutions.

use crate::resolve::{LeafId, Origin, Resolution, is_value};
use crate::schema::{Path, Setting};

/// One setting whose value differs. Shows no secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Difference {
    /// The setting's path.
    pub path: Path,
    /// The setting.
    pub setting: &'static Setting,
    /// The value before.
    pub before: Side,
    /// The value after.
    pub after: Side,
}

/// One of a [`Difference`]'s values.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Side {
    /// The value as JSON, a secret as `"***"` (an empty one as `""`).
    pub shown: String,
    /// The origin of the value.
    pub origin: Origin,
}

impl Difference {
    /// Returns the text with which the new value must be confirmed, if it is dangerous.
    pub fn danger(&self) -> Option<&'static str> {
        let danger = self.setting.danger()?;
        danger.when.is_none_or(|value| is_value(&self.after.shown, value)).then_some(danger.text)
    }

    /// Returns whether the setting takes effect only after a restart.
    pub const fn needs_restart(&self) -> bool {
        self.setting.restart()
    }
}

/// Returns every setting whose value differs, in the order of the structs. Origins are not compared.
///
/// Secrets are compared unmasked, and shown as `"***"` on both sides.
pub fn differences<A, B>(before: &Resolution<A>, after: &Resolution<B>) -> Vec<Difference> {
    let differs = |leaf: &LeafId| before.value_of(*leaf) != after.value_of(*leaf);
    let difference = |leaf| {
        let (old, new) = (before.effective(leaf)?, after.effective(leaf)?);
        Some(Difference {
            path: new.path.clone(),
            setting: new.setting,
            before: Side { shown: old.shown(), origin: old.origin },
            after: Side { shown: new.shown(), origin: new.origin },
        })
    };
    before.leaves().filter(differs).filter_map(difference).collect()
}
