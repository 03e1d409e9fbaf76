//! The patterns of texts.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use regex_lite::Regex;

/// A regular expression that matches a whole text, in the common ground of ECMA 262 and Rust's `regex`.
///
/// It brings the function that matches it, so that a program without patterns contains no code for regular expressions.
#[derive(Clone, Copy)]
pub struct Pattern {
    text: &'static str,
    matches: fn(&'static str, &str) -> bool,
}

impl Pattern {
    /// Creates a pattern. An invalid one matches nothing.
    pub const fn new(text: &'static str) -> Self {
        Self { text, matches }
    }

    /// Returns the regular expression.
    pub const fn as_str(&self) -> &'static str {
        self.text
    }

    /// Returns whether the pattern matches the whole text.
    pub fn matches(&self, text: &str) -> bool {
        (self.matches)(self.text, text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.text, f)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

/// Returns whether the pattern matches the whole text. Each pattern is compiled once in a process.
fn matches(pattern: &'static str, text: &str) -> bool {
    static COMPILED: Mutex<Option<HashMap<&'static str, Option<Regex>>>> = Mutex::new(None);
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let compiled = compiled.get_or_insert_default();
    // the derive refuses invalid patterns; an invalid pattern in a schema written by hand matches nothing
    let regex = compiled.entry(pattern).or_insert_with(|| Regex::new(&format!("^(?:{pattern})$")).ok());
    regex.as_ref().is_some_and(|regex| regex.is_match(text))
}
