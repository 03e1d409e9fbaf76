//! Repairs a table whose columns are off, if the intent is clear.
//!
//! The borders say where the columns are. Each line is cut at its bars and padded again; a bar or a corner is
//! restored if all other lines of the row have one. Columns grow only if a cell's text doesn't fit.

use super::bars::{free_bars, has_free_bar};
use super::columns::{byte_at, char_at, count};
use super::draw::{Drawn, draw};
use super::{GridLine, inner_corner, is_border, widest_border};

/// Repairs a table. Returns `None` if there isn't exactly one repair.
///
/// The result has as many lines, or one more if the last border is missing.
pub(in crate::docs) fn repair(lines: &[GridLine<'_>]) -> Option<Vec<String>> {
    let widest = widest_border(lines)?;
    let (shape, total) = (inner_corner(widest)?, count(widest));
    let (first, last) = (lines.first()?, lines.last()?);
    if !is_border(first.text) || lines.len() < 2 {
        return None;
    }
    let mut repaired = Vec::with_capacity(lines.len() + 1);
    let mut row = Vec::new();
    for line in lines {
        if looks_like_border(line.text) {
            repaired.extend(repair_row(&row, shape, total)?);
            row.clear();
            repaired.push(Drawn::Border);
        } else {
            row.push(line.text);
        }
    }
    if !row.is_empty() {
        // Only a row that is whole shows that nothing but the border is missing.
        let is_whole = last.text.starts_with('|') && last.text.ends_with('|') && count(last.text) == total;
        if !is_whole {
            return None;
        }
        repaired.extend(repair_row(&row, shape, total)?);
        repaired.push(Drawn::Border);
    }
    if repaired.iter().any(Drawn::has_free_bar) {
        return None;
    }
    draw(&repaired, shape, total, lines)
}

/// A border, or the start of one that was cut off.
fn looks_like_border(line: &str) -> bool {
    line.starts_with("+-") && line.chars().all(|c| matches!(c, '+' | '-'))
}

fn repair_row(row: &[&str], inner: Option<usize>, total: usize) -> Option<Vec<Drawn>> {
    // Two borders in a row, or the table's first line.
    if row.is_empty() {
        return Some(Vec::new());
    }
    // A line without its first bar may have lost more than the bar, and text after the last one may belong to a cell or
    // not.
    if row.iter().any(|line| !line.starts_with('|') || !line.ends_with('|') && count(line) >= total) {
        return None;
    }
    let Some(at) = inner else {
        return row.iter().map(|line| Some(Drawn::Across(across(line)?))).collect();
    };
    let right_width = total.checked_sub(at + 2)?;
    let whole = |line: &&&str| count(line) == total && line.ends_with('|');
    // A bar that ends a short line is its outer one.
    let with_bar = row.iter().filter(|line| has_bar(line, at)).count();
    let cuts: Vec<Option<(String, String)>> =
        row.iter().map(|line| cut_in_two(line, at, right_width, total)).collect();
    let divided = row.iter().any(|line| across(line).is_some_and(|text| has_free_bar(&text)));
    let spans = if with_bar > 0 {
        let proper = row.iter().filter(whole).count();
        let proper_with_bar = row.iter().filter(whole).filter(|line| has_bar(line, at)).count();
        // A single bar in a note that spans the table is a character of its text.
        proper_with_bar * 2 < proper
    } else if divided {
        // A bar in another column: two cells of which the line's length is off. In a line of the right length, or of
        // that and the bar, it may as well be a character of a note.
        if row.iter().any(|line| matches!(count(line).checked_sub(total), Some(0 | 1))) {
            return None;
        }
        false
    } else if !row.iter().any(|line| whole(&line)) && row.iter().any(|line| may_lack_bar(line, at, total)) {
        return None;
    } else {
        // No line has a bar between the columns: a note, unless all lines are off by the same.
        row.iter().any(|line| whole(&line)) || cuts.iter().any(Option::is_none) || row.len() == 1
    };
    if spans {
        return row.iter().map(|line| Some(Drawn::Across(across(line)?))).collect();
    }
    cuts.into_iter().map(|cut| cut.map(|(left, right)| Drawn::Pair(left, right))).collect()
}

/// Returns true if a line has a bar in a column, outside of literals and before its last bar.
fn has_bar(line: &str, at: usize) -> bool {
    let end = line.strip_suffix('|').map_or(line.len(), str::len);
    byte_at(line, at).is_some_and(|bar| {
        line.get(1..end).is_some_and(|inside| free_bars(inside).any(|free| free + 1 == bar))
    })
}

/// Returns true if a line without inner bar may be one of two cells: its end is lost, or a bar between blanks.
fn may_lack_bar(line: &str, at: usize, total: usize) -> bool {
    let length = count(line);
    let is_blank = |column: usize| matches!(char_at(line, column), Some(' ') | None);
    !line.ends_with('|') || length == at + 1 || length + 1 == total && is_blank(at - 1) && is_blank(at)
}

/// The text between a line's outer bars.
fn across(line: &str) -> Option<String> {
    let inside = line.strip_prefix('|')?;
    Some(inside.strip_suffix('|').unwrap_or(inside).trim_end().to_owned())
}

/// A line's two cells, by the bar that leaves one of them its proper width.
fn cut_in_two(line: &str, at: usize, right_width: usize, total: usize) -> Option<(String, String)> {
    let split = |bar: usize| {
        let left = line.get(1..bar)?.trim_end();
        let right = line.get(bar + 1..)?;
        let right = right.strip_suffix('|').unwrap_or(right).trim_end();
        Some((left.to_owned(), right.to_owned()))
    };
    let end = line.strip_suffix('|').map_or(line.len(), str::len);
    let is_separator =
        |bar: &usize| line.get(bar + 1..).is_some_and(|rest| rest.starts_with(' ') || rest.is_empty());
    let bars: Vec<usize> = free_bars(line.get(1..end)?).map(|bar| bar + 1).filter(is_separator).collect();
    if has_bar(line, at) {
        return split(byte_at(line, at)?);
    }
    let keeps_right = bars
        .iter()
        .copied()
        .find(|&bar| line.get(bar + 1..end).is_some_and(|right| count(right) == right_width));
    if let Some(bar) = keeps_right.or(match bars.as_slice() {
        [only] => Some(*only),
        _ => None,
    }) {
        return split(bar);
    }
    // The bar itself is missing: its place must be blank, and the line as long as the others.
    let place = byte_at(line, at)?;
    let blank = |at: usize| line.get(at..=at) == Some(" ");
    (bars.is_empty() && count(line) == total && blank(place) && (blank(place - 1) || blank(place + 1)))
        .then(|| split(place))?
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::lines;
    use super::*;

    fn repaired(text: &str) -> Option<String> {
        repair(&lines(text)).map(|lines| lines.join("\n") + "\n")
    }

    #[test]
    fn pads_short_cells() {
        let text = "+------+-----+\n| left | two |\n| l | x   |\n| more | y |\n+------+-----+\n| a note |\n+------+-----+\n";
        let want = "+------+-----+\n| left | two |\n| l    | x   |\n| more | y   |\n+------+-----+\n| a note     |\n+------+-----+\n";
        assert_eq!(repaired(text).as_deref(), Some(want));
        assert_eq!(repaired(want).as_deref(), Some(want));
    }

    #[test]
    fn grows_a_column_only_where_text_does_not_fit() {
        let text = "+------+-----+\n| left is long | two |\n| a    | b   |\n+------+-----+\n";
        let want = "+--------------+-----+\n| left is long | two |\n| a            | b   |\n+--------------+-----+\n";
        assert_eq!(repaired(text).as_deref(), Some(want));
    }

    #[test]
    fn puts_back_what_would_fuse_cells() {
        let corner = "+------+-----+\n| left | two |\n+------------+\n";
        assert_eq!(repaired(corner).as_deref(), Some("+------+-----+\n| left | two |\n+------+-----+\n"));
        let bar = "+------+-----+\n| left | two |\n| a      b   |\n+------+-----+\n";
        assert_eq!(
            repaired(bar).as_deref(),
            Some("+------+-----+\n| left | two |\n| a    | b   |\n+------+-----+\n")
        );
    }

    #[test]
    fn keeps_a_note_above_a_plain_bottom() {
        let text = "+------+-----+\n| left | two |\n+------+-----+\n| a note   |\n+------------+\n";
        let want = "+------+-----+\n| left | two |\n+------+-----+\n| a note     |\n+------------+\n";
        assert_eq!(repaired(text).as_deref(), Some(want));
    }

    #[test]
    fn never_fuses_cells() {
        let short = "+-------+-----+\n| Serve | Po  |\n+-------+-----+\n| SM | 465 |\n+-------+-----+\n";
        let want = "+-------+-----+\n| Serve | Po  |\n+-------+-----+\n| SM    | 465 |\n+-------+-----+\n";
        assert_eq!(repaired(short).as_deref(), Some(want));
        let wide = "+-----+-----+\n| abc | def |\n+-----+-----+\n| aaaaa | def |\n+-----+-----+\n";
        let want = "+-------+-----+\n| abc   | def |\n+-------+-----+\n| aaaaa | def |\n+-------+-----+\n";
        assert_eq!(repaired(wide).as_deref(), Some(want));
        for two_readings in [
            "+-----+-----+\n| abc | def | # note\n+-----+-----+\n",
            "+-----+-----+\n| abc | def |\n+-----+-----+\n| a  | def  |\n| abcd | e |\n+-----+-----+\n",
            "+-----+-----+\n| ab | cd |ef |\n+-----+-----+\n",
            "+-----+-----+\n| abc | def |\nabc | def |\n+-----+-----+\n",
        ] {
            assert_eq!(repaired(two_readings), None, "{two_readings}");
        }
    }

    #[test]
    fn completes_the_last_border() {
        let want = "+------+-----+\n| left | two |\n+------+-----+\n| a    | b   |\n+------+-----+\n";
        for end in ["+------+---", "+------+-----", "+---", "+------+", ""] {
            let cut = want.strip_suffix("+------+-----+\n").unwrap();
            let text = if end.is_empty() { cut.to_owned() } else { format!("{cut}{end}\n") };
            assert_eq!(repaired(&text).as_deref(), Some(want), "{end}");
        }
        assert_eq!(repaired("+------+-----+\n| left | two |\n+------+-----+\n| a    | b  \n"), None);
    }

    #[test]
    fn leaves_what_could_be_meant_in_two_ways() {
        let text = "+------+-----+\n| left | two |\n| one words here |\n+------+-----+\n";
        assert_eq!(repaired(text), None);
    }
}
