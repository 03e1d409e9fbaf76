//! Secrets that no layer contains literally: they have escapes, or are combined from several variables.

use crate::resolve::build::Inputs;
use crate::resolve::index::LeafId;
use crate::value::Value;

/// UnescapedSecrets of secret values, made once for all who look at them; wiped on drop.
#[derive(Default)]
pub(crate) struct UnescapedSecrets(Vec<(LeafId, usize, Value<'static>)>);

impl UnescapedSecrets {
    /// Copies the values of secret settings that are not borrowed from their layers.
    pub(crate) fn from_inputs(inputs: Inputs<'_>) -> Self {
        let mut copies = Vec::new();
        for leaf in 0..inputs.index.leaves.len() as LeafId {
            let Some(setting) = inputs.index.setting(leaf).filter(|setting| setting.kind.is_secret()) else {
                continue;
            };
            let mut weaker = 0;
            for candidate in inputs.candidates.chain(leaf) {
                copies.extend(inputs.read(setting, candidate).ok().map(|value| (leaf, weaker, value)));
                weaker += 1;
            }
            copies.push((leaf, weaker, setting.default_value()));
        }
        let copied = copies.into_iter().filter(|(.., value)| value.owns_text());
        Self(copied.map(|(leaf, number, value)| (leaf, number, value.into_owned())).collect())
    }

    /// Returns a value by its position in the chain of a setting: the strongest first, the default last.
    pub(crate) fn get(&self, leaf: LeafId, number: usize) -> Option<Value<'_>> {
        let found = self.0.iter().find(|(of, at, _)| (*of, *at) == (leaf, number));
        found.map(|(.., value)| value.borrowed())
    }
}

impl Drop for UnescapedSecrets {
    fn drop(&mut self) {
        self.0.drain(..).for_each(|(.., value)| value.wipe());
    }
}
