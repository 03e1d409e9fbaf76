//! The sentence about the expected input: kind, bounds and default.

use crate::docs::dialect::WORDS;
use crate::docs::inline::markdown_to_rst;
use crate::docs::model::{Fact, Hint};
use crate::schema::{DefaultValue, Kind, Leaf, Path, Section, Setting, Unit};
use crate::value::{Value, expectation, key_expectation, to_readable};

use super::{Form, default_text};

/// The hint of a setting; `None` where its values or its path state everything.
pub(super) fn hint(leaf: &Leaf, form: Form<'_>) -> Option<Hint> {
    let setting = leaf.setting;
    let is_plain = !form.dialect.has_members();
    let mut text = if is_plain { plain_input(leaf, form.root)? } else { input(setting)? };
    let default = if is_plain { readable_default(setting) } else { default_text(setting) };
    match (&default, setting.default) {
        (Some(default), _) if default.is_empty() => {
            text.push_str(&format!(" {} {}.", WORDS.default_is, WORDS.empty));
        }
        (Some(default), _) => text.push_str(&format!(" {} {}.", WORDS.default_is, literal(default))),
        (None, DefaultValue::Computed { rule, .. }) => {
            text.push_str(&format!(" Where nothing sets it: {}.", markdown_to_rst(rule)));
        }
        (None, _) if is_plain && !setting.required() => text.push_str(" Not set by default."),
        (None, _) => {}
    }
    Some(Hint { text: text.into(), default: default.map(|default| Fact::from(in_literal(&default))) })
}

/// The expected input, with bare numbers for sizes and durations.
fn input(setting: &Setting) -> Option<String> {
    Some(match setting.kind.required() {
        Kind::Bool | Kind::OneOf(_) | Kind::Optional(_) => return None,
        Kind::Size { min, max } => {
            let bounds = bounds((*min).into(), (*max).into(), *max == u64::MAX);
            format!("{} bytes{bounds}.", WORDS.number_in)
        }
        Kind::Duration { unit, min, max } => {
            let bounds = bounds((*min).into(), (*max).into(), *max >= longest());
            format!("{} {}{bounds}.", WORDS.number_in, unit.name())
        }
        kind => input_of(kind),
    })
}

/// The expected input as people write it.
fn plain_input(leaf: &Leaf, root: &Section) -> Option<String> {
    let kind = leaf.setting.kind.required();
    Some(match kind {
        Kind::OneOf(_) | Kind::Optional(_) => return None,
        Kind::Bool => format!("{}.", WORDS.boolean),
        Kind::Size { min, max } => {
            let limits = limits(kind, (*min > 0).then_some(*min), (*max < u64::MAX).then_some(*max));
            format!("{} bytes, or with a unit: ``500KB``, ``10MiB``.{limits}", WORDS.size)
        }
        Kind::Duration { unit, min, max } => {
            let limits = limits(kind, (*min > 0).then_some(*min), (*max < longest()).then_some(*max));
            format!("{} {}, or with a unit: ``90s``, ``5m``, ``1h30m``.{limits}", WORDS.duration, unit.name())
        }
        Kind::Map { key, of } if !of.contains_sections() => {
            let path = Path::new(leaf.path.keys().iter().copied().chain([Path::NAMED_ENTRY]).collect());
            let names_own = !leaf.setting.variables().is_empty();
            let variable = root.variable_of_path(path.keys()).filter(|_| !names_own);
            let variable = variable.map(|name| format!(", its variable ``{name}``")).unwrap_or_default();
            let value = markdown_to_rst(&expectation(of));
            let key = key_expectation(key).map(|key| format!("each key is {}, ", markdown_to_rst(&key)));
            let key = key.unwrap_or_default();
            format!(
                "{}: {key}each value is {value}. The path of one entry is ``{path}``{variable}.",
                WORDS.map
            )
        }
        kind => input_of(kind),
    })
}

fn input_of(kind: &Kind) -> String {
    match kind {
        Kind::Integer { min, max } => {
            let types = [i32::MAX.into(), u32::MAX.into(), i64::MAX.into(), u64::MAX.into()];
            format!("{}{}.", WORDS.number, bounds(*min, *max, types.contains(max)))
        }
        Kind::Float { min, max } => format!("{}{}.", WORDS.decimal, float_bounds(*min, *max)),
        Kind::TextOf(_) | Kind::SecretOf(_) => {
            format!("{} ({}).", WORDS.text, markdown_to_rst(&expectation(kind)))
        }
        Kind::Tuple(_) => format!("{} ({}).", WORDS.text_list, markdown_to_rst(&expectation(kind))),
        Kind::Custom(custom) => format!("{} ({}).", WORDS.text, markdown_to_rst(custom.name)),
        Kind::List(of) | Kind::Set(of) if of.contains_sections() => {
            format!("{}: each entry has the settings below.", WORDS.list)
        }
        Kind::Map { key, of } if of.contains_sections() => {
            let name = key_expectation(key).map(|key| format!(" ({})", markdown_to_rst(&key)));
            let name = name.unwrap_or_default();
            format!("{}: each entry has a name{name}, and the settings below.", WORDS.map)
        }
        Kind::List(of) | Kind::Set(of) => format!("{}.", list_of(of)),
        Kind::Map { key, .. } => match key_expectation(key) {
            Some(key) => format!("{}: each key is {}.", WORDS.map, markdown_to_rst(&key)),
            None => format!("{}.", WORDS.map),
        },
        Kind::Section(_) => format!("{}.", WORDS.map),
        Kind::Json => format!("{}.", WORDS.json),
        _ => format!("{}.", WORDS.text),
    }
}

