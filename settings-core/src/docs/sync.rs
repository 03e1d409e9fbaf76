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
    pub mended: Vec<Finding>,
    /// The findings without a single answer, with their places in the fixed page.
    pub remaining: Vec<Finding>,
}

impl Synced {
    /// Returns true if anything was changed.
    pub fn is_changed(&self) -> bool {
        !self.mended.is_empty()
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
    let mut mended = Vec::new();
    for _ in 0..ROUNDS {
        let findings = check(&page, schema, Against::Both);
        let Some(stage) = findings.iter().filter(|finding| finding.has_fix()).map(stage).min() else { break };
        let due: Vec<&Finding> =
            findings.iter().filter(|finding| finding.has_fix() && self::stage(finding) == stage).collect();
        let (text, applied) = apply(&page, &due);
        if applied.is_empty() {
            break;
        }
        mended.extend(applied);
        page = read(path, &encoded(&page, text))?;
    }
    let remaining = check(&page, schema, Against::Both);
    let bytes = if mended.is_empty() { bytes.to_owned() } else { encoded(&page, page.text.clone()) };
    Ok(Synced { bytes, mended, remaining })
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
