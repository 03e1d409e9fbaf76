//! Diagnostics, and the report of all of them in each of its forms.

mod diagnostic;
mod render;
mod screen;
mod snippet;
mod suggestion;
mod tokens;

pub(crate) use diagnostic::is_url;
pub use diagnostic::{Code, Diagnostic, Place, Report, Severity};
pub use snippet::Snippet;
pub(crate) use snippet::{Names, PathClass, is_fault_open, snippet};
pub(crate) use suggestion::{rule_help, suggestion};
pub(crate) use tokens::Tokens;
