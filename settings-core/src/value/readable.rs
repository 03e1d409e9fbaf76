//! Values as people write them.

use super::{ByteSize, Value, expectation, to_text};
use crate::schema::{Kind, Unit};

/// The units of a written duration, the largest first.
const UNITS: [(&str, Unit); 5] = [
    ("d", Unit::Days),
    ("h", Unit::Hours),
    ("m", Unit::Minutes),
    ("s", Unit::Seconds),
    ("ms", Unit::Milliseconds),
];

/// Formats a value as people write it: sizes and durations with their units (`10MiB`, `1m30s`), and all others as
/// [`to_text`] does.
///
/// ```
/// use std::time::Duration;
///
/// use settings_core::SettingValue as _;
/// use settings_core::value::{ByteSize, Value, to_readable};
///
/// assert_eq!(to_readable(&Duration::KIND, &Value::Integer(90)), "1m30s");
/// assert_eq!(to_readable(&ByteSize::KIND, &Value::Integer(10 << 20)), "10MiB");
/// assert_eq!(to_readable(&u16::KIND, &Value::Integer(90)), "90");
/// ```
pub fn to_readable(kind: &Kind, value: &Value<'_>) -> String {
    let readable = match (kind.required(), value) {
        (Kind::Duration { unit, .. }, Value::Integer(count)) => u64::try_from(*count)
            .ok()
            .and_then(|count| count.checked_mul(unit.millis()))
            .map(|millis| duration(millis, *unit)),
        (Kind::Duration { unit, .. }, Value::Duration(duration)) => {
            u64::try_from(duration.as_millis()).ok().map(|millis| self::duration(millis, *unit))
        }
        (Kind::Size { .. }, Value::Integer(bytes)) => u64::try_from(*bytes)
            .ok()
            .map(|bytes| if bytes == 0 { "0".to_owned() } else { ByteSize(bytes).to_string() }),
        _ => None,
    };
    readable.unwrap_or_else(|| to_text(kind, value))
}

/// Describes the values that `kind` accepts, as [`expectation`] does, with the forms of sizes and durations and their
/// bounds as people write them: `a whole number of seconds, or with a unit such as 90s, 5m or 1h30m, at most 10m`.
pub fn accepted_forms(kind: &Kind) -> String {
    let bounds = |min: u64, max: Option<u64>| {
        let bound = |bound: u64| to_readable(kind, &Value::Integer(bound.into()));
        match (min, max) {
            (0, None) => String::new(),
            (0, Some(max)) => format!(", at most {}", bound(max)),
            (min, None) => format!(", at least {}", bound(min)),
            (min, Some(max)) => format!(", from {} to {}", bound(min), bound(max)),
        }
    };
    match *kind {
        Kind::Duration { unit, min, max } => {
            // The limit of the type is not a bound to mention.
            let max = Some(max).filter(|max| *max < u64::MAX / Unit::Days.millis());
            let unit = unit.name();
            format!("a whole number of {unit}, or with a unit such as 90s, 5m or 1h30m{}", bounds(min, max))
        }
        Kind::Size { min, max } => {
            let max = Some(max).filter(|max| *max < u64::MAX);
            format!("a whole number of bytes, or with a unit such as 500KB or 10MiB{}", bounds(min, max))
        }
        Kind::Optional(of) => format!("{}, or `null`", accepted_forms(of)),
        _ => expectation(kind),
    }
}

/// A sum of whole units: `1h30m`. Nothing is zero of its unit, and a part of a second makes it milliseconds.
fn duration(millis: u64, unit: Unit) -> String {
    if !millis.is_multiple_of(1_000) {
        return format!("{millis}ms");
    }
    let mut out = String::new();
    let mut rest = millis;
    for (suffix, unit) in UNITS {
        let count = rest / unit.millis();
        if count > 0 {
            out.push_str(&format!("{count}{suffix}"));
        }
        rest %= unit.millis();
    }
    if out.is_empty() {
        let suffix = UNITS.iter().find(|(_, known)| *known == unit).map_or("s", |(suffix, _)| suffix);
        out = format!("0{suffix}");
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::value::from_text;

    #[test]
    fn readable_values_are_accepted_and_mean_the_same() {
        for unit in [Unit::Milliseconds, Unit::Seconds, Unit::Minutes, Unit::Hours, Unit::Days] {
            let kind = Kind::Duration { unit, min: 0, max: u64::MAX / unit.millis() };
            for count in [0, 1, 59, 60, 61, 90, 999, 1000, 3_600, 86_400, 100_000, 213_503_982_334] {
                let text = to_readable(&kind, &Value::Integer(count));
                let read = from_text(&kind, &text).unwrap();
                let millis = u64::try_from(count).unwrap() * unit.millis();
                assert_eq!(read, Value::Duration(std::time::Duration::from_millis(millis)), "{text}");
            }
        }
        let kind = Kind::Size { min: 0, max: u64::MAX };
        for bytes in [0, 1, 999, 1000, 1024, 1025, 10 << 20, u64::MAX.into()] {
            let text = to_readable(&kind, &Value::Integer(bytes));
            assert_eq!(from_text(&kind, &text).unwrap(), Value::Integer(bytes), "{text}");
        }
    }

    #[test]
    fn the_largest_units_come_first() {
        let seconds = Kind::Duration { unit: Unit::Seconds, min: 0, max: 1 << 40 };
        for (count, text) in [(0, "0s"), (30, "30s"), (90, "1m30s"), (5_400, "1h30m"), (604_800, "7d")] {
            assert_eq!(to_readable(&seconds, &Value::Integer(count)), text);
        }
        let millis = Kind::Duration { unit: Unit::Milliseconds, min: 0, max: 1 << 40 };
        assert_eq!(to_readable(&millis, &Value::Integer(2_500)), "2500ms");
    }
}
