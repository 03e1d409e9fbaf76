//! The past of a setting: old names, deprecations, allowed changes, removals.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::Leaf;
use crate::attr::{AllowedChange, Removed, Spanned};

/// The calls that add versions, the deprecation, the scope, and flags.
pub(super) fn history(leaf: &Leaf<'_>, library: &TokenStream) -> TokenStream {
    let mut calls = TokenStream::new();
    if let Some(added) = leaf.attrs.added.as_ref().map(|added| &added.value) {
        calls.extend(quote!(.added(#added)));
    }
    if let Some(deprecated) = &leaf.attrs.deprecated {
        let text = |text: &Option<Spanned<String>>| {
            text.as_ref().map_or_else(String::new, |text| text.value.clone())
        };
        let (since, reason) = (text(&deprecated.since), text(&deprecated.reason));
        let until = deprecated.until.as_ref().map(|Spanned { value, .. }| quote!(.until(#value)));
        let replacement =
            deprecated.replacement.as_ref().map(|Spanned { value, .. }| quote!(.replacement(#value)));
        calls.extend(
            quote!(.deprecated(#library::schema::Deprecated::new(#since, #reason) #until #replacement)),
        );
    }
    if !leaf.attrs.allowed.is_empty() {
        let allowed = leaf.attrs.allowed.iter().map(|allowed| allowed_change(allowed, library));
        calls.extend(quote!(.allowed_changes(&[#(#allowed),*])));
    }
    calls.extend(conditions(leaf, library));
    if let Some(scope) = leaf.attrs.scope.as_ref().map(|scope| &scope.value) {
        calls.extend(quote!(.scope(#scope)));
    }
    if leaf.attrs.is_required() {
        calls.extend(quote!(.required()));
    }
    if leaf.attrs.restart == Some(true) {
        calls.extend(quote!(.restart()));
    }
    if leaf.attrs.hidden == Some(true) {
        calls.extend(quote!(.hidden()));
    }
    if leaf.attrs.flag.as_ref().is_some_and(|flag| flag.value) {
        calls.extend(quote!(.flag()));
    }
    if let Some(todo) = leaf.attrs.todo.as_ref().map(|todo| &todo.value) {
        calls.extend(quote!(.todo(#todo)));
    }
    calls
}

/// The calls that add the danger of a value, and the condition of an effect.
fn conditions(leaf: &Leaf<'_>, library: &TokenStream) -> TokenStream {
    let mut calls = TokenStream::new();
    if let Some(danger) = &leaf.attrs.danger {
        let text = danger.text.as_ref().map_or("", |text| text.value.as_str());
        let when = danger.when.as_ref().map(|Spanned { value, .. }| quote!(.when(#value)));
        calls.extend(quote!(.danger(#library::schema::Danger::new(#text) #when)));
    }
    if let Some(relevant) = &leaf.attrs.relevant_if
        && let (Some(setting), Some((value, is))) = (&relevant.setting, relevant.value())
    {
        let (setting, value) = (&setting.value, &value.value);
        calls.extend(quote!(.relevant_if(#library::schema::Relevance::new(#setting, #is, #value))));
    }
    calls
}

pub(super) fn removed(removed: &Removed, library: &TokenStream) -> TokenStream {
    let text =
        |text: &Option<Spanned<String>>| text.as_ref().map_or_else(String::new, |text| text.value.clone());
    let (path, since, reason) = (text(&removed.path), text(&removed.since), text(&removed.reason));
    let replacement = removed.replacement.as_ref().map(|Spanned { value, .. }| quote!(.replacement(#value)));
    let allowed = removed.allowed.iter().map(|allowed| allowed_change(allowed, library));
    let allowed = (!removed.allowed.is_empty()).then(|| quote!(.allowed(&[#(#allowed),*])));
    quote!(#library::schema::Removed::new(#path, #since, #reason) #replacement #allowed)
}

fn allowed_change(allowed: &AllowedChange, library: &TokenStream) -> TokenStream {
    let text =
        |text: &Option<Spanned<String>>| text.as_ref().map_or_else(String::new, |text| text.value.clone());
    let (rule, reason) = (text(&allowed.rule), text(&allowed.reason));
    quote!(#library::schema::AllowedChange { rule: #rule, reason: #reason })
}
