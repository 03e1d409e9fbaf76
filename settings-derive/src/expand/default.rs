//! Turns a default into a `DefaultValue`.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::ast::{Field, Leaf};
use crate::default::{Constant, DefaultValue, Json};
use crate::ty::{Kind, innermost};

pub(super) fn expand(default: Option<&DefaultValue>, library: &TokenStream) -> TokenStream {
    let value = match default {
        None | Some(DefaultValue::None) => quote!(None),
        Some(DefaultValue::Bool(bool)) => quote!(Bool(#bool)),
        Some(DefaultValue::Integer(value)) => {
            let value = integer(*value);
            quote!(Integer(#value))
        }
        Some(DefaultValue::Float(value)) => {
            let value = float(*value);
            quote!(Float(#value))
        }
        Some(DefaultValue::Text(text)) => quote!(Text(#text)),
        Some(DefaultValue::Json(Json { text, .. })) => quote!(Json(#text)),
        Some(DefaultValue::Const(constant, tokens)) => evaluated(constant, tokens),
    };
    quote!(#library::schema::DefaultValue::#value)
}

fn evaluated(constant: &Constant, tokens: &TokenStream) -> TokenStream {
    match constant {
        Constant::Bool => quote!(Bool({ const __DEFAULT: ::core::primitive::bool = #tokens; __DEFAULT })),
        Constant::Integer(ty) => {
            quote!(Integer({ const __DEFAULT: #ty = #tokens; __DEFAULT as ::core::primitive::i128 }))
        }
        Constant::Units => {
            quote!(Integer({ const __DEFAULT: ::core::primitive::u64 = #tokens; __DEFAULT as ::core::primitive::i128 }))
        }
        Constant::Float(ty) => {
            quote!(Float({ const __DEFAULT: #ty = #tokens; __DEFAULT as ::core::primitive::f64 }))
        }
        Constant::Size(ty) => {
            quote!(Integer({ const __DEFAULT: #ty = #tokens; __DEFAULT.bytes() as ::core::primitive::i128 }))
        }
        Constant::Text => quote!(Text({ const __DEFAULT: &::core::primitive::str = #tokens; __DEFAULT })),
        Constant::Choice(ty) => {
            // for a type that is not an enum, rustc reports the missing method at the author's expression
            let text = quote_spanned!(tokens.span()=> setting_text);
            quote!(Text({ const __DEFAULT: #ty = #tokens; __DEFAULT.#text() }))
        }
    }
}

/// An `i128`, whatever its sign.
pub(super) fn integer(value: i128) -> TokenStream {
    // A literal has no sign; the least i128 has no positive counterpart.
    let (minus, value) = (minus(value < 0), Literal::u128_unsuffixed(value.unsigned_abs()));
    quote!(#minus #value)
}

/// An `f64`, whatever its sign.
pub(super) fn float(value: f64) -> TokenStream {
    let (minus, value) = (minus(value < 0.0), Literal::f64_unsuffixed(value.abs()));
    quote!(#minus #value)
}

fn minus(is_negative: bool) -> Option<TokenStream> {
    is_negative.then(|| quote!(-))
}

/// Returns whether rustc must check that the kind accepts the default.
pub(super) fn needs_proof(field: &Field<'_>, leaf: &Leaf<'_>) -> bool {
    let has_fixed_length = |ty| matches!(ty, Kind::Array(_) | Kind::Tuple(_));
    let is_own_type = matches!(innermost(field.ty), Kind::Other) || has_fixed_length(innermost(field.ty));
    let is_constant = matches!(leaf.default, Some(DefaultValue::Const(..)));
    let bounds_are_constants = leaf
        .attrs
        .range
        .as_ref()
        .is_some_and(|range| range.low.float.is_none() || range.high.float.is_none());
    is_constant
        || is_own_type
        || bounds_are_constants
        || has_large_float(leaf)
        || leaf.attrs.text_span().is_some()
}

/// Returns whether the default may be too large for the type.
fn has_large_float(leaf: &Leaf<'_>) -> bool {
    matches!(leaf.default, Some(DefaultValue::Float(float)) if float.abs() > f64::from(f32::MAX))
}
