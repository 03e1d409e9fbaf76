//! Line blocks: `| a line`, nested by their indents.

use super::{Construct, Cut};
use crate::chars::trim_end;
use crate::parser::{Machine, Parser};
use crate::source::LineNo;
use crate::tag::Tag;
use crate::tree::NodeId;

/// One line: its node, and its indent unless the line is empty.
pub(crate) struct BlockLine {
    pub(crate) node: NodeId,
    pub(crate) indent: Option<usize>,
}

impl Parser<'_> {
    pub(super) fn line_block(&mut self, m: &mut Machine, marker: usize) {
        let number = self.page.current_line;
        let line_number = m.abs_line();
        let start = self.here(m).map_or(0, |line| line.start);
        let block = self.child(m.node, Tag::LineBlock, start..start, number);
        let mut lines = Vec::new();
        let mut finish = self.block_line(m, marker, &mut lines, m.node);
        if !finish {
            self.members(m, |parser, m| {
                while parser.advance(m, 1) {
                    let line = parser.here_text(m);
                    match if line.is_empty() { Construct::Text } else { parser.construct(line) } {
                        Construct::LineBlock(marker) => {
                            finish = parser.block_line(m, marker, &mut lines, block)
                        }
                        _ => return parser.goto(m, m.at - 1),
                    }
                }
            });
        }
        if !finish {
            let warning = self.warning("Line block ends without a blank line.", line_number + 1);
            self.append(m.node, warning);
        }
        for line in &lines {
            let end = self.page.tree.span(line.node).end;
            self.page.tree.extend_span(block, end);
        }
        self.nest_lines(block, lines);
    }

    fn block_line(
        &mut self,
        m: &mut Machine,
        marker: usize,
        lines: &mut Vec<BlockLine>,
        place: NodeId,
    ) -> bool {
        let number = m.abs_line();
        let Some(first) = self.here(m) else { return true };
        let text = self.slice(first);
        let indent = (trim_end(text) != "|").then(|| marker.saturating_sub(2));
        let mark = self.lines.len();
        let block = self.cut_block(m, Cut { until_blank: true, first: Some(marker), ..Cut::default() });
        let span = first.start..self.span(block.view).end.max(first.end);
        let node = self.page.tree.add(Tag::Line, span, first.number);
        let messages = self.inline(block.view, number, node, place);
        lines.push(BlockLine { node, indent });
        self.append_all(m.node, messages);
        self.lines.truncate(mark);
        block.blank_finish
    }

    /// Nests the lines by their indents. An empty line has the indent of the line before it.
    pub(crate) fn nest_lines(&mut self, block: NodeId, lines: Vec<BlockLine>) {
        let mut last = 0;
        let indented: Vec<(NodeId, usize)> = lines
            .into_iter()
            .map(|line| {
                last = line.indent.unwrap_or(last);
                (line.node, last)
            })
            .collect();
        self.nest_segment(block, &indented, 0);
    }

    fn nest_segment(&mut self, block: NodeId, lines: &[(NodeId, usize)], depth: usize) {
        let least = lines.iter().map(|&(_, indent)| indent).min().unwrap_or(0);
        let mut rest = lines;
        while let Some((&(node, indent), after)) = rest.split_first() {
            if indent <= least || depth >= super::MAX_DEPTH {
                self.append(block, node);
                rest = after;
                continue;
            }
            let deeper = rest.iter().take_while(|&&(_, indent)| indent > least).count();
            let (segment, after) = rest.split_at(deeper);
            let end = segment.iter().map(|&(node, _)| self.page.tree.span(node).end).max();
            let start = self.page.tree.span(node).start;
            let span = start..end.unwrap_or(start);
            let nested = self.child(block, Tag::LineBlock, span, LineNo::NONE);
            self.nest_segment(nested, segment, depth + 1);
            rest = after;
        }
    }
}
