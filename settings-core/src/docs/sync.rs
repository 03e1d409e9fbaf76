//! Mending a page in place: what has one answer is changed, every other byte stays.

use crate::schema::Section;

use super::drift::{Against, Edit, Finding, Rule, check};
use super::grid;
use super::model::Span;
use super::read::{PageRead, ReadError, lines_of, read};

/// A page after mending.
#[derive(Clone, Debug)]
pub struct Synced {
    /// The page's bytes, mended.
    pub bytes: Vec<u8>,
    /// What was mended; places are those before the change that mended it.
    pub mended: Vec<Finding>,
    /// What has no single answer, with its places in the mended page.
    pub remaining: Vec<Finding>,
}

impl Synced {
    /// Whether anything was changed.
    pub fn is_changed(&self) -> bool {
        !self.mended.is_empty()
    }
}

/// Each round mends what the one before has brought to light: a grid after its encoding, facts after their grid.
const ROUNDS: usize = 6;

/// Mends a page. What it returns needs no more mending: a second run changes nothing.
///
/// # Errors
/// Where `bytes` are not UTF-8.
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

/// The page's bytes with its own line ends and byte-order mark.
fn encoded(page: &PageRead, mut text: String) -> Vec<u8> {
    if page.page.layout.crlf {
        text = text.replace('\n', "\r\n");
    }
    if page.page.layout.byte_order_mark {
        text.insert(0, '\u{FEFF}');
    }
    text.into_bytes()
}

/// Encoding damage is undone before grids are judged, and both before facts are changed.
fn stage(finding: &Finding) -> u8 {
    match finding.rule {
        Rule::Encoding => 0,
        Rule::MalformedTable => 1,
        _ => 2,
    }
}

/// The text with the fixes that don't touch each other, and the findings that these mend.
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

/// Edits inside of tables become an edit of the table's lines, so that the grid stays true; and those that can't.
fn within_tables(page: &PageRead, edits: Vec<Edit>) -> (Vec<Edit>, Vec<Edit>) {
    let (mut out, mut left) = (Vec::with_capacity(edits.len()), Vec::new());
    let mut rest = edits;
    for table in &page.tables {
        let (inside, outside): (Vec<Edit>, Vec<Edit>) = rest
            .into_iter()
            .partition(|edit| table.span.start <= edit.span.start && edit.span.start < table.span.end);
        rest = outside;
        // Blanks behind the last bar belong to no cell.
        let (behind, mut inside): (Vec<Edit>, Vec<Edit>) = inside.into_iter().partition(|edit| {
            edit.text.is_empty()
                && page.text.get(edit.span.range()).is_some_and(|text| text.trim().is_empty())
        });
        if inside.is_empty() {
            out.extend(behind);
            continue;
        }
        inside.sort_by_key(|edit| edit.span.start);
        let raw = page.text.get(table.span.range()).unwrap_or_default();
        let replacements: Vec<_> =
            inside.iter().map(|edit| (edit.span.range(), edit.text.as_str())).collect();
        match grid::edited(&lines_of(raw, table.span.start), &replacements) {
            Some(lines) => out.push(Edit { span: table.span, text: lines.join("\n") }),
            None => {
                out.extend(behind);
                left.extend(inside);
            }
        }
    }
    out.extend(rest);
    (out, left)
}
