//! Tables: finding the lines of a table, reading its cells, and recording both.

mod grid;
mod record;
mod row;
mod simple;

use std::ops::Range;

#[cfg(feature = "json")]
pub use record::tables_json;
pub use record::{Cell, CellLine, Table, TableKind};
pub(crate) use record::{CellRecord, TableRecord};

use crate::chars::byte;
use crate::markers::{is_grid_border, is_simple_border};
use crate::messages::{About, Level};
use crate::parser::{Machine, Parser, View};
use crate::source::{Line, LineNo};
use crate::tag::{AttrName, Tag};
use crate::tree::{NodeId, Str};
use row::Rows;

/// A table that was read from its drawing.
#[derive(Debug, Default)]
pub(super) struct TableData {
    pub(super) colwidths: Vec<i64>,
    pub(super) rows: usize,
    pub(super) head_rows: usize,
    /// The cells, ordered by row and column.
    pub(super) cells: Vec<CellData>,
    pub(super) lines: Vec<Line>,
}

#[derive(Clone, Debug)]
pub(super) struct CellData {
    pub(super) row: usize,
    pub(super) col: usize,
    pub(super) rowspan: usize,
    pub(super) colspan: usize,
    /// The number of lines between the first line of the table and the first of the cell.
    pub(super) offset: usize,
    /// The range of the cell in the lines of the table.
    pub(super) lines: Range<usize>,
}

/// A fault in the drawing of a table, and its line in the table, from 0.
#[derive(Debug)]
pub(super) struct TableError {
    words: String,
    offset: usize,
}

impl TableError {
    fn new(words: impl Into<String>, offset: usize) -> Self {
        TableError { words: words.into(), offset }
    }

    fn incomplete() -> Self {
        Self::new("Malformed table; parse incomplete.", 0)
    }

    fn several_heads(first: usize, second: usize) -> Self {
        let (a, b) = (first + 1, second + 1);
        let words = format!("Multiple head/body row separators (table lines {a} and {b}); only one allowed.");
        Self::new(words, second)
    }

    fn head_at_edge(offset: usize) -> Self {
        Self::new("The head/body row separator may not be the first or last line of the table.", offset)
    }

    fn span_incomplete(row: usize) -> Self {
        Self::new(format!("Column span incomplete in table line {}.", row + 1), row)
    }

    fn span_alignment(row: usize) -> Self {
        Self::new(format!("Column span alignment problem in table line {}.", row + 2), row + 1)
    }

    fn text_in_margin(row: usize) -> Self {
        Self::new(format!("Text in column margin in table line {}.", row + 1), row)
    }
}

/// The lines of a table on the page.
struct Isolated {
    rows: Rows,
    finish: bool,
    messages: Vec<NodeId>,
    malformed: Option<TableError>,
}

