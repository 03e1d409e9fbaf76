//! Turns each setting into a constant that names it: `EmailSettings::SMTP_PORT`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{DeriveInput, Visibility};

use super::position::position;
use crate::ast::{Field, Member, Struct};
use crate::naming::constant;

/// The constants of a struct, each as visible as its field.
///
/// Of two fields whose names differ only in letter case, the first one gets the constant.
pub(super) fn expand(input: &Struct<'_>, library: &TokenStream) -> TokenStream {
    let ident = &input.original.ident;
    let mut names: Vec<Ident> = Vec::new();
    let mut constants = TokenStream::new();
    for (index, field) in input.fields.iter().enumerate().filter(|(_, field)| is_setting(field)) {
        let Some(name) = constant(field.ident).filter(|name| !names.contains(name)) else { continue };
        let (vis, doc) = (field.vis, doc(field));
        let index = position(input, index, library);
        constants.extend(quote! {
            #[doc = #doc]
            #vis const #name: #library::schema::Key =
                #library::schema::Key::new(<Self as #library::Settings>::SCHEMA, #index);
        });
        names.push(name);
    }
    if constants.is_empty() {
        return constants;
    }
    let (generics, arguments, bounds) = input.original.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #[allow(dead_code, deprecated)]
        impl #generics #ident #arguments #bounds {
            #constants
        }
    }
}

/// The same constants for a struct with mistakes, so that their uses cause no further errors.
pub(super) fn fallback(input: &DeriveInput, private: &TokenStream, library: &TokenStream) -> TokenStream {
    let ident = &input.ident;
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    let syn::Data::Struct(data) = &input.data else { return TokenStream::new() };
    let mut names: Vec<(Ident, &Visibility)> = Vec::new();
    for field in &data.fields {
        let name = field.ident.as_ref().and_then(constant);
        let is_setting = field.attrs.iter().any(|attr| attr.path().is_ident("setting"));
        if let Some(name) = name.filter(|name| is_setting && !names.iter().any(|(other, _)| other == name)) {
            names.push((name, &field.vis));
        }
    }
    let constants = names
        .iter()
        .map(|(name, vis)| quote!(#[doc = ""] #vis const #name: #library::schema::Key = #private::NO_KEY;));
    quote! {
        #[automatically_derived]
        #[allow(dead_code)]
        impl #generics #ident #arguments #bounds {
            #(#constants)*
        }
    }
}

fn is_setting(field: &Field<'_>) -> bool {
    match &field.member {
        Member::Setting(_) => true,
        Member::Section(nested) => nested.repeats(),
    }
}

/// The documentation of the constant.
fn doc(field: &Field<'_>) -> String {
    let ident = field.ident;
    match field.key() {
        Some(key) => format!("The setting `{}`, which the field `{ident}` holds.", key.value),
        None => format!("The sections that the field `{ident}` holds."),
    }
}
