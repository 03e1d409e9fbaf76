//! The rules of layout: the form of a part that has no words or geometry of its own.
//!
//! Reading compares a page with them, so that the model keeps only the deviations.

mod part;
mod table;
mod words;

pub(super) use part::part;
pub(super) use table::{content_lines, left_by_rule, left_columns, right_by_rule};
pub(super) use words::{bullet, hint_text, item_lead, sentence, statement_rule};
