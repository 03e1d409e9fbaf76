//! Lines of a table measured in columns: wide characters take two, combining ones none.

use crate::chars::{byte, columns, is_space, is_wide, trim_end};
use crate::parser::Parser;
use crate::source::Line;

/// The second column of a wide character.
const PAD: u8 = 0;
const OTHER: u8 = 0xFF;

/// The lines of a table, addressed by row and column.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) lines: Vec<Measured>,
    /// The start and the ASCII value of the character in each column, for lines that are not ASCII.
    columns: Vec<(u32, u8)>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    pub(super) line: Line,
    /// The number of columns.
    pub(super) width: u32,
    /// The start of the line in the list of columns; `None` if a column is a byte.
    columns: Option<u32>,
}

impl Rows {
    pub(super) fn push(&mut self, parser: &Parser<'_>, line: Line) {
        let text = parser.slice(line);
        if text.is_ascii() {
            self.lines.push(Measured { line, width: text.len() as u32, columns: None });
            return;
        }
        let first = self.columns.len();
        for (at, c) in text.char_indices() {
            let wide = is_wide(c);
            if columns(c) > usize::from(wide) {
                self.columns.push((at as u32, if c.is_ascii() { c as u8 } else { OTHER }));
            }
            if wide {
                self.columns.push(((at + c.len_utf8()) as u32, PAD));
            }
        }
        let width = (self.columns.len() - first) as u32;
        self.lines.push(Measured { line, width, columns: Some(first as u32) });
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.lines.truncate(len);
    }

    pub(super) fn width(&self, row: usize) -> usize {
        self.lines.get(row).map_or(0, |line| line.width as usize)
    }

    /// Returns the ASCII character in a column, or a value outside ASCII for another character.
    pub(super) fn at(&self, text: &str, row: usize, column: usize) -> u8 {
        let Some(measured) = self.lines.get(row) else { return PAD };
        match measured.columns {
            None => {
                let at = measured.line.start as usize + column;
                if at < measured.line.end as usize { byte(text, at) } else { PAD }
            }
            Some(first) if column < measured.width as usize => {
                self.columns.get(first as usize + column).map_or(PAD, |&(_, c)| c)
            }
            Some(_) => PAD,
        }
    }

    /// Returns the bytes of a line if its columns are its bytes.
    pub(super) fn ascii<'t>(&self, text: &'t str, row: usize) -> Option<&'t [u8]> {
        let measured = self.lines.get(row).filter(|measured| measured.columns.is_none())?;
        text.as_bytes().get(measured.line.start as usize..measured.line.end as usize)
    }

    /// Returns the start of a column in the text, or the end of the line for a column past it.
    fn position(&self, measured: &Measured, column: usize) -> u32 {
        if column >= measured.width as usize {
            return measured.line.end;
        }
        let at = match measured.columns {
            None => column as u32,
            Some(first) => self.columns.get(first as usize + column).map_or(0, |&(at, _)| at),
        };
        (measured.line.start + at).min(measured.line.end)
    }

    /// Returns the columns `left..right` of a line, without blanks at their end.
    pub(super) fn slice(&self, parser: &Parser<'_>, row: usize, left: usize, right: usize) -> Line {
        let Some(measured) = self.lines.get(row) else { return Line::default() };
        let start = self.position(measured, left);
        let end = self.position(measured, right).max(start);
        let line = Line { start, end, number: measured.line.number };
        Line { end: start + trim_end(parser.slice(line)).len() as u32, ..line }
    }

    /// Returns true if the columns contain anything but blanks. Half of a wide character counts.
    pub(super) fn has_text(&self, text: &str, row: usize, left: usize, right: usize) -> bool {
        (left..right.min(self.width(row))).any(|column| self.at(text, row, column) != b' ')
    }

    /// Adds the block of columns `left..right` in the rows `top..bottom` to `out`, without its common indent.
    pub(super) fn block(
        &self,
        parser: &Parser<'_>,
        (top, bottom): (usize, usize),
        (left, right): (usize, usize),
        out: &mut Vec<Line>,
    ) {
        let first = out.len();
        let mut indent = right;
        for row in top..bottom {
            let line = self.slice(parser, row, left, right);
            if !line.is_blank() {
                indent = indent.min(parser.slice(line).chars().take_while(|&c| is_space(c)).count());
            }
            out.push(line);
        }
        if indent > 0 && indent < right {
            for line in out.iter_mut().skip(first) {
                *line = parser.trim_left(*line, indent);
            }
        }
    }
}
