//! Reading the text of variables and command lines.

use std::borrow::Cow;
use std::time::Duration;

use super::distinct::repeated;
use super::from_json::{Suggest, choice, custom, duration_of, float};
use super::mismatch::Reason;
use super::size::size_from_text;
use super::text_rules::text_of;
use super::{Mismatch, Value, from_json, json};
use crate::schema::{Kind, Unit};

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
        Kind::Integer { min, max } => match text.parse::<i128>() {
            Ok(integer) if (min..=max).contains(&integer) => Ok(Value::Integer(integer)),
            Ok(_) => Err(Mismatch::new(Reason::Range, kind, text)),
            Err(_) => Err(found(kind, text)),
        },
        Kind::Float { .. } => float(kind, text),
        Kind::Text => Ok(Value::Text(Cow::Borrowed(text))),
        Kind::Secret => Ok(Value::Secret(Cow::Borrowed(text))),
        Kind::TextOf(rules) => text_of(kind, rules, Cow::Borrowed(text)),
        Kind::Size { .. } => size_from_text(kind, text).unwrap_or_else(|| Err(found(kind, text))),
        Kind::OneOf(choices) => choice(kind, choices, Cow::Borrowed(text)),
        Kind::Custom(_) => custom(kind, Cow::Borrowed(text)),
        Kind::Duration { unit, min, max } => match text.parse::<i128>() {
            Ok(count) => duration_of(kind, count, text),
            Err(_) => {
                let duration = suffixed(text).ok_or_else(|| found(kind, text))?;
                let bounds =
                    u128::from(min) * u128::from(unit.millis())..=u128::from(max) * u128::from(unit.millis());
                if bounds.contains(&duration.as_millis()) {
                    Ok(Value::Duration(duration))
                } else {
                    Err(Mismatch::new(Reason::Range, kind, text))
                }
            }
        },
        // a broken list is never a list of words
        Kind::List(_) | Kind::Set(_) if text.trim_start().starts_with(['[', '{']) => {
            json_text(kind, text, suggest)
        }
        Kind::List(of) => words(kind, of, text, separator, suggest),
        Kind::Set(of) => distinct(kind, words(kind, of, text, separator, suggest)?),
        Kind::Map(_) | Kind::Section(_) | Kind::Json => json_text(kind, text, suggest),
        Kind::Optional(of) => match (of, text) {
            (Kind::Text | Kind::TextOf(_) | Kind::Secret | Kind::Custom(_), _) => {
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

/// Parses `500ms`, `10s`, `5m`, `2h`, `1d`, and sums of them such as `1h30m`.
fn suffixed(text: &str) -> Option<Duration> {
    let mut total = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (count, tail) = rest.split_at(digits);
        let letters = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (suffix, tail) = tail.split_at(letters);
        let unit = match suffix {
            "ms" => Unit::Milliseconds,
            "s" => Unit::Seconds,
            "m" | "min" => Unit::Minutes,
            "h" => Unit::Hours,
            "d" => Unit::Days,
            _ => return None,
        };
        total = total.checked_add(count.parse::<u64>().ok()?.checked_mul(unit.millis())?)?;
        rest = tail;
    }
    (!text.is_empty()).then_some(Duration::from_millis(total))
}
