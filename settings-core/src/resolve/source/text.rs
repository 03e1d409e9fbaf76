//! The text of one file.

use std::fmt;
use std::sync::OnceLock;

use super::layer::Layer;
use crate::format::{Document, FileFormat, Problem};
use crate::line_index::LineIndex;
use crate::resolve::index::Index;
use crate::resolve::report::{Place, Tokens, is_fault_open, snippet};
use crate::value::ZeroizingString;

/// The text of one file.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) layer: Layer,
    pub(crate) name: String,
    document: Document,
    /// Made when the first snippet is needed.
    tokens: OnceLock<Tokens>,
    /// Made when the first place is needed.
    lines: OnceLock<LineIndex>,
}

impl Source {
    pub(crate) fn new(layer: Layer, name: String, text: ZeroizingString, format: FileFormat) -> Self {
        Self {
            layer,
            name,
            document: Document::new(text, format),
            tokens: OnceLock::new(),
            lines: OnceLock::new(),
        }
    }

    fn tokens(&self) -> &Tokens {
        self.tokens.get_or_init(|| Tokens::from_document(&self.document))
    }

    /// Returns the text as JSON, whatever the format of the file. Offsets of values are offsets in it.
    pub(crate) fn json(&self) -> &str {
        self.document.json()
    }

    /// Returns the text of the file.
    pub(crate) fn text(&self) -> &str {
        self.document.text()
    }

    pub(crate) fn format(&self) -> FileFormat {
        self.document.format()
    }

    /// Returns the syntax errors of a format other than JSON.
    pub(crate) fn problems(&self) -> &[Problem] {
        self.document.problems()
    }

    /// Returns the line and column of a part of the JSON text.
    pub(crate) fn line_column(&self, offset: usize) -> (usize, usize) {
        self.line_column_in_file(self.document.part(offset, 1).0)
    }

    fn line_column_in_file(&self, offset: usize) -> (usize, usize) {
        let text = self.document.text();
        self.lines.get_or_init(|| LineIndex::new(text)).line_column(text, offset)
    }

    /// Returns the place of a part of the JSON text. `show` allows its snippet to show the marked value.
    pub(crate) fn place(
        &self,
        index: &Index,
        (start, len): (usize, usize),
        with_snippet: bool,
        show: bool,
    ) -> Place {
        self.place_in_file(index, self.document.part(start, len), with_snippet, show)
    }

    /// Returns the place of a part of the file's own text.
    pub(crate) fn place_in_file(
        &self,
        index: &Index,
        (start, len): (usize, usize),
        with_snippet: bool,
        show: bool,
    ) -> Place {
        let (line, column) = self.line_column_in_file(start);
        let snippet = with_snippet.then(|| snippet(self.text(), self.tokens(), (start, len), show, index));
        Place::File { name: self.name.clone(), line, column, snippet: snippet.flatten() }
    }

    /// Returns whether a message may name the text at the first fault: it is not a part of a secret.
    pub(crate) fn is_fault_open(&self, index: &Index) -> bool {
        is_fault_open(self.text(), self.tokens(), index)
    }
}

impl fmt::Debug for Source {
    /// Omits the text: it may contain secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("layer", &self.layer).field("name", &self.name).finish_non_exhaustive()
    }
}
