//! Diagnostics, and the report of all of them in each of its forms.

mod diagnostic;
mod render;
mod screen;
mod snippet;
mod suggestion;

pub use diagnostic::{Code, Diagnostic, Place, Report, Severity};
pub use snippet::Snippet;
pub(crate) use snippet::{Showing, Token, snippet, tokens};
pub(crate) use suggestion::{of_rule, suggestion};
