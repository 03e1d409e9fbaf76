//! The rules of layout: how a part of a page is written that has no words or geometry of its own.
//!
//! Reading a page holds it against them, so that only what differs is kept with the model.

mod part;
mod table;
mod words;

pub(super) use part::part;
pub(super) use table::{content_lines, left_by_rule, left_columns, right_by_rule};
pub(super) use words::{hint_text, item_lead, sentence, statement_rule};
