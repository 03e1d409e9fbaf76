//! The metadata of the members of a section.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::history::history;
use crate::ast::{Field, Leaf, Member, Nested, Struct, private};
use crate::attr::{DefaultFrom, Spanned};
use crate::doc::Value;
use crate::expand::{default, kind};
use crate::naming;
use crate::ty::{self, Kind, Occurs};

/// All members as a slice; the settings of flattened sections are copied.
pub(super) fn members(input: &Struct<'_>, keys: &[(&Ident, String)], library: &TokenStream) -> TokenStream {
    let private = private(library);
    if input.fields.iter().all(|field| field.flatten().is_none()) {
        let members = input.fields.iter().map(|field| member(field, keys, library));
        return quote!(&[#(#members),*]);
    }
    let parts = input.fields.iter().map(|field| match &field.member {
        Member::Section(Nested { ty, flatten: Some(_), .. }) => {
            quote_spanned!(ty.span()=> <#ty as #library::Settings>::SCHEMA.members)
        }
        _ => {
            let member = member(field, keys, library);
            quote!(&[#member])
        }
    });
    quote!({
        const __PARTS: &[&[#library::schema::Member]] = &[#(#parts),*];
        const __MEMBERS: [#library::schema::Member; #private::count(__PARTS)] = #private::joined(__PARTS);
        &__MEMBERS
    })
}

fn member(field: &Field<'_>, keys: &[(&Ident, String)], library: &TokenStream) -> TokenStream {
    match &field.member {
        Member::Setting(leaf) => {
            let setting = setting(field, leaf, keys, library);
            quote!(#library::schema::Member::Setting(#setting))
        }
        Member::Section(nested) => {
            let ty = nested.ty;
            let schema = quote_spanned!(ty.span()=> <#ty as #library::Settings>::SCHEMA);
            if nested.repeats() {
                return repeated(field, nested, &schema, library);
            }
            let key = nested_key(field, &schema, library);
            let method = if nested.occurs == Occurs::Optional { "optional_section" } else { "section" };
            let method = Ident::new(method, Span::call_site());
            quote!(#library::schema::Member::#method(#key, #schema))
        }
    }
}

/// The key of a nested section: the field's `section`, else its struct's, else a key that follows from the field.
fn nested_key(field: &Field<'_>, schema: &TokenStream, library: &TokenStream) -> TokenStream {
    match field.key() {
        Some(Spanned { value, .. }) => quote!(#value),
        None => {
            let (private, own) = (private(library), field.own_key());
            quote!(#private::nested_key(#schema.key, #own))
        }
    }
}

/// A setting whose values are lists or maps of sections.
fn repeated(
    field: &Field<'_>,
    nested: &Nested<'_>,
    schema: &TokenStream,
    library: &TokenStream,
) -> TokenStream {
    let key = nested_key(field, schema, library);
    let (name, title) = (field.ident.to_string(), naming::title(field.ident));
    let of = quote!(&#library::schema::Kind::Section(#schema));
    let (kind, default) = match ty::kind(field.ty) {
        Kind::Map(key, _) => {
            let key = kind::key_kind(key, library);
            (quote!(map_by(&const { #key }, #of)), "{}")
        }
        _ => (quote!(List(#of)), "[]"),
    };
    let description = &nested.doc.description;
    let description = if description.is_empty() { quote!(#schema.doc) } else { quote!(#description) };
    quote! {
        #library::schema::Member::Setting(
            #library::schema::Setting::new(
                #key,
                #name,
                #library::schema::Kind::#kind,
                #library::schema::DefaultValue::Json(#default),
            )
            .title(#title)
            .doc(#description, &[]),
        )
    }
}

/// A computed default: one without parameters runs on demand, any other when the section is built.
fn computed(field: &Field<'_>, leaf: &Leaf<'_>, from: &DefaultFrom, library: &TokenStream) -> TokenStream {
    let (ty, body, private) = (field.ty, &from.body, private(library));
    let rule = leaf.attrs.default_rule.as_ref().map_or("", |rule| rule.value.as_str());
    let value = match from.parameters.as_slice() {
        [] => {
            let to_json = match to_json(field, leaf, library) {
                Some(to_json) => quote!((#to_json)(&__default())),
                None => {
                    let trait_of = quote_spanned!(ty.span()=> <#ty as #library::value::SettingValue>);
                    quote!(#private::computed(__default(), #trait_of::KIND, #trait_of::to_value))
                }
            };
            quote_spanned!(from.name=> || { let __default: fn() -> #ty = || #body; #to_json })
        }
        _ => quote!(|| ::std::string::String::from("null")),
    };
    quote!(#library::schema::DefaultValue::Computed { rule: #rule, value: #value })
}

/// The function that formats a default as JSON, for a type that is not a setting's own.
pub(super) fn to_json(field: &Field<'_>, leaf: &Leaf<'_>, library: &TokenStream) -> Option<TokenStream> {
    let (ty, private) = (field.ty, private(library));
    if leaf.attrs.serde.is_some() {
        let write = quote_spanned!(ty.span()=> <#ty as #private::Serialize>::serialize);
        return Some(
            quote!(|__value: &#ty| #private::computed_serde(__value, |__value, __writer| #write(__value, __writer))),
        );
    }
    leaf.attrs.text.as_ref()?;
    let of = if let Kind::Optional(of) = leaf.kind { of } else { field.ty };
    let text = match &leaf.attrs.with {
        Some(module) => quote_spanned!(module.span()=> #module::to_text),
        None => quote_spanned!(of.span()=> <#of as ::std::string::ToString>::to_string),
    };
    let text = match leaf.kind {
        Kind::Optional(_) => {
            quote!(::core::option::Option::map(::core::option::Option::as_ref(__value), #text))
        }
        _ => quote!(::core::option::Option::Some(#text(__value))),
    };
    Some(quote!(|__value: &#ty| #private::computed_text(#text)))
}

fn setting(
    field: &Field<'_>,
    leaf: &Leaf<'_>,
    keys: &[(&Ident, String)],
    library: &TokenStream,
) -> TokenStream {
    let key = field.key().map(|key| key.value).unwrap_or_default();
    let name = field.ident.to_string();
    let kind = kind::expand(field.ty, leaf, library);
    let default = match &leaf.attrs.default_from {
        Some(from) => computed(field, leaf, from, library),
        None => default::expand(leaf.default.as_ref(), library),
    };
    let title = match (&leaf.attrs.title, &leaf.attrs.key) {
        (Some(title), _) => title.value.clone(),
        (None, Some(key)) => naming::title_of_key(&key.value),
        (None, None) => naming::title(field.ident),
    };
    let description = &leaf.doc.description;
    let values =
        leaf.doc.values.iter().map(
            |Value { value, text, .. }| quote!(#library::schema::ValueDoc { value: #value, text: #text }),
        );
    let setting = quote! {
        #library::schema::Setting::new(#key, #name, #kind, #default)
            .title(#title)
            .doc(#description, &[#(#values),*])
    };
    let details = details(leaf, keys, library);
    if details.is_empty() {
        return setting;
    }
    quote! {
        #setting.details({
            const __DETAILS: #library::schema::Details = #library::schema::Details::new() #details;
            &__DETAILS
        })
    }
}

/// The calls that add the metadata that few settings have.
fn details(leaf: &Leaf<'_>, keys: &[(&Ident, String)], library: &TokenStream) -> TokenStream {
    let mut setting = TokenStream::new();
    let note = &leaf.doc.note;
    if !note.is_empty() {
        setting.extend(quote!(.note(#note)));
    }
    if !leaf.attrs.aliases.is_empty() {
        let aliases = leaf.attrs.aliases.iter().map(|alias| &alias.value);
        setting.extend(quote!(.aliases(&[#(#aliases),*])));
    }
    if !leaf.attrs.variables.is_empty() {
        let variables = leaf.attrs.variables.iter().map(|variable| &variable.value);
        setting.extend(quote!(.variables(&[#(#variables),*])));
    }
    if let Some(console) = leaf.attrs.console.as_ref().map(|console| &console.value) {
        setting.extend(quote!(.console(#console)));
    }
    if let Some(page) = leaf.attrs.page.as_ref().map(|page| &page.value) {
        setting.extend(quote!(.page(#page)));
    }
    if let Some(from) = &leaf.attrs.default_from
        && !from.parameters.is_empty()
    {
        let keys = from.parameters.iter().filter_map(|name| keys.iter().find(|(ident, _)| *ident == name));
        let keys = keys.map(|(_, key)| key);
        setting.extend(quote!(.computed_from(&[#(#keys),*])));
    }
    setting.extend(history(leaf, library));
    setting
}
