//! Lines and columns of a text, found quickly however many are asked for.

/// How far apart the places are that are known beforehand, in bytes.
const STEP: usize = 512;

const BYTE_ORDER: &[u8] = "\u{feff}".as_bytes();

/// The line and column of every [`STEP`]th byte.
#[derive(Clone, Debug)]
pub(crate) struct Lines(Vec<Position>);

/// How many line breaks stand before a byte, and how many characters between the last one and it.
#[derive(Clone, Copy, Debug, Default)]
struct Position {
    line: usize,
    column: usize,
}

impl Position {
    fn behind(mut self, bytes: &[u8]) -> Self {
        for byte in bytes {
            match byte {
                b'\n' => self = Self { line: self.line + 1, column: 0 },
                // all but the bytes that continue a character
                byte => self.column += usize::from(byte & 0xc0 != 0x80),
            }
        }
        self
    }
}

impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        let mut position = Position::default();
        let steps = text.as_bytes().chunks(STEP).map(|chunk| {
            let start = position;
            position = position.behind(chunk);
            start
        });
        Self(steps.collect())
    }

    /// The line and column of a byte, counted from 1, the column in characters; a byte-order mark is none.
    pub(crate) fn line_and_column(&self, text: &str, offset: usize) -> (usize, usize) {
        let offset = offset.min(text.len());
        let step = (offset / STEP).min(self.0.len().saturating_sub(1));
        let known = self.0.get(step).copied().unwrap_or_default();
        let Position { line, column } =
            known.behind(text.as_bytes().get(step * STEP..offset).unwrap_or_default());
        let is_behind_mark = line == 0 && column > 0 && text.as_bytes().starts_with(BYTE_ORDER);
        (line + 1, column + 1 - usize::from(is_behind_mark))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::string_slice)]

    use super::Lines;

    #[test]
    fn they_are_what_counting_finds() {
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
            let lines = Lines::of(text);
            let all = text.char_indices().map(|(offset, _)| offset).chain([text.len()]);
            for offset in all {
                let before = text[..offset].strip_prefix('\u{feff}').unwrap_or(&text[..offset]);
                let in_line = before.rsplit('\n').next().unwrap_or_default();
                let expected = (before.matches('\n').count() + 1, in_line.chars().count() + 1);
                assert_eq!(lines.line_and_column(text, offset), expected, "{offset} of {text:?}");
            }
            assert_eq!(lines.line_and_column(text, usize::MAX), lines.line_and_column(text, text.len()));
        }
    }
}
