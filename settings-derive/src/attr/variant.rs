//! `#[value(…)]` on a variant.

use syn::Attribute;

use super::entry::Elsewhere;
use super::{Slot, Spanned, entries};
use crate::ctxt::Ctxt;

const VARIANT: [&str; 2] = ["text", "label"];
const ELSEWHERE: [Elsewhere; 1] = [Elsewhere { names: &["crate"], belongs: "belongs on the enum itself." }];

/// What a variant says of itself.
pub(crate) struct VariantAttrs {
    pub(crate) text: Option<Spanned<String>>,
    pub(crate) label: Option<Spanned<String>>,
}

impl VariantAttrs {
    /// Reads what can be read and notes the rest.
    pub(crate) fn from_attrs(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        let (mut text, mut label) = (Slot::empty(), Slot::empty());
        for entry in entries(cx, attrs, "value", &VARIANT) {
            match entry.name().as_str() {
                "text" => text.set(cx, &entry.name, entry.string(cx)),
                "label" => label.set(cx, &entry.name, entry.string(cx)),
                _ => drop(entry.unknown(cx, "value", &VARIANT, &ELSEWHERE)),
            }
        }
        Self { text: text.take(), label: label.take() }
    }
}
