//! Statements about settings outside of the settings tables: in list tables, simple tables, tabs, `only`, list items and
//! quotes.
//!
//! The model keeps such blocks verbatim, so they are found by their lines: a bullet or a cell that begins with one of the
//! three labels. They are compared, and never changed.

use crate::docs::dialect::{FILE_ENDINGS, WORDS};
use crate::docs::grammar::{self, Said, StatementKind};
use crate::docs::model::{Fact, Part, Placed, Span, Statement};

/// Statements close to each other, of different kinds: the places of one setting.
#[derive(Clone, Debug, Default)]
pub(in crate::docs) struct Nested {
    pub(in crate::docs) consoles: Vec<Statement>,
    pub(in crate::docs) configs: Vec<Statement>,
    pub(in crate::docs) envs: Vec<Statement>,
    pub(in crate::docs) span: Span,
    last_line: usize,
}

/// What was found outside of the settings tables.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) nested: Vec<Nested>,
    /// Lines that name the configuration file like a statement, and from which no path can be read.
    pub(super) unread: Vec<Span>,
}

/// Reads the statements in the blocks of a page that are neither settings tables nor directives.
pub(super) fn nested<'p>(text: &str, parts: impl Iterator<Item = &'p Placed>) -> Found {
    let mut found = Found::default();
    for placed in parts {
        let is_read =
            matches!(placed.part, Part::Table(_) | Part::Directive(_) | Part::Heading(_) | Part::Badge(_));
        let raw = text.get(placed.span.range()).unwrap_or_default();
        if !is_read && may_state(raw) {
            block(raw, placed.span.start, &mut found);
        }
    }
    found
}

/// A cheap filter: most blocks have none of the labels.
fn may_state(raw: &str) -> bool {
    let labels = [WORDS.env, WORDS.console, WORDS.console_other];
    labels.iter().chain(&FILE_ENDINGS).any(|label| raw.contains(label))
}

fn block(raw: &str, start: usize, found: &mut Found) {
    // Statements of different blocks are not about one setting.
    if let Some(group) = found.nested.last_mut() {
        group.last_line = usize::MAX;
    }
    let lines: Vec<&str> = raw.split('\n').collect();
    let mut at = start;
    for (number, line) in lines.iter().enumerate() {
        for column in labels(line) {
            let text = cell(line.get(column..).unwrap_or_default());
            let next = lines.get(number + 1).map(|next| continuation(next)).unwrap_or_default();
            let joined = format!("{text} {next}");
            let span = Span::new(at + column, at + column + text.len());
            match read(text).or_else(|| read(&joined)) {
                Some((kind, said)) => push(found, kind, statement(&said, text, span), number),
                None if names_file(text) => found.unread.push(span),
                None => {}
            }
        }
        at += line.len() + 1;
    }
}

/// The columns at which a cell, a bullet or a line begins with a label.
fn labels(line: &str) -> Vec<usize> {
    let mut columns = Vec::new();
    let mut from = 0;
    while let Some(rest) = line.get(from..) {
        let lead = rest.len() - rest.trim_start_matches([' ', '|', '-', '*', '+', '\t']).len();
        let column = from + lead;
        // `**label**`
        let emphasis = line.get(..column).is_some_and(|before| before.ends_with("**"));
        columns.push(if emphasis { column - 2 } else { column });
        // The next cell of a row.
        match line.get(from + lead..).and_then(|rest| rest.find(" |")) {
            Some(bar) => from += lead + bar + 2,
            None => break,
        }
    }
    // A bullet in a column of a simple table.
    for bullet in [" - ", " * "] {
        columns.extend(line.match_indices(bullet).map(|(at, _)| at + bullet.len()));
    }
    columns.retain(|column| line.get(*column..).is_some_and(is_label));
    columns.sort_unstable();
    columns.dedup();
    columns
}

fn is_label(text: &str) -> bool {
    if grammar::begins_with_file(text) {
        return true;
    }
    let bare = text.trim_start_matches(['*', '`']);
    [WORDS.file, WORDS.env, WORDS.console, WORDS.console_other, WORDS.feature]
        .iter()
        .any(|label| bare.get(..label.len()).is_some_and(|start| start.eq_ignore_ascii_case(label)))
}

/// A cell's text, up to its bar.
fn cell(text: &str) -> &str {
    let end = text.match_indices(" |").map(|(at, _)| at).find(|at| {
        // A bar within a literal is text.
        text.get(..*at).is_some_and(|before| before.matches("``").count() % 2 == 0)
    });
    text.get(..end.unwrap_or(text.len())).unwrap_or_default().trim_end()
}

/// The first words of a line that continues a statement.
fn continuation(line: &str) -> &str {
    let words = line.trim_start_matches([' ', '|', '\t']);
    if words.starts_with(['-', '*', '+']) { "" } else { cell(words) }
}

fn read(text: &str) -> Option<(StatementKind, Said)> {
    if let Some((kind, said)) = grammar::statement(text) {
        return Some((kind, said));
    }
    grammar::feature_sentence(text).map(|said| (StatementKind::Config, said))
}

/// Returns true if a text names the configuration file as a statement does.
fn names_file(text: &str) -> bool {
    grammar::unreadable(text).is_some()
}

fn statement(said: &Said, text: &str, span: Span) -> Statement {
    let fact = |piece: &grammar::Piece| {
        let is_here = text.get(piece.range.clone()).is_some();
        let at = if is_here {
            Span::new(span.start + piece.range.start, span.start + piece.range.end)
        } else {
            span
        };
        Fact::at(piece.text.clone(), at)
    };
    Statement {
        name: said.name.as_ref().map(fact),
        default: said.default.as_ref().map(fact),
        text: Some(Fact::at(text.to_owned(), span)),
        span,
    }
}

/// Adds a statement to the group before it, or begins a new one.
fn push(found: &mut Found, kind: StatementKind, statement: Statement, line: usize) {
    let span = statement.span;
    let list = |group: &mut Nested| match kind {
        StatementKind::Console => std::mem::take(&mut group.consoles),
        StatementKind::Config => std::mem::take(&mut group.configs),
        StatementKind::Env => std::mem::take(&mut group.envs),
    };
    let put = |group: &mut Nested, statements: Vec<Statement>| match kind {
        StatementKind::Console => group.consoles = statements,
        StatementKind::Config => group.configs = statements,
        StatementKind::Env => group.envs = statements,
    };
    if let Some(group) = found.nested.last_mut() {
        let others = list(group);
        let is_near = line.saturating_sub(group.last_line) <= 2 && line >= group.last_line;
        if is_near && others.is_empty() {
            group.span.end = group.span.end.max(span.end);
            group.last_line = line;
            put(group, vec![statement]);
            return;
        }
        put(group, others);
    }
    let mut group = Nested { span, last_line: line, ..Nested::default() };
    put(&mut group, vec![statement]);
    found.nested.push(group);
}
