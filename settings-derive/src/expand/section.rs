//! Turns a struct into its metadata and the code that builds it from resolved values.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::default::{self, needs_proof};
use super::{kind, names};
use crate::ast::{Field, Leaf, Member, Nested, Struct, private};
use crate::attr::{AllowedChange, DefaultFrom, PageTextAttrs, Removed, RuleAttrs, Spanned};
use crate::default::DefaultValue;
use crate::doc::Value;
use crate::naming;
use crate::ty::{Kind, Occurs, innermost, innermost_optional};

pub(super) fn expand(input: &Struct<'_>, library: &TokenStream) -> TokenStream {
    let ident = &input.original.ident;
    let private = private(library);
    let key = input.key();
    let calls = calls(input, library);
    let keys: Vec<_> =
        input.fields.iter().filter_map(|field| Some((field.ident, field.key()?.value))).collect();
    let members = members(input, &keys, library);
    let build = build(input, library);
    let mut proofs = proofs(input, library);
    let names = names::expand(input, library);
    let (generics, arguments, bounds) = input.original.generics.split_for_impl();
    // a constant would be copied into each codegen unit that uses it, but a generic struct can have no static
    let (mut checked, mut schema) = (TokenStream::new(), quote!(&__SCHEMA));
    let mut static_schema = quote!(
        static __SCHEMA: #library::schema::Section = <#ident as #private::Metadata>::SECTION;
    );
    if input.is_generic() {
        let checks = std::mem::take(&mut proofs);
        checked = quote!(const CHECKED: () = { #checks };);
        schema = quote!({
            let () = <Self as #private::Metadata>::CHECKED;
            &<Self as #private::Metadata>::SECTION
        });
        static_schema = TokenStream::new();
    }
    quote! {
        const _: () = {
            #[automatically_derived]
            #[allow(deprecated)]
            impl #generics #private::Metadata for #ident #arguments #bounds {
                #checked
                const MEMBERS: &'static [#library::schema::Member] = #members;
                const SECTION: #library::schema::Section =
                    #library::schema::Section::new(#key, Self::MEMBERS) #calls;
            }
            #static_schema
            #[automatically_derived]
            #[allow(deprecated)]
            impl #generics #library::Settings for #ident #arguments #bounds {
                const SCHEMA: &'static #library::schema::Section = #schema;
                #build
            }
            #[automatically_derived]
            impl #generics ::core::default::Default for #ident #arguments #bounds {
                fn default() -> Self {
                    #private::defaults()
                }
            }
            #proofs
        };
        #names
    }
}

