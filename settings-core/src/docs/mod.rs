//! Reference pages: model, render, read, drift.

mod drift;
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

pub use drift::{Against, Finding, FindingFormat, Rule, Severity, check, format_findings};
pub use from_schema::from_schema;
pub use model::Page;
pub use read::{PageRead, ReadError, read};
pub use render::{Format, Style, render};
