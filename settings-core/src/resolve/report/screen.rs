//! Texts of files and variables, made safe for terminals.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// Replaces control characters, and those that reorder the text around them, with escapes: `\u001b`.
///
/// Keys, names and values are foreign text. A report must stay a report, with one line for each finding.
pub(crate) fn escape_control(text: &str) -> Cow<'_, str> {
    if !text.contains(is_terminal_control) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_terminal_control(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Returns whether a terminal would obey a character, or reorder the text around it.
pub(crate) fn is_terminal_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns the width of a character that is not a control (Unicode Standard Annex 11). A combining mark has none.
pub(crate) fn columns(c: char) -> usize {
    c.width().unwrap_or(1)
}

#[cfg(test)]
mod tests;
