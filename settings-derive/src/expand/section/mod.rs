//! Turns a struct into its metadata and the code that builds it from resolved values.

mod build;
mod history;
mod member;
mod proofs;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use self::build::build;
pub(super) use self::build::{check_function, in_words};
use self::member::members;
pub(super) use self::proofs::proof;
use self::proofs::proofs;
use super::names;
use crate::ast::{Member, Nested, Struct, private};
use crate::attr::{PageTextAttrs, RuleAttrs, Spanned};

pub(super) fn expand(input: &Struct<'_>, library: &TokenStream) -> TokenStream {
    let ident = &input.original.ident;
    let private = private(library);
    let key = input.key();
    let calls = calls(input, library);
    let keys: Vec<_> =
        input.fields.iter().filter_map(|field| Some((field.ident, field.key()?.value))).collect();
    let members = members(input, &keys, library);
    let build = build(input, library);
    let mut proofs = proofs(input, library);
    let names = names::expand(input, library);
    let (generics, arguments, bounds) = input.original.generics.split_for_impl();
    // a constant would be copied into each codegen unit that uses it, but a generic struct can have no static
    let (mut checked, mut schema) = (TokenStream::new(), quote!(&__SCHEMA));
    let mut static_schema = quote!(
        static __SCHEMA: #library::schema::Section = <#ident as #private::Metadata>::SECTION;
    );
    if input.is_generic() {
        let checks = std::mem::take(&mut proofs);
        checked = quote!(const CHECKED: () = { #checks };);
        schema = quote!({
            let () = <Self as #private::Metadata>::CHECKED;
            &<Self as #private::Metadata>::SECTION
        });
        static_schema = TokenStream::new();
    }
    quote! {
        const _: () = {
            #[automatically_derived]
            #[allow(deprecated)]
            impl #generics #private::Metadata for #ident #arguments #bounds {
                #checked
                const MEMBERS: &'static [#library::schema::Member] = #members;
                const SECTION: #library::schema::Section =
                    #library::schema::Section::new(#key, Self::MEMBERS) #calls;
            }
            #static_schema
            #[automatically_derived]
            #[allow(deprecated)]
            impl #generics #library::Settings for #ident #arguments #bounds {
                const SCHEMA: &'static #library::schema::Section = #schema;
                #build
            }
            #[automatically_derived]
            impl #generics ::core::default::Default for #ident #arguments #bounds {
                fn default() -> Self {
                    #private::defaults(<Self as #library::Settings>::SCHEMA, <Self as #library::Settings>::build)
                }
            }
            #proofs
        };
        #names
    }
}

/// The calls that add the attributes of the section.
fn calls(input: &Struct<'_>, library: &TokenStream) -> TokenStream {
    let attrs = &input.attrs;
    let mut calls = TokenStream::new();
    if let Some(prefix) = &attrs.env_prefix {
        let text = prefix.text.as_deref().unwrap_or_default();
        calls.extend(quote!(.env_prefix(#text)));
    }
    calls.extend(style(input, library));
    let texts = [("page", &attrs.page), ("console", &attrs.console)];
    for (name, text) in texts {
        if let Some(Spanned { value, .. }) = text {
            let name = Ident::new(name, Span::call_site());
            calls.extend(quote!(.#name(#value)));
        }
    }
    let doc = &input.doc.description;
    if !doc.is_empty() {
        calls.extend(quote!(.doc(#doc)));
    }
    if !attrs.rules.is_empty() {
        let rules = rules(input, library);
        calls.extend(quote!(.rules({
            const __RULES: &[#library::schema::Rule] = &[#(#rules),*];
            __RULES
        })));
    }
    if !attrs.page_texts.is_empty() {
        let texts = attrs.page_texts.iter().map(|text| page_text(text, library));
        calls.extend(quote!(.page_texts(&[#(#texts),*])));
    }
    let flattened: Vec<_> = input
        .fields
        .iter()
        .filter_map(|field| match &field.member {
            Member::Section(Nested { ty, flatten: Some(_), .. }) => Some(ty),
            _ => None,
        })
        .collect();
    if !flattened.is_empty() {
        calls.extend(quote!(.flattened(&[#(<#flattened as #library::Settings>::SCHEMA),*])));
    }
    if !attrs.removed.is_empty() {
        let removed = attrs.removed.iter().map(|removed| history::removed(removed, library));
        calls.extend(quote!(.removed(&[#(#removed),*])));
    }
    if let Some(variant) = attrs.unknown {
        let variant = Ident::new(variant, Span::call_site());
        calls.extend(quote!(.unknown(#library::schema::Unknown::#variant)));
    }
    if let Some(Spanned { value, .. }) = attrs.list_separator {
        calls.extend(quote!(.list_separator(#value)));
    }
    if let Some(Spanned { value, .. }) = attrs.empty_variables {
        let variant = Ident::new(value, Span::call_site());
        calls.extend(quote!(.empty_variables(#library::schema::EmptyVariables::#variant)));
    }
    calls
}

/// The call that sets the form of variables.
fn style(input: &Struct<'_>, library: &TokenStream) -> Option<TokenStream> {
    let attrs = &input.attrs;
    let mut calls = TokenStream::new();
    if attrs.env_prefix.as_ref().is_some_and(|prefix| prefix.text.is_none()) {
        calls.extend(quote!(.without_prefix()));
    }
    if attrs.env_case.as_ref().is_some_and(|case| case.value) {
        calls.extend(quote!(.words_apart()));
    }
    if let Some(separator) = attrs.env_separator.as_ref().map(|separator| &separator.value) {
        calls.extend(quote!(.separator(#separator)));
    }
    (!calls.is_empty()).then(|| quote!(.variable_style(#library::schema::VariableStyle::DEFAULT #calls)))
}

fn page_text(attrs: &PageTextAttrs, library: &TokenStream) -> TokenStream {
    let text =
        |text: &Option<Spanned<String>>| text.as_ref().map_or_else(String::new, |text| text.value.clone());
    let (page, rst) = (text(&attrs.page), text(&attrs.rst));
    quote!(#library::schema::PageText { page: #page, rst: #rst })
}

fn rules(input: &Struct<'_>, library: &TokenStream) -> Vec<TokenStream> {
    let text =
        |text: &Option<Spanned<String>>| text.as_ref().map_or_else(String::new, |text| text.value.clone());
    let rule = |rule: &RuleAttrs| {
        let (message, help) = (text(&rule.message), text(&rule.help));
        let fields = rule.fields.iter().flatten().map(|field| &field.value);
        let help = (!help.is_empty()).then(|| quote!(.help(#help)));
        let warning = (rule.warns == Some(true)).then(|| quote!(.warning()));
        quote!(#library::schema::Rule::new(#message, &[#(#fields),*]) #help #warning)
    };
    input.attrs.rules.iter().map(rule).collect()
}
