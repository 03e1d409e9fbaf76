//! A field's type, unit and range → its kind.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::ast::Leaf;
use crate::attr::Bound;
use crate::ty::{self, Kind};

pub(super) fn expand(ty: &Type, leaf: &Leaf<'_>, library: &TokenStream) -> TokenStream {
    let is_narrowed = leaf.attrs.unit.is_some() || leaf.attrs.range.is_some();
    let wrapped = match ty::kind(ty) {
        Kind::Optional(of) => Some(("Optional", of)),
        Kind::List(of) => Some(("List", of)),
        Kind::Map(of) => Some(("Map", of)),
        _ => None,
    };
    match wrapped {
        Some((variant, of)) if is_narrowed => {
            let variant = proc_macro2::Ident::new(variant, ty.span());
            let of = expand(of, leaf, library);
            quote!(#library::schema::Kind::#variant({
                const __KIND: #library::schema::Kind = #of;
                &__KIND
            }))
        }
        _ => {
            let kind = quote_spanned!(ty.span()=> <#ty as #library::value::SettingValue>::KIND);
            let unit = unit(leaf, library);
            let range = range(ty, leaf);
            quote!(#kind #unit #range)
        }
    }
}

fn unit(leaf: &Leaf<'_>, library: &TokenStream) -> Option<TokenStream> {
    let unit = leaf.attrs.unit.as_ref()?;
    let variant = proc_macro2::Ident::new(unit.value.variant, unit.span);
    Some(quote!(.with_unit(#library::schema::Unit::#variant)))
}

fn range(ty: &Type, leaf: &Leaf<'_>) -> Option<TokenStream> {
    let range = leaf.attrs.range.as_ref()?;
    let ty = match ty::kind(ty) {
        Kind::Duration => quote!(::core::primitive::u64),
        _ => quote!(#ty),
    };
    let (low, high) = (bound(&ty, &range.low), bound(&ty, &range.high));
    Some(quote_spanned!(range.name=> .with_range(#low, #high)))
}

fn bound(ty: &TokenStream, bound: &Bound) -> TokenStream {
    match bound.literal {
        Some(literal) => super::default::integer(literal),
        None => {
            let tokens = &bound.tokens;
            quote!({ const __BOUND: #ty = #tokens; __BOUND as ::core::primitive::i128 })
        }
    }
}
