//! The model of an enum whose variants are sections.

use proc_macro2::Ident;
use quote::format_ident;
use syn::{Attribute, Data, DeriveInput, Fields, Path, Type, parse_quote};

use crate::ast::refuse_generics;
use crate::attr::{EnumSection, Spanned, VariantSection, refuse_serde};
use crate::ctxt::Ctxt;
use crate::doc::Doc;
use crate::naming::{Case, env_form, key_fault, snake_case};

/// An enum whose variants are sections.
pub(crate) struct Variants<'a> {
    pub(crate) original: &'a DeriveInput,
    pub(crate) attrs: EnumSection,
    pub(crate) doc: Doc,
    pub(crate) variants: Vec<Variant<'a>>,
}

/// One of its variants.
pub(crate) struct Variant<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) key: Spanned<String>,
    pub(crate) doc: Doc,
    pub(crate) data: VariantData<'a>,
    pub(crate) is_default: bool,
}

/// The data of a variant.
pub(crate) enum VariantData<'a> {
    Unit,
    /// A section of this type.
    Section(&'a Type),
    /// Fields, as a struct of their own.
    Fields(Box<DeriveInput>),
}

/// Returns whether the item is an enum with data.
pub(crate) fn has_data(input: &DeriveInput) -> bool {
    match &input.data {
        Data::Enum(data) => data.variants.iter().any(|variant| !matches!(variant.fields, Fields::Unit)),
        _ => false,
    }
}

impl<'a> Variants<'a> {
    /// Reads the item and notes its mistakes.
    pub(crate) fn from_input(cx: &Ctxt, input: &'a DeriveInput) -> Self {
        refuse_serde(cx, &input.attrs, "write `#[settings(tag = \"...\")]` instead");
        refuse_generics(cx, input, "an enum of sections");
        let attrs = EnumSection::from_attrs(cx, &input.attrs);
        let doc = Doc::of_item(cx, &input.attrs);
        let variants = match &input.data {
            Data::Enum(data) => {
                data.variants.iter().map(|variant| Variant::new(cx, input, &attrs, variant)).collect()
            }
            _ => Vec::new(),
        };
        let parsed = Self { original: input, attrs, doc, variants };
        parsed.check(cx);
        parsed
    }

    fn check(&self, cx: &Ctxt) {
        let EnumSection { section, tag, content, .. } = &self.attrs;
        for key in [section, tag, content].into_iter().flatten() {
            if let Some(fault) = key_fault(&key.value) {
                cx.error_at(key.span, fault);
            }
        }
        if let (None, Some(content)) = (tag, content) {
            cx.error_at(
                content.span,
                "`content` needs a setting that selects the variant: add `tag = \"Type\"`",
            );
        }
        if let (Some(tag), Some(content)) = (tag, content)
            && env_form(&tag.value) == env_form(&content.value)
        {
            cx.error_at(content.span, "`tag` and `content` are keys of one section, and must differ");
        }
        let mut default: Option<&Variant<'_>> = None;
        for (number, variant) in self.variants.iter().enumerate() {
            variant.check(cx, tag.is_some());
            let same = |first: &&Variant<'_>| env_form(&first.key.value) == env_form(&variant.key.value);
            if let Some(first) = self.variants.iter().take(number).find(same) {
                let message = format!("the key `{}` already belongs to `{}`", variant.key.value, first.ident);
                cx.error_at(variant.key.span, message);
            }
            if let (true, Some(first)) = (variant.is_default, default) {
                let message = format!("`{}` is the default variant already", first.ident);
                cx.error(variant.ident, message);
            }
            default = default.or(Some(variant).filter(|variant| variant.is_default));
        }
    }

    /// The variant where no layer selects one.
    pub(crate) fn default(&self) -> Option<&Variant<'a>> {
        self.variants.iter().find(|variant| variant.is_default)
    }
}

impl<'a> Variant<'a> {
    fn new(cx: &Ctxt, input: &DeriveInput, attrs: &EnumSection, variant: &'a syn::Variant) -> Self {
        refuse_serde(cx, &variant.attrs, "write `#[settings(key = \"...\")]` instead");
        let own = VariantSection::from_attrs(cx, &variant.attrs);
        let doc = Doc::of_item(cx, &variant.attrs);
        let ident = &variant.ident;
        let data = match &variant.fields {
            Fields::Unit => VariantData::Unit,
            Fields::Named(_) => {
                let fields = as_struct(input, variant, attrs.rename_all, attrs.library.as_ref());
                VariantData::Fields(Box::new(fields))
            }
            Fields::Unnamed(fields) => match fields.unnamed.first() {
                Some(field) if fields.unnamed.len() == 1 => VariantData::Section(&field.ty),
                _ => {
                    let message = format!("`{ident}` holds one section, `{ident}(Section)`, or named fields");
                    cx.error(fields, message);
                    VariantData::Unit
                }
            },
        };
        let of_ident = || match attrs.rename_all {
            Some(case) => case.key(&snake_case(ident)),
            None => ident.to_string().trim_start_matches("r#").to_owned(),
        };
        let key = own.key.unwrap_or_else(|| Spanned { value: of_ident(), span: ident.span() });
        Self { ident, key, doc, data, is_default: own.default_variant.is_some() }
    }

    fn check(&self, cx: &Ctxt, has_tag: bool) {
        let ident = self.ident;
        if let Some(fault) = key_fault(&self.key.value) {
            cx.error_at(self.key.span, fault);
        }
        if self.doc.is_empty() {
            let message =
                format!("`{ident}` has no documentation: explain the variant in a doc comment, `/// ...`");
            cx.error(ident, message);
        }
        if matches!(self.data, VariantData::Unit) && !has_tag && !self.is_default {
            let message = format!(
                "`{ident}` has no settings whose presence could select it: add `#[settings(default_variant)]` to it, \
                 or `#[settings(tag = \"Type\")]` to the enum"
            );
            cx.error(ident, message);
        }
    }
}

/// The fields of a variant as a struct, whose documentation is the variant's.
fn as_struct(
    input: &DeriveInput,
    variant: &syn::Variant,
    case: Option<Case>,
    library: Option<&Path>,
) -> DeriveInput {
    let ident = format_ident!("{}{}", input.ident, variant.ident, span = variant.ident.span());
    let docs: Vec<&Attribute> = variant.attrs.iter().filter(|attr| attr.path().is_ident("doc")).collect();
    let case =
        case.map(Case::name).map(|case| -> Attribute { parse_quote!(#[settings(rename_all = #case)]) });
    let library = library.map(|path| quote::quote!(#path).to_string().replace(' ', ""));
    let library = library.map(|path| -> Attribute { parse_quote!(#[settings(crate = #path)]) });
    let fields = &variant.fields;
    parse_quote!(#(#docs)* #case #library struct #ident #fields)
}
