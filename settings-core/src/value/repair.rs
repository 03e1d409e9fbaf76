//! The value that was probably meant by a refused one.
//!
//! The kind has accepted every suggestion, so that following it removes the mismatch.

use std::borrow::Cow;

use super::from_json::no_suggestion;
use super::json::{Raw, Shape, parse_value, write_string};
use super::{Value, from_json, from_text, to_json, without_passwords};
use crate::schema::{Choice, Format, Kind, SIZE_UNITS, TextRules};

/// The largest value that is repaired, and the largest suggestion, in bytes.
const MAX_LEN: usize = 80;

/// Returns the JSON that was probably meant by `raw`, which `kind` refuses.
pub(super) fn json(kind: &Kind, raw: Raw<'_>) -> Option<String> {
    if kind.is_secret() || raw.text.len() > MAX_LEN {
        return None;
    }
    let text = match raw.shape {
        Shape::String { .. } => raw.string().unwrap_or_default(),
        Shape::Number | Shape::Bool => Cow::Borrowed(raw.text),
        Shape::Array => return only_element(kind, raw),
        Shape::Object => return accepted(kind, format!("[{}]", raw.text)),
        Shape::Null => return None,
    };
    let candidates = candidates(kind, &text);
    let as_json = || candidates.iter().find_map(|text| accepted(kind, quoted(text)));
    let as_text = || candidates.iter().find_map(|text| json_of(kind, text));
    let in_brackets = || accepted(kind, format!("[{}]", raw.text));
    let has_parts = text.contains([',', ';']);
    let repair = if is_list(kind) && !has_parts {
        in_brackets().or_else(as_text)
    } else {
        accepted(kind, quoted(&text)).or_else(as_json).or_else(as_text)
    };
    repair.filter(|repair| repair != raw.text)
}

/// Returns the text that was probably meant by `text`, which `kind` refuses.
pub(super) fn text(kind: &Kind, text: &str) -> Option<String> {
    if kind.is_secret() || text.len() > MAX_LEN {
        return None;
    }
    let reads = |meant: &String| {
        meant != text && from_text::read(kind, meant, ',', no_suggestion).is_ok() && is_presentable(meant)
    };
    candidates(kind, text).into_iter().find(reads)
}

/// Returns the only element of a list if one value is expected.
fn only_element(kind: &Kind, raw: Raw<'_>) -> Option<String> {
    match raw.elements().unwrap_or_default().as_slice() {
        [only] => accepted(kind, only.text.to_owned()),
        _ => None,
    }
}

fn accepted(kind: &Kind, json: String) -> Option<String> {
    let is_accepted = parse_value(&json).is_ok_and(|raw| from_json::read(kind, raw, no_suggestion).is_ok());
    (is_accepted && is_presentable(&json)).then_some(json)
}

fn json_of(kind: &Kind, text: &str) -> Option<String> {
    match from_text::read(kind, text, ',', no_suggestion).ok()? {
        Value::Null => None,
        value => accepted(kind, to_json(kind, &value)),
    }
}

/// Returns whether a message can show a suggestion: within a line and its quotes, and without a password.
fn is_presentable(repair: &str) -> bool {
    let is_odd = |c: char| c.is_control() || c == '`';
    let is_empty = matches!(repair, "" | "\"\"");
    !is_empty && repair.len() <= MAX_LEN && !repair.contains(is_odd) && without_passwords(repair) == repair
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    write_string(&mut out, text);
    out
}

fn is_list(kind: &Kind) -> bool {
    matches!(kind.required(), Kind::List(_) | Kind::Set(_))
}

/// Returns the texts that could be meant, the likeliest first. The kind does not accept most of them.
fn candidates(kind: &Kind, text: &str) -> Vec<String> {
    let bare = unquoted(text.trim()).trim();
    let mut meant = match kind {
        Kind::Optional(of) => meant_optional(of, bare),
        Kind::Bool => word_of_bool(bare).into_iter().collect(),
        Kind::Integer { .. } | Kind::Float { .. } => without_separators(bare).into_iter().collect(),
        Kind::Duration { .. } => vec![duration(bare)],
        Kind::Size { .. } => size(bare).into_iter().collect(),
        Kind::OneOf(choices) => choice(choices, bare).into_iter().collect(),
        Kind::TextOf(TextRules { format: Some(format), .. }) => in_format(*format, bare),
        Kind::TextOf(_) | Kind::Custom(_) => vec![bare.to_lowercase(), bare.to_uppercase()],
        Kind::List(of) | Kind::Set(of) => words(of, bare).into_iter().collect(),
        Kind::Map { .. } => pairs(bare).into_iter().collect(),
        _ => Vec::new(),
    };
    // a list accepts nearly all text as one word
    let at = if is_list(kind) { meant.len() } else { 0 };
    meant.insert(at, bare.to_owned());
    meant
}

fn meant_optional(of: &Kind, bare: &str) -> Vec<String> {
    match bare.to_ascii_lowercase().as_str() {
        "null" | "none" | "nil" => vec!["null".to_owned()],
        _ => candidates(of, bare),
    }
}

/// Removes quotes around the whole text.
fn unquoted(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote).and_then(|rest: &str| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

fn word_of_bool(text: &str) -> Option<String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "on" | "1" | "enable" | "enabled" => Some("true".to_owned()),
        "false" | "no" | "n" | "off" | "0" | "disable" | "disabled" => Some("false".to_owned()),
        _ => None,
    }
}

