//! Grid tables: cells drawn with `+`, `-` and `|`, found by following their borders.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::row::Rows;
use super::{CellData, TableData, TableError};
use crate::chars::{cut, find_byte};
use crate::parser::Parser;

/// The limit of steps for each character of a table. A drawing that needs more is not a table.
const STEPS: usize = 64;

impl Parser<'_> {
    /// Reads the table that the rows draw. The first and the last are borders; all are equally wide.
    pub(super) fn parse_grid(&self, rows: &Rows) -> Result<TableData, TableError> {
        let mut grid = Grid::new(self.text, rows);
        grid.find_head()?;
        grid.find_cells()?;
        grid.structure(self)
    }
}

/// `+===+`
fn is_head_border(line: &str) -> bool {
    let line = line.trim_end_matches(' ');
    line.len() >= 5
        && line.starts_with("+=")
        && line.ends_with("=+")
        && line.bytes().all(|b| b == b'=' || b == b'+')
}

struct Grid<'a> {
    text: &'a str,
    rows: &'a Rows,
    bottom: usize,
    right: usize,
    head: Option<usize>,
    /// The last row that a cell covers, for each column.
    done: Vec<isize>,
    row_edges: Vec<bool>,
    column_edges: Vec<bool>,
    cells: Vec<Rectangle>,
    steps: usize,
}

#[derive(Clone, Copy, Debug)]
struct Rectangle {
    top: usize,
    left: usize,
    bottom: usize,
    right: usize,
}

impl<'a> Grid<'a> {
    fn new(text: &'a str, rows: &'a Rows) -> Self {
        let width = rows.width(0);
        let mut row_edges = vec![false; rows.len()];
        let mut column_edges = vec![false; width];
        mark(&mut row_edges, 0);
        mark(&mut column_edges, 0);
        Grid {
            text,
            rows,
            bottom: rows.len().saturating_sub(1),
            right: width.saturating_sub(1),
            head: None,
            done: vec![-1; width],
            row_edges,
            column_edges,
            cells: Vec::new(),
            steps: STEPS * (width + 16) * (rows.len() + 16),
        }
    }

    fn find_head(&mut self) -> Result<(), TableError> {
        for row in 0..self.rows.len() {
            if self.at(row, 1) != b'=' {
                continue;
            }
            let Some(line) = self.rows.lines.get(row).map(|measured| measured.line) else { continue };
            if !is_head_border(cut(self.text, line.start as usize, line.end as usize)) {
                continue;
            }
            if let Some(head) = self.head.filter(|&head| head > 0) {
                return Err(TableError::several_heads(head, row));
            }
            self.head = Some(row);
        }
        if self.head.is_some_and(|head| head == 0 || head == self.bottom) {
            return Err(TableError::head_at_edge(self.bottom));
        }
        Ok(())
    }

