//! Fixes a page in place: what has one answer is changed, every other byte stays.

use crate::schema::Section;

use super::drift::{Against, Edit, Finding, Rule, check};
use super::grid;
use super::model::Span;
use super::read::{PageRead, ReadError, lines_of, read};

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
    let mut edits: Vec<Edit> = Vec::new();
    let mut applied = Vec::new();
    for finding in due {
        let free = |edit: &Edit| !edits.iter().any(|taken| touches(taken.span, edit.span) && taken != edit);
        if finding.fix.iter().all(free) {
            for edit in &finding.fix {
                if !edits.contains(edit) {
                    edits.push(edit.clone());
                }
            }
            applied.push((*finding).clone());
        }
    }
    if due.iter().any(|finding| stage(finding) == 2) {
        let (possible, left) = within_tables(page, edits);
        edits = possible;
        applied.retain(|finding| !finding.fix.iter().any(|edit| left.contains(edit)));
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

fn touches(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end || a.start == b.start && a.end == b.end
}

/// Turns edits within tables into edits of whole tables, so that the grid stays aligned. Returns those edits, and the
/// ones that are impossible.
fn within_tables(page: &PageRead, edits: Vec<Edit>) -> (Vec<Edit>, Vec<Edit>) {
    let (mut out, mut left) = (Vec::with_capacity(edits.len()), Vec::new());
    let mut rest = edits;
    for table in &page.tables {
        let (inside, outside): (Vec<Edit>, Vec<Edit>) = rest
            .into_iter()
            .partition(|edit| table.span.start <= edit.span.start && edit.span.start < table.span.end);
        rest = outside;
        // Blanks after the last bar don't belong to a cell.
        let (trailing, mut inside): (Vec<Edit>, Vec<Edit>) = inside.into_iter().partition(|edit| {
            edit.text.is_empty()
                && page.text.get(edit.span.range()).is_some_and(|text| text.trim().is_empty())
        });
        if inside.is_empty() {
            out.extend(trailing);
            continue;
        }
        inside.sort_by_key(|edit| edit.span.start);
        let raw = page.text.get(table.span.range()).unwrap_or_default();
        let replacements: Vec<_> =
            inside.iter().map(|edit| (edit.span.range(), edit.text.as_str())).collect();
        match grid::edited(&lines_of(raw, table.span.start), &replacements) {
            Some(lines) => out.push(Edit { span: table.span, text: lines.join("\n") }),
            None => {
                out.extend(trailing);
                left.extend(inside);
            }
        }
    }
    out.extend(rest);
    (out, left)
}
