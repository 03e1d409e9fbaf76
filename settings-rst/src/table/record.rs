//! The tables of a page, as others read them: cells with the bytes of every line.

use std::ops::Range;

use serde_json::{Value, json};

use super::super::document::{Document, NodeRef};
use super::super::parser::{Parser, View};
use super::super::tag::Tag;
use super::super::tree::{NodeId, Str};
use super::TableData;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            TableKind::Grid => "grid",
            TableKind::Simple => "simple",
            TableKind::List => "list-table",
            TableKind::Csv => "csv",
        }
    }
}

/// One table, found anywhere on the page.
#[derive(Clone, Debug)]
pub(crate) struct TableRecord {
    pub(crate) kind: TableKind,
    pub(crate) line: u32,
    pub(crate) start_line: u32,
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
    pub(crate) line: Option<u32>,
    pub(crate) lines: Option<Range<u32>>,
    pub(crate) node: Option<NodeId>,
}

impl Parser<'_> {
    pub(super) fn record_table(
        &mut self,
        kind: TableKind,
        line: u32,
        span: Range<u32>,
        data: &TableData,
    ) -> usize {
        let first = self.cell_lines.len();
        self.cell_lines.extend(data.lines.iter().map(|&line| Self::line_str(line)));
        let cells = data.cells.iter().map(|cell| CellRecord {
            row: cell.row as u32,
            col: cell.col as u32,
            rowspan: cell.rowspan as u32,
            colspan: cell.colspan as u32,
            line: Some(line + cell.offset as u32),
            lines: Some((first + cell.lines.start) as u32..(first + cell.lines.end) as u32),
            node: None,
        });
        self.tables.push(TableRecord {
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
        self.tables.len() - 1
    }

    pub(super) fn record_malformed(
        &mut self,
        kind: TableKind,
        (line, start_line): (i64, u32),
        span: Range<u32>,
        words: String,
        message: NodeId,
    ) {
        self.tables.push(TableRecord {
            kind,
            line: u32::try_from(line).unwrap_or(start_line),
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

    /// Keeps the lines of a list item where they are wanted.
    pub(crate) fn record_item(&mut self, item: NodeId, view: View) {
        if self.item_lines.is_none() {
            return;
        }
        let first = self.cell_lines.len() as u32;
        let lines: Vec<Str> =
            (0..view.len()).filter_map(|i| self.line(view, i)).map(Self::line_str).collect();
        self.cell_lines.extend(lines);
        let end = self.cell_lines.len() as u32;
        if let Some(items) = &mut self.item_lines {
            items.insert(item, first..end);
        }
    }

    pub(super) fn record_entry(&mut self, table: usize, cell: usize, entry: NodeId) {
        if let Some(cell) = self.tables.get_mut(table).and_then(|table| table.cells.get_mut(cell)) {
            cell.node = Some(entry);
        }
    }

    pub(crate) fn record_node(&mut self, table: usize, node: NodeId) {
        if let Some(table) = self.tables.get_mut(table) {
            table.node = Some(node);
        }
    }
}

impl Document {
    /// All tables of the page, nested ones after the one they stand in. Malformed ones are among them.
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
    /// How it is written.
    #[must_use]
    pub fn kind(self) -> TableKind {
        self.record.kind
    }

    /// The line it begins on, from 1; of a malformed one the line docutils complains about.
    #[must_use]
    pub fn line(self) -> usize {
        self.record.line as usize
    }

    /// The line it begins on, from 1.
    #[must_use]
    pub fn start_line(self) -> usize {
        self.record.start_line as usize
    }

    /// The bytes of the source from its first character to its last.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        let map = &self.document.map;
        map.source(self.record.span.start) as usize..map.source(self.record.span.end) as usize
    }

    /// Characters between the bars, column by column.
    #[must_use]
    pub fn colwidths(self) -> &'d [i64] {
        &self.record.colwidths
    }

    /// Rows, the head's included.
    #[must_use]
    pub fn rows(self) -> usize {
        self.record.rows as usize
    }

    /// Rows of the head.
    #[must_use]
    pub fn head_rows(self) -> usize {
        self.record.head_rows as usize
    }

    /// What docutils says of a malformed table.
    #[must_use]
    pub fn error(self) -> Option<&'d str> {
        self.record.error.as_deref()
    }

    /// The table's node; of a malformed one the message about it.
    #[must_use]
    pub fn node(self) -> Option<NodeRef<'d>> {
        self.record.node.map(|id| self.document.node(id))
    }

    /// The cells, row by row.
    pub fn cells(self) -> impl ExactSizeIterator<Item = Cell<'d>> {
        self.record.cells.iter().map(move |record| Cell {
            document: self.document,
            table: self.record,
            record,
        })
    }

    /// The cell that begins at a row and column.
    #[must_use]
    pub fn cell(self, row: usize, col: usize) -> Option<Cell<'d>> {
        self.cells().find(|cell| cell.row() == row && cell.col() == col)
    }

    fn to_json(self) -> Value {
        let mut table = json!({ "kind": self.kind().name(), "line": self.line() });
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
    /// The row it begins in, from 0, the head's rows counted.
    #[must_use]
    pub fn row(self) -> usize {
        self.record.row as usize
    }

    /// The column it begins in, from 0.
    #[must_use]
    pub fn col(self) -> usize {
        self.record.col as usize
    }

    /// Rows it covers.
    #[must_use]
    pub fn rowspan(self) -> usize {
        self.record.rowspan as usize
    }

    /// Columns it covers.
    #[must_use]
    pub fn colspan(self) -> usize {
        self.record.colspan as usize
    }

    /// The line of its first text, from 1; none in tables that are not drawn.
    #[must_use]
    pub fn line(self) -> Option<usize> {
        self.record.line.map(|line| line as usize)
    }

    /// Whether it belongs to the head.
    #[must_use]
    pub fn is_head(self) -> bool {
        self.record.row < self.table.head_rows
    }

    /// The cell's lines without their common indent and without blanks at their ends.
    pub fn lines(self) -> impl ExactSizeIterator<Item = CellLine<'d>> {
        let range = self.record.lines.clone().unwrap_or(0..0);
        let lines =
            self.document.cell_lines.get(range.start as usize..range.end as usize).unwrap_or_default();
        lines.iter().map(move |&text| CellLine { document: self.document, text })
    }

    /// The cell's node, whose children are its blocks.
    #[must_use]
    pub fn node(self) -> Option<NodeRef<'d>> {
        self.record.node.map(|id| self.document.node(id)).filter(|node| node.tag() == Tag::Entry)
    }

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
    /// The text, tabs expanded.
    #[must_use]
    pub fn text(self) -> &'d str {
        self.document.str(self.text)
    }

    /// The bytes of the source that hold the text.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        let (start, end) = self.text.bounds();
        self.document.map.source(start) as usize..self.document.map.source(end) as usize
    }
}

/// The tables of a page as JSON: `{"tables": […]}`, a malformed one with `error` instead of `cells`.
#[must_use]
pub fn tables_json(document: &Document) -> Value {
    json!({ "tables": document.tables().map(Table::to_json).collect::<Vec<_>>() })
}
