//! Inline markup as settings pages use it.

use nom::bytes::complete::{tag, take_until};
use nom::character::complete::multispace0;
use nom::sequence::delimited;
use nom::{IResult, Parser};

/// ``` ``text`` ```
pub(super) fn literal(input: &str) -> IResult<&str, &str> {
    delimited(tag("``"), take_until("``"), tag("``")).parse(input)
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
