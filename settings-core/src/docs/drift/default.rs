//! Compares defaults that are written in different ways.

/// A default in a comparable form.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::docs) enum Normal {
    Bool(bool),
    Number(f64),
    Text(String),
}

/// Normalizes a written default.
pub(in crate::docs) fn normal(written: &str) -> Normal {
    let text = written.trim();
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).trim();
    if text.eq_ignore_ascii_case("true") {
        return Normal::Bool(true);
    }
    if text.eq_ignore_ascii_case("false") {
        return Normal::Bool(false);
    }
    match text.replace(',', "").parse::<f64>() {
        Ok(number) if number.is_finite() => Normal::Number(number),
        _ => Normal::Text(text.to_owned()),
    }
}

/// Returns true if two defaults are of the same type and differ. Of different types they may still mean the same
/// (`600` and `10 minutes`).
pub(in crate::docs) fn contradict(a: &Normal, b: &Normal) -> bool {
    match (a, b) {
        (Normal::Bool(a), Normal::Bool(b)) => a != b,
        (Normal::Number(a), Normal::Number(b)) => differ(*a, *b) && !in_other_units(*a, *b),
        _ => false,
    }
}

fn differ(a: f64, b: f64) -> bool {
    (a - b).abs() > f64::EPSILON * a.abs().max(b.abs())
}

/// Returns true if one number is the other in a larger unit: `10` minutes and `600`.
fn in_other_units(a: f64, b: f64) -> bool {
    const FACTORS: [f64; 12] = [
        60.0,
        3_600.0,
        86_400.0,
        1_000.0,
        60_000.0,
        3_600_000.0,
        86_400_000.0,
        1_440.0,
        24.0,
        1_024.0,
        1_048_576.0,
        1_073_741_824.0,
    ];
    let (small, large) = if a.abs() < b.abs() { (a, b) } else { (b, a) };
    small != 0.0 && FACTORS.iter().any(|factor| !differ(small * factor, large))
}

/// The bool that a misspelt text means.
pub(super) fn misspelt_bool(written: &str) -> Option<&'static str> {
    match normal(written) {
        Normal::Text(text) => crate::nearest::nearest(&text, ["true", "false"]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_written_in_different_ways() {
        assert_eq!(normal("\"25\""), Normal::Number(25.0));
        assert_eq!(normal("10,000"), Normal::Number(10_000.0));
        assert_eq!(normal("True"), Normal::Bool(true));
        assert_eq!(normal(" \"a b\" "), Normal::Text("a b".to_owned()));
    }

    #[test]
    fn only_what_can_be_compared_contradicts() {
        let contradicts = |a: &str, b: &str| contradict(&normal(a), &normal(b));
        assert!(contradicts("true", "false"));
        assert!(contradicts("10", "20"));
        assert!(contradicts("0", "60"));
        assert!(!contradicts("10", "600"), "minutes and seconds");
        assert!(!contradicts("5", "5000"), "seconds and milliseconds");
        assert!(!contradicts("7 days", "604800"));
        assert!(!contradicts("10", "10.0"));
        assert!(!contradicts("a", "b"));
    }

    #[test]
    fn knows_a_misspelt_bool() {
        assert_eq!(misspelt_bool("ture"), Some("true"));
        assert_eq!(misspelt_bool("flase"), Some("false"));
        assert_eq!(misspelt_bool("true"), None);
        assert_eq!(misspelt_bool("never"), None);
    }
}
