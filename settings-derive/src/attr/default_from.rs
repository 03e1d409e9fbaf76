//! `default_from = |other| …`: a default that is computed.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};

use super::Entry;
use super::entry::flat;
use crate::ctxt::Ctxt;

/// A closure from other settings of the section to the default.
pub(crate) struct DefaultFrom {
    /// The names of the fields that it reads.
    pub(crate) parameters: Vec<Ident>,
    pub(crate) body: TokenStream,
    /// The place of the name `default_from`.
    pub(crate) name: Span,
}

impl Entry {
    /// Splits the closure into parameters and body.
    pub(super) fn default_from(&self, cx: &Ctxt) -> Option<DefaultFrom> {
        let mut tokens = flat(self.value.clone()).into_iter();
        let is_bar = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '|');
        if !tokens.next().as_ref().is_some_and(is_bar) {
            let message =
                "`default_from` takes a closure of other settings: write `|other| ...`, or `|| ...` of none";
            cx.error(&self.value, message);
            return None;
        }
        let mut parameters = Vec::new();
        let mut expects_name = true;
        for token in tokens.by_ref() {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '|' => {
                    let body: TokenStream = tokens.collect();
                    if body.is_empty() {
                        cx.error_at(punct.span(), "the closure has no body");
                        return None;
                    }
                    return Some(DefaultFrom { parameters, body, name: self.name.span() });
                }
                TokenTree::Punct(punct) if punct.as_char() == ',' && !expects_name => expects_name = true,
                TokenTree::Ident(name) if expects_name => {
                    parameters.push(name);
                    expects_name = false;
                }
                other => {
                    let message =
                        "the closure's parameters are names of other fields, without types: `|a, b| ...`";
                    cx.error_at(other.span(), message);
                    return None;
                }
            }
        }
        cx.error(&self.value, "the closure's parameters are not closed: write `|other| ...`");
        None
    }
}
