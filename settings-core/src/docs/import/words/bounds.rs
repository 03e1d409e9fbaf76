//! Bounds of numbers.

use super::lengths::lengths;
use super::sentence::{counts_else, number, plain, sentences};

/// Bounds of a number, each if it is stated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::docs::import) struct Bounds {
    pub(in crate::docs::import) low: Option<i64>,
    pub(in crate::docs::import) high: Option<i64>,
}

impl Bounds {
    /// These bounds, or others if there are none.
    fn or(self, other: Self) -> Self {
        if self == Self::default() { other } else { self }
    }
}

const LOW: [&str; 13] = [
    "≥",
    ">=",
    "at least",
    "minimum is",
    "minimum value is",
    "minimum of",
    "minimum:",
    "no less than",
    "not less than",
    "greater than or equal to",
    "minimum allowed value is",
    "minimum",
    "lowest value is",
];
const HIGH: [&str; 15] = [
    "≤",
    "<=",
    "at most",
    "maximum is",
    "maximum value is",
    "maximum of",
    "maximum:",
    "no more than",
    "not more than",
    "less than or equal to",
    "maximum allowed value is",
    "maximum",
    "highest value is",
    "cannot exceed",
    "can't exceed",
];

/// Returns the bounds that a hint states: `Numerical input from 1 to 65535`, `of at least 2`.
pub(in crate::docs::import) fn hint_bounds(text: &str, unit: Option<&str>) -> Bounds {
    let text = plain(text);
    let mut bounds = statement_bounds(&text, unit, true);
    let pair = text.split_once(" from ").and_then(|(_, rest)| {
        let (low, rest) = number(rest)?;
        let (high, _) = number(rest.strip_prefix(" to ")?)?;
        Some((low, high))
    });
    let between = text.split_once("between ").and_then(|(_, rest)| {
        let (low, rest) = number(rest)?;
        let (high, _) = number(rest.strip_prefix(" and ").or_else(|| rest.strip_prefix(" to "))?)?;
        Some((low, high))
    });
    if let Some((low, high)) = pair.or(between).filter(|(low, high)| low <= high) {
        bounds = Bounds { low: Some(low), high: Some(high) };
    }
    bounds
}

/// Returns the bounds that the sentences of a paragraph state.
pub(in crate::docs::import) fn bounds(text: &str, unit: Option<&str>) -> Bounds {
    let text = plain(text);
    let mut found = Bounds::default();
    for sentence in sentences(&text) {
        let own = statement_bounds(sentence, unit, false);
        let pair = pair(sentence, unit);
        let (above, below) = (strict(sentence, &ABOVE, unit), strict(sentence, &BELOW, unit));
        let low = pair.map(|(low, _)| low).or(own.low).or(above.and_then(|value| value.checked_add(1)));
        let high = pair.map(|(_, high)| high).or(own.high).or(below.and_then(|value| value.checked_sub(1)));
        found.low = found.low.or(low);
        found.high = found.high.or(high);
    }
    found
}

const ABOVE: [&str; 4] =
    ["must be greater than ", "must be more than ", "must be larger than ", "must be above "];
const BELOW: [&str; 5] = [
    "must be less than ",
    "must be lower than ",
    "must be smaller than ",
    "must be fewer than ",
    "must be below ",
];

/// Returns the number that a value must be above or below.
fn strict(sentence: &str, leads: &[&str], unit: Option<&str>) -> Option<i64> {
    leads.iter().find_map(|lead| {
        let (value, after) = number(sentence.split_once(lead)?.1)?;
        (!counts_else(after, unit)).then_some(value)
    })
}

