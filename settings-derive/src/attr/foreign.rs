//! serde's attributes: respected they can't be, and ignored they must not be.

use proc_macro2::TokenTree;
use syn::{Attribute, Meta};

use crate::ctxt::Ctxt;

/// serde's attributes that change neither a name nor whether a value is read.
const HARMLESS: [&str; 5] = ["bound", "crate", "deny_unknown_fields", "expecting", "borrow"];

/// Refuses each serde attribute that says something the settings would not obey.
pub(crate) fn refuse_serde(cx: &Ctxt, attrs: &[Attribute], instead: &str) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        let Meta::List(list) = &attr.meta else { continue };
        let mut at_start = true;
        for token in list.tokens.clone() {
            match &token {
                TokenTree::Ident(name) if at_start && !HARMLESS.contains(&name.to_string().as_str()) => {
                    cx.error_at(name.span(), format!("settings don't obey serde's `{name}`: {instead}"));
                }
                _ => {}
            }
            at_start = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',');
        }
    }
}
