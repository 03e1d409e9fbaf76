//! Checks that only rustc can make, since they need other types.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::ast::{Member, Nested, Struct, private};
use crate::attr::PageTextAttrs;
use crate::default::DefaultValue;
use crate::expand::default::{self, needs_proof};
use crate::expand::position::position;
use crate::ty::{Kind, innermost, innermost_optional};

/// The checks that only rustc can make, since they need other types' metadata or the values of constants.
pub(super) fn proofs(input: &Struct<'_>, library: &TokenStream) -> TokenStream {
    let ident = &input.original.ident;
    let private = private(library);
    let schema = own_schema(input, library);
    let proof = |call, span, library: &TokenStream| match input.is_generic() {
        true => proof_of_use(call, span, library),
        false => proof(call, span, library),
    };
    let mut proofs = TokenStream::new();
    for (index, field) in input.fields.iter().enumerate() {
        let index = position(input, index, library);
        if let Member::Section(Nested { ty, flatten: Some(_), .. }) = &field.member {
            let call = quote!(flattened_keys_are_free(#schema, #index, <#ty as #library::Settings>::SCHEMA));
            proofs.extend(proof(call, ty.span(), library));
        }
        let Some(leaf) = field.leaf() else { continue };
        let is_own_type = matches!(innermost_optional(leaf.kind), Kind::Other);
        if let (true, Some(first)) = (is_own_type, leaf.doc.values.first()) {
            let call = quote!(documents_every_value(#schema, #index));
            proofs.extend(proof(call, first.span, library));
        }
        if let Some(DefaultValue::Json(json)) = &leaf.default {
            // Plain text needs no check, unless it has rules.
            let is_plain = matches!(innermost(field.ty), Kind::Text) && leaf.attrs.text_span().is_none();
            for (text, tokens) in json.texts.iter().filter(|_| !is_plain) {
                let call = quote!(accepts_text(#schema, #index, #text));
                proofs.extend(proof(call, tokens.span(), library));
            }
            for (float, tokens) in &json.floats {
                let float = default::float(*float);
                let call = quote!(accepts_float(#schema, #index, #float));
                proofs.extend(proof(call, tokens.span(), library));
            }
        }
        if let (Some(when), Some(key)) =
            (leaf.attrs.danger.as_ref().and_then(|danger| danger.when.as_ref()), field.key())
        {
            let (key, value) = (&key.value, &when.value);
            proofs.extend(proof(quote!(has_value(#schema, #key, #value)), when.span, library));
        }
        if let Some(relevant) = &leaf.attrs.relevant_if
            && let (Some(key), Some((value, _))) = (&relevant.setting, relevant.value())
        {
            let (key, span, value) = (&key.value, value.span, &value.value);
            proofs.extend(proof(quote!(has_value(#schema, #key, #value)), span, library));
        }
        let place = leaf.attrs.default.as_ref().map(|tokens| tokens.span()).or(leaf.attrs.text_span());
        let has_default = !leaf.attrs.is_required();
        if let (true, Some(place)) = (has_default && needs_proof(field, leaf), place) {
            let call = quote!(accepts_default(#schema, #index));
            proofs.extend(proof(call, place, library));
        }
    }
    for nested in input.fields.iter().filter_map(|field| match &field.member {
        Member::Section(nested) if nested.repeats() => Some(nested),
        _ => None,
    }) {
        let ty = nested.ty;
        let call = quote!(has_no_variables(<#ty as #library::Settings>::SCHEMA));
        proofs.extend(proof(call, ty.span(), library));
    }
    proofs.extend(siblings(input, library));
    let is_known =
        |name: &str| input.fields.iter().any(|field| field.key().is_some_and(|key| key.value == name));
    for field in input
        .attrs
        .rules
        .iter()
        .flat_map(|rule| rule.fields.iter().flatten())
        .filter(|field| !is_known(&field.value))
    {
        let path = &field.value;
        let call = quote!(has_setting(#schema, #path));
        proofs.extend(proof(call, field.span, library));
    }
    for (path, span) in input.attrs.page_texts.iter().flat_map(PageTextAttrs::placed) {
        let call = quote!(has_setting(#schema, #path));
        proofs.extend(proof(call, span, library));
    }
    if input.attrs.env_prefix.is_some() {
        let slots = quote!(#private::assert::slots(#schema));
        let call = quote!(unique_names::<{ #slots }>(#schema));
        proofs.extend(proof(call, ident.span(), library));
        let call = quote!(replacements_exist(#schema));
        proofs.extend(proof(call, ident.span(), library));
    }
    proofs
}

/// The metadata of the struct, for its own checks.
fn own_schema(input: &Struct<'_>, library: &TokenStream) -> TokenStream {
    let (ident, private) = (&input.original.ident, private(library));
    match input.is_generic() {
        true => quote!(&<Self as #private::Metadata>::SECTION),
        false => quote!(<#ident as #library::Settings>::SCHEMA),
    }
}

/// Checks of nested sections without a key of their own: only rustc knows the keys of their structs.
fn siblings(input: &Struct<'_>, library: &TokenStream) -> TokenStream {
    let schema = own_schema(input, library);
    let proof = |call, span, library: &TokenStream| match input.is_generic() {
        true => proof_of_use(call, span, library),
        false => proof(call, span, library),
    };
    let sections = || {
        let numbered = input.fields.iter().enumerate();
        numbered.filter_map(|(index, field)| match &field.member {
            Member::Section(nested) if nested.flatten.is_none() => Some((index, field, nested)),
            _ => None,
        })
    };
    if input.fields.len() < 2 || sections().all(|(_, field, _)| field.key().is_some()) {
        return TokenStream::new();
    }
    let names =
        sections().filter(|(_, _, nested)| !nested.repeats()).map(|(_, field, _)| field.ident.to_string());
    let mut proofs = quote!(const __SECTIONS: &[&::core::primitive::str] = &[#(#names),*];);
    for (index, field, _) in sections() {
        if field.key().is_some() {
            continue;
        }
        let index = position(input, index, library);
        let call = quote!(key_is_free(#schema, #index, __SECTIONS));
        proofs.extend(proof(call, field.ident.span(), library));
    }
    proofs
}

/// The same check inside of the constant of a generic struct.
fn proof_of_use(call: TokenStream, span: Span, library: &TokenStream) -> TokenStream {
    let private = private(library);
    quote_spanned! {span=>
        if let ::core::option::Option::Some(__message) = #private::assert::#call {
            ::core::panic!("{}", __message.as_str())
        }
    }
}

/// A compile error at `span` where `call` returns a message.
pub(crate) fn proof(call: TokenStream, span: Span, library: &TokenStream) -> TokenStream {
    let private = private(library);
    quote_spanned! {span=>
        const _: () = if let ::core::option::Option::Some(__message) = #private::assert::#call {
            ::core::panic!("{}", __message.as_str())
        };
    }
}
