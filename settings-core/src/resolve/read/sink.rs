//! The output of the readers.

use super::candidates::{Candidates, ValuePlace};
use crate::resolve::index::LeafId;
use crate::resolve::report::Diagnostic;
use crate::value::ZeroizingString;

/// The output of the readers, one layer after the other.
#[derive(Debug)]
pub(crate) struct Sink {
    pub(crate) candidates: Candidates,
    /// The texts that no layer holds: those of files that variables name, and the keys of map entries.
    pub(crate) texts: Vec<ZeroizingString>,
    /// Whether a variable names a file with its value, readable or not.
    pub(crate) reads_files: bool,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Sink {
    pub(crate) fn new(settings: usize) -> Self {
        Self {
            candidates: Candidates::new(settings),
            texts: Vec::new(),
            reads_files: false,
            diagnostics: Vec::new(),
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, leaf: LeafId, place: ValuePlace) {
        self.candidates.push(leaf, place);
    }

    /// Stores a text and returns its number.
    pub(crate) fn text(&mut self, text: ZeroizingString) -> u32 {
        self.texts.push(text);
        self.texts.len() as u32 - 1
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}
