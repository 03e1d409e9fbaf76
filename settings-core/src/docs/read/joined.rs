//! Joins lines into one text that keeps the source position of each part.

use std::ops::Range;

use crate::docs::fill::unfill;
use crate::docs::grammar::Piece;
use crate::docs::grid::GridLine;
use crate::docs::model::{Fact, Span};

/// The text of some lines, with a space where the rules break a line, and a line end elsewhere.
pub(super) struct Joined {
    pub(super) text: String,
    /// The start of each line, in the text and in the source.
    starts: Vec<(usize, usize)>,
}

impl Joined {
    pub(super) fn new(lines: &[GridLine<'_>], columns: usize) -> Self {
        let texts: Vec<&str> = lines.iter().map(|line| line.text).collect();
        let mut at = 0;
        let starts = lines
            .iter()
            .map(|line| {
                let start = (at, line.start);
                at += line.text.len() + 1;
                start
            })
            .collect();
        Self { text: unfill(&texts, columns), starts }
    }

    /// The source's bytes of a range of the text.
    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        let start = self.source(range.start);
        let end = match range.end.checked_sub(1) {
            Some(last) if range.end > range.start => self.source(last) + 1,
            _ => start,
        };
        Span::new(start, end)
    }

    fn source(&self, at: usize) -> usize {
        let after = self.starts.partition_point(|(text, _)| *text <= at);
        match after.checked_sub(1).and_then(|i| self.starts.get(i)) {
            Some((text, source)) => source + (at - text),
            None => at,
        }
    }

    pub(super) fn fact(&self, piece: &Piece) -> Fact<String> {
        Fact::at(piece.text.clone(), self.span(&piece.range))
    }

    pub(super) fn whole(&self) -> Fact<String> {
        Fact::at(self.text.clone(), self.span(&(0..self.text.len())))
    }

    /// The text from `at` on.
    pub(super) fn tail(&self, at: usize) -> Fact<String> {
        Fact::at(self.text.get(at..).unwrap_or_default().to_owned(), self.span(&(at..self.text.len())))
    }
}
