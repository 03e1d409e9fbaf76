//! Turns a struct with one unnamed field into a type of settings that is read and written as its field.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Fields, Type};

/// The type of the one unnamed field, if the item is such a struct.
pub(super) fn inner(input: &DeriveInput) -> Option<&Type> {
    let Data::Struct(data) = &input.data else { return None };
    let Fields::Unnamed(fields) = &data.fields else { return None };
    let mut fields = fields.unnamed.iter();
    let only = fields.next()?;
    fields.next().is_none().then_some(&only.ty)
}

pub(super) fn expand(input: &DeriveInput, ty: &Type, library: &TokenStream) -> TokenStream {
    let ident = &input.ident;
    let inner = quote_spanned!(ty.span()=> <#ty as #library::value::SettingValue>);
    quote! {
        const _: () = {
            #[automatically_derived]
            #[allow(deprecated)]
            impl #library::value::SettingValue for #ident {
                const KIND: #library::schema::Kind = #inner::KIND;
                fn from_value(__value: #library::value::Value<'_>) -> ::core::option::Option<Self> {
                    ::core::option::Option::map(#inner::from_value(__value), Self)
                }
                fn to_value(&self) -> #library::value::Value<'_> {
                    #inner::to_value(&self.0)
                }
            }
        };
    }
}
