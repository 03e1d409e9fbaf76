//! The kind of a setting without a list of values.

use super::kind::{Choice, InferredKind, strings};
use crate::docs::drift::{Normal, normal};
use crate::docs::facts::{Documented, Source, StatedDefault};
use crate::docs::grammar::{self, HintKind};
use crate::docs::import::words::{self, Bounds};

/// The open question of a page that states no kind.
pub(super) const NO_KIND: &str = "the page doesn't say what it takes";

/// Returns the kind that a hint, a sentence or the default states.
pub(super) fn stated_kind(
    setting: &Documented<'_>,
    default: Option<&StatedDefault>,
    paragraphs: &[String],
    todo: &mut Vec<String>,
) -> InferredKind {
    let name = setting.name();
    let key = name.rsplit('.').next().unwrap_or(&name);
    if let Some((hint, unit)) = setting.hints().iter().find_map(|hint| grammar::hint(hint.text.as_str())) {
        let has_list = setting
            .value_lists()
            .iter()
            .any(|list| list.len() > 1 && list.iter().all(|item| item.value.is_some()));
        if has_list {
            todo.push("the page lists values: are others accepted too?".to_owned());
        }
        return hinted(setting, hint, unit, default, paragraphs, key);
    }
    if let Some(kind) = sentence_kind(setting, paragraphs, key, default) {
        return kind;
    }
    match default
        .filter(|default| default.by != Source::Mark)
        .map(|default| (default.value.trim(), normal(&default.value)))
    {
        Some((written, Normal::Number(_) | Normal::Bool(_))) if written.starts_with('"') => {
            text(key, paragraphs)
        }
        Some((_, Normal::Bool(_))) => InferredKind::Bool,
        Some((written, Normal::Number(_))) if written.parse::<i64>().is_ok() => {
            whole_number(key, None, default, paragraphs)
        }
        Some((_, Normal::Number(_))) => InferredKind::Float,
        Some((written, _)) if strings(written).is_some() => InferredKind::List,
        Some((written, _)) if written.starts_with('"') => text(key, paragraphs),
        // A word that is neither a number nor JSON: `s3.example.com`, `00:00`.
        Some((written, _)) if is_word(written) => text(key, paragraphs),
        _ => match text(key, paragraphs) {
            InferredKind::Secret => InferredKind::Secret,
            InferredKind::Text(low, high) if low.or(high).is_some() => InferredKind::Text(low, high),
            _ => {
                todo.push(NO_KIND.to_owned());
                InferredKind::Json
            }
        },
    }
}

fn is_word(written: &str) -> bool {
    !written.is_empty()
        && !written.contains(char::is_whitespace)
        && !written.starts_with(['{', '[', '"', '<'])
        && !matches!(written.to_lowercase().as_str(), "null" | "nil" | "none" | "n/a" | "empty" | "unlimited")
}

fn hinted(
    setting: &Documented<'_>,
    hint: HintKind,
    unit: Option<&'static str>,
    default: Option<&StatedDefault>,
    paragraphs: &[String],
    key: &str,
) -> InferredKind {
    let has_fraction = default.is_some_and(|default| {
        matches!(normal(&default.value), Normal::Number(_))
            && default.value.trim().parse::<i64>().is_err()
            && default.value.contains('.')
    });
    match hint {
        HintKind::Number if has_fraction && unit.is_none() => InferredKind::Float,
        HintKind::Number => {
            let from_hint = setting
                .hints()
                .iter()
                .map(|hint| words::hint_bounds(hint.text.as_str(), unit))
                .find(|bounds| *bounds != Bounds::default());
            match (whole_number(key, unit, default, paragraphs), from_hint) {
                (InferredKind::Integer(_), Some(bounds)) => InferredKind::Integer(bounds),
                (InferredKind::Duration(unit, _), Some(bounds)) => InferredKind::Duration(unit, bounds),
                (kind, _) => kind,
            }
        }
        HintKind::Decimal => InferredKind::Float,
        HintKind::Text => text(key, paragraphs),
        HintKind::List => InferredKind::List,
        HintKind::Map => InferredKind::Map,
        HintKind::Bool => InferredKind::Bool,
        HintKind::Json => InferredKind::Json,
    }
}

