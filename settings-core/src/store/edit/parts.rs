//! Changing a list or map in brackets part by part, in a format with `#` comments.

use super::Edit;
use crate::format::Span;
use crate::value::ZeroizingString;

/// How a value is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Part by part, so that what is the same stays as it is written, with the comments between.
    Parts,
    /// As a whole. The value has no comments.
    Whole,
}

/// A part of a list or map after the change, or before it. Parts are in the order of the text.
pub(super) enum Part {
    /// The item of this number stays, with these edits inside.
    Kept(usize, Vec<Edit>),
    /// The item of this number is removed.
    Removed(usize),
    /// An item with this text is added.
    Added(ZeroizingString),
}

/// Sorts edits by their places; `None` if two overlap.
pub(super) fn in_order(mut edits: Vec<Edit>) -> Option<Vec<Edit>> {
    edits.sort_by_key(|edit| edit.start);
    let mut pairs = edits.iter().zip(edits.iter().skip(1));
    pairs.all(|(edit, next)| edit.end <= next.start).then_some(edits)
}

/// Returns whether a comment starts in a part of the text.
pub(super) fn has_comment(comments: &[Span], start: usize, end: usize) -> bool {
    let from = comments.partition_point(|comment| comment.start < start);
    comments.get(from).is_some_and(|comment| comment.start < end)
}

/// Returns whether only space is on the line before an offset.
pub(super) fn is_own_line(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default().trim_end_matches([' ', '\t']);
    before.is_empty() || before.ends_with(['\n', '\u{feff}'])
}

/// A list or map in brackets that is not empty.
pub(super) struct Flow<'t> {
    pub(super) text: &'t str,
    /// The comments of the text.
    pub(super) comments: &'t [Span],
    pub(super) newline: &'static str,
    /// The items, each with its key.
    pub(super) items: Vec<Span>,
}

impl Flow<'_> {
    /// Returns the edits that make `parts` of the items; `None` if a comment would be lost.
    pub(super) fn edits(&self, parts: Vec<Part>) -> Option<Vec<Edit>> {
        let (mut edits, mut added, mut removed) = (Vec::new(), Vec::new(), Vec::new());
        let mut kept = None;
        for part in parts {
            match part {
                Part::Kept(number, inside) => {
                    self.remove(&mut edits, &removed)?;
                    self.add(&mut edits, kept, &added)?;
                    removed.clear();
                    added.clear();
                    edits.extend(inside);
                    kept = Some(number);
                }
                Part::Removed(number) => removed.push(number),
                Part::Added(text) => added.push(text),
            }
        }
        self.remove_last(&mut edits, kept, &removed)?;
        self.add(&mut edits, kept, &added)?;
        in_order(edits)
    }

    fn has_comment(&self, start: usize, end: usize) -> bool {
        has_comment(self.comments, start, end)
    }

    /// Removes items that another one follows, each with its comma.
    fn remove(&self, edits: &mut Vec<Edit>, removed: &[usize]) -> Option<()> {
        for number in removed {
            let item = *self.items.get(*number)?;
            let comma = self.after_comma(item.end).filter(|_| !self.has_comment(item.start, item.end))?;
            edits.push(self.removal(item.start, comma));
        }
        Some(())
    }

    /// Removes the last items, with the comma before them unless comments are between.
    fn remove_last(&self, edits: &mut Vec<Edit>, kept: Option<usize>, removed: &[usize]) -> Option<()> {
        let Some(last) = removed.last() else { return Some(()) };
        let last = *self.items.get(*last)?;
        let kept = *self.items.get(kept?)?;
        if !self.has_comment(kept.end, last.end) {
            edits.push(removal(kept.end, last.end));
            return Some(());
        }
        for number in removed {
            let item = *self.items.get(*number)?;
            if self.has_comment(item.start, item.end) {
                return None;
            }
            edits.push(self.removal(item.start, self.after_comma(item.end).unwrap_or(item.end)));
        }
        Some(())
    }

    /// Removes a part of the text with the space after it, and its line if nothing else is on it.
    fn removal(&self, start: usize, end: usize) -> Edit {
        let rest = self.text.get(end..).unwrap_or_default();
        let end = end + rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let rest = self.text.get(end..).unwrap_or_default();
        let newline = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
        if newline == 0 || !is_own_line(self.text, start) {
            return removal(start, end);
        }
        removal(start - super::style::line_indent(self.text, start).len(), end + newline)
    }

    /// Adds items after one that stays, or before the first.
    fn add(&self, edits: &mut Vec<Edit>, kept: Option<usize>, added: &[ZeroizingString]) -> Option<()> {
        if added.is_empty() {
            return Some(());
        }
        let item = *self.items.get(kept.unwrap_or_default())?;
        let line = [self.newline, super::style::line_indent(self.text, item.start)];
        let is_own_line = is_own_line(self.text, item.start);
        if kept.is_none() {
            let between: &[&str] = if is_own_line { &[",", line[0], line[1]] } else { &[", "] };
            edits.extend(added.iter().map(|text| insertion(item.start, &[&[&**text], between].concat())));
            return Some(());
        }
        let comma = self.after_comma(item.end);
        let after = comma.unwrap_or(item.end);
        let line_end = line_end(self.text, after);
        let rest = self.text.get(after..line_end).unwrap_or_default().trim_start();
        if !is_own_line || !(rest.is_empty() || rest.starts_with('#')) {
            edits.extend(added.iter().map(|text| insertion(item.end, &[", ", text])));
            return Some(());
        }
        if comma.is_none() {
            edits.push(insertion(item.end, &[","]));
        }
        for (number, text) in added.iter().enumerate() {
            let has_comma = comma.is_some() || number + 1 < added.len();
            edits.push(insertion(line_end, &[line[0], line[1], text, if has_comma { "," } else { "" }]));
        }
        Some(())
    }

    /// Returns the offset after the comma that follows an item without a comment between.
    fn after_comma(&self, end: usize) -> Option<usize> {
        let rest = self.text.get(end..)?;
        let after = rest.trim_start().strip_prefix(',')?;
        Some(self.text.len() - after.len())
    }
}

/// Returns the end of the line of `at`, before its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let line = text.get(at..).unwrap_or_default().split('\n').next().unwrap_or_default();
    at + line.trim_end_matches('\r').len()
}

pub(super) fn removal(start: usize, end: usize) -> Edit {
    Edit { start, end, with: ZeroizingString::default() }
}

pub(super) fn insertion(at: usize, with: &[&str]) -> Edit {
    Edit { start: at, end: at, with: joined(with) }
}

pub(super) fn joined(parts: &[&str]) -> ZeroizingString {
    let mut out = ZeroizingString::with_capacity(parts.iter().map(|part| part.len()).sum());
    parts.iter().for_each(|part| out.push_str(part));
    out
}
