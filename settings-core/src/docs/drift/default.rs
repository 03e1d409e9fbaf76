//! Comparing defaults that are written in different ways.

/// A default as it can be compared.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::docs) enum Normal {
    Bool(bool),
    Number(f64),
    Text(String),
}

/// What a written default says.
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

/// Whether two defaults are of the same sort and say different things; of different sorts they may still mean the
/// same (`600` and `10 minutes`).
pub(in crate::docs) fn contradict(a: &Normal, b: &Normal) -> bool {
    match (a, b) {
        (Normal::Bool(a), Normal::Bool(b)) => a != b,
        (Normal::Number(a), Normal::Number(b)) => (a - b).abs() > f64::EPSILON * a.abs().max(b.abs()),
        _ => false,
    }
}

/// Whether a text was meant to be `true` or `false` and is neither.
pub(super) fn misspelt_bool(written: &str) -> Option<&'static str> {
    match normal(written) {
        Normal::Text(text) => crate::nearest::nearest(&text, ["true", "false"]),
        _ => None,
    }
}