/// The longest duration of any type, in days: no bound to mention.
fn longest() -> u64 {
    u64::MAX / Unit::Days.millis()
}

fn list_of(kind: &Kind) -> &'static str {
    match kind.required() {
        Kind::Integer { .. } | Kind::Float { .. } | Kind::Size { .. } | Kind::Duration { .. } => {
            WORDS.number_list
        }
        Kind::List(_)
        | Kind::Set(_)
        | Kind::Tuple(_)
        | Kind::Map { .. }
        | Kind::Section(_)
        | Kind::Json
        | Kind::Bool => WORDS.list,
        _ => WORDS.text_list,
    }
}

/// The range of sizes or durations as people write them, as a sentence.
fn limits(kind: &Kind, min: Option<u64>, max: Option<u64>) -> String {
    let bound = |bound: u64| to_readable(kind, &Value::Integer(bound.into()));
    match (min, max) {
        (None, None) => String::new(),
        (Some(min), None) => format!(" At least ``{}``.", bound(min)),
        (None, Some(max)) => format!(" At most ``{}``.", bound(max)),
        (Some(min), Some(max)) => format!(" From ``{}`` to ``{}``.", bound(min), bound(max)),
    }
}

/// The default as people write it; `None` if there is none, or only a rule.
pub(in crate::docs) fn readable_default(setting: &Setting) -> Option<String> {
    let is_with_unit = matches!(setting.kind.required(), Kind::Size { .. } | Kind::Duration { .. });
    let has_value = !matches!(setting.default, DefaultValue::None | DefaultValue::Computed { .. });
    if is_with_unit && has_value {
        return Some(to_readable(&setting.kind, &setting.default_value()));
    }
    default_text(setting)
}

/// The range in words, without the bounds of large types.
fn bounds(min: i128, max: i128, unbounded_above: bool) -> String {
    let unbounded_below = [i128::from(i32::MIN), i64::MIN.into()].contains(&min);
    match (unbounded_below, unbounded_above) {
        (true, true) => String::new(),
        (false, true) if min == 0 => String::new(),
        (false, true) => format!(" of at least {min}"),
        (true, false) => format!(" of at most {max}"),
        (false, false) => format!(" from {min} to {max}"),
    }
}

/// The range in words, without the bounds of the types.
fn float_bounds(min: f64, max: f64) -> String {
    match (min <= f64::from(f32::MIN), max >= f64::from(f32::MAX)) {
        (true, true) => String::new(),
        (false, true) => format!(" of at least {min:?}"),
        (true, false) => format!(" of at most {max:?}"),
        (false, false) => format!(" from {min:?} to {max:?}"),
    }
}

/// A literal that reStructuredText reads as one.
fn literal(text: &str) -> String {
    format!("``{}``", in_literal(text))
}

/// A text inside of a literal: quoted where it begins or ends in a blank.
fn in_literal(text: &str) -> String {
    let bare = text.trim() == text && !text.contains("``") && !text.ends_with('`');
    if bare { text.to_owned() } else { format!("{text:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{ByteSize, SettingValue as _};

    #[test]
    fn bounds_are_said_where_they_are_not_what_a_type_holds() {
        let whole = |min, max| Kind::Integer { min, max };
        let days = |min, max| Kind::Duration { unit: Unit::Days, min, max };
        for (kind, words) in [
            (u16::KIND, "Numerical input from 0 to 65535."),
            (u32::KIND, "Numerical input."),
            (i64::KIND, "Numerical input."),
            (whole(0, 3_000_000_000), "Numerical input from 0 to 3000000000."),
            (whole(5, u32::MAX.into()), "Numerical input of at least 5."),
            (whole(i32::MIN.into(), 5), "Numerical input of at most 5."),
            (f64::KIND, "Decimal input."),
            (f32::KIND, "Decimal input."),
            (Kind::Float { min: 0.0, max: 1.0 }, "Decimal input from 0.0 to 1.0."),
            (Kind::Float { min: 0.5, max: f64::MAX }, "Decimal input of at least 0.5."),
            (
                Kind::Duration { unit: Unit::Seconds, min: 0, max: u64::MAX / 1000 },
                "Numerical value in seconds.",
            ),
            (days(1, u64::from(u32::MAX) + 5), "Numerical value in days from 1 to 4294967300."),
            (ByteSize::KIND, "Numerical value in bytes."),
            (Kind::Size { min: 1, max: 1_000_000 }, "Numerical value in bytes from 1 to 1000000."),
        ] {
            let setting = Setting::new("K", "k", kind, DefaultValue::None);
            assert_eq!(input(&setting).as_deref(), Some(words), "{kind:?}");
        }
    }
}
