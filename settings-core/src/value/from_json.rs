//! Reading JSON values.

use std::borrow::Cow;
use std::time::Duration;

use super::json::{Raw, Shape};
use super::mismatch::Reason;
use super::size::size_of;
use super::text_rules::{secret_of, text_of};
use super::{Mismatch, Value, elements, from_text, json, synonym};
use crate::nearest;
use crate::schema::{Choice, Format, Kind};

/// A function that suggests the JSON that was probably meant by a refused value.
pub(super) type Suggest = fn(&Kind, Raw<'_>) -> Option<String>;

/// Suggests nothing.
pub(super) const fn no_suggestion(_: &Kind, _: Raw<'_>) -> Option<String> {
    None
}

/// Reads a JSON value. Only its parts get suggestions.
pub(super) fn read<'a>(kind: &Kind, raw: Raw<'a>, suggest: Suggest) -> Result<Value<'a>, Mismatch> {
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
        Kind::Float { .. } => match raw.shape {
            Shape::Number => float(kind, raw.text),
            Shape::String { .. } => float(kind, &raw.string().unwrap_or_default()),
            _ => Err(found(kind, raw)),
        },
        Kind::Text => plain(kind, raw).map(Value::Text),
        Kind::Secret => plain(kind, raw).map(Value::Secret),
        Kind::SecretOf(rules) => secret_of(kind, rules, plain(kind, raw)?),
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
                from_text::read(kind, &raw.string().unwrap_or_default(), ',', suggest).map(Value::into_owned)
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
                from_text::read(kind, &raw.string().unwrap_or_default(), ',', suggest).map(Value::into_owned)
            }
            _ => Err(found(kind, raw)),
        },
        Kind::List(of) => match raw.shape {
            Shape::Array => elements::list(of, raw, suggest),
            Shape::Null => Ok(Value::List(Vec::new())),
            _ => Err(found(kind, raw)),
        },
        Kind::Set(of) => match raw.shape {
            Shape::Array => elements::set(kind, of, raw, suggest),
            Shape::Null => Ok(Value::List(Vec::new())),
            _ => Err(found(kind, raw)),
        },
        Kind::Tuple(kinds) => match raw.shape {
            Shape::Array => elements::tuple(kind, kinds, raw, suggest),
            _ => Err(found(kind, raw)),
        },
        Kind::Map { key, of } => match raw.shape {
            Shape::Object => elements::map((kind, key, of), raw, suggest),
            Shape::Null => Ok(Value::Map(Vec::new())),
            _ => Err(found(kind, raw)),
        },
        Kind::Section(section) => match raw.shape {
            Shape::Object => elements::section(kind, section, raw, suggest),
            _ => Err(found(kind, raw)),
        },
        Kind::Json => match json::compact(raw) {
            Ok(json) => Ok(Value::Text(json.into())),
            Err(number) => {
                let found = format!("`{}`, a number beyond the range of a float", number.text);
                let mismatch = Mismatch::new(Reason::Range, kind, found);
                Err(mismatch.at(number.start - raw.start, number.text.len()))
            }
        },
        Kind::Optional(of) => match raw.shape {
            Shape::Null => Ok(Value::Null),
            _ => read(of, raw, suggest),
        },
    }
}

/// Reads text, or a number as it is written.
fn plain<'a>(kind: &Kind, raw: Raw<'a>) -> Result<Cow<'a, str>, Mismatch> {
    match raw.shape {
        Shape::String { .. } => Ok(raw.string().unwrap_or_default()),
        Shape::Number => Ok(Cow::Borrowed(raw.text)),
        _ => Err(found(kind, raw)),
    }
}

fn found(kind: &Kind, raw: Raw<'_>) -> Mismatch {
    let mismatch = Mismatch::kind(kind, raw.shape.name());
    match raw.shape {
        Shape::Null => mismatch.help("remove the line to use the default"),
        _ => mismatch,
    }
}

/// Reads a whole number, from a number without a fraction or from numeric text.
#[inline]
fn integer(kind: &Kind, raw: Raw<'_>) -> Result<i128, Mismatch> {
    match small(raw) {
        Some(small) => Ok(small.into()),
        None => any_integer(kind, raw),
    }
}

/// Reads a whole number that fits 64 bits, as most do.
#[inline]
fn small(raw: Raw<'_>) -> Option<i64> {
    if raw.shape == Shape::Number { raw.text.parse().ok() } else { None }
}

fn any_integer(kind: &Kind, raw: Raw<'_>) -> Result<i128, Mismatch> {
    let text = match raw.shape {
        Shape::Number => Cow::Borrowed(raw.text),
        Shape::String { .. } => raw.string().unwrap_or_default(),
        _ => return Err(found(kind, raw)),
    };
    if let Some(integer) = decimal(&text) {
        return Ok(integer);
    }
    match raw.shape {
        Shape::Number => {
            json::whole_number(raw.text).ok_or_else(|| Mismatch::new(Reason::Range, kind, raw.text))
        }
        _ => Err(Mismatch::kind(kind, format!("the text {}", raw.text))),
    }
}

/// Parses decimal digits with an optional sign.
#[inline]
pub(super) fn decimal(text: &str) -> Option<i128> {
    // most are small, and a small one is parsed in half the time
    text.parse::<i64>().map(i128::from).ok().or_else(|| text.parse().ok())
}

pub(super) fn float<'a>(kind: &Kind, text: &str) -> Result<Value<'a>, Mismatch> {
    let Kind::Float { min, max } = *kind else { return Err(Mismatch::kind(kind, "")) };
    match text.parse::<f64>() {
        // zero has no sign in a setting
        Ok(float) if (min..=max).contains(&float) => Ok(Value::Float(float + 0.0)),
        Ok(float) if float.is_finite() => Err(Mismatch::new(Reason::Range, kind, text)),
        _ => Err(Mismatch::kind(kind, format!("`{text}`"))),
    }
}

/// Returns the text of the choice that a text names.
pub(super) fn choice_of<'k>(kind: &'k Kind, text: &str) -> Option<&'k str> {
    kind.choices().iter().find(|choice| choice.is(text)).map(|choice| choice.text)
}

pub(super) fn choice<'a>(
    kind: &Kind,
    choices: &'static [Choice],
    text: Cow<'a, str>,
) -> Result<Value<'a>, Mismatch> {
    if choices.iter().any(|choice| choice.text == text) {
        return Ok(Value::Text(text));
    }
    if let Some(choice) = choices.iter().find(|choice| choice.is(&text)) {
        return Ok(Value::Text(Cow::Borrowed(choice.text)));
    }
    let mismatch = Mismatch::new(Reason::Choice, kind, format!("`\"{text}\"`"));
    let labelled =
        choices.iter().find(|choice| choice.label.eq_ignore_ascii_case(&text)).map(|choice| choice.text);
    let nearest = || nearest::nearest(&text, choices.iter().map(|choice| choice.text));
    Err(match labelled.or_else(nearest).or_else(|| synonym::choice(choices, &text)) {
        Some(near) => mismatch.help(format!("did you mean `\"{near}\"`?")),
        None => match synonym::empty(choices, &text) {
            Some(label) => mismatch.help(format!("for \"{label}\", leave it empty")),
            None => mismatch,
        },
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
