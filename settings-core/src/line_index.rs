//! Lines and columns of a text.

/// The distance between the places whose position is stored, in bytes.
const STEP: usize = 512;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// An index from byte offsets to lines and columns.
///
/// Stores the position of every [`STEP`]th byte, so that a query is cheap however long a line is. It borrows nothing:
/// each query takes the text that the index was made from.
#[derive(Clone, Debug, Default)]
pub(crate) struct LineIndex(Vec<Position>);

/// The number of line breaks before a byte, and of characters between the last one and the byte.
#[derive(Clone, Copy, Debug, Default)]
struct Position {
    line: usize,
    column: usize,
}

impl Position {
    fn after(mut self, bytes: &[u8]) -> Self {
        for byte in bytes {
            match byte {
                b'\n' => self = Self { line: self.line + 1, column: 0 },
                // bytes that continue a character don't count
                byte => self.column += usize::from(byte & 0xc0 != 0x80),
            }
        }
        self
    }
}

impl LineIndex {
    /// Indexes a text.
    pub(crate) fn new(text: &str) -> Self {
        let mut position = Position::default();
        let steps = text.as_bytes().chunks(STEP).map(|chunk| {
            let start = position;
            position = position.after(chunk);
            start
        });
        Self(steps.collect())
    }

    /// Returns the line and the column (in characters) of a byte, both counted from 1. A byte-order mark has no column.
    pub(crate) fn line_column(&self, text: &str, offset: usize) -> (usize, usize) {
        let offset = offset.min(text.len());
        let step = (offset / STEP).min(self.0.len().saturating_sub(1));
        let known = self.0.get(step).copied().unwrap_or_default();
        let Position { line, column } =
            known.after(text.as_bytes().get(step * STEP..offset).unwrap_or_default());
        let is_after_mark = line == 0 && column > 0 && text.as_bytes().starts_with(BYTE_ORDER_MARK);
        (line + 1, column + 1 - usize::from(is_after_mark))
    }

    /// Returns the line of a byte, counted from 1.
    #[cfg(feature = "docs")]
    pub(crate) fn line(&self, text: &str, offset: usize) -> usize {
        self.line_column(text, offset).0
    }

    /// Returns the offset of a line's first byte; 0 if the text has no such line.
    #[cfg(feature = "docs")]
    pub(crate) fn line_start(&self, text: &str, line: usize) -> usize {
        let Some(breaks @ 1..) = line.checked_sub(1) else { return 0 };
        // the last step before which the line has not started
        let step = self.0.partition_point(|position| position.line < breaks).saturating_sub(1);
        let known = self.0.get(step).copied().unwrap_or_default();
        let rest = text.as_bytes().get(step * STEP..).unwrap_or_default();
        let mut ends = rest.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        ends.nth(breaks - known.line - 1).map_or(0, |(at, _)| step * STEP + at + 1)
    }
}

/// Returns the line and the column of one byte, without an index.
pub(crate) fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let in_line = text.get(line_start..before.len()).unwrap_or_default();
    let in_line = if line_start == 0 { in_line.trim_start_matches('\u{feff}') } else { in_line };
    (line, in_line.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::string_slice)]

    use super::{LineIndex, line_column};

    #[test]
    fn every_offset_has_the_position_that_counting_finds() {
        let long = "é".repeat(700);
        for text in [
            "",
            "a",
            "\u{feff}",
            "\u{feff}a\n\u{feff}b",
            "\n\n",
            &long,
            &format!("\u{feff}{long}\r\n{long}\na"),
        ] {
            let index = LineIndex::new(text);
            let all = text.char_indices().map(|(offset, _)| offset).chain([text.len()]);
            for offset in all {
                let before = text[..offset].strip_prefix('\u{feff}').unwrap_or(&text[..offset]);
                let in_line = before.rsplit('\n').next().unwrap_or_default();
                let expected = (before.matches('\n').count() + 1, in_line.chars().count() + 1);
                assert_eq!(index.line_column(text, offset), expected, "{offset} of {text:?}");
                assert_eq!(line_column(text, offset), expected, "{offset} of {text:?}");
            }
            assert_eq!(index.line_column(text, usize::MAX), index.line_column(text, text.len()));
        }
    }

    #[cfg(feature = "docs")]
    #[test]
    fn every_line_starts_after_a_line_break() {
        let long = "é".repeat(700);
        for text in ["", "a", "\n\n", &format!("{long}\r\n\n{long}\na\n"), &"b\n".repeat(2000)] {
            let index = LineIndex::new(text);
            let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
            let starts: Vec<_> = std::iter::once(0).chain(breaks).collect();
            for (number, start) in starts.iter().enumerate() {
                assert_eq!(index.line_start(text, number + 1), *start, "line {} of {text:?}", number + 1);
                assert_eq!(index.line(text, *start), number + 1);
            }
            assert_eq!((index.line_start(text, starts.len() + 1), index.line_start(text, 0)), (0, 0));
        }
    }
}
