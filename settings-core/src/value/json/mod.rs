//! A span-keeping JSON reader.
//!
//! Accepts RFC 8259 and, since people edit configuration by hand, comments (`//`, `/* */`) and trailing commas. A value
//! stays text until it is needed, so that its place in the file is never lost.

mod number;
mod scan;
mod tree;
mod write;

#[cfg(test)]
mod tests;

pub use number::whole_number;
pub(crate) use scan::{Escaped, Extent};
pub use scan::{Key, Scanner, SyntaxError};
pub use tree::{Number, Object, Tree};
pub(crate) use write::compact;
pub use write::{escape, write_string};

use std::borrow::Cow;
use std::fmt;

/// The depth to which arrays and objects may nest.
pub const MAX_DEPTH: usize = 128;

/// A JSON value in a text, its syntax checked. `Debug` omits its text, which may be secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Raw<'a> {
    /// The text of the value, without space around it.
    pub text: &'a str,
    /// The offset of the value in the whole text, in bytes.
    pub start: usize,
    /// The type of the value.
    pub shape: Shape,
}

/// The type of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A string.
    String {
        /// Whether it contains a backslash.
        escaped: bool,
    },
    /// An array.
    Array,
    /// An object.
    Object,
}

impl Shape {
    /// Returns the name of the type in messages: `a string`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a bool",
            Self::Number => "a number",
            Self::String { .. } => "a string",
            Self::Array => "a list",
            Self::Object => "an object",
        }
    }
}

impl fmt::Debug for Raw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Raw")
            .field("shape", &self.shape)
            .field("start", &self.start)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

impl<'a> Raw<'a> {
    /// Returns the text of a string with its escapes resolved; `None` for other values.
    pub fn string(&self) -> Option<Cow<'a, str>> {
        let Shape::String { escaped } = self.shape else { return None };
        let inner = self.text.get(1..self.text.len().saturating_sub(1))?;
        Some(if escaped { Cow::Owned(write::unescape(inner)) } else { Cow::Borrowed(inner) })
    }

    /// Returns the elements of an array; `None` for other values.
    pub fn elements(&self) -> Option<Vec<Raw<'a>>> {
        (self.shape == Shape::Array).then(|| self.each_element().collect())
    }

    /// Returns the entries of an object in order; `None` for other values.
    pub fn entries(&self) -> Option<Vec<(Key<'a>, Raw<'a>)>> {
        (self.shape == Shape::Object).then(|| self.each_entry().collect())
    }

    /// Iterates over the elements. The value must be an array.
    pub(super) fn each_element(&self) -> impl Iterator<Item = Raw<'a>> + use<'a> {
        let mut scanner = self.scanner();
        scanner.open();
        std::iter::from_fn(move || scanner.next_element())
    }

    /// Iterates over the entries. The value must be an object.
    pub(crate) fn each_entry(&self) -> impl Iterator<Item = (Key<'a>, Raw<'a>)> + use<'a> {
        let mut scanner = self.scanner();
        let mut first = true;
        scanner.open();
        std::iter::from_fn(move || {
            let key = scanner.next_key(&mut first).ok()??;
            Some((key, scanner.value().ok()?))
        })
    }

    fn scanner(&self) -> Scanner<'a> {
        Scanner::within(self.text, self.start)
    }
}

/// Parses a text that is one JSON value.
///
/// # Errors
/// If the text is not JSON, or more than one value.
pub fn parse_value(text: &str) -> Result<Raw<'_>, SyntaxError> {
    let mut scanner = Scanner::new(text);
    let value = scanner.value().and_then(|value| scanner.end().map(|()| value));
    value.map_err(|error| *error)
}
