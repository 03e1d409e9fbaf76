//! One file's text.

use std::fmt;
use std::sync::OnceLock;

use super::layer::Layer;
use crate::line_index::LineIndex;
use crate::resolve::index::Index;
use crate::resolve::report::{Place, Showing, Token, snippet, tokens};
use crate::value::ZeroizingString;

/// One file's text.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) layer: Layer,
    pub(crate) name: String,
    pub(crate) text: ZeroizingString,
    /// What the text is made of, found when the first snippet is cut from it.
    tokens: OnceLock<Vec<Token>>,
    /// Where its lines are, found when the first place is asked for.
    lines: OnceLock<LineIndex>,
}

impl Source {
    pub(crate) fn new(layer: Layer, name: String, text: ZeroizingString) -> Self {
        Self { layer, name, text, tokens: OnceLock::new(), lines: OnceLock::new() }
    }

    pub(crate) fn tokens(&self) -> &[Token] {
        self.tokens.get_or_init(|| tokens(&self.text))
    }

    pub(crate) fn line_column(&self, offset: usize) -> (usize, usize) {
        self.lines.get_or_init(|| LineIndex::new(&self.text)).line_column(&self.text, offset)
    }

    /// The place of a part of a source; `shown` tells whether the marked value itself may be shown.
    pub(crate) fn place(
        &self,
        index: &Index,
        (start, len): (usize, usize),
        with_snippet: bool,
        shown: bool,
    ) -> Place {
        let (line, column) = self.line_column(start);
        let snippet = with_snippet.then(|| {
            let is_secret_key = |key: &str| index.is_secret_key(key);
            let showing = Showing { marked: shown, is_secret_key: &is_secret_key };
            snippet(&self.text, self.tokens(), (start, len), &showing)
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
