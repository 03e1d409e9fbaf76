//! The document tree: an arena of nodes with byte spans, and the ways to read it.

use std::ops::Range;

use super::chars::cut;
use super::source::OffsetMap;
use super::tag::{AttrName, Tag};

const NONE: u32 = u32::MAX;
const MADE: u32 = 1 << 31;

/// A node's place in its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) u32);

impl NodeId {
    pub(super) const ROOT: NodeId = NodeId(0);

    fn some(raw: u32) -> Option<NodeId> {
        (raw != NONE).then_some(NodeId(raw))
    }
}

/// A piece of text: a range of the parsed text, or of what had to be put together anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Str {
    start: u32,
    len: u32,
}

impl Str {
    /// A range of the parsed text.
    pub(super) fn source(start: usize, end: usize) -> Self {
        Str { start: start as u32, len: end.saturating_sub(start) as u32 }
    }

    /// Start and end of a range of the parsed text.
    pub(super) fn bounds(self) -> (u32, u32) {
        let start = self.start & !MADE;
        (start, start + self.len)
    }
}

/// An attribute's name: one of docutils', or one that the page itself made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Known(AttrName),
    /// An option of an unknown directive, without the `opt-` that is printed before it.
    Option(Str),
    /// A free name (`meta`).
    Free(Str),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    Str(Str),
    Int(i64),
    /// One item of a list; a list's items are entries of the same name, in order.
    Item(Str),
}

#[derive(Clone, Debug)]
struct AttrEntry {
    key: Key,
    value: Value,
    next: u32,
}

#[derive(Clone, Debug)]
struct Node {
    tag: Tag,
    line: u32,
    start: u32,
    end: u32,
    parent: u32,
    first: u32,
    last: u32,
    next: u32,
    /// The last attribute; they are linked in a ring.
    attrs: u32,
    text: Str,
}

/// The arena that the parser fills.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    attrs: Vec<AttrEntry>,
    made: String,
}

