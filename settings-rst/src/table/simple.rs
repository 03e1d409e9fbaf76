//! Simple tables: columns underlined with `=`, spans with `-`.

use super::row::Rows;
use super::{CellData, TableData, TableError};
use crate::chars::{cut, is_space};
use crate::markers::is_simple_border;
use crate::parser::Parser;
use crate::source::Line;

/// The start and the end of a column.
type Column = (usize, usize);

struct Simple<'a, 's> {
    parser: &'a Parser<'s>,
    rows: &'a Rows,
    columns: Vec<Column>,
    /// The end of the last column in the top border.
    border_end: usize,
    data: TableData,
}

impl Parser<'_> {
    /// Reads the table that the rows draw. The first and the last are its borders.
    pub(super) fn parse_simple(&self, rows: &Rows) -> Result<TableData, TableError> {
        let mut head: Option<usize> = None;
        let last = rows.len().saturating_sub(1);
        for row in 1..last {
            if is_simple_border(self.row_text(rows, row)) {
                if let Some(head) = head {
                    return Err(TableError::several_heads(head, row));
                }
                head = Some(row);
            }
        }
        let columns = runs(self.row_text(rows, 0));
        let border_end = columns.last().map_or(0, |column| column.1);
        let mut table = Simple { parser: self, rows, columns, border_end, data: TableData::default() };
        table.read(head)?;
        let Simple { mut data, columns, .. } = table;
        data.colwidths = columns.iter().map(|(start, end)| *end as i64 - *start as i64).collect();
        data.head_rows = head
            .and_then(|head| data.cells.iter().find(|cell| cell.offset > head))
            .map_or(0, |cell| cell.row);
        Ok(data)
    }

    fn row_text(&self, rows: &Rows, row: usize) -> &str {
        rows.lines.get(row).map_or("", |measured| self.slice(measured.line))
    }
}

/// Returns the runs of border characters between blanks.
fn runs(border: &str) -> Vec<Column> {
    let mut columns = Vec::new();
    let mut start = None;
    for (i, b) in border.bytes().enumerate() {
        match (b, start) {
            (b' ', Some(from)) => {
                columns.push((from, i));
                start = None;
            }
            (b' ', None) => {}
            (_, None) => start = Some(i),
            _ => {}
        }
    }
    if let Some(from) = start {
        columns.push((from, border.len()));
    }
    columns
}

/// `---  ---`: the underline of spanning columns.
fn is_span_line(line: &str) -> bool {
    line.starts_with('-') && line.bytes().all(|b| b == b'-' || b == b' ')
}

impl Simple<'_, '_> {
    fn read(&mut self, head: Option<usize>) -> Result<(), TableError> {
        let first = self.columns.first().copied().unwrap_or((0, 0));
        let last = self.rows.len().saturating_sub(1);
        let mut start = 1;
        let mut text_found = false;
        for row in 1..self.rows.len() {
            let line = self.parser.row_text(self.rows, row);
            if row == last || head == Some(row) || is_span_line(line) {
                self.row(start, row, Some(row))?;
                start = row + 1;
                text_found = false;
            } else if !self.rows.slice(self.parser, row, first.0, first.1).is_blank_text(self.parser) {
                if text_found && row != start {
                    self.row(start, row, None)?;
                }
                start = row;
                text_found = true;
            } else if !text_found {
                start = row + 1;
            }
        }
        Ok(())
    }

    /// Returns the columns that a span underline describes.
    fn spans(&self, row: usize) -> Result<Vec<Column>, TableError> {
        let mut columns = runs(self.parser.row_text(self.rows, row));
        let end = self.columns.last().map_or(0, |column| column.1);
        match columns.last_mut() {
            Some(last) if last.1 == self.border_end => last.1 = end,
            _ => return Err(TableError::span_incomplete(row)),
        }
        Ok(columns)
    }

    /// Reads one row of the table from its lines and an optional underline.
    fn row(&mut self, from: usize, to: usize, underline: Option<usize>) -> Result<(), TableError> {
        if from >= to && underline.is_none() {
            return Ok(());
        }
        let mut columns = match underline {
            Some(row) => self.spans(row)?,
            None => self.columns.clone(),
        };
        self.check(from, to, &mut columns)?;
        let row = self.data.rows;
        let mut at = 0;
        for &(start, end) in &columns {
            let first_column = at;
            let problem = || TableError::span_alignment(from);
            if self.columns.get(at).is_none_or(|column| column.0 != start) {
                return Err(problem());
            }
            while self.columns.get(at).ok_or_else(problem)?.1 != end {
                at += 1;
            }
            at += 1;
            let first = self.data.lines.len();
            self.rows.block(self.parser, (from, to), (start, end), &mut self.data.lines);
            let lines = first..self.data.lines.len();
            let cell = CellData {
                row,
                col: first_column,
                rowspan: 1,
                colspan: at - first_column,
                offset: from,
                lines,
            };
            self.data.cells.push(cell);
        }
        self.data.rows += 1;
        Ok(())
    }

    /// Refuses text between columns. Text past the last column widens it.
    fn check(&mut self, from: usize, to: usize, columns: &mut [Column]) -> Result<(), TableError> {
        let count = columns.len();
        for i in 0..count {
            let next = columns.get(i + 1).map_or(usize::MAX, |column| column.0);
            for row in from..to {
                let Some(&(start, end)) = columns.get(i) else { break };
                if !self.rows.has_text(self.parser.text, row, end, next) {
                    continue;
                }
                if i + 1 < count {
                    return Err(TableError::text_in_margin(row));
                }
                let new_end = self.rows.width(row);
                if let Some(main) = self.columns.last_mut() {
                    if let Some(column) = columns.get_mut(i) {
                        *column = (start, main.1.max(new_end));
                    }
                    main.1 = main.1.max(new_end);
                }
            }
        }
        Ok(())
    }
}

impl Line {
    fn is_blank_text(self, parser: &Parser<'_>) -> bool {
        cut(parser.text, self.start as usize, self.end as usize).chars().all(is_space)
    }
}
