//! Block structure: the first line of a block decides about its construct.

mod definition;
mod enumerated;
mod explicit;
mod indent;
mod line_block;
mod lists;
mod literal;
mod options;
mod quote;
mod section;
mod substitution;
mod target;

pub(crate) use indent::{Cut, Indented, indent_of};
pub(crate) use line_block::BlockLine;
pub(crate) use target::{TargetType, target_type};

use crate::chars::byte;
use crate::markers;
use crate::messages::{About, Level};
use crate::parser::{MAX_DEPTH, Machine, Parser, View};
use crate::source::LineNo;
use crate::tag::{AttrName, Tag};
use crate::tree::{NodeId, Tree};

impl Parser<'_> {
    /// Reads the whole page.
    pub(super) fn page(&mut self) {
        self.page.tree = Tree::with_capacity(self.text.len());
        let root = self.page.tree.add(Tag::Document, 0..self.text.len() as u32, LineNo::NONE);
        self.set_str(root, AttrName::Source, "test data");
        let view = View { first: 0, end: self.lines.len(), offset: 0 };
        self.page.page_lines = view.len() as i64;
        if let Some(limit) = self.page.options.line_length_limit {
            let long = (0..view.len()).find(|&i| {
                let line = self.line_text(view, i);
                line.len() > limit && line.chars().count() > limit
            });
            if let Some(i) = long {
                self.page.current_line = LineNo::NONE;
                let words = format!("Line {} exceeds the line-length-limit.", i + 1);
                let message = self.message(Level::Error, &words, About::Nowhere);
                self.append(NodeId::ROOT, message);
                return;
            }
        }
        let mut m = Machine::new(view, NodeId::ROOT);
        m.titles = true;
        m.root = true;
        self.body(&mut m);
    }

    /// Reads a block into `node`. Section titles are not allowed in it.
    pub(super) fn nested(&mut self, view: View, node: NodeId) {
        self.nested_with(view, node, |m| m.titles = false);
    }

    pub(super) fn nested_with(&mut self, view: View, node: NodeId, set: impl FnOnce(&mut Machine)) {
        if self.page.depth >= MAX_DEPTH {
            let block = Indented { view, blank_finish: true };
            return self.too_deep(block, node);
        }
        self.page.depth += 1;
        let mut m = Machine::new(view, node);
        set(&mut m);
        self.body(&mut m);
        self.page.depth -= 1;
    }

    fn body(&mut self, m: &mut Machine) {
        let len = m.view.len() as isize;
        loop {
            self.goto(m, m.at + 1);
            if m.at >= len {
                break;
            }
            let line = self.here_text(m);
            match byte(line, 0) {
                0 if line.is_empty() => {}
                b' ' => self.block_quote(m),
                _ => self.block(m, line),
            }
        }
    }

    /// Reads the block that begins at the current line, which is neither blank nor indented.
    fn block(&mut self, m: &mut Machine, line: &str) {
        match self.construct(line) {
            Construct::Bullet(marker) => self.bullet_list(m, line, marker),
            Construct::Enumerator => {
                if !self.enumerated_list(m, line) {
                    self.text_lines(m);
                }
            }
            Construct::Field(marker) => self.field_list(m, marker),
            Construct::Options(marker) => {
                if !self.option_list(m, line, marker) {
                    self.text_lines(m);
                }
            }
            Construct::Doctest => self.doctest(m),
            Construct::LineBlock(marker) => self.line_block(m, marker),
            Construct::GridTable => self.grid_table(m),
            Construct::SimpleTable => self.simple_table(m),
            Construct::Explicit | Construct::Anonymous(_) => self.explicit_markup(m),
            Construct::Adornment => self.adornment(m, line),
            Construct::Text => self.text_lines(m),
        }
    }

    /// Returns the construct that a line begins. The line is neither blank nor indented.
    pub(super) fn construct(&self, line: &str) -> Construct {
        let first = byte(line, 0);
        let found = match first {
            b'-' => markers::bullet(line)
                .map(Construct::Bullet)
                .or_else(|| markers::options(line).map(Construct::Options)),
            b'+' => markers::bullet(line)
                .map(Construct::Bullet)
                .or_else(|| markers::options(line).map(Construct::Options))
                .or_else(|| markers::is_grid_border(line).then_some(Construct::GridTable)),
            b'*' | 0xE2 => markers::bullet(line).map(Construct::Bullet),
            b'(' | b'#' => markers::enumerator(line).map(|_| Construct::Enumerator),
            _ if first.is_ascii_alphanumeric() => {
                return markers::enumerator(line).map_or(Construct::Text, |_| Construct::Enumerator);
            }
            b':' => markers::field(line).map(Construct::Field),
            b'/' => markers::options(line).map(Construct::Options),
            b'>' => markers::doctest(line).map(|_| Construct::Doctest),
            b'|' => markers::line_block(line).map(Construct::LineBlock),
            b'=' => markers::is_simple_top(line).then_some(Construct::SimpleTable),
            b'.' => markers::explicit(line).map(|_| Construct::Explicit),
            b'_' => markers::anonymous(line).map(Construct::Anonymous),
            _ => None,
        };
        match found {
            Some(construct) => construct,
            None if markers::is_adornment(line) => Construct::Adornment,
            None => Construct::Text,
        }
    }

    fn doctest(&mut self, m: &mut Machine) {
        let number = self.page.current_line;
        let (block, _) = self.text_block(m, false);
        let text = self.join(block);
        let span = self.span(block);
        let node = self.fixed(Tag::DoctestBlock, text, span, number);
        self.append(m.node, node);
    }
}

/// The construct that a line begins, with the length of its marker in bytes where one is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Construct {
    Bullet(usize),
    Enumerator,
    Field(usize),
    Options(usize),
    Doctest,
    LineBlock(usize),
    GridTable,
    SimpleTable,
    Explicit,
    Anonymous(usize),
    Adornment,
    Text,
}
