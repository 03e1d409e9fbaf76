//! Drawing grid tables.

use std::fmt;

use crate::width::column_width;

/// A cell of a [`GridTable`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GridCell {
    /// Its first row, from 0. The rows of the head count.
    pub row: usize,
    /// Its first column, from 0.
    pub col: usize,
    /// The number of rows that it covers, at least 1.
    pub rowspan: usize,
    /// The number of columns that it covers, at least 1.
    pub colspan: usize,
    /// Its lines, without the blank that is drawn before each.
    pub lines: Vec<String>,
}

impl GridCell {
    /// Returns a cell of one row and one column.
    #[must_use]
    pub fn new(row: usize, col: usize, lines: Vec<String>) -> Self {
        GridCell { row, col, rowspan: 1, colspan: 1, lines }
    }
}

/// A table to draw.
///
/// Every line of a cell has one blank before it. Every border has a `+` at the edge of each column, also where
/// cells cover it.
///
/// ```
/// # use settings_rst::writer::{GridCell, GridTable};
/// let cells = vec![GridCell::new(0, 0, vec!["a".into()]), GridCell::new(0, 1, vec!["b".into(), "c".into()])];
/// let table = GridTable { colwidths: vec![3, 4], head_rows: 0, cells };
/// assert_eq!(table.write()?, "+---+----+\n| a | b  |\n|   | c  |\n+---+----+\n");
/// # Ok::<(), settings_rst::writer::GridError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GridTable {
    /// The number of characters between the bars of each column, including the blanks on both sides.
    pub colwidths: Vec<usize>,
    /// The number of rows of the head. `=` is drawn below them.
    pub head_rows: usize,
    /// The cells, in any order. Places without a cell are drawn as empty cells.
    pub cells: Vec<GridCell>,
}

/// A reason that a table cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GridError {
    /// A line does not fit between the bars, or contains a tab or a line end.
    Line {
        /// The cell's row.
        row: usize,
        /// The cell's column.
        col: usize,
        /// The line.
        line: String,
        /// The number of columns of the line.
        width: usize,
        /// The number of columns that are available.
        room: usize,
    },
    /// A cell is outside the table or overlaps another one, or the table has no column or no row.
    Cell {
        /// The cell's row.
        row: usize,
        /// The cell's column.
        col: usize,
    },
}

impl fmt::Display for GridError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GridError::Line { row, col, line, width, room } => write!(
                f,
                "row {row}, column {col}: the line takes {width} columns and there are {room}: {line:?}; make the \
                 column wider or break the line"
            ),
            GridError::Cell { row, col } => {
                write!(f, "row {row}, column {col}: the cell reaches out of the table or over another cell")
            }
        }
    }
}

impl std::error::Error for GridError {}

/// The cell at each place, and the heights of the rows.
struct Layout<'a> {
    table: &'a GridTable,
    rows: usize,
    /// The index of the cell at each place, row by row.
    places: Vec<Option<usize>>,
    heights: Vec<usize>,
}

impl GridTable {
    /// Returns the number of columns of the whole table, including both outer bars.
    #[must_use]
    pub fn width(&self) -> usize {
        1 + self.colwidths.iter().map(|width| width + 1).sum::<usize>()
    }

    /// Draws the table.
    ///
    /// # Errors
    /// A line does not fit its column, cells overlap or are outside the table, or the table is empty.
    pub fn write(&self) -> Result<String, GridError> {
        let layout = Layout::new(self)?;
        let mut out = String::new();
        for row in 0..layout.rows {
            layout.border(row, &mut out);
            for line in 0..layout.heights.get(row).copied().unwrap_or(1) {
                layout.text(row, line, &mut out);
            }
        }
        layout.border(layout.rows, &mut out);
        Ok(out)
    }
}

impl<'a> Layout<'a> {
    fn new(table: &'a GridTable) -> Result<Self, GridError> {
        let columns = table.colwidths.len();
        let rows = table.cells.iter().map(|cell| cell.row.saturating_add(cell.rowspan)).max().unwrap_or(0);
        let size = rows.checked_mul(columns).filter(|&size| size > 0 && size < 1 << 24);
        let size = size.ok_or(GridError::Cell { row: 0, col: 0 })?;
        let mut layout = Layout { table, rows, places: vec![None; size], heights: vec![1; rows] };
        for (index, cell) in table.cells.iter().enumerate() {
            layout.place(index, cell)?;
        }
        let mut cells: Vec<&GridCell> = table.cells.iter().collect();
        cells.sort_by_key(|cell| (cell.rowspan, cell.row));
        for cell in cells {
            layout.make_room(cell);
        }
        Ok(layout)
    }

