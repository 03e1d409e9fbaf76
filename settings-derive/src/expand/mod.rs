//! Turns the model into code. Nothing is checked here. The code is data, and calls to functions of the library.

mod choices;
mod default;
mod kind;
mod names;
mod newtype;
mod position;
mod section;
mod variants;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::ast::{Enum, Newtype, Struct, library, private};
use crate::check::{check_enum, check_struct};
use crate::ctxt::Ctxt;
use crate::fallback;
use crate::variants::has_data;

/// `#[derive(Settings)]`.
pub(crate) fn settings(input: &DeriveInput) -> TokenStream {
    if has_data(input) {
        return variants::settings(input);
    }
    let cx = Ctxt::new();
    let parsed = Struct::from_input(&cx, input);
    check_struct(&cx, &parsed);
    let library = library(parsed.attrs.library.as_ref());
    match cx.check() {
        Ok(()) => section::expand(&parsed, &library),
        Err(errors) => {
            let names = names::fallback(input, &private(&library), &library);
            let impls = fallback::settings(input, &library, &parsed.key());
            next_to(&errors, quote!(#impls #names))
        }
    }
}

/// `#[derive(SettingValue)]`.
pub(crate) fn setting_value(input: &DeriveInput) -> TokenStream {
    let cx = Ctxt::new();
    if let Some(parsed) = Newtype::from_input(&cx, input) {
        let library = library(parsed.attrs.library.as_ref());
        return match cx.check() {
            Ok(()) => newtype::expand(&parsed, &library),
            Err(errors) => next_to(&errors, fallback::setting_value(input, &library)),
        };
    }
    let parsed = Enum::from_input(&cx, input);
    check_enum(&cx, &parsed);
    let library = library(parsed.attrs.library.as_ref());
    match cx.check() {
        Ok(()) => choices::expand(&parsed, &library),
        Err(errors) => next_to(&errors, fallback::setting_value(input, &library)),
    }
}

fn next_to(errors: &syn::Error, fallback: TokenStream) -> TokenStream {
    let errors = errors.to_compile_error();
    quote!(#errors #fallback)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
