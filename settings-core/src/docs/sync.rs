//! Fixes a page in place: what has one answer is changed, every other byte stays.

use std::collections::{BTreeMap, HashSet};

use crate::schema::Section;

use super::drift::{Against, Edit, Finding, Rule, check};
use super::grid;
use super::model::Span;
use super::read::{PageRead, ReadError, Spans, lines_of, read};

/// A page after [`sync`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Synced {
    /// The bytes of the page, fixed.
    pub bytes: Vec<u8>,
    /// The findings that were fixed, with their places before the fix.
    pub fixed: Vec<Finding>,
    /// The findings without a single answer, with their places in the fixed page.
    pub remaining: Vec<Finding>,
}

impl Synced {
    /// Returns true if anything was changed.
    pub fn is_changed(&self) -> bool {
        !self.fixed.is_empty()
    }
}

/// Each round fixes what the round before has uncovered: a grid after its encoding, facts after their grid.
const ROUNDS: usize = 6;

/// Fixes a page. The result is stable: a second run changes nothing.
///
/// # Errors
/// Fails if `bytes` are not UTF-8.
pub fn sync(path: &str, bytes: &[u8], schema: Option<&'static Section>) -> Result<Synced, ReadError> {
    let mut page = read(path, bytes)?;
    let mut fixed = Vec::new();
    for _ in 0..ROUNDS {
        let findings = check(&page, schema, Against::Both);
        let of_stage = |stage| {
            findings
                .iter()
                .filter(move |finding| finding.has_fix() && self::stage(finding) == stage)
                .collect()
        };
        let due: [Vec<&Finding>; 3] = [of_stage(0), of_stage(1), of_stage(2)];
        let Some((better, applied)) = due.iter().find_map(|due| step(path, &page, due)) else { break };
        fixed.extend(applied);
        page = better;
    }
    let remaining = check(&page, schema, Against::Both);
    let bytes = if fixed.is_empty() { bytes.to_owned() } else { encoded(&page, page.text.clone()) };
    Ok(Synced { bytes, fixed, remaining })
}

/// Applies the fixes that are due, except those that make the page worse. Returns `None` if nothing changes.
fn step(path: &str, page: &PageRead, due: &[&Finding]) -> Option<(PageRead, Vec<Finding>)> {
    if due.is_empty() {
        return None;
    }
    if let Some(done) = attempt(path, page, due) {
        return Some(done);
    }
    let (first, second) = due.split_at(due.len() / 2);
    if first.is_empty() {
        return None;
    }
    // One of them is to blame. The other half is applied in the next round.
    step(path, page, first).or_else(|| step(path, page, second))
}

/// Applies fixes. Returns `None` if nothing changes or if the page becomes worse.
fn attempt(path: &str, page: &PageRead, due: &[&Finding]) -> Option<(PageRead, Vec<Finding>)> {
    let (text, applied) = apply(page, due);
    if applied.is_empty() {
        return None;
    }
    // What was UTF-8 still is.
    let better = read(path, &encoded(page, text)).ok()?;
    (!is_worse(page, &better)).then_some((better, applied))
}

/// Returns true if docutils rejects more of a page after a change than before.
fn is_worse(before: &PageRead, after: &PageRead) -> bool {
    let faulty = |page: &PageRead| page.tables.iter().filter(|table| table.fault.is_some()).count();
    let warnings = after.warnings.len() > before.warnings.len();
    // A table that is read again may have warnings of its own.
    faulty(after) > faulty(before) || faulty(after) == faulty(before) && warnings
}

/// The page as bytes, with its own line ends and byte-order mark.
fn encoded(page: &PageRead, mut text: String) -> Vec<u8> {
    if page.page.layout.crlf {
        text = text.replace('\n', "\r\n");
    }
    if page.page.layout.byte_order_mark {
        text.insert(0, '\u{FEFF}');
    }
    text.into_bytes()
}

/// The order of fixes: encoding damage first, then grids, then facts.
fn stage(finding: &Finding) -> u8 {
    match finding.rule {
        Rule::Encoding => 0,
        Rule::MalformedTable => 1,
        _ => 2,
    }
}

