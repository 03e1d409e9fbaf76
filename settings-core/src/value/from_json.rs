//! JSON, read by a kind.

use std::borrow::Cow;
use std::time::Duration;

use super::json::{Raw, Shape};
use super::mismatch::Reason;
use super::size::size_of;
use super::text_rules::text_of;
use super::{Mismatch, Value, elements, from_text, json, repair};
use crate::nearest;
use crate::schema::{Choice, Format, Kind};

/// Reads `raw` as a value of `kind`.
///
/// A number is taken for numeric text and numeric text for a number where nothing is lost; `null` is an empty list
/// or map.
///
/// # Errors
/// What was expected and what stands there instead.
#[inline]
pub fn from_json<'a>(kind: &Kind, raw: Raw<'a>) -> Result<Value<'a>, Mismatch> {
    read(kind, raw).map_err(|mismatch| mismatch.or_meant(|| repair::of_json(kind, raw)))
}

/// The same without a look at what a refused value was meant to be.
pub(super) fn read<'a>(kind: &Kind, raw: Raw<'a>) -> Result<Value<'a>, Mismatch> {
    match *kind {
        Kind::Bool => match raw.shape {
            Shape::Bool => Ok(Value::Bool(raw.text == "true")),
            _ => Err(found(kind, raw)),
        },
        Kind::Integer { min, max } => integer(kind, raw).and_then(|integer| {
            if (min..=max).contains(&integer) {
                Ok(Value::Integer(integer))
            } else {
                Err(Mismatch::new(Reason::Range, kind, raw.text))
            }
        }),
        Kind::Float => match raw.shape {
            Shape::Number => float(kind, raw.text),
            Shape::String { .. } => float(kind, &raw.string().unwrap_or_default()),
            _ => Err(found(kind, raw)),
        },
        Kind::Text | Kind::Secret => match raw.shape {
            Shape::String { .. } => Ok(Value::Text(raw.string().unwrap_or_default())),
            Shape::Number => Ok(Value::Text(Cow::Borrowed(raw.text))),
            _ => Err(found(kind, raw)),
        },
        Kind::OneOf(choices) => match raw.string() {
            Some(text) => choice(kind, choices, text),
            None => Err(found(kind, raw)),
        },
        Kind::Custom(_) => match raw.string() {
            Some(text) => custom(kind, text),
            None => Err(found(kind, raw)),
        },
        Kind::Duration { .. } => match raw.shape {
            Shape::Number => duration_of(kind, integer(kind, raw)?, raw.text),
            Shape::String { .. } => {
                from_text::read(kind, &raw.string().unwrap_or_default()).map(Value::into_owned)
            }
            _ => Err(found(kind, raw)),
        },
        Kind::TextOf(rules) => match raw.shape {
            Shape::Number if rules.format == Some(Format::Port) => {
                text_of(kind, rules, integer(kind, raw)?.to_string().into())
            }
            Shape::String { .. } => text_of(kind, rules, raw.string().unwrap_or_default()),
            _ => Err(found(kind, raw)),
        },
        Kind::Size { .. } => match raw.shape {
            Shape::Number => size_of(kind, integer(kind, raw)?, raw.text),
            Shape::String { .. } => {
                from_text::read(kind, &raw.string().unwrap_or_default()).map(Value::into_owned)
            }
            _ => Err(found(kind, raw)),
        },
        Kind::List(of) => match raw.shape {
            Shape::Array => elements::list(of, raw),
            Shape::Null => Ok(Value::List(Vec::new())),
            _ => Err(found(kind, raw)),
        },
        Kind::Set(of) => match raw.shape {
            Shape::Array => elements::set(kind, of, raw),
            Shape::Null => Ok(Value::List(Vec::new())),
            _ => Err(found(kind, raw)),
        },
        Kind::Map(of) => match raw.shape {
            Shape::Object => elements::map(kind, of, raw),
            Shape::Null => Ok(Value::Map(Vec::new())),
            _ => Err(found(kind, raw)),
        },
        Kind::Section(section) => match raw.shape {
            Shape::Object => elements::section(kind, section, raw),
            _ => Err(found(kind, raw)),
        },
        Kind::Json => match json::compact(raw) {
            Ok(json) => Ok(Value::Text(json.into())),
            Err(number) => {
                let found = format!("`{}`, a number beyond what a float holds", number.text);
                let mismatch = Mismatch::new(Reason::Range, kind, found);
                Err(mismatch.at(number.start - raw.start, number.text.len()))
            }
        },
        Kind::Optional(of) => match raw.shape {
            Shape::Null => Ok(Value::Null),
            _ => read(of, raw),
        },
    }
}

