//! The JSON text of a value that was given.

use crate::schema::{Kind, Member};
use crate::value::json::{self, Raw};
use crate::value::{Value, ZeroizingString, to_zeroizing_json};

/// Formats a value as JSON. Sizes and durations keep the units that they were given in. Settings that were not given are
/// left out of sections, so that they keep their defaults.
pub(super) fn to_written_json<V: AsRef<str>>(kind: &Kind, value: &Value<'_>, given: &[V]) -> ZeroizingString {
    if !kind.contains_sections() && !has_unit(innermost(kind)) {
        return to_zeroizing_json(kind, value);
    }
    let mut out = ZeroizingString::default();
    match (given, kind.element(), value) {
        ([given], ..) => write_text(&mut out, kind, value, given.as_ref()),
        (_, Some(of), Value::List(values)) => {
            bracketed(&mut out, ["[", "]"], values.iter().zip(given), |out, (value, given)| {
                write_text(out, of, value, given.as_ref());
            });
        }
        _ => return to_zeroizing_json(kind, value),
    }
    out
}

fn write_text(out: &mut ZeroizingString, kind: &Kind, value: &Value<'_>, given: &str) {
    match json::parse_value(given) {
        Ok(raw) => write(out, kind, value, raw),
        Err(_) if has_unit(kind.required()) => json::write_string(out, given),
        Err(_) => out.push_str(&to_zeroizing_json(kind, value)),
    }
}

/// Returns whether values of this kind can be given with a unit.
fn has_unit(kind: &Kind) -> bool {
    matches!(kind, Kind::Size { .. } | Kind::Duration { .. })
}

/// Returns the kind of the values in a list or map, at any depth.
fn innermost(kind: &Kind) -> &Kind {
    match kind {
        Kind::List(of) | Kind::Set(of) | Kind::Map { of, .. } | Kind::Optional(of) => innermost(of),
        kind => kind,
    }
}

/// Writes `value`, which was read from `raw`; the recursion is as deep as `raw` nests.
fn write(out: &mut ZeroizingString, kind: &Kind, value: &Value<'_>, raw: Raw<'_>) {
    match (kind, value, raw.elements(), raw.entries()) {
        (Kind::Optional(of), ..) if *value != Value::Null => write(out, of, value, raw),
        (Kind::List(of) | Kind::Set(of), Value::List(values), Some(elements), _) => {
            bracketed(out, ["[", "]"], values.iter().zip(elements), |out, (value, raw)| {
                write(out, of, value, raw)
            });
        }
        (Kind::Map { of, .. }, Value::Map(values), _, Some(entries)) => {
            bracketed(out, ["{", "}"], values.iter().zip(entries), |out, ((key, value), (_, raw))| {
                json::write_string(out, key);
                out.push_str(": ");
                write(out, of, value, raw);
            });
        }
        (Kind::Section(section), Value::Section(values), _, Some(entries)) => {
            let given = entries.into_iter().filter_map(|(key, raw)| {
                let at = section.members.iter().position(|member| member.key() == key.name())?;
                Some((section.members.get(at)?, values.get(at)?, raw))
            });
            bracketed(out, ["{", "}"], given, |out, (member, value, raw)| {
                json::write_string(out, member.key());
                out.push_str(": ");
                match member {
                    Member::Setting(setting) => write(out, &setting.kind, value, raw),
                    Member::Section { section, .. } => write(out, &Kind::Section(section), value, raw),
                }
            });
        }
        _ => match raw.string().filter(|_| has_unit(kind)) {
            Some(given) => json::write_string(out, &given),
            None => out.push_str(&to_zeroizing_json(kind, value)),
        },
    }
}

fn bracketed<T>(
    out: &mut ZeroizingString,
    [open, close]: [&str; 2],
    parts: impl Iterator<Item = T>,
    write: impl Fn(&mut ZeroizingString, T),
) {
    out.push_str(open);
    for (at, part) in parts.enumerate() {
        out.push_str(if at > 0 { ", " } else { "" });
        write(out, part);
    }
    out.push_str(close);
}

#[cfg(test)]
mod tests {
    use super::to_written_json;
    use crate::schema::Kind;
    use crate::value::{ByteSize, SettingValue as _, Value};

    #[test]
    fn sizes_keep_their_units() {
        let (size, list) = (ByteSize::KIND, Kind::List(&ByteSize::KIND));
        let value = Value::Integer(20 << 20);
        let both = Value::List(vec![Value::Integer(1024), Value::Integer(2)]);
        for (kind, value, given, expected) in [
            (&size, &value, &["20MiB"][..], "\"20MiB\""),
            (&size, &value, &["20971520"], "20971520"),
            (&Kind::Optional(&ByteSize::KIND), &value, &["20MiB"], "\"20MiB\""),
            (&Kind::Optional(&ByteSize::KIND), &Value::Null, &["null"], "null"),
            (&size, &value, &["\"20MiB\""], "\"20MiB\""),
            (&list, &both, &["1KiB", "2"], "[\"1KiB\", 2]"),
            (&list, &both, &["[\"1KiB\", 2]"], "[\"1KiB\", 2]"),
            (&u64::KIND, &value, &["20971520"], "20971520"),
        ] {
            assert_eq!(&*to_written_json(kind, value, given), expected, "{given:?}");
        }
    }
}
