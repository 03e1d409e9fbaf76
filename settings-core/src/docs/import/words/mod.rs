//! Facts that a page states in plain sentences: bounds, lengths, units, options, deprecations.

mod bounds;
mod deprecation;
mod lengths;
mod sentence;

#[cfg(test)]
mod tests;

use crate::docs::grammar;

pub(super) use bounds::{Bounds, bounds, hint_bounds, unread_ranges};
pub(super) use deprecation::{Deprecation, deprecation};
pub(super) use lengths::lengths;

/// Returns the default that a paragraph begins with, or that a sentence states as ``The default value is **365**.``
pub(super) fn stated_default(text: &str) -> Option<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.starts_with("Default") {
        return grammar::stated_default(&text).map(|piece| piece.text).filter(|value| !value.is_empty());
    }
    let at = ["The default is ", "The default value is "].into_iter().find_map(|words| {
        let at = text.find(words)?;
        let rest = text.get(at + words.len()..)?;
        (rest.starts_with("**") || rest.starts_with("``")).then_some(at + "The d".len())
    })?;
    let sentence = format!("D{}", text.get(at..)?);
    grammar::stated_default(&sentence).map(|piece| piece.text).filter(|value| !value.is_empty())
}

/// Returns the unit in which a key says that it counts: `IntervalSeconds`, `RetentionDays`.
pub(super) fn unit_of_key(key: &str) -> Option<&'static str> {
    [
        ("Milliseconds", "milliseconds"),
        ("Millisecond", "milliseconds"),
        ("Seconds", "seconds"),
        ("Minutes", "minutes"),
        ("Hours", "hours"),
        ("Days", "days"),
        ("Millis", "milliseconds"),
        ("Msec", "milliseconds"),
        ("Msecs", "milliseconds"),
        ("Ms", "milliseconds"),
        ("Sec", "seconds"),
        ("Secs", "seconds"),
        ("Mins", "minutes"),
        ("Hrs", "hours"),
    ]
    .into_iter()
    .find_map(|(end, unit)| {
        // A rate such as `RequestsPerSecond` is not a time.
        let is_time = |stem: &&str| !stem.is_empty() && !stem.ends_with("Per");
        key.strip_suffix(end).filter(is_time).map(|_| unit)
    })
}

/// Returns the unit of a key for which settings have no unit of their own: `RetentionWeeks`.
pub(super) fn other_unit_of_key(key: &str) -> Option<&'static str> {
    let units =
        ["Microseconds", "Micros", "Nanoseconds", "Nanos", "Weeks", "Months", "Years", "KB", "MB", "GB"];
    units.into_iter().find(|unit| key.strip_suffix(unit).is_some_and(|stem| !stem.is_empty()))
}

/// Returns the options that a sentence lists in literals: ``with options ``"a"``, ``"b"`` and ``"c"``.``
pub(super) fn options(text: &str) -> Option<Vec<String>> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = text.to_lowercase();
    let leads = [
        "with options ",
        "with the options ",
        "with possible values ",
        "options are ",
        "options include ",
        "possible values are ",
        "possible values include ",
        "valid values are ",
        "accepted values are ",
        "allowed values are ",
        "options: ",
        "possible values: ",
        "valid values: ",
        "accepted values: ",
        "allowed values: ",
        "available options: ",
    ];
    // Lower case may change the length of a text, but not of one that is ASCII up to there.
    let at = leads.iter().find_map(|lead| lower.find(lead).map(|at| at + lead.len()))?;
    let rest = text.get(at..).filter(|_| text.get(..at).is_some_and(str::is_ascii))?;
    let mut options = Vec::new();
    let mut rest = rest;
    while let Some(inner) = rest.strip_prefix("``") {
        let (literal, after) = inner.split_once("``")?;
        options.push(literal.trim().trim_matches(['"', '“', '”']).to_owned());
        let separators = [", and ", ", or ", " and ", " or ", ", ", "/", " | "];
        rest = separators.iter().find_map(|separator| after.strip_prefix(separator)).unwrap_or("");
    }
    let mut distinct = options.clone();
    distinct.sort_unstable();
    distinct.dedup();
    (options.len() > 1 && distinct.len() == options.len()).then_some(options)
}
