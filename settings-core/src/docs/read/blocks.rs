//! The blocks of the page in order, each with its whole lines.

use std::collections::HashMap;
use std::ops::Range;

use crate::docs::model::Span;
use settings_rst::{Directive, Document, NodeId, NodeRef, Table, TableKind, Tag};

/// The kind of a block.
#[derive(Clone, Copy, Debug)]
pub(super) enum BlockKind<'d> {
    Fields,
    /// A title with its underline.
    Heading,
    Paragraph,
    List,
    Table(Table<'d>),
    /// A `config:setting` directive.
    Setting(Directive<'d>),
    Other,
}

/// One block: its lines, without the last one's end.
#[derive(Clone, Debug)]
pub(super) struct Block<'d> {
    pub(super) kind: BlockKind<'d>,
    pub(super) range: Range<usize>,
}

impl Block<'_> {
    pub(super) fn span(&self) -> Span {
        Span::new(self.range.start, self.range.end)
    }
}

/// Every line of the page that isn't blank is in exactly one block.
pub(super) fn blocks(document: &Document) -> Vec<Block<'_>> {
    let text = document.source();
    let parts = Parts {
        tables: document.tables().filter_map(|table| Some((table.node()?.id(), table))).collect(),
        directives: document.directives().filter_map(|made| Some((made.node()?.id(), made))).collect(),
    };
    let mut found = Vec::new();
    parts.walk(text, document.root(), &mut found);
    // A table that docutils rejects has no node.
    found.extend(
        document
            .tables()
            .filter(|table| table.error().is_some() && table.kind() == TableKind::Grid)
            .map(|table| Block { kind: BlockKind::Table(table), range: table.span() }),
    );
    found.sort_by_key(|block| (block.range.start, std::cmp::Reverse(block.range.end)));
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut end = 0;
    for mut block in found {
        block.range = whole_lines(text, &block.range);
        if block.range.start < end {
            continue;
        }
        between(text, end, block.range.start, &mut blocks);
        end = block.range.end;
        blocks.push(block);
    }
    between(text, end, text.len(), &mut blocks);
    blocks
}

/// The tables and directives of the page, by their nodes.
struct Parts<'d> {
    tables: HashMap<NodeId, Table<'d>>,
    directives: HashMap<NodeId, Directive<'d>>,
}

impl<'d> Parts<'d> {
    fn walk(&self, text: &str, node: NodeRef<'d>, found: &mut Vec<Block<'d>>) {
        for child in node.children() {
            let kind = match child.tag() {
                Tag::Section => {
                    self.walk(text, child, found);
                    continue;
                }
                Tag::SystemMessage => continue,
                Tag::Title => {
                    found.extend(heading(text, child));
                    continue;
                }
                Tag::FieldList => BlockKind::Fields,
                Tag::Paragraph => BlockKind::Paragraph,
                Tag::BulletList => BlockKind::List,
                Tag::Table => match self.tables.get(&child.id()) {
                    Some(table) if table.kind() == TableKind::Grid => BlockKind::Table(*table),
                    _ => BlockKind::Other,
                },
                Tag::GenericDirective => match self.directives.get(&child.id()) {
                    Some(made) if made.name() == super::DIRECTIVE => BlockKind::Setting(*made),
                    _ => BlockKind::Other,
                },
                _ => BlockKind::Other,
            };
            let range = child.span();
            if !range.is_empty() {
                found.push(Block { kind, range });
            }
        }
    }
}

/// A title's block: from its overline, if it has one, to its underline.
fn heading<'d>(text: &str, title: NodeRef<'d>) -> Option<Block<'d>> {
    let section = title.parent().map_or_else(|| title.span(), NodeRef::span);
    let start = section.start.min(title.span().start);
    let title_line = whole_lines(text, &title.span());
    let after = text.get(title_line.end + 1..)?;
    let underline = after.split('\n').next()?;
    let end = title_line.end + 1 + underline.len();
    Some(Block { kind: BlockKind::Heading, range: start..end })
}

/// Lines between blocks that no node covers are kept as a block.
fn between<'d>(text: &str, start: usize, end: usize, blocks: &mut Vec<Block<'d>>) {
    let Some(inside) = text.get(start..end) else { return };
    let Some(first) = inside.find(|c: char| !c.is_whitespace()) else { return };
    let last = inside.trim_end().len();
    let range = whole_lines(text, &(start + first..start + last));
    blocks.push(Block { kind: BlockKind::Other, range: range.start.max(start)..range.end.min(end) });
}

fn whole_lines(text: &str, range: &Range<usize>) -> Range<usize> {
    let start = text.get(..range.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    // A span may end after the end of its last line.
    let inside = text.get(range.clone()).unwrap_or_default();
    let last = range.start + inside.trim_end_matches('\n').len();
    let end = text.get(last..).and_then(|after| after.find('\n')).map_or(text.len(), |at| last + at);
    start..end
}
