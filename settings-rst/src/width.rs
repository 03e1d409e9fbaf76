//! Counting columns as docutils does for titles and tables.

use crate::chars;

/// The version of the Unicode tables that [`column_width`] uses.
pub const UNICODE_VERSION: (u8, u8, u8) = (14, 0, 0);

/// Returns the number of columns of `text`: two for an East Asian wide or fullwidth character, none for a combining
/// character, one for any other.
///
/// ```
/// # use settings_rst::width::column_width;
/// assert_eq!(column_width("mail"), 4);
/// assert_eq!(column_width("郵便"), 4);
/// assert_eq!(column_width("e\u{301}"), 1);
/// ```
#[must_use]
pub fn column_width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(chars::columns).sum() }
}
