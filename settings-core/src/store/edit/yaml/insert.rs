//! Adding an entry, with the sections that are missing.

use super::Yaml;
use crate::format::tree::{Node, NodeId, NodeKind, ROOT};
use crate::format::yaml::{key as yaml_key, value};
use crate::store::edit::parts::{insertion, joined, line_end, removal};
use crate::store::edit::style::line_indent;
use crate::store::edit::{Edit, EditError};
use crate::value::ZeroizingString;
use crate::value::json::{self, Raw};

const DEFAULT_INDENT: &str = "  ";

/// An entry to add.
struct Entry<'e> {
    /// The names of the sections around it that are missing.
    missing: &'e [String],
    name: &'e str,
    value: Raw<'e>,
}

impl Entry<'_> {
    /// Formats the entry in brackets.
    fn in_brackets(&self) -> ZeroizingString {
        let names = self.missing.iter().map(|name| format!("{}: {{", yaml_key(name))).collect::<String>();
        let end = "}".repeat(self.missing.len());
        joined(&[&names, &yaml_key(self.name), ": ", &value(self.value), &end])
    }
}

impl<'t> Yaml<'t> {
    /// Adds an entry, with the sections that are missing.
    pub(super) fn insertion(&self, path: &[String], json: &str) -> Result<Vec<Edit>, EditError> {
        let Ok(new) = json::parse_value(json) else { return Err(EditError::NoValue) };
        let Some((name, sections)) = path.split_last() else { return Err(EditError::NoPath) };
        let (mut table, mut depth) = (ROOT, 0);
        for section in sections {
            let named = self.doc.tree.named(table, section);
            let is_table =
                |id: &&NodeId| self.doc.node(**id).is_some_and(|node| node.kind == NodeKind::Table);
            match (named.iter().rfind(is_table), named.last()) {
                (Some(found), _) => (table, depth) = (*found, depth + 1),
                (None, Some(other)) if self.is_null(*other) => {
                    let missing = sections.get(depth + 1..).unwrap_or_default();
                    return self.first_entry(*other, &Entry { missing, name, value: new }, path);
                }
                (None, Some(other)) => {
                    return Err(self.doc.not_object(*other, path.get(..=depth).unwrap_or_default()));
                }
                (None, None) => break,
            }
        }
        let entry = Entry { missing: sections.get(depth..).unwrap_or_default(), name, value: new };
        let Some(node) = self.doc.node(table) else { return Ok(Vec::new()) };
        let Some(last) = self.doc.tree.last_child(table) else {
            return match table {
                ROOT if self.is_flow(node) => Ok(self.in_place_of_brackets(node, &entry)),
                ROOT => Ok(self.first_line(&entry)),
                _ => self.first_entry(table, &entry, path),
            };
        };
        if self.is_flow(node) {
            return Ok(vec![insertion(self.end(last), &[", ", &entry.in_brackets()])]);
        }
        let start = self.doc.node(last).and_then(|last| last.statement).unwrap_or_default();
        let lines = self.lines(&entry, line_indent(self.doc.text, start));
        Ok(vec![insertion(line_end(self.doc.text, self.end(last)), &[self.doc.newline, &lines])])
    }

    /// Adds the first entry of a text without any, before the marker of its end.
    fn first_line(&self, entry: &Entry<'_>) -> Vec<Edit> {
        let is_end = |line: &str| line.trim_end() == "..." || line.starts_with("... ");
        let (mut at, mut end) = (0, self.doc.text.len());
        for line in self.doc.text.split_inclusive('\n') {
            if is_end(line) {
                end = at;
            }
            at += line.len();
        }
        let before = self.doc.text.get(..end).unwrap_or_default();
        let is_open = !before.is_empty() && !before.ends_with(['\n', '\u{feff}']);
        let lines = self.lines(entry, "");
        vec![insertion(end, &[if is_open { self.doc.newline } else { "" }, &lines, self.doc.newline])]
    }

