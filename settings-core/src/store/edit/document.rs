//! The common base of edits of TOML and YAML: the parsed text, its entries by path, its comments, and errors with places.

use crate::format::tree::{Node, NodeId, NodeKind, ROOT, Tree};
use crate::format::{LexemeKind, Parsed, Span};
use crate::line_index::line_column;
use crate::store::edit::{Change, EditError};
use crate::value::ZeroizingString;
use crate::value::json;

/// A parsed text without syntax errors.
pub(super) struct Document<'t> {
    pub(super) text: &'t str,
    pub(super) tree: Tree,
    pub(super) comments: Vec<Span>,
    pub(super) newline: &'static str,
}

impl<'t> Document<'t> {
    /// Takes what a parser made of a text, or its first syntax error.
    pub(super) fn new(text: &'t str, parsed: Parsed) -> Result<Self, EditError> {
        let Parsed { tree, problems, lexemes } = parsed;
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

    pub(super) fn json(&self) -> Result<ZeroizingString, EditError> {
        self.tree.to_json().map(|(json, _)| json).map_err(|span| self.unsupported(&[], span.start))
    }

    /// Returns whether a text has the same comments in the same order.
    pub(super) fn has_comments_of(&self, other: &Document<'_>) -> bool {
        self.texts_of_comments().eq(other.texts_of_comments())
    }

    fn texts_of_comments(&self) -> impl Iterator<Item = &str> {
        self.comments.iter().map(|comment| self.text.get(comment.start..comment.end).unwrap_or_default())
    }

    pub(super) fn node(&self, id: NodeId) -> Option<&Node> {
        self.tree.node(id)
    }

    /// Returns every entry at `path`, in any letter case.
    pub(super) fn matches(&self, path: &[String]) -> Vec<NodeId> {
        path.iter().fold(vec![ROOT], |tables, name| {
            let is_table = |id: &NodeId| self.node(*id).is_some_and(|node| node.kind == NodeKind::Table);
            tables.into_iter().filter(is_table).flat_map(|table| self.tree.named(table, name)).collect()
        })
    }

    /// Returns whether an alias is in the section of its setting.
    pub(super) fn is_in_section(&self, id: NodeId, change: &Change) -> bool {
        let sections = change.path.split_last().map_or(&[][..], |(_, sections)| sections);
        self.node(id).is_some_and(|node| self.matches(sections).contains(&node.parent))
    }

    /// Returns the place of a path, as far as it exists.
    pub(super) fn place_of(&self, path: &[String]) -> usize {
        let found = (1..=path.len()).rev().find_map(|len| self.matches(path.get(..len)?).pop());
        found.and_then(|id| self.node(id)).map_or(0, |node| node.statement.unwrap_or(node.span.start))
    }

    /// Returns an error of the same edit in JSON with its place in this text.
    pub(super) fn placed(&self, error: EditError) -> EditError {
        let EditError::NotObject { path, found, .. } = error else { return error };
        let id = if path.is_empty() { Some(ROOT) } else { self.matches(&path).pop() };
        let start = id.and_then(|id| self.node(id)).map_or(0, |node| node.span.start);
        let (line, column) = line_column(self.text, start);
        EditError::NotObject { path, found, line, column }
    }

    pub(super) fn not_object(&self, id: NodeId, path: &[String]) -> EditError {
        let start = self.node(id).map_or(0, |node| node.span.start);
        let (line, column) = line_column(self.text, start);
        let found = match self.node(id).map(|node| node.kind) {
            Some(NodeKind::List) => "a list",
            _ => "a value",
        };
        EditError::NotObject { path: path.to_vec(), found, line, column }
    }

    pub(super) fn unsupported(&self, path: &[String], offset: usize) -> EditError {
        EditError::Unsupported { path: path.to_vec(), line: line_column(self.text, offset).0 }
    }
}
