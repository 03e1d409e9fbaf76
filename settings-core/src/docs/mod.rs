//! Reference pages: model, render, read, drift.

mod encoding;
mod fill;
mod from_schema;
mod grammar;
mod grid;
mod inline;
pub mod model;
mod place;
mod read;
mod render;

pub use from_schema::from_schema;
pub use model::Page;
pub use read::{PageRead, ReadError, read};
pub use render::{Format, Style, render};
