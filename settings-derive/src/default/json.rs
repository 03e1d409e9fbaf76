//! Lists and maps of literals → JSON text.

use std::fmt::Write as _;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Type, TypeTuple};

use super::{DefaultValue, Json, Reader, Shape, bytes, is_ident, shape};
use crate::attr::flat;
use crate::ty::{self, Kind};

impl Reader<'_> {
    /// Reads a list or map; notes mistakes and returns none.
    pub(super) fn collection(
        &self,
        ty: &Type,
        flat: &[TokenTree],
        tokens: &TokenStream,
    ) -> Option<DefaultValue> {
        let text = self.json(ty, flat, tokens)?;
        Some(DefaultValue::Json(Json {
            text,
            numbers: self.numbers.take(),
            floats: self.floats.take(),
            texts: self.texts.take(),
        }))
    }

    /// Converts a literal to JSON; notes mistakes and returns none.
    fn json(&self, ty: &Type, flat: &[TokenTree], tokens: &TokenStream) -> Option<String> {
        match (ty::kind(ty), shape(flat)) {
            (Kind::List(of), Shape::Brackets(group)) => self.list(of, group.stream()),
            (Kind::Set(of), Shape::Brackets(group)) => self.set(of, group.stream(), tokens),
            (Kind::Size, Shape::Integer(integer)) if u64::try_from(integer).is_ok() => {
                self.numbers.borrow_mut().push((integer, tokens.clone()));
                Some(integer.to_string())
            }
            (Kind::Size, Shape::Text(text)) if bytes(&text).is_some() => {
                bytes(&text).map(|bytes| bytes.to_string())
            }
            (Kind::Map(_, of), Shape::Braces(group)) => self.map(of, group.stream()),
            (Kind::Array(of), Shape::Brackets(group)) => self.list(of, group.stream()),
            (Kind::Tuple(of), _) => self.tuple(of, flat, tokens),
            (Kind::Duration, Shape::Text(text)) => {
                let count = self.units(&text, tokens)?;
                self.numbers.borrow_mut().push((count, tokens.clone()));
                Some(count.to_string())
            }
            (Kind::Other, Shape::Brackets(group)) => self.list(ty, group.stream()),
            (Kind::Other, Shape::Braces(group)) => self.map(ty, group.stream()),
            (Kind::Optional(_) | Kind::Other, _) if is_ident(flat, "None") => Some("null".to_owned()),
            (Kind::Optional(of), _) => self.json(of, flat, tokens),
            (Kind::Bool | Kind::Other, Shape::Bool(bool)) => Some(bool.to_string()),
            (Kind::Text | Kind::Other, Shape::Text(text)) => {
                let json = quoted(&text);
                self.texts.borrow_mut().push((text, tokens.clone()));
                Some(json)
            }
            (Kind::Integer(of), Shape::Integer(integer)) => {
                self.numbers.borrow_mut().push((integer, tokens.clone()));
                self.integer(of, integer, tokens).map(|_| integer.to_string())
            }
            (Kind::Duration, Shape::Integer(integer)) if integer >= 0 => {
                self.numbers.borrow_mut().push((integer, tokens.clone()));
                Some(integer.to_string())
            }
            (_, Shape::Float(float) | Shape::Huge(float)) if !float.is_finite() => {
                self.refuse(tokens, "the number is too large for a float")
            }
            (Kind::Float, Shape::Integer(integer)) => {
                self.floats.borrow_mut().push((integer as f64, tokens.clone()));
                Some(integer.to_string())
            }
            (Kind::Other, Shape::Integer(integer)) => Some(integer.to_string()),
            (Kind::Float | Kind::Other, Shape::Float(float) | Shape::Huge(float)) => {
                self.floats.borrow_mut().push((float, tokens.clone()));
                Some(float.to_string())
            }
            (Kind::Secret, _) => {
                self.refuse(tokens, "a secret cannot have a default in code, where anyone can read it")
            }
            (kind, _) => self.mismatch(kind, flat, tokens),
        }
    }

    /// `(1, "a")` or `[1, "a"]`.
    fn tuple(&self, of: &TypeTuple, flat: &[TokenTree], tokens: &TokenStream) -> Option<String> {
        let group = match flat {
            [TokenTree::Group(group)] if group.delimiter() != Delimiter::Brace => group,
            _ => return self.mismatch(Kind::Tuple(of), flat, tokens),
        };
        let items = at_commas(group.stream());
        if items.len() != of.elems.len() {
            let why = format!("expected {} values, found {}", of.elems.len(), items.len());
            return self.refuse(tokens, &why);
        }
        let values: Vec<Option<String>> = of
            .elems
            .iter()
            .zip(&items)
            .map(|(of, item)| self.json(of, item, &item.iter().cloned().collect()))
            .collect();
        Some(format!("[{}]", values.into_iter().collect::<Option<Vec<_>>>()?.join(",")))
    }

    fn set(&self, of: &Type, elements: TokenStream, tokens: &TokenStream) -> Option<String> {
        let items = self.items(of, elements)?;
        let again =
            items.iter().enumerate().find(|(at, item)| items.iter().take(*at).any(|other| other == *item));
        if let Some((_, item)) = again {
            return self.refuse(tokens, &format!("{item} appears twice in the set"));
        }
        Some(format!("[{}]", items.join(",")))
    }

    fn list(&self, of: &Type, tokens: TokenStream) -> Option<String> {
        Some(format!("[{}]", self.items(of, tokens)?.join(",")))
    }

    fn items(&self, of: &Type, tokens: TokenStream) -> Option<Vec<String>> {
        let items: Vec<Option<String>> = at_commas(tokens)
            .iter()
            .map(|item| self.json(of, item, &item.iter().cloned().collect()))
            .collect();
        items.into_iter().collect()
    }

    fn map(&self, of: &Type, tokens: TokenStream) -> Option<String> {
        let mut keys = Vec::new();
        let entries: Vec<Option<String>> =
            at_commas(tokens).iter().map(|entry| self.entry(of, entry, &mut keys)).collect();
        let entries: Option<Vec<String>> = entries.into_iter().collect();
        Some(format!("{{{}}}", entries?.join(",")))
    }

    /// `"key": value`.
    fn entry(&self, of: &Type, tokens: &[TokenTree], keys: &mut Vec<String>) -> Option<String> {
        if let [key, TokenTree::Punct(colon), value @ ..] = tokens
            && colon.as_char() == ':'
            && let Shape::Text(key) = shape(std::slice::from_ref(key))
            && !value.is_empty()
        {
            if keys.contains(&key) {
                return self
                    .refuse(&tokens.iter().cloned().collect(), &format!("the key `{key}` is given twice"));
            }
            keys.push(key.clone());
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

/// Quotes text as JSON does.
pub(super) fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\n' => json.push_str("\\n"),
            // Writing to a `String` cannot fail.
            c if c < ' ' => drop(write!(json, "\\u{:04x}", u32::from(c))),
            c => json.push(c),
        }
    }
    json.push('"');
    json
}
