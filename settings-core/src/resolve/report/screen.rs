//! Texts of files and variables as a terminal shows them.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// The text with all that steers a terminal, or turns the direction of what follows, as escapes: `\u001b`.
///
/// Keys, names and values come from whoever wrote the file; a report must stay a report, one line a finding.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if steers(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Whether a character does something to a terminal beside standing there.
pub(crate) fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// How many columns a character takes that steers nothing (Unicode Standard Annex 11); a mark above a letter takes none.
pub(crate) fn columns(c: char) -> usize {
    c.width().unwrap_or(1)
}

#[cfg(test)]
mod tests;
