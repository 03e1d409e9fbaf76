//! Whole numbers in every notation of JSON.

/// Parses a JSON number as a whole number: `1e3` and `1000.0` are 1000. Returns `None` for a fraction, and beyond
/// `i128`.
///
/// Exact, without the detour of a float. The scanner has checked the syntax.
pub fn whole_number(text: &str) -> Option<i128> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (negative, mantissa) = mantissa.strip_prefix('-').map_or((false, mantissa), |rest| (true, rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let mut digits = format!("{whole}{fraction}").trim_start_matches('0').to_owned();
    if digits.is_empty() {
        return Some(0);
    }
    let fraction = i64::try_from(fraction.len()).ok()?;
    let mut zeros = exponent.parse::<i64>().ok()?.checked_sub(fraction)?;
    while zeros < 0 {
        digits.pop().filter(|digit| *digit == '0')?;
        zeros += 1;
    }
    // an i128 has up to 39 digits
    let zeros = usize::try_from(zeros).ok().filter(|zeros| zeros + digits.len() <= 39)?;
    digits.extend(std::iter::repeat_n('0', zeros));
    if negative {
        digits.insert(0, '-');
    }
    digits.parse().ok()
}