/// The calls that add the attributes of the section.
fn calls(input: &Struct<'_>, library: &TokenStream) -> TokenStream {
    let attrs = &input.attrs;
    let mut calls = TokenStream::new();
    if let Some(prefix) = &attrs.env_prefix {
        let text = prefix.text.as_deref().unwrap_or_default();
        calls.extend(quote!(.env_prefix(#text)));
    }
    calls.extend(style(input, library));
    let texts = [("page", &attrs.page), ("console", &attrs.console)];
    for (name, text) in texts {
        if let Some(Spanned { value, .. }) = text {
            let name = Ident::new(name, Span::call_site());
            calls.extend(quote!(.#name(#value)));
        }
    }
    let doc = &input.doc.description;
    if !doc.is_empty() {
        calls.extend(quote!(.doc(#doc)));
    }
    if !attrs.rules.is_empty() {
        let rules = rules(input, library);
        calls.extend(quote!(.rules({
            const __RULES: &[#library::schema::Rule] = &[#(#rules),*];
            __RULES
        })));
    }
    if !attrs.page_texts.is_empty() {
        let texts = attrs.page_texts.iter().map(|text| page_text(text, library));
        calls.extend(quote!(.page_texts(&[#(#texts),*])));
    }
    let flattened: Vec<_> = input
        .fields
        .iter()
        .filter_map(|field| match &field.member {
            Member::Section(Nested { ty, flatten: Some(_), .. }) => Some(ty),
            _ => None,
        })
        .collect();
    if !flattened.is_empty() {
        calls.extend(quote!(.flattened(&[#(<#flattened as #library::Settings>::SCHEMA),*])));
    }
    if !attrs.removed.is_empty() {
        let removed = attrs.removed.iter().map(|removed| self::removed(removed, library));
        calls.extend(quote!(.removed(&[#(#removed),*])));
    }
    if let Some(variant) = attrs.unknown {
        let variant = Ident::new(variant, Span::call_site());
        calls.extend(quote!(.unknown(#library::schema::Unknown::#variant)));
    }
    if let Some(Spanned { value, .. }) = attrs.list_separator {
        calls.extend(quote!(.list_separator(#value)));
    }
    if let Some(Spanned { value, .. }) = attrs.empty_variables {
        let variant = Ident::new(value, Span::call_site());
        calls.extend(quote!(.empty_variables(#library::schema::EmptyVariables::#variant)));
    }
    calls
}

/// The call that sets the form of variables.
fn style(input: &Struct<'_>, library: &TokenStream) -> Option<TokenStream> {
    let attrs = &input.attrs;
    let mut calls = TokenStream::new();
    if attrs.env_prefix.as_ref().is_some_and(|prefix| prefix.text.is_none()) {
        calls.extend(quote!(.without_prefix()));
    }
    if attrs.env_case.as_ref().is_some_and(|case| case.value) {
        calls.extend(quote!(.words_apart()));
    }
    if let Some(separator) = attrs.env_separator.as_ref().map(|separator| &separator.value) {
        calls.extend(quote!(.separator(#separator)));
    }
    (!calls.is_empty()).then(|| quote!(.variable_style(#library::schema::VariableStyle::DEFAULT #calls)))
}

/// All members as a slice; the settings of flattened sections are copied.
fn members(input: &Struct<'_>, keys: &[(&Ident, String)], library: &TokenStream) -> TokenStream {
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

/// The number of a field's member, after those of flattened sections.
pub(super) fn position(input: &Struct<'_>, index: usize, library: &TokenStream) -> TokenStream {
    let before = || input.fields.iter().take(index);
    let own = before().filter(|field| field.flatten().is_none()).count();
    let flattened = before().filter_map(|field| match &field.member {
        Member::Section(Nested { ty, flatten: Some(_), .. }) => Some(ty),
        _ => None,
    });
    quote!(#own #(+ <#flattened as #library::Settings>::SCHEMA.members.len())*)
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
    let (kind, default) = match nested.occurs {
        Occurs::Map => ("Map", "{}"),
        _ => ("List", "[]"),
    };
    let kind = Ident::new(kind, Span::call_site());
    let description = &nested.doc.description;
    let description = if description.is_empty() { quote!(#schema.doc) } else { quote!(#description) };
    quote! {
        #library::schema::Member::Setting(
            #library::schema::Setting::new(
                #key,
                #name,
                #library::schema::Kind::#kind(&#library::schema::Kind::Section(#schema)),
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
                None => quote!(#private::computed(__default())),
            };
            quote_spanned!(from.name=> || { let __default: fn() -> #ty = || #body; #to_json })
        }
        _ => quote!(|| ::std::string::String::from("null")),
    };
    quote!(#library::schema::DefaultValue::Computed { rule: #rule, value: #value })
}

/// The function that formats a default as JSON, for a type that is not a setting's own.
fn to_json(field: &Field<'_>, leaf: &Leaf<'_>, library: &TokenStream) -> Option<TokenStream> {
    let (ty, private) = (field.ty, private(library));
    if leaf.attrs.serde.is_some() {
        return Some(quote!(|__value: &#ty| #private::computed_serde(__value)));
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

/// The calls that add versions, the deprecation, the scope, and flags.
fn history(leaf: &Leaf<'_>, library: &TokenStream) -> TokenStream {
    let mut calls = TokenStream::new();
    if let Some(added) = leaf.attrs.added.as_ref().map(|added| &added.value) {
        calls.extend(quote!(.added(#added)));
    }
    if let Some(deprecated) = &leaf.attrs.deprecated {
        let text = |text: &Option<Spanned<String>>| {
            text.as_ref().map_or_else(String::new, |text| text.value.clone())
        };
        let (since, reason) = (text(&deprecated.since), text(&deprecated.reason));
        let until = deprecated.until.as_ref().map(|Spanned { value, .. }| quote!(.until(#value)));
        let replacement =
            deprecated.replacement.as_ref().map(|Spanned { value, .. }| quote!(.replacement(#value)));
        calls.extend(
            quote!(.deprecated(#library::schema::Deprecated::new(#since, #reason) #until #replacement)),
        );
    }
    if !leaf.attrs.allowed.is_empty() {
        let allowed = leaf.attrs.allowed.iter().map(|allowed| allowed_change(allowed, library));
        calls.extend(quote!(.allowed_changes(&[#(#allowed),*])));
    }
    if let Some(scope) = leaf.attrs.scope.as_ref().map(|scope| &scope.value) {
        calls.extend(quote!(.scope(#scope)));
    }
    if leaf.attrs.is_required() {
        calls.extend(quote!(.required()));
    }
    if leaf.attrs.restart == Some(true) {
        calls.extend(quote!(.restart()));
    }
    if leaf.attrs.hidden == Some(true) {
        calls.extend(quote!(.hidden()));
    }
    if leaf.attrs.flag.as_ref().is_some_and(|flag| flag.value) {
        calls.extend(quote!(.flag()));
    }
    if let Some(todo) = leaf.attrs.todo.as_ref().map(|todo| &todo.value) {
        calls.extend(quote!(.todo(#todo)));
    }
    calls
}

fn removed(removed: &Removed, library: &TokenStream) -> TokenStream {
    let text =
        |text: &Option<Spanned<String>>| text.as_ref().map_or_else(String::new, |text| text.value.clone());
    let (path, since, reason) = (text(&removed.path), text(&removed.since), text(&removed.reason));
    let replacement = removed.replacement.as_ref().map(|Spanned { value, .. }| quote!(.replacement(#value)));
    let allowed = removed.allowed.iter().map(|allowed| allowed_change(allowed, library));
    let allowed = (!removed.allowed.is_empty()).then(|| quote!(.allowed(&[#(#allowed),*])));
    quote!(#library::schema::Removed::new(#path, #since, #reason) #replacement #allowed)
}

fn allowed_change(allowed: &AllowedChange, library: &TokenStream) -> TokenStream {
    let text =
        |text: &Option<Spanned<String>>| text.as_ref().map_or_else(String::new, |text| text.value.clone());
    let (rule, reason) = (text(&allowed.rule), text(&allowed.reason));
    quote!(#library::schema::AllowedChange { rule: #rule, reason: #reason })
}

fn page_text(attrs: &PageTextAttrs, library: &TokenStream) -> TokenStream {
    let text =
        |text: &Option<Spanned<String>>| text.as_ref().map_or_else(String::new, |text| text.value.clone());
    let (page, rst) = (text(&attrs.page), text(&attrs.rst));
    quote!(#library::schema::PageText { page: #page, rst: #rst })
}

fn rules(input: &Struct<'_>, library: &TokenStream) -> Vec<TokenStream> {
    let text =
        |text: &Option<Spanned<String>>| text.as_ref().map_or_else(String::new, |text| text.value.clone());
    let rule = |rule: &RuleAttrs| {
        let (message, help) = (text(&rule.message), text(&rule.help));
        let fields = rule.fields.iter().flatten().map(|field| &field.value);
        let help = (!help.is_empty()).then(|| quote!(.help(#help)));
        let warning = (rule.warns == Some(true)).then(|| quote!(.warning()));
        quote!(#library::schema::Rule::new(#message, &[#(#fields),*]) #help #warning)
    };
    input.attrs.rules.iter().map(rule).collect()
}

fn build(input: &Struct<'_>, library: &TokenStream) -> TokenStream {
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
                None => quote!(#builder.or_computed(#own, __default(#(&#others),*))?),
            };
            let checked = leaf.attrs.check.as_ref().map(|check| {
                let key = field.key().map(|key| key.value).unwrap_or_default();
                quote_spanned! {check.span()=>
                    let __check: fn(&#ty) -> ::core::result::Result<(), _> = #check;
                    let #own = #builder.verified_at(__number, #own, #key, __check);
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
    let ty = field.ty;
    quote_spanned! {check.span()=> {
        let __value = #value;
        let __check: fn(&#ty) -> ::core::result::Result<(), _> = #check;
        #builder.verified(__value, #key, __check)
    }}
}

fn unchecked(field: &Field<'_>, builder: &Ident, library: &TokenStream) -> TokenStream {
    let (method, ty) = match &field.member {
        Member::Setting(leaf) if leaf.attrs.serde.is_some() => {
            (if parameters(field).is_some() { "given_serde" } else { "take_serde" }, field.ty)
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
        Member::Setting(_) if parameters(field).is_some() => ("given", field.ty),
        Member::Setting(_) => {
            // a path to each function, so that a type without the trait is one error: the same as for its kind
            let ty = field.ty;
            let from_value = quote_spanned!(ty.span()=> <#ty as #library::value::SettingValue>::from_value);
            let refusal = quote_spanned!(ty.span()=> <#ty as #library::value::SettingValue>::refusal);
            return quote!(#builder.take_by(#from_value, #refusal)?);
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
        return quote!(#builder.#method(#schema, #build)?);
    }
    quote!(#builder.#method()?)
}

/// The checks that only rustc can make, since they need other types' metadata or the values of constants.
fn proofs(input: &Struct<'_>, library: &TokenStream) -> TokenStream {
    let ident = &input.original.ident;
    let private = private(library);
    let schema = own_schema(input, library);
    let proof = |call, span, library: &TokenStream| match input.is_generic() {
        true => proof_of_use(call, span, library),
        false => proof(call, span, library),
    };
    let mut proofs = TokenStream::new();
    for (index, field) in input.fields.iter().enumerate() {
        let index = position(input, index, library);
        if let Member::Section(Nested { ty, flatten: Some(_), .. }) = &field.member {
            let call = quote!(flattened_keys_are_free(#schema, #index, <#ty as #library::Settings>::SCHEMA));
            proofs.extend(proof(call, ty.span(), library));
        }
        let Some(leaf) = field.leaf() else { continue };
        let is_own_type = matches!(innermost_optional(leaf.kind), Kind::Other);
        if let (true, Some(first)) = (is_own_type, leaf.doc.values.first()) {
            let call = quote!(documents_every_value(#schema, #index));
            proofs.extend(proof(call, first.span, library));
        }
        if let Some(DefaultValue::Json(json)) = &leaf.default {
            // Plain text needs no check, unless it has rules.
            let is_plain = matches!(innermost(field.ty), Kind::Text) && leaf.attrs.text_span().is_none();
            for (text, tokens) in json.texts.iter().filter(|_| !is_plain) {
                let call = quote!(accepts_text(#schema, #index, #text));
                proofs.extend(proof(call, tokens.span(), library));
            }
            for (float, tokens) in &json.floats {
                let float = default::float(*float);
                let call = quote!(accepts_float(#schema, #index, #float));
                proofs.extend(proof(call, tokens.span(), library));
            }
        }
        let place = leaf.attrs.default.as_ref().map(|tokens| tokens.span()).or(leaf.attrs.text_span());
        let has_default = !leaf.attrs.is_required();
        if let (true, Some(place)) = (has_default && needs_proof(field, leaf), place) {
            let call = quote!(accepts_default(#schema, #index));
            proofs.extend(proof(call, place, library));
        }
    }
    for nested in input.fields.iter().filter_map(|field| match &field.member {
        Member::Section(nested) if nested.repeats() => Some(nested),
        _ => None,
    }) {
        let ty = nested.ty;
        let call = quote!(has_no_variables(<#ty as #library::Settings>::SCHEMA));
        proofs.extend(proof(call, ty.span(), library));
    }
    proofs.extend(siblings(input, library));
    let is_known =
        |name: &str| input.fields.iter().any(|field| field.key().is_some_and(|key| key.value == name));
    for field in input
        .attrs
        .rules
        .iter()
        .flat_map(|rule| rule.fields.iter().flatten())
        .filter(|field| !is_known(&field.value))
    {
        let path = &field.value;
        let call = quote!(has_setting(#schema, #path));
        proofs.extend(proof(call, field.span, library));
    }
    for (path, span) in input.attrs.page_texts.iter().flat_map(PageTextAttrs::placed) {
        let call = quote!(has_setting(#schema, #path));
        proofs.extend(proof(call, span, library));
    }
    if input.attrs.env_prefix.is_some() {
        let slots = quote!(#private::assert::slots(#schema));
        let call = quote!(unique_names::<{ #slots }>(#schema));
        proofs.extend(proof(call, ident.span(), library));
        let call = quote!(replacements_exist(#schema));
        proofs.extend(proof(call, ident.span(), library));
    }
    proofs
}

/// The metadata of the struct, for its own checks.
fn own_schema(input: &Struct<'_>, library: &TokenStream) -> TokenStream {
    let (ident, private) = (&input.original.ident, private(library));
    match input.is_generic() {
        true => quote!(&<Self as #private::Metadata>::SECTION),
        false => quote!(<#ident as #library::Settings>::SCHEMA),
    }
}

/// Checks of nested sections without a key of their own: only rustc knows the keys of their structs.
fn siblings(input: &Struct<'_>, library: &TokenStream) -> TokenStream {
    let schema = own_schema(input, library);
    let proof = |call, span, library: &TokenStream| match input.is_generic() {
        true => proof_of_use(call, span, library),
        false => proof(call, span, library),
    };
    let sections = || {
        let numbered = input.fields.iter().enumerate();
        numbered.filter_map(|(index, field)| match &field.member {
            Member::Section(nested) if nested.flatten.is_none() => Some((index, field, nested)),
            _ => None,
        })
    };
    if input.fields.len() < 2 || sections().all(|(_, field, _)| field.key().is_some()) {
        return TokenStream::new();
    }
    let names =
        sections().filter(|(_, _, nested)| !nested.repeats()).map(|(_, field, _)| field.ident.to_string());
    let mut proofs = quote!(const __SECTIONS: &[&::core::primitive::str] = &[#(#names),*];);
    for (index, field, _) in sections() {
        if field.key().is_some() {
            continue;
        }
        let index = position(input, index, library);
        let call = quote!(key_is_free(#schema, #index, __SECTIONS));
        proofs.extend(proof(call, field.ident.span(), library));
    }
    proofs
}

/// The same check inside of the constant of a generic struct.
fn proof_of_use(call: TokenStream, span: Span, library: &TokenStream) -> TokenStream {
    let private = private(library);
    quote_spanned! {span=>
        if let ::core::option::Option::Some(__message) = #private::assert::#call {
            ::core::panic!("{}", __message.as_str())
        }
    }
}

/// A compile error at `span` where `call` returns a message.
pub(super) fn proof(call: TokenStream, span: Span, library: &TokenStream) -> TokenStream {
    let private = private(library);
    quote_spanned! {span=>
        const _: () = if let ::core::option::Option::Some(__message) = #private::assert::#call {
            ::core::panic!("{}", __message.as_str())
        };
    }
}
