//! Small functions on text that all parts of the parser share: escapes, names, lines, numbers.

use nom::bytes::complete::take_while1;
use nom::character::complete::satisfy;
use nom::combinator::recognize;
use nom::multi::many0_count;
use nom::sequence::pair;
use nom::{IResult, Parser};

use crate::chars::{cut, is_space, is_word, tail, trim, words};

/// Replaces escaping backslashes with NUL.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    escape_into(&mut escaped, text);
    escaped
}

fn escape_into(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(cut(rest, 0, at));
        out.push('\0');
        let next = tail(rest, at + 1);
        let skip = next.chars().next().map_or(0, char::len_utf8);
        out.push_str(cut(next, 0, skip));
        rest = tail(next, skip);
    }
    out.push_str(rest);
}

/// Removes escapes, and the whitespace that they escape.
pub(crate) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    unescape_into(&mut plain, text);
    plain
}

pub(crate) fn unescape_into(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(0, rest.as_bytes()) {
        out.push_str(cut(rest, 0, at));
        rest = tail(rest, at + 1);
        rest = rest.strip_prefix([' ', '\n']).unwrap_or(rest);
    }
    out.push_str(rest);
}

/// Turns escapes back into backslashes.
pub(crate) fn restore(text: &str) -> String {
    text.replace('\0', "\\")
}

/// Returns a URI without its unescaped whitespace.
pub(crate) fn uri_text(escaped: &str) -> String {
    escaped
        .split("\0 ")
        .flat_map(|part| part.split("\0\n"))
        .map(|part| unescape(part).chars().filter(|&c| !is_space(c)).collect::<String>())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Normalizes a reference name for comparison: lower case, single blanks.
pub(crate) fn normalize(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    let lower = name.to_lowercase();
    for (i, word) in words(&lower).enumerate() {
        if i > 0 {
            normal.push(' ');
        }
        normal.push_str(word);
    }
    normal
}

/// Replaces runs of whitespace with single blanks.
pub(crate) fn normalize_whitespace(name: &str) -> String {
    words(name).collect::<Vec<_>>().join(" ")
}

/// Letters and digits, with single `-._+:` between them.
pub(crate) fn simple_name(input: &str) -> IResult<&str, &str> {
    let word = || take_while1(is_word);
    recognize(pair(word(), many0_count(pair(satisfy(|c| matches!(c, '-' | '.' | '_' | '+' | ':')), word()))))
        .parse(input)
}

/// Parses a whole number as Python does: blanks around it, single underscores between digits.
pub(crate) fn parse_int(text: &str) -> Option<i64> {
    let text = trim(text);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let groups =
        digits.split('_').all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
    if groups { text.replace('_', "").parse().ok() } else { None }
}

/// Splits a text as Python's `splitlines` does: no empty line after the last line end.
pub(crate) fn split_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text).filter(|text| !text.is_empty());
    std::iter::from_fn(move || {
        let text = rest?;
        let is_end = |c: char| matches!(c, '\n' | '\r' | '\x0B'..='\x0C' | '\x1C'..='\x1E' | '\u{85}' | '\u{2028}' | '\u{2029}');
        let Some(end) = text.find(is_end) else {
            rest = None;
            return Some(text);
        };
        let (line, after) = text.split_at(end);
        let skip = if after.starts_with("\r\n") { 2 } else { after.chars().next().map_or(0, char::len_utf8) };
        let (_, after) = after.split_at(skip);
        rest = Some(after).filter(|after| !after.is_empty());
        Some(line)
    })
}
