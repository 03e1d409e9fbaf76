//! Durations as people write them.

use std::time::Duration;

/// The units, and the nanoseconds of one.
const UNITS: [(&str, u64); 10] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
    ("w", 604_800_000_000_000),
];

/// The units of ISO 8601, those of a date before those of a time.
const ISO_UNITS: [(&str, &str, u64); 5] = [
    ("W", "", 604_800_000_000_000),
    ("D", "", 86_400_000_000_000),
    ("", "H", 3_600_000_000_000),
    ("", "M", 60_000_000_000),
    ("", "S", 1_000_000_000),
];

/// Parses `500ms`, `1.5h`, sums such as `1h30m`, and ISO 8601 such as `PT30S`.
///
/// Returns `None` for other text, for fractions below a nanosecond, and for durations beyond `u64` milliseconds.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let nanos = match text.strip_prefix('P') {
        Some(rest) => iso(rest)?,
        None => sum(text)?,
    };
    let millis = u64::try_from(nanos / 1_000_000).ok()?;
    Some(Duration::from_millis(millis) + Duration::from_nanos((nanos % 1_000_000) as u64))
}

/// Returns whether a text has the form of a duration, but is too long for one.
pub(super) fn is_beyond(text: &str) -> bool {
    if parse(text).is_some() {
        return false;
    }
    let mut short = String::with_capacity(text.len());
    for c in text.chars() {
        // each number by one digit: the form stays
        match c.is_ascii_digit() {
            true if short.ends_with('1') => {}
            true => short.push('1'),
            false => short.push(c),
        }
    }
    parse(&short).is_some()
}

fn sum(text: &str) -> Option<u128> {
    let mut rest = text;
    let mut total = 0_u128;
    while !rest.is_empty() {
        let (count, tail) = rest.split_at(count_len(rest));
        let unit_len = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_len);
        let nanos = UNITS.iter().find(|(name, _)| *name == unit)?.1;
        total = total.checked_add(times(count, nanos)?)?;
        rest = tail;
    }
    (!text.is_empty()).then_some(total)
}

fn iso(text: &str) -> Option<u128> {
    let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
    if text.is_empty() || time == Some("") {
        return None;
    }
    let mut total = 0_u128;
    let mut units = ISO_UNITS.iter();
    for (mut rest, in_time) in [(date, false), (time.unwrap_or_default(), true)] {
        while !rest.is_empty() {
            let (count, tail) = rest.split_at(count_len(rest));
            let unit = tail.get(..1)?;
            // each unit once, the largest first
            let (.., nanos) = units.find(|(date, time, _)| *(if in_time { time } else { date }) == unit)?;
            total = total.checked_add(times(count, *nanos)?)?;
            rest = tail.get(1..)?;
        }
    }
    Some(total)
}

fn count_len(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count()
}

/// Multiplies a decimal number, exactly.
fn times(count: &str, nanos: u64) -> Option<u128> {
    let (whole, fraction) = match count.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (count, None),
    };
    let total = u128::from(whole.parse::<u64>().ok()?).checked_mul(nanos.into())?;
    let Some(fraction) = fraction else { return Some(total) };
    if fraction.is_empty() || fraction.len() > 18 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let scale = 10_u128.pow(fraction.len() as u32);
    let part = u128::from(fraction.parse::<u64>().ok()?).checked_mul(nanos.into())?;
    if part % scale != 0 {
        return None;
    }
    total.checked_add(part / scale)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn every_form_is_read() {
        for (text, nanos) in [
            ("500ms", 500_000_000),
            ("1h30m", 5_400_000_000_000),
            ("1.5h", 5_400_000_000_000),
            ("2w", 1_209_600_000_000_000),
            ("250us", 250_000),
            ("250\u{b5}s", 250_000),
            ("7ns", 7),
            ("0.5ms", 500_000),
            ("PT30S", 30_000_000_000),
            ("PT1.5S", 1_500_000_000),
            ("P1DT12H", 129_600_000_000_000),
            ("P2W", 1_209_600_000_000_000),
            ("PT1H30M", 5_400_000_000_000),
        ] {
            assert_eq!(parse(text).map(|duration| duration.as_nanos()), Some(nanos), "{text}");
        }
    }

    #[test]
    fn a_duration_beyond_all_limits_keeps_its_form() {
        for text in
            ["99999999999999999999h", "999999999999w", "1h99999999999999999999.5s", "P99999999999999W"]
        {
            assert!(super::is_beyond(text), "{text}");
        }
        for text in ["1h", "", "h", "99999999999999999999", "1.1ns", "9 h"] {
            assert!(!super::is_beyond(text), "{text}");
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "s",
            "1",
            "1 h",
            "1.h",
            ".5h",
            "1.5",
            "1..5h",
            "-1s",
            "1S",
            "P",
            "PT",
            "P1",
            "PT1D",
            "P1H",
            "P1M",
            "PT1S1M",
            "PT1M1M",
            "P1DT",
            "0.5ns",
            "1e3s",
            "99999999999999999999s",
            "99999999999999w",
            "1hour",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
