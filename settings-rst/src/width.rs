//! Columns of a text, as docutils counts them for titles and tables.

use super::chars;

/// Version of the Unicode tables behind [`column_width`].
pub const UNICODE_VERSION: (u8, u8, u8) = (14, 0, 0);

/// Columns that `text` takes: East Asian wide and fullwidth characters two, combining ones none, all others one.
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
