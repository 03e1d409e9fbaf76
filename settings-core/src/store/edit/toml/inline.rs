//! Changing a list or table in brackets part by part, so that what is the same stays as it is written, with every comment.

use super::Toml;
use crate::format::Span;
use crate::format::toml::{key as toml_key, value as toml_value};
use crate::format::tree::{Node, NodeId, NodeKind};
use crate::store::edit::Edit;
use crate::store::edit::merge::{aligned, is_same};
use crate::store::edit::parts::{Flow, Part, has_comment, joined};
use crate::value::json::{self, Key, Raw};

impl Toml<'_> {
    /// Returns the edits that make a value `new`; `None` if a comment would be lost, or if the value has no place of its own.
    /// Recursion is as deep as the text nests.
    pub(super) fn rewritten(&self, id: NodeId, new: Raw<'_>) -> Option<Vec<Edit>> {
        let node = self.doc.node(id)?;
        let (old, _) = self.doc.tree.to_json_of(id).ok()?;
        if json::parse_value(&old).is_ok_and(|old| is_same(old, new)) {
            return Some(Vec::new());
        }
        let is_filled = self.doc.tree.last_child(id).is_some();
        match (node.kind, new.elements(), new.entries()) {
            (NodeKind::List, Some(elements), _) if is_filled && !elements.is_empty() => {
                self.list(id, &elements)
            }
            (NodeKind::Table, _, Some(entries)) if is_filled && !entries.is_empty() => {
                self.table(id, &entries)
            }
            _ => self.replaced(node, new),
        }
    }

    /// Replaces a value as a whole; `None` if it has comments.
    pub(super) fn replaced(&self, node: &Node, new: Raw<'_>) -> Option<Vec<Edit>> {
        let (start, end) = (node.span.start, node.span.end);
        let is_free = !has_comment(&self.doc.comments, start, end);
        Some(vec![Edit { start, end, with: toml_value(new)? }]).filter(|_| is_free)
    }

    fn list(&self, id: NodeId, elements: &[Raw<'_>]) -> Option<Vec<Edit>> {
        let children: Vec<_> = self.doc.tree.children(id).collect();
        let old: Option<Vec<_>> =
            children.iter().map(|child| Some(self.doc.tree.to_json_of(*child).ok()?.0)).collect();
        let old = old?;
        let same = |at: usize, number: usize| {
            let old = old.get(at).and_then(|old| json::parse_value(old).ok());
            old.zip(elements.get(number)).is_some_and(|(old, new)| is_same(old, *new))
        };
        let mut parts = Vec::with_capacity(elements.len());
        for step in aligned(children.len(), elements.len(), same) {
            parts.push(match (step.old, step.new.and_then(|number| elements.get(number))) {
                (Some(at), Some(new)) => Part::Kept(at, self.rewritten(*children.get(at)?, *new)?),
                (Some(at), None) => Part::Removed(at),
                (None, Some(new)) => Part::Added(toml_value(*new)?),
                (None, None) => continue,
            });
        }
        self.flow(id)?.edits(parts)
    }

    fn table(&self, id: NodeId, entries: &[(Key<'_>, Raw<'_>)]) -> Option<Vec<Edit>> {
        let mut added: Vec<_> = entries.iter().collect();
        let flow = self.flow(id)?;
        let mut parts = Vec::with_capacity(entries.len());
        for (at, child) in self.doc.tree.children(id).enumerate() {
            let name = self.doc.tree.name(self.doc.node(child)?.key?);
            match added.iter().position(|(new, _)| new.name() == name) {
                Some(number) => {
                    let (_, new) = added.remove(number);
                    parts.push(Part::Kept(at, self.rewritten(child, *new)?));
                }
                None => parts.push(Part::Removed(at)),
            }
        }
        let texts: Option<Vec<_>> = added
            .into_iter()
            .map(|(name, new)| Some(joined(&[&toml_key(&name.name()), " = ", &*toml_value(*new)?])))
            .collect();
        let mut texts = texts?.into_iter();
        // an entry takes the place of one that is gone
        for part in &mut parts {
            let Part::Removed(at) = *part else { continue };
            let Some(with) = texts.next() else { break };
            let item = *flow.items.get(at)?;
            if has_comment(&self.doc.comments, item.start, item.end) {
                return None;
            }
            *part = Part::Kept(at, vec![Edit { start: item.start, end: item.end, with }]);
        }
        parts.extend(texts.map(Part::Added));
        flow.edits(parts)
    }

    /// Returns the items of a list or table in brackets; `None` if one has dotted keys.
    fn flow(&self, id: NodeId) -> Option<Flow<'_>> {
        let is_written = |text: &str| text.starts_with(['[', '{']);
        if !self.doc.text.get(self.doc.node(id)?.span.start..).is_some_and(is_written) {
            return None;
        }
        let mut items: Vec<Span> = Vec::new();
        for child in self.doc.tree.children(id) {
            let node = self.doc.node(child)?;
            let start = node.statement.or(node.key.map(|key| key.span.start)).unwrap_or(node.span.start);
            let is_dotted = node.kind == NodeKind::Table
                && !self.doc.text.get(node.span.start..).is_some_and(|text| text.starts_with('{'));
            if is_dotted || start > node.span.end || node.span.end == 0 {
                return None;
            }
            items.push(Span::new(start, node.span.end));
        }
        Some(Flow { text: self.doc.text, comments: &self.doc.comments, newline: self.doc.newline, items })
    }
}
