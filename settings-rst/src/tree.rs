//! The document tree: an arena of nodes with byte spans.

use std::ops::Range;

use crate::chars::cut;
use crate::source::{LineNo, OffsetMap};
use crate::tag::{AttrName, Tag};

const NONE: u32 = u32::MAX;
const MADE: u32 = 1 << 31;

/// The index of a node in its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    pub(crate) const ROOT: NodeId = NodeId(0);

    fn some(raw: u32) -> Option<NodeId> {
        (raw != NONE).then_some(NodeId(raw))
    }
}

/// A piece of text: a range of the parsed text, or of text that the parser made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Str {
    start: u32,
    len: u32,
}

impl Str {
    /// Returns a range of the parsed text.
    pub(crate) fn source(start: usize, end: usize) -> Self {
        Str { start: start as u32, len: end.saturating_sub(start) as u32 }
    }

    /// Returns start and end of a range of the parsed text.
    pub(crate) fn bounds(self) -> (u32, u32) {
        let start = self.start & !MADE;
        (start, start + self.len)
    }
}

/// The name of an attribute: one of docutils', or one from the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Known(AttrName),
    /// An option of a generic directive, without the `opt-` that is printed before it.
    Option(Str),
    /// A free name (`meta`).
    Free(Str),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    Str(Str),
    Int(i64),
    /// One item of a list. The items of a list are entries with the same name, in order.
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
    line: LineNo,
    start: u32,
    end: u32,
    parent: u32,
    first: u32,
    last: u32,
    next: u32,
    /// The last attribute. Attributes are linked in a ring.
    attrs: u32,
    text: Str,
}

/// The arena that the parser fills.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    attrs: Vec<AttrEntry>,
    made: String,
}

