//! The places of fields among the members of a section.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::{Member, Nested, Struct};

/// The number of a field's member, after those of flattened sections.
pub(super) fn position(input: &Struct<'_>, index: usize, library: &TokenStream) -> TokenStream {
    let before = || input.fields.iter().take(index);
    let own = before().filter(|field| field.flatten().is_none()).count();
    let flattened = before().filter_map(|field| match &field.member {
        Member::Section(Nested { ty, flatten: Some(_), .. }) => Some(ty),
        _ => None,
    });
    quote!(#own #(+ <#flattened as #library::Settings>::SCHEMA.members.len())*)
}
