//! Impls next to the errors, so that uses of the type cause no further errors.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::ast::private;

/// A section without settings.
pub(crate) fn settings(input: &DeriveInput, library: &TokenStream, key: &str) -> TokenStream {
    let ident = &input.ident;
    let private = private(library);
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    quote! {
        const _: () = {
            #[automatically_derived]
            impl #generics #library::Settings for #ident #arguments #bounds {
                const SCHEMA: &'static #library::schema::Section = {
                    const __SECTION: #library::schema::Section = #library::schema::Section::new(#key, &[]);
                    &__SECTION
                };
                fn build(_: &mut #private::Builder<'_>) -> ::core::option::Option<Self> {
                    ::core::option::Option::None
                }
            }
            #[automatically_derived]
            impl #generics ::core::default::Default for #ident #arguments #bounds {
                fn default() -> Self {
                    ::core::unreachable!()
                }
            }
        };
    }
}

/// A one-of without choices.
pub(crate) fn setting_value(input: &DeriveInput, library: &TokenStream) -> TokenStream {
    let (ident, vis) = (&input.ident, &input.vis);
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    quote! {
        const _: () = {
            #[automatically_derived]
            impl #generics #ident #arguments #bounds {
                #[doc(hidden)]
                #vis const fn setting_text(&self) -> &'static ::core::primitive::str {
                    ""
                }
            }
            #[automatically_derived]
            impl #generics #library::value::SettingValue for #ident #arguments #bounds {
                const KIND: #library::schema::Kind = #library::schema::Kind::OneOf(&[]);
                fn from_value(_: #library::value::Value<'_>) -> ::core::option::Option<Self> {
                    ::core::option::Option::None
                }
                fn to_value(&self) -> #library::value::Value<'_> {
                    #library::value::Value::Null
                }
            }
        };
    }
}
