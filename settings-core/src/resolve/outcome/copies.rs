//! Secrets that no layer's text holds as they are: with escapes, or put together from several variables.

use crate::resolve::build::Inputs;
use crate::resolve::index::LeafId;
use crate::value::Value;

/// Copies of secret values, made once for all who look at them; wiped on drop.
#[derive(Default)]
pub(crate) struct Copies(Vec<(LeafId, usize, Value<'static>)>);

impl Copies {
    /// Of every secret setting in which a value is not borrowed from its layer.
    pub(crate) fn of_all(inputs: Inputs<'_>) -> Self {
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

    /// The value in the chain of a setting, counted from the strongest on; the default is behind all others.
    pub(crate) fn get(&self, leaf: LeafId, number: usize) -> Option<Value<'_>> {
        let found = self.0.iter().find(|(of, at, _)| (*of, *at) == (leaf, number));
        found.map(|(.., value)| value.borrowed())
    }
}

impl Drop for Copies {
    fn drop(&mut self) {
        self.0.drain(..).for_each(|(.., value)| value.wipe());
    }
}
