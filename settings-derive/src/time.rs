//! Durations as text: `1m30s`, `1.5h`.

/// The units, and the nanoseconds of one; a test of the library compares them with its own.
const UNITS: [(&str, u128); 9] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
    ("w", 604_800_000_000_000),
];

/// Parses a duration as a whole number of units, each of as many milliseconds; or returns what is wrong with it.
pub(crate) fn in_unit(text: &str, unit: Option<u64>) -> Result<i128, String> {
    let nanos = nanos(text)
        .ok_or_else(|| format!("`{text}` is not a duration: write \"90s\", \"1m30s\" or \"1.5h\""))?;
    // without a unit, which is reported elsewhere
    let unit = u128::from(unit.unwrap_or(1)) * 1_000_000;
    match i128::try_from(nanos / unit) {
        Ok(count) if nanos % unit == 0 => Ok(count),
        _ => Err(format!("`{text}` is not a whole number of the setting's `unit`: choose a smaller unit")),
    }
}

fn nanos(text: &str) -> Option<u128> {
    let mut rest = text;
    let mut total = 0_u128;
    while !rest.is_empty() {
        let count_len = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let (count, tail) = rest.split_at(count_len);
        let unit_len = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, tail) = tail.split_at(unit_len);
        let nanos = UNITS.iter().find(|(name, _)| *name == unit)?.1;
        let (whole, fraction) = count.split_once('.').unwrap_or((count, "0"));
        let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        let part = u128::from(fraction.parse::<u64>().ok()?).checked_mul(nanos)?;
        if part % scale != 0 {
            return None;
        }
        total = total.checked_add(u128::from(whole.parse::<u64>().ok()?).checked_mul(nanos)?)?;
        total = total.checked_add(part / scale)?;
        rest = tail;
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use settings_core::schema::{Kind, Unit};
    use settings_core::value::{Value, from_text};

    use super::*;

    #[test]
    fn durations_are_read_as_the_library_does() {
        let kind = Kind::Duration { unit: Unit::Milliseconds, min: 0, max: u64::MAX };
        for count in ["", "0", "1", "1.5", "0.25", "1.", ".5", "1..5", "-1", "18446744073709551616"] {
            for unit in ["", "ns", "us", "ms", "s", "m", "min", "h", "d", "w", "1m", "x", " s"] {
                let text = format!("{count}{unit}");
                // a bare number has no unit
                let library = match (text.parse::<i128>(), from_text(&kind, &text)) {
                    (Err(_), Ok(Value::Duration(duration))) => Some(duration.as_nanos()),
                    _ => None,
                };
                assert_eq!(nanos(&text), library, "{text}");
            }
        }
        assert_eq!(in_unit("1m30s", Some(1_000)), Ok(90));
        assert!(in_unit("1500ms", Some(1_000)).is_err_and(|why| why.contains("a smaller unit")));
    }
}