    /// Writes the first entry in place of the brackets that are the whole text.
    fn in_place_of_brackets(&self, node: &Node, entry: &Entry<'_>) -> Vec<Edit> {
        let (start, end) = (node.span.start, node.span.end);
        if self.has_comment(start, end) {
            return vec![self.before_bracket(node, entry)];
        }
        let lines = self.lines(entry, "");
        let before = self.doc.text.get(..start).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default().trim_start_matches('\u{feff}');
        let line_end = line_end(self.doc.text, end);
        let rest = self.doc.text.get(end..line_end).unwrap_or_default();
        match (line.trim().is_empty(), rest.trim().is_empty()) {
            (true, true) => vec![Edit { start: start - line.len(), end, with: lines }],
            // a marker before the brackets, or a comment after them, stays where it is
            (_, is_last) => {
                let space = if is_last { 0 } else { rest.len() - rest.trim_start().len() };
                vec![removal(start, end + space), insertion(line_end, &[self.doc.newline, &lines])]
            }
        }
    }

    /// Adds an entry before the closing bracket of a map without entries.
    fn before_bracket(&self, node: &Node, entry: &Entry<'_>) -> Edit {
        insertion(node.span.end.saturating_sub(1), &[&entry.in_brackets()])
    }

    /// Adds the first entry of a section that is null or empty.
    fn first_entry(
        &self,
        section: NodeId,
        entry: &Entry<'_>,
        path: &[String],
    ) -> Result<Vec<Edit>, EditError> {
        let Some(node) = self.doc.node(section) else { return Ok(Vec::new()) };
        let refused = || self.doc.unsupported(path, node.span.start);
        let (Some(colon), Some(start)) = (self.colon(node), node.statement) else { return Err(refused()) };
        let end = self.end(section).max(colon);
        if self.has_comment(colon, end) {
            // comments in the brackets
            return if self.is_flow(node) {
                Ok(vec![self.before_bracket(node, entry)])
            } else {
                Err(refused())
            };
        }
        if self.doc.node(node.parent).is_some_and(|parent| self.is_flow(parent)) {
            let with = joined(&[" {", &entry.in_brackets(), "}"]);
            return Ok(vec![Edit { start: colon, end, with }]);
        }
        let indent = format!("{}{}", line_indent(self.doc.text, start), self.step());
        let lines = self.lines(entry, &indent);
        // a comment on the line of the section stays there
        let edits =
            [removal(colon, end), insertion(line_end(self.doc.text, end), &[self.doc.newline, &lines])];
        Ok(edits.into_iter().filter(|edit| edit.start < edit.end || !edit.with.is_empty()).collect())
    }

    /// Formats an entry with the sections around it, a line for each.
    fn lines(&self, entry: &Entry<'_>, indent: &str) -> ZeroizingString {
        let mut out = ZeroizingString::default();
        let mut indent = indent.to_owned();
        for section in entry.missing {
            out.push_str(&indent);
            out.push_str(&yaml_key(section));
            out.push(':');
            out.push_str(self.doc.newline);
            indent.push_str(self.step());
        }
        let entry = [&*indent, &*yaml_key(entry.name), ": ", &value(entry.value)];
        entry.into_iter().for_each(|part| out.push_str(part));
        out
    }

    /// Returns one level of the document's indentation.
    fn step(&self) -> &'t str {
        let nested = self.doc.tree.children(ROOT).filter_map(|id| self.doc.tree.children(id).next());
        let mut starts = nested.filter_map(|id| self.doc.node(id)?.statement);
        let indent = starts
            .find_map(|start| Some(line_indent(self.doc.text, start)).filter(|indent| !indent.is_empty()));
        indent.unwrap_or(DEFAULT_INDENT)
    }

    fn is_null(&self, id: NodeId) -> bool {
        self.doc.tree.to_json_of(id).is_ok_and(|(json, _)| &*json == "null")
    }
}
