//! Settings tables as a grid: cut into cells that know their bytes, and mended where they are off.
//!
//! Only what settings pages have: one or two columns, rows that may span both. Whether a table is one at all is the
//! parser's to say; this cuts it without losing where each line stands.

mod columns;
mod repair;

use columns::{byte_at, char_at};

pub(super) use repair::{Repaired, repair};

/// One line of a table: where it begins in the page, and its text without what follows the last bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GridLine<'t> {
    pub(super) start: usize,
    pub(super) text: &'t str,
}

/// A cut table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grid<'t> {
    /// One or two widths, in columns.
    pub(super) widths: Vec<usize>,
    pub(super) rows: Vec<GridRow<'t>>,
    /// The last border shows no inner `+`.
    pub(super) plain_bottom: bool,
}

/// One row: one cell or two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GridRow<'t> {
    pub(super) left: Vec<GridLine<'t>>,
    pub(super) right: Option<Vec<GridLine<'t>>>,
}

/// Cuts a well-formed table. `None` for one that is not, or that has other than one or two columns.
pub(super) fn cut<'t>(lines: &[GridLine<'t>]) -> Option<Grid<'t>> {
    let top = lines.first()?.text;
    let inner = inner_corner(top)?;
    let total = columns::count(top);
    let widths = match inner {
        Some(at) => vec![at - 1, total.checked_sub(at + 2)?],
        None => vec![total.checked_sub(2)?],
    };
    let (mut rows, mut open): (Vec<GridRow<'t>>, Vec<GridLine<'t>>) = (Vec::new(), Vec::new());
    for line in lines.get(1..)? {
        if columns::count(line.text) != total {
            return None;
        }
        if is_border(line.text) {
            rows.push(row(&open, inner)?);
            open.clear();
        } else if line.text.starts_with('|') && line.text.ends_with('|') {
            open.push(*line);
        } else {
            return None;
        }
    }
    let bottom = lines.last().filter(|line| is_border(line.text) && lines.len() > 2)?;
    let plain_bottom = inner.is_some_and(|at| char_at(bottom.text, at) != Some('+'));
    if plain_bottom && rows.last().is_some_and(|row| row.right.is_some()) {
        return None;
    }
    Some(Grid { widths, rows, plain_bottom })
}

/// The column of the border's inner `+`. `None` where it is no border or has more than one.
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

fn row<'t>(lines: &[GridLine<'t>], inner: Option<usize>) -> Option<GridRow<'t>> {
    if lines.is_empty() {
        return None;
    }
    let inside = |line: &GridLine<'t>| {
        let text = line.text.strip_prefix('|')?.strip_suffix('|')?;
        Some(GridLine { start: line.start + 1, text })
    };
    let split_at = inner.filter(|&at| lines.iter().all(|line| char_at(line.text, at) == Some('|')));
    let Some(at) = split_at else {
        return Some(GridRow { left: lines.iter().map(inside).collect::<Option<_>>()?, right: None });
    };
    let (mut left, mut right) = (Vec::with_capacity(lines.len()), Vec::with_capacity(lines.len()));
    for line in lines {
        let bar = byte_at(line.text, at)?;
        let last = line.text.len().checked_sub(1)?;
        left.push(GridLine { start: line.start + 1, text: line.text.get(1..bar)? });
        right.push(GridLine { start: line.start + bar + 1, text: line.text.get(bar + 1..last)? });
    }
    Some(GridRow { left, right: Some(right) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

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

    #[test]
    fn cuts_rows_and_spans() {
        let text = "+----+---+\n| äb | c |\n|    | d |\n+----+---+\n| note   |\n+----+---+\n";
        let grid = cut(&lines(text)).unwrap();
        assert_eq!(grid.widths, [4, 3]);
        let cell = |lines: &[GridLine<'_>]| lines.iter().map(|line| line.text.to_owned()).collect::<Vec<_>>();
        assert_eq!(cell(&grid.rows[0].left), [" äb ", "    "]);
        assert_eq!(cell(grid.rows[0].right.as_ref().unwrap()), [" c ", " d "]);
        assert_eq!(grid.rows[1].right, None);
        for line in grid.rows.iter().flat_map(|row| &row.left) {
            assert_eq!(text.get(line.start..line.start + line.text.len()), Some(line.text));
        }
    }

    #[test]
    fn refuses_what_is_off() {
        for text in [
            "+----+\n| a |\n+----+\n",
            "+----+\n| ab |\n",
            "| a |\n",
            "",
            "+----+----+\n| ab | cd |\n+---------+\n",
        ] {
            assert_eq!(cut(&lines(text)), None, "{text}");
        }
    }
}
