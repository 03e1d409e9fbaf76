//! serde's attributes, which are followed or refused, but never ignored.

use proc_macro2::{Ident, TokenTree};
use syn::{Attribute, Meta};

use super::Container;
use crate::ctxt::Ctxt;

/// serde's attributes that affect only its own code.
const HARMLESS: [&str; 3] = ["borrow", "bound", "crate"];

/// The one attribute that a struct follows.
const DENY: &str = "deny_unknown_fields";

/// serde's attributes that a field may have next to `#[settings(...)]` with the same name.
const SHARED: [&str; 2] = ["flatten", "skip"];

/// Refuses each serde attribute that the settings would not follow.
pub(crate) fn refuse_serde(cx: &Ctxt, attrs: &[Attribute], instead: &str) {
    let own = names_in(attrs, "settings");
    let is_shared = |name: &Ident| SHARED.iter().any(|shared| name == shared) && own.contains(name);
    let is_good =
        |name: &Ident| name == DENY || HARMLESS.iter().any(|known| name == known) || is_shared(name);
    for name in names(attrs).iter().filter(|name| !is_good(name)) {
        cx.error_at(name.span(), format!("settings ignore serde's `{name}`: {instead}"));
    }
}

/// Follows serde's `deny_unknown_fields`, if the struct's own attributes do not decide.
pub(crate) fn respect_serde(cx: &Ctxt, attrs: &[Attribute], container: &mut Container) {
    for name in names(attrs).iter().filter(|name| *name == DENY) {
        match container.unknown {
            None | Some("Deny") => container.unknown = Some("Deny"),
            Some(_) => {
                let message = format!(
                    "serde's `{DENY}` refuses unknown keys and `unknown` does not: remove one of the two"
                );
                cx.error_at(name.span(), message);
            }
        }
    }
}

fn names(attrs: &[Attribute]) -> Vec<Ident> {
    names_in(attrs, "serde")
}

/// The names at the start of each entry of an attribute.
fn names_in(attrs: &[Attribute], attribute: &str) -> Vec<Ident> {
    let mut names = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(attribute)) {
        let Meta::List(list) = &attr.meta else { continue };
        let mut at_start = true;
        for token in list.tokens.clone() {
            let ends = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',');
            match token {
                TokenTree::Ident(name) if at_start => names.push(name),
                _ => {}
            }
            at_start = ends;
        }
    }
    names
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use syn::{Attribute, parse_quote};

    use super::refuse_serde;
    use crate::ctxt::Ctxt;

    fn refused(attrs: &[Attribute]) -> Vec<String> {
        let cx = Ctxt::new();
        refuse_serde(&cx, attrs, "");
        let name = |error: syn::Error| error.to_string().split('`').nth(1).unwrap_or_default().to_owned();
        cx.check().err().into_iter().flatten().map(name).collect()
    }

    /// All that serde's documentation names, on a struct, an enum, a variant and a field.
    #[test]
    fn attributes_that_change_a_name_or_a_value_are_refused() {
        let attrs: [Attribute; 4] = [
            parse_quote!(#[serde(rename = "a", rename_all(serialize = "lowercase", deserialize = "kebab-case"),
                rename_all_fields = "lowercase", tag = "t", content = "c", untagged, default, default = "path",
                remote = "T", transparent, from = "T", try_from = "T", into = "T", expecting = "e", variant_identifier,
                field_identifier)]),
            parse_quote!(#[serde(alias = "a, b", skip, skip_serializing, skip_deserializing, serialize_with = "p",
                deserialize_with = "p", with = "m", other)]),
            parse_quote!(#[serde(flatten, skip_serializing_if = "p", getter = "g")]),
            parse_quote!(#[serde(deny_unknown_fields, bound(serialize = "T: A, U: B"), borrow, crate = "c")]),
        ];
        let expected = [
            "rename",
            "rename_all",
            "rename_all_fields",
            "tag",
            "content",
            "untagged",
            "default",
            "default",
            "remote",
            "transparent",
            "from",
            "try_from",
            "into",
            "expecting",
            "variant_identifier",
            "field_identifier",
            "alias",
            "skip",
            "skip_serializing",
            "skip_deserializing",
            "serialize_with",
            "deserialize_with",
            "with",
            "other",
            "flatten",
            "skip_serializing_if",
            "getter",
        ];
        assert_eq!(refused(&attrs), expected);
    }
}
