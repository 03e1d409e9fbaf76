//! Hints: ``Numerical input in seconds. Default is **10**.``

use nom::branch::alt;
use nom::bytes::complete::{tag_no_case, take_while1};
use nom::character::complete::multispace1;
use nom::combinator::{opt, recognize};
use nom::{IResult, Parser};

use super::Piece;
use super::inline::{literal, strong};

/// The kind of input that a hint describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::docs) enum HintKind {
    Number,
    Decimal,
    Text,
    List,
    Map,
    Bool,
    /// Any JSON value.
    Json,
}

/// Reads the kind of input that a paragraph describes, and the unit of its numbers if it names one. Returns `None` if
/// the paragraph isn't a hint.
pub(in crate::docs) fn hint(text: &str) -> Option<(HintKind, Option<&'static str>)> {
    // A cheap filter: most paragraphs are not hints.
    let first = text.split_whitespace().take(4);
    if !first.into_iter().any(|word| word.len() >= 5 && starts_input_or_value(word)) {
        return None;
    }
    let (rest, kind) = lead(text).ok()?;
    let sentence = rest.split(['.', '\n']).next().unwrap_or_default();
    let unit = UNITS.into_iter().find(|unit| {
        sentence.strip_prefix(" in ").is_some_and(|words| {
            words.strip_prefix(unit).is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric()))
        })
    });
    Some((kind, unit))
}

fn starts_input_or_value(word: &str) -> bool {
    word.get(..5).is_some_and(|word| word.eq_ignore_ascii_case("input") || word.eq_ignore_ascii_case("value"))
}

const UNITS: [&str; 5] = ["milliseconds", "seconds", "minutes", "hours", "days"];

fn lead(input: &str) -> IResult<&str, HintKind> {
    let (rest, (kind, array)) = alt((
        (
            alt((
                tag_no_case("numerical"),
                tag_no_case("numeric"),
                tag_no_case("number"),
                tag_no_case("integer"),
            )),
            blank_array,
        )
            .map(|(_, array)| (HintKind::Number, array)),
        (alt((tag_no_case("decimal"), tag_no_case("float"))), blank_array)
            .map(|(_, array)| (HintKind::Decimal, array)),
        (alt((tag_no_case("string"), tag_no_case("text"), tag_no_case("file path"))), blank_array)
            .map(|(_, array)| (HintKind::Text, array)),
        (alt((tag_no_case("list"), tag_no_case("array"))), blank_array).map(|_| (HintKind::List, false)),
        (alt((tag_no_case("map"), tag_no_case("object"), tag_no_case("json object"))), blank_array)
            .map(|_| (HintKind::Map, false)),
        (tag_no_case("json"), blank_array).map(|_| (HintKind::Json, false)),
        (alt((tag_no_case("boolean"), tag_no_case("bool"))), blank_array).map(|_| (HintKind::Bool, false)),
        (alt((tag_no_case("duration"), tag_no_case("size"))), blank_array).map(|_| (HintKind::Number, false)),
    ))
    .parse(input)?;
    let (rest, _) = (multispace1, alt((tag_no_case("input"), tag_no_case("value")))).parse(rest)?;
    if rest.starts_with(|c: char| c.is_alphanumeric()) {
        return Err(nom::Err::Error(nom::error::Error::new(rest, nom::error::ErrorKind::Verify)));
    }
    Ok((rest, if array { HintKind::List } else { kind }))
}

fn blank_array(input: &str) -> IResult<&str, bool> {
    opt(recognize((multispace1, alt((tag_no_case("array"), tag_no_case("list"))))))
        .parse(input)
        .map(|(rest, found)| (rest, found.is_some()))
}

/// The default that a text states (`Default is **10**.`), if it states exactly one, without a condition.
///
/// The piece is the value without its markup; it is empty for `Default is empty.`
pub(in crate::docs) fn stated_default(text: &str) -> Option<Piece> {
    let at = sentences(text).find(|&at| opening(text.get(at..).unwrap_or_default()).is_ok())?;
    let (body, _) = opening(text.get(at..)?).ok()?;
    let (rest, value) = stated_value(body).ok()?;
    // `Default is **50** for some, and **10000** for others`: a fact with a condition, not a default.
    unconditional(rest).then(|| Piece::of(text, value))
}

