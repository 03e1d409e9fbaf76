//! A struct → its metadata as one constant, and how it is built from resolved values.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::default::{self, needs_proof};
use super::kind;
use crate::ast::{Field, Leaf, Member, Struct};
use crate::attr::Spanned;
use crate::default::DefaultValue;
use crate::doc::Value;
use crate::naming;
use crate::ty::{Kind, innermost_optional};

pub(super) fn expand(input: &Struct<'_>, library: &TokenStream) -> TokenStream {
    let ident = &input.original.ident;
    let key = input.key();
    let env_prefix = optional(input.attrs.env_prefix.as_ref());
    let page = optional(input.attrs.page.as_ref());
    let console = optional(input.attrs.console.as_ref());
    let doc = &input.doc.description;
    let members = input.fields.iter().map(|field| member(field, library));
    let build = build(input, library);
    let proofs = proofs(input, library);
    quote! {
        const _: () = {
            #[automatically_derived]
            #[allow(deprecated)]
            impl #library::Settings for #ident {
                const SCHEMA: &'static #library::schema::Section = &#library::schema::Section {
                    key: #key,
                    env_prefix: #env_prefix,
                    page: #page,
                    console: #console,
                    doc: #doc,
                    members: &[#(#members),*],
                };
                #build
            }
            #[automatically_derived]
            impl ::core::default::Default for #ident {
                fn default() -> Self {
                    #library::resolve::defaults()
                }
            }
            #proofs
        };
    }
}

fn member(field: &Field<'_>, library: &TokenStream) -> TokenStream {
    let ty = field.ty;
    match &field.member {
        Member::Setting(leaf) => {
            let setting = setting(field, leaf, library);
            quote!(#library::schema::Member::Setting(#setting))
        }
        Member::Section(key) => {
            let schema = quote_spanned!(ty.span()=> <#ty as #library::Settings>::SCHEMA);
            let key = match key {
                Some(Spanned { value, .. }) => quote!(#value),
                None => quote!(#schema.key),
            };
            quote!(#library::schema::Member::Section { key: #key, section: #schema })
        }
    }
}

fn setting(field: &Field<'_>, leaf: &Leaf<'_>, library: &TokenStream) -> TokenStream {
    let key = field.key().map(|key| key.value).unwrap_or_default();
    let name = field.ident.to_string();
    let kind = kind::expand(field.ty, leaf, library);
    let default = default::expand(leaf.default.as_ref(), library);
    let title =
        leaf.attrs.title.as_ref().map_or_else(|| naming::title(field.ident), |title| title.value.clone());
    let description = &leaf.doc.description;
    let values =
        leaf.doc.values.iter().map(
            |Value { value, text, .. }| quote!(#library::schema::ValueDoc { value: #value, text: #text }),
        );
    let note = &leaf.doc.note;
    let mut setting = quote! {
        #library::schema::Setting::new(#key, #name, #kind, #default)
            .title(#title)
            .doc(#description, &[#(#values),*], #note)
    };
    if !leaf.attrs.aliases.is_empty() {
        let aliases = leaf.attrs.aliases.iter().map(|alias| &alias.value);
        setting.extend(quote!(.aliases(&[#(#aliases),*])));
    }
    if let Some(console) = leaf.attrs.console.as_ref().map(|console| &console.value) {
        setting.extend(quote!(.console(#console)));
    }
    if let Some(page) = leaf.attrs.page.as_ref().map(|page| &page.value) {
        setting.extend(quote!(.page(#page)));
    }
    setting
}

fn build(input: &Struct<'_>, library: &TokenStream) -> TokenStream {
    // Without the underscores, a constant of the author's could be meant.
    let builder = Ident::new("__builder", Span::mixed_site());
    let values = input.fields.iter().map(|field| {
        let ident = field.ident;
        let method = match field.member {
            Member::Setting(_) => "take",
            Member::Section(_) => "section",
        };
        // An error about the type shall point at the type.
        let method = Ident::new(method, field.ty.span());
        quote!(#ident: #builder.#method()?)
    });
    let argument = if input.fields.is_empty() { quote!(_) } else { quote!(#builder) };
    quote! {
        fn build(#argument: &mut #library::resolve::Builder<'_>) -> ::core::option::Option<Self> {
            ::core::option::Option::Some(Self { #(#values),* })
        }
    }
}

/// What only rustc can check, since it needs other types' metadata or the values of constants.
fn proofs(input: &Struct<'_>, library: &TokenStream) -> TokenStream {
    let ident = &input.original.ident;
    let mut proofs = TokenStream::new();
    for (index, field) in input.fields.iter().enumerate() {
        let Some(leaf) = field.leaf() else { continue };
        let is_own_type = matches!(innermost_optional(leaf.kind), Kind::Other);
        if let (true, Some(first)) = (is_own_type, leaf.doc.values.first()) {
            let call = quote!(documents_every_value(<#ident as #library::Settings>::SCHEMA, #index));
            proofs.extend(proof(call, first.span, library));
        }
        if let Some(DefaultValue::Json(json)) = &leaf.default {
            for (text, tokens) in &json.texts {
                let call = quote!(accepts_text(<#ident as #library::Settings>::SCHEMA, #index, #text));
                proofs.extend(proof(call, tokens.span(), library));
            }
        }
        if let (true, Some(tokens)) = (needs_proof(leaf), &leaf.attrs.default) {
            let call = quote!(accepts_default(<#ident as #library::Settings>::SCHEMA, #index));
            proofs.extend(proof(call, tokens.span(), library));
        }
    }
    if input.attrs.env_prefix.is_some() {
        let slots = quote!(#library::schema::assert::slots(<#ident as #library::Settings>::SCHEMA));
        let call = quote!(unique_names::<{ #slots }>(<#ident as #library::Settings>::SCHEMA));
        proofs.extend(proof(call, ident.span(), library));
    }
    proofs
}

/// A compile error at `span` where `call` returns a message.
fn proof(call: TokenStream, span: Span, library: &TokenStream) -> TokenStream {
    quote_spanned! {span=>
        const _: () = if let ::core::option::Option::Some(__message) = #library::schema::assert::#call {
            ::core::panic!("{}", __message.as_str())
        };
    }
}

fn optional(text: Option<&Spanned<String>>) -> TokenStream {
    match text {
        Some(Spanned { value, .. }) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}
