//! Replaces words in a table and keeps its grid aligned.

use std::ops::Range;

use super::columns::{byte_at, char_at, count};
use super::draw::{Drawn, draw};
use super::{GridLine, inner_corner, is_border, widest_border};

/// Replaces ranges of the page (each within one line of a cell) in a well-formed table; returns its lines.
///
/// If the new words fit, only their lines change; else the column grows. Returns `None` if the table isn't simple
/// enough to be certain.
pub(in crate::docs) fn edited(lines: &[GridLine<'_>], edits: &[(Range<usize>, &str)]) -> Option<Vec<String>> {
    let border = widest_border(lines)?;
    let (inner, total) = (inner_corner(border)?, count(border));
    let rows = pair_rows(lines, inner);
    let mut drawn = Vec::with_capacity(lines.len());
    let mut placed = 0;
    let mut same_lines: Vec<Option<String>> = Vec::with_capacity(lines.len());
    for (line, pair) in lines.iter().zip(&rows) {
        if is_border(line.text) {
            drawn.push(Drawn::Border);
            same_lines.push(Some(line.text.to_owned()));
            continue;
        }
        if count(line.text) != total {
            return None;
        }
        let mut bars = vec![0, line.text.len().checked_sub(1)?];
        if *pair {
            bars.insert(1, byte_at(line.text, inner?)?);
        }
        let mut cells: Vec<(String, usize)> = Vec::new();
        for bounds in bars.windows(2) {
            let [from, to] = bounds else { return None };
            let cell = line.text.get(from + 1..*to)?;
            let cell_start = line.start + from + 1;
            let mut text = cell.to_owned();
            let first = edits.partition_point(|(range, _)| range.start < cell_start);
            let after = edits.partition_point(|(range, _)| range.start <= cell_start + cell.len());
            for (range, new) in edits.get(first..after).unwrap_or_default().iter().rev() {
                if range.end <= cell_start + cell.len() {
                    text.replace_range(range.start - cell_start..range.end - cell_start, new);
                    placed += 1;
                }
            }
            cells.push((text.trim_end().to_owned(), count(cell)));
        }
        let fits = cells.iter().all(|(text, width)| count(text) <= *width);
        same_lines.push(fits.then(|| {
            let padded =
                |(text, width): &(String, usize)| format!("{text}{}", " ".repeat(width - count(text)));
            format!("|{}|", cells.iter().map(padded).collect::<Vec<_>>().join("|"))
        }));
        drawn.push(match cells.as_slice() {
            [(left, _), (right, _)] => Drawn::Pair(left.clone(), right.clone()),
            [(across, _)] => Drawn::Across(across.clone()),
            _ => return None,
        });
    }
    if placed != edits.len() {
        return None;
    }
    match same_lines.into_iter().collect::<Option<Vec<_>>>() {
        Some(lines) => Some(lines),
        None => draw(&drawn, inner, total, lines),
    }
}

/// Marks the lines that belong to a row of two cells.
fn pair_rows(lines: &[GridLine<'_>], inner: Option<usize>) -> Vec<bool> {
    let mut pairs = vec![false; lines.len()];
    let Some(at) = inner else { return pairs };
    let mut row: Vec<usize> = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        if !is_border(line.text) {
            row.push(i);
            continue;
        }
        let has_bar = |i: &usize| lines.get(*i).is_some_and(|line| char_at(line.text, at) == Some('|'));
        if !row.is_empty() && row.iter().all(has_bar) {
            row.iter().filter_map(|i| pairs.get_mut(*i).map(|pair| *pair = true)).for_each(drop);
        }
        row.clear();
    }
    pairs
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::lines;
    use super::*;

    const TABLE: &str = "+------+-------+\n| some | a bc  |\n|      | d     |\n+------+-------+\n| a note       |\n+------+-------+\n";

    fn replaced(old: &str, new: &str) -> Option<String> {
        let at = TABLE.find(old).unwrap();
        edited(&lines(TABLE), &[(at..at + old.len(), new)]).map(|lines| lines.join("\n") + "\n")
    }

    #[test]
    fn changes_one_line_where_it_fits() {
        assert_eq!(replaced("bc", "xyz"), Some(TABLE.replace("a bc  ", "a xyz ")));
        assert_eq!(replaced("note", "n"), Some(TABLE.replace("a note", "a n   ")));
    }

    #[test]
    fn grows_to_the_longest_line_and_a_blank() {
        let want = "+------+----------+\n| some | a wxyz12 |\n|      | d        |\n+------+----------+\n| a note          |\n+------+----------+\n";
        assert_eq!(replaced("bc", "wxyz12").as_deref(), Some(want));
    }

    #[test]
    fn refuses_what_lies_across_cells() {
        assert_eq!(replaced("some | a", "x"), None);
    }
}
