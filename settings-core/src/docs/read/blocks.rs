//! The page's blocks, in order, as byte ranges.

use std::ops::Range;

use crate::docs::model::Span;

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BlockKind {
    Fields,
    Heading,
    Paragraph,
    List,
    Table,
    Directive,
    Other,
}

/// One block and its whole lines, without the last line's end.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) kind: BlockKind,
    pub(super) range: Range<usize>,
    /// Where and why docutils refuses it, for a table.
    pub(super) refused: Option<(Span, String)>,
}

pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        lines.push((at, line.strip_suffix('\n').unwrap_or(line)));
        at += line.len();
    }
    let blank = |i: usize| lines.get(i).is_none_or(|(_, line): &(usize, &str)| line.trim().is_empty());
    let mut out = Vec::new();
    let mut i = 0;
    while i < lines.len() {
        if blank(i) {
            i += 1;
            continue;
        }
        let (start, first) = lines[i];
        let next = lines.get(i + 1).map_or("", |(_, l)| l.trim_end());
        let is_under = next.len() >= 3
            && next
                .chars()
                .next()
                .is_some_and(|c| c.is_ascii_punctuation() && c != '+' && next.chars().all(|x| x == c))
            && !first.starts_with(['|', '+', ' ', '.']);
        let mut end = i + 1;
        let kind = if is_under {
            end = i + 2;
            BlockKind::Heading
        } else if first.starts_with("+-") {
            while !blank(end) {
                end += 1;
            }
            BlockKind::Table
        } else {
            while !blank(end) {
                end += 1;
            }
            let list = first.starts_with("- ");
            let expl = first.starts_with(".. ");
            loop {
                let mut n = end;
                while n < lines.len() && blank(n) {
                    n += 1;
                }
                if n < lines.len() && (lines[n].1.starts_with(' ') || list && lines[n].1.starts_with("- ")) {
                    end = n + 1;
                    while !blank(end) {
                        end += 1;
                    }
                } else {
                    break;
                }
            }
            if first.starts_with(".. config:setting::") {
                BlockKind::Directive
            } else if expl {
                BlockKind::Other
            } else if list {
                BlockKind::List
            } else if first.starts_with(':') && !first.contains(":`") {
                BlockKind::Fields
            } else if first.chars().all(|c| c == '-') || first.starts_with('|') {
                BlockKind::Other
            } else {
                BlockKind::Paragraph
            }
        };
        let (s, l) = lines[end - 1];
        let mut refused = None;
        if kind == BlockKind::Table {
            let w = crate::rst::width::column_width(first.trim_end());
            for j in i..end {
                let (a, t) = lines[j];
                let t = t.trim_end();
                if crate::rst::width::column_width(t) != w || !t.ends_with(['|', '+']) {
                    refused =
                        Some((Span::new(a, a + t.len()), "Right border not aligned or missing.".to_owned()));
                    break;
                }
            }
        }
        out.push(Block { kind, range: start..s + l.len(), refused });
        i = end;
    }
    out
}