/// Applies the fixes that don't overlap; returns the text and the findings that it fixes.
fn apply(page: &PageRead, due: &[&Finding]) -> (String, Vec<Finding>) {
    let mut taken = Edits::default();
    let mut applied = Vec::new();
    for finding in due {
        if finding.fix.iter().all(|edit| taken.has_room_for(edit)) {
            finding.fix.iter().for_each(|edit| taken.insert(edit));
            applied.push((*finding).clone());
        }
    }
    let mut edits = taken.into_vec();
    if due.iter().any(|finding| stage(finding) == 2) {
        let (possible, left) = within_tables(page, edits);
        edits = possible;
        let left: HashSet<(usize, usize)> =
            left.iter().map(|edit| (edit.span.start, edit.span.end)).collect();
        applied.retain(|finding| {
            !finding.fix.iter().any(|edit| left.contains(&(edit.span.start, edit.span.end)))
        });
    }
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut text = String::with_capacity(page.text.len());
    let mut from = 0;
    for edit in &edits {
        if edit.span.start < from {
            continue;
        }
        text.push_str(page.text.get(from..edit.span.start).unwrap_or_default());
        text.push_str(&edit.text);
        from = edit.span.end;
    }
    text.push_str(page.text.get(from..).unwrap_or_default());
    if text == page.text {
        applied.clear();
    }
    (text, applied)
}

/// Edits that don't overlap, by their starts.
#[derive(Default)]
struct Edits(BTreeMap<usize, Vec<Edit>>);

impl Edits {
    /// Returns true if an edit overlaps with none of the others, or is one of them.
    fn has_room_for(&self, edit: &Edit) -> bool {
        let end = edit.span.end.max(edit.span.start + 1);
        // The others don't overlap, so only the nearest ones before it can reach into it.
        let mut starts_before = false;
        for (start, others) in self.0.range(..end).rev() {
            if others.iter().any(|other| touches(other.span, edit.span) && other != edit) {
                return false;
            }
            if std::mem::replace(&mut starts_before, *start < edit.span.start) {
                break;
            }
        }
        true
    }

    fn insert(&mut self, edit: &Edit) {
        let others = self.0.entry(edit.span.start).or_default();
        if !others.contains(edit) {
            others.push(edit.clone());
        }
    }

    fn into_vec(self) -> Vec<Edit> {
        self.0.into_values().flatten().collect()
    }
}

fn touches(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end || a.start == b.start && a.end == b.end
}

/// Turns edits within tables into edits of whole tables, so that the grid stays aligned. Returns those edits, and the
/// ones that are impossible.
fn within_tables(page: &PageRead, edits: Vec<Edit>) -> (Vec<Edit>, Vec<Edit>) {
    let (mut out, mut left) = (Vec::with_capacity(edits.len()), Vec::new());
    let tables = Spans::new(page.tables.iter().map(|table| table.span));
    let mut by_table: BTreeMap<usize, Vec<Edit>> = BTreeMap::new();
    for edit in edits {
        match tables.find(edit.span.start) {
            Some(table) => by_table.entry(table).or_default().push(edit),
            None => out.push(edit),
        }
    }
    for (table, edits) in by_table {
        let Some(span) = tables.get(table) else { continue };
        // Blanks after the last bar don't belong to a cell.
        let (trailing, mut inside): (Vec<Edit>, Vec<Edit>) = edits.into_iter().partition(|edit| {
            edit.text.is_empty()
                && page.text.get(edit.span.range()).is_some_and(|text| text.trim().is_empty())
        });
        if inside.is_empty() {
            out.extend(trailing);
            continue;
        }
        inside.sort_by_key(|edit| edit.span.start);
        let raw = page.text.get(span.range()).unwrap_or_default();
        let replacements: Vec<_> =
            inside.iter().map(|edit| (edit.span.range(), edit.text.as_str())).collect();
        match grid::edited(&lines_of(raw, span.start), &replacements) {
            Some(lines) => out.push(Edit { span, text: lines.join("\n") }),
            None => {
                out.extend(trailing);
                left.extend(inside);
            }
        }
    }
    (out, left)
}
