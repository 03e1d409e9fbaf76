//! Turns an enum into the choices of a one-of setting.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::{Enum, private};

pub(super) fn expand(input: &Enum<'_>, library: &TokenStream) -> TokenStream {
    let private = private(library);
    let ident = &input.original.ident;
    let vis = &input.original.vis;
    let variants: Vec<_> = input.variants.iter().map(|variant| &variant.original.ident).collect();
    let texts: Vec<String> = input.variants.iter().map(|variant| variant.text().value).collect();
    let any_case = input.attrs.ignore_case.as_ref().map(|_| quote!(.ignore_case()));
    let choices = input.variants.iter().zip(&texts).map(|(variant, text)| {
        let (label, doc) = (variant.label(), &variant.doc.description);
        quote!(#library::schema::Choice::new(#text, #label, #doc) #any_case)
    });
    quote! {
        const _: () = {
            #[automatically_derived]
            #[allow(deprecated)]
            impl #ident {
                #[doc(hidden)]
                #vis const fn setting_text(&self) -> &'static ::core::primitive::str {
                    match self {
                        #(Self::#variants => #texts,)*
                    }
                }
            }
            #[automatically_derived]
            impl #library::value::MapKey for #ident {
                const KEY_KIND: #library::schema::Kind = <Self as #library::value::SettingValue>::KIND;
                fn from_key(
                    __key: ::std::borrow::Cow<'_, ::core::primitive::str>,
                ) -> ::core::result::Result<Self, ::std::string::String> {
                    #private::choice_key(&__key)
                }
                fn to_key(&self) -> ::std::borrow::Cow<'_, ::core::primitive::str> {
                    ::std::borrow::Cow::Borrowed(self.setting_text())
                }
            }
            #[automatically_derived]
            #[allow(deprecated)]
            impl #library::value::SettingValue for #ident {
                const KIND: #library::schema::Kind = #library::schema::Kind::OneOf({
                    const __CHOICES: &[#library::schema::Choice] = &[#(#choices),*];
                    __CHOICES
                });
                fn from_value(__value: #library::value::Value<'_>) -> ::core::option::Option<Self> {
                    ::core::option::Option::Some(match __value.as_text()? {
                        #(#texts => Self::#variants,)*
                        _ => return ::core::option::Option::None,
                    })
                }
                fn to_value(&self) -> #library::value::Value<'_> {
                    #library::value::Value::Text(::std::borrow::Cow::Borrowed(self.setting_text()))
                }
            }
        };
    }
}
