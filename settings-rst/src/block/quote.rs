//! Block quotes and their attributions.

use super::{Cut, indent_of};
use crate::chars::byte;
use crate::markers::attribution;
use crate::parser::{Machine, Parser, View};
use crate::source::Line;
use crate::tag::Tag;
use crate::tree::NodeId;

impl Parser<'_> {
    pub(super) fn block_quote(&mut self, m: &mut Machine) {
        let mark = self.lines.len();
        let block = self.cut_block(m, Cut::default());
        let elements = self.block_quotes(block.view, m.node);
        self.append_all(m.node, elements);
        self.check_finish(m, "Block quote", block.blank_finish);
        self.lines.truncate(mark);
    }

    /// Returns the quotes of an indented block. An attribution ends a quote. Messages follow their quote.
    pub(crate) fn block_quotes(&mut self, mut view: View, parent: NodeId) -> Vec<NodeId> {
        let mut elements = Vec::new();
        while !view.is_empty() {
            let found = self.find_attribution(view);
            let body = found.map_or(view, |found| view.take(found.first));
            let number = self.number(view, 0);
            let end = found.map_or(view.len(), |found| found.end);
            let span = self.span(self.trimmed_end(view.take(end)));
            let quote = self.page.tree.add(Tag::BlockQuote, span, number);
            self.nested(body, quote);
            elements.push(quote);
            let Some(found) = found else { break };
            elements.extend(self.attribution(view, found, quote, parent));
            view = view.skip(found.end);
            while self.line(view, 0).is_some_and(Line::is_blank) {
                view = view.skip(1);
            }
        }
        elements
    }

    fn attribution(&mut self, view: View, found: Attribution, quote: NodeId, parent: NodeId) -> Vec<NodeId> {
        let lines: Vec<Line> = (found.first..found.end)
            .filter_map(|i| self.line(view, i))
            .enumerate()
            .map(|(i, line)| match i {
                0 => Line { start: line.start + found.marker as u32, ..line },
                _ => self.trim_left(line, found.indent),
            })
            .collect();
        let mark = self.lines.len();
        let offset = view.offset + found.first as i64;
        let lines = self.push_view(lines, offset);
        let span = self.span(lines);
        let number = self.number(lines, 0);
        let node = self.page.tree.add(Tag::Attribution, span, number);
        let messages = self.inline(lines, offset + 1, node, parent);
        self.append(quote, node);
        self.lines.truncate(mark);
        messages
    }

    /// Finds an attribution: after some content and a blank line, a line that begins with dashes; the lines after
    /// it have one indent.
    fn find_attribution(&self, view: View) -> Option<Attribution> {
        let mut blank = None;
        let mut seen = false;
        for i in 0..view.len() {
            let line = self.line_text(view, i);
            if line.is_empty() {
                blank = Some(i);
                continue;
            }
            if seen
                && blank.is_some_and(|blank| blank + 1 == i)
                && matches!(byte(line, 0), b'-' | 0xE2)
                && let Some(marker) = attribution(line)
                && let Some((end, indent)) = self.attribution_shape(view, i)
            {
                return Some(Attribution { first: i, end, marker, indent });
            }
            seen = true;
        }
        None
    }

    fn attribution_shape(&self, view: View, first: usize) -> Option<(usize, usize)> {
        let mut indent = None;
        let mut end = first + 1;
        while end < view.len() {
            let line = self.line_text(view, end);
            if line.is_empty() {
                break;
            }
            let own = indent_of(line);
            if *indent.get_or_insert(own) != own {
                return None;
            }
            end += 1;
        }
        Some((end, indent.unwrap_or(0)))
    }
}

#[derive(Clone, Copy, Debug)]
struct Attribution {
    first: usize,
    end: usize,
    /// The length of the dashes and the blanks after them.
    marker: usize,
    indent: usize,
}
