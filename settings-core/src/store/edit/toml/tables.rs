//! Editing the entries of a list that has a header for each: `[[Upstreams]]`.

use super::{Toml, applied};
use crate::format::toml::key as toml_key;
use crate::format::tree::{NodeId, NodeKind};
use crate::store::edit::merge::is_same;
use crate::store::edit::parts::{Way, insertion, joined, line_end};
use crate::store::edit::{Change, Edit, EditError};
use crate::value::ZeroizingString;
use crate::value::json::{self, Raw};

/// The number of fields that one change can edit.
const MAX_FIELDS: usize = 1000;

/// Changes a list of tables with headers to the elements of `json`, field by field.
pub(super) fn edited(
    mut text: ZeroizingString,
    change: &Change,
    json: &str,
    way: Way,
) -> Result<ZeroizingString, EditError> {
    let Ok(wanted) = json::parse_value(json) else { return Err(EditError::NoValue) };
    let wanted = wanted.elements().unwrap_or_default();
    for _ in 0..MAX_FIELDS {
        let toml = Toml::parse(&text)?;
        let Some(list) = toml.doc.matches(&change.path).pop() else { return Err(EditError::NoPath) };
        let Some(edits) = toml.next_edits(list, change, &wanted, way)? else {
            drop(toml);
            return Ok(text);
        };
        text = applied(&text, &edits);
    }
    Err(EditError::Copies { path: change.path.clone() })
}

impl Toml<'_> {
    /// Returns whether each entry of a list has a header of its own.
    pub(super) fn has_headers(&self, list: NodeId) -> bool {
        let is_headed =
            |id: NodeId| self.blocks.iter().any(|block| block.table == id && block.header.len() > 0);
        self.doc.node(list).is_some_and(|node| node.kind == NodeKind::List && node.statement.is_none())
            && self.doc.tree.children(list).next().is_some()
            && self.doc.tree.children(list).all(is_headed)
    }

    /// Returns the edits of the first difference; `None` if there is none.
    fn next_edits(
        &self,
        list: NodeId,
        change: &Change,
        wanted: &[Raw<'_>],
        way: Way,
    ) -> Result<Option<Vec<Edit>>, EditError> {
        let entries: Vec<_> = self.doc.tree.children(list).collect();
        for (entry, wanted) in entries.iter().zip(wanted) {
            if let Some(edits) = self.edits_of_entry(*entry, change, *wanted, way)? {
                return Ok(Some(edits));
            }
        }
        let Some(last) = entries.last() else { return Ok(None) };
        if entries.len() > wanted.len() {
            return self.removal(*last).map(Some);
        }
        match wanted.get(entries.len()) {
            Some(wanted) => self.appended(list, *last, change, *wanted).map(Some),
            None => Ok(None),
        }
    }

    fn edits_of_entry(
        &self,
        entry: NodeId,
        change: &Change,
        wanted: Raw<'_>,
        way: Way,
    ) -> Result<Option<Vec<Edit>>, EditError> {
        let refused =
            || self.doc.unsupported(&change.path, self.doc.node(entry).map_or(0, |node| node.span.start));
        let fields = wanted.entries().ok_or_else(refused)?;
        for (key, new) in &fields {
            let name = key.name();
            let own = self.doc.tree.children(entry).find(|id| self.is_named(*id, &name));
            let Some(own) = own else {
                let block = self.blocks.iter().rfind(|block| block.table == entry).ok_or_else(refused)?;
                let value = self.value(*new, &change.path)?;
                let line = joined(&[&toml_key(&name), " = ", &value]);
                return Ok(Some(vec![self.block_insertion(block, &line)]));
            };
            let (old, _) = self.doc.tree.to_json_of(own).map_err(|_| refused())?;
            if json::parse_value(&old).is_ok_and(|old| is_same(old, *new)) {
                continue;
            }
            let Some(node) = self.doc.node(own).filter(|node| node.statement.is_some()) else {
                return Err(refused());
            };
            self.value(*new, &change.path)?;
            let edits = match way {
                Way::Parts => self.rewritten(own, *new),
                Way::Whole => self.replaced(node, *new),
            };
            return edits.map(Some).ok_or_else(|| self.doc.unsupported(&change.path, node.span.start));
        }
        let is_wanted = |id: &NodeId| fields.iter().any(|(key, _)| self.is_named(*id, &key.name()));
        let surplus = self.doc.tree.children(entry).find(|id| !is_wanted(id));
        surplus.map(|id| self.removal(id)).transpose()
    }

    pub(super) fn is_named(&self, id: NodeId, name: &str) -> bool {
        self.doc.node(id).and_then(|node| node.key).is_some_and(|key| self.doc.tree.name(key) == name)
    }

    /// Adds an entry after the last one and everything that belongs to it.
    fn appended(
        &self,
        list: NodeId,
        last: NodeId,
        change: &Change,
        wanted: Raw<'_>,
    ) -> Result<Vec<Edit>, EditError> {
        let refused =
            || self.doc.unsupported(&change.path, self.doc.node(last).map_or(0, |node| node.span.start));
        let fields = wanted.entries().ok_or_else(refused)?;
        let end =
            self.blocks.iter().filter(|block| self.is_at_or_below(block.table, last)).map(|block| block.end);
        let end = line_end(self.doc.text, end.max().ok_or_else(refused)?);
        let mut lines = ZeroizingString::default();
        for (key, value) in fields {
            for part in [self.doc.newline, &*toml_key(&key.name()), " = ", &*self.value(value, &change.path)?]
            {
                lines.push_str(part);
            }
        }
        let header = self.path_of(list).join(".");
        Ok(vec![insertion(end, &[self.doc.newline, self.doc.newline, "[[", &header, "]]", &lines])])
    }

    fn is_at_or_below(&self, id: NodeId, ancestor: NodeId) -> bool {
        let mut at = id;
        loop {
            if at == ancestor {
                return true;
            }
            match self.doc.node(at) {
                Some(node) if node.parent != at => at = node.parent,
                _ => return false,
            }
        }
    }
}
