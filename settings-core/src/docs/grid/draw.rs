//! Draws a table from the lines of its cells.

use super::bars::has_free_bar;
use super::columns::count;
use super::{GridLine, inner_corner, is_border};

/// One line of a table, without its padding.
pub(super) enum Drawn {
    Border,
    Pair(String, String),
    Across(String),
}

impl Drawn {
    /// Returns true if the text of a cell has a bar that may be a border.
    pub(super) fn has_free_bar(&self) -> bool {
        match self {
            Self::Border => false,
            Self::Pair(left, right) => has_free_bar(left) || has_free_bar(right),
            Self::Across(text) => has_free_bar(text),
        }
    }
}

/// Draws the lines of a table. A column keeps its width (given by `inner` and `total`) if its text fits, else it grows
/// to its longest line and a blank. `lines` are the old ones, whose borders are kept where possible.
pub(super) fn draw(
    drawn: &[Drawn],
    inner: Option<usize>,
    total: usize,
    lines: &[GridLine<'_>],
) -> Option<Vec<String>> {
    let Some(at) = inner else {
        let longest = longest(drawn, |drawn| match drawn {
            Drawn::Across(text) => Some(text),
            _ => None,
        });
        let width = grown(total.checked_sub(2)?, longest);
        return drawn
            .iter()
            .map(|drawn| match drawn {
                Drawn::Border => Some(format!("+{}+", "-".repeat(width))),
                Drawn::Across(text) => Some(format!("|{}|", padded(text, width))),
                Drawn::Pair(..) => None,
            })
            .collect();
    };
    let left = grown(
        at - 1,
        longest(drawn, |drawn| match drawn {
            Drawn::Pair(left, _) => Some(left),
            _ => None,
        }),
    );
    let mut right = grown(
        total.checked_sub(at + 2)?,
        longest(drawn, |drawn| match drawn {
            Drawn::Pair(_, right) => Some(right),
            _ => None,
        }),
    );
    let note = longest(drawn, |drawn| match drawn {
        Drawn::Across(text) => Some(text),
        _ => None,
    });
    right = right.max(grown(left + 1 + right, note) - left - 1);
    let border = format!("+{}+{}+", "-".repeat(left), "-".repeat(right));
    let plain = format!("+{}+", "-".repeat(left + 1 + right));
    let pair = |i: Option<usize>| matches!(i.and_then(|i| drawn.get(i)), Some(Drawn::Pair(..)));
    drawn
        .iter()
        .enumerate()
        .map(|(i, line)| {
            Some(match line {
                // A corner belongs where a bar meets the border; elsewhere the page's own border stays.
                Drawn::Border => {
                    let own = lines.get(i).map_or("", |line| line.text);
                    let had_corner = matches!(inner_corner(own), Some(Some(_)) | None);
                    let meets = pair(i.checked_sub(1)) || pair(Some(i + 1));
                    // additional corners don't divide a row, so they may stay
                    let fits = own.len() == border.len() && own.as_bytes().get(left + 1) == Some(&b'+');
                    match fits && is_border(own) {
                        true => own.to_owned(),
                        false if meets || had_corner => border.clone(),
                        false => plain.clone(),
                    }
                }
                Drawn::Pair(a, b) => format!("|{}|{}|", padded(a, left), padded(b, right)),
                Drawn::Across(text) => format!("|{}|", padded(text, left + 1 + right)),
            })
        })
        .collect()
}

fn longest<'m>(drawn: &'m [Drawn], text: impl Fn(&'m Drawn) -> Option<&'m String>) -> usize {
    drawn.iter().filter_map(text).map(|text| count(text)).max().unwrap_or(0)
}

fn grown(width: usize, longest: usize) -> usize {
    if longest <= width { width } else { longest + 1 }
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(count(text))))
}
