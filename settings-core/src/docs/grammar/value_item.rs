//! Items of a value list: `**true**: **(Default)** What it does.`

use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_till};
use nom::character::complete::multispace0;
use nom::combinator::opt;
use nom::{IResult, Parser};

use super::Piece;
use super::inline::{literal, strong};

/// The start of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::docs) struct Lead {
    /// The value.
    pub(in crate::docs) value: Piece,
    /// True if the item is marked as the default.
    pub(in crate::docs) default: bool,
    /// On which deployments: the words after `Default`.
    pub(in crate::docs) default_if: Option<Piece>,
    /// The offset at which the meaning begins.
    pub(in crate::docs) end: usize,
    /// The mistake in its markup, in words.
    pub(in crate::docs) slip: Option<&'static str>,
}

struct Mark<'t> {
    condition: &'t str,
    slip: Option<&'static str>,
}

/// Reads how an item of a list begins. `None` if it names no value.
pub(in crate::docs) fn value_item(text: &str) -> Option<Lead> {
    let (rest, label) = alt((strong, literal)).parse(text).ok()?;
    let (label, mut mark) = match label.split_once(" (") {
        Some((value, inside)) if inside.to_ascii_lowercase().starts_with("default") => {
            let inside = inside.trim_end_matches(')');
            (value, Some(Mark { condition: inside.get("default".len()..).unwrap_or_default(), slip: None }))
        }
        _ => (label, None),
    };
    // A colon inside the bold text belongs to the sentence, not to the value.
    let (label, inner_colon) = label.strip_suffix(':').map_or((label, false), |label| (label, true));
    if label.trim().is_empty() {
        return None;
    }
    let mut rest = rest;
    if mark.is_none() {
        (rest, mark) = opt(spaced_mark).parse(rest).ok()?;
    }
    let (after, colon) = opt(tag::<_, _, nom::error::Error<&str>>(":")).parse(rest).ok()?;
    rest = after;
    if mark.is_none() {
        (rest, mark) = opt(spaced_mark).parse(rest).ok()?;
        if mark.is_some() {
            (rest, _) = opt(tag::<_, _, nom::error::Error<&str>>(":")).parse(rest).ok()?;
        }
    }
    // Without colon and without mark it is a sentence that begins in bold, unless the value is one of a bool.
    if colon.is_none()
        && !inner_colon
        && mark.is_none()
        && !matches!(label, "true" | "false" | "True" | "False")
    {
        return None;
    }
    let rest = rest.trim_start_matches([' ', '\n']);
    let condition = mark.as_ref().map(|mark| mark.condition.trim()).filter(|words| !words.is_empty());
    Some(Lead {
        value: Piece::of(text, label),
        default: mark.is_some(),
        default_if: condition.map(|words| Piece::of(text, words)),
        end: text.len() - rest.len(),
        slip: mark.and_then(|mark| mark.slip),
    })
}

fn spaced_mark(input: &str) -> IResult<&str, Mark<'_>> {
    let (input, _) = multispace0(input)?;
    alt((mark, mark_inside_out, unclosed_mark, plain_mark)).parse(input)
}

/// `**(Default)**`, `**(Default for new deployments)**`
fn mark(input: &str) -> IResult<&str, Mark<'_>> {
    let (rest, (_, _, condition, _)) =
        (tag("**("), tag_no_case("default"), take_till(|c| matches!(c, ')' | '*')), tag(")**"))
            .parse(input)?;
    Ok((rest, Mark { condition, slip: None }))
}

/// `(**Default**)`
fn mark_inside_out(input: &str) -> IResult<&str, Mark<'_>> {
    let (rest, (_, _, condition, _)) =
        (tag("(**"), tag_no_case("default"), take_till(|c| matches!(c, ')' | '*')), tag("**)"))
            .parse(input)?;
    Ok((rest, Mark { condition, slip: None }))
}

/// `**(Default**`
fn unclosed_mark(input: &str) -> IResult<&str, Mark<'_>> {
    let (rest, (_, _, condition, _)) =
        (tag("**("), tag_no_case("default"), take_till(|c| matches!(c, ')' | '*')), tag("**"))
            .parse(input)?;
    Ok((rest, Mark { condition, slip: Some("the parenthesis of the mark is not closed") }))
}

/// `(Default)`
fn plain_mark(input: &str) -> IResult<&str, Mark<'_>> {
    let (rest, (_, _, condition, _)) =
        (tag("("), tag_no_case("default"), take_till(|c| matches!(c, ')' | '*')), tag(")")).parse(input)?;
    Ok((rest, Mark { condition, slip: None }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn lead(text: &str) -> Option<(String, bool, Option<String>, &str)> {
        let lead = value_item(text)?;
        let rest = text.get(lead.end..).unwrap();
        Some((lead.value.text, lead.default, lead.default_if.map(|words| words.text), rest))
    }

    #[test]
    fn reads_marks_in_all_their_spellings() {
        for text in [
            "**true**: **(Default)** Mail is sent.",
            "**true** (**Default**): Mail is sent.",
            "**true** **(Default)**: Mail is sent.",
            "**true**: **(Default** Mail is sent.",
            "**true**: (Default) Mail is sent.",
            "**true (Default)**: Mail is sent.",
            "``true``: **(Default)** Mail is sent.",
            "**true**:\n**(Default)**: Mail is sent.",
        ] {
            assert_eq!(lead(text), Some(("true".into(), true, None, "Mail is sent.")), "{text}");
        }
        assert!(value_item("**true**: **(Default** x").unwrap().slip.is_some());
    }

    #[test]
    fn keeps_the_condition_of_a_default() {
        let read = lead("**Show username**: **(Default for new deployments)** x");
        assert_eq!(read, Some(("Show username".into(), true, Some("for new deployments".into()), "x")));
    }

    #[test]
    fn reads_values_without_mark() {
        assert_eq!(lead("**TLS**: Encrypted."), Some(("TLS".into(), false, None, "Encrypted.")));
        assert_eq!(lead("**false** Nothing."), Some(("false".into(), false, None, "Nothing.")));
        assert_eq!(lead("**Default**: As it came."), Some(("Default".into(), false, None, "As it came.")));
    }

    #[test]
    fn leaves_sentences() {
        assert_eq!(lead("**Beware** of the dog."), None);
        assert_eq!(lead("Plain."), None);
        assert_eq!(lead("**never closed"), None);
    }
}
