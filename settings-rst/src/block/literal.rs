//! Literal blocks: indented, or quoted with a punctuation character on each line.

use super::Cut;
use crate::chars::{byte, is_punctuation};
use crate::parser::{Machine, Parser};
use crate::tag::Tag;

impl Parser<'_> {
    /// Reads the block that a `::` announced. The reader is at the line after the paragraph.
    pub(super) fn literal_block(&mut self, m: &mut Machine) {
        let mark = self.lines.len();
        let at_end = m.is_past_end();
        let block = if at_end { None } else { Some(self.cut_block(m, Cut::default())) };
        let view = block.map(|block| self.trimmed_end(block.view)).filter(|view| !view.is_empty());
        if let Some((block, view)) = block.zip(view) {
            let text = self.join(view);
            let span = self.span(view);
            let number = self.number(view, 0);
            let node = self.fixed(Tag::LiteralBlock, text, span, number);
            self.append(m.node, node);
            self.check_finish(m, "Literal block", block.blank_finish);
            self.lines.truncate(mark);
        } else {
            self.lines.truncate(mark);
            self.quoted_literal_block(m);
        }
    }

    fn quoted_literal_block(&mut self, m: &mut Machine) {
        let mut at = m.at.max(0);
        while self.line_at(m, at).is_some_and(str::is_empty) {
            at += 1;
        }
        let first = at;
        let quote = self.line_at(m, at).map(|line| byte(line, 0)).filter(|&b| is_punctuation(b));
        let Some(quote) = quote else {
            self.goto(m, at);
            let warning = self.warning("Literal block expected; none found.", m.abs_line());
            self.goto(m, at - 1);
            self.append(m.node, warning);
            return;
        };
        while self.line_at(m, at).is_some_and(|line| byte(line, 0) == quote && !line.is_empty()) {
            at += 1;
        }
        let view = self.range(m.view, first as usize, at as usize);
        self.goto(m, at);
        let message = match self.line_at(m, at) {
            None | Some("") => None,
            Some(line) => {
                let words = if line.starts_with(' ') {
                    "Unexpected indentation."
                } else {
                    "Inconsistent literal block quoting."
                };
                let message = self.error(words, m.abs_line());
                self.goto(m, at - 1);
                Some(message)
            }
        };
        let text = self.join(view);
        let span = self.span(view);
        let number = self.number(view, 0);
        let node = self.fixed(Tag::LiteralBlock, text, span, number);
        self.append(m.node, node);
        if let Some(message) = message {
            self.append(m.node, message);
        }
    }

    fn line_at(&self, m: &Machine, at: isize) -> Option<&str> {
        let line = self.line(m.view, usize::try_from(at).ok()?)?;
        Some(self.slice(line))
    }
}
