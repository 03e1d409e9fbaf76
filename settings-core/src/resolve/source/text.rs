//! One file's text.

use std::fmt;
use std::sync::OnceLock;

use super::layer::Layer;
use crate::format::{Document, FileFormat, Problem};
use crate::line_index::LineIndex;
use crate::resolve::index::Index;
use crate::resolve::report::{Place, Showing, Token, snippet, tokens};
use crate::value::ZeroizingString;

/// One file's text.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) layer: Layer,
    pub(crate) name: String,
    document: Document,
    /// What the text is made of, found when the first snippet is cut from it.
    tokens: OnceLock<Vec<Token>>,
    /// Where its lines are, found when the first place is asked for.
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

    pub(crate) fn tokens(&self) -> &[Token] {
        self.tokens.get_or_init(|| match self.document.lexemes() {
            None => tokens(self.document.text()),
            Some(lexemes) => {
                lexemes.iter().map(|lexeme| Token::from_lexeme(self.document.text(), *lexeme)).collect()
            }
        })
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

    /// Returns the place of a part of the JSON text. `shown` allows the snippet to show the marked value.
    pub(crate) fn place(
        &self,
        index: &Index,
        (start, len): (usize, usize),
        with_snippet: bool,
        shown: bool,
    ) -> Place {
        self.place_in_file(index, self.document.part(start, len), with_snippet, shown)
    }

    /// Returns the place of a part of the file's own text.
    pub(crate) fn place_in_file(
        &self,
        index: &Index,
        (start, len): (usize, usize),
        with_snippet: bool,
        shown: bool,
    ) -> Place {
        let (line, column) = self.line_column_in_file(start);
        let snippet = with_snippet.then(|| {
            let is_secret_key = |key: &str| index.is_secret_key(key);
            let showing = Showing { marked: shown, is_secret_key: &is_secret_key };
            snippet(self.document.text(), self.tokens(), (start, len), &showing)
        });
        Place::File { name: self.name.clone(), line, column, snippet: snippet.flatten() }
    }
}

impl fmt::Debug for Source {
    /// Leaves the text out: it may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("layer", &self.layer).field("name", &self.name).finish_non_exhaustive()
    }
}
