//! The text of one file.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::expanded::Expanded;
use super::layer::Layer;
use super::references::START;
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
    /// The JSON with the references in its values expanded, if it has any.
    expanded: Option<Arc<Expanded>>,
    /// Made when the first snippet is needed.
    tokens: OnceLock<Box<Tokens>>,
    /// Made when the first place is needed.
    lines: OnceLock<Box<LineIndex>>,
}

impl Source {
    pub(crate) fn new(layer: Layer, name: String, text: ZeroizingString, format: FileFormat) -> Self {
        Self {
            layer,
            name,
            document: Document::new(text, format),
            expanded: None,
            tokens: OnceLock::new(),
            lines: OnceLock::new(),
        }
    }

    /// Returns whether another source has the same name, text and format.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.layer == other.layer
            && self.name == other.name
            && self.document.format() == other.document.format()
            && self.document.text() == other.document.text()
    }

    fn tokens(&self) -> &Tokens {
        self.tokens.get_or_init(|| Box::new(Tokens::from_document(&self.document)))
    }

    /// Returns the text as JSON, whatever the format of the file. Offsets of values are offsets in it.
    pub(crate) fn json(&self) -> &str {
        self.expanded.as_ref().map_or_else(|| self.document.json(), |expanded| expanded.json())
    }

    /// Sets the JSON with the references in its values expanded. Offsets of values are offsets in it from now on.
    pub(crate) fn set_expanded(&mut self, expanded: Option<Expanded>) {
        self.expanded = expanded.map(Arc::new);
    }

    /// Removes the expanded JSON.
    pub(crate) fn unexpand(&mut self) {
        self.expanded = None;
    }

    /// Returns the references that a part of the JSON text comes from; `None` if one of its values has mistakes.
    pub(crate) fn references(&self, start: usize, len: usize) -> Option<Vec<String>> {
        self.expanded.as_ref().map_or_else(|| Some(Vec::new()), |expanded| expanded.references(start, len))
    }

    /// Returns the part of the file that is a reference: the `number`th of all `total` in a value that is not expanded
    /// yet. It is the whole value if an escape hides the reference.
    pub(crate) fn reference(
        &self,
        (start, len): (usize, usize),
        (number, total): (usize, usize),
        written: &str,
    ) -> (usize, usize) {
        let (start, len) = self.document.part(start, len);
        let text = self.text().get(start..start + len).unwrap_or_default();
        if text.matches(START).count() != total {
            return (start, len);
        }
        let Some((at, _)) = text.match_indices(START).nth(number) else { return (start, len) };
        let rest = text.get(at..).unwrap_or_default();
        let end =
            if rest.starts_with(written) { Some(written.len()) } else { rest.find('}').map(|at| at + 1) };
        (start + at, end.unwrap_or(START.len()))
    }

    /// Translates a part of the JSON text to the part of the file.
    fn part(&self, start: usize, len: usize) -> (usize, usize) {
        let (start, len) =
            self.expanded.as_ref().map_or((start, len), |expanded| expanded.before(start, len));
        self.document.part(start, len)
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
        self.line_column_in_file(self.part(offset, 1).0)
    }

    fn line_column_in_file(&self, offset: usize) -> (usize, usize) {
        let text = self.document.text();
        self.lines.get_or_init(|| Box::new(LineIndex::new(text))).line_column(text, offset)
    }

    /// Returns the place of a part of the JSON text. `show` allows its snippet to show the marked value.
    pub(crate) fn place(
        &self,
        index: &Index,
        (start, len): (usize, usize),
        with_snippet: bool,
        show: bool,
    ) -> Place {
        self.place_in_file(index, self.part(start, len), with_snippet, show)
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
