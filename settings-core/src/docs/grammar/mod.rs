//! The words of a settings page: bullets that name a setting, items that name a value, hints.
//!
//! Everything here works on one string, in which a line break is a blank or a line end, and answers with byte
//! ranges of it. What a string doesn't say in a known form is simply not found.

mod hint;
mod inline;
mod statement;
mod value_item;

pub(super) use hint::{HintKind, hint, stated_default};
pub(super) use inline::literals;
pub(super) use statement::{Said, StatementKind, feature_sentence, slip_of_unread, statement};
pub(super) use value_item::value_item;

use std::ops::Range;

/// A piece of a text and where it stands in it.
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
