//! Editing YAML text in place.
//!
//! Every edit is checked: read as JSON, the edited text must be what the same edit makes of the text before. An edit that
//! would touch more is refused.

use super::merge::{is_same, is_same_json};
use super::style::line_indent;
use super::{Action, Change, Edit, EditError, MAX_COPIES, applied};
use crate::format::tree::{Node, NodeId, NodeKind, ROOT, Tree};
use crate::format::yaml::{key as yaml_key, parse, value};
use crate::format::{LexemeKind, Parsed, Span};
use crate::line_index::line_column;
#[cfg(feature = "release")]
use crate::schema::Segment;
use crate::value::ZeroizingString;
use crate::value::json::{self, Raw};

const DEFAULT_INDENT: &str = "  ";

/// Makes one change.
pub(super) fn apply(text: ZeroizingString, change: &Change) -> Result<ZeroizingString, EditError> {
    let before = Yaml::parse(&text)?.json()?;
    let wanted = super::apply(before, change)?;
    let edited = edited(text, change)?;
    // an edit that breaks the text touched more than it should
    let after = Yaml::parse(&edited).and_then(|after| after.json()).ok();
    if after.is_some_and(|after| is_same_json(&wanted, &after)) {
        Ok(edited)
    } else {
        Err(EditError::Unsupported { path: change.path.clone(), line: 1 })
    }
}

/// Makes a change at an address, as [`entry::apply`](super::entry::apply) does with JSON.
#[cfg(feature = "release")]
pub(super) fn apply_at(
    text: &str,
    address: &[Segment],
    change: &Change,
) -> Result<Option<ZeroizingString>, EditError> {
    let doc = Yaml::parse(text)?;
    let Some(wanted) = super::entry::apply(&doc.json()?, address, change)? else { return Ok(None) };
    let Some(id) = doc.tree.at(address) else { return Ok(None) };
    let edits = match &change.action {
        Action::Set(json) => doc.replacement(id, change, json)?,
        Action::Unset => doc.removal(id, change)?,
    };
    let edited = applied(text, &edits);
    let after = Yaml::parse(&edited).and_then(|after| after.json());
    match after.is_ok_and(|after| is_same_json(&wanted, &after)) {
        true => Ok(Some(edited)),
        false => Err(EditError::Unsupported { path: change.path.clone(), line: 1 }),
    }
}

