//! The tables of a document: cells with the bytes of every line.

use std::fmt;
use std::ops::Range;

#[cfg(feature = "json")]
use serde_json::{Value, json};

use super::TableData;
use crate::document::{Document, NodeRef};
use crate::parser::{Parser, View};
use crate::source::LineNo;
use crate::tag::Tag;
use crate::tree::{NodeId, Str};

/// The notation of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TableKind {
    /// Drawn with `+`, `-` and `|`.
    Grid,
    /// Columns underlined with `=`.
    Simple,
    /// The `list-table` directive.
    List,
    /// The `csv-table` directive.
    Csv,
}

impl TableKind {
    /// Returns the name of the notation, as it is in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            TableKind::Grid => "grid",
            TableKind::Simple => "simple",
            TableKind::List => "list-table",
            TableKind::Csv => "csv",
        }
    }
}

impl fmt::Display for TableKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A table anywhere on the page.
#[derive(Clone, Debug)]
pub(crate) struct TableRecord {
    pub(crate) kind: TableKind,
    pub(crate) line: LineNo,
    pub(crate) start_line: LineNo,
    pub(crate) span: Range<u32>,
    pub(crate) colwidths: Vec<i64>,
    pub(crate) head_rows: u32,
    pub(crate) rows: u32,
    pub(crate) cells: Vec<CellRecord>,
    pub(crate) error: Option<String>,
    pub(crate) node: Option<NodeId>,
}

#[derive(Clone, Debug)]
pub(crate) struct CellRecord {
    pub(crate) row: u32,
    pub(crate) col: u32,
    pub(crate) rowspan: u32,
    pub(crate) colspan: u32,
    pub(crate) line: LineNo,
    pub(crate) lines: Option<Range<u32>>,
    pub(crate) node: Option<NodeId>,
}

impl Parser<'_> {
    pub(super) fn record_table(
        &mut self,
        kind: TableKind,
        line: LineNo,
        span: Range<u32>,
        data: &TableData,
    ) -> usize {
        let first = self.records.cell_lines.len();
        self.records.cell_lines.extend(data.lines.iter().map(|&line| Self::line_str(line)));
        let cells = data.cells.iter().map(|cell| CellRecord {
            row: cell.row as u32,
            col: cell.col as u32,
            rowspan: cell.rowspan as u32,
            colspan: cell.colspan as u32,
            line: LineNo::new(line.count() + cell.offset as i64),
            lines: Some((first + cell.lines.start) as u32..(first + cell.lines.end) as u32),
            node: None,
        });
        self.records.tables.push(TableRecord {
            kind,
            line,
            start_line: line,
            span,
            colwidths: data.colwidths.clone(),
            head_rows: data.head_rows as u32,
            rows: data.rows as u32,
            cells: cells.collect(),
            error: None,
            node: None,
        });
        self.records.tables.len() - 1
    }

    pub(super) fn record_malformed(
        &mut self,
        kind: TableKind,
        (line, start_line): (LineNo, LineNo),
        span: Range<u32>,
        words: String,
        message: NodeId,
    ) {
        self.records.tables.push(TableRecord {
            kind,
            line: if line.is_known() { line } else { start_line },
            start_line,
            span,
            colwidths: Vec::new(),
            head_rows: 0,
            rows: 0,
            cells: Vec::new(),
            error: Some(words),
            node: Some(message),
        });
    }

    /// Records the lines of a list item while a list is read that becomes a table.
    pub(crate) fn record_item(&mut self, item: NodeId, view: View) {
        if self.records.item_lines.is_none() {
            return;
        }
        let first = self.records.cell_lines.len() as u32;
        let lines: Vec<Str> =
            (0..view.len()).filter_map(|i| self.line(view, i)).map(Self::line_str).collect();
        self.records.cell_lines.extend(lines);
        let end = self.records.cell_lines.len() as u32;
        if let Some(items) = &mut self.records.item_lines {
            items.insert(item, first..end);
        }
    }

    pub(super) fn record_entry(&mut self, table: usize, cell: usize, entry: NodeId) {
        if let Some(cell) = self.records.tables.get_mut(table).and_then(|table| table.cells.get_mut(cell)) {
            cell.node = Some(entry);
        }
    }

    pub(crate) fn record_node(&mut self, table: usize, node: NodeId) {
        if let Some(table) = self.records.tables.get_mut(table) {
            table.node = Some(node);
        }
    }
}

impl Document {
    /// Returns all tables of the page, malformed ones included. A nested table follows the one that contains it.
    pub fn tables(&self) -> impl ExactSizeIterator<Item = Table<'_>> {
        self.tables.iter().map(|record| Table { document: self, record })
    }
}

/// A table of a document.
#[derive(Clone, Copy, Debug)]
pub struct Table<'d> {
    document: &'d Document,
    record: &'d TableRecord,
}

impl<'d> Table<'d> {
    /// Returns the notation of the table.
    #[must_use]
    pub fn kind(self) -> TableKind {
        self.record.kind
    }

    /// Returns the first line of the table, from 1; for a malformed table, the line of docutils' message.
    #[must_use]
    pub fn line(self) -> usize {
        self.record.line.get().unwrap_or_default()
    }

    /// Returns the first line of the table, from 1.
    #[must_use]
    pub fn start_line(self) -> usize {
        self.record.start_line.get().unwrap_or_default()
    }

