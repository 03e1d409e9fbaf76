//! Turns an enum whose variants are sections into its metadata and the code that builds it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput};

use super::section;
use crate::ast::{Struct, library, private};
use crate::check::check_struct;
use crate::ctxt::Ctxt;
use crate::fallback;
use crate::naming;
use crate::variants::{Variant, VariantData, Variants};

/// `#[derive(Settings)]` on an enum with data.
pub(super) fn settings(input: &DeriveInput) -> TokenStream {
    let cx = Ctxt::new();
    let parsed = Variants::from_input(&cx, input);
    let structs: Vec<Struct<'_>> = parsed
        .variants
        .iter()
        .filter_map(|variant| match &variant.data {
            VariantData::Fields(fields) => Some(Struct::from_input(&cx, fields)),
            _ => None,
        })
        .collect();
    structs.iter().for_each(|parsed| check_struct(&cx, parsed));
    let library = library(parsed.attrs.library.as_ref());
    match cx.check() {
        Ok(()) => expand(&parsed, &structs, &library),
        Err(errors) => super::next_to(&errors, fallback::settings(input, &library, "")),
    }
}

fn expand(input: &Variants<'_>, structs: &[Struct<'_>], library: &TokenStream) -> TokenStream {
    let (ident, private) = (&input.original.ident, private(library));
    let key = input.attrs.section.as_ref().map_or("", |section| section.value.as_str());
    let own = structs.iter().map(|parsed| {
        let item = plain(parsed.original);
        let expanded = section::expand(parsed, library);
        quote!(#item #expanded)
    });
    let doc = &input.doc.description;
    let mut calls = quote!(.doc(#doc));
    for (name, text) in [("page", &input.attrs.page), ("console", &input.attrs.console)] {
        if let Some(text) = text.as_ref().map(|text| &text.value) {
            let name = Ident::new(name, Span::call_site());
            calls.extend(quote!(.#name(#text)));
        }
    }
    if input.attrs.tag.is_some() && input.attrs.content.is_none() {
        let flattened = input.variants.iter().filter_map(made).map(|(ty, _)| schema(&ty, library));
        calls.extend(quote!(.flattened(&[#(#flattened),*])));
    }
    let (members, build, proofs) = match &input.attrs.tag {
        Some(tag) => tagged(input, &tag.value, library),
        None => by_key(input, library),
    };
    quote! {
        const _: () = {
            #(#own)*
            #[automatically_derived]
            impl #private::Metadata for #ident {
                const MEMBERS: &'static [#library::schema::Member] = #members;
                const SECTION: #library::schema::Section =
                    #library::schema::Section::new(#key, Self::MEMBERS) #calls;
            }
            static __SCHEMA: #library::schema::Section = <#ident as #private::Metadata>::SECTION;
            #[automatically_derived]
            #[allow(deprecated)]
            impl #library::Settings for #ident {
                const SCHEMA: &'static #library::schema::Section = &__SCHEMA;
                fn build(__builder: &mut #private::Builder<'_>) -> ::core::option::Option<Self> {
                    #build
                }
            }
            #[automatically_derived]
            impl ::core::default::Default for #ident {
                fn default() -> Self {
                    #private::defaults(<Self as #library::Settings>::SCHEMA, <Self as #library::Settings>::build)
                }
            }
            #proofs
        };
    }
}

/// The struct of a variant's fields, without the attributes that the derive has read.
fn plain(item: &DeriveInput) -> TokenStream {
    let ident = &item.ident;
    let Data::Struct(data) = &item.data else { return TokenStream::new() };
    let fields = data.fields.iter().map(|field| {
        let (ident, ty) = (&field.ident, &field.ty);
        quote!(#ident: #ty)
    });
    quote!(struct #ident { #(#fields),* })
}

/// The type of a variant's section, and the variant made of a value called `__value`.
fn made(variant: &Variant<'_>) -> Option<(TokenStream, TokenStream)> {
    let ident = variant.ident;
    match &variant.data {
        VariantData::Unit => None,
        VariantData::Section(ty) => Some((quote!(#ty), quote!(Self::#ident(__value)))),
        VariantData::Fields(item) => {
            let ty = &item.ident;
            let Data::Struct(data) = &item.data else { return None };
            let fields = data.fields.iter().map(|field| {
                let ident = &field.ident;
                quote!(#ident: __value.#ident)
            });
            Some((quote!(#ty), quote!(Self::#ident { #(#fields),* })))
        }
    }
}

fn schema(ty: &TokenStream, library: &TokenStream) -> TokenStream {
    quote_spanned!(ty.span()=> <#ty as #library::Settings>::SCHEMA)
}

/// The only section that is present selects the variant.
fn by_key(input: &Variants<'_>, library: &TokenStream) -> (TokenStream, TokenStream, TokenStream) {
    let data: Vec<_> = input.variants.iter().filter_map(|variant| Some((variant, made(variant)?))).collect();
    let members = data.iter().map(|(variant, (ty, _))| {
        let (key, schema) = (&variant.key.value, schema(ty, library));
        quote!(#library::schema::Member::optional_section(#key, #schema))
    });
    let choices = data.iter().map(|(variant, (ty, value))| {
        let key = &variant.key.value;
        let schema = schema(ty, library);
        let build = quote_spanned!(ty.span()=> <#ty as #library::Settings>::build);
        quote! {
            if let ::core::option::Option::Some(__value) = __builder.optional_section_by(#schema, #build)? {
                __builder.choose::<Self>(&mut __chosen, #key, #value);
            }
        }
    });
    let default = match (input.default(), data.first()) {
        (Some(default), _) if matches!(default.data, VariantData::Unit) => {
            let ident = default.ident;
            quote!(Self::#ident)
        }
        (default, first) => {
            let of_default = default.and_then(made);
            let Some((ty, value)) = of_default.or_else(|| first.map(|(_, made)| made.clone())) else {
                return (quote!(&[]), quote!(::core::option::Option::None), TokenStream::new());
            };
            let private = private(library);
            let schema = schema(&ty, library);
            let build = quote_spanned!(ty.span()=> <#ty as #library::Settings>::build);
            quote!({
                let __value = #private::defaults(#schema, #build);
                #value
            })
        }
    };
    let (first, none) = match input.default() {
        Some(_) => (TokenStream::new(), TokenStream::new()),
        None => (quote!(let __first = __builder.begin();), quote!(__builder.none_chosen::<Self>(__first);)),
    };
    let build = quote! {
        #first
        let mut __chosen = ::core::option::Option::None;
        #(#choices)*
        ::core::option::Option::Some(match __chosen {
            ::core::option::Option::Some((_, __chosen)) => __chosen,
            ::core::option::Option::None => {
                #none
                #default
            }
        })
    };
    (quote!(&[#(#members),*]), build, TokenStream::new())
}

/// A setting selects the variant; the settings of all variants are next to it, or in one section.
fn tagged(input: &Variants<'_>, tag: &str, library: &TokenStream) -> (TokenStream, TokenStream, TokenStream) {
    let private = private(library);
    let ident = &input.original.ident;
    let setting = tag_setting(input, tag, library);
    let data: Vec<_> = input.variants.iter().filter_map(made).collect();
    let schemas: Vec<_> = data.iter().map(|(ty, _)| schema(ty, library)).collect();
    let content = input.attrs.content.as_ref().map(|_| quote!(.content()));
    let selected = input.variants.iter().filter(|variant| !matches!(variant.data, VariantData::Unit));
    let selected = selected.map(|variant| {
        let key = &variant.key.value;
        let default = variant.is_default.then(|| quote!(.default_variant()));
        quote!(&const { #library::schema::Variant::new(#tag, #key) #default #content })
    });
    let parts = quote!(&[#((#selected, #schemas.members)),*]);
    let joined = |tag: Option<TokenStream>| {
        quote!({
            const __TAG: &[#library::schema::Member] = &[#tag];
            const __PARTS: &[(&#library::schema::Variant, &[#library::schema::Member])] = #parts;
            const __COUNT: ::core::primitive::usize = #private::count_variants(__TAG, __PARTS);
            const __MEMBERS: [#library::schema::Member; __COUNT] = #private::joined_variants(__TAG, __PARTS);
            &__MEMBERS
        })
    };
    let choices = input.variants.iter().map(|variant| {
        let (key, ident) = (&variant.key.value, variant.ident);
        match made(variant) {
            Some((ty, value)) => {
                let schema = schema(&ty, library);
                quote! {
                if __tag == #key {
                    let __value = <#ty as #library::Settings>::build(__builder)?;
                    __chosen = ::core::option::Option::Some(#value);
                } else {
                    __builder.skip(#schema, #tag, &__tag);
                }
                }
            }
            None => quote! {
                if __tag == #key {
                    __chosen = ::core::option::Option::Some(Self::#ident);
                }
            },
        }
    });
    let select = quote! {
        let mut __chosen = ::core::option::Option::None;
        #(#choices)*
        __chosen
    };
    let take = quote! {
        let __tag = __builder.take_by(
            <::std::string::String as #library::value::SettingValue>::from_value,
            <::std::string::String as #library::value::SettingValue>::refusal,
        )?;
    };
    let setting = quote!(#library::schema::Member::Setting(#setting));
    let first = usize::from(input.attrs.content.is_none());
    let (members, build, holder) = match input.attrs.content.as_ref().map(|content| &content.value) {
        None => (joined(Some(setting)), quote!(#take #select), schema(&quote!(#ident), library)),
        Some(content) => {
            let all = joined(None);
            let holder = quote!((&const {
                #library::schema::Section::new("", #all).flattened(&[#(#schemas),*])
            }));
            let members = quote!(&[
                #setting,
                #library::schema::Member::section(#content, {
                    static __CONTENT: #library::schema::Section =
                        #library::schema::Section::new("", #all).flattened(&[#(#schemas),*]);
                    &__CONTENT
                }),
            ]);
            let build = quote! {
                #take
                __builder.within(#content, |__builder| { #select })
            };
            (members, build, holder)
        }
    };
    let mut proofs = TokenStream::new();
    let mut position = quote!(#first);
    for (number, (ty, _)) in data.iter().enumerate() {
        if let Some(schema) = schemas.get(number) {
            let call = quote!(variant_keys_are_free(#holder, #position, #schema));
            proofs.extend(section::proof(call, ty.span(), library));
            position.extend(quote!(+ #schema.members.len()));
        }
    }
    (members, build, proofs)
}

/// The setting that selects the variant.
fn tag_setting(input: &Variants<'_>, tag: &str, library: &TokenStream) -> TokenStream {
    let choices = input.variants.iter().map(|variant| {
        let (key, doc) = (&variant.key.value, &variant.doc.description);
        quote!(#library::schema::Choice::new(#key, #key, #doc))
    });
    let kind = quote!(#library::schema::Kind::OneOf({
        const __CHOICES: &[#library::schema::Choice] = &[#(#choices),*];
        __CHOICES
    }));
    let title = naming::title_of_key(tag);
    let doc = match input.doc.description.is_empty() {
        true => "Selects the settings that apply.",
        false => &input.doc.description,
    };
    let (default, details) = match input.default() {
        Some(variant) => {
            let key = &variant.key.value;
            (quote!(Text(#key)), TokenStream::new())
        }
        None => (
            quote!(None),
            quote!(.details({
                const __DETAILS: #library::schema::Details = #library::schema::Details::new().required();
                &__DETAILS
            })),
        ),
    };
    quote! {
        #library::schema::Setting::new(#tag, #tag, #kind, #library::schema::DefaultValue::#default)
            .title(#title)
            .doc(#doc, &[])
            #details
    }
}
