//! Converts columns of the screen to characters and bytes.

use settings_rst::width::column_width;

/// The number of columns of a line.
pub(super) fn count(line: &str) -> usize {
    column_width(line)
}

/// The byte at which the character in a column begins.
pub(super) fn byte_at(line: &str, column: usize) -> Option<usize> {
    if line.is_ascii() {
        return (column < line.len()).then_some(column);
    }
    let mut buffer = [0; 4];
    let mut used = 0;
    for (at, c) in line.char_indices() {
        let wide = column_width(c.encode_utf8(&mut buffer));
        // A combining character belongs to the one before it.
        if used == column && wide > 0 {
            return Some(at);
        }
        used += wide;
    }
    None
}

/// The character in a column.
pub(super) fn char_at(line: &str, column: usize) -> Option<char> {
    byte_at(line, column).and_then(|at| line.get(at..)).and_then(|rest| rest.chars().next())
}

/// The columns of all bars of a line.
pub(super) fn bars(line: &str) -> Vec<usize> {
    if line.is_ascii() {
        return line.match_indices('|').map(|(at, _)| at).collect();
    }
    let mut buffer = [0; 4];
    let mut used = 0;
    let mut found = Vec::new();
    for c in line.chars() {
        if c == '|' {
            found.push(used);
        }
        used += column_width(c.encode_utf8(&mut buffer));
    }
    found
}
