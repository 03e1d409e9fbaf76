//! The words of a settings page: bullets that name a setting, items that name a value, hints.
//!
//! Each function takes one string, in which a line break is a blank or a line end, and returns byte ranges of it. Text
//! in an unknown form is not recognized.

mod hint;
mod inline;
mod quotes;
mod statement;
mod value_item;

pub(super) use hint::{HintKind, hint, stated_default};
pub(super) use inline::literals;
pub(super) use quotes::straightened;
pub(super) use statement::{
    OPEN_QUOTE, Said, StatementKind, TYPOGRAPHIC_SLIP, begins_with_file, feature_sentence, mentions_file,
    slip_of_unread, statement, unreadable,
};
pub(super) use value_item::value_item;

use std::ops::Range;

/// A piece of a text and its range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) range: Range<usize>,
}

impl Piece {
    /// `part`, which must be a slice of `whole`.
    fn of(whole: &str, part: &str) -> Self {
        let start = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
        Self { text: part.to_owned(), range: start..start + part.len() }
    }
}
