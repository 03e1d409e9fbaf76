//! A document as a tree of values with places, whatever its format.

use std::borrow::Cow;

use super::Span;
use crate::value::ZeroizingString;
use crate::value::json::{self, MAX_DEPTH};

/// The number of a node.
pub(crate) type NodeId = usize;

/// The root table.
pub(crate) const ROOT: NodeId = 0;

/// A tree of values. The texts of keys and scalars are stored as JSON, and wiped on drop.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    text: ZeroizingString,
}

/// The expected length of an entry in a document, in bytes.
const TYPICAL_LEN: usize = 32;

/// A value with its key, if it is an entry of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    /// The value in the document.
    pub(crate) span: Span,
    pub(crate) key: Option<Key>,
    pub(crate) parent: NodeId,
    /// The start of the statement that gives the value, with all its keys.
    pub(crate) statement: Option<usize>,
    first: Option<NodeId>,
    last: Option<NodeId>,
    next: Option<NodeId>,
}

/// The sort of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodeKind {
    /// JSON of a scalar, in the text of the tree.
    Scalar { start: usize, end: usize },
    /// A list.
    List,
    /// A table.
    Table,
}

/// The key of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// The key as a JSON string, in the text of the tree.
    start: usize,
    end: usize,
    /// The key in the document.
    pub(crate) span: Span,
}

impl Tree {
    /// Creates a tree of an empty root table, for a document of this many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        let nodes = Vec::with_capacity(bytes / TYPICAL_LEN + 1);
        let mut tree = Self { nodes, text: ZeroizingString::with_capacity(bytes) };
        tree.nodes.push(Node::new(NodeKind::Table, Span::default(), None, ROOT));
        tree
    }

    /// Stores a key.
    pub(crate) fn key(&mut self, name: &str, span: Span) -> Key {
        let start = self.text.len();
        json::write_string(&mut self.text, name);
        Key { start, end: self.text.len(), span }
    }

    /// Stores a scalar that is a string.
    pub(crate) fn string(&mut self, text: &str) -> NodeKind {
        let start = self.text.len();
        json::write_string(&mut self.text, text);
        NodeKind::Scalar { start, end: self.text.len() }
    }

    /// Stores a scalar that is JSON already.
    pub(crate) fn scalar(&mut self, json: &str) -> NodeKind {
        let start = self.text.len();
        self.text.push_str(json);
        NodeKind::Scalar { start, end: self.text.len() }
    }

    /// Adds a value to a list, or with its key to a table.
    pub(crate) fn add(&mut self, parent: NodeId, key: Option<Key>, kind: NodeKind, span: Span) -> NodeId {
        let id = self.nodes.len();
        self.nodes.push(Node::new(kind, span, key, parent));
        let before = self.nodes.get_mut(parent).and_then(|parent| {
            parent.first.get_or_insert(id);
            parent.last.replace(id)
        });
        if let Some(before) = before.and_then(|before| self.nodes.get_mut(before)) {
            before.next = Some(id);
        }
        id
    }

    pub(crate) fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id)
    }

    pub(crate) fn node_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.nodes.get_mut(id)
    }

    /// Returns the last child of a node.
    pub(crate) fn last_child(&self, id: NodeId) -> Option<NodeId> {
        self.node(id)?.last
    }

    /// Iterates over the children of a node, in the order of the document.
    pub(crate) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let first = self.node(id).and_then(|node| node.first);
        std::iter::successors(first, |id| self.node(*id)?.next)
    }

    /// Returns a key as a JSON string.
    pub(crate) fn json(&self, key: Key) -> &str {
        self.text.get(key.start..key.end).unwrap_or_default()
    }

    /// Returns the text of a key.
    pub(crate) fn name(&self, key: Key) -> Cow<'_, str> {
        let raw = json::parse_value(self.json(key)).ok();
        raw.and_then(|raw| raw.string()).unwrap_or_default()
    }

    /// Returns the entries of a table with a name in any letter case.
    pub(crate) fn named(&self, table: NodeId, name: &str) -> Vec<NodeId> {
        let has_name = |id: &NodeId| {
            let key = self.node(*id).and_then(|node| node.key);
            key.is_some_and(|key| self.name(key).eq_ignore_ascii_case(name))
        };
        self.children(table).filter(has_name).collect()
    }

    /// Returns the value at an address, letter case aside. The last of several applies.
    #[cfg(feature = "release")]
    pub(crate) fn at(&self, address: &[crate::schema::Segment]) -> Option<NodeId> {
        address.iter().try_fold(ROOT, |id, segment| match segment {
            crate::schema::Segment::Index(number) => self.children(id).nth(*number),
            crate::schema::Segment::Key(key) => self.named(id, key).pop(),
        })
    }

    /// Formats the tree as JSON, with the places of all keys and values.
    ///
    /// # Errors
    /// Returns the place of a value that nests too deeply.
    pub(crate) fn to_json(&self) -> Result<(ZeroizingString, Vec<Place>), Span> {
        let mut out =
            Output { json: ZeroizingString::with_capacity(2 * self.text.len()), places: Vec::new() };
        self.write(&mut out, ROOT, 0)?;
        Ok((out.json, out.places))
    }

    /// Formats a value as JSON.
    ///
    /// # Errors
    /// Returns the place of a value that nests too deeply.
    pub(crate) fn to_json_of(&self, id: NodeId) -> Result<(ZeroizingString, Vec<Place>), Span> {
        let mut out = Output::default();
        self.write(&mut out, id, 0)?;
        Ok((out.json, out.places))
    }

    fn write(&self, out: &mut Output, id: NodeId, depth: usize) -> Result<(), Span> {
        let Some(node) = self.node(id) else { return Ok(()) };
        let start = out.json.len();
        let place = out.places.len();
        out.places.push(Place { start, end: start, span: node.span });
        if let NodeKind::Scalar { start, end } = node.kind {
            out.json.push_str(self.text.get(start..end).unwrap_or_default());
        } else {
            if depth == MAX_DEPTH {
                return Err(node.key.map_or(node.span, |key| key.span));
            }
            let brackets = if node.kind == NodeKind::List { ['[', ']'] } else { ['{', '}'] };
            out.json.push(brackets[0]);
            for (number, child) in self.children(id).enumerate() {
                if number > 0 {
                    out.json.push(',');
                }
                if let Some(key) = self.node(child).and_then(|child| child.key) {
                    let start = out.json.len();
                    out.json.push_str(self.json(key));
                    out.places.push(Place { start, end: out.json.len(), span: key.span });
                    out.json.push(':');
                }
                self.write(out, child, depth + 1)?;
            }
            out.json.push(brackets[1]);
        }
        if let Some(place) = out.places.get_mut(place) {
            place.end = out.json.len();
        }
        Ok(())
    }
}

impl Node {
    const fn new(kind: NodeKind, span: Span, key: Option<Key>, parent: NodeId) -> Self {
        Self { kind, span, key, parent, statement: None, first: None, last: None, next: None }
    }
}

#[derive(Default)]
struct Output {
    json: ZeroizingString,
    places: Vec<Place>,
}

/// A key or value of the JSON text, and its place in the document. Places are in the order of their starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    start: usize,
    end: usize,
    span: Span,
}

/// Returns the place in the document of a part of the JSON text.
pub(crate) fn place_of(places: &[Place], start: usize) -> Span {
    let after = places.partition_point(|place| place.start <= start);
    // the innermost value around the part
    let around =
        places.get(..after).unwrap_or_default().iter().rfind(|place| start < place.end.max(place.start + 1));
    around.map_or(Span::default(), |place| place.span)
}
