//! Turns a field's type, unit and range into its kind.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::ast::{Leaf, private};
use crate::attr::Bound;
use crate::default::DefaultValue;
use crate::ty::{self, Kind};

pub(super) fn expand(ty: &Type, leaf: &Leaf<'_>, library: &TokenStream) -> TokenStream {
    if let Some(name) = leaf.attrs.text.as_ref().map(|text| &text.value) {
        return parsed(ty, name, leaf.attrs.with.as_ref(), library);
    }
    if leaf.attrs.serde.is_some() {
        return quote!(#library::schema::Kind::Json);
    }
    let is_narrowed =
        leaf.attrs.unit.is_some() || leaf.attrs.range.is_some() || leaf.attrs.text_span().is_some();
    let wrapped = match ty::kind(ty) {
        Kind::Optional(of) => Some(("Optional", None, of)),
        Kind::List(of) => Some(("List", None, of)),
        Kind::Set(of) => Some(("Set", None, of)),
        // by the map's own kind, so that a type that is no key is one error
        Kind::Map(_, of) => {
            let private = private(library);
            let whole = quote_spanned!(ty.span()=> <#ty as #library::value::SettingValue>::KIND);
            Some(("map_by", Some(quote!(#private::key_of(&#whole))), of))
        }
        _ => None,
    };
    match wrapped {
        Some((variant, key, of)) if is_narrowed => {
            let variant = proc_macro2::Ident::new(variant, ty.span());
            let key = key.map(|key| quote!(#key,));
            let of = expand(of, leaf, library);
            quote!(#library::schema::Kind::#variant(#key &const { #of }))
        }
        _ => {
            let kind = quote_spanned!(ty.span()=> <#ty as #library::value::SettingValue>::KIND);
            let unit = unit(leaf, library);
            let range = range(ty, leaf);
            let text = text(leaf, library);
            quote!(#kind #unit #range #text)
        }
    }
}

/// The kind of a map's keys.
pub(super) fn key_kind(key: &Type, library: &TokenStream) -> TokenStream {
    quote_spanned!(key.span()=> <#key as #library::value::MapKey>::KEY_KIND)
}

/// A type that is parsed, or an `Option` of one.
fn parsed(ty: &Type, name: &str, with: Option<&TokenStream>, library: &TokenStream) -> TokenStream {
    if let Kind::Optional(of) = ty::kind(ty) {
        let of = parsed(of, name, with, library);
        return quote!(#library::schema::Kind::Optional({
            const __KIND: #library::schema::Kind = #of;
            &__KIND
        }));
    }
    let private = private(library);
    let fault = match with {
        None => quote_spanned!(ty.span()=> <#ty as ::core::str::FromStr>::from_str),
        // as a value, as where the setting is built: then a module without the function is one error
        Some(module) => quote_spanned!(module.span()=> #module::from_text),
    };
    let fault = quote_spanned! {ty.span()=>
        |__text| {
            let __parse = #fault;
            ::core::result::Result::map(#private::parsed(__text, __parse(__text)), |_| ())
        }
    };
    quote!(#library::schema::Kind::Custom({
        const __KIND: #library::schema::CustomKind = #library::schema::CustomKind::new(#name, #fault);
        &__KIND
    }))
}

fn unit(leaf: &Leaf<'_>, library: &TokenStream) -> Option<TokenStream> {
    let unit = leaf.attrs.unit.as_ref()?;
    let variant = proc_macro2::Ident::new(unit.value.variant, unit.span);
    Some(quote!(.with_unit(#library::schema::Unit::#variant)))
}

fn range(of: &Type, leaf: &Leaf<'_>) -> Option<TokenStream> {
    let range = leaf.attrs.range.as_ref()?;
    let ty = match ty::kind(of) {
        Kind::Duration | Kind::Size => quote!(::core::primitive::u64),
        _ => quote!(#of),
    };
    let has_fraction =
        [&range.low, &range.high].iter().any(|bound| bound.literal.is_none() && bound.float.is_some());
    if matches!(ty::kind(of), Kind::Float) || has_fraction {
        let (low, high) = (float_bound(&ty, &range.low), float_bound(&ty, &range.high));
        return Some(quote_spanned!(range.name=> .with_float_range(#low, #high)));
    }
    let (low, high) = (bound(&ty, &range.low), bound(&ty, &range.high));
    Some(quote_spanned!(range.name=> .with_range(#low, #high)))
}

fn text(leaf: &Leaf<'_>, library: &TokenStream) -> Option<TokenStream> {
    let attrs = &leaf.attrs;
    let span = attrs.text_span()?;
    let mut rules = TokenStream::new();
    if let Some(format) = &attrs.format {
        let variant = proc_macro2::Ident::new(format.value, format.span);
        rules.extend(quote!(.format(#library::schema::Format::#variant)));
    }
    if let Some(min) = attrs.min_len.as_ref().map(|min| min.value) {
        rules.extend(quote!(.min_len(#min)));
    }
    if let Some(max) = attrs.max_len.as_ref().map(|max| max.value) {
        rules.extend(quote!(.max_len(#max)));
    }
    if let Some(pattern) = attrs.pattern.as_ref().map(|pattern| &pattern.value) {
        rules.extend(quote!(.pattern(#pattern)));
    }
    // An empty default means "not set", unless a length is asked for.
    let is_empty = matches!(&leaf.default, Some(DefaultValue::Text(text)) if text.is_empty());
    // an empty secret means "not set" in any case, since it can have no other default
    let is_secret = matches!(leaf.kind, Kind::Secret) && !attrs.is_required();
    if is_empty && (attrs.min_len.is_none() || is_secret) && !matches!(leaf.kind, Kind::Optional(_)) {
        rules.extend(quote!(.or_empty()));
    }
    Some(quote_spanned! {span=>
        .with_text({
            const __RULES: #library::schema::TextRules = #library::schema::TextRules::ANY #rules;
            &__RULES
        })
    })
}

fn float_bound(ty: &TokenStream, bound: &Bound) -> TokenStream {
    match bound.float {
        Some(float) => super::default::float(float),
        None => {
            let tokens = &bound.tokens;
            quote!({ const __BOUND: #ty = #tokens; __BOUND as ::core::primitive::f64 })
        }
    }
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
