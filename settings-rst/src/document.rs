//! A parsed page, as others read it.

use std::collections::HashMap;
use std::ops::Range;

use super::directive::DirectiveRecord;
use super::messages::Level;
use super::source::OffsetMap;
use super::table::TableRecord;
use super::tag::{AttrName, Tag};
use super::tree::{Key, NodeId, Str, Tree, Value};

/// A parsed page: the tree, and beside it the directives and tables with their places in the source.
#[derive(Clone, Debug)]
pub struct Document {
    pub(super) source: Box<str>,
    /// The text that was parsed, where it is not the source itself (tabs expanded).
    pub(super) expanded: Option<Box<str>>,
    pub(super) map: OffsetMap,
    pub(super) tree: Tree,
    pub(super) directives: Vec<DirectiveRecord>,
    pub(super) tables: Vec<TableRecord>,
    pub(super) cell_lines: Vec<Str>,
    pub(super) pending: HashMap<NodeId, Vec<String>>,
}

impl Document {
    /// The source that was parsed, as it was given.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    pub(super) fn text(&self) -> &str {
        self.expanded.as_deref().unwrap_or(&self.source)
    }

    pub(super) fn str(&self, text: Str) -> &str {
        self.tree.str(self.text(), text)
    }

    pub(super) fn pending_details(&self, id: NodeId) -> impl Iterator<Item = &str> {
        self.pending.get(&id).into_iter().flatten().map(String::as_str)
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> NodeRef<'_> {
        NodeRef { document: self, id: NodeId::ROOT }
    }

    /// A node by its id.
    #[must_use]
    pub fn node(&self, id: NodeId) -> NodeRef<'_> {
        NodeRef { document: self, id }
    }

    /// All nodes in document order.
    pub fn descendants(&self) -> impl Iterator<Item = NodeRef<'_>> {
        self.root().descendants()
    }

    /// The system messages in document order.
    pub fn messages(&self) -> impl Iterator<Item = Message<'_>> {
        self.descendants().filter(|node| node.tag() == Tag::SystemMessage).map(|node| Message { node })
    }
}

/// A system message of the page.
#[derive(Clone, Copy, Debug)]
pub struct Message<'d> {
    /// The node of the message.
    pub node: NodeRef<'d>,
}

impl Message<'_> {
    /// How bad it is.
    #[must_use]
    pub fn level(&self) -> Level {
        Level::from_number(self.node.int(AttrName::Level).unwrap_or(0))
    }

    /// The line it is about, from 1.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.node.int(AttrName::Line).and_then(|line| usize::try_from(line).ok())
    }

    /// Docutils' words.
    #[must_use]
    pub fn text(&self) -> String {
        self.node.children().next().map(|paragraph| paragraph.text()).unwrap_or_default()
    }
}

/// A node of a document.
#[derive(Clone, Copy)]
pub struct NodeRef<'d> {
    document: &'d Document,
    id: NodeId,
}

impl std::fmt::Debug for NodeRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NodeRef").field("tag", &self.tag()).field("span", &self.span()).finish()
    }
}

impl PartialEq for NodeRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.document, other.document) && self.id == other.id
    }
}

impl<'d> NodeRef<'d> {
    /// The node's place in the document.
    #[must_use]
    pub fn id(self) -> NodeId {
        self.id
    }

    /// What the node is.
    #[must_use]
    pub fn tag(self) -> Tag {
        self.document.tree.tag(self.id)
    }

    /// The bytes of the source that the node was made from: its markup included, for blocks without the blank
    /// lines after them. A section's reach from its title to the end of its last child. Empty for what stands
    /// nowhere (messages). Text of several lines in a table cell runs over what stands beside the cell; there,
    /// [`Cell::lines`](super::Cell::lines) tells the exact bytes.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        let span = self.document.tree.span(self.id);
        span.start as usize..span.end as usize
    }

    /// The source that the node was made from.
    #[must_use]
    pub fn source(self) -> &'d str {
        let span = self.span();
        super::chars::cut(&self.document.source, span.start, span.end)
    }

    /// The line docutils gives for the node, from 1, where it gives one.
    #[must_use]
    pub fn line(self) -> Option<usize> {
        Some(self.document.tree.line(self.id) as usize).filter(|&line| line > 0)
    }

    /// The node above.
    #[must_use]
    pub fn parent(self) -> Option<NodeRef<'d>> {
        self.document.tree.parent(self.id).map(|id| self.document.node(id))
    }

    /// The nodes directly below.
    pub fn children(self) -> impl Iterator<Item = NodeRef<'d>> {
        self.document.tree.children(self.id).map(move |id| self.document.node(id))
    }

    /// The node after this one, below the same parent.
    #[must_use]
    pub fn next(self) -> Option<NodeRef<'d>> {
        self.document.tree.next(self.id).map(|id| self.document.node(id))
    }

    /// The first node directly below with this tag.
    #[must_use]
    pub fn child(self, tag: Tag) -> Option<NodeRef<'d>> {
        self.children().find(|child| child.tag() == tag)
    }

    /// The node itself and all below it, in document order.
    pub fn descendants(self) -> impl Iterator<Item = NodeRef<'d>> {
        let tree = &self.document.tree;
        let top = self.id;
        std::iter::successors(Some(top), move |&id| {
            if let Some(child) = tree.first(id) {
                return Some(child);
            }
            let mut at = id;
            while at != top {
                if let Some(next) = tree.next(at) {
                    return Some(next);
                }
                at = tree.parent(at)?;
            }
            None
        })
        .map(move |id| self.document.node(id))
    }

    /// The text of the node and all below it: escapes resolved, blocks apart by a blank line.
    #[must_use]
    pub fn text(self) -> String {
        let mut text = String::new();
        self.document.tree.plain_text(self.document.text(), self.id, &mut text);
        text
    }

    /// A text node's own text; nothing for elements.
    #[must_use]
    pub fn content(self) -> &'d str {
        self.document.str(self.document.tree.text(self.id))
    }

    /// The first (or only) text of an attribute.
    #[must_use]
    pub fn attr(self, name: AttrName) -> Option<&'d str> {
        self.document.tree.texts(self.id, name).next().map(|text| self.document.str(text))
    }

    /// The items of a list attribute (`names`, `ids`, `classes`, `backrefs`).
    pub fn list(self, name: AttrName) -> impl Iterator<Item = &'d str> {
        self.document.tree.texts(self.id, name).map(move |text| self.document.str(text))
    }

    /// The number in an attribute.
    #[must_use]
    pub fn int(self, name: AttrName) -> Option<i64> {
        self.document.tree.attrs(self.id).find_map(|(key, value)| match value {
            Value::Int(number) if key == Key::Known(name) => Some(number),
            _ => None,
        })
    }

    /// An option of an unknown directive, by its lower-case name.
    #[must_use]
    pub fn option(self, name: &str) -> Option<&'d str> {
        self.document.tree.attrs(self.id).find_map(|(key, value)| match (key, value) {
            (Key::Option(key), Value::Str(text)) if self.document.str(key) == name => {
                Some(self.document.str(text))
            }
            _ => None,
        })
    }

    /// The text of the title below, if there is one.
    #[must_use]
    pub fn title(self) -> Option<String> {
        self.child(Tag::Title).map(NodeRef::text)
    }
}
