//! The names of a table: one in each header and dotted key.

use super::{Edit, Toml};
use crate::format::Span;
use crate::format::toml::key as toml_key;
use crate::format::tree::{NodeId, ROOT};

impl Toml<'_> {
    /// Renames a table, or a list of tables, in every header and dotted key that names it.
    pub(super) fn renamed(&self, id: NodeId, name: &str) -> Vec<Edit> {
        let Some(at) = self.depth(id).checked_sub(1) else { return Vec::new() };
        let headers =
            self.blocks.iter().filter(|block| block.header.len() > 0 && self.is_within(block.table, id));
        let mut names: Vec<Span> = headers
            .filter_map(|block| {
                let start = block.header.start;
                let brackets = self.doc.text.get(start..)?.chars().take_while(|c| *c == '[').count();
                self.keys(start + brackets).get(at).copied()
            })
            .collect();
        self.dotted(id, at, &mut names);
        names.sort_by_key(|name| name.start);
        let with = toml_key(name);
        names
            .iter()
            .map(|name| Edit { start: name.start, end: name.end, with: (*with).to_owned().into() })
            .collect()
    }

    /// Collects the names in dotted keys. Recursion is as deep as tables nest.
    fn dotted(&self, id: NodeId, at: usize, names: &mut Vec<Span>) {
        for child in self.doc.tree.children(id) {
            let Some(start) = self.doc.node(child).and_then(|node| node.statement) else {
                self.dotted(child, at, names);
                continue;
            };
            let keys = self.keys(start);
            // those before the statement are in its header
            let before = self.depth(child).saturating_sub(keys.len());
            names.extend(at.checked_sub(before).and_then(|at| keys.get(at)).copied());
        }
    }

    /// Returns the number of keys that lead to a node.
    fn depth(&self, id: NodeId) -> usize {
        let nodes = std::iter::successors(Some(id), |at| self.doc.node(*at).map(|node| node.parent));
        nodes
            .take_while(|at| *at != ROOT)
            .filter(|at| self.doc.node(*at).is_some_and(|node| node.key.is_some()))
            .count()
    }

    fn is_within(&self, id: NodeId, above: NodeId) -> bool {
        let nodes = std::iter::successors(Some(id), |at| self.doc.node(*at).map(|node| node.parent));
        nodes.take_while(|at| *at != ROOT).any(|at| at == above)
    }

    /// Returns the keys with dots between them that start at an offset of the text, whose syntax has been checked.
    fn keys(&self, start: usize) -> Vec<Span> {
        let is_space = |c: char| matches!(c, ' ' | '\t');
        let skip = |at: usize| {
            let rest = self.doc.text.get(at..).unwrap_or_default();
            at + rest.len() - rest.trim_start_matches(is_space).len()
        };
        let (mut keys, mut at) = (Vec::new(), skip(start));
        loop {
            let rest = self.doc.text.get(at..).unwrap_or_default();
            let end = match rest.chars().next() {
                Some(quote @ ('"' | '\'')) => quoted(rest, quote),
                _ => rest.find(|c: char| is_space(c) || matches!(c, '.' | '=' | ']')).unwrap_or(rest.len()),
            };
            keys.push(Span::new(at, at + end));
            at = skip(at + end);
            if !self.doc.text.get(at..).is_some_and(|rest| rest.starts_with('.')) {
                return keys;
            }
            at = skip(at + 1);
        }
    }
}

/// Returns the length of a key in quotes.
fn quoted(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if quote == '"' => is_escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}
