//! The model of the annotated item. It borrows syn's nodes for their places in the source.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Data, DeriveInput, Fields, Path, Type, Visibility};

use crate::attr::{
    Container, EnumContainer, FieldAttrs, Given, Setting, Spanned, VariantAttrs, refuse_serde, respect_serde,
};
use crate::ctxt::Ctxt;
use crate::default::DefaultValue;
use crate::doc::Doc;
use crate::naming;
use crate::ty::{self, Kind, Occurs};

/// A struct of settings.
pub(crate) struct Struct<'a> {
    pub(crate) original: &'a DeriveInput,
    pub(crate) attrs: Container,
    pub(crate) doc: Doc,
    pub(crate) fields: Vec<Field<'a>>,
}

/// One of its fields.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    pub(crate) ty: &'a Type,
    pub(crate) member: Member<'a>,
}

/// A field's content.
pub(crate) enum Member<'a> {
    Setting(Box<Leaf<'a>>),
    Section(Nested<'a>),
}

/// A nested section.
pub(crate) struct Nested<'a> {
    /// Another key than its own.
    pub(crate) key: Option<Spanned<String>>,
    pub(crate) occurs: Occurs,
    /// The struct's type, without `Option`, `Vec` or a map around it.
    pub(crate) ty: &'a Type,
    pub(crate) doc: Doc,
}

/// A setting.
pub(crate) struct Leaf<'a> {
    pub(crate) attrs: Setting,
    pub(crate) given: Given,
    pub(crate) kind: Kind<'a>,
    pub(crate) doc: Doc,
    /// None if it is unreadable or computed.
    pub(crate) default: Option<DefaultValue>,
}

/// An enum whose variants are the values of a one-of setting.
pub(crate) struct Enum<'a> {
    pub(crate) original: &'a DeriveInput,
    pub(crate) attrs: EnumContainer,
    pub(crate) variants: Vec<Variant<'a>>,
}

/// One of its variants.
pub(crate) struct Variant<'a> {
    pub(crate) original: &'a syn::Variant,
    pub(crate) attrs: VariantAttrs,
    pub(crate) doc: Doc,
}

impl<'a> Struct<'a> {
    /// Reads the item and notes its mistakes.
    pub(crate) fn from_input(cx: &Ctxt, input: &'a DeriveInput) -> Self {
        refuse_serde(cx, &input.attrs, "each setting has its own `key`");
        refuse_generics(cx, input, "a struct of settings");
        let mut attrs = Container::from_attrs(cx, &input.attrs);
        respect_serde(cx, &input.attrs, &mut attrs);
        let doc = Doc::of_item(cx, &input.attrs);
        let fields = match &input.data {
            Data::Struct(data) => match &data.fields {
                Fields::Named(fields) => {
                    fields.named.iter().filter_map(|field| Field::from_field(cx, field)).collect()
                }
                Fields::Unnamed(_) => {
                    cx.error(
                        &input.ident,
                        "a struct of settings has named fields and cannot be a tuple struct",
                    );
                    Vec::new()
                }
                Fields::Unit => {
                    let message =
                        format!("a struct of settings has named fields: write `struct {} {{}}`", input.ident);
                    cx.error(&input.ident, message);
                    Vec::new()
                }
            },
            Data::Enum(_) => {
                let message = "`Settings` is derived for a struct with named fields; an enum that is the type of a \
                    setting derives `SettingValue`";
                cx.error(&input.ident, message);
                Vec::new()
            }
            Data::Union(_) => {
                cx.error(
                    &input.ident,
                    "`Settings` is derived for a struct with named fields, not for a union",
                );
                Vec::new()
            }
        };
        Self { original: input, attrs, doc, fields }
    }

    /// Its key where it is nested; empty for a program's root.
    pub(crate) fn key(&self) -> String {
        match (&self.attrs.section, &self.attrs.env_prefix) {
            (Some(section), _) => section.value.clone(),
            (None, Some(_)) => String::new(),
            (None, None) => self.original.ident.to_string().trim_start_matches("r#").to_owned(),
        }
    }
}

impl<'a> Field<'a> {
    fn from_field(cx: &Ctxt, field: &'a syn::Field) -> Option<Self> {
        refuse_serde(
            cx,
            &field.attrs,
            "write `#[setting(key = \"...\", alias = \"...\", default = ...)]` instead",
        );
        let member = match FieldAttrs::from_field(cx, field) {
            FieldAttrs::Setting(attrs, given) => {
                Member::Setting(Box::new(Leaf::new(cx, field, *attrs, given)))
            }
            FieldAttrs::Nested(nested) => {
                let (occurs, ty) = ty::section_within(&field.ty).unwrap_or((Occurs::Once, &field.ty));
                let doc = Doc::of_item(cx, &field.attrs);
                Member::Section(Nested { key: nested.section, occurs, ty, doc })
            }
        };
        Some(Self { ident: field.ident.as_ref()?, vis: &field.vis, ty: &field.ty, member })
    }