/// Returns the two bounds of a sentence: `A number between 1 and 10`, `From 0 to 100 percent`, `Range: 1-100`.
fn pair(sentence: &str, unit: Option<&str>) -> Option<(i64, i64)> {
    /// The words in front of a range that is the setting's own.
    const LEADS: [&str; 16] = [
        "must be",
        "should be",
        "can be",
        "may be",
        "number",
        "value",
        "values",
        "integer",
        "input",
        "is",
        "are",
        "range",
        "ranges",
        "accepts",
        "percentage",
        "anything",
    ];
    let ends_with_lead = |before: &str| {
        let before = before.trim_end().trim_end_matches(':');
        let word = |lead: &str| {
            before.strip_suffix(lead).is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric()))
        };
        before.is_empty() || LEADS.iter().any(|lead| word(lead))
    };
    let forms: [(&str, &[&str]); 3] = [
        ("between ", &[" and ", " to "]),
        ("from ", &[" to ", " through "]),
        ("range", &["-", "–", "—", " - ", " – ", " to ", " through ", ".."]),
    ];
    forms.iter().find_map(|(lead, separators)| {
        sentence.match_indices(lead).find_map(|(at, found)| {
            let after = sentence.get(at + found.len()..)?;
            let is_range = *lead == "range";
            let words = ["s from", " is", " of", ":"];
            let after =
                words.iter().filter(|_| is_range).fold(after, |rest, word| rest.trim_start_matches(word));
            let is_own = is_range || ends_with_lead(sentence.get(..at)?);
            let (low, rest) = number(after)?;
            let rest = separators.iter().find_map(|separator| rest.strip_prefix(separator))?;
            let (high, after) = number(rest)?;
            (is_own && low <= high && !counts_else(after, unit)).then_some((low, high))
        })
    })
}

/// Returns the sentences of a text that state a range or a length which is not read.
pub(in crate::docs::import) fn unread_ranges(text: &str, unit: Option<&str>, is_text: bool) -> Vec<String> {
    /// Words that a number follows, or comes before.
    const WORDS: [&str; 17] = [
        "between ",
        "at least ",
        "at most ",
        "more than ",
        "less than ",
        "fewer than ",
        "greater than ",
        "longer than ",
        "shorter than ",
        "up to ",
        "exceed ",
        "maximum ",
        "minimum ",
        "maximum of ",
        "minimum of ",
        "range ",
        "range: ",
    ];
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_unread = |sentence: &&str| {
        let words = plain(sentence);
        let states = WORDS.iter().any(|lead| {
            let mut places = words.match_indices(lead);
            places.any(|(at, lead)| words.get(at + lead.len()..).is_some_and(|rest| number(rest).is_some()))
        });
        let is_length = words.contains("character");
        let is_read = match is_text {
            true => lengths(sentence) != (None, None),
            false => bounds(sentence, unit).or(hint_bounds(sentence, unit)) != Bounds::default(),
        };
        states && is_text == is_length && !is_read
    };
    sentences(&one_line).into_iter().filter(|sentence| is_unread(sentence)).map(str::to_owned).collect()
}

fn statement_bounds(text: &str, unit: Option<&str>, in_hint: bool) -> Bounds {
    let find = |leads: &[&str]| {
        leads.iter().find_map(|lead| {
            // In running text, "at least 3 teams" speaks of teams.
            let is_sign = !lead.starts_with(|c: char| c.is_alphabetic());
            let is_statement = lead.contains("imum") || lead.ends_with("value is") || lead.contains("exceed");
            // A sentence that begins so has the value as its subject.
            let is_statement = is_statement || text.starts_with(lead);
            if !in_hint && !is_sign && !is_statement && !text.contains("must be") {
                return None;
            }
            text.match_indices(lead).find_map(|(at, lead)| {
                let (value, after) = number(text.get(at + lead.len()..)?)?;
                (!counts_else(after, unit)).then_some(value)
            })
        })
    };
    let bounds = Bounds { low: find(&LOW), high: find(&HIGH) };
    match bounds {
        Bounds { low: Some(low), high: Some(high) } if low > high => Bounds::default(),
        bounds => bounds,
    }
}
