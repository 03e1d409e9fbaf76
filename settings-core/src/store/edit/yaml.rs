//! Editing YAML text in place.
//!
//! Every edit is checked: read as JSON, the edited text must be what the same edit makes of the text before. An edit that
//! would touch more is refused.

mod insert;
mod rewrite;

use super::document::Document;
use super::merge::{is_same, is_same_json};
use super::parts::{self, Way, insertion, removal};
use super::style::line_indent;
use super::{Action, Change, Edit, EditError, MAX_COPIES, applied};
use crate::format::Span;
use crate::format::tree::{Node, NodeId, NodeKind, ROOT};
use crate::format::yaml::{key as yaml_key, parse};
#[cfg(feature = "release")]
use crate::schema::Segment;
use crate::value::ZeroizingString;
use crate::value::json;

/// Makes one change.
pub(super) fn apply(text: ZeroizingString, change: &Change) -> Result<ZeroizingString, EditError> {
    let yaml = Yaml::parse(&text)?;
    let wanted = super::apply(yaml.doc.json()?, change).map_err(|error| yaml.doc.placed(error))?;
    for way in [Way::Parts, Way::Whole] {
        match edited(text.to_string().into(), change, way) {
            Ok(edited) if yaml.is_right(&edited, &wanted) => return Ok(edited),
            Ok(_) | Err(EditError::Unsupported { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Err(yaml.doc.unsupported(&change.path, yaml.doc.place_of(&change.path)))
}

/// Makes a change at an address, as [`entry::apply`](super::entry::apply) does with JSON.
#[cfg(feature = "release")]
pub(super) fn apply_at(
    text: &str,
    address: &[Segment],
    change: &Change,
) -> Result<Option<ZeroizingString>, EditError> {
    let yaml = Yaml::parse(text)?;
    let Some(wanted) = super::entry::apply(&yaml.doc.json()?, address, change)? else { return Ok(None) };
    let Some(id) = yaml.doc.tree.at(address) else { return Ok(None) };
    for way in [Way::Parts, Way::Whole] {
        let edits = match &change.action {
            Action::Set(json) => yaml.replacement(id, change, json, way),
            Action::Unset => yaml.removal(id, change),
        };
        match edits.map(|edits| applied(text, &edits)) {
            Ok(edited) if yaml.is_right(&edited, &wanted) => return Ok(Some(edited)),
            Ok(_) | Err(EditError::Unsupported { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Err(yaml.doc.unsupported(&change.path, yaml.doc.node(id).map_or(0, |node| node.span.start)))
}

fn edited(mut text: ZeroizingString, change: &Change, way: Way) -> Result<ZeroizingString, EditError> {
    // each round except the last removes one copy
    for _ in 0..=MAX_COPIES {
        let yaml = Yaml::parse(&text)?;
        let own = yaml.doc.matches(&change.path);
        let old: Vec<_> = change.old_names.iter().flat_map(|path| yaml.doc.matches(path)).collect();
        let kept = match change.action {
            Action::Set(_) => {
                own.last().or_else(|| old.iter().rfind(|old| yaml.doc.is_in_section(**old, change)))
            }
            Action::Unset => None,
        };
        let surplus = own.iter().chain(&old).find(|found| Some(*found) != kept);
        let edits = match (surplus, kept, &change.action) {
            (Some(surplus), ..) => yaml.removal(*surplus, change)?,
            (None, Some(kept), Action::Set(json)) => match yaml.entry_changes(*kept, change, json) {
                Some(changes) => {
                    return changes.iter().try_fold(text, |text, change| edited(text, change, way));
                }
                None => yaml.replacement(*kept, change, json, way)?,
            },
            (None, None, Action::Set(json)) => yaml.insertion(&change.path, json)?,
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

/// A parsed YAML text.
struct Yaml<'t> {
    doc: Document<'t>,
}

impl<'t> Yaml<'t> {
    fn parse(text: &'t str) -> Result<Self, EditError> {
        let mut doc = Document::new(text, parse(text))?;
        // a document of nothing but its marker
        let root = doc.tree.node(ROOT).map_or(Span::default(), |root| root.span);
        let is_written =
            text.get(root.start..).is_some_and(|text| text.starts_with(['~', 'n', 'N', '!', '&']));
        let is_null = doc.tree.to_json().is_ok_and(|(json, _)| &*json == "null");
        if let Some(root) = doc.tree.node_mut(ROOT).filter(|_| is_null && !is_written) {
            root.kind = NodeKind::Table;
        }
        Ok(Self { doc })
    }

    /// Returns whether an edited text is `wanted`, read as JSON, and has all comments. An edit that breaks the text touched
    /// more than it should.
    fn is_right(&self, edited: &str, wanted: &str) -> bool {
        let Ok(after) = Yaml::parse(edited) else { return false };
        after.doc.json().is_ok_and(|json| is_same_json(wanted, &json)) && after.doc.has_comments_of(&self.doc)
    }

    /// Returns whether a list or map is written in brackets.
    fn is_flow(&self, node: &Node) -> bool {
        let rest = self.doc.text.get(node.span.start..).unwrap_or_default();
        !matches!(node.kind, NodeKind::Scalar { .. }) && rest.starts_with(['[', '{'])
    }

    /// Returns the end of a value, without the space after it.
    fn end(&self, id: NodeId) -> usize {
        let Some(node) = self.doc.node(id) else { return 0 };
        let end = match node.kind {
            NodeKind::Scalar { .. } => node.span.end,
            _ if self.is_flow(node) => node.span.end,
            _ => self.doc.tree.children(id).map(|child| self.end(child)).max().unwrap_or(node.span.end),
        };
        let text = self.doc.text.get(..end).unwrap_or_default();
        let start = node.key.map_or(0, |key| key.span.end);
        text.trim_end().len().max(start)
    }

    /// Returns the offset after the colon of a key.
    fn colon(&self, node: &Node) -> Option<usize> {
        let key = node.key?.span.end;
        let rest = self.doc.text.get(key..)?;
        let space = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        rest.get(space..)?.starts_with(':').then_some(key + space + 1)
    }

    fn has_comment(&self, start: usize, end: usize) -> bool {
        parts::has_comment(&self.doc.comments, start, end)
    }

    /// Removes an entry. A comment after it stays.
    fn removal(&self, id: NodeId, change: &Change) -> Result<Vec<Edit>, EditError> {
        let Some(node) = self.doc.node(id) else { return Ok(Vec::new()) };
        let (start, end) = (
            node.statement.unwrap_or(node.span.start),
            self.colon(node).map_or(0, |colon| colon.max(self.end(id))),
        );
        let parent = self.doc.node(node.parent);
        if self.has_comment(start, end) || end == 0 {
            return Err(self.doc.unsupported(&change.path, start));
        }
        if parent.is_some_and(|parent| self.is_flow(parent)) {
            return Ok(vec![self.flow_removal(id, node.parent, start, end)]);
        }
        let mut edits = Vec::new();
        let is_only = self.doc.tree.children(node.parent).nth(1).is_none();
        if let Some(colon) =
            parent.filter(|_| is_only && node.parent != ROOT).and_then(|parent| self.colon(parent))
        {
            // without entries, a section would be null
            edits.push(insertion(colon, &[" {}"]));
        }
        edits.push(self.line_removal(start, end));
        Ok(edits)
    }

    /// Removes a part with its line, unless a comment follows.
    fn line_removal(&self, start: usize, end: usize) -> Edit {
        let after = self.doc.text.get(end..).unwrap_or_default();
        let space = after.len() - after.trim_start_matches([' ', '\t']).len();
        let rest = after.get(space..).unwrap_or_default();
        let newline = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
        if newline == 0 && !rest.is_empty() {
            return removal(start, end + space);
        }
        let indent = line_indent(self.doc.text, start).len();
        let is_own_line = parts::is_own_line(self.doc.text, start);
        removal(if is_own_line { start - indent } else { start }, end + space + newline)
    }

    /// Removes an entry of a map in braces with its comma.
    fn flow_removal(&self, id: NodeId, parent: NodeId, start: usize, end: usize) -> Edit {
        let after = self.doc.text.get(end..).unwrap_or_default();
        if let Some(rest) = after.trim_start().strip_prefix(',') {
            let space = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            return removal(start, self.doc.text.len() - rest.len() + space);
        }
        // the last entry, whose comma is the one before it
        let before = self.doc.tree.children(parent).take_while(|child| *child != id).last();
        removal(before.map_or(start, |before| self.end(before)), end)
    }

    /// Splits the change of a map that has lines of its own into changes of its entries.
    fn entry_changes(&self, id: NodeId, change: &Change, json: &str) -> Option<Vec<Change>> {
        let node = self.doc.node(id)?;
        let has_own_name = node
            .key
            .is_some_and(|key| change.path.last().is_some_and(|name| *name == self.doc.tree.name(key)));
        if node.kind != NodeKind::Table || self.is_flow(node) || !has_own_name {
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
        if let Some(key) = node.key.filter(|key| self.doc.tree.name(*key) != *name) {
            edits.push(Edit {
                start: key.span.start,
                end: key.span.end,
                with: yaml_key(name).into_owned().into(),
            });
        }
        let (old, _) =
            self.doc.tree.to_json_of(id).map_err(|span| self.doc.unsupported(&change.path, span.start))?;
        if json::parse_value(&old).is_ok_and(|old| is_same(old, new)) {
            return Ok(edits);
        }
        let refused = || self.doc.unsupported(&change.path, node.span.start);
        let colon = self.colon(node).ok_or_else(refused)?;
        let value = match way {
            Way::Parts => self.rewritten(id, colon, new),
            Way::Whole => self.replaced(id, colon, new),
        };
        edits.extend(value.ok_or_else(refused)?);
        Ok(edits)
    }
}