/// A whole number: a duration if the hint or the key names a unit.
fn whole_number(
    key: &str,
    unit: Option<&'static str>,
    default: Option<&StatedDefault>,
    paragraphs: &[String],
) -> InferredKind {
    let unit = unit.or_else(|| words::unit_of_key(key));
    let mut bounds = Bounds::default();
    for text in paragraphs {
        let own = words::bounds(text, unit);
        bounds = Bounds { low: bounds.low.or(own.low), high: bounds.high.or(own.high) };
    }
    if bounds.low.zip(bounds.high).is_some_and(|(low, high)| low > high) {
        bounds = Bounds::default();
    }
    // A duration is never negative: `-1` for "no limit" makes it a plain number.
    let is_negative = default.is_some_and(|default| default.value.trim().trim_matches('"').starts_with('-'));
    match unit {
        Some(unit) if !is_negative => InferredKind::Duration(unit, bounds),
        _ => InferredKind::Integer(bounds),
    }
}

/// A text, or a secret if the key says so.
fn text(key: &str, paragraphs: &[String]) -> InferredKind {
    let is_secret = ["Password", "Secret", "Salt", "PrivateKey", "EncryptKey", "Token"]
        .iter()
        .any(|end| key.ends_with(end));
    if is_secret {
        return InferredKind::Secret;
    }
    let (mut low, mut high) = (None, None);
    for text in paragraphs {
        let own = words::lengths(text);
        (low, high) = (low.or(own.0), high.or(own.1));
    }
    if low.zip(high).is_some_and(|(low, high)| low > high) {
        (low, high) = (None, None);
    }
    InferredKind::Text(low, high)
}

/// `… with string input`, `… with options ``true`` and ``false```
fn sentence_kind(
    setting: &Documented<'_>,
    paragraphs: &[String],
    key: &str,
    default: Option<&StatedDefault>,
) -> Option<InferredKind> {
    let statement =
        setting.tables.iter().flat_map(|table| &table.configs).find_map(|config| config.text.as_ref());
    let options = statement
        .and_then(|statement| words::options(statement.as_str()))
        .or_else(|| paragraphs.iter().find_map(|text| words::options(text)));
    if let Some(options) = options {
        return Some(one_of_options(options));
    }
    let tail = statement?.as_str().split_once("`` with ").map(|(_, tail)| tail)?;
    let is = |words: &str| tail.starts_with(words);
    if is("string array") {
        Some(InferredKind::List)
    } else if is("string") || is("24-hour") {
        Some(text(key, paragraphs))
    } else if is("numerical") || is("numeric") {
        let bounds = words::hint_bounds(tail, None);
        Some(match whole_number(key, None, default, paragraphs) {
            InferredKind::Integer(_) if bounds != Bounds::default() => InferredKind::Integer(bounds),
            kind => kind,
        })
    } else {
        None
    }
}

/// The kind of a list of options in a sentence: a bool, a number, or a one-of.
fn one_of_options(options: Vec<String>) -> InferredKind {
    if options.iter().all(|option| matches!(normal(option), Normal::Bool(_))) {
        return InferredKind::Bool;
    }
    if options.iter().all(|option| option.parse::<i64>().is_ok()) {
        let numbers = || options.iter().filter_map(|option| option.parse::<i64>().ok());
        return InferredKind::Integer(Bounds { low: numbers().min(), high: numbers().max() });
    }
    let choice = |text: String| {
        let label = if text.is_empty() { "Not specified".to_owned() } else { text.clone() };
        Choice { text, label, meaning: String::new() }
    };
    InferredKind::OneOf(options.into_iter().map(choice).collect())
}
