//! The code that builds a struct from resolved values.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{ExprPath, Type};

use super::member::to_json;
use crate::ast::{Field, Member, Nested, Struct, private};
use crate::attr::DefaultFrom;
use crate::ty::{self, Kind, Occurs};

pub(super) fn build(input: &Struct<'_>, library: &TokenStream) -> TokenStream {
    // Without the underscores, the name could be a constant of the author's.
    let builder = Ident::new("__builder", Span::mixed_site());
    let in_order = |field: &Field<'_>| input.fields.iter().position(|other| std::ptr::eq(other, field));
    let local = |field: &Field<'_>| format_ident!("__field_{}", in_order(field).unwrap_or_default());
    let has_computed = input.fields.iter().any(|field| parameters(field).is_some());
    let values: Vec<_> = input.fields.iter().map(|field| taken(field, &builder, library)).collect();
    let idents: Vec<_> = input.fields.iter().map(|field| field.ident).collect();
    let skipped = input.skipped.iter().map(|field| {
        let (ident, ty) = (&field.ident, &field.ty);
        let default = quote_spanned!(ty.span()=> <#ty as ::core::default::Default>::default());
        quote!(#ident: #default,)
    });
    let skipped: TokenStream = skipped.collect();
    let section = if has_computed {
        let locals: Vec<_> = input.fields.iter().map(local).collect();
        let defaults = input.fields.iter().filter_map(|field| {
            let from = parameters(field)?;
            let (own, ty, body) = (local(field), field.ty, &from.body);
            let others: Vec<_> = from
                .parameters
                .iter()
                .filter_map(|name| input.fields.iter().find(|field| field.ident == name))
                .collect();
            let (types, names) = (others.iter().map(|field| field.ty), &from.parameters);
            let others = others.iter().map(|field| local(field));
            let leaf = field.leaf()?;
            let computed = match to_json(field, leaf, library) {
                Some(to_json) => {
                    quote!(#builder.or_computed_as(#own, __default(#(&#others),*), #to_json)?)
                }
                None => {
                    let value = quote_spanned!(ty.span()=> <#ty as #library::value::SettingValue>);
                    quote!(#builder.or_computed(#own, __default(#(&#others),*), #value::KIND, #value::to_value)?)
                }
            };
            let checked = leaf.attrs.check.as_ref().map(|check| {
                let (function, in_words) = (check_function(check, ty), in_words(check.span()));
                let key = field.key().map(|key| key.value).unwrap_or_default();
                quote_spanned! {check.span()=>
                    #function
                    let #own = #builder.verified_at(__number, #own, #key, #in_words);
                }
            });
            Some(quote_spanned! {from.name=>
                let __default: fn(#(&#types),*) -> #ty = |#(#names),*| #body;
                let __number = #own.number();
                let #own = #computed;
                #checked
            })
        });
        quote! {{
            #(let #locals = #values;)*
            #(#defaults)*
            Self { #(#idents: #locals,)* #skipped }
        }}
    } else {
        quote!(Self { #(#idents: #values,)* #skipped })
    };
    let argument =
        if input.fields.is_empty() && input.attrs.rules.is_empty() { quote!(_) } else { quote!(#builder) };
    let mark = Ident::new("__checkpoint", Span::mixed_site());
    let checks = input.attrs.rules.iter().enumerate().filter_map(|(number, rule)| {
        let check = rule.check.as_ref()?;
        let outcome =
            quote_spanned!(check.span()=> #library::resolve::RuleOutcome::outcome(__check(&__section)));
        Some(quote_spanned! {check.span()=>
            let __check: fn(&Self) -> _ = #check;
            let __outcome = #outcome;
            #builder.rule(#mark, <Self as #library::Settings>::SCHEMA, #number, __outcome);
        })
    });
    let body = if input.attrs.rules.is_empty() {
        quote!(::core::option::Option::Some(#section))
    } else {
        quote! {
            let #mark = #builder.begin();
            let __section = #section;
            if #builder.are_rules_due(#mark) {
                #(#checks)*
            }
            ::core::option::Option::Some(__section)
        }
    };
    let private = private(library);
    quote! {
        fn build(#argument: &mut #private::Builder<'_>) -> ::core::option::Option<Self> {
            #body
        }
    }
}

/// A default that is computed from other settings.
fn parameters<'a>(field: &'a Field<'_>) -> Option<&'a DefaultFrom> {
    let from = field.leaf()?.attrs.default_from.as_ref()?;
    (!from.parameters.is_empty()).then_some(from)
}

/// The field's value from the builder.
fn taken(field: &Field<'_>, builder: &Ident, library: &TokenStream) -> TokenStream {
    let value = unchecked(field, builder, library);
    // a value that is not computed yet is checked afterwards
    let check = field.leaf().and_then(|leaf| leaf.attrs.check.as_ref());
    let Some(check) = check.filter(|_| parameters(field).is_none()) else { return value };
    let key = field.key().map(|key| key.value).unwrap_or_default();
    let (function, in_words) = (check_function(check, field.ty), in_words(check.span()));
    quote_spanned! {check.span()=> {
        let __value = #value;
        #function
        #builder.verified(__value, #key, #in_words)
    }}
}

/// The function `__check` of a value. One that is named may also take what a reference to the value coerces to, as a call
/// does: `&str` for a `String`.
pub(in crate::expand) fn check_function(check: &TokenStream, ty: &Type) -> TokenStream {
    // at the function, but of the derive: neither clippy nor the compiler suggests another way to write it
    let call = check.span().resolved_at(Span::mixed_site());
    let function = match syn::parse2::<ExprPath>(check.clone()) {
        Ok(path) => quote_spanned!(call=> |__value| #path(__value)),
        Err(_) => check.clone(),
    };
    quote_spanned!(check.span()=> let __check: fn(&#ty) -> ::core::result::Result<(), _> = #function;)
}

/// The function `__check` with its outcome in words. An outcome without words is an error at the check.
pub(in crate::expand) fn in_words(span: Span) -> TokenStream {
    quote_spanned! {span=>
        |__value| ::core::result::Result::map_err(
            __check(__value),
            |__why| ::std::string::ToString::to_string(&__why),
        )
    }
}

fn unchecked(field: &Field<'_>, builder: &Ident, library: &TokenStream) -> TokenStream {
    let (method, ty) = match &field.member {
        Member::Setting(leaf) if leaf.attrs.serde.is_some() => {
            let (ty, private) = (field.ty, private(library));
            let method = if parameters(field).is_some() { "given_serde" } else { "take_serde" };
            let method = Ident::new(method, Span::call_site());
            let read = quote_spanned!(ty.span()=> <#ty as #private::Deserialize>::deserialize);
            return quote!(#builder.#method(|__reader| #read(__reader))?);
        }
        Member::Setting(leaf) if leaf.attrs.text.is_some() => {
            let (method, ty) = match (leaf.kind, parameters(field)) {
                (Kind::Optional(of), None) => ("take_optional_parsed", of),
                (Kind::Optional(of), Some(_)) => ("given_optional_parsed", of),
                (_, None) => ("take_parsed", field.ty),
                (_, Some(_)) => ("given_parsed", field.ty),
            };
            let method = Ident::new(method, ty.span());
            let parse = match &leaf.attrs.with {
                Some(module) => {
                    let parse = quote_spanned!(module.span()=> #module::from_text);
                    quote_spanned! {module.span()=> {
                        let __parse: fn(&::core::primitive::str) -> ::core::result::Result<#ty, _> = #parse;
                        __parse
                    }}
                }
                None => quote_spanned!(ty.span()=> <#ty as ::core::str::FromStr>::from_str),
            };
            return quote!(#builder.#method(#parse)?);
        }
        Member::Setting(_) => {
            // a path to each function, so that a type without the trait is one error: the same as for its kind
            let ty = field.ty;
            let value = quote_spanned!(ty.span()=> <#ty as #library::value::SettingValue>);
            let functions = quote_spanned!(ty.span()=> #value::from_value, #value::refusal);
            return match parameters(field) {
                Some(_) => quote!(#builder.given(#value::KIND, #functions)?),
                None => quote!(#builder.take_by(#functions)?),
            };
        }
        Member::Section(Nested { ty, flatten: Some(_), .. }) => {
            return quote_spanned!(ty.span()=> <#ty as #library::Settings>::build(#builder)?);
        }
        Member::Section(nested) => match nested.occurs {
            Occurs::Once => ("section_by", nested.ty),
            Occurs::Optional => ("optional_section_by", nested.ty),
            Occurs::List => ("sections_by", nested.ty),
            Occurs::Map => ("named_sections_by", nested.ty),
        },
    };
    // An error about the type points at the type.
    let method = Ident::new(method, ty.span());
    if let Member::Section(_) = &field.member {
        let schema = quote_spanned!(ty.span()=> <#ty as #library::Settings>::SCHEMA);
        let build = quote_spanned!(ty.span()=> <#ty as #library::Settings>::build);
        let keys = match ty::kind(field.ty) {
            Kind::Map(key, _) => {
                let key = quote_spanned!(key.span()=> <#key as #library::value::MapKey>);
                Some(quote!(, (#key::from_key, #key::to_key, #key::ACCEPTS_ALL)))
            }
            _ => None,
        };
        return quote!(#builder.#method(#schema, #build #keys)?);
    }
    quote!(#builder.#method()?)
}
