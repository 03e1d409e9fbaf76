//! Settings tables as a grid: lines that know their offsets, repaired if their columns are off.
//!
//! Only the tables of settings pages: one or two columns, with rows that may span both.

mod bars;
mod columns;
mod draw;
mod edit;
mod repair;

use std::collections::HashMap;

pub(super) use edit::edited;
pub(super) use repair::repair;

/// One line of a table: its offset in the page, and its text up to the last bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GridLine<'t> {
    pub(super) start: usize,
    pub(super) text: &'t str,
}

/// The border that shows the columns of the table: the one with an inner corner that most bars are aligned with, else
/// the first.
fn widest_border<'t>(lines: &[GridLine<'t>]) -> Option<&'t str> {
    let borders = || lines.iter().map(|line| line.text).filter(|line| is_border(line));
    // Counted once for each column, since a long table has as many borders as rows.
    let mut counts: HashMap<usize, usize> = HashMap::new();
    for border in borders() {
        if let Some(Some(at)) = inner_corner(border) {
            counts.entry(at).or_default();
        }
    }
    for line in lines.iter().filter(|line| !is_border(line.text)) {
        for at in columns::bars(line.text) {
            counts.entry(at).and_modify(|count| *count += 1);
        }
    }
    let bars = |border: &str| match inner_corner(border) {
        Some(Some(at)) => counts.get(&at).copied().unwrap_or(0),
        _ => 0,
    };
    let with_corner = borders().filter(|line| matches!(inner_corner(line), Some(Some(_))));
    // The first of several that are alike.
    with_corner.rev().max_by_key(|border| bars(border)).or_else(|| borders().next())
}

/// The column of the bars between two cells. Returns `None` if the table doesn't have two columns.
pub(super) fn bar_column(lines: &[GridLine<'_>]) -> Option<usize> {
    inner_corner(widest_border(lines)?)?
}

/// The column of the border's inner `+`. Returns `None` if the line isn't a border or has more than one.
fn inner_corner(border: &str) -> Option<Option<usize>> {
    if !is_border(border) || border.len() < 5 {
        return None;
    }
    let mut corners = border.match_indices('+').map(|(at, _)| at).skip(1);
    let (first, second, third) = (corners.next()?, corners.next(), corners.next());
    match (second, third) {
        (None, _) => Some(None),
        (Some(_), None) => Some(Some(first)),
        _ => None,
    }
}

/// `+---+---+`
pub(super) fn is_border(line: &str) -> bool {
    line.len() >= 3
        && line.starts_with("+-")
        && line.ends_with('+')
        && line.chars().all(|c| matches!(c, '+' | '-'))
}

#[cfg(test)]
mod tests {
    use super::GridLine;

    pub(super) fn lines(text: &str) -> Vec<GridLine<'_>> {
        let mut start = 0;
        text.split_inclusive('\n')
            .map(|line| {
                let at = GridLine { start, text: line.trim_end() };
                start += line.len();
                at
            })
            .collect()
    }
}
