//! `#[value(…)]` on a variant.

use syn::Attribute;

use super::entry::Elsewhere;
use super::slot::attributes;
use super::{Entry, Spanned, entries};
use crate::ctxt::Ctxt;

const ELSEWHERE: [Elsewhere; 1] = [Elsewhere { names: &["crate"], belongs: "belongs on the enum itself." }];

attributes! {
    /// The attributes of a variant.
    pub(crate) struct VariantAttrs, VARIANT {
        "text" => text: Spanned<String> = Entry::string,
        "label" => label: Spanned<String> = Entry::string,
    }
}

impl VariantAttrs {
    /// Reads the attributes and notes their mistakes.
    pub(crate) fn from_attrs(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        Self::read(cx, &entries(cx, attrs, "value", VARIANT), |entry| {
            entry.unknown(cx, "value", VARIANT, &ELSEWHERE);
        })
    }
}
