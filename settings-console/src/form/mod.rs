//! Forms: the fields that a page posts, and the changes that they ask for.
//!
//! Each setting of a form has a field `was.PATH` with the state of the file that the page showed. A change is what differs
//! from it, so that a save needs no memory of the page, and a change that others made meanwhile is found.

mod edits;
mod fields;
mod reset;
mod widget;

pub(crate) use edits::{Typed, typed};
pub(crate) use fields::Fields;
pub(crate) use reset::{can_be_reset, reset};
pub(crate) use widget::{Widget, display, is_nullable, widget};
