//! The model of the annotated item. It borrows syn's nodes for their places in the source.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Data, DeriveInput, Fields, Path, Type, Visibility};

use crate::attr::{
    Container, EnumContainer, FieldAttrs, NewtypeAttrs, Setting, Spanned, VariantAttrs, Written,
    refuse_serde, respect_serde,
};
use crate::ctxt::Ctxt;
use crate::default::DefaultValue;
use crate::doc::Doc;
use crate::naming::Case;
use crate::ty::{self, Kind, Occurs};

/// A struct of settings.
pub(crate) struct Struct<'a> {
    pub(crate) original: &'a DeriveInput,
    pub(crate) attrs: Container,
    pub(crate) doc: Doc,
    pub(crate) fields: Vec<Field<'a>>,
    /// The fields that are neither settings nor sections.
    pub(crate) skipped: Vec<&'a syn::Field>,
}

/// One of its fields.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    /// The letter case of its key, if the struct names one.
    pub(crate) case: Option<Case>,
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
    /// The place of `flatten`, if its settings are those of the struct around it.
    pub(crate) flatten: Option<Span>,
    pub(crate) occurs: Occurs,
    /// The struct's type, without `Option`, `Vec` or a map around it.
    pub(crate) ty: &'a Type,
    pub(crate) doc: Doc,
}

/// A setting.
pub(crate) struct Leaf<'a> {
    pub(crate) attrs: Setting,
    pub(crate) given: Written,
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

/// A struct with one field, which is read and written as that.
pub(crate) struct Newtype<'a> {
    pub(crate) original: &'a DeriveInput,
    pub(crate) attrs: NewtypeAttrs,
    pub(crate) field: &'a syn::Field,
    /// The field's name or number.
    pub(crate) member: syn::Member,
}

