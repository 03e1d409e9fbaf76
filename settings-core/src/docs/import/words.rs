//! Facts that a page states in plain sentences: bounds, lengths, units, options, deprecations.

use crate::docs::grammar;

/// Bounds of a number, each if it is stated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) low: Option<i64>,
    pub(super) high: Option<i64>,
}

impl Bounds {
    /// These bounds, or others if there are none.
    fn or(self, other: Self) -> Self {
        if self == Self::default() { other } else { self }
    }
}

/// A deprecation: the version, if one is named, the sentence, and the setting to use instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Deprecation {
    pub(super) since: Option<String>,
    pub(super) reason: String,
    pub(super) replacement: Option<String>,
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

/// Returns the text in lower case, without emphasis and literals.
fn plain(text: &str) -> String {
    text.replace(['*', '`'], "").split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Splits a text into sentences.
fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(". ") {
        let (sentence, after) = rest.split_at_checked(at + 1).unwrap_or((rest, ""));
        found.push(sentence.trim());
        rest = after;
    }
    found.push(rest.trim());
    found.retain(|sentence| !sentence.is_empty());
    found
}

/// Parses a whole number at the start of a text: `5`, `-1`, `10,000`. Returns it with the text after it.
fn number(text: &str) -> Option<(i64, &str)> {
    let text = text.trim_start_matches([' ', '=', ':']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_part = |c: char| c.is_ascii_digit() || c == ',';
    let end = digits.find(|c: char| !is_part(c)).unwrap_or(digits.len());
    let written = digits.get(..end)?.trim_end_matches(',');
    let groups: Vec<&str> = written.split(',').collect();
    let is_grouped = groups.iter().skip(1).all(|group| group.len() == 3);
    let after = digits.get(written.len()..)?;
    // A fraction or a version is not a whole number.
    if !is_grouped
        || after.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    {
        return None;
    }
    let value: i64 = groups.concat().parse().ok()?;
    Some((if digits.len() < text.len() { -value } else { value }, after))
}

/// Returns true if the word after a number shows that it counts something other than the setting's values.
fn counts_else(after: &str, unit: Option<&str>) -> bool {
    let word =
        after.trim_start().split(|c: char| !c.is_alphanumeric() && c != '%').next().unwrap_or_default();
    match word {
        "" | "and" | "or" | "for" | "if" | "in" | "to" | "with" | "when" | "by" => false,
        "percent" | "%" => false,
        "characters" | "character" => true,
        _ if unit.is_some_and(|unit| unit == word || unit.strip_suffix('s') == Some(word)) => false,
        _ => true,
    }
}

/// Returns the bounds that a hint states: `Numerical input from 1 to 65535`, `of at least 2`.
pub(super) fn hint_bounds(text: &str, unit: Option<&str>) -> Bounds {
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
pub(super) fn bounds(text: &str, unit: Option<&str>) -> Bounds {
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
pub(super) fn unread_ranges(text: &str, unit: Option<&str>, is_text: bool) -> Vec<String> {
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

/// Returns the shortest and longest length of a text that a paragraph states: `Maximum 30 characters.`
pub(super) fn lengths(text: &str) -> (Option<u32>, Option<u32>) {
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

/// Reads a deprecation of the setting `key` in a paragraph or a badge.
pub(super) fn deprecation(text: &str, key: &str) -> Option<Deprecation> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.replace("**Note**:", "").replace("**Deprecated**:", "");
    let bare = text.trim().trim_matches('*').trim();
    for sentence in sentences(bare) {
        let lower = sentence.to_lowercase();
        let lower = lower.trim_start_matches(['*', ' ', ':', '-']);
        let begins = ["deprecated", "removed", "not used", "no longer used", "obsolete"]
            .iter()
            .any(|words| lower.starts_with(words));
        let states = [
            "is deprecated",
            "was deprecated",
            "has been deprecated",
            "was removed",
            "has been removed",
            "is removed",
            "is no longer used",
        ]
        .iter()
        .any(|words| lower.contains(words));
        if !(begins || states) || lower.starts_with("deprecated configuration settings") {
            continue;
        }
        // A sentence that names another setting is about that one.
        let literals = grammar::literals(sentence);
        let is_key = |literal: &&&str| {
            literal.chars().all(|c| c.is_ascii_alphanumeric() || c == '.')
                && literal.starts_with(|c: char| c.is_ascii_uppercase())
        };
        let keys: Vec<&str> = literals.iter().filter(is_key).copied().collect();
        let own = |name: &&str| name.rsplit('.').next() == Some(key);
        let speaks_of_this = lower.contains("this setting")
            || lower.contains("this feature")
            || lower.contains("this configuration setting");
        if states && !begins && !speaks_of_this && keys.first().is_none_or(|first| !own(first)) {
            continue;
        }
        let replacement = keys.iter().find(|name| !own(name)).copied();
        let instead = ["in favor of", "in favour of", "replaced by", "superseded by", "use ", "instead"];
        let replacement = replacement.filter(|_| instead.iter().any(|words| lower.contains(words)));
        return Some(Deprecation {
            since: version(sentence),
            reason: sentence.replace('*', ""),
            replacement: replacement.map(str::to_owned),
        });
    }
    None
}

/// Returns the first version in a text: `5.26` of `Deprecated since v5.26`.
fn version(text: &str) -> Option<String> {
    let is_number =
        |part: &str| !part.is_empty() && part.len() < 6 && part.chars().all(|c| c.is_ascii_digit());
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '*' | '`' | ';' | '_')).find_map(
        |word| {
            let word = word.trim_end_matches(['.', ':']);
            let had_v = word.starts_with(['v', 'V']);
            let word = word.trim_start_matches(['v', 'V']);
            let word = word.strip_suffix(".x").unwrap_or(word);
            let parts: Vec<&str> = word.split('.').collect();
            match parts.as_slice() {
                [major] if had_v && is_number(major) => Some(format!("{major}.0")),
                [major, minor] | [major, minor, _] if is_number(major) && is_number(minor) => {
                    parts.iter().all(|part| is_number(part)).then(|| word.to_owned())
                }
                _ => None,
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read_from_signs_and_words() {
        let both = |low, high| Bounds { low, high };
        assert_eq!(bounds("The length. Must be ≥ 5 and ≤ 72.", None), both(Some(5), Some(72)));
        assert_eq!(bounds("Maximum is 500.", None), both(None, Some(500)));
        assert_eq!(bounds("Minimum is ``2``.", None), both(Some(2), None));
        assert_eq!(bounds("The value must be between **1** and **1,000**.", None), both(Some(1), Some(1000)));
        assert_eq!(hint_bounds("Numerical input from 1 to 65535.", None), both(Some(1), Some(65535)));
        assert_eq!(hint_bounds("Numerical input of at least 2.", None), both(Some(2), None));
        assert_eq!(bounds("Needs at least 3 teams. The maximum file size is 50 MB.", None), both(None, None));
        assert_eq!(bounds("The maximum number of posts since v10.5.", None), both(None, None));
    }

    #[test]
    fn bounds_are_read_from_sentences_of_any_form() {
        let both = |low, high| Bounds { low: Some(low), high: Some(high) };
        let (low, high) =
            (|low| Bounds { low: Some(low), high: None }, |high| Bounds { low: None, high: Some(high) });
        for (text, wanted) in [
            ("A number between 1 and 10.", both(1, 10)),
            ("The port. Between **1** and **65,535**.", both(1, 65_535)),
            ("From 0 to 100 percent.", both(0, 100)),
            ("Accepts values from 1 to 5.", both(1, 5)),
            ("Range: 1-100.", both(1, 100)),
            ("The valid range is 1 – 100.", both(1, 100)),
            ("Ranges from 2 to 4.", both(2, 4)),
            ("No more than 64.", high(64)),
            ("Cannot exceed 64.", high(64)),
            ("Up to 64.", Bounds::default()),
            ("At least 5.", low(5)),
            ("Must be greater than 0.", low(1)),
            ("Must be less than 10.", high(9)),
            ("Must be greater than or equal to 3.", low(3)),
            ("Waits between 5 and 10 attempts. Reads from 1 to 3 replicas.", Bounds::default()),
            ("The pause between 2 jobs.", Bounds::default()),
        ] {
            assert_eq!(bounds(text, None), wanted, "{text}");
        }
    }

    #[test]
    fn ranges_that_are_not_read_are_returned() {
        for text in ["Maximum 1,000 users.", "Up to 64.", "Needs at least 3 teams.", "At most 5 MB."] {
            assert_eq!(unread_ranges(text, None, false), [text], "{text}");
        }
        for text in ["No more than 64.", "Sends mail.", "Maximum of posts.", "At most 5 characters."] {
            assert_eq!(unread_ranges(text, None, false), Vec::<String>::new(), "{text}");
        }
        assert_eq!(unread_ranges("More than 5 characters are fine.", None, true).len(), 1);
        assert_eq!(unread_ranges("Maximum 30 characters.", None, true), Vec::<String>::new());
    }

    #[test]
    fn lengths_are_read_from_words() {
        assert_eq!(lengths("Cannot be longer than 30 characters."), (None, Some(30)));
        assert_eq!(lengths("Must be 5 to 30 characters."), (Some(5), Some(30)));
        assert_eq!(lengths("Between 5 and 30 characters."), (Some(5), Some(30)));
        assert_eq!(lengths("A 5-30 character name."), (Some(5), Some(30)));
        assert_eq!(lengths("Must be fewer than 30 characters."), (None, Some(29)));
        assert_eq!(lengths("Maximum 30 characters."), (None, Some(30)));
        assert_eq!(lengths("The name. It may have up to 64 characters."), (None, Some(64)));
        assert_eq!(lengths("Must be at least 8 characters long."), (Some(8), None));
        assert_eq!(lengths("Any characters are fine."), (None, None));
    }

    #[test]
    fn options_are_read_from_sentences() {
        let read = options(
            "This feature's setting is ``\"A\": \"x\"`` with options ``\"x\"``, ``\"y\"``, and ``\"z\"``.",
        );
        assert_eq!(read, Some(vec!["x".into(), "y".into(), "z".into()]));
        assert_eq!(options("Possible values are ``a`` or ``b``.").map(|read| read.len()), Some(2));
        assert_eq!(options("with options ``a``."), None);
        assert_eq!(options("It has options."), None);
    }

    #[test]
    fn units_are_read_from_keys() {
        assert_eq!(unit_of_key("RetentionDays"), Some("days"));
        assert_eq!(unit_of_key("TimeoutMilliseconds"), Some("milliseconds"));
        assert_eq!(unit_of_key("PollMs"), Some("milliseconds"));
        assert_eq!(unit_of_key("PollMillis"), Some("milliseconds"));
        assert_eq!(unit_of_key("TimeoutSecs"), Some("seconds"));
        assert_eq!((unit_of_key("KeepWeeks"), other_unit_of_key("KeepWeeks")), (None, Some("Weeks")));
        assert_eq!((unit_of_key("PerSec"), unit_of_key("RequestsPerMinutes")), (None, None));
        assert_eq!((unit_of_key("Items"), unit_of_key("EnableSMS")), (None, None));
        assert_eq!(unit_of_key("Days"), None);
        assert_eq!(unit_of_key("Port"), None);
    }

    #[test]
    fn deprecations_are_read_with_version_and_replacement() {
        let read = deprecation("*Deprecated since v5.26*", "Key");
        assert_eq!(read.map(|read| read.since), Some(Some("5.26".into())));
        let text = "From v9.5, ``RetentionDays`` has been deprecated in favor of ``RetentionHours``.";
        let read = deprecation(text, "RetentionDays");
        assert_eq!(read.as_ref().and_then(|read| read.replacement.as_deref()), Some("RetentionHours"));
        assert_eq!(deprecation(text, "RetentionHours"), None);
        assert_eq!(
            deprecation("Removed in September 16th, 2018 release.", "Key").map(|read| read.since),
            Some(None)
        );
        assert_eq!(deprecation("Sends mail.", "Key"), None);
    }
}
