//! Fills text into lines, and the inverse, which keeps only the line breaks that filling would not make.

use settings_rst::width::column_width as width;

/// Breaks `text` greedily into lines of at most `columns`; a line end in it always breaks. A longer word gets a line
/// of its own.
pub(super) fn fill(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for hard in text.split('\n') {
        let mut line = String::new();
        let mut used = 0;
        for word in words(hard) {
            let wide = width(word);
            if !line.is_empty() && used + 1 + wide > columns {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            if !line.is_empty() {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += wide;
        }
        lines.push(line);
    }
    lines
}

/// Joins lines by a space where [`fill`] would break at the same place, else by a line end.
pub(super) fn unfill(lines: &[&str], columns: usize) -> String {
    let mut text = String::new();
    for (i, line) in lines.iter().enumerate() {
        if let Some(before) = i.checked_sub(1).and_then(|i| lines.get(i)) {
            let next = words(line).next().unwrap_or_default();
            let greedy = !next.is_empty()
                && !before.is_empty()
                && !line.starts_with(' ')
                && width(before) + 1 + width(next) > columns;
            text.push(if greedy { ' ' } else { '\n' });
        }
        text.push_str(line);
    }
    text
}

/// The pieces between single spaces; a run of several is kept and never broken at.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let text = rest?;
        let single = text.match_indices(' ').map(|(at, _)| at).find(|&at| {
            let (before, after) = (text.get(..at), text.get(at + 1..));
            before.is_some_and(|b| !b.is_empty() && !b.ends_with(' '))
                && after.is_some_and(|a| !a.is_empty() && !a.starts_with(' '))
        });
        match single {
            Some(at) => {
                rest = text.get(at + 1..);
                text.get(..at)
            }
            None => {
                rest = None;
                Some(text)
            }
        }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn unfilled_lines_fill_to_the_same_lines() {
        let text = "one two  three four five\nsix seven eight-and-more nine";
        for columns in [3, 8, 9, 10, 14, 30, usize::MAX] {
            let lines = fill(text, columns);
            let borrowed: Vec<&str> = lines.iter().map(String::as_str).collect();
            assert_eq!(fill(&unfill(&borrowed, columns), columns), lines, "{columns} columns");
        }
    }

    #[test]
    fn keeps_a_break_that_greed_would_not_make() {
        assert_eq!(unfill(&["Send over an", "open line."], 40), "Send over an\nopen line.");
        assert_eq!(unfill(&["Send over an", "open line."], 15), "Send over an open line.");
    }

    #[test]
    fn never_breaks_at_several_blanks() {
        assert_eq!(fill("a  b c", 2), ["a  b", "c"]);
    }
}