fn found(kind: &Kind, raw: Raw<'_>) -> Mismatch {
    let mismatch = Mismatch::kind(kind, raw.shape.name());
    match raw.shape {
        Shape::Null => mismatch.help("remove the line to use the default"),
        _ => mismatch,
    }
}

/// A whole number, from a number without a fraction or from numeric text.
fn integer(kind: &Kind, raw: Raw<'_>) -> Result<i128, Mismatch> {
    let text = match raw.shape {
        Shape::Number => Cow::Borrowed(raw.text),
        Shape::String { .. } => raw.string().unwrap_or_default(),
        _ => return Err(found(kind, raw)),
    };
    if let Ok(integer) = text.parse::<i64>() {
        return Ok(i128::from(integer));
    }
    if let Ok(integer) = text.parse::<i128>() {
        return Ok(integer);
    }
    match raw.shape {
        Shape::Number => {
            json::whole_number(raw.text).ok_or_else(|| Mismatch::new(Reason::Range, kind, raw.text))
        }
        _ => Err(Mismatch::kind(kind, format!("the text {}", raw.text))),
    }
}

pub(super) fn float<'a>(kind: &Kind, text: &str) -> Result<Value<'a>, Mismatch> {
    match text.parse::<f64>() {
        // zero has no sign in a setting
        Ok(float) if float.is_finite() => Ok(Value::Float(float + 0.0)),
        _ => Err(Mismatch::kind(kind, format!("`{text}`"))),
    }
}

pub(super) fn choice<'a>(kind: &Kind, choices: &[Choice], text: Cow<'a, str>) -> Result<Value<'a>, Mismatch> {
    if choices.iter().any(|choice| choice.text == text) {
        return Ok(Value::Text(text));
    }
    let mismatch = Mismatch::new(Reason::Choice, kind, format!("`\"{text}\"`"));
    let labelled =
        choices.iter().find(|choice| choice.label.eq_ignore_ascii_case(&text)).map(|choice| choice.text);
    Err(match labelled.or_else(|| nearest::nearest(&text, choices.iter().map(|choice| choice.text))) {
        Some(near) => mismatch.help(format!("did you mean `\"{near}\"`?")),
        None => mismatch,
    })
}

pub(super) fn custom<'a>(kind: &Kind, text: Cow<'a, str>) -> Result<Value<'a>, Mismatch> {
    let Kind::Custom(custom) = kind else { return Err(Mismatch::kind(kind, "")) };
    match (custom.check)(&text) {
        Ok(()) => Ok(Value::Text(text)),
        Err(why) => Err(Mismatch::kind(kind, why)),
    }
}

pub(super) fn duration_of<'a>(kind: &Kind, count: i128, found: &str) -> Result<Value<'a>, Mismatch> {
    let Kind::Duration { unit, min, max } = *kind else { return Err(Mismatch::kind(kind, "")) };
    match u64::try_from(count) {
        Ok(count) if (min..=max).contains(&count) => {
            Ok(Value::Duration(Duration::from_millis(count.saturating_mul(unit.millis()))))
        }
        _ => Err(Mismatch::new(Reason::Range, kind, found)),
    }
}
