//! A fact and the place it was read from.

use std::ops::{Deref, Range};

use serde::{Deserialize, Serialize};

/// A range of bytes in the page's source; empty at 0 for what was not read from a page.
///
/// Two spans are always equal, so that models are compared by what they say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Span {
    /// The bytes from `start` to before `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// As a range for slicing the source.
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Whether it points at nothing.
    pub const fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// A value read from, or to be written to, a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fact<T> {
    /// What is said.
    pub value: T,
    /// Where.
    #[serde(skip)]
    pub span: Span,
}

impl<T> Fact<T> {
    /// A fact read at `span`.
    pub const fn at(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl<T> Deref for Fact<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> From<T> for Fact<T> {
    fn from(value: T) -> Self {
        Self { value, span: Span::default() }
    }
}

impl From<&str> for Fact<String> {
    fn from(value: &str) -> Self {
        value.to_owned().into()
    }
}
