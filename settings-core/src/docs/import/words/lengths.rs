//! Lengths of texts.

use super::sentence::{number, plain, sentences};

/// Returns the shortest and longest length of a text that a paragraph states: `Maximum 30 characters.`
pub(in crate::docs::import) fn lengths(text: &str) -> (Option<u32>, Option<u32>) {
    let text = plain(text);
    let (mut low, mut high) = (None, None);
    for sentence in sentences(&text) {
        let Some(at) = sentence.find(" character").or_else(|| sentence.find("-character")) else { continue };
        let before = sentence.get(..at).unwrap_or_default();
        let start = before.rfind(|c: char| !c.is_ascii_digit() && c != ',').map_or(0, |at| at + 1);
        let start = before.get(start..).map_or(start, |_| start);
        let Some((count, _)) = before.get(start..).and_then(number) else { continue };
        let Ok(count) = u32::try_from(count) else { continue };
        let lead = before.get(..start).unwrap_or_default().trim_end();
        if let Some(first) = first_of_range(lead).filter(|first| *first <= count) {
            (low, high) = (low.or(Some(first)), high.or(Some(count)));
            continue;
        }
        let is_strict = ["must be less than", "must be fewer than", "must be shorter than"];
        if is_strict.iter().any(|words| lead.ends_with(words)) {
            high = high.or(count.checked_sub(1));
            continue;
        }
        let is_strict = ["must be more than", "must be longer than", "must be greater than"];
        if is_strict.iter().any(|words| lead.ends_with(words)) {
            low = low.or(count.checked_add(1));
            continue;
        }
        let after = sentence.get(at..).unwrap_or_default();
        let is_high = [
            "maximum",
            "maximum of",
            "maximum is",
            "maximum length is",
            "maximum length of",
            "up to",
            "at most",
            "no more than",
            "limited to",
            "cannot exceed",
            "not exceed",
            "can't exceed",
            "not be longer than",
            "cannot be longer than",
            "can't be longer than",
            "no longer than",
            "not longer than",
            "not more than",
            "not be more than",
            "limit of",
            "≤",
        ]
        .iter()
        .any(|words| lead.ends_with(words))
            || ["or less", "or fewer", "maximum", "limit"].iter().any(|words| after.contains(words));
        let is_low = [
            "minimum",
            "minimum of",
            "minimum is",
            "minimum length is",
            "minimum length of",
            "at least",
            "no less than",
            "not less than",
            "no fewer than",
            "not be shorter than",
            "cannot be shorter than",
            "can't be shorter than",
            "no shorter than",
            "≥",
        ]
        .iter()
        .any(|words| lead.ends_with(words))
            || ["or more", "minimum"].iter().any(|words| after.contains(words));
        match (is_low, is_high) {
            (true, false) => low = low.or(Some(count)),
            (false, true) => high = high.or(Some(count)),
            _ => {}
        }
    }
    (low, high)
}

/// Returns the first number of a range whose second follows: `between 5 and`, `5 to`, `5-`.
fn first_of_range(lead: &str) -> Option<u32> {
    let (before, needed) = [(" to", ""), ("-", ""), ("–", ""), (" and", "between")]
        .into_iter()
        .find_map(|(separator, needed)| Some((lead.strip_suffix(separator)?.trim_end(), needed)))?;
    let start = before.rfind(|c: char| !c.is_ascii_digit() && c != ',').map_or(0, |at| at + 1);
    let words = before.get(..start)?.trim_end();
    let (count, rest) = number(before.get(start..)?)?;
    (rest.is_empty() && words.ends_with(needed)).then(|| u32::try_from(count).ok()).flatten()
}
