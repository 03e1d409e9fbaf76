//! Formatting a value as JSON or as text.

use std::fmt::Write;
use std::time::Duration;

use super::{Value, ZeroizingString, json};
use crate::schema::{Kind, Member, Unit};

/// Formats a value as compact JSON, a duration as a number of its kind's unit if that is exact.
pub fn to_json(kind: &Kind, value: &Value<'_>) -> String {
    let mut out = String::new();
    write_json(&mut out, kind, value);
    out
}

/// Formats a value as [`to_json`] does, with a text that is wiped on drop.
pub(crate) fn to_zeroizing_json(kind: &Kind, value: &Value<'_>) -> ZeroizingString {
    let mut out = ZeroizingString::default();
    write_json(&mut out, kind, value);
    out
}

/// Formats a value as the text of a variable, which [`super::from_text`] reads back.
pub fn to_text(kind: &Kind, value: &Value<'_>) -> String {
    match value {
        Value::Text(text) | Value::Secret(text) => text.clone().into_owned(),
        Value::Duration(duration) => match in_unit(kind, *duration) {
            Some(count) => count.to_string(),
            None => suffixed(*duration),
        },
        _ => to_json(kind, value),
    }
}

/// Formats a computed default as JSON that every kind of its type accepts, whatever the unit. `kind` and `to_value` are
/// those of the type.
pub fn computed<T>(value: T, kind: Kind, to_value: fn(&T) -> Value<'_>) -> String {
    exact(&kind, &to_value(&value)).into_string()
}

/// Formats the text of a computed default as JSON; `None` is null.
pub fn computed_text(text: Option<String>) -> String {
    text.map_or_else(|| "null".to_owned(), |text| json::escape(&text))
}

/// Formats a value as JSON, durations as text with their unit.
pub(crate) fn exact(kind: &Kind, value: &Value<'_>) -> ZeroizingString {
    let spelled_out = spelled_out(value);
    let json = to_zeroizing_json(kind, &spelled_out);
    spelled_out.wipe();
    json
}

fn spelled_out(value: &Value<'_>) -> Value<'static> {
    match value {
        Value::Duration(duration) => Value::Text(suffixed(*duration).into()),
        Value::List(values) => Value::List(values.iter().map(spelled_out).collect()),
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|(key, value)| (key.clone().into_owned().into(), spelled_out(value)))
                .collect(),
        ),
        other => other.clone().into_owned(),
    }
}

fn write_json<W: Write>(out: &mut W, kind: &Kind, value: &Value<'_>) {
    match value {
        Value::Null => write(out, "null"),
        Value::Bool(bool) => write(out, if *bool { "true" } else { "false" }),
        Value::Integer(integer) => {
            let _ = out.write_fmt(format_args!("{integer}"));
        }
        Value::Float(float) => {
            let _ = out.write_fmt(format_args!("{float}"));
        }
        Value::Text(text) if matches!(kind.required(), Kind::Json) => write(out, text),
        Value::Text(text) | Value::Secret(text) => json::write_string(out, text),
        Value::Duration(duration) => match in_unit(kind, *duration) {
            Some(count) => {
                let _ = out.write_fmt(format_args!("{count}"));
            }
            None => json::write_string(out, &suffixed(*duration)),
        },
        Value::List(values) => {
            write(out, "[");
            for (i, value) in values.iter().enumerate() {
                write(out, if i > 0 { ", " } else { "" });
                let of = match kind.required() {
                    Kind::Tuple(kinds) => kinds.get(i).unwrap_or(kind),
                    _ => element(kind),
                };
                write_json(out, of, value);
            }
            write(out, "]");
        }
        Value::Section(values) => write_section(out, kind, values),
        Value::Map(entries) => {
            write(out, "{");
            for (i, (key, value)) in entries.iter().enumerate() {
                write(out, if i > 0 { ", " } else { "" });
                json::write_string(out, key);
                write(out, ": ");
                write_json(out, element(kind), value);
            }
            write(out, "}");
        }
    }
}

/// Writes text to memory, which can't fail.
fn write<W: Write>(out: &mut W, text: &str) {
    let _ = out.write_str(text);
}

fn write_section<W: Write>(out: &mut W, kind: &Kind, values: &[Value<'_>]) {
    let members = match kind.required() {
        Kind::Section(section) => section.members,
        _ => &[],
    };
    write(out, "{");
    for (i, (member, value)) in members.iter().zip(values).enumerate() {
        write(out, if i > 0 { ", " } else { "" });
        json::write_string(out, member.key());
        write(out, ": ");
        match member {
            Member::Setting(setting) => write_json(out, &setting.kind, value),
            Member::Section { section, .. } => write_json(out, &Kind::Section(section), value),
        }
    }
    write(out, "}");
}

/// The kind of an element of a list or map; of another kind, that kind itself.
fn element(kind: &Kind) -> &Kind {
    kind.element().unwrap_or(kind.required())
}

fn in_unit(kind: &Kind, duration: Duration) -> Option<u128> {
    let unit = match kind.required() {
        Kind::Duration { unit, .. } => *unit,
        _ => Unit::Seconds,
    };
    let unit = u128::from(unit.millis()) * 1_000_000;
    duration.as_nanos().is_multiple_of(unit).then_some(duration.as_nanos() / unit)
}

fn suffixed(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    match (nanos % 1_000_000, nanos % 1_000) {
        (0, _) => format!("{}ms", nanos / 1_000_000),
        (_, 0) => format!("{}us", nanos / 1_000),
        _ => format!("{nanos}ns"),
    }
}
