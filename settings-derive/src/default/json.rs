//! Lists and maps of literals → JSON text.

use std::fmt::Write as _;

use proc_macro2::{TokenStream, TokenTree};
use syn::Type;

use super::{Reader, Shape, is_ident, shape};
use crate::attr::flat;
use crate::ty::{self, Kind};

impl Reader<'_> {
    /// The literal that `flat` is, as JSON, or none with a note of what is wrong.
    pub(super) fn json(&self, ty: &Type, flat: &[TokenTree], tokens: &TokenStream) -> Option<String> {
        match (ty::kind(ty), shape(flat)) {
            (Kind::List(of), Shape::Brackets(group)) => self.list(of, group.stream()),
            (Kind::Map(of), Shape::Braces(group)) => self.map(of, group.stream()),
            (Kind::Other, Shape::Brackets(group)) => self.list(ty, group.stream()),
            (Kind::Other, Shape::Braces(group)) => self.map(ty, group.stream()),
            (Kind::Optional(_), _) if is_ident(flat, "None") => Some("null".to_owned()),
            (Kind::Optional(of), _) => self.json(of, flat, tokens),
            (Kind::Bool | Kind::Other, Shape::Bool(bool)) => Some(bool.to_string()),
            (Kind::Text | Kind::Other, Shape::Text(text)) => Some(quoted(&text)),
            (Kind::Integer(of), Shape::Integer(integer)) => {
                self.integer(of, integer, tokens).map(|_| integer.to_string())
            }
            (Kind::Duration, Shape::Integer(integer)) if integer >= 0 => Some(integer.to_string()),
            (Kind::Float | Kind::Other, Shape::Integer(integer)) => Some(integer.to_string()),
            (Kind::Float | Kind::Other, Shape::Float(float)) => Some(float.to_string()),
            (Kind::Secret, _) => {
                self.refuse(tokens, "a secret has no default in code, where everyone reads it")
            }
            (kind, _) => self.mismatch(kind, flat, tokens),
        }
    }

    fn list(&self, of: &Type, tokens: TokenStream) -> Option<String> {
        let items: Vec<Option<String>> = at_commas(tokens)
            .iter()
            .map(|item| self.json(of, item, &item.iter().cloned().collect()))
            .collect();
        let items: Option<Vec<String>> = items.into_iter().collect();
        Some(format!("[{}]", items?.join(",")))
    }

    fn map(&self, of: &Type, tokens: TokenStream) -> Option<String> {
        let entries: Vec<Option<String>> =
            at_commas(tokens).iter().map(|entry| self.entry(of, entry)).collect();
        let entries: Option<Vec<String>> = entries.into_iter().collect();
        Some(format!("{{{}}}", entries?.join(",")))
    }

    /// `"key": value`.
    fn entry(&self, of: &Type, tokens: &[TokenTree]) -> Option<String> {
        if let [key, TokenTree::Punct(colon), value @ ..] = tokens
            && colon.as_char() == ':'
            && let Shape::Text(key) = shape(std::slice::from_ref(key))
            && !value.is_empty()
        {
            let value = self.json(of, value, &value.iter().cloned().collect())?;
            return Some(format!("{}:{value}", quoted(&key)));
        }
        self.refuse(&tokens.iter().cloned().collect(), "an entry of a map is written `\"key\": value`")
    }
}

fn at_commas(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let tokens = flat(tokens);
    tokens
        .split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','))
        .filter(|part| !part.is_empty())
        .map(<[TokenTree]>::to_vec)
        .collect()
}

/// Text as JSON writes it.
fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\n' => json.push_str("\\n"),
            // Writing to a String can't fail.
            c if c < ' ' => drop(write!(json, "\\u{:04x}", u32::from(c))),
            c => json.push(c),
        }
    }
    json.push('"');
    json
}