impl Parser<'_> {
    pub(super) fn grid_table(&mut self, m: &mut Machine) {
        let isolated = self.isolate_grid(m);
        self.table(m, isolated, TableKind::Grid);
    }

    pub(super) fn simple_table(&mut self, m: &mut Machine) {
        let isolated = self.isolate_simple(m);
        self.table(m, isolated, TableKind::Simple);
    }

    fn table(&mut self, m: &mut Machine, isolated: Isolated, kind: TableKind) {
        let Isolated { rows, finish, messages, malformed } = isolated;
        let early = malformed.is_some();
        let data = match malformed {
            Some(error) => Err(error),
            None if kind == TableKind::Grid => self.parse_grid(&rows),
            None => self.parse_simple(&rows),
        };
        let first_line = m.abs_line() - rows.len() as i64 + 1;
        let lines = rows.lines.iter().map(|measured| measured.line);
        let start = rows.lines.first().map_or(0, |measured| measured.line.start);
        let end = rows.lines.last().map_or(start, |measured| measured.line.end);
        let number = rows.lines.first().map_or(LineNo::NONE, |measured| measured.line.number);
        match data {
            Ok(data) => {
                let at = self.record_table(kind, number, start..end, &data);
                let node = self.build_table(&data, first_line, start..end, Some(at), 0);
                self.append(m.node, node);
                self.append_all(m.node, messages);
            }
            Err(error) => {
                let mark = self.lines.len();
                let view = self.push_view(lines, 0);
                let text = self.join(view);
                self.lines.truncate(mark);
                let words = format!("Malformed table.\n{}", error.words);
                let line = first_line + error.offset as i64;
                let message = self.message_about(Level::Error, &words, text, About::Line(line));
                self.record_malformed(kind, (LineNo::new(line), number), start..end, words, message);
                let (before, after) = if early { (messages, Vec::new()) } else { (Vec::new(), messages) };
                self.append_all(m.node, before);
                self.append(m.node, message);
                self.append_all(m.node, after);
            }
        }
        if !finish {
            let warning = self.warning("Blank line required after table.", m.abs_line() + 1);
            self.append(m.node, warning);
        }
    }

    fn isolate_grid(&mut self, m: &mut Machine) -> Isolated {
        let (block, indented) = self.text_block(m, true);
        let mut isolated =
            Isolated { rows: Rows::default(), finish: true, messages: Vec::new(), malformed: None };
        if let Some(i) = indented {
            let number = self.number(m.view, i);
            isolated.messages.push(self.error("Unexpected indentation.", number.count()));
            isolated.finish = false;
        }
        let total = block.len();
        for i in 0..total {
            let Some(line) = self.line(block, i).map(|line| self.trim_line(line)) else { break };
            if !matches!(byte(self.slice(line), 0), b'+' | b'|') {
                isolated.finish = false;
                self.goto(m, m.at - (total - i) as isize);
                break;
            }
            isolated.rows.push(self, line);
        }
        let count = isolated.rows.len();
        if !self.is_border(&isolated.rows, count.saturating_sub(1)) {
            let bottom = (2..count.saturating_sub(1)).rev().find(|&row| self.is_border(&isolated.rows, row));
            let Some(bottom) = bottom else {
                let offset = if count > 3 {
                    2
                } else if count < total {
                    count
                } else {
                    count.saturating_sub(1)
                };
                isolated.malformed = Some(TableError::new("Bottom border missing or corrupt.", offset));
                return isolated;
            };
            self.goto(m, m.at - (count - bottom + 1) as isize);
            isolated.rows.truncate(bottom + 1);
            isolated.finish = false;
        }
        let rows = &isolated.rows;
        let width = rows.width(0);
        let bad = (0..rows.len()).find(|&row| {
            let last = rows
                .lines
                .get(row)
                .map_or(0, |measured| byte(self.text, (measured.line.end as usize).wrapping_sub(1)));
            rows.width(row) != width || !matches!(last, b'+' | b'|')
        });
        if let Some(row) = bad {
            isolated.malformed = Some(TableError::new("Right border not aligned or missing.", row));
        }
        isolated
    }

    fn is_border(&self, rows: &Rows, row: usize) -> bool {
        rows.lines.get(row).is_some_and(|measured| is_grid_border(self.slice(measured.line)))
    }

    fn isolate_simple(&mut self, m: &mut Machine) -> Isolated {
        let start = m.index();
        let limit = m.view.len().saturating_sub(1);
        let top = self.line_text(m.view, start).len();
        let blank_after = |parser: &Self, i: usize| parser.line(m.view, i + 1).is_none_or(Line::is_blank);
        let mut found = None;
        let mut count = 0;
        let mut outcome = None;
        for i in start + 1..=limit {
            let line = self.line_text(m.view, i);
            if !is_simple_border(line) {
                continue;
            }
            if line.len() != top {
                let words = "Bottom border or header rule does not match top border.";
                outcome =
                    Some((i, i == limit || blank_after(self, i), Some(TableError::new(words, i - start))));
                break;
            }
            count += 1;
            found = Some(i);
            if count == 2 || i == limit || blank_after(self, i) {
                outcome = Some((i, i == limit || blank_after(self, i), None));
                break;
            }
        }
        let (end, finish, malformed) = outcome.unwrap_or_else(|| match found {
            Some(at) => {
                let words = "No bottom table border found or no blank line after table bottom.";
                (at, false, Some(TableError::new(words, 0)))
            }
            None => (limit, true, Some(TableError::new("No bottom table border found.", 0))),
        });
        self.goto(m, end as isize);
        let mut rows = Rows::default();
        for i in start..=end {
            if let Some(line) = self.line(m.view, i) {
                rows.push(self, line);
            }
        }
        Isolated { rows, finish, messages: Vec::new(), malformed }
    }

    /// Adds the element of a table and reads its cells.
    pub(super) fn build_table(
        &mut self,
        data: &TableData,
        first_line: i64,
        span: Range<u32>,
        record: Option<usize>,
        stubs: i64,
    ) -> NodeId {
        let table = self.page.tree.add(Tag::Table, span.clone(), LineNo::new(first_line));
        let group = self.table_group(table, &data.colwidths, span.clone(), stubs);
        let mut part = None;
        let mut row: Option<(usize, NodeId)> = None;
        for index in 0..data.rows {
            let tag = if index < data.head_rows { Tag::Thead } else { Tag::Tbody };
            let holder = match part {
                Some((known, node)) if known == tag => node,
                _ => self.child(group, tag, span.start..span.start, LineNo::NONE),
            };
            part = Some((tag, holder));
            let node = self.child(holder, Tag::Row, span.start..span.start, LineNo::NONE);
            let from = data.cells.partition_point(|cell| cell.row < index);
            row = Some((index, node));
            for (i, cell) in
                data.cells.iter().enumerate().skip(from).take_while(|(_, cell)| cell.row == index)
            {
                let entry = self.entry(node, data, cell, first_line);
                if let Some(record) = record {
                    self.record_entry(record, i, entry);
                }
            }
        }
        if row.is_none() || part.is_some_and(|(tag, _)| tag == Tag::Thead) {
            self.child(group, Tag::Tbody, span.end..span.end, LineNo::NONE);
        }
        if let Some(record) = record {
            self.record_node(record, table);
        }
        table
    }

    /// Adds the `tgroup` with its columns.
    pub(super) fn table_group(
        &mut self,
        table: NodeId,
        colwidths: &[i64],
        span: Range<u32>,
        stubs: i64,
    ) -> NodeId {
        let group = self.child(table, Tag::Tgroup, span.clone(), LineNo::NONE);
        self.set_int(group, AttrName::Cols, colwidths.len() as i64);
        for (i, &width) in colwidths.iter().enumerate() {
            let column = self.child(group, Tag::Colspec, span.start..span.start, LineNo::NONE);
            self.set_int(column, AttrName::Colwidth, width);
            if (i as i64) < stubs {
                self.set_int(column, AttrName::Stub, 1);
            }
        }
        group
    }

    fn entry(&mut self, row: NodeId, data: &TableData, cell: &CellData, first_line: i64) -> NodeId {
        let lines = data.lines.get(cell.lines.clone()).unwrap_or_default();
        let mark = self.lines.len();
        let view = self.push_view(lines.iter().copied(), first_line + cell.offset as i64 - 1);
        let span = self.span(view);
        let entry = self.child(row, Tag::Entry, span, LineNo::NONE);
        if cell.rowspan > 1 {
            self.set_int(entry, AttrName::Morerows, cell.rowspan as i64 - 1);
        }
        if cell.colspan > 1 {
            self.set_int(entry, AttrName::Morecols, cell.colspan as i64 - 1);
        }
        if lines.iter().any(|line| !line.is_blank()) {
            self.nested(View { end: view.end, ..view }, entry);
        }
        self.lines.truncate(mark);
        entry
    }

    pub(super) fn line_str(line: Line) -> Str {
        Str::source(line.start as usize, line.end as usize)
    }
}
