//! Defaults that were computed from other settings.

use crate::resolve::index::LeafId;
use crate::value::Value;

/// The defaults that were computed, by setting. Wiped on drop, since they may be secret.
#[derive(Default)]
pub(crate) struct Computed(pub(crate) Vec<(LeafId, Value<'static>)>);

impl Computed {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, leaf: LeafId) -> Option<&Value<'static>> {
        self.0.iter().find(|(computed, _)| *computed == leaf).map(|(_, value)| value)
    }
}

impl Drop for Computed {
    fn drop(&mut self) {
        while let Some((_, value)) = self.0.pop() {
            value.wipe();
        }
    }
}
