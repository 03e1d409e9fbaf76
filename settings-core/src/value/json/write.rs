//! Writing JSON, and resolving the escapes of its strings.

use std::fmt::Write;

use super::{Raw, Shape};

/// Appends `text` as a JSON string, quotes included. Errors of `out` are ignored; memory has none.
pub fn write_string(out: &mut impl Write, text: &str) {
    let _ = try_write_string(out, text);
}

fn try_write_string(out: &mut impl Write, text: &str) -> std::fmt::Result {
    out.write_char('"')?;
    let mut rest = text;
    while let Some(at) = rest.bytes().position(needs_escape) {
        let (plain, escaped) = rest.split_at(at);
        out.write_str(plain)?;
        let mut chars = escaped.chars();
        match chars.next() {
            Some('"') => out.write_str("\\\"")?,
            Some('\\') => out.write_str("\\\\")?,
            Some('\n') => out.write_str("\\n")?,
            Some('\r') => out.write_str("\\r")?,
            Some('\t') => out.write_str("\\t")?,
            Some(c) => write!(out, "\\u{:04x}", u32::from(c))?,
            None => {}
        }
        rest = chars.as_str();
    }
    out.write_str(rest)?;
    out.write_char('"')
}

/// Returns whether a character of ASCII is written as an escape.
const fn needs_escape(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0x7f) || byte < 0x20
}

/// Formats a value on one line, without comments and space, so that every JSON reader accepts it. The recursion is as
/// deep as the text nests, which is bounded.
///
/// # Errors
/// Returns a number beyond the range of a float, which most readers refuse.
pub(crate) fn compact(raw: Raw<'_>) -> Result<String, Raw<'_>> {
    let mut out = String::with_capacity(raw.text.len());
    write_compact(&mut out, raw)?;
    Ok(out)
}

fn write_compact<'a>(out: &mut String, raw: Raw<'a>) -> Result<(), Raw<'a>> {
    let separate = |out: &mut String, at: usize| out.push_str(if at > 0 { "," } else { "" });
    match raw.shape {
        Shape::Array => {
            out.push('[');
            for (at, element) in raw.each_element().enumerate() {
                separate(out, at);
                write_compact(out, element)?;
            }
            out.push(']');
        }
        Shape::Object => {
            out.push('{');
            for (at, (key, value)) in raw.each_entry().enumerate() {
                separate(out, at);
                write_string(out, &key.name());
                out.push(':');
                write_compact(out, value)?;
            }
            out.push('}');
        }
        // other readers refuse half a surrogate
        Shape::String { escaped: true } => write_string(out, &raw.string().unwrap_or_default()),
        Shape::Number if !raw.text.parse().is_ok_and(f64::is_finite) => return Err(raw),
        _ => out.push_str(raw.text),
    }
    Ok(())
}

/// Formats `text` as a JSON string, quotes included.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_string(&mut out, text);
    out
}

/// Resolves the escapes of a string's inner text. The scanner has checked its syntax.
///
/// A surrogate without its other half becomes U+FFFD.
pub(super) fn unescape(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = escape.chars();
        chars.next();
        match chars.next() {
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                let (c, len) = unicode(escape);
                out.push(c);
                rest = escape.get(len..).unwrap_or_default();
                continue;
            }
            Some(c) => out.push(c),
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out
}

/// Returns the character of the `\u` escape (or pair of escapes) at the start of `text`, and the length of the escape.
fn unicode(text: &str) -> (char, usize) {
    let unit = |at: usize| {
        let escape = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(escape, 16).ok()
    };
    let high = unit(0).unwrap_or(0xfffd);
    if let (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) = (high, unit(6)) {
        let scalar = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        return (char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER), 12);
    }
    (char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), 6)
}
