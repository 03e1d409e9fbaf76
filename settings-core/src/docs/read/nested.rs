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
    /// True if a directive such as `confval` names it. Its name may be a whole path without a section.
    pub(in crate::docs) is_directive: bool,
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
        if is_read {
            continue;
        }
        if let Some(own) = Named::of(raw) {
            named(raw, placed.span, &own, &mut found);
        } else if may_state(raw) {
            block(raw, placed.span.start, &mut found);
        }
    }
    found
}

/// The name and the default that a directive such as `confval` gives its setting.
struct Named {
    name: Fact<String>,
    default: Option<Fact<String>>,
}

impl Named {
    /// Reads a block that is such a directive. The places are those within the block.
    fn of(raw: &str) -> Option<Self> {
        const DIRECTIVES: [&str; 3] = ["confval", "setting", "config:option"];
        let (first, rest) = raw.split_once('\n').unwrap_or((raw, ""));
        let body = first.strip_prefix(".. ")?;
        let (directive, argument) = body.split_once("::")?;
        let name = argument.trim();
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if !DIRECTIVES.contains(&directive) || name.is_empty() || !name.chars().all(is_name) {
            return None;
        }
        let start = first.len() - argument.trim_start().len();
        let mut at = first.len() + 1;
        let mut default = None;
        for line in rest.split('\n') {
            let option = line.trim_start().strip_prefix(":default:").map(str::trim);
            if let Some(value) = option.filter(|value| !value.is_empty()) {
                let value = value.trim_matches('`');
                let begin = at + line.rfind(value).unwrap_or_default();
                default = Some(Fact::at(value.to_owned(), Span::new(begin, begin + value.len())));
            }
            // The options end at the first blank line.
            if line.trim().is_empty() {
                break;
            }
            at += line.len() + 1;
        }
        Some(Self { name: Fact::at(name.to_owned(), Span::new(start, start + name.len())), default })
    }
}

/// Reads a setting that a directive names, with the statements in the directive.
fn named(raw: &str, span: Span, own: &Named, found: &mut Found) {
    let known = found.nested.len();
    block(raw, span.start, found);
    let moved = |fact: &Fact<String>| {
        Fact::at(fact.value.clone(), Span::new(span.start + fact.span.start, span.start + fact.span.end))
    };
    let name = moved(&own.name);
    let statement =
        Statement { span: name.span, name: Some(name), default: own.default.as_ref().map(moved), text: None };
    // All that the directive states is about its setting.
    let mut group = Nested { span, is_directive: true, last_line: usize::MAX, ..Nested::default() };
    for inner in found.nested.drain(known..) {
        group.consoles.extend(inner.consoles);
        group.configs.extend(inner.configs);
        group.envs.extend(inner.envs);
    }
    if group.configs.is_empty() {
        group.configs.push(statement);
    }
    found.nested.push(group);
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
    let (known, unread) = (found.nested.len(), found.unread.len());
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
    if found.nested.len() == known && found.unread.len() == unread {
        found.unread.extend(only_cell(&lines, start));
    }
}

/// The text of a grid table with one cell that names the configuration file in words of its own: where such tables name
/// their setting.
fn only_cell(lines: &[&str], start: usize) -> Option<Span> {
    let (first, rest) = lines.split_first()?;
    let (_, rows) = rest.split_last()?;
    let is_border = |line: &str| line.starts_with("+-") && line.ends_with("-+") && !line.contains("-+-");
    if !is_border(first.trim_end()) || !rows.iter().all(|line| inside(line).is_some()) {
        return None;
    }
    let text: Vec<&str> = rows.iter().filter_map(|line| inside(line)).map(str::trim).collect();
    grammar::mentions_file(&text.join(" "))?;
    let begin = start + first.len() + 1;
    let end = begin + rows.iter().map(|line| line.len() + 1).sum::<usize>() - 1;
    Some(Span::new(begin, end))
}

fn inside(line: &str) -> Option<&str> {
    line.trim_end().strip_prefix('|')?.strip_suffix('|')
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
