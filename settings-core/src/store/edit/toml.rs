//! Editing TOML text in place.
//!
//! Every edit is checked: read as JSON, the edited text must be what the same edit makes of the text before. An edit that
//! would touch more is refused.

mod inline;
mod names;
mod tables;

use std::borrow::Cow;

use super::document::Document;
use super::locate::matches;
use super::merge::{is_same, is_same_without_empty};
use super::parts::{Way, insertion, is_own_line, joined, line_end, removal};
use super::{Action, Change, Edit, EditError, MAX_COPIES, applied};
use crate::format::Span;
use crate::format::toml::{Block, key as toml_key, parse_with_blocks, value as toml_value};
use crate::format::tree::{Node, NodeId, NodeKind, ROOT};
#[cfg(feature = "release")]
use crate::schema::Segment;
use crate::value::ZeroizingString;
use crate::value::json::{self, Raw};

/// Makes one change.
pub(super) fn apply(text: ZeroizingString, change: &Change) -> Result<ZeroizingString, EditError> {
    let toml = Toml::parse(&text)?;
    let wanted = super::apply(toml.doc.json()?, change).map_err(|error| toml.doc.placed(error))?;
    let is_wanted = |after: &str| {
        let both = json::parse_value(&wanted).ok().zip(json::parse_value(after).ok());
        both.is_some_and(|(wanted, after)| match change.action {
            Action::Set(_) if change.old_names.is_empty() => is_same(wanted, after),
            // a table that only a header or key of another one names is gone with it
            Action::Set(_) => {
                is_same_without_empty(wanted, after) && !matches(after, &change.path).is_empty()
            }
            Action::Unset => is_same_without_empty(wanted, after),
        })
    };
    for way in [Way::Parts, Way::Whole] {
        match edited(text.to_string().into(), change, way) {
            Ok(edited) if toml.is_right(&edited, is_wanted) => return Ok(edited),
            Ok(_) | Err(EditError::Unsupported { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Err(toml.doc.unsupported(&change.path, toml.doc.place_of(&change.path)))
}

/// Makes a change at an address, as [`entry::apply`](super::entry::apply) does with JSON.
#[cfg(feature = "release")]
pub(super) fn apply_at(
    text: &str,
    address: &[Segment],
    change: &Change,
) -> Result<Option<ZeroizingString>, EditError> {
    let toml = Toml::parse(text)?;
    let Some(wanted) = super::entry::apply(&toml.doc.json()?, address, change)? else { return Ok(None) };
    let Some(id) = toml.doc.tree.at(address) else { return Ok(None) };
    for way in [Way::Parts, Way::Whole] {
        let edits = match &change.action {
            Action::Set(json) => toml.replacement(id, change, json, way),
            Action::Unset => toml.removal(id),
        };
        match edits.map(|edits| applied(text, &edits)) {
            Ok(edited) if toml.is_right(&edited, |after| super::merge::is_same_json(&wanted, after)) => {
                return Ok(Some(edited));
            }
            Ok(_) | Err(EditError::Unsupported { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Err(toml.doc.unsupported(&change.path, toml.doc.node(id).map_or(0, |node| node.span.start)))
}

fn edited(mut text: ZeroizingString, change: &Change, way: Way) -> Result<ZeroizingString, EditError> {
    // each round except the last removes one copy
    for _ in 0..=MAX_COPIES {
        let toml = Toml::parse(&text)?;
        let own = toml.doc.matches(&change.path);
        let old: Vec<_> = change.old_names.iter().flat_map(|path| toml.doc.matches(path)).collect();
        let kept = match change.action {
            Action::Set(_) => {
                own.last().or_else(|| old.iter().rfind(|old| toml.doc.is_in_section(**old, change)))
            }
            Action::Unset => None,
        };
        let surplus = own.iter().chain(&old).find(|found| Some(*found) != kept);
        let edits = match (surplus, kept, &change.action) {
            (Some(surplus), ..) => toml.removal(*surplus)?,
            (None, Some(kept), Action::Set(json))
                if toml.has_headers(*kept)
                    && change.path.last().is_some_and(|name| toml.is_named(*kept, name)) =>
            {
                return tables::edited(text, change, json, way);
            }
            (None, Some(kept), Action::Set(json)) => match toml.entry_changes(*kept, change, json) {
                Some(changes) => {
                    return changes.iter().try_fold(text, |text, change| edited(text, change, way));
                }
                None => toml.replacement(*kept, change, json, way)?,
            },
            (None, None, Action::Set(json)) => toml.insertion(&change.path, json)?,
            (None, _, Action::Unset) => return Ok(text),
        };
        let is_last = surplus.is_none();
        text = applied(&text, &edits);
        if is_last {
            return Ok(text);
        }
    }
    Err(EditError::Copies { path: change.path.clone() })
}

/// A parsed TOML text.
struct Toml<'t> {
    doc: Document<'t>,
    blocks: Vec<Block>,
}

impl<'t> Toml<'t> {
    fn parse(text: &'t str) -> Result<Self, EditError> {
        let (parsed, blocks) = parse_with_blocks(text);
        Ok(Self { doc: Document::new(text, parsed)?, blocks })
    }

    /// Returns whether an edited text is what is wanted, read as JSON, and has all comments.
    fn is_right(&self, edited: &str, is_wanted: impl Fn(&str) -> bool) -> bool {
        let Ok(after) = Toml::parse(edited) else { return false };
        after.doc.json().is_ok_and(|json| is_wanted(&json)) && after.doc.has_comments_of(&self.doc)
    }

    fn is_inline(&self, id: NodeId) -> bool {
        self.doc.node(id).is_some_and(|node| node.kind == NodeKind::Table)
            && self.doc.node(id).is_some_and(|node| {
                self.doc.text.get(node.span.start..).is_some_and(|text| text.starts_with('{'))
            })
    }

    /// Returns whether an entry is in an inline table, at any depth.
    fn is_within_inline(&self, id: NodeId) -> bool {
        let mut at = id;
        while at != ROOT {
            let Some(node) = self.doc.node(at) else { return false };
            at = node.parent;
            if self.is_inline(at) {
                return true;
            }
        }
        false
    }

    /// Removes an entry. Comments stay.
    fn removal(&self, id: NodeId) -> Result<Vec<Edit>, EditError> {
        let Some(node) = self.doc.node(id) else { return Ok(Vec::new()) };
        if self.is_within_inline(id) {
            return Ok(vec![self.inline_removal(id, node)]);
        }
        let mut edits = Vec::new();
        self.remove_statements(id, &mut edits);
        edits.sort_by_key(|edit| edit.start);
        Ok(edits)
    }

    fn remove_statements(&self, id: NodeId, edits: &mut Vec<Edit>) {
        let Some(node) = self.doc.node(id) else { return };
        if let Some(start) = node.statement {
            edits.push(self.line_removal(Span::new(start, node.span.end)));
            return;
        }
        let headers = self.blocks.iter().filter(|block| block.table == id && block.header.len() > 0);
        edits.extend(headers.map(|block| self.line_removal(block.header)));
        self.doc.tree.children(id).for_each(|child| self.remove_statements(child, edits));
    }

    /// Removes a part with its line, unless a comment follows.
    fn line_removal(&self, span: Span) -> Edit {
        let after = self.doc.text.get(span.end..).unwrap_or_default();
        let space = after.len() - after.trim_start_matches([' ', '\t']).len();
        let rest = after.get(space..).unwrap_or_default();
        let newline = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
        if newline == 0 && !rest.is_empty() {
            return removal(span.start, span.end + space);
        }
        let line = span.start - self.indent(span.start).len();
        let is_own_line = is_own_line(self.doc.text, span.start);
        removal(if is_own_line { line } else { span.start }, span.end + space + newline)
    }

    /// Removes an entry of an inline table with its comma.
    fn inline_removal(&self, id: NodeId, node: &Node) -> Edit {
        let start = node.statement.or(node.key.map(|key| key.span.start)).unwrap_or(node.span.start);
        let siblings: Vec<_> = self.doc.tree.children(node.parent).collect();
        let at = siblings.iter().position(|sibling| *sibling == id).unwrap_or_default();
        let after = self.doc.text.get(node.span.end..).unwrap_or_default();
        let comma = after.trim_start();
        if let Some(rest) = comma.strip_prefix(',') {
            let space = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            return removal(start, self.doc.text.len() - rest.len() + space);
        }
        // the last entry, whose comma is the one before it
        let before =
            at.checked_sub(1).and_then(|before| siblings.get(before)).and_then(|id| self.doc.node(*id));
        removal(before.map_or(start, |before| before.span.end), node.span.end)
    }

    /// Splits the change of a map that has lines of its own into changes of its entries.
    fn entry_changes(&self, id: NodeId, change: &Change, json: &str) -> Option<Vec<Change>> {
        let node = self.doc.node(id)?;
        let has_own_name = node
            .key
            .is_some_and(|key| change.path.last().is_some_and(|name| *name == self.doc.tree.name(key)));
        if node.kind != NodeKind::Table || self.is_inline(id) || !has_own_name {
            return None;
        }
        let (old, _) = self.doc.tree.to_json_of(id).ok()?;
        super::entry_changes(change, &old, json)
    }

    /// Replaces the value of an entry, and corrects the letter case of its key.
    fn replacement(&self, id: NodeId, change: &Change, json: &str, way: Way) -> Result<Vec<Edit>, EditError> {
        let (Some(node), Some(name)) = (self.doc.node(id), change.path.last()) else { return Ok(Vec::new()) };
        let Ok(new) = json::parse_value(json) else { return Err(EditError::NoValue) };
        let mut edits = Vec::new();
        let key = node.key.filter(|key| self.doc.tree.name(*key) != *name);
        if let Some(key) = key {
            if node.statement.is_none() && !self.is_within_inline(id) {
                edits = self.renamed(id, name);
            } else {
                edits.push(Edit {
                    start: key.span.start,
                    end: key.span.end,
                    with: toml_key(name).into_owned().into(),
                });
            }
        }
        let (old, _) =
            self.doc.tree.to_json_of(id).map_err(|span| self.doc.unsupported(&change.path, span.start))?;
        if json::parse_value(&old).is_ok_and(|old| is_same(old, new)) {
            return Ok(edits);
        }
        let refused = || self.doc.unsupported(&change.path, node.span.start);
        if node.statement.is_none() {
            return Err(refused());
        }
        self.value(new, &change.path)?;
        let value = match way {
            Way::Parts => self.rewritten(id, new),
            Way::Whole => self.replaced(node, new),
        };
        edits.extend(value.ok_or_else(refused)?);
        Ok(edits)
    }

    fn value(&self, raw: Raw<'_>, path: &[String]) -> Result<ZeroizingString, EditError> {
        toml_value(raw).ok_or_else(|| EditError::NoNull { path: path.to_vec() })
    }

    /// Adds an entry, with the sections that are missing.
    fn insertion(&self, path: &[String], json: &str) -> Result<Vec<Edit>, EditError> {
        let Ok(new) = json::parse_value(json) else { return Err(EditError::NoValue) };
        let value = self.value(new, path)?;
        let Some((name, sections)) = path.split_last() else { return Err(EditError::NoPath) };
        let (mut table, mut depth) = (ROOT, 0);
        for section in sections {
            let named = self.doc.tree.named(table, section);
            let is_table =
                |id: &&NodeId| self.doc.node(**id).is_some_and(|node| node.kind == NodeKind::Table);
            match (named.iter().rfind(is_table), named.first()) {
                (Some(found), _) => (table, depth) = (*found, depth + 1),
                (None, Some(other)) => {
                    return Err(self.doc.not_object(*other, path.get(..=depth).unwrap_or_default()));
                }
                (None, None) => break,
            }
        }
        let missing = sections.get(depth..).unwrap_or_default();
        let line = |prefix: &str| -> ZeroizingString { joined(&[prefix, &toml_key(name), " = ", &value]) };
        if self.is_inline(table) || self.is_within_inline(table) {
            return Ok(vec![self.inline_insertion(table, missing, name, &value)]);
        }
        if let Some(block) = self.blocks.iter().rfind(|block| block.table == table && missing.is_empty()) {
            return Ok(vec![self.block_insertion(block, &line(""))]);
        }
        // a table of dotted keys gets another one, after its last entry
        if let Some((end, indent, prefix)) = self.dotted_prefix(table) {
            let keys =
                std::iter::once(Cow::Borrowed(prefix)).chain(missing.iter().map(|name| toml_key(name)));
            let line = line(&format!("{}.", keys.collect::<Vec<_>>().join(".")));
            return Ok(vec![insertion(line_end(self.doc.text, end), &[self.doc.newline, indent, &line])]);
        }
        let names =
            self.path_of(table).into_iter().chain(missing.iter().map(|name| toml_key(name).into_owned()));
        let header = names.collect::<Vec<_>>().join(".");
        let text = self.doc.text.trim_start_matches('\u{feff}');
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { self.doc.newline };
        let gap = if text.is_empty() { "" } else { self.doc.newline };
        let line = line("");
        Ok(vec![insertion(
            self.doc.text.len(),
            &[end, gap, "[", &header, "]", self.doc.newline, &line, self.doc.newline],
        )])
    }

    /// Adds a line to a block, after its last entry.
    fn block_insertion(&self, block: &Block, line: &str) -> Edit {
        let last = self.doc.tree.children(block.table).filter_map(|id| self.doc.node(id)?.statement).last();
        let indent = last.map_or("", |start| self.indent(start));
        if block.has_entries || block.header.len() > 0 {
            return insertion(line_end(self.doc.text, block.end), &[self.doc.newline, indent, line]);
        }
        // the root has no entries yet: they must come before the first header
        let start = block.end;
        let rest = self.doc.text.get(start..).unwrap_or_default();
        let gap = if rest.is_empty() || rest.starts_with(['\n', '\r']) { "" } else { self.doc.newline };
        insertion(start, &[line, self.doc.newline, gap])
    }

    /// Adds an entry to an inline table.
    fn inline_insertion(&self, table: NodeId, missing: &[String], name: &str, value: &str) -> Edit {
        let names: Vec<_> = missing.iter().map(String::as_str).chain([name]).map(toml_key).collect();
        let key = names.join(".");
        let span = self.doc.node(table).map_or(Span::default(), |node| node.span);
        match self.doc.tree.last_child(table).and_then(|last| self.doc.node(last)) {
            Some(last) => insertion(last.span.end, &[", ", &key, " = ", value]),
            None => {
                let with = joined(&["{ ", &key, " = ", value, " }"]);
                Edit { start: span.start, end: span.end, with }
            }
        }
    }

    /// Returns the end of a table's last dotted statement, its indentation, and the text of its keys up to the table.
    fn dotted_prefix(&self, table: NodeId) -> Option<(usize, &'t str, &'t str)> {
        if table == ROOT || self.blocks.iter().any(|block| block.table == table) {
            return None;
        }
        let is_statement = |id: &NodeId| self.doc.node(*id).is_some_and(|node| node.statement.is_some());
        let last = self.doc.tree.children(table).filter(is_statement).last()?;
        let node = self.doc.node(last)?;
        let start = node.statement?;
        let keys = self.doc.text.get(start..node.key?.span.start)?;
        let prefix = keys.trim_end().strip_suffix('.')?.trim_end();
        Some((node.span.end, self.indent(start), prefix))
    }

    /// Returns the keys of a table as the document has them.
    fn path_of(&self, table: NodeId) -> Vec<String> {
        let (mut keys, mut at) = (Vec::new(), table);
        while at != ROOT {
            let Some(node) = self.doc.node(at) else { break };
            keys.extend(node.key.map(|key| toml_key(&self.doc.tree.name(key)).into_owned()));
            at = node.parent;
        }
        keys.reverse();
        keys
    }

    fn indent(&self, start: usize) -> &'t str {
        super::style::line_indent(self.doc.text, start)
    }
}
