//! Removing a key.

use super::locate::{Match, end};
use super::{Edit, style, trivia};
use crate::value::ZeroizingString;
use crate::value::json::{Raw, Shape};

/// Removes an entry with its comma, and its line if nothing else is on it. Comments stay, also those in an object
/// without entries.
pub(super) fn entry(text: &str, found: &Match<'_>) -> Vec<Edit> {
    let Some((key, value)) = found.entry() else { return Vec::new() };
    let (start, end) = (key.start, end(value));
    let comma = trivia::skip(text, end);
    if has_only_comments(value) {
        return braces(text, found, start, value);
    }
    if text.as_bytes().get(comma) == Some(&b',') {
        return if trivia::is_space(text.get(end..comma).unwrap_or_default()) {
            vec![with_space(text, start, comma + 1)]
        } else {
            vec![with_space(text, start, end), removal(comma, comma + 1)]
        };
    }
    // the last entry, whose comma is the one before it
    let before = found.at.checked_sub(1).and_then(|before| found.entries.get(before));
    let Some((_, before)) = before else { return vec![with_space(text, start, end)] };
    let comma = trivia::skip(text, super::locate::end(*before));
    let between = text.get(comma + 1..start).unwrap_or_default();
    // a comment after the entry must not move to the line of the entry before
    let commented = trivia::end_of_line_comments(text, end) > end;
    if trivia::is_space(between) && !(commented && between.contains('\n')) {
        vec![removal(comma, end)]
    } else {
        vec![removal(comma, comma + 1), with_space(text, start, end)]
    }
}

fn has_only_comments(value: Raw<'_>) -> bool {
    let within = value.text.get(1..value.text.len().saturating_sub(1)).unwrap_or_default();
    value.shape == Shape::Object
        && value.entries().is_some_and(|entries| entries.is_empty())
        && !trivia::is_space(within)
}

/// Removes the key and the braces of an object that has only comments.
fn braces(text: &str, found: &Match<'_>, key: usize, value: Raw<'_>) -> Vec<Edit> {
    let end = end(value);
    let open = with_space(text, key, value.start + 1);
    let comma = trivia::skip(text, end);
    if text.as_bytes().get(comma) == Some(&b',') {
        return if trivia::is_space(text.get(end..comma).unwrap_or_default()) {
            vec![open, with_space(text, end - 1, comma + 1)]
        } else {
            vec![open, with_space(text, end - 1, end), removal(comma, comma + 1)]
        };
    }
    let before = found.at.checked_sub(1).and_then(|before| found.entries.get(before));
    let comma = before.map(|(_, before)| trivia::skip(text, super::locate::end(*before)));
    let comma = comma.map(|comma| removal(comma, comma + 1));
    comma.into_iter().chain([open, with_space(text, end - 1, end)]).collect()
}

/// Removes a part with its whole line, or with the space next to it.
fn with_space(text: &str, start: usize, end: usize) -> Edit {
    let after = text.get(end..).unwrap_or_default();
    let space = after.len() - after.trim_start_matches([' ', '\t']).len();
    let rest = after.get(space..).unwrap_or_default();
    let newline = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
    if newline == 0 {
        return removal(start, end + space);
    }
    match style::own_line(text, start) {
        Some(indent) => removal(start - indent.len(), end + space + newline),
        None => {
            let before = text.get(..start).unwrap_or_default();
            removal(before.trim_end_matches([' ', '\t']).len(), end)
        }
    }
}

fn removal(start: usize, end: usize) -> Edit {
    Edit { start, end, with: ZeroizingString::default() }
}