    /// The key, and its place.
    pub(crate) fn key(&self) -> Option<Spanned<String>> {
        match &self.member {
            Member::Setting(leaf) => Some(leaf.attrs.key.clone().unwrap_or_else(|| Spanned {
                value: naming::pascal_case(self.ident),
                span: self.ident.span(),
            })),
            Member::Section(nested) => nested.key.clone().or_else(|| nested.own_key(self.ident)),
        }
    }

    /// The setting, if it is one.
    pub(crate) fn leaf(&self) -> Option<&Leaf<'a>> {
        match &self.member {
            Member::Setting(leaf) => Some(leaf),
            Member::Section(_) => None,
        }
    }
}

impl Nested<'_> {
    /// Returns whether the section repeats under one key.
    pub(crate) fn repeats(&self) -> bool {
        matches!(self.occurs, Occurs::List | Occurs::Map)
    }

    /// The key of a section that repeats follows from the field; other sections have their struct's key.
    fn own_key(&self, ident: &Ident) -> Option<Spanned<String>> {
        let value = naming::pascal_case(ident);
        self.repeats().then(|| Spanned { value, span: ident.span() })
    }
}

impl<'a> Leaf<'a> {
    fn new(cx: &Ctxt, field: &'a syn::Field, attrs: Setting, given: Given) -> Self {
        let doc = Doc::of_setting(cx, &field.attrs);
        let kind = match (ty::kind(&field.ty), &attrs.text) {
            (Kind::Optional(of), Some(_)) => Kind::Optional(of),
            (_, Some(_)) => Kind::Other,
            (kind, None) => kind,
        };
        let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
        let default = match &attrs.default {
            // A misspelt `default` is not reported as missing too.
            None if attrs.is_required() => Some(DefaultValue::None),
            None if given.default || attrs.default_from.is_some() => None,
            tokens => DefaultValue::of_field(cx, &name, field, kind, tokens.as_ref()),
        };
        Self { attrs, given, kind, doc, default }
    }
}

impl<'a> Enum<'a> {
    /// Reads the item and notes its mistakes.
    pub(crate) fn from_input(cx: &Ctxt, input: &'a DeriveInput) -> Self {
        refuse_serde(cx, &input.attrs, "each variant has its own `#[value(text = \"...\")]`");
        refuse_generics(cx, input, "the values of a setting");
        let attrs = EnumContainer::from_attrs(cx, &input.attrs);
        let variants = match &input.data {
            Data::Enum(data) => {
                data.variants.iter().map(|variant| Variant::from_variant(cx, variant)).collect()
            }
            _ => {
                let message = "`SettingValue` is derived for an enum without data, or a struct with one unnamed field: `struct Port(u16);`";
                cx.error(&input.ident, message);
                Vec::new()
            }
        };
        Self { original: input, attrs, variants }
    }
}

/// Reads the attributes of a struct with one field, and returns the library's path.
pub(crate) fn check_newtype(cx: &Ctxt, input: &DeriveInput) -> Option<Path> {
    refuse_serde(cx, &input.attrs, "the value is read and written as its field");
    refuse_generics(cx, input, "the type of a setting");
    EnumContainer::from_attrs(cx, &input.attrs).library
}

impl<'a> Variant<'a> {
    fn from_variant(cx: &Ctxt, variant: &'a syn::Variant) -> Self {
        refuse_serde(cx, &variant.attrs, "write `#[value(text = \"...\")]` instead");
        Self {
            original: variant,
            attrs: VariantAttrs::from_attrs(cx, &variant.attrs),
            doc: Doc::of_item(cx, &variant.attrs),
        }
    }

    /// The text in `config.json`, and its place.
    pub(crate) fn text(&self) -> Spanned<String> {
        self.attrs.text.clone().unwrap_or_else(|| Spanned {
            value: self.original.ident.to_string().trim_start_matches("r#").to_owned(),
            span: self.original.ident.span(),
        })
    }

    /// The name in documents.
    pub(crate) fn label(&self) -> String {
        self.attrs.label.as_ref().map_or_else(|| self.text().value, |label| label.value.clone())
    }
}

fn refuse_generics(cx: &Ctxt, input: &DeriveInput, what: &str) {
    if !input.generics.params.is_empty() {
        let message = format!("{what} cannot be generic: its metadata is one constant");
        cx.error(&input.generics.params, message);
    }
}

/// The path of the library in the expansion.
pub(crate) fn library(path: Option<&Path>) -> TokenStream {
    match path {
        Some(path) => quote::quote!(#path),
        None => quote::quote_spanned!(Span::call_site()=> ::settings_core),
    }
}

/// The library's hidden module for the expansion, whose name holds the version that both have.
pub(crate) fn private(library: &TokenStream) -> TokenStream {
    let version = env!("CARGO_PKG_VERSION").replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let module = Ident::new(&format!("__private_{version}"), Span::call_site());
    quote::quote!(#library::#module)
}
