//! Markers at the start of a line: lists, fields, options and explicit markup. Lengths are in bytes.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::character::complete::{char, satisfy};
use nom::combinator::{opt, recognize, verify};
use nom::multi::many0_count;
use nom::sequence::{delimited, pair, preceded, terminated};
use nom::{IResult, Parser};

use crate::chars::{byte, is_punctuation, tail};
use crate::text::simple_name;

/// Blanks, or the end of the line: they must follow a marker.
pub(crate) fn blanks(input: &str) -> IResult<&str, &str> {
    alt((take_while1(|c| c == ' '), nom::combinator::eof)).parse(input)
}

/// Returns the length of a marker with the blanks after it.
fn marked<'a, O>(
    line: &'a str,
    parser: impl Parser<&'a str, Output = O, Error = nom::error::Error<&'a str>>,
) -> Option<usize> {
    let (rest, _) = terminated(parser, blanks).parse(line).ok()?;
    Some(line.len() - rest.len())
}

/// `- `, `* `, `+ ` and three Unicode bullets.
pub(crate) fn bullet(line: &str) -> Option<usize> {
    marked(line, satisfy(|c| matches!(c, '-' | '+' | '*' | '\u{2022}' | '\u{2023}' | '\u{2043}')))
}

/// `>>> `
pub(crate) fn doctest(line: &str) -> Option<usize> {
    marked(line, tag(">>>"))
}

/// `| `
pub(crate) fn line_block(line: &str) -> Option<usize> {
    marked(line, char('|'))
}

/// `.. `
pub(crate) fn explicit(line: &str) -> Option<usize> {
    marked(line, tag(".."))
}

/// `__ `
pub(crate) fn anonymous(line: &str) -> Option<usize> {
    marked(line, tag("__"))
}

/// One punctuation character, repeated: the adornment of a title, or a transition.
pub(crate) fn is_adornment(line: &str) -> bool {
    let line = line.trim_end_matches(' ');
    let first = byte(line, 0);
    is_punctuation(first) && line.bytes().all(|b| b == first)
}

/// `+---+`: the top and the bottom of a grid table.
pub(crate) fn is_grid_border(line: &str) -> bool {
    let line = line.trim_end_matches(' ');
    line.len() >= 5
        && line.starts_with("+-")
        && line.ends_with("-+")
        && line.bytes().all(|b| b == b'-' || b == b'+')
}

/// `=== ===`: the top of a simple table.
pub(crate) fn is_simple_top(line: &str) -> bool {
    let line = line.trim_end_matches(' ');
    line.starts_with('=') && line.contains(' ') && line.bytes().all(|b| b == b'=' || b == b' ')
}

/// `===  ===` or `===`: the bottom or the head rule of a simple table.
pub(crate) fn is_simple_border(line: &str) -> bool {
    line.starts_with('=') && line.bytes().all(|b| b == b'=' || b == b' ')
}

/// `:name: `, where colons in the name are escaped or not followed by a blank. Returns its length with the blanks
/// after it.
pub(crate) fn field(line: &str) -> Option<usize> {
    let name = line.strip_prefix(':')?;
    if name.starts_with([':', ' ']) || name.is_empty() {
        return None;
    }
    let mut chars = name.char_indices();
    let mut before = ':';
    while let Some((i, c)) = chars.next() {
        match c {
            '\\' => {
                before = chars.next()?.1;
                continue;
            }
            ':' => {
                let after = tail(name, i + 1);
                if after.is_empty() || after.starts_with([' ', '`']) {
                    if before == ' ' || after.starts_with('`') {
                        return None;
                    }
                    let (rest, _) = blanks(after).ok()?;
                    return Some(line.len() - rest.len());
                }
            }
            _ => {}
        }
        before = c;
    }
    None
}

/// The punctuation around an enumerator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dress {
    /// `(1)`
    Parens,
    /// `1)`
    RightParen,
    /// `1.`
    Period,
}

impl Dress {
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Dress::Parens => "(",
            Dress::RightParen | Dress::Period => "",
        }
    }

    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Dress::Parens | Dress::RightParen => ")",
            Dress::Period => ".",
        }
    }
}

/// Returns the text of an enumerator, its punctuation, and the length of the marker.
pub(crate) fn enumerator(line: &str) -> Option<(&str, Dress, usize)> {
    let text = |input| {
        alt((
            take_while1(|c: char| c.is_ascii_digit()),
            terminated(letter, nom::combinator::peek(satisfy(|c| c == ')' || c == '.'))),
            take_while1(|c| "ivxlcdm".contains(c)),
            take_while1(|c| "IVXLCDM".contains(c)),
            tag("#"),
        ))
        .parse(input)
    };
    let dressed = alt((
        delimited(char('('), text, char(')')).map(|text| (text, Dress::Parens)),
        terminated(text, char(')')).map(|text| (text, Dress::RightParen)),
        terminated(text, char('.')).map(|text| (text, Dress::Period)),
    ));
    let (rest, (text, dress)) = terminated(dressed, blanks).parse(line).ok()?;
    Some((text, dress, line.len() - rest.len()))
}