    /// Returns a line as bytes, if its columns are its bytes and it is not the head rule.
    fn plain(&self, row: usize) -> Option<&'a [u8]> {
        if self.head == Some(row) { None } else { self.rows.ascii(self.text, row) }
    }

    fn at(&self, row: usize, column: usize) -> u8 {
        let b = self.rows.at(self.text, row, column);
        if b == b'=' && self.head == Some(row) { b'-' } else { b }
    }

    fn find_cells(&mut self) -> Result<(), TableError> {
        let mut corners = BinaryHeap::from([Reverse((0, 0))]);
        while let Some(Reverse((top, left))) = corners.pop() {
            let covered = self.done.get(left).is_none_or(|&done| top as isize <= done);
            if top == self.bottom || left == self.right || covered {
                continue;
            }
            let Some(cell) = self.find_cell(top, left) else { continue };
            self.mark_edges(cell);
            let columns = self.done.get_mut(left..cell.right).unwrap_or_default();
            for done in columns {
                if *done != top as isize - 1 {
                    return Err(TableError::incomplete());
                }
                *done = cell.bottom as isize - 1;
            }
            self.cells.push(cell);
            corners.push(Reverse((top, cell.right)));
            corners.push(Reverse((cell.bottom, left)));
        }
        let last = self.bottom as isize - 1;
        let complete = self.done.iter().take(self.right).all(|&done| done == last);
        if complete { Ok(()) } else { Err(TableError::incomplete()) }
    }

    /// Returns the smallest rectangle of borders with the given top left corner.
    fn find_cell(&mut self, top: usize, left: usize) -> Option<Rectangle> {
        let mut right = left;
        while right < self.right {
            right = self.next_crossing(top, right + 1);
            self.step()?;
            match self.at(top, right) {
                b'+' => {
                    if let Some(bottom) = self.find_bottom(top, left, right) {
                        return Some(Rectangle { top, left, bottom, right });
                    }
                }
                b'-' => {}
                _ => return None,
            }
        }
        None
    }

    /// Returns the first column from `column` on at which a horizontal border crosses another or ends.
    fn next_crossing(&mut self, row: usize, column: usize) -> usize {
        let Some(line) = self.plain(row).and_then(|line| line.get(column..)) else { return column };
        let run = find_byte(line, |b| b != b'-').unwrap_or(line.len());
        self.steps = self.steps.saturating_sub(run / 16);
        (column + run).min(self.right)
    }

    /// Returns true if there is only a horizontal border between two columns.
    fn is_border(&mut self, row: usize, left: usize, right: usize) -> bool {
        match self.plain(row).and_then(|line| line.get(left + 1..right)) {
            Some(line) => {
                self.steps = self.steps.saturating_sub(line.len() / 16);
                find_byte(line, |b| (b != b'-') & (b != b'+')).is_none()
            }
            None => self.run((left + 1..right).rev(), |grid, column| grid.at(row, column), b'-'),
        }
    }

    fn find_bottom(&mut self, top: usize, left: usize, right: usize) -> Option<usize> {
        for bottom in top + 1..=self.bottom {
            self.step()?;
            match self.at(bottom, right) {
                b'+' => {
                    let closed = self.at(bottom, left) == b'+'
                        && self.is_border(bottom, left, right)
                        && self.run((top + 1..bottom).rev(), |grid, row| grid.at(row, left), b'|');
                    if closed {
                        return Some(bottom);
                    }
                }
                b'|' => {}
                _ => return None,
            }
        }
        None
    }

    /// Returns true if all places have the character of the border or a crossing.
    fn run(
        &mut self,
        places: impl Iterator<Item = usize>,
        at: impl Fn(&Self, usize) -> u8,
        border: u8,
    ) -> bool {
        for place in places {
            let b = at(self, place);
            if self.step().is_none() || (b != border && b != b'+') {
                return false;
            }
        }
        true
    }

    fn step(&mut self) -> Option<()> {
        self.steps = self.steps.checked_sub(1)?;
        Some(())
    }

    /// Marks the rows and columns that begin at the crossings on the border of a cell.
    fn mark_edges(&mut self, cell: Rectangle) {
        for row in [cell.top, cell.bottom] {
            match self.plain(row).and_then(|line| line.get(cell.left + 1..=cell.right)) {
                Some(line) => {
                    for i in memchr::memchr_iter(b'+', line) {
                        mark(&mut self.column_edges, cell.left + 1 + i);
                    }
                }
                None => {
                    for column in cell.left + 1..=cell.right {
                        if self.at(row, column) == b'+' {
                            mark(&mut self.column_edges, column);
                        }
                    }
                }
            }
        }
        for row in cell.top + 1..=cell.bottom {
            if self.at(row, cell.right) == b'+' || (self.at(row, cell.left) == b'+' && row < cell.bottom) {
                mark(&mut self.row_edges, row);
            }
        }
    }

    fn structure(&self, parser: &Parser<'_>) -> Result<TableData, TableError> {
        let (row_index, _) = positions(&self.row_edges);
        let (column_index, columns) = positions(&self.column_edges);
        let index = |index: &[u32], at: usize| index.get(at).copied().unwrap_or(0) as usize;
        let row_count = index(&row_index, self.bottom);
        let column_count = columns.len().saturating_sub(1);
        let colwidths = columns
            .windows(2)
            .map(|pair| (pair.last().unwrap_or(&0) - pair.first().unwrap_or(&0) - 1) as i64)
            .collect();
        let mut data = TableData {
            colwidths,
            rows: row_count,
            head_rows: self.head.map_or(0, |head| index(&row_index, head)),
            cells: Vec::with_capacity(self.cells.len()),
            lines: Vec::new(),
        };
        let mut area = 0;
        for cell in &self.cells {
            let first = data.lines.len();
            let (row, col) = (index(&row_index, cell.top), index(&column_index, cell.left));
            let rowspan = index(&row_index, cell.bottom).saturating_sub(row);
            let colspan = index(&column_index, cell.right).saturating_sub(col);
            area += rowspan * colspan;
            self.rows.block(
                parser,
                (cell.top + 1, cell.bottom),
                (cell.left + 1, cell.right),
                &mut data.lines,
            );
            let lines = first..data.lines.len();
            data.cells.push(CellData { row, col, rowspan, colspan, offset: cell.top + 1, lines });
        }
        if area != row_count * column_count {
            return Err(TableError::incomplete());
        }
        data.cells.sort_by_key(|cell| (cell.row, cell.col));
        Ok(data)
    }
}

fn mark(edges: &mut [bool], at: usize) {
    if let Some(edge) = edges.get_mut(at) {
        *edge = true;
    }
}

/// Returns the number of edges before each place, and the places of the edges.
fn positions(edges: &[bool]) -> (Vec<u32>, Vec<usize>) {
    let mut index = Vec::with_capacity(edges.len());
    let mut places = Vec::new();
    for (at, &edge) in edges.iter().enumerate() {
        index.push(places.len() as u32);
        if edge {
            places.push(at);
        }
    }
    (index, places)
}
