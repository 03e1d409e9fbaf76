//! `danger(text = "…", when = true)` and `relevant_if(setting = "Key", is = true)`.

use proc_macro2::TokenTree;
use syn::Lit;

use super::entry::{flat, names};
use super::slot::attributes;
use super::{Entry, Spanned};
use crate::ctxt::Ctxt;

attributes! {
    /// A value that must be confirmed before it is saved.
    pub(crate) struct Danger, DANGER {
        "text" => text: Spanned<String> = Entry::string,
        /// The text of the value; none for every change.
        "when" => when: Spanned<String> = Entry::literal,
    }
}

attributes! {
    /// The value of another setting with which a setting has an effect.
    pub(crate) struct RelevantIf, RELEVANT_IF {
        "setting" => setting: Spanned<String> = Entry::string,
        "is" => is: Spanned<String> = Entry::literal,
        "is_not" => is_not: Spanned<String> = Entry::literal,
    }
}

impl RelevantIf {
    /// Returns the text of the value, and whether it is the one that gives an effect.
    pub(crate) fn value(&self) -> Option<(&Spanned<String>, bool)> {
        let is = self.is.as_ref().map(|value| (value, true));
        is.or_else(|| self.is_not.as_ref().map(|value| (value, false)))
    }
}

impl Entry {
    /// Reads the text between the parentheses of `danger(...)`.
    pub(super) fn danger(&self, cx: &Ctxt) -> Danger {
        let entries = self.entries(cx, DANGER);
        let mut given = names(&entries);
        let danger = Danger::read(cx, &entries, |entry| {
            given.extend(entry.unknown(cx, "danger", DANGER, &[]).map(str::to_owned));
        });
        if !given.iter().any(|given| given == "text") {
            cx.error_at(self.name.span(), "the danger has no `text`: add `text = \"...\"`");
        }
        danger
    }

    /// Reads the text between the parentheses of `relevant_if(...)`.
    pub(super) fn relevant_if(&self, cx: &Ctxt) -> RelevantIf {
        let entries = self.entries(cx, RELEVANT_IF);
        let mut given = names(&entries);
        let relevant = RelevantIf::read(cx, &entries, |entry| {
            given.extend(entry.unknown(cx, "relevant_if", RELEVANT_IF, &[]).map(str::to_owned));
        });
        let has = |name: &str| given.iter().any(|given| given == name);
        if !has("setting") {
            cx.error_at(self.name.span(), "the condition has no `setting`: add `setting = \"Key\"`");
        }
        if has("is") == has("is_not") {
            cx.error_at(self.name.span(), "the condition takes one of `is = ...` and `is_not = ...`");
        }
        relevant
    }

    /// The text of one literal: of a bool, a whole number or a string.
    fn literal(&self, cx: &Ctxt) -> Option<Spanned<String>> {
        let tokens = flat(self.value.clone());
        let text = match tokens.as_slice() {
            [TokenTree::Ident(word)] if *word == "true" || *word == "false" => Some(word.to_string()),
            [TokenTree::Literal(literal)] => match Lit::new(literal.clone()) {
                Lit::Str(text) => Some(text.value()),
                Lit::Int(number) => Some(number.base10_digits().to_owned()),
                _ => None,
            },
            [TokenTree::Punct(minus), TokenTree::Literal(literal)] if minus.as_char() == '-' => {
                match Lit::new(literal.clone()) {
                    Lit::Int(number) => Some(format!("-{}", number.base10_digits())),
                    _ => None,
                }
            }
            _ => None,
        };
        let span = tokens.first().map_or_else(|| self.name.span(), TokenTree::span);
        if text.is_none() {
            let message = "expected one literal: `true`, `false`, a whole number or a string";
            cx.error(&self.value, message);
        }
        text.map(|value| Spanned { value, span })
    }
}