/// Returns `1000` for `1,000`, `1_000` or `1 000`: every separator is the same, with three digits after it.
fn without_separators(text: &str) -> Option<String> {
    let separator = text.chars().find(|c| matches!(c, ',' | '_' | '\'' | ' '))?;
    let mut groups = text.split(separator);
    let first = groups.next()?;
    let is_group = |group: &str| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit());
    (!first.is_empty() && groups.all(is_group)).then(|| text.replace(separator, ""))
}

/// Returns short names of units, without space: `90s` for `90 seconds`.
fn duration(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_letter = first.is_alphabetic();
        let len = rest.find(|c: char| c.is_alphabetic() != is_letter).unwrap_or(rest.len());
        let (part, after) = rest.split_at(len);
        match part.to_lowercase().as_str() {
            // minutes or months: not for a suggestion to decide
            "m" if part == "M" => out.push('M'),
            "ms" | "msec" | "msecs" | "milli" | "millis" | "millisecond" | "milliseconds" => {
                out.push_str("ms")
            }
            "s" | "sec" | "secs" | "second" | "seconds" => out.push('s'),
            "m" | "min" | "mins" | "minute" | "minutes" => out.push('m'),
            "h" | "hr" | "hrs" | "hour" | "hours" => out.push('h'),
            "d" | "day" | "days" => out.push('d'),
            other => out.extend(other.chars().filter(|c| !c.is_whitespace())),
        }
        rest = after;
    }
    out
}

/// Returns units in their own letter case, without space. A single letter is a power of ten: `10MB` for `10 mb`, `10M`.
fn size(text: &str) -> Option<String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = text.split_at(digits);
    if matches!(unit.trim(), "Kb" | "Mb" | "Gb" | "Tb") {
        // these are bits
        return None;
    }
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "byte" | "bytes" => "b".to_owned(),
        letter if letter.len() == 1 && letter != "b" => format!("{letter}b"),
        binary if binary.len() == 2 && binary.ends_with('i') => format!("{binary}b"),
        other => other.to_owned(),
    };
    let (name, _) = SIZE_UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(&unit))?;
    Some(format!("{count}{name}"))
}

/// Returns the choice with the same letters and digits: `STARTTLS` for `start_tls`.
fn choice(choices: &[Choice], text: &str) -> Option<String> {
    let folded = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let meant = folded(text);
    let same = |choice: &&Choice| !meant.is_empty() && folded(choice.text) == meant;
    choices.iter().find(same).map(|choice| choice.text.to_owned())
}

fn in_format(format: Format, text: &str) -> Vec<String> {
    let after_scheme = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    match format {
        Format::Url if text.contains(['.', ':']) && !text.contains('@') && !text.contains(":/") => {
            vec![format!("https://{text}")]
        }
        Format::Email => {
            let in_brackets = text.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
            let address = in_brackets.unwrap_or(text);
            vec![address.strip_prefix("mailto:").unwrap_or(address).to_owned()]
        }
        Format::Host => vec![authority.to_owned(), host.to_owned()],
        Format::Port => vec![text.rsplit(':').next().unwrap_or_default().to_owned()],
        Format::SocketAddress => vec![authority.to_owned()],
        _ => Vec::new(),
    }
}

/// Returns the JSON of a list for `a; b` or `[a, "b"`, with each word repaired.
fn words(of: &Kind, text: &str) -> Option<String> {
    let text = text.strip_prefix('[').unwrap_or(text);
    let text = text.strip_suffix(']').unwrap_or(text);
    let parts: Vec<&str> = match text.contains([',', ';']) {
        true => text.split([',', ';']).map(str::trim).map(unquoted).filter(|part| !part.is_empty()).collect(),
        false => text.split_ascii_whitespace().map(unquoted).collect(),
    };
    // a quote or brace that is left shows that the text is split at the wrong places
    if parts.iter().any(|part| part.contains(['"', '{', '}'])) {
        return None;
    }
    let word = |part: &&str| match from_text::read(of, part, ',', no_suggestion) {
        Ok(_) => Some((*part).to_owned()),
        Err(_) => self::text(of, part),
    };
    let words: Vec<_> = parts.iter().map(word).collect::<Option<_>>()?;
    let is_bare = matches!(of, Kind::Integer { .. } | Kind::Float { .. } | Kind::Bool);
    let element = |word: &String| if is_bare { word.clone() } else { quoted(word) };
    Some(format!("[{}]", words.iter().map(element).collect::<Vec<_>>().join(", ")))
}

/// Returns JSON for `a=1, b=2` or `{'a': 'b'}`; values that are JSON stay as they are.
fn pairs(text: &str) -> Option<String> {
    let text = match (text.strip_prefix('{'), text.strip_suffix('}')) {
        (Some(rest), Some(_)) => rest.strip_suffix('}').unwrap_or(rest),
        (Some(rest), None) if !rest.contains(['{', '}']) => rest,
        (None, Some(rest)) if !rest.contains(['{', '}']) => rest,
        _ => text,
    };
    let separators: &[char] = if text.contains([',', ';']) { &[',', ';'] } else { &[' '] };
    let pair = |part: &str| {
        let (key, value) = part.split_once(['=', ':'])?;
        let value = value.trim();
        let value = match parse_value(value) {
            Ok(_) => value.to_owned(),
            Err(_) => quoted(unquoted(value)),
        };
        let key = unquoted(key.trim());
        (!key.contains(['"', '{', '}'])).then(|| format!("{}: {value}", quoted(key)))
    };
    let parts = text.split(separators).map(str::trim).filter(|part| !part.is_empty());
    let pairs: Vec<_> = parts.map(pair).collect::<Option<_>>()?;
    (!pairs.is_empty()).then(|| format!("{{{}}}", pairs.join(", ")))
}

#[cfg(test)]
mod tests;
