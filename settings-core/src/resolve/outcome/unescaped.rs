//! Secrets that no layer contains literally: they have escapes, or are combined from several variables.

use crate::resolve::build::{Copies, Given, Inputs};
use crate::resolve::index::LeafId;
use crate::value::Value;

/// Copies of secret values, made once for all that read them; wiped on drop.
#[derive(Default)]
pub(crate) struct UnescapedSecrets {
    whole: Vec<(LeafId, usize, Value<'static>)>,
    /// By the address in memory of the text that a layer has, in order.
    parts: Vec<(usize, Value<'static>)>,
}

impl UnescapedSecrets {
    /// Copies the values of secret settings that are not borrowed from their layers.
    pub(crate) fn from_inputs(inputs: Inputs<'_>) -> Self {
        let (mut copies, mut parts) = (Vec::new(), Vec::new());
        for leaf in 0..inputs.index.leaves.len() as LeafId {
            let Some(setting) = inputs.index.setting(leaf).filter(|setting| setting.kind.is_secret()) else {
                continue;
            };
            if setting.kind.merges() {
                let merged = inputs.merge(setting, inputs.candidates.strongest(leaf));
                merged.root.each_value(&setting.kind, &mut |given, kind| {
                    let value = given.read(kind).ok().filter(|value| kind.is_secret() && value.owns_text());
                    parts.extend(value.map(|value| (given.text().as_ptr() as usize, value.into_owned())));
                });
            }
            let mut weaker = 0;
            for candidate in inputs.candidates.chain(leaf) {
                copies.extend(inputs.read(setting, candidate).ok().map(|value| (leaf, weaker, value)));
                weaker += 1;
            }
            copies.push((leaf, weaker, setting.default_value()));
        }
        let copied = copies.into_iter().filter(|(.., value)| value.owns_text());
        let whole = copied.map(|(leaf, number, value)| (leaf, number, value.into_owned())).collect();
        parts.sort_by_key(|(text, _)| *text);
        Self { whole, parts }
    }

    /// Returns a value by its position in the chain of a setting: the strongest first, the default last.
    pub(crate) fn get(&self, leaf: LeafId, number: usize) -> Option<Value<'_>> {
        let found = self.whole.iter().find(|(of, at, _)| (*of, *at) == (leaf, number));
        found.map(|(.., value)| value.borrowed())
    }
}

impl Copies for UnescapedSecrets {
    fn of(&self, given: &Given<'_>) -> Option<Value<'_>> {
        let text = given.text().as_ptr() as usize;
        let at = self.parts.binary_search_by_key(&text, |(of, _)| *of).ok()?;
        self.parts.get(at).map(|(_, value)| value.borrowed())
    }
}

impl Drop for UnescapedSecrets {
    fn drop(&mut self) {
        self.whole.drain(..).for_each(|(.., value)| value.wipe());
        self.parts.drain(..).for_each(|(_, value)| value.wipe());
    }
}