fn edited(mut text: ZeroizingString, change: &Change) -> Result<ZeroizingString, EditError> {
    // each round except the last removes one copy
    for _ in 0..=MAX_COPIES {
        let yaml = Yaml::parse(&text)?;
        let own = yaml.matches(&change.path);
        let old: Vec<_> = change.old_names.iter().flat_map(|path| yaml.matches(path)).collect();
        let kept = match change.action {
            Action::Set(_) => {
                own.last().or_else(|| old.iter().rfind(|old| yaml.is_in_section(**old, change)))
            }
            Action::Unset => None,
        };
        let surplus = own.iter().chain(&old).find(|found| Some(*found) != kept);
        let edits = match (surplus, kept, &change.action) {
            (Some(surplus), ..) => yaml.removal(*surplus, change)?,
            (None, Some(kept), Action::Set(json)) => match yaml.entry_changes(*kept, change, json) {
                Some(changes) => return changes.iter().try_fold(text, edited),
                None => yaml.replacement(*kept, change, json)?,
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
    text: &'t str,
    tree: Tree,
    comments: Vec<Span>,
    newline: &'static str,
}

impl<'t> Yaml<'t> {
    fn parse(text: &'t str) -> Result<Self, EditError> {
        let Parsed { tree, problems, lexemes } = parse(text);
        if let Some(problem) = problems.into_iter().min_by_key(|problem| problem.span.start) {
            let (line, column) = line_column(text, problem.span.start);
            let error = json::SyntaxError {
                offset: problem.span.start,
                len: problem.span.len(),
                message: problem.message,
                help: problem.help.into(),
            };
            return Err(EditError::Syntax { error, line, column });
        }
        let comments = lexemes.iter().filter(|lexeme| lexeme.kind == LexemeKind::Comment);
        let comments = comments.map(|lexeme| lexeme.span).collect();
        let is_crlf =
            text.find('\n').is_some_and(|at| text.get(..at).is_some_and(|line| line.ends_with('\r')));
        Ok(Self { text, tree, comments, newline: if is_crlf { "\r\n" } else { "\n" } })
    }

    fn json(&self) -> Result<ZeroizingString, EditError> {
        self.tree.to_json().map(|(json, _)| json).map_err(|span| self.unsupported(&[], span.start))
    }

    fn node(&self, id: NodeId) -> Option<&Node> {
        self.tree.node(id)
    }

    fn unsupported(&self, path: &[String], offset: usize) -> EditError {
        EditError::Unsupported { path: path.to_vec(), line: line_column(self.text, offset).0 }
    }

    /// Returns every entry at `path`, in any letter case.
    fn matches(&self, path: &[String]) -> Vec<NodeId> {
        path.iter().fold(vec![ROOT], |tables, name| {
            let is_table = |id: &NodeId| self.node(*id).is_some_and(|node| node.kind == NodeKind::Table);
            tables.into_iter().filter(is_table).flat_map(|table| self.tree.named(table, name)).collect()
        })
    }

    /// Returns whether an alias is in the section of its setting.
    fn is_in_section(&self, id: NodeId, change: &Change) -> bool {
        let sections = change.path.split_last().map_or(&[][..], |(_, sections)| sections);
        self.node(id).is_some_and(|node| self.matches(sections).contains(&node.parent))
    }

    /// Returns whether a list or map is written in brackets.
    fn is_flow(&self, node: &Node) -> bool {
        let rest = self.text.get(node.span.start..).unwrap_or_default();
        !matches!(node.kind, NodeKind::Scalar { .. }) && rest.starts_with(['[', '{'])
    }

    /// Returns the end of a value, without the space after it.
    fn end(&self, id: NodeId) -> usize {
        let Some(node) = self.node(id) else { return 0 };
        let end = match node.kind {
            NodeKind::Scalar { .. } => node.span.end,
            _ if self.is_flow(node) => node.span.end,
            _ => self.tree.children(id).map(|child| self.end(child)).max().unwrap_or(node.span.end),
        };
        let text = self.text.get(..end).unwrap_or_default();
        let start = node.key.map_or(0, |key| key.span.end);
        text.trim_end().len().max(start)
    }

    /// Returns the offset after the colon of a key.
    fn colon(&self, node: &Node) -> Option<usize> {
        let key = node.key?.span.end;
        let rest = self.text.get(key..)?;
        let space = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        rest.get(space..)?.starts_with(':').then_some(key + space + 1)
    }

    fn has_comment(&self, start: usize, end: usize) -> bool {
        self.comments.iter().any(|comment| start <= comment.start && comment.start < end)
    }

    /// Removes an entry. A comment after it stays.
    fn removal(&self, id: NodeId, change: &Change) -> Result<Vec<Edit>, EditError> {
        let Some(node) = self.node(id) else { return Ok(Vec::new()) };
        let (start, end) = (
            node.statement.unwrap_or(node.span.start),
            self.colon(node).map_or(0, |colon| colon.max(self.end(id))),
        );
        let parent = self.node(node.parent);
        if self.has_comment(start, end) || end == 0 {
            return Err(self.unsupported(&change.path, start));
        }
        if parent.is_some_and(|parent| self.is_flow(parent)) {
            return Ok(vec![self.flow_removal(id, node.parent, start, end)]);
        }
        let mut edits = Vec::new();
        let is_only = self.tree.children(node.parent).nth(1).is_none();
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
        let after = self.text.get(end..).unwrap_or_default();
        let space = after.len() - after.trim_start_matches([' ', '\t']).len();
        let rest = after.get(space..).unwrap_or_default();
        let newline = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
        if newline == 0 && !rest.is_empty() {
            return removal(start, end + space);
        }
        let indent = line_indent(self.text, start).len();
        let is_own_line = self.text.get(..start).is_some_and(|before| {
            let before = before.get(..before.len() - indent.min(before.len())).unwrap_or_default();
            before.is_empty() || before.ends_with(['\n', '\u{feff}'])
        });
        removal(if is_own_line { start - indent } else { start }, end + space + newline)
    }

    /// Removes an entry of a map in braces with its comma.
    fn flow_removal(&self, id: NodeId, parent: NodeId, start: usize, end: usize) -> Edit {
        let after = self.text.get(end..).unwrap_or_default();
        if let Some(rest) = after.trim_start().strip_prefix(',') {
            let space = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            return removal(start, self.text.len() - rest.len() + space);
        }
        // the last entry, whose comma is the one before it
        let before = self.tree.children(parent).take_while(|child| *child != id).last();
        removal(before.map_or(start, |before| self.end(before)), end)
    }

    /// Splits the change of a map that has lines of its own into changes of its entries.
    fn entry_changes(&self, id: NodeId, change: &Change, json: &str) -> Option<Vec<Change>> {
        let node = self.node(id)?;
        let has_own_name =
            node.key.is_some_and(|key| change.path.last().is_some_and(|name| *name == self.tree.name(key)));
        if node.kind != NodeKind::Table || self.is_flow(node) || !has_own_name {
            return None;
        }
        let (old, _) = self.tree.to_json_of(id).ok()?;
        super::entry_changes(change, &old, json)
    }

    /// Replaces the value of an entry, and corrects the letter case of its key.
    fn replacement(&self, id: NodeId, change: &Change, json: &str) -> Result<Vec<Edit>, EditError> {
        let (Some(node), Some(name)) = (self.node(id), change.path.last()) else { return Ok(Vec::new()) };
        let Ok(new) = json::parse_value(json) else { return Err(EditError::NoValue) };
        let mut edits = Vec::new();
        if let Some(key) = node.key.filter(|key| self.tree.name(*key) != *name) {
            edits.push(Edit {
                start: key.span.start,
                end: key.span.end,
                with: yaml_key(name).into_owned().into(),
            });
        }
        let (old, _) = self.tree.to_json_of(id).map_err(|span| self.unsupported(&change.path, span.start))?;
        if json::parse_value(&old).is_ok_and(|old| is_same(old, new)) {
            return Ok(edits);
        }
        let Some(colon) = self.colon(node) else {
            return Err(self.unsupported(&change.path, node.span.start));
        };
        let end = self.end(id).max(colon);
        if self.has_comment(colon, end) {
            return Err(self.unsupported(&change.path, node.span.start));
        }
        let value = value(new);
        // keeps the space after the colon
        let between = self.text.get(colon..node.span.start).unwrap_or_default();
        let is_adjacent =
            !between.is_empty() && between.bytes().all(|byte| byte == b' ') && node.span.start < end;
        edits.push(match is_adjacent {
            true => Edit { start: node.span.start, end, with: value },
            false => Edit { start: colon, end, with: joined(&[" ", &value]) },
        });
        Ok(edits)
    }

    /// Adds an entry, with the sections that are missing.
    fn insertion(&self, path: &[String], json: &str) -> Result<Vec<Edit>, EditError> {
        let Ok(new) = json::parse_value(json) else { return Err(EditError::NoValue) };
        let Some((name, sections)) = path.split_last() else { return Err(EditError::NoPath) };
        let (mut table, mut depth) = (ROOT, 0);
        for section in sections {
            let named = self.tree.named(table, section);
            let is_table = |id: &&NodeId| self.node(**id).is_some_and(|node| node.kind == NodeKind::Table);
            match (named.iter().rfind(is_table), named.last()) {
                (Some(found), _) => (table, depth) = (*found, depth + 1),
                (None, Some(other)) if self.is_null(*other) => {
                    return self.first_entry(
                        *other,
                        sections.get(depth + 1..).unwrap_or_default(),
                        name,
                        new,
                        path,
                    );
                }
                (None, Some(other)) => {
                    return Err(self.not_object(*other, path.get(..=depth).unwrap_or_default()));
                }
                (None, None) => break,
            }
        }
        let missing = sections.get(depth..).unwrap_or_default();
        let Some(node) = self.node(table) else { return Ok(Vec::new()) };
        let last = self.tree.last_child(table);
        if table != ROOT && self.is_flow(node) {
            let Some(last) = last else { return self.first_entry(table, missing, name, new, path) };
            let names = missing.iter().map(|name| format!("{}: {{", yaml_key(name))).collect::<String>();
            let entry =
                joined(&[", ", &names, &yaml_key(name), ": ", &value(new), &"}".repeat(missing.len())]);
            return Ok(vec![insertion(self.end(last), &[&entry])]);
        }
        match last {
            Some(last) => {
                let start = self.node(last).and_then(|last| last.statement).unwrap_or_default();
                let lines = self.lines(missing, name, new, line_indent(self.text, start));
                Ok(vec![insertion(self.line_end(self.end(last)), &[self.newline, &lines])])
            }
            None => {
                let is_open = !self.text.is_empty() && !self.text.ends_with(['\n', '\u{feff}']);
                let lines = self.lines(missing, name, new, "");
                let end = if is_open { self.newline } else { "" };
                Ok(vec![insertion(self.text.len(), &[end, &lines, self.newline])])
            }
        }
    }

    /// Adds the first entry of a section that is null or empty.
    fn first_entry(
        &self,
        section: NodeId,
        missing: &[String],
        name: &str,
        new: Raw<'_>,
        path: &[String],
    ) -> Result<Vec<Edit>, EditError> {
        let Some(node) = self.node(section) else { return Ok(Vec::new()) };
        let in_flow =
            self.node(node.parent).is_some_and(|parent| node.parent != ROOT && self.is_flow(parent));
        let (Some(colon), Some(start), false) = (self.colon(node), node.statement, in_flow) else {
            return Err(self.unsupported(path, node.span.start));
        };
        let end = self.end(section).max(colon);
        let indent = format!("{}{}", line_indent(self.text, start), self.step());
        let lines = self.lines(missing, name, new, &indent);
        // a comment on the line of the section stays there
        let edits = [removal(colon, end), insertion(self.line_end(end), &[self.newline, &lines])];
        Ok(edits.into_iter().filter(|edit| edit.start < edit.end || !edit.with.is_empty()).collect())
    }

    /// Formats an entry with the sections around it, a line for each.
    fn lines(&self, missing: &[String], name: &str, new: Raw<'_>, indent: &str) -> ZeroizingString {
        let mut out = ZeroizingString::default();
        let mut indent = indent.to_owned();
        for section in missing {
            out.push_str(&indent);
            out.push_str(&yaml_key(section));
            out.push(':');
            out.push_str(self.newline);
            indent.push_str(self.step());
        }
        [&*indent, &*yaml_key(name), ": ", &value(new)].into_iter().for_each(|part| out.push_str(part));
        out
    }

    /// Returns one level of the document's indentation.
    fn step(&self) -> &'t str {
        let nested = self.tree.children(ROOT).filter_map(|id| self.tree.children(id).next());
        let mut starts = nested.filter_map(|id| self.node(id)?.statement);
        let indent =
            starts.find_map(|start| Some(line_indent(self.text, start)).filter(|indent| !indent.is_empty()));
        indent.unwrap_or(DEFAULT_INDENT)
    }

    fn is_null(&self, id: NodeId) -> bool {
        self.tree.to_json_of(id).is_ok_and(|(json, _)| &*json == "null")
    }

    fn not_object(&self, id: NodeId, path: &[String]) -> EditError {
        let start = self.node(id).map_or(0, |node| node.span.start);
        let (line, column) = line_column(self.text, start);
        let found = match self.node(id).map(|node| node.kind) {
            Some(NodeKind::List) => "a list",
            _ => "a value",
        };
        EditError::NotObject { path: path.to_vec(), found, line, column }
    }

    /// Returns the end of the line of `at`, before its line break.
    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        at + line.trim_end_matches('\r').len()
    }
}

fn removal(start: usize, end: usize) -> Edit {
    Edit { start, end, with: ZeroizingString::default() }
}

fn insertion(at: usize, with: &[&str]) -> Edit {
    Edit { start: at, end: at, with: joined(with) }
}

fn joined(parts: &[&str]) -> ZeroizingString {
    let mut out = ZeroizingString::with_capacity(parts.iter().map(|part| part.len()).sum());
    parts.iter().for_each(|part| out.push_str(part));
    out
}
