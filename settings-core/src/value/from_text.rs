//! Reading the text of variables and command lines.

use std::borrow::Cow;

use super::distinct::repeated;
use super::from_json::{Suggest, choice, custom, decimal, duration_of, float};
use super::mismatch::Reason;
use super::size::size_from_text;
use super::text_rules::{secret_of, text_of};
use super::{Mismatch, Value, duration, from_json, json};
use crate::schema::Kind;

/// Reads text. Only the parts of JSON in it get suggestions.
pub(super) fn read<'a>(
    kind: &Kind,
    text: &'a str,
    separator: char,
    suggest: Suggest,
) -> Result<Value<'a>, Mismatch> {
    match *kind {
        Kind::Bool => match text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Value::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Value::Bool(false)),
            _ => Err(found(kind, text)),
        },
        Kind::Integer { min, max } => match decimal(text) {
            Some(integer) if (min..=max).contains(&integer) => Ok(Value::Integer(integer)),
            Some(_) => Err(Mismatch::new(Reason::Range, kind, text)),
            None => Err(found(kind, text)),
        },
        Kind::Float { .. } => float(kind, text),
        Kind::Text => Ok(Value::Text(Cow::Borrowed(text))),
        Kind::Secret => Ok(Value::Secret(Cow::Borrowed(text))),
        Kind::SecretOf(rules) => secret_of(kind, rules, Cow::Borrowed(text)),
        Kind::TextOf(rules) => text_of(kind, rules, Cow::Borrowed(text)),
        Kind::Size { .. } => size_from_text(kind, text).unwrap_or_else(|| Err(found(kind, text))),
        Kind::OneOf(choices) => choice(kind, choices, Cow::Borrowed(text)),
        Kind::Custom(_) => custom(kind, Cow::Borrowed(text)),
        Kind::Duration { unit, min, max } => match decimal(text) {
            Some(count) => duration_of(kind, count, text),
            None => {
                let duration = duration::parse(text).ok_or_else(|| match duration::is_beyond(text) {
                    true => Mismatch::new(Reason::Range, kind, text),
                    false => found(kind, text),
                })?;
                let nanos = |count: u64| u128::from(count) * u128::from(unit.millis()) * 1_000_000;
                if (nanos(min)..=nanos(max)).contains(&duration.as_nanos()) {
                    Ok(Value::Duration(duration))
                } else {
                    Err(Mismatch::new(Reason::Range, kind, text))
                }
            }
        },
        // a broken list is never a list of words
        Kind::List(_) | Kind::Set(_) | Kind::Tuple(_) if text.trim_start().starts_with(['[', '{']) => {
            json_text(kind, text, suggest)
        }
        Kind::List(of) => words(kind, of, text, separator, suggest),
        Kind::Set(of) => distinct(kind, words(kind, of, text, separator, suggest)?),
        Kind::Tuple(kinds) => tuple(kind, kinds, text, separator, suggest),
        Kind::Map { .. } | Kind::Section(_) | Kind::Json => json_text(kind, text, suggest),
        Kind::Optional(of) => match (of, text) {
            (Kind::Text | Kind::TextOf(_) | Kind::Secret | Kind::SecretOf(_) | Kind::Custom(_), _) => {
                read(of, text, separator, suggest)
            }
            (_, "null") => Ok(Value::Null),
            _ => read(of, text, separator, suggest),
        },
    }
}

/// Reads the elements of a list. A blank separates like any other white space; a separator at the end ends the list.
fn words<'a>(
    kind: &Kind,
    of: &Kind,
    text: &'a str,
    separator: char,
    suggest: Suggest,
) -> Result<Value<'a>, Mismatch> {
    let parts: Vec<&str> = match (separator, text.trim()) {
        (_, "") => Vec::new(),
        (' ', text) => text.split_ascii_whitespace().collect(),
        (_, text) => text.strip_suffix(separator).unwrap_or(text).split(separator).map(str::trim).collect(),
    };
    if let Some(empty) = parts.iter().position(|part| part.is_empty()) {
        let mismatch = Mismatch::kind(kind, format!("nothing as element number {}", empty + 1));
        return Err(mismatch.help(format!("remove a `{separator}`, or write the list as JSON")));
    }
    parts
        .into_iter()
        .map(|part| read(of, part, separator, suggest))
        .collect::<Result<_, _>>()
        .map(Value::List)
}

/// Reads the elements of a list of a fixed length, which the separator separates, or else commas or blanks: the length
/// leaves no doubt about the elements.
fn tuple<'a>(
    kind: &Kind,
    kinds: &'static [Kind],
    text: &'a str,
    separator: char,
    suggest: Suggest,
) -> Result<Value<'a>, Mismatch> {
    let parts: Vec<&str> = match [separator, ','].into_iter().find(|c| *c != ' ' && text.contains(*c)) {
        Some(separator) => text.split(separator).map(str::trim).collect(),
        None => text.split_ascii_whitespace().collect(),
    };
    if parts.len() != kinds.len() {
        return Err(found(kind, text));
    }
    kinds
        .iter()
        .zip(parts)
        .map(|(of, part)| read(of, part, separator, suggest))
        .collect::<Result<_, _>>()
        .map(Value::List)
}

fn distinct<'a>(kind: &Kind, words: Value<'a>) -> Result<Value<'a>, Mismatch> {
    let Value::List(values) = &words else { return Ok(words) };
    match repeated(values) {
        Some(number) => {
            Err(Mismatch::new(Reason::Duplicate, kind, format!("a duplicate, element number {}", number + 1))
                .help("remove one of the two"))
        }
        None => Ok(words),
    }
}

fn json_text<'a>(kind: &Kind, text: &'a str, suggest: Suggest) -> Result<Value<'a>, Mismatch> {
    match json::parse_value(text) {
        Ok(raw) => from_json::read(kind, raw, suggest),
        Err(error) => {
            let found =
                format!("text that is not JSON (at character {}: {})", error.offset + 1, error.message);
            Err(Mismatch::kind(kind, found))
        }
    }
}

fn found(kind: &Kind, text: &str) -> Mismatch {
    if text.is_empty() {
        return Mismatch::kind(kind, "nothing").help("unset the variable to use the default");
    }
    Mismatch::kind(kind, format!("`{}`", text.escape_debug()))
}
