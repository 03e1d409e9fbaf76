//! Checks a default that is a list or map of literals: the compact JSON that the derive writes.

#![expect(clippy::result_large_err, reason = "evaluated at compile time only, where nothing can be boxed")]

use super::default::{check, unfit};
use super::message::Message;
use crate::schema::setting::same;
use crate::schema::{DefaultValue, Kind};

/// Checks the literals, except for single texts: those are checked one by one.
pub(super) const fn fault(kind: &Kind, json: &str) -> Option<Message> {
    match value(kind, json.as_bytes()) {
        Ok(_) => None,
        Err(message) => Some(message),
    }
}

/// Checks the value at the start of `json` and returns the rest. Recurses as deep as the literals nest.
const fn value<'j>(kind: &Kind, json: &'j [u8]) -> Result<&'j [u8], Message> {
    match (kind, json) {
        (Kind::Optional(_), [b'n', ..]) | (Kind::Json | Kind::OneOf([]), _) => Ok(rest_after(json)),
        (Kind::Optional(of), _) => value(of, json),
        (Kind::List(of), [b'[', elements @ ..]) => values(of, elements),
        (Kind::Set(of), [b'[', elements @ ..]) => match values(of, elements) {
            Ok(_) if holds_twice(elements) => Err(Message::new("the default holds an element twice")),
            rest => rest,
        },
        (Kind::Map { of, .. }, [b'{', entries @ ..]) => values(of, entries),
        (Kind::Tuple(kinds), [b'[', elements @ ..]) => each(kinds, elements),
        (Kind::Tuple(_), _) => Err(unfit(kind)),
        (Kind::List(_) | Kind::Set(_) | Kind::Map { .. }, _) | (_, [b'[' | b'{', ..]) => Err(unfit(kind)),
        (_, [b'"', ..]) => Ok(rest_after(json)),
        // reported one by one, as texts are
        (Kind::Float { .. }, [b'-' | b'0'..=b'9', ..]) => Ok(rest_after(json)),
        _ => match check(kind, scalar(json)) {
            Some(message) => Err(message),
            None => Ok(rest_after(json)),
        },
    }
}

/// Checks each element, or each entry's value, and returns the rest after the closing bracket.
const fn values<'j>(kind: &Kind, json: &'j [u8]) -> Result<&'j [u8], Message> {
    let mut rest = json;
    loop {
        rest = match rest {
            [] => return Ok(rest),
            [b']' | b'}', rest @ ..] => return Ok(rest),
            [b',', rest @ ..] => rest,
            _ => match value(kind, value_of_entry(rest)) {
                Ok(rest) => rest,
                Err(message) => return Err(message),
            },
        };
    }
}

/// Checks each element by its own kind, and returns the rest after the closing bracket.
const fn each<'j>(kinds: &[Kind], json: &'j [u8]) -> Result<&'j [u8], Message> {
    let (mut rest, mut untried) = (json, kinds);
    loop {
        rest = match (rest, untried) {
            ([b']', rest @ ..], []) => return Ok(rest),
            ([b',', rest @ ..], _) => rest,
            ([] | [b']', ..], _) | (_, []) => {
                return Err(Message::new("the default has another number of elements than its type"));
            }
            (_, [kind, others @ ..]) => match value(kind, rest) {
                Ok(rest) => {
                    untried = others;
                    rest
                }
                Err(message) => return Err(message),
            },
        };
    }
}

/// Skips the key of an entry.
const fn value_of_entry(json: &[u8]) -> &[u8] {
    match (json, rest_after(json)) {
        ([b'"', ..], [b':', value @ ..]) => value,
        _ => json,
    }
}

const fn holds_twice(elements: &[u8]) -> bool {
    let mut rest = elements;
    while let Some((first, others)) = element(rest) {
        let mut untried = others;
        while let Some((other, rest_after)) = element(untried) {
            if same(first, other) {
                return true;
            }
            untried = rest_after;
        }
        rest = others;
    }
    false
}

/// Splits off the first element; the rest starts after its comma.
const fn element(json: &[u8]) -> Option<(&[u8], &[u8])> {
    if let [] | [b']', ..] = json {
        return None;
    }
    let rest = rest_after(json);
    let (element, _) = json.split_at(json.len() - rest.len());
    match rest {
        [b',', rest @ ..] => Some((element, rest)),
        _ => Some((element, rest)),
    }
}

/// Returns the rest after the value at the start of `json`.
const fn rest_after(json: &[u8]) -> &[u8] {
    let (mut rest, mut depth, mut in_text) = (json, 0_usize, false);
    while let [byte, others @ ..] = rest {
        match (in_text, *byte, others) {
            (true, b'\\', [_, after_escape @ ..]) => {
                rest = after_escape;
                continue;
            }
            (_, b'"', _) => in_text = !in_text,
            (false, b'[' | b'{', _) => depth += 1,
            (false, b']' | b'}', _) if depth > 0 => depth -= 1,
            (false, b',' | b':' | b']' | b'}', _) if depth == 0 => return rest,
            _ => {}
        }
        rest = others;
    }
    rest
}

const fn scalar(json: &[u8]) -> DefaultValue {
    match json {
        [b't', ..] => DefaultValue::Bool(true),
        [b'f', ..] => DefaultValue::Bool(false),
        [b'n', ..] => DefaultValue::None,
        _ => number(json),
    }
}

const fn number(json: &[u8]) -> DefaultValue {
    let (mut rest, mut number, is_negative) = match json {
        [b'-', digits @ ..] => (digits, 0_i128, true),
        digits => (digits, 0, false),
    };
    while let [digit @ b'0'..=b'9', others @ ..] = rest {
        number = number.saturating_mul(10).saturating_add((*digit - b'0') as i128);
        rest = others;
    }
    match rest {
        // its size does not matter here
        [b'.' | b'e' | b'E', ..] => DefaultValue::Float(0.0),
        _ => DefaultValue::Integer(if is_negative { -number } else { number }),
    }
}
