//! Changing a value part by part, so that what is the same stays as it is written, with every comment.

use super::Yaml;
use crate::format::Span;
use crate::format::tree::{Node, NodeId, NodeKind};
use crate::format::yaml::{key as yaml_key, value};
use crate::store::edit::Edit;
use crate::store::edit::merge::{aligned, is_same};
use crate::store::edit::parts::{self, Flow, Part, in_order, insertion, joined, line_end, removal};
use crate::value::ZeroizingString;
use crate::value::json::{self, Raw, Shape};

impl Yaml<'_> {
    /// Returns the edits that make a value `new`; `None` if a comment would be lost. `after` is the end of the colon or dash
    /// before the value, or the start of an element in brackets. Recursion is as deep as the text nests.
    pub(super) fn rewritten(&self, id: NodeId, after: usize, new: Raw<'_>) -> Option<Vec<Edit>> {
        let node = self.doc.node(id)?;
        let (old, _) = self.doc.tree.to_json_of(id).ok()?;
        if json::parse_value(&old).is_ok_and(|old| is_same(old, new)) {
            return Some(Vec::new());
        }
        let is_filled = self.doc.tree.last_child(id).is_some();
        match (node.kind, new.elements(), new.entries()) {
            (NodeKind::List, Some(elements), _) if is_filled && !elements.is_empty() => {
                self.list(id, node, after, &elements)
            }
            (NodeKind::Table, _, Some(entries)) if is_filled && !entries.is_empty() => {
                let entries: Vec<_> = entries.iter().map(|(key, value)| (key.name(), *value)).collect();
                self.map(id, node, after, &entries)
            }
            _ => self.replaced(id, after, new).or_else(|| self.emptied(id, node, after, new)),
        }
    }

    /// Replaces a value as a whole; `None` if it has comments.
    pub(super) fn replaced(&self, id: NodeId, after: usize, new: Raw<'_>) -> Option<Vec<Edit>> {
        let node = self.doc.node(id)?;
        let end = self.end(id).max(after);
        if self.has_comment(after, end) {
            return None;
        }
        // keeps the space after the colon
        let between = self.doc.text.get(after..node.span.start).unwrap_or_default();
        let is_spaced = !between.is_empty() || !self.doc.text.get(..after)?.ends_with([':', '-']);
        let is_adjacent = is_spaced && between.bytes().all(|byte| byte == b' ') && node.span.start < end;
        let with = value(new);
        Some(vec![match is_adjacent {
            true => Edit { start: node.span.start, end, with },
            false => Edit { start: after, end, with: joined(&[" ", &with]) },
        }])
    }

    /// Removes all parts of a value with lines of its own, whose comments stay.
    fn emptied(&self, id: NodeId, node: &Node, after: usize, new: Raw<'_>) -> Option<Vec<Edit>> {
        let is_empty = new.elements().is_some_and(|elements| elements.is_empty())
            || new.entries().is_some_and(|entries| entries.is_empty());
        if !is_empty || self.is_flow(node) || matches!(node.kind, NodeKind::Scalar { .. }) {
            return None;
        }
        let brackets = if new.shape == Shape::Array { " []" } else { " {}" };
        let mut edits = vec![insertion(after, &[brackets])];
        for item in self.items(id, node, after)? {
            if self.has_comment(item.start, item.end) {
                return None;
            }
            edits.push(self.line_removal(item.start, item.end));
        }
        in_order(edits)
    }

    fn list(&self, id: NodeId, node: &Node, after: usize, elements: &[Raw<'_>]) -> Option<Vec<Edit>> {
        let children: Vec<_> = self.doc.tree.children(id).collect();
        let old: Option<Vec<_>> =
            children.iter().map(|child| Some(self.doc.tree.to_json_of(*child).ok()?.0)).collect();
        let old = old?;
        let same = |at: usize, number: usize| {
            let old = old.get(at).and_then(|old| json::parse_value(old).ok());
            old.zip(elements.get(number)).is_some_and(|(old, new)| is_same(old, *new))
        };
        let is_flow = self.is_flow(node);
        let items = self.items(id, node, after)?;
        let column = self.column(items.first()?.start);
        let mut parts = Vec::with_capacity(elements.len());
        for step in aligned(children.len(), elements.len(), same) {
            parts.push(match (step.old, step.new.and_then(|number| elements.get(number))) {
                (Some(at), Some(new)) => {
                    let start = items.get(at)?.start;
                    let after = if is_flow { start } else { start + 1 };
                    Part::Kept(at, self.rewritten(*children.get(at)?, after, *new)?)
                }
                (Some(at), None) => Part::Removed(at),
                (None, Some(new)) if is_flow => Part::Added(value(*new)),
                (None, Some(new)) => Part::Added(self.element(*new, &column)),
                (None, None) => continue,
            });
        }
        if is_flow { self.flow(items).edits(parts) } else { self.block(&items, parts) }
    }

    fn map(
        &self,
        id: NodeId,
        node: &Node,
        after: usize,
        entries: &[(std::borrow::Cow<'_, str>, Raw<'_>)],
    ) -> Option<Vec<Edit>> {
        let is_flow = self.is_flow(node);
        let items = self.items(id, node, after)?;
        let mut added: Vec<_> = entries.iter().collect();
        let mut parts = Vec::with_capacity(entries.len());
        for (at, child) in self.doc.tree.children(id).enumerate() {
            let child_node = self.doc.node(child)?;
            let name = self.doc.tree.name(child_node.key?);
            match added.iter().position(|(new, _)| *new == name) {
                Some(number) => {
                    let (_, new) = added.remove(number);
                    parts.push(Part::Kept(at, self.rewritten(child, self.colon(child_node)?, *new)?));
                }
                // of two entries with one name, the second is surplus
                None => parts.push(Part::Removed(at)),
            }
        }
        // an entry takes the place of one that is gone: in brackets always, otherwise if no other entry stays
        let is_kept = |part: &Part| matches!(part, Part::Kept(..));
        let mut places = if is_flow { usize::MAX } else { usize::from(!parts.iter().any(is_kept)) };
        let mut added = added.into_iter().map(|(name, new)| joined(&[&yaml_key(name), ": ", &value(*new)]));
        for part in &mut parts {
            let Part::Removed(at) = *part else { continue };
            if places == 0 {
                break;
            }
            let Some(with) = added.next() else { break };
            let item = *items.get(at)?;
            if self.has_comment(item.start, item.end) {
                return None;
            }
            *part = Part::Kept(at, vec![Edit { start: item.start, end: item.end, with }]);
            places -= 1;
        }
        let last = parts.iter().rposition(is_kept)? + 1;
        parts.splice(last..last, added.map(Part::Added)).for_each(drop);
        if is_flow { self.flow(items).edits(parts) } else { self.block(&items, parts) }
    }

    fn flow(&self, items: Vec<Span>) -> Flow<'_> {
        Flow { text: self.doc.text, comments: &self.doc.comments, newline: self.doc.newline, items }
    }

    /// Returns the edits that make `parts` of items with lines of their own; `None` if a comment would be lost.
    fn block(&self, items: &[Span], parts: Vec<Part>) -> Option<Vec<Edit>> {
        let first = *items.first()?;
        let column = self.column(first.start);
        let mut edits = Vec::new();
        let mut kept = None;
        let mut removed_up_to = 0;
        // an entry on the line of a dash makes room for the first one that stays
        let next = parts.iter().find_map(|part| match part {
            Part::Kept(number, _) => items.get(*number),
            _ => None,
        });
        if let (Some(Part::Removed(_)), Some(next)) = (parts.first(), next)
            && !parts::is_own_line(self.doc.text, first.start)
            && !self.has_comment(first.start, next.start)
        {
            edits.push(removal(first.start, next.start));
            removed_up_to = next.start;
        }
        for part in parts {
            match part {
                Part::Kept(number, inside) => {
                    edits.extend(inside);
                    kept = items.get(number);
                }
                Part::Removed(number) => {
                    let item = items.get(number)?;
                    if self.has_comment(item.start, item.end) {
                        return None;
                    }
                    if item.start >= removed_up_to {
                        edits.push(self.line_removal(item.start, item.end));
                    }
                }
                Part::Added(text) => edits.push(match kept {
                    Some(kept) => self.line_below(kept.end, &column, &text),
                    None => insertion(first.start, &[&text, self.doc.newline, &column]),
                }),
            }
        }
        in_order(edits)
    }

    /// Adds a line after the one of `at`.
    fn line_below(&self, at: usize, column: &str, text: &str) -> Edit {
        let end = line_end(self.doc.text, at);
        let rest = self.doc.text.get(end..).unwrap_or_default();
        match rest.find('\n') {
            Some(newline) => insertion(end + newline + 1, &[column, text, self.doc.newline]),
            None => insertion(end, &[self.doc.newline, column, text]),
        }
    }

    /// Formats an element of a list with a dash; the fields of a map have lines of their own.
    fn element(&self, new: Raw<'_>, column: &str) -> ZeroizingString {
        let entries = new.entries().filter(|entries| !entries.is_empty());
        let Some(entries) = entries else { return joined(&["- ", &value(new)]) };
        let mut out = ZeroizingString::default();
        for (number, (name, new)) in entries.into_iter().enumerate() {
            let between: [&str; 3] =
                if number == 0 { ["", "", "- "] } else { [self.doc.newline, column, "  "] };
            let entry = joined(&[&yaml_key(&name.name()), ": ", &value(new)]);
            between.into_iter().chain([&*entry]).for_each(|part| out.push_str(part));
        }
        out
    }

    /// Returns the items of a list or map that starts after `after`, each with its dash or key.
    fn items(&self, id: NodeId, node: &Node, after: usize) -> Option<Vec<Span>> {
        let has_dashes = node.kind == NodeKind::List && !self.is_flow(node);
        let mut items: Vec<Span> = Vec::new();
        for child in self.doc.tree.children(id) {
            let child_node = self.doc.node(child)?;
            let start = match has_dashes {
                true => self.dash(items.last().map_or(after, |item| item.end))?,
                false => child_node.statement.unwrap_or(child_node.span.start),
            };
            let shortest = if has_dashes { start + 1 } else { self.colon(child_node).unwrap_or(start) };
            items.push(Span::new(start, self.end(child).max(shortest)));
        }
        Some(items)
    }

    /// Returns the next dash, after space and comments.
    fn dash(&self, mut at: usize) -> Option<usize> {
        loop {
            let rest = self.doc.text.get(at..)?;
            at += rest.len() - rest.trim_start().len();
            match self.doc.text.as_bytes().get(at)? {
                b'-' => return Some(at),
                b'#' => at = self.doc.comments.iter().find(|comment| comment.start == at)?.end,
                _ => return None,
            }
        }
    }

    /// Returns the indentation that leads to the column of an offset.
    fn column(&self, at: usize) -> String {
        let before = self.doc.text.get(..at).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default().trim_start_matches('\u{feff}');
        line.chars().map(|c| if c == '\t' { c } else { ' ' }).collect()
    }
}
