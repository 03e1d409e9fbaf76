//! Turns a struct with one field into a type of settings that is read and written as its field.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::section::{check_function, in_words};
use crate::ast::{Newtype, private};

pub(super) fn expand(input: &Newtype<'_>, library: &TokenStream) -> TokenStream {
    let (ident, ty, member) = (&input.original.ident, &input.field.ty, &input.member);
    let inner = quote_spanned!(ty.span()=> <#ty as #library::value::SettingValue>);
    let made =
        quote!(::core::option::Option::map(#inner::from_value(__value), |__field| Self { #member: __field }));
    let (from_value, refusal) = match &input.attrs.check {
        None => (made, quote!(#inner::refusal(__value))),
        Some(check) => {
            let private = private(library);
            let in_words = in_words(check.span());
            let check = check_function(check, ty);
            (
                quote! {
                    #check
                    ::core::option::Option::filter(#made, |__made| __check(&__made.#member).is_ok())
                },
                quote! {
                    #check
                    #private::refusal_or_fault(__value, #inner::from_value, #inner::refusal(__value), #in_words)
                },
            )
        }
    };
    quote! {
        const _: () = {
            #[automatically_derived]
            #[allow(deprecated)]
            impl #library::value::SettingValue for #ident {
                const KIND: #library::schema::Kind = #inner::KIND;
                fn from_value(__value: #library::value::Value<'_>) -> ::core::option::Option<Self> {
                    #from_value
                }
                fn to_value(&self) -> #library::value::Value<'_> {
                    #inner::to_value(&self.#member)
                }
                fn refusal(__value: &#library::value::Value<'_>) -> ::core::option::Option<::std::string::String> {
                    #refusal
                }
            }
        };
    }
}
