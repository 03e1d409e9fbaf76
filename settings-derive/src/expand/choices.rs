//! Turns an enum into the choices of a one-of setting.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::Enum;

pub(super) fn expand(input: &Enum<'_>, library: &TokenStream) -> TokenStream {
    let ident = &input.original.ident;
    let vis = &input.original.vis;
    let variants: Vec<_> = input.variants.iter().map(|variant| &variant.original.ident).collect();
    let texts: Vec<String> = input.variants.iter().map(|variant| variant.text().value).collect();
    let choices = input.variants.iter().zip(&texts).map(|(variant, text)| {
        let (label, doc) = (variant.label(), &variant.doc.description);
        quote!(#library::schema::Choice { text: #text, label: #label, doc: #doc })
    });
    quote! {
        const _: () = {
            #[automatically_derived]
            #[allow(deprecated)]
            impl #ident {
                #[doc(hidden)]
                #vis const fn __text_of_variant(&self) -> &'static ::core::primitive::str {
                    match self {
                        #(Self::#variants => #texts,)*
                    }
                }
            }
            #[automatically_derived]
            #[allow(deprecated)]
            impl #library::value::SettingValue for #ident {
                const KIND: #library::schema::Kind = #library::schema::Kind::OneOf(&[#(#choices),*]);
                fn from_value(__value: #library::value::Value<'_>) -> ::core::option::Option<Self> {
                    ::core::option::Option::Some(match __value.as_text()? {
                        #(#texts => Self::#variants,)*
                        _ => return ::core::option::Option::None,
                    })
                }
                fn to_value(&self) -> #library::value::Value<'_> {
                    #library::value::Value::Text(::std::borrow::Cow::Borrowed(self.__text_of_variant()))
                }
            }
        };
    }
}