    fn place(&mut self, index: usize, cell: &GridCell) -> Result<(), GridError> {
        let outside = GridError::Cell { row: cell.row, col: cell.col };
        let columns = self.table.colwidths.len();
        let end = cell.col.saturating_add(cell.colspan);
        if cell.rowspan == 0 || cell.colspan == 0 || end > columns {
            return Err(outside);
        }
        for row in cell.row..cell.row + cell.rowspan {
            let places = self.places.get_mut(row * columns + cell.col..row * columns + end);
            for place in places.ok_or_else(|| outside.clone())? {
                if place.replace(index).is_some() {
                    return Err(outside);
                }
            }
        }
        let room = self.span_width(cell.col, cell.colspan).saturating_sub(1);
        for line in &cell.lines {
            let width = column_width(line);
            if width > room || line.contains(['\n', '\r', '\t']) {
                let line = line.clone();
                return Err(GridError::Line { row: cell.row, col: cell.col, line, width, room });
            }
        }
        Ok(())
    }

    /// Returns the number of columns between the bars of a cell.
    fn span_width(&self, col: usize, colspan: usize) -> usize {
        let widths = self.table.colwidths.get(col..col + colspan).unwrap_or_default();
        widths.iter().sum::<usize>() + colspan.saturating_sub(1)
    }

    /// Makes the last row of a cell high enough for its lines.
    fn make_room(&mut self, cell: &GridCell) {
        let end = cell.row + cell.rowspan;
        let covered = self.heights.get(cell.row..end).unwrap_or_default();
        let have = covered.iter().sum::<usize>() + cell.rowspan - 1;
        let missing = cell.lines.len().saturating_sub(have);
        if let Some(last) = self.heights.get_mut(end - 1) {
            *last += missing;
        }
    }

    fn at(&self, row: usize, col: usize) -> Option<usize> {
        let columns = self.table.colwidths.len();
        if col < columns { self.places.get(row * columns + col).copied().flatten() } else { None }
    }

    /// Returns true if one cell covers the places above and below the border before `row`.
    fn crosses(&self, row: usize, col: usize) -> bool {
        row > 0
            && row < self.rows
            && self.at(row, col).is_some()
            && self.at(row, col) == self.at(row - 1, col)
    }

    /// Returns the line of a cell on the border before `row`, or on a line of `row`.
    fn cell_line(&self, index: usize, row: usize, line: Option<usize>) -> &'a str {
        let Some(cell) = self.table.cells.get(index) else { return "" };
        let above: usize =
            self.heights.get(cell.row..row).unwrap_or_default().iter().map(|height| height + 1).sum();
        let at = match line {
            Some(line) => above + line,
            None => above.saturating_sub(1),
        };
        cell.lines.get(at).map_or("", String::as_str)
    }

    fn border(&self, row: usize, out: &mut String) {
        let head = row > 0 && row == self.table.head_rows && row < self.rows;
        let rule = if head { '=' } else { '-' };
        let columns = self.table.colwidths.len();
        let mut col = 0;
        let mut open = false;
        while col < columns {
            if !self.crosses(row, col) {
                out.push('+');
                let width = self.table.colwidths.get(col).copied().unwrap_or(0);
                out.extend(std::iter::repeat_n(rule, width));
                open = true;
                col += 1;
                continue;
            }
            let index = self.at(row, col).unwrap_or(0);
            let Some(cell) = self.table.cells.get(index) else { return };
            out.push(if open { '+' } else { '|' });
            self.padded(self.cell_line(index, row, None), cell, out);
            open = false;
            col = cell.col + cell.colspan;
        }
        out.push(if open { '+' } else { '|' });
        out.push('\n');
    }

    fn text(&self, row: usize, line: usize, out: &mut String) {
        let mut col = 0;
        while let Some(&width) = self.table.colwidths.get(col) {
            out.push('|');
            match self.at(row, col).and_then(|index| self.table.cells.get(index).map(|cell| (index, cell))) {
                Some((index, cell)) => {
                    self.padded(self.cell_line(index, row, Some(line)), cell, out);
                    col = cell.col + cell.colspan;
                }
                None => {
                    out.extend(std::iter::repeat_n(' ', width));
                    col += 1;
                }
            }
        }
        out.push_str("|\n");
    }

    fn padded(&self, line: &str, cell: &GridCell, out: &mut String) {
        let width = self.span_width(cell.col, cell.colspan);
        if width > 0 {
            out.push(' ');
        }
        out.push_str(line);
        out.extend(std::iter::repeat_n(' ', width.saturating_sub(1 + column_width(line))));
    }
}
