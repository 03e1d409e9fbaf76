//! Groups parts into settings and the text between them.

use crate::docs::model::{Bullet, Content, Entry, Part, Placed, Table};

/// The start of a comment that silences a rule.
pub(in crate::docs) const ALLOW: &str = ".. settings-allow:";

/// Groups the parts of a page.
///
/// A setting begins at its directive (or at the heading right above it, if none follows), or at a heading with a
/// settings table below it; anchors right above belong to it. It ends at the next heading, directive or transition.
pub(in crate::docs) fn entries(parts: Vec<Placed>) -> Vec<Entry> {
    let begins = beginnings(&parts);
    let mut entries: Vec<Entry> = Vec::new();
    for (placed, begin) in parts.into_iter().zip(begins) {
        match (begin, entries.last_mut()) {
            (Some(true), _) => entries.push(Entry::Setting(vec![placed])),
            (Some(false), Some(Entry::Prose(parts)))
            | (None, Some(Entry::Prose(parts) | Entry::Setting(parts))) => {
                parts.push(placed);
            }
            (Some(false) | None, _) => entries.push(Entry::Prose(vec![placed])),
        }
    }
    entries
}

/// Marks each part that begins a setting (`true`) or prose (`false`).
fn beginnings(parts: &[Placed]) -> Vec<Option<bool>> {
    let mut begins: Vec<Option<bool>> = vec![None; parts.len()];
    let mut open_directive = false;
    let mut below_heading = false;
    for (i, placed) in parts.iter().enumerate() {
        let begin = match &placed.part {
            Part::Directive(_) if std::mem::take(&mut below_heading) => None,
            Part::Directive(_) => {
                open_directive = true;
                Some(true)
            }
            // The heading of the directive above it.
            Part::Heading(_) if open_directive => {
                open_directive = false;
                None
            }
            Part::Heading(_) => {
                let rest = parts.get(i + 1..).unwrap_or_default();
                below_heading = begins_with_its_directive(rest);
                Some(below_heading || has_table(rest))
            }
            Part::Verbatim(text) if is_transition(text) => {
                open_directive = false;
                Some(false)
            }
            // An anchor, a badge that is included, a comment.
            Part::Verbatim(text) if text.starts_with("..") => None,
            _ => {
                open_directive = false;
                None
            }
        };
        let Some(begin) = begin else { continue };
        let first = first_anchor(parts, i);
        if let Some(slot) = begins.get_mut(if begin { first } else { i }) {
            *slot = Some(begin);
        }
    }
    begins
}

/// The first of the anchors (and comments that silence a rule) right above a part, or the part itself.
fn first_anchor(parts: &[Placed], at: usize) -> usize {
    let above = parts.get(..at).unwrap_or_default();
    let anchors = above
        .iter()
        .rev()
        .take_while(|placed| matches!(&placed.part, Part::Verbatim(text) if is_anchor(text)));
    at - anchors.count()
}

/// Returns true if a heading's directive is below it: a directive that no heading follows.
fn begins_with_its_directive(parts: &[Placed]) -> bool {
    let mut rest =
        parts.iter().filter(|placed| !matches!(&placed.part, Part::Verbatim(text) if text.starts_with("..")));
    matches!(rest.next().map(|placed| &placed.part), Some(Part::Directive(_)))
        && !matches!(rest.next().map(|placed| &placed.part), Some(Part::Heading(_)) | None)
}

fn has_table(parts: &[Placed]) -> bool {
    parts
        .iter()
        .take_while(|placed| !matches!(placed.part, Part::Heading(_) | Part::Directive(_)))
        .any(|placed| matches!(&placed.part, Part::Table(table) if names_a_setting(table)))
}

fn names_a_setting(table: &Table) -> bool {
    table.rows.iter().any(|row| {
        let stated = row.left.iter().any(|content| matches!(content, Content::Statement(_)));
        stated
            || row
                .right
                .iter()
                .flatten()
                .any(|bullet| matches!(bullet, Bullet::Config(_) | Bullet::Env(_) | Bullet::Console(_)))
    })
}

fn is_anchor(text: &str) -> bool {
    text.starts_with(".. _") && text.trim_end().ends_with(':') || text.starts_with(ALLOW)
}

fn is_transition(text: &str) -> bool {
    let text = text.trim_end();
    text.len() >= 4
        && text
            .chars()
            .next()
            .is_some_and(|first| first.is_ascii_punctuation() && text.chars().all(|c| c == first))
}
