//! Adding a key.

use super::locate::{self, end};
use super::style::{self, Style};
use super::{Edit, EditError, trivia};
use crate::line_index::line_column;
use crate::value::ZeroizingString;
use crate::value::json::{self, Key, Raw, Shape};

/// Adds `json` at `path`, after the existing keys, with the sections that are missing.
pub(super) fn entry(text: &str, root: Raw<'_>, path: &[String], json: &str) -> Result<Vec<Edit>, EditError> {
    let sections = path.split_last().map_or(&[][..], |(_, sections)| sections);
    let new =
        |depth| New { style: Style::detect(text, root), keys: path.get(depth..).unwrap_or_default(), json };
    let found = match locate::section(root, sections) {
        Ok(found) => found,
        Err((null, depth)) if null.shape == Shape::Null => {
            return Ok(vec![new(depth).instead_of(text, null)]);
        }
        Err((value, depth)) => {
            let (line, column) = line_column(text, value.start);
            let path = path.iter().take(depth).cloned().collect();
            return Err(EditError::NotObject { path, found: value.shape.name(), line, column });
        }
    };
    let new = new(found.depth);
    let entries = found.object.entries().unwrap_or_default();
    Ok(match entries.split_last() {
        None => new.first_of(text, root, found.object),
        Some((last, others)) => match style::own_line(text, last.0.start) {
            Some(indent) => new.on_a_line(text, *last, indent),
            None => new.on_the_same_line(text, *last, others.last()),
        },
    })
}

struct New<'n> {
    style: Style<'n>,
    /// The missing sections and the setting.
    keys: &'n [String],
    json: &'n str,
}

impl New<'_> {
    fn on_a_line(&self, text: &str, last: (Key<'_>, Raw<'_>), indent: &str) -> Vec<Edit> {
        let (line, colon) = (self.style.newline, style::colon(text, last));
        let member = self.member(colon, Some(indent));
        let (comma, after) = comma_after(text, end(last.1));
        let at = trivia::end_of_line_comments(text, after);
        let mut edits = Vec::new();
        if comma.is_none() {
            edits.push(insertion(after, &[","]));
        }
        let trailing = if comma.is_some() { "," } else { "" };
        edits.push(insertion(at, &[line, indent, &member, trailing]));
        edits
    }

    fn on_the_same_line(
        &self,
        text: &str,
        last: (Key<'_>, Raw<'_>),
        before: Option<&(Key<'_>, Raw<'_>)>,
    ) -> Vec<Edit> {
        let colon = style::colon(text, last);
        let usual_gap = if colon == ":" { "" } else { " " };
        let gap = before.and_then(|(_, value)| {
            let (_, after) = comma_after(text, end(*value));
            let gap = text.get(after..last.0.start)?;
            (trivia::is_space(gap) && !gap.contains('\n')).then_some(gap)
        });
        let gap = gap.unwrap_or(usual_gap);
        let member = self.member(colon, None);
        let (comma, after) = comma_after(text, end(last.1));
        vec![match comma {
            Some(_) => insertion(after, &[gap, &member, ","]),
            None => insertion(after, &[",", gap, &member]),
        }]
    }

    /// Replaces a section that is null.
    fn instead_of(&self, text: &str, null: Raw<'_>) -> Edit {
        let with = if self.style.one_line {
            joined(&["{", &self.member(": ", None), "}"])
        } else {
            let (line, outer) = (self.style.newline, style::line_indent(text, null.start));
            let inner = format!("{outer}{}", self.style.indent);
            joined(&["{", line, &inner, &self.member(": ", Some(&inner)), line, outer, "}"])
        };
        Edit { start: null.start, end: end(null), with }
    }

    fn first_of(&self, text: &str, root: Raw<'_>, object: Raw<'_>) -> Vec<Edit> {
        let (open, close) = (object.start + 1, end(object) - 1);
        let inside = text.get(open..close).unwrap_or_default();
        if self.style.one_line && trivia::is_space(inside) {
            let neighbour = root.entries().unwrap_or_default().first().copied();
            let member = self.member(neighbour.map_or(": ", |entry| style::colon(text, entry)), None);
            return vec![Edit { start: open, end: close, with: member }];
        }
        let (line, outer) = (self.style.newline, style::line_indent(text, object.start));
        let inner = format!("{outer}{}", self.style.indent);
        let member = self.member(": ", Some(&inner));
        // comments stay, together with the line break after the last one
        let kept = inside.trim_end_matches([' ', '\t', '\n', '\r']);
        let space = inside.get(kept.len()..).unwrap_or_default();
        let tail = match space.contains('\n') && !kept.is_empty() {
            true => space.to_owned(),
            false => format!("{line}{outer}"),
        };
        vec![Edit { start: open + kept.len(), end: close, with: joined(&[line, &inner, &member, &tail]) }]
    }

    /// Formats key, colon and value, on several lines if `indent` (that of the key) is given and sections are missing.
    fn member(&self, colon: &str, indent: Option<&str>) -> ZeroizingString {
        let mut out = ZeroizingString::default();
        let mut indent = indent.map(str::to_owned);
        let mut closing = Vec::new();
        for (at, key) in self.keys.iter().enumerate() {
            out.push_str(&json::escape(key));
            out.push_str(colon);
            if at + 1 == self.keys.len() {
                out.push_str(self.json);
                break;
            }
            out.push('{');
            if let Some(outer) = &mut indent {
                closing.push(format!("{}{outer}}}", self.style.newline));
                outer.push_str(self.style.indent);
                out.push_str(self.style.newline);
                out.push_str(outer);
            } else {
                closing.push("}".to_owned());
            }
        }
        closing.iter().rev().for_each(|closing| out.push_str(closing));
        out
    }
}

/// Finds the comma after a value, and returns it with the offset after it, or after the value if there is no comma.
fn comma_after(text: &str, value_end: usize) -> (Option<usize>, usize) {
    let at = trivia::skip(text, value_end);
    if text.as_bytes().get(at) == Some(&b',') { (Some(at), at + 1) } else { (None, value_end) }
}

fn insertion(at: usize, with: &[&str]) -> Edit {
    Edit { start: at, end: at, with: joined(with) }
}

fn joined(parts: &[&str]) -> ZeroizingString {
    let mut out = ZeroizingString::with_capacity(parts.iter().map(|part| part.len()).sum());
    parts.iter().for_each(|part| out.push_str(part));
    out
}