impl Tree {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Tree {
            nodes: Vec::with_capacity(bytes / 24 + 8),
            attrs: Vec::with_capacity(bytes / 64),
            made: String::with_capacity(bytes / 4),
        }
    }

    /// Adds a node without a parent.
    pub(crate) fn add(&mut self, tag: Tag, span: Range<u32>, line: LineNo) -> NodeId {
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

    pub(crate) fn tag(&self, id: NodeId) -> Tag {
        self.get(id).map_or(Tag::Document, |node| node.tag)
    }

    pub(crate) fn set_tag(&mut self, id: NodeId, tag: Tag) {
        if let Some(node) = self.get_mut(id) {
            node.tag = tag;
        }
    }

    pub(crate) fn line(&self, id: NodeId) -> LineNo {
        self.get(id).map_or(LineNo::NONE, |node| node.line)
    }

    pub(crate) fn set_line(&mut self, id: NodeId, line: LineNo) {
        if let Some(node) = self.get_mut(id) {
            node.line = line;
        }
    }

    pub(crate) fn span(&self, id: NodeId) -> Range<u32> {
        self.get(id).map_or(0..0, |node| node.start..node.end)
    }

    pub(crate) fn set_span(&mut self, id: NodeId, span: Range<u32>) {
        if let Some(node) = self.get_mut(id) {
            node.start = span.start;
            node.end = span.end;
        }
    }

    /// Widens a node's span to reach `end`.
    pub(crate) fn extend_span(&mut self, id: NodeId, end: u32) {
        if let Some(node) = self.get_mut(id) {
            node.end = node.end.max(end);
        }
    }

    pub(crate) fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.get(id).and_then(|node| NodeId::some(node.parent))
    }

    pub(crate) fn first(&self, id: NodeId) -> Option<NodeId> {
        self.get(id).and_then(|node| NodeId::some(node.first))
    }

    pub(crate) fn next(&self, id: NodeId) -> Option<NodeId> {
        self.get(id).and_then(|node| NodeId::some(node.next))
    }

    pub(crate) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + use<'_> {
        std::iter::successors(self.first(id), |&child| self.next(child))
    }

    /// Detaches all children of `id`.
    pub(crate) fn take_children(&mut self, id: NodeId) -> Vec<NodeId> {
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

    /// Appends a node without a parent to the children of `parent`.
    pub(crate) fn append(&mut self, parent: NodeId, child: NodeId) {
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

    /// Inserts nodes without a parent after a child of `parent`, or before all children.
    pub(crate) fn insert_after(&mut self, parent: NodeId, place: Option<NodeId>, new: &[NodeId]) {
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

    /// Inserts nodes without a parent before the `at`-th child of `parent`.
    pub(crate) fn insert(&mut self, parent: NodeId, at: usize, new: &[NodeId]) {
        let mut children = self.take_children(parent);
        let at = at.min(children.len());
        children.splice(at..at, new.iter().copied());
        for child in children {
            self.append(parent, child);
        }
    }

    pub(crate) fn set_text(&mut self, id: NodeId, text: Str) {
        if let Some(node) = self.get_mut(id) {
            node.text = text;
        }
    }

    pub(crate) fn text(&self, id: NodeId) -> Str {
        self.get(id).map_or_else(Str::default, |node| node.text)
    }

    /// Stores a text that is not part of the source.
    pub(crate) fn make(&mut self, text: &str) -> Str {
        self.make_all([text])
    }

    pub(crate) fn make_all<'a>(&mut self, parts: impl IntoIterator<Item = &'a str>) -> Str {
        let start = self.made.len();
        self.made.extend(parts);
        Str { start: start as u32 | MADE, len: (self.made.len() - start) as u32 }
    }

    pub(crate) fn str<'a>(&'a self, source: &'a str, text: Str) -> &'a str {
        let start = (text.start & !MADE) as usize;
        let whole = if text.start & MADE == 0 { source } else { &self.made };
        cut(whole, start, start + text.len as usize)
    }

    /// Adds an attribute, or one more item of a list.
    pub(crate) fn push_attr(&mut self, id: NodeId, key: Key, value: Value) {
        let entry = self.attrs.len() as u32;
        let Some(node) = self.nodes.get_mut(id.0 as usize) else { return };
        let last = std::mem::replace(&mut node.attrs, entry);
        let first =
            self.attrs.get_mut(last as usize).map_or(entry, |last| std::mem::replace(&mut last.next, entry));
        self.attrs.push(AttrEntry { key, value, next: first });
    }

    pub(crate) fn push(&mut self, id: NodeId, name: AttrName, value: Value) {
        self.push_attr(id, Key::Known(name), value);
    }

    /// Replaces all entries of a name by one.
    pub(crate) fn set(&mut self, id: NodeId, name: AttrName, value: Value) {
        self.remove(id, name);
        self.push(id, name, value);
    }

    pub(crate) fn remove(&mut self, id: NodeId, name: AttrName) {
        let kept: Vec<(Key, Value)> = self.attrs(id).filter(|&(key, _)| key != Key::Known(name)).collect();
        if let Some(node) = self.get_mut(id) {
            node.attrs = NONE;
        }
        for (key, value) in kept {
            self.push_attr(id, key, value);
        }
    }

    pub(crate) fn attrs(&self, id: NodeId) -> impl Iterator<Item = (Key, Value)> + use<'_> {
        let last = self.get(id).map_or(NONE, |node| node.attrs);
        let mut next = self.attrs.get(last as usize).map(|last| last.next);
        std::iter::from_fn(move || {
            let at = next?;
            let entry = self.attrs.get(at as usize)?;
            next = (at != last).then_some(entry.next);
            Some((entry.key, entry.value))
        })
    }

    pub(crate) fn has(&self, id: NodeId, name: AttrName) -> bool {
        self.attrs(id).any(|(key, _)| key == Key::Known(name))
    }

    /// Returns the texts of an attribute: one, or the items of a list.
    pub(crate) fn texts(&self, id: NodeId, name: AttrName) -> impl Iterator<Item = Str> + use<'_> {
        self.attrs(id).filter(move |&(key, _)| key == Key::Known(name)).filter_map(|(_, value)| match value {
            Value::Str(text) | Value::Item(text) => Some(text),
            Value::Int(_) => None,
        })
    }

    /// Returns the current end of the nodes and attributes.
    pub(crate) fn mark(&self) -> (usize, usize) {
        (self.nodes.len(), self.attrs.len())
    }

    /// Copies the pieces of `text` that nodes and attributes after `mark` refer to: `text` is not part of the source.
    pub(crate) fn settle(&mut self, mark: (usize, usize), text: &str, span: Range<u32>) {
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

    /// Extends the span of every block to the end of its content, and maps spans to the bytes of the source.
    pub(crate) fn finish(&mut self, map: &OffsetMap) {
        self.close_spans();
        if map.is_identity() {
            return;
        }
        for node in &mut self.nodes {
            node.start = map.source(node.start);
            node.end = map.source(node.end);
        }
    }

    /// Extends spans to the end of their children. Children follow their parents in the arena, except for wrappers,
    /// whose spans are known from the start.
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

    /// Adds the text of a node and all nodes below it. A blank line separates blocks; inline parts are joined.
    pub(crate) fn plain_text(&self, source: &str, id: NodeId, out: &mut String) {
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
