//! Checks of an enum.

use syn::Fields;

use crate::ast::{Enum, Variant};
use crate::ctxt::Ctxt;

pub(super) fn check(cx: &Ctxt, input: &Enum<'_>) {
    for variant in &input.variants {
        variant_is_bare(cx, variant);
        variant_is_documented(cx, variant);
        empty_text_has_a_label(cx, variant);
    }
    texts_differ(cx, input);
    labels_differ(cx, input);
    some_variant(cx, input);
}

/// ```text
/// enum Level { High(u8) }
/// ```
fn variant_is_bare(cx: &Ctxt, variant: &Variant<'_>) {
    let name = &variant.original.ident;
    if !matches!(variant.original.fields, Fields::Unit) {
        cx.error(
            &variant.original.fields,
            format!("`{name}` holds data: a value of a setting is a single text"),
        );
    }
}

/// ```text
/// enum Level { High }
/// ```
fn variant_is_documented(cx: &Ctxt, variant: &Variant<'_>) {
    let name = &variant.original.ident;
    if variant.doc.is_empty() {
        cx.error(
            name,
            format!("`{name}` has no documentation: explain the value in a doc comment, `/// ...`"),
        );
    }
}

/// ```text
/// #[value(text = "")]
/// ```
fn empty_text_has_a_label(cx: &Ctxt, variant: &Variant<'_>) {
    let text = variant.text();
    match &variant.attrs.label {
        None if text.value.is_empty() => {
            let message =
                "the empty text needs a name in documents: add a label, such as `label = \"Not specified\"`";
            cx.error_at(text.span, message);
        }
        Some(label) if label.value.trim().is_empty() => {
            cx.error_at(label.span, "`label` is empty: documents need a name for the value");
        }
        _ => {}
    }
}

/// ```text
/// #[value(text = "TLS")] A,
/// #[value(text = "TLS")] B,
/// ```
fn texts_differ(cx: &Ctxt, input: &Enum<'_>) {
    for (i, variant) in input.variants.iter().enumerate() {
        let text = variant.text();
        let is_same = |first: &str| match input.attrs.ignore_case {
            Some(_) => first.eq_ignore_ascii_case(&text.value),
            None => first == text.value,
        };
        let same = input.variants.iter().take(i).find(|first| is_same(&first.text().value));
        if let Some(first) = same {
            let name = &first.original.ident;
            cx.error_at(text.span, format!("the text `{}` already belongs to `{name}`", text.value));
            cx.error_at(first.text().span, format!("`{}` is first used here", text.value));
        }
    }
}

/// ```text
/// #[value(label = "Encrypted")] Tls,
/// #[value(label = "Encrypted")] StartTls,
/// ```
fn labels_differ(cx: &Ctxt, input: &Enum<'_>) {
    for (i, variant) in input.variants.iter().enumerate() {
        let Some(label) = &variant.attrs.label else { continue };
        let others = input.variants.iter().enumerate().filter(|(other, _)| *other != i);
        for (other, first) in others {
            let by_label = other < i && first.label() == label.value;
            let by_text = first.attrs.label.is_none() && first.text().value == label.value;
            if by_label || by_text {
                let name = &first.original.ident;
                cx.error_at(label.span, format!("`{name}` is already called `{}` in documents", label.value));
            }
        }
    }
}

/// ```text
/// enum Level {}
/// ```
fn some_variant(cx: &Ctxt, input: &Enum<'_>) {
    if let syn::Data::Enum(data) = &input.original.data
        && data.variants.is_empty()
    {
        cx.error(&input.original.ident, "a setting needs at least one value");
    }
}