    /// Returns the bytes of the source from its first character to its last.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        let map = &self.document.map;
        map.source(self.record.span.start) as usize..map.source(self.record.span.end) as usize
    }

    /// Returns the number of characters between the bars of each column.
    #[must_use]
    pub fn colwidths(self) -> &'d [i64] {
        &self.record.colwidths
    }

    /// Returns the number of rows, the head included.
    #[must_use]
    pub fn rows(self) -> usize {
        self.record.rows as usize
    }

    /// Returns the number of rows of the head.
    #[must_use]
    pub fn head_rows(self) -> usize {
        self.record.head_rows as usize
    }

    /// Returns docutils' message about a malformed table.
    #[must_use]
    pub fn error(self) -> Option<&'d str> {
        self.record.error.as_deref()
    }

    /// Returns the node of the table; for a malformed table, the message about it.
    #[must_use]
    pub fn node(self) -> Option<NodeRef<'d>> {
        self.record.node.map(|id| self.document.node(id))
    }

    /// Returns the cells, row by row.
    pub fn cells(self) -> impl ExactSizeIterator<Item = Cell<'d>> {
        self.record.cells.iter().map(move |record| Cell {
            document: self.document,
            table: self.record,
            record,
        })
    }

    /// Returns the cell that begins at a row and column.
    #[must_use]
    pub fn cell(self, row: usize, col: usize) -> Option<Cell<'d>> {
        self.cells().find(|cell| cell.row() == row && cell.col() == col)
    }

    #[cfg(feature = "json")]
    fn to_json(self) -> Value {
        let mut table = json!({ "kind": self.kind().as_str(), "line": self.line() });
        let Some(fields) = table.as_object_mut() else { return table };
        if let Some(error) = self.error() {
            fields.insert("start_line".into(), self.start_line().into());
            fields.insert("error".into(), error.into());
            return table;
        }
        fields.insert("colwidths".into(), self.colwidths().into());
        fields.insert("head_rows".into(), self.head_rows().into());
        fields.insert("cells".into(), self.cells().map(Cell::to_json).collect());
        table
    }
}

/// A cell of a table.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'d> {
    document: &'d Document,
    table: &'d TableRecord,
    record: &'d CellRecord,
}

impl<'d> Cell<'d> {
    /// Returns its first row, from 0. The rows of the head count.
    #[must_use]
    pub fn row(self) -> usize {
        self.record.row as usize
    }

    /// Returns its first column, from 0.
    #[must_use]
    pub fn col(self) -> usize {
        self.record.col as usize
    }

    /// Returns the number of rows that it covers.
    #[must_use]
    pub fn rowspan(self) -> usize {
        self.record.rowspan as usize
    }

    /// Returns the number of columns that it covers.
    #[must_use]
    pub fn colspan(self) -> usize {
        self.record.colspan as usize
    }

    /// Returns the line of its first text, from 1. Tables that are not drawn have none.
    #[must_use]
    pub fn line(self) -> Option<usize> {
        self.record.line.get()
    }

    /// Returns true for a cell of the head.
    #[must_use]
    pub fn is_head(self) -> bool {
        self.record.row < self.table.head_rows
    }

    /// Returns the lines of the cell, without their common indent and without blanks at their ends.
    pub fn lines(self) -> impl ExactSizeIterator<Item = CellLine<'d>> {
        let range = self.record.lines.clone().unwrap_or(0..0);
        let lines =
            self.document.cell_lines.get(range.start as usize..range.end as usize).unwrap_or_default();
        lines.iter().map(move |&text| CellLine { document: self.document, text })
    }

    /// Returns the node of the cell. Its children are the blocks of the cell.
    #[must_use]
    pub fn node(self) -> Option<NodeRef<'d>> {
        self.record.node.map(|id| self.document.node(id)).filter(|node| node.tag() == Tag::Entry)
    }

    #[cfg(feature = "json")]
    fn to_json(self) -> Value {
        let mut cell = json!({
            "row": self.row(),
            "col": self.col(),
            "rowspan": self.rowspan(),
            "colspan": self.colspan(),
        });
        if let Some(fields) = cell.as_object_mut() {
            if let Some(line) = self.line() {
                fields.insert("line".into(), line.into());
            }
            fields.insert("head".into(), self.is_head().into());
            let lines = self
                .record
                .lines
                .as_ref()
                .map(|_| self.lines().map(|line| Value::from(line.text())).collect::<Value>());
            fields.insert("lines".into(), lines.unwrap_or(Value::Null));
        }
        cell
    }
}

/// A line of a cell.
#[derive(Clone, Copy, Debug)]
pub struct CellLine<'d> {
    document: &'d Document,
    text: Str,
}

impl<'d> CellLine<'d> {
    /// Returns the text, with tabs expanded.
    #[must_use]
    pub fn text(self) -> &'d str {
        self.document.str(self.text)
    }

    /// Returns the bytes of the source that contain the text.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        let (start, end) = self.text.bounds();
        self.document.map.source(start) as usize..self.document.map.source(end) as usize
    }
}

/// Returns the tables of a page as JSON: `{"tables": […]}`. A malformed table has `error` instead of `cells`.
#[cfg(feature = "json")]
#[cfg_attr(docsrs, doc(cfg(feature = "json")))]
#[must_use]
pub fn tables_json(document: &Document) -> Value {
    json!({ "tables": document.tables().map(Table::to_json).collect::<Vec<_>>() })
}
