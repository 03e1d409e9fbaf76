//! A parsed page.

use std::collections::HashMap;
use std::ops::Range;

use crate::chars::cut;
use crate::directive::DirectiveRecord;
use crate::messages::Level;
use crate::source::OffsetMap;
use crate::table::TableRecord;
use crate::tag::{AttrName, Tag};
use crate::tree::{Key, NodeId, Str, Tree, Value};

/// A parsed page: the tree, and the directives and tables with their places in the source.
#[derive(Clone, Debug)]
pub struct Document {
    pub(crate) source: Box<str>,
    /// The text that was parsed, if it differs from the source (tabs expanded).
    pub(crate) expanded: Option<Box<str>>,
    pub(crate) map: OffsetMap,
    pub(crate) tree: Tree,
    pub(crate) directives: Vec<DirectiveRecord>,
    pub(crate) tables: Vec<TableRecord>,
    pub(crate) cell_lines: Vec<Str>,
    pub(crate) pending: HashMap<NodeId, Vec<String>>,
}

impl Document {
    /// Returns the source as it was given to the parser.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    pub(crate) fn text(&self) -> &str {
        self.expanded.as_deref().unwrap_or(&self.source)
    }

    pub(crate) fn str(&self, text: Str) -> &str {
        self.tree.str(self.text(), text)
    }

    pub(crate) fn pending_details(&self, id: NodeId) -> impl Iterator<Item = &str> {
        self.pending.get(&id).into_iter().flatten().map(String::as_str)
    }

    /// Returns the root of the tree.
    #[must_use]
    pub fn root(&self) -> NodeRef<'_> {
        NodeRef { document: self, id: NodeId::ROOT }
    }

    /// Returns the node with an id.
    #[must_use]
    pub fn node(&self, id: NodeId) -> NodeRef<'_> {
        NodeRef { document: self, id }
    }

    /// Returns all nodes in document order.
    pub fn descendants(&self) -> impl Iterator<Item = NodeRef<'_>> {
        self.root().descendants()
    }

    /// Returns the system messages in document order.
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
    /// Returns the severity of the message.
    #[must_use]
    pub fn level(&self) -> Level {
        Level::from_number(self.node.int(AttrName::Level).unwrap_or(0))
    }

    /// Returns the line that the message is about, from 1.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.node.int(AttrName::Line).and_then(|line| usize::try_from(line).ok())
    }

    /// Returns the text of the message, as docutils words it.
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
    /// Returns the id of the node.
    #[must_use]
    pub fn id(self) -> NodeId {
        self.id
    }

    /// Returns the name of the element.
    #[must_use]
    pub fn tag(self) -> Tag {
        self.document.tree.tag(self.id)
    }

    /// Returns the bytes of the source that the node was made from.
    ///
    /// The markup is included; blank lines after a block are not. The span of a section goes from its title to the end
    /// of its last child. The span of a node without source (a message) is empty. Text of several lines in a table cell
    /// has a span that includes the cells next to it; [`Cell::lines`](crate::Cell::lines) gives the exact bytes.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        let span = self.document.tree.span(self.id);
        span.start as usize..span.end as usize
    }

    /// Returns the source that the node was made from; see [`span`](Self::span).
    #[must_use]
    pub fn source(self) -> &'d str {
        let span = self.span();
        cut(&self.document.source, span.start, span.end)
    }

    /// Returns the line of the node, from 1, if it is known.
    #[must_use]
    pub fn line(self) -> Option<usize> {
        self.document.tree.line(self.id).get()
    }

    /// Returns the parent.
    #[must_use]
    pub fn parent(self) -> Option<NodeRef<'d>> {
        self.document.tree.parent(self.id).map(|id| self.document.node(id))
    }

    /// Returns the children.
    pub fn children(self) -> impl Iterator<Item = NodeRef<'d>> {
        self.document.tree.children(self.id).map(move |id| self.document.node(id))
    }

    /// Returns the next sibling.
    #[must_use]
    pub fn next(self) -> Option<NodeRef<'d>> {
        self.document.tree.next(self.id).map(|id| self.document.node(id))
    }

    /// Returns the first child with a tag.
    #[must_use]
    pub fn child(self, tag: Tag) -> Option<NodeRef<'d>> {
        self.children().find(|child| child.tag() == tag)
    }

    /// Returns the node and all nodes below it, in document order.
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

    /// Returns the text of the node and all nodes below it. Escapes are resolved; a blank line separates blocks.
    #[must_use]
    pub fn text(self) -> String {
        let mut text = String::new();
        self.document.tree.plain_text(self.document.text(), self.id, &mut text);
        text
    }

    /// Returns the text of a text node, and an empty string for an element.
    #[must_use]
    pub fn content(self) -> &'d str {
        self.document.str(self.document.tree.text(self.id))
    }

    /// Returns the first (or only) text of an attribute.
    #[must_use]
    pub fn attr(self, name: AttrName) -> Option<&'d str> {
        self.document.tree.texts(self.id, name).next().map(|text| self.document.str(text))
    }

    /// Returns the items of a list attribute (`names`, `ids`, `classes`, `backrefs`).
    pub fn list(self, name: AttrName) -> impl Iterator<Item = &'d str> {
        self.document.tree.texts(self.id, name).map(move |text| self.document.str(text))
    }

    /// Returns the number in an attribute.
    #[must_use]
    pub fn int(self, name: AttrName) -> Option<i64> {
        self.document.tree.attrs(self.id).find_map(|(key, value)| match value {
            Value::Int(number) if key == Key::Known(name) => Some(number),
            _ => None,
        })
    }

    /// Returns an option of a generic directive by its name in lower case.
    #[must_use]
    pub fn option(self, name: &str) -> Option<&'d str> {
        self.document.tree.attrs(self.id).find_map(|(key, value)| match (key, value) {
            (Key::Option(key), Value::Str(text)) if self.document.str(key) == name => {
                Some(self.document.str(text))
            }
            _ => None,
        })
    }

    /// Returns the text of the title, if the node has one.
    #[must_use]
    pub fn title(self) -> Option<String> {
        self.child(Tag::Title).map(NodeRef::text)
    }
}
