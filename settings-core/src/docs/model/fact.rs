//! A fact and the bytes it was read from.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A range of bytes in the page's source; empty at 0 if the value was not read from a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// Creates a span of the bytes from `start` up to `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The span as a range, to slice the source.
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Returns true if the span has no bytes.
    pub const fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// A value read from, or to be written to, a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fact<T> {
    /// The value.
    pub value: T,
    /// The bytes of the page that state it.
    #[serde(skip)]
    pub span: Span,
}

impl<T> Fact<T> {
    /// Creates a fact that was read at `span`.
    pub const fn at(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl Fact<String> {
    /// The value as a slice.
    pub fn as_str(&self) -> &str {
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