impl Tree {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Tree {
            nodes: Vec::with_capacity(bytes / 24 + 8),
            attrs: Vec::with_capacity(bytes / 64),
            made: String::with_capacity(bytes / 4),
        }
    }

    /// A new node without a parent. `line` 0: unknown.
    pub(super) fn add(&mut self, tag: Tag, span: Range<u32>, line: u32) -> NodeId {
        let id = self.nodes.len() as u32;
        self.nodes.push(Node {
            tag,
            line,
            start: span.start,
            end: span.end,
            parent: NONE,
            first: NONE,
            last: NONE,
            next: NONE,
            attrs: NONE,
            text: Str::default(),
        });
        NodeId(id)
    }

    fn get(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    fn get_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.nodes.get_mut(id.0 as usize)
    }

    pub(super) fn tag(&self, id: NodeId) -> Tag {
        self.get(id).map_or(Tag::Document, |node| node.tag)
    }

    pub(super) fn set_tag(&mut self, id: NodeId, tag: Tag) {
        if let Some(node) = self.get_mut(id) {
            node.tag = tag;
        }
    }

    pub(super) fn line(&self, id: NodeId) -> u32 {
        self.get(id).map_or(0, |node| node.line)
    }

    pub(super) fn set_line(&mut self, id: NodeId, line: u32) {
        if let Some(node) = self.get_mut(id) {
            node.line = line;
        }
    }

    pub(super) fn span(&self, id: NodeId) -> Range<u32> {
        self.get(id).map_or(0..0, |node| node.start..node.end)
    }

    pub(super) fn set_span(&mut self, id: NodeId, span: Range<u32>) {
        if let Some(node) = self.get_mut(id) {
            node.start = span.start;
            node.end = span.end;
        }
    }

    /// Widens a node's span to reach `end`.
    pub(super) fn extend_span(&mut self, id: NodeId, end: u32) {
        if let Some(node) = self.get_mut(id) {
            node.end = node.end.max(end);
        }
    }

    pub(super) fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.get(id).and_then(|node| NodeId::some(node.parent))
    }

    pub(super) fn first(&self, id: NodeId) -> Option<NodeId> {
        self.get(id).and_then(|node| NodeId::some(node.first))
    }

    pub(super) fn next(&self, id: NodeId) -> Option<NodeId> {
        self.get(id).and_then(|node| NodeId::some(node.next))
    }

    pub(super) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + use<'_> {
        std::iter::successors(self.first(id), |&child| self.next(child))
    }

    /// Takes all children away from `id`.
    pub(super) fn take_children(&mut self, id: NodeId) -> Vec<NodeId> {
        let children: Vec<NodeId> = self.children(id).collect();
        if let Some(node) = self.get_mut(id) {
            node.first = NONE;
            node.last = NONE;
        }
        for &child in &children {
            if let Some(node) = self.get_mut(child) {
                node.parent = NONE;
                node.next = NONE;
            }
        }
        children
    }

    /// Puts a node that has no parent at the end of `parent`'s children.
    pub(super) fn append(&mut self, parent: NodeId, child: NodeId) {
        let Some(last) = self.get(parent).map(|node| node.last) else { return };
        if let Some(node) = self.get_mut(child) {
            node.parent = parent.0;
            node.next = NONE;
        }
        if let Some(node) = self.get_mut(parent) {
            node.last = child.0;
            if last == NONE {
                node.first = child.0;
            }
        }
        if let Some(node) = NodeId::some(last).and_then(|last| self.get_mut(last)) {
            node.next = child.0;
        }
    }

    /// Puts nodes that have no parent after one of `parent`'s children, or before all of them.
    pub(super) fn insert_after(&mut self, parent: NodeId, place: Option<NodeId>, new: &[NodeId]) {
        let Some(&last_new) = new.last() else { return };
        let mut before = place;
        for &node in new {
            let after = before.map_or_else(|| self.first(parent), |before| self.next(before));
            if let Some(node) = self.get_mut(node) {
                node.parent = parent.0;
                node.next = after.map_or(NONE, |after| after.0);
            }
            match before.and_then(|before| self.get_mut(before)) {
                Some(before) => before.next = node.0,
                None => {
                    if let Some(parent) = self.get_mut(parent) {
                        parent.first = node.0;
                    }
                }
            }
            before = Some(node);
        }
        if self.next(last_new).is_none()
            && let Some(parent) = self.get_mut(parent)
        {
            parent.last = last_new.0;
        }
    }

    /// Puts nodes that have no parent before `parent`'s children from the `at`-th on.
    pub(super) fn insert(&mut self, parent: NodeId, at: usize, new: &[NodeId]) {
        let mut children = self.take_children(parent);
        let at = at.min(children.len());
        children.splice(at..at, new.iter().copied());
        for child in children {
            self.append(parent, child);
        }
    }

    pub(super) fn set_text(&mut self, id: NodeId, text: Str) {
        if let Some(node) = self.get_mut(id) {
            node.text = text;
        }
    }

    pub(super) fn text(&self, id: NodeId) -> Str {
        self.get(id).map_or_else(Str::default, |node| node.text)
    }

    /// Keeps a text that stands nowhere in the source.
    pub(super) fn make(&mut self, text: &str) -> Str {
        self.make_all([text])
    }

    pub(super) fn make_all<'a>(&mut self, parts: impl IntoIterator<Item = &'a str>) -> Str {
        let start = self.made.len();
        self.made.extend(parts);
        Str { start: start as u32 | MADE, len: (self.made.len() - start) as u32 }
    }

    pub(super) fn str<'a>(&'a self, source: &'a str, text: Str) -> &'a str {
        let start = (text.start & !MADE) as usize;
        let whole = if text.start & MADE == 0 { source } else { &self.made };
        cut(whole, start, start + text.len as usize)
    }

    /// Adds an attribute, or one more item of a list.
    pub(super) fn push_attr(&mut self, id: NodeId, key: Key, value: Value) {
        let entry = self.attrs.len() as u32;
        let Some(node) = self.nodes.get_mut(id.0 as usize) else { return };
        let last = std::mem::replace(&mut node.attrs, entry);
        let first =
            self.attrs.get_mut(last as usize).map_or(entry, |last| std::mem::replace(&mut last.next, entry));
        self.attrs.push(AttrEntry { key, value, next: first });
    }

    pub(super) fn push(&mut self, id: NodeId, name: AttrName, value: Value) {
        self.push_attr(id, Key::Known(name), value);
    }

    /// Replaces all entries of a name by one.
    pub(super) fn set(&mut self, id: NodeId, name: AttrName, value: Value) {
        self.remove(id, name);
        self.push(id, name, value);
    }

    pub(super) fn remove(&mut self, id: NodeId, name: AttrName) {
        let kept: Vec<(Key, Value)> = self.attrs(id).filter(|&(key, _)| key != Key::Known(name)).collect();
        if let Some(node) = self.get_mut(id) {
            node.attrs = NONE;
        }
        for (key, value) in kept {
            self.push_attr(id, key, value);
        }
    }

    pub(super) fn attrs(&self, id: NodeId) -> impl Iterator<Item = (Key, Value)> + use<'_> {
        let last = self.get(id).map_or(NONE, |node| node.attrs);
        let mut next = self.attrs.get(last as usize).map(|last| last.next);
        std::iter::from_fn(move || {
            let at = next?;
            let entry = self.attrs.get(at as usize)?;
            next = (at != last).then_some(entry.next);
            Some((entry.key, entry.value))
        })
    }

    pub(super) fn has(&self, id: NodeId, name: AttrName) -> bool {
        self.attrs(id).any(|(key, _)| key == Key::Known(name))
    }

    /// The texts of an attribute: one, or the items of a list.
    pub(super) fn texts(&self, id: NodeId, name: AttrName) -> impl Iterator<Item = Str> + use<'_> {
        self.attrs(id).filter(move |&(key, _)| key == Key::Known(name)).filter_map(|(_, value)| match value {
            Value::Str(text) | Value::Item(text) => Some(text),
            Value::Int(_) => None,
        })
    }

    /// Where nodes and attributes that come later begin.
    pub(super) fn mark(&self) -> (usize, usize) {
        (self.nodes.len(), self.attrs.len())
    }

    /// Makes all that came after `mark` independent of `text`, which stands nowhere in the source.
    pub(super) fn settle(&mut self, mark: (usize, usize), text: &str, span: Range<u32>) {
        let made = &mut self.made;
        let mut keep = |piece: &mut Str| {
            if piece.start & MADE == 0 && piece.len > 0 {
                let start = made.len();
                made.push_str(cut(text, piece.start as usize, (piece.start + piece.len) as usize));
                *piece = Str { start: start as u32 | MADE, len: (made.len() - start) as u32 };
            }
        };
        for node in self.nodes.iter_mut().skip(mark.0) {
            keep(&mut node.text);
            node.start = span.start;
            node.end = span.end;
        }
        for entry in self.attrs.iter_mut().skip(mark.1) {
            if let Value::Str(piece) | Value::Item(piece) = &mut entry.value {
                keep(piece);
            }
            if let Key::Option(piece) | Key::Free(piece) = &mut entry.key {
                keep(piece);
            }
        }
    }

    /// Makes every block's span reach to the end of what is in it, and turns spans into the source's bytes.
    pub(super) fn finish(&mut self, map: &OffsetMap) {
        self.close_spans();
        if map.is_identity() {
            return;
        }
        for node in &mut self.nodes {
            node.start = map.source(node.start);
            node.end = map.source(node.end);
        }
    }

    /// Children stand behind their parents in the arena, but for wrappers whose spans are known from the start.
    fn close_spans(&mut self) {
        for i in (1..self.nodes.len()).rev() {
            let Some(&Node { tag, parent, end, .. }) = self.nodes.get(i) else { return };
            if tag == Tag::Text || parent == NONE {
                continue;
            }
            if let Some(parent) = self.nodes.get_mut(parent as usize)
                && parent.tag != Tag::SystemMessage
            {
                parent.end = parent.end.max(end);
            }
        }
    }

    /// The text of a node and all below it: blocks apart by a blank line, inline parts joined.
    pub(super) fn plain_text(&self, source: &str, id: NodeId, out: &mut String) {
        if self.tag(id) == Tag::Text {
            out.push_str(self.str(source, self.text(id)));
            return;
        }
        let separator = if holds_text(self.tag(id)) { "" } else { "\n\n" };
        for (i, child) in self.children(id).enumerate() {
            if i > 0 {
                out.push_str(separator);
            }
            self.plain_text(source, child, out);
        }
    }
}

fn holds_text(tag: Tag) -> bool {
    tag.is_inline()
        || matches!(
            tag,
            Tag::Attribution
                | Tag::Caption
                | Tag::Classifier
                | Tag::Comment
                | Tag::DoctestBlock
                | Tag::FieldName
                | Tag::GenericText
                | Tag::Label
                | Tag::Line
                | Tag::LiteralBlock
                | Tag::MathBlock
                | Tag::OptionArgument
                | Tag::OptionString
                | Tag::Paragraph
                | Tag::Rubric
                | Tag::SubstitutionDefinition
                | Tag::Subtitle
                | Tag::Term
                | Tag::Title
        )
}
