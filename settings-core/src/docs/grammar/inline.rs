//! Inline markup as settings pages use it.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_until};
use nom::character::complete::multispace0;
use nom::combinator::consumed;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

/// ``` ``text`` ```
pub(super) fn literal(input: &str) -> IResult<&str, &str> {
    delimited(tag("``"), take_until("``"), tag("``")).parse(input)
}

/// ``` ``text`` ```, or a role that shows text in the same way: `` :code:`text` ``. Returns it with its markup, and the text
/// alone.
pub(super) fn code(input: &str) -> IResult<&str, (&str, &str)> {
    let role = alt((tag(":code:`"), tag(":literal:`"), tag(":file:`"), tag(":samp:`"), tag(":envvar:`")));
    consumed(alt((literal, preceded(role, terminated_by_tick)))).parse(input)
}

fn terminated_by_tick(input: &str) -> IResult<&str, &str> {
    let (rest, text) = take_until("`").parse(input)?;
    let (rest, _) = tag("`").parse(rest)?;
    Ok((rest, text))
}

/// `**text**`
pub(super) fn strong(input: &str) -> IResult<&str, &str> {
    delimited(tag("**"), take_until("**"), tag("**")).parse(input)
}

/// A `>` with blanks around it.
pub(super) fn arrow(input: &str) -> IResult<&str, &str> {
    delimited(multispace0, tag(">"), multispace0).parse(input)
}

/// The literals of a text, in order.
pub(in crate::docs) fn literals(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("``") {
        let from = rest.get(at..).unwrap_or_default();
        match literal(from) {
            Ok((after, inner)) => {
                found.push(inner);
                rest = after;
            }
            Err(_) => break,
        }
    }
    found
}
