//! Escaping text so that a parser reads it back unchanged.

use crate::chars::{byte, char_at, char_before, is_space, is_word, may_follow, may_precede};
use crate::markers;

/// Adds a backslash before each character that would begin markup.
///
/// Standalone URIs stay links.
///
/// ```
/// # use settings_rst::writer::escape;
/// assert_eq!(escape("2 * 3, but *not*"), "2 * 3, but \\*not*");
/// assert_eq!(escape("a name_ and snake_case"), "a name\\_ and snake_case");
/// ```
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        let needed = match c {
            '\\' => true,
            '*' | '`' | '|' => may_begin(text, at),
            '_' => ends_reference(text, at) || (byte(text, at + 1) == b'`' && may_begin(text, at)),
            _ => false,
        };
        if needed {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Returns true for a character that may begin markup: not inside a word, not before a blank.
fn may_begin(text: &str, at: usize) -> bool {
    let before = char_before(text, at);
    let same = before == char_at(text, at);
    let role = before == Some(':') || before == Some('_');
    let open = before.is_none_or(|c| may_precede(c) || c == '\\') || same || role;
    open && char_at(text, at + 1).is_none_or(|c| !is_space(c))
}

/// Returns true for an underscore that makes a link of the word or the brackets before it.
fn ends_reference(text: &str, at: usize) -> bool {
    let name = char_before(text, at).is_some_and(|c| is_word(c) || c == ']' || c == '`' || c == '|');
    let after = at + 1 + usize::from(byte(text, at + 1) == b'_');
    name && (char_at(text, at + 1).is_none_or(may_follow) || char_at(text, after).is_none_or(may_follow))
}

/// Escapes a paragraph: like [`escape`], and adds a backslash before a line that would begin another block and in a
/// final `::`.
///
/// ```
/// # use settings_rst::writer::escape_paragraph;
/// assert_eq!(escape_paragraph("- no list\n1. no list either::"), "\\- no list\n\\1. no list either:\\:");
/// ```
#[must_use]
pub fn escape_paragraph(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (i, line) in text.lines().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let escaped = escape(line.trim());
        if begins_block(&escaped) {
            out.push('\\');
        }
        out.push_str(&escaped);
    }
    end_plainly(out)
}

/// Escapes a line that contains markup: adds a backslash if it would begin another block, and in a final `::`.
///
/// ```
/// # use settings_rst::writer::keep_paragraph;
/// assert_eq!(keep_paragraph(".. no *directive*::"), "\\.. no *directive*:\\:");
/// ```
#[must_use]
pub fn keep_paragraph(markup: &str) -> String {
    let line = markup.trim();
    end_plainly(if begins_block(line) { format!("\\{line}") } else { line.to_owned() })
}

fn end_plainly(mut text: String) -> String {
    if text.ends_with("::") {
        text.insert(text.len() - 1, '\\');
    }
    text
}

fn begins_block(line: &str) -> bool {
    markers::bullet(line).is_some()
        || markers::enumerator(line).is_some()
        || markers::field(line).is_some()
        || markers::options(line).is_some()
        || markers::doctest(line).is_some()
        || markers::line_block(line).is_some()
        || markers::explicit(line).is_some()
        || markers::anonymous(line).is_some()
        || markers::is_adornment(line)
        || markers::is_grid_border(line)
        || markers::is_simple_border(line)
}