/// The offsets at which sentences begin.
fn sentences(text: &str) -> impl Iterator<Item = usize> {
    let after_stop = |(at, c): (usize, char)| {
        let before = text.get(..at)?.trim_end_matches(' ');
        let starts =
            before.is_empty() || before.ends_with(['.', '\n', ')', '`']) && !before.ends_with("e.g.");
        (c.eq_ignore_ascii_case(&'d') && starts).then_some(at)
    };
    text.char_indices().filter_map(after_stop)
}

fn opening(input: &str) -> IResult<&str, &str> {
    recognize((
        tag_no_case("default"),
        opt(recognize((multispace1, tag_no_case("value")))),
        alt((
            recognize((multispace1, tag_no_case("is"))),
            recognize(tag_no_case("s to")),
            recognize(nom::bytes::complete::tag(":")),
        )),
        multispace1,
    ))
    .parse(input)
}

fn stated_value(input: &str) -> IResult<&str, &str> {
    alt((
        literal,
        strong,
        // An empty default has no text of its own.
        |input| {
            let (rest, _) = tag_no_case::<_, _, nom::error::Error<&str>>("empty").parse(input)?;
            Ok((rest, input.get(..0).unwrap_or_default()))
        },
        nom::combinator::map(take_while1(|c: char| !c.is_whitespace() && c != ','), |word: &str| {
            word.trim_end_matches(['.', ';'])
        }),
    ))
    .parse(input)
}

fn unconditional(rest: &str) -> bool {
    let sentence = rest.split_once(". ").map_or(rest, |(sentence, _)| sentence);
    !["for ", "when ", "if ", "and ", "or ", "self-hosted", "unless ", "on ", "until ", "with "]
        .iter()
        .any(|word| sentence.split([' ', '\n']).any(|w| format!("{w} ").starts_with(word)))
        && !sentence.contains("**")
        && !sentence.contains("``")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn default(text: &str) -> Option<String> {
        stated_default(text).map(|piece| {
            assert_eq!(text.get(piece.range.clone()), Some(piece.text.as_str()));
            piece.text
        })
    }

    #[test]
    fn distinguishes_kinds() {
        assert_eq!(hint("Numerical input."), Some((HintKind::Number, None)));
        assert_eq!(hint("Numeric value. Default is 1."), Some((HintKind::Number, None)));
        assert_eq!(hint("Numerical value in seconds."), Some((HintKind::Number, Some("seconds"))));
        assert_eq!(hint("String array input."), Some((HintKind::List, None)));
        assert_eq!(hint("String input (model name)"), Some((HintKind::Text, None)));
        assert_eq!(hint("Duration input in hours, or with a unit"), Some((HintKind::Number, Some("hours"))));
        assert_eq!(hint("Size input in bytes."), Some((HintKind::Number, None)));
        assert_eq!(hint("Numbers are fine."), None);
        assert_eq!(hint("String inputs."), None);
        assert_eq!(hint("Text below the form."), None);
    }

    #[test]
    fn finds_a_stated_default() {
        assert_eq!(default("Numerical input. Default is **10**.").as_deref(), Some("10"));
        assert_eq!(default("Numerical input. Default is 10025.").as_deref(), Some("10025"));
        assert_eq!(default("String input. Default is ``a.b.c``.").as_deref(), Some("a.b.c"));
        assert_eq!(default("String input. Default is empty (no minimum).").as_deref(), Some(""));
        assert_eq!(default("Default is **5000** (5 seconds).").as_deref(), Some("5000"));
        assert_eq!(default("Opens a link. Default value is **1.2**.").as_deref(), Some("1.2"));
    }

    #[test]
    fn leaves_a_conditional_default() {
        assert_eq!(
            default("Numerical input. Default is **50** self-hosted deployments, and **100** else."),
            None
        );
        assert_eq!(default("Default is **true** for new deployments."), None);
        assert_eq!(default("The default is whatever."), None);
    }
}