fn letter(input: &str) -> IResult<&str, &str> {
    recognize(satisfy(|c| c.is_ascii_alphabetic())).parse(input)
}

/// `-a`, `--long=ARG` or `/V`, several separated by `, `, then two blanks or the end. Returns the length of the
/// marker.
pub(crate) fn options(line: &str) -> Option<usize> {
    let (rest, _) = pair(option, many0_count(preceded(tag(", "), option))).parse(line).ok()?;
    let blanks = rest.len() - rest.trim_start_matches(' ').len();
    match (blanks, rest.len()) {
        (2.., _) => Some(line.len() - rest.len() + blanks),
        (0 | 1, len) if len == blanks => Some(line.len()),
        _ => None,
    }
}

fn option(input: &str) -> IResult<&str, &str> {
    let name_char = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let alphanumeric = || satisfy(|c| c.is_ascii_alphanumeric());
    let argument = || {
        alt((
            recognize(pair(satisfy(|c| c.is_ascii_alphabetic()), take_while(name_char))),
            recognize((char('<'), take_while1(|c| c != '<' && c != '>'), char('>'))),
        ))
    };
    let short =
        recognize((alt((char('-'), char('+'))), alphanumeric(), opt(pair(opt(char(' ')), argument()))));
    let long = recognize((
        alt((tag("--"), tag("/"))),
        alphanumeric(),
        take_while(name_char),
        opt(pair(alt((char(' '), char('='))), argument())),
    ));
    alt((long, short)).parse(input)
}

/// The construct after `.. `.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Explicit<'a> {
    Footnote(&'a str),
    Citation(&'a str),
    Target,
    Substitution,
    Directive(&'a str),
}

/// Returns the construct that a line of explicit markup begins, and the length of its marker; `None` for a comment.
pub(crate) fn explicit_construct(line: &str) -> Option<(Explicit<'_>, usize)> {
    let (body, _) =
        pair(tag::<_, _, nom::error::Error<&str>>(".."), take_while1(|c| c == ' ')).parse(line).ok()?;
    let at = line.len() - body.len();
    let construct = match byte(body, 0) {
        b'[' => {
            let (rest, label) =
                terminated(delimited(char('['), label, char(']')), blanks).parse(body).ok()?;
            let construct = if label.starts_with(['#', '*']) || label.bytes().all(|b| b.is_ascii_digit()) {
                Explicit::Footnote(label)
            } else {
                Explicit::Citation(label)
            };
            (construct, line.len() - rest.len())
        }
        b'_' if !matches!(byte(body, 1), b' ' | 0) => (Explicit::Target, at + 1),
        b'|' if !matches!(byte(body, 1), b' ' | 0) => (Explicit::Substitution, at + 1),
        _ => {
            let (rest, name) = directive(body).ok()?;
            (Explicit::Directive(name), line.len() - rest.len())
        }
    };
    Some(construct)
}

fn label(input: &str) -> IResult<&str, &str> {
    alt((recognize(pair(char('#'), opt(simple_name))), tag("*"), simple_name)).parse(input)
}

/// `name:: `, with an optional blank before the colons.
fn directive(input: &str) -> IResult<&str, &str> {
    terminated(directive_name, (opt(char(' ')), tag("::"), blanks)).parse(input)
}

/// `name:: ` in a substitution definition. Returns the name and the length of the marker.
pub(crate) fn embedded_directive(line: &str) -> Option<(&str, usize)> {
    let (rest, name) = terminated(directive_name, pair(tag("::"), blanks)).parse(line).ok()?;
    Some((name, line.len() - rest.len()))
}

/// A simple name. The colons of the `::` after it are not part of it.
fn directive_name(input: &str) -> IResult<&str, &str> {
    verify(simple_name, |name: &str| !name.is_empty()).parse(input)
}

/// `-- `, `--- ` or an em dash before an attribution. Returns the length with the blanks after it.
pub(crate) fn attribution(line: &str) -> Option<usize> {
    let rest = if let Some(rest) = line.strip_prefix("---") {
        rest
    } else if let Some(rest) = line.strip_prefix("--") {
        rest
    } else {
        line.strip_prefix('\u{2014}')?
    };
    if line.starts_with('-') && rest.starts_with('-') {
        return None;
    }
    let text = rest.trim_start_matches(' ');
    (!text.is_empty()).then(|| line.len() - text.len())
}