/// The attributes of the derives.
const OWN: [&str; 3] = ["setting", "settings", "value"];

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
        if let Some(lifetime) = input.generics.lifetimes().next() {
            cx.error(lifetime, "a struct of settings owns its values, and cannot have a lifetime");
        }
        let mut attrs = Container::from_attrs(cx, &input.attrs);
        respect_serde(cx, &input.attrs, &mut attrs);
        let doc = Doc::of_item(cx, &input.attrs);
        let mut skipped = Vec::new();
        let fields = match &input.data {
            Data::Struct(data) => match &data.fields {
                Fields::Named(fields) => {
                    let case = attrs.rename_all;
                    let fields = fields.named.iter();
                    fields.filter_map(|field| Field::from_field(cx, field, case, &mut skipped)).collect()
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
        Self { original: input, attrs, doc, fields, skipped }
    }

    /// Returns whether its metadata depends on type parameters.
    pub(crate) fn is_generic(&self) -> bool {
        !self.original.generics.params.is_empty()
    }

    /// The key that it names; empty where it names none.
    pub(crate) fn key(&self) -> String {
        self.attrs.section.as_ref().map_or_else(String::new, |section| section.value.clone())
    }
}

impl<'a> Field<'a> {
    fn from_field(
        cx: &Ctxt,
        field: &'a syn::Field,
        case: Option<Case>,
        skipped: &mut Vec<&'a syn::Field>,
    ) -> Option<Self> {
        refuse_serde(
            cx,
            &field.attrs,
            "write `#[setting(key = \"...\", alias = \"...\", default = ...)]` instead",
        );
        let member = match FieldAttrs::from_field(cx, field) {
            FieldAttrs::Setting(attrs, given) => {
                Member::Setting(Box::new(Leaf::new(cx, field, *attrs, given)))
            }
            FieldAttrs::Nested(nested) if nested.skip.is_some() => {
                for (name, span) in nested.beside_skip() {
                    cx.error_at(span, format!("a field with `skip` has no `{name}`: remove one of the two"));
                }
                skipped.push(field);
                return None;
            }
            FieldAttrs::Nested(nested) => {
                let (occurs, ty) = ty::section_within(&field.ty).unwrap_or((Occurs::Once, &field.ty));
                let doc = Doc::of_item(cx, &field.attrs);
                let flatten = nested.flatten.as_ref().map(|flatten| flatten.span);
                if let (Some(span), Some(section)) = (flatten, &nested.section) {
                    cx.error_at(section.span, "a flattened section has no key: remove one of the two");
                    cx.error_at(span, "`flatten` makes its settings those of this struct");
                }
                Member::Section(Nested { key: nested.section, flatten, occurs, ty, doc })
            }
        };
        Some(Self { ident: field.ident.as_ref()?, case, vis: &field.vis, ty: &field.ty, member })
    }

    /// The key, and its place; none for a nested section whose struct may have a key of its own.
    pub(crate) fn key(&self) -> Option<Spanned<String>> {
        match &self.member {
            Member::Setting(leaf) => Some(
                leaf.attrs
                    .key
                    .clone()
                    .unwrap_or_else(|| Spanned { value: self.own_key(), span: self.ident.span() }),
            ),
            Member::Section(nested) => nested.key.clone(),
        }
    }

    /// The key that follows from the field's name.
    pub(crate) fn own_key(&self) -> String {
        self.case.unwrap_or(Case::Pascal).key(self.ident)
    }

    /// The place of `flatten`, if the field is a flattened section.
    pub(crate) fn flatten(&self) -> Option<Span> {
        match &self.member {
            Member::Section(nested) => nested.flatten,
            Member::Setting(_) => None,
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
}

impl<'a> Leaf<'a> {
    /// Returns whether values are parsed or read by serde, so that the type has no kind of its own.
    pub(crate) fn is_bridged(&self) -> bool {
        self.attrs.text.is_some() || self.attrs.serde.is_some()
    }

    fn new(cx: &Ctxt, field: &'a syn::Field, mut attrs: Setting, given: Written) -> Self {
        let doc = Doc::of_setting(cx, &field.attrs);
        let kind = match ty::kind(&field.ty) {
            Kind::Optional(of) if attrs.text.is_some() => Kind::Optional(of),
            _ if attrs.text.is_some() || attrs.serde.is_some() => Kind::Other,
            kind => kind,
        };
        let unit = attrs.unit.as_ref().map(|unit| unit.value.millis);
        let innermost = ty::innermost(&field.ty);
        attrs.range = attrs.range.take().and_then(|range| range.settled(cx, innermost, unit));
        let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
        let default = match &attrs.default {
            // A misspelt `default` is not reported as missing too.
            None if attrs.is_required() => Some(DefaultValue::None),
            None if given.default || attrs.default_from.is_some() => None,
            None if attrs.serde.is_some() => {
                let message = format!(
                    "`{name}` needs a default: add `default = ...`, a literal of its JSON, or `required`"
                );
                cx.error(&field.ident, message);
                None
            }
            tokens => DefaultValue::of_field(cx, &name, field, kind, unit, tokens.as_ref()),
        };
        let default = match default {
            Some(default) if attrs.serde.is_some() && !attrs.is_required() => default.into_json(cx, &attrs),
            default => default,
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
                let message = "`SettingValue` is derived for an enum without data, or a struct with one field: `struct Port(u16);`";
                cx.error(&input.ident, message);
                Vec::new()
            }
        };
        Self { original: input, attrs, variants }
    }
}

impl<'a> Newtype<'a> {
    /// Reads the item and notes its mistakes; `None` if it is no struct with one field.
    pub(crate) fn from_input(cx: &Ctxt, input: &'a DeriveInput) -> Option<Self> {
        let Data::Struct(data) = &input.data else { return None };
        let mut fields = data.fields.iter().zip(data.fields.members());
        let (Some((field, member)), None) = (fields.next(), fields.next()) else { return None };
        refuse_serde(cx, &input.attrs, "the value is read and written as its field");
        refuse_generics(cx, input, "the type of a setting");
        for attr in &field.attrs {
            let Some(name) = OWN.iter().find(|name| attr.path().is_ident(name)) else { continue };
            let message = format!(
                "the field of a type of settings takes no `#[{name}]`: add `#[value(check = function)]` to the struct, \
                 or `#[setting(...)]` to the settings of this type"
            );
            cx.error(attr, message);
        }
        Some(Self { original: input, attrs: NewtypeAttrs::from_attrs(cx, &input.attrs), field, member })
    }
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

pub(crate) fn refuse_generics(cx: &Ctxt, input: &DeriveInput, what: &str) {
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
