//! A parsed grid table as rows of one cell or two.

use crate::docs::grid::GridLine;
use settings_rst::{Cell, Table};

/// The cells of a table with two columns (or with one), whatever further corners its borders have.
pub(super) struct Grid<'t> {
    /// One or two widths, in columns.
    pub(super) widths: Vec<usize>,
    pub(super) rows: Vec<GridRow<'t>>,
}

/// One row: one cell or two, their lines without common indent and without blanks at their ends.
pub(super) struct GridRow<'t> {
    pub(super) left: Vec<GridLine<'t>>,
    pub(super) right: Option<Vec<GridLine<'t>>>,
}

impl<'t> Grid<'t> {
    /// Returns `None` if the table has a head, cells that span rows, or more than two columns of cells.
    ///
    /// `moved` maps an offset of the parsed text to the page's.
    pub(super) fn of(table: Table<'t>, moved: impl Fn(usize) -> usize) -> Option<Self> {
        if table.error().is_some() || table.head_rows() > 0 {
            return None;
        }
        let columns = table.colwidths().len();
        let mut rows: Vec<Vec<Cell<'t>>> = Vec::new();
        rows.resize_with(table.rows(), Vec::new);
        for cell in table.cells() {
            if cell.rowspan() != 1 {
                return None;
            }
            rows.get_mut(cell.row())?.push(cell);
        }
        let mut split: Option<usize> = None;
        let mut grid_rows = Vec::with_capacity(rows.len());
        let lines = |cell: &Cell<'t>| -> Vec<GridLine<'t>> {
            cell.lines().map(|line| GridLine { start: moved(line.span().start), text: line.text() }).collect()
        };
        for row in &rows {
            grid_rows.push(match row.as_slice() {
                [only] => GridRow { left: lines(only), right: None },
                [left, right] if *split.get_or_insert(right.col()) == right.col() => {
                    GridRow { left: lines(left), right: Some(lines(right)) }
                }
                _ => return None,
            });
        }
        let width = |columns: &[i64]| -> usize {
            let inner: i64 = columns.iter().sum();
            usize::try_from(inner).unwrap_or(0) + columns.len().saturating_sub(1)
        };
        let split = split.or((columns == 2).then_some(1));
        let widths = match split.and_then(|at| table.colwidths().split_at_checked(at)) {
            Some((left, right)) => vec![width(left), width(right)],
            None => vec![width(table.colwidths())],
        };
        Some(Self { widths, rows: grid_rows })
    }

    /// The number of rows with two cells.
    pub(super) fn pairs(&self) -> usize {
        self.rows.iter().filter(|row| row.right.is_some()).count()
    }
}
