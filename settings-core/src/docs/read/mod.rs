//! Reads a page into the model.

mod blocks;
mod cell;
mod decode;
mod directive;
mod entries;
mod grid;
mod joined;
mod nested;
mod references;
mod table;

use std::cmp::Reverse;
use std::collections::HashSet;
use std::path::Path;

use settings_rst as rst;
use settings_rst::width::column_width;

use super::grammar;
use super::grid::GridLine;
use super::layout;
use super::model::{Content, Fact, Heading, Page, PageLayout, Part, Placed, Span};
use crate::line_index::LineIndex;

use blocks::{Block, BlockKind, blocks};
use joined::Joined;

pub(super) use nested::Nested;

pub use decode::ReadError;

pub(super) use directive::NAME as DIRECTIVE;
pub(super) use entries::{ALLOW, entries};
pub(super) use table::lines_of;

const MISREAD: &str = "two cells are fused: a bar or a corner of the grid is missing, and docutils shows the other bars \
                       as text";

/// The message about rows after a table.
const CUT_OFF: &str =
    "the last border of the table is cut off or missing, and docutils shows the rows above it as text";

/// A page that was read: its model, and its text, so that findings can point into it.
#[derive(Clone, Debug)]
pub struct PageRead {
    /// The path, as given.
    pub path: String,
    /// The model. Its spans point into [`PageRead::text`].
    pub page: Page,
    /// The page's text without its byte-order mark, and with LF for CR LF where all lines end so.
    pub text: String,
    /// Grid tables, in the order of the page.
    pub(super) tables: Vec<TableAsFound>,
    /// The warnings of docutils, with the line, the level and the text of each.
    pub(super) warnings: Vec<Warning>,
    pub(super) lines: LineIndex,
    /// Statements about settings outside of settings tables, in order.
    pub(super) nested: Vec<Nested>,
    /// Lines that name the configuration file, and from which no path can be read.
    pub(super) unread: Vec<Span>,
}

impl PageRead {
    /// Returns true if a place is among the statements that are never changed.
    pub(super) fn is_nested(&self, at: usize) -> bool {
        let after = self.nested.partition_point(|nested| nested.span.start <= at);
        after.checked_sub(1).and_then(|i| self.nested.get(i)).is_some_and(|nested| at <= nested.span.end)
    }

    /// The spans of tables with a damaged grid, in order and without overlaps.
    pub(super) fn faulty_spans(&self) -> Spans {
        Spans::new(self.tables.iter().filter(|table| table.fault.is_some()).map(|table| table.span))
    }
}

/// Spans in order, without overlaps.
#[derive(Debug, Default)]
pub(super) struct Spans(Vec<Span>);

impl Spans {
    /// Takes spans that are sorted by their starts.
    pub(super) fn new(sorted: impl Iterator<Item = Span>) -> Self {
        let mut merged: Vec<Span> = Vec::new();
        for span in sorted {
            match merged.last_mut() {
                Some(last) if span.start < last.end => last.end = last.end.max(span.end),
                _ => merged.push(span),
            }
        }
        Self(merged)
    }

    /// The index of the span that contains an offset.
    pub(super) fn find(&self, at: usize) -> Option<usize> {
        let index = self.0.partition_point(|span| span.start <= at).checked_sub(1)?;
        self.0.get(index).filter(|span| at < span.end).map(|_| index)
    }

    pub(super) fn get(&self, index: usize) -> Option<Span> {
        self.0.get(index).copied()
    }
}

/// A message of docutils about a line of the page.
#[derive(Clone, Debug)]
pub(super) struct Warning {
    pub(super) line: usize,
    pub(super) level: rst::Level,
    pub(super) text: String,
}

/// A grid table of the page.
#[derive(Clone, Debug)]
pub(super) struct TableAsFound {
    pub(super) span: Span,
    /// The mistake in its grid.
    pub(super) fault: Option<TableFault>,
    /// Its lines after the repair, if it needs one and the result is certain.
    pub(super) repaired: Option<Vec<String>>,
}

/// The mistake in a grid.
#[derive(Clone, Debug)]
pub(super) enum TableFault {
    /// docutils rejects the table.
    Refused { at: Span, message: String },
    /// docutils reads the table without a message, but not as it looks.
    Misread { at: Span, message: String },
}

/// Reads a page.
///
/// `path` names it in findings; its stem names the page. Nothing in the page is an error; what can't be understood
/// is kept verbatim.
///
/// # Errors
/// Fails if the path has the extension of a Markdown file, since pages are read as reStructuredText only, and if `bytes`
/// are not UTF-8. The error names the first bad byte and the encoding that the bytes seem to have.
pub fn read(path: &str, bytes: &[u8]) -> Result<PageRead, ReadError> {
    if is_markdown(path) {
        return Err(ReadError::Markdown { path: path.to_owned() });
    }
    let decoded = decode::decode(path, bytes)?;
    let text = decoded.text;
    let keys_apart = keys_apart(&text);
    let mut reader = Reader::new(&text, keys_apart);
    let (metadata, parts, end) = reader.parts();
    let Reader { mut tables, warnings, lines, .. } = reader;
    tables.sort_by_key(|table| (table.span.start, Reverse(table.span.end)));
    let page = Page {
        name: stem(path).to_owned(),
        metadata,
        entries: entries(parts),
        layout: PageLayout { keys_apart, crlf: decoded.crlf, byte_order_mark: decoded.byte_order_mark, end },
        ..Page::default()
    };
    let nested::Found { nested, unread } =
        nested::nested(&text, page.entries.iter().flat_map(|entry| entry.parts()));
    Ok(PageRead { path: path.to_owned(), page, lines, text, tables, warnings, nested, unread })
}

fn is_markdown(path: &str) -> bool {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        ["md", "markdown", "mdx"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    })
}

fn stem(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

/// Returns true if most bullets of the page name a setting as ``` ``Section`` > ``Key`` ```.
fn keys_apart(text: &str) -> bool {
    let mut apart = 0_usize;
    let mut dotted = 0_usize;
    for (at, label) in text.match_indices("``config.json") {
        let rest = text.get(at + label.len()..).unwrap_or_default();
        let Some(value) =
            rest.split('\n').next().and_then(|line| line.split_once(": ``")).map(|(_, value)| value)
        else {
            continue;
        };
        if value.contains("`` > ``") {
            apart += 1;
        } else if value.contains('.') {
            dotted += 1;
        }
    }
    apart > dotted
}

/// Returns true if a part's own text states the same as the part.
pub(super) fn says_same(source: &str, part: &Part) -> bool {
    let keys_apart = keys_apart(source);
    let mut reader = Reader::new(source, keys_apart);
    let (metadata, parts, _) = reader.parts();
    match parts.as_slice() {
        [only] => metadata.is_empty() && says(&only.part).same_content(&says(part)),
        _ => false,
    }
}

/// A part without its layout.
fn says(part: &Part) -> Part {
    let mut part = part.clone();
    if let Part::Table(table) = &mut part {
        table.layout = super::model::TableLayout::default();
        for row in &mut table.rows {
            row.left.iter_mut().for_each(unbroken);
            for bullet in row.right.iter_mut().flatten() {
                use super::model::Bullet::{Config, Console, Env, Text, Verbatim};
                match bullet {
                    Console(statement) | Config(statement) | Env(statement) => statement.text = None,
                    Text(_) | Verbatim(_) => {}
                }
            }
        }
    }
    part
}

fn unbroken(content: &mut Content) {
    let join = |fact: &mut Fact<String>| fact.value = fact.value.replace('\n', " ");
    match content {
        Content::Text(text) => join(text),
        Content::Hint(hint) => join(&mut hint.text),
        Content::Values(items) => {
            for item in items {
                join(&mut item.text);
                item.lead = None;
            }
        }
        Content::Statement(statement) => statement.text = None,
        Content::Verbatim(_) => {}
    }
}

struct Reader<'t> {
    text: &'t str,
    keys_apart: bool,
    lines: LineIndex,
    tables: Vec<TableAsFound>,
    warnings: Vec<Warning>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, keys_apart: bool) -> Self {
        let (tables, warnings) = (Vec::new(), Vec::new());
        Self { text, keys_apart, lines: LineIndex::new(text), tables, warnings }
    }

    /// The metadata, all other parts, and the end of the page if it isn't one line end.
    fn parts(&mut self) -> (Vec<String>, Vec<Placed>, Option<String>) {
        let mut metadata = Vec::new();
        let mut parts: Vec<Placed> = Vec::new();
        let mut end = 0;
        let document = rst::parse(self.text, rst::Dialect::Sphinx);
        let blocks = blocks(&document);
        self.nested_faults(&document, &blocks);
        self.warnings = document
            .messages()
            .filter(|message| message.level() > rst::Level::Info)
            .filter_map(|message| {
                Some(Warning { line: message.line()?, level: message.level(), text: message.text() })
            })
            .collect();
        self.warnings.extend(references::messages(&document, &self.lines));
        self.warnings.sort_by_key(|warning| warning.line);
        for (i, block) in blocks.into_iter().enumerate() {
            let before = self.text.get(end..block.range.start).unwrap_or_default();
            let first = i == 0;
            end = block.range.end;
            if matches!(block.kind, BlockKind::Fields) && first && before.is_empty() {
                metadata = self.raw(&block).lines().map(str::to_owned).collect();
                continue;
            }
            let after_heading = parts.last().is_some_and(|placed| matches!(placed.part, Part::Heading(_)));
            let (part, source) = self.part(&block, after_heading);
            if matches!(block.kind, BlockKind::Table(_)) {
                self.rows_after_table(&block);
            }
            parts.push(Placed { part, gap: gap(before, first), source, span: block.span() });
        }
        let tail = self.text.get(end..).unwrap_or_default();
        (metadata, parts, (tail != "\n").then(|| tail.to_owned()))
    }

    fn raw(&self, block: &Block<'_>) -> &str {
        self.text.get(block.range.clone()).unwrap_or_default()
    }

    /// A block as a part, and its text if the rules would write it differently.
    fn part(&mut self, block: &Block<'_>, after_heading: bool) -> (Part, Option<String>) {
        let raw = self.raw(block).to_owned();
        let verbatim = || Part::Verbatim(raw.clone());
        let part = match block.kind {
            BlockKind::Table(table) => return self.table(&raw, table, block),
            BlockKind::Heading => self.heading(&raw, block).map(Part::Heading),
            BlockKind::Paragraph => Some(self.paragraph(&raw, block, after_heading)),
            BlockKind::List => self.list(&raw, block),
            BlockKind::Setting(found) => Some(Part::Directive(directive::directive(self.text, found))),
            BlockKind::Fields | BlockKind::Other => None,
        };
        let part = part.unwrap_or_else(verbatim);
        let source = (layout::part(&part, self.keys_apart) != raw).then_some(raw);
        (part, source)
    }

    fn table(&mut self, raw: &str, found: rst::Table<'_>, block: &Block<'_>) -> (Part, Option<String>) {
        let span = block.span();
        let refused = self.refused(found);
        let read = table::table(self.text, found, span, self.keys_apart);
        let repaired = match &read {
            Some(read) => read.repaired.clone(),
            // Not a settings table, or one that isn't understood: still a grid that can be repaired.
            None if refused.is_some() => table::repaired(&lines_of(raw, span.start)),
            None => None,
        };
        // A border is only added at the end of a table, not in front of what may be a damaged line of it.
        let repaired =
            repaired.filter(|lines| lines.len() == raw.split('\n').count() || self.is_blank_after(span.end));
        let changed = repaired.as_deref().and_then(|lines| table::first_change(raw, span.start, lines));
        let fault = match (refused, changed) {
            // docutils names the first line of the table; the repair knows the damaged one.
            (Some(TableFault::Refused { message, .. }), Some(at)) => {
                Some(TableFault::Refused { at, message })
            }
            (None, Some(at)) => Some(TableFault::Misread { at, message: MISREAD.to_owned() }),
            (refused, _) => refused,
        };
        self.tables.push(TableAsFound { span, fault, repaired });
        match read {
            Some(read) => (Part::Table(read.table), read.source),
            None => (Part::Verbatim(raw.to_owned()), None),
        }
    }

    /// The message of docutils about a table, and its line.
    fn refused(&self, table: rst::Table<'_>) -> Option<TableFault> {
        let message = table.error()?.replace('\n', " ");
        let start = self.lines.line_start(self.text, table.line());
        let line = self.text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
        Some(TableFault::Refused { at: Span::new(start, start + line.trim_end().len()), message })
    }

    /// Rows right after a table, which docutils shows as text, since their border is cut off or missing.
    fn rows_after_table(&mut self, block: &Block<'_>) {
        let rest = self.text.get(block.range.end..).unwrap_or_default();
        let rows = rest.strip_prefix('\n').unwrap_or_default();
        if !rows.starts_with('|') {
            return;
        }
        let length: usize =
            rows.split_inclusive('\n').take_while(|line| line.starts_with(['|', '+'])).map(str::len).sum();
        let rows = rows.get(..length).unwrap_or_default().trim_end();
        let first = block.range.end + 1;
        let span = Span::new(block.range.start, first + rows.len());
        if !self.is_blank_after(span.end) {
            return;
        }
        let raw = self.text.get(span.range()).unwrap_or_default();
        let Some(repaired) = table::repaired(&lines_of(raw, span.start)) else { return };
        // The line that the repair changes: the cut border. A missing one belongs below the last row.
        let last = rows.rfind('\n').map_or(0, |at| at + 1);
        let at = table::first_change(raw, span.start, &repaired)
            .unwrap_or(Span::new(first + last, first + rows.len()));
        let fault = Some(TableFault::Misread { at, message: CUT_OFF.to_owned() });
        // Docutils reads the last border as the start of another table.
        self.tables.retain(|table| table.span.start < span.start || table.span.end > span.end);
        self.tables.push(TableAsFound { span, fault, repaired: Some(repaired) });
    }

    /// Returns true if the line after a position is blank or the page ends there.
    fn is_blank_after(&self, end: usize) -> bool {
        let rest = self.text.get(end..).unwrap_or_default();
        rest.split('\n').nth(1).is_none_or(|line| line.trim().is_empty())
    }

    /// Tables within other blocks that docutils rejects.
    fn nested_faults(&mut self, document: &rst::Document, blocks: &[Block<'_>]) {
        let starts: HashSet<usize> = blocks.iter().map(|block| block.range.start).collect();
        for table in document.tables().filter(|table| table.kind() == rst::TableKind::Grid) {
            let span = table.span();
            if let Some(fault) = self.refused(table).filter(|_| !starts.contains(&span.start)) {
                let span = Span::new(span.start, span.end);
                self.tables.push(TableAsFound { span, fault: Some(fault), repaired: None });
            }
        }
    }

    fn heading(&self, raw: &str, block: &Block<'_>) -> Option<Heading> {
        let lines = lines_of(raw, block.range.start);
        let [title, underline] = lines.as_slice() else { return None };
        let mark = underline.text.chars().next()?;
        let length = underline.text.chars().count();
        let fact = Fact::at(title.text.to_owned(), Span::new(title.start, title.start + title.text.len()));
        let deviates = length != column_width(title.text);
        Some(Heading { title: fact, mark, length: deviates.then_some(length) })
    }

    fn paragraph(&self, raw: &str, block: &Block<'_>, after_heading: bool) -> Part {
        let start = block.range.start;
        let fact = Fact::at(raw.to_owned(), Span::new(start, block.range.end));
        let inner = raw.strip_prefix('*').and_then(|rest| rest.strip_suffix('*'));
        if let Some(inner) =
            inner.filter(|inner| after_heading && !inner.is_empty() && !inner.contains(['*', '\n']))
        {
            return Part::Badge(Fact::at(inner.to_owned(), Span::new(start + 1, block.range.end - 1)));
        }
        if grammar::hint(raw).is_some() {
            let lines: Vec<GridLine<'_>> = lines_of(raw, start);
            return Part::Hint(cell::hint(&Joined::new(&lines, usize::MAX)));
        }
        Part::Text(fact)
    }

    fn list(&self, raw: &str, block: &Block<'_>) -> Option<Part> {
        let lines = lines_of(raw, block.range.start);
        match cell::contents(&lines, usize::MAX).as_slice() {
            [Content::Values(items)] if items.iter().any(|item| item.value.is_some()) => {
                Some(Part::Values(items.clone()))
            }
            _ => None,
        }
    }
}

/// The blank lines before a block, if they aren't the rule's: none before the first, one before others.
fn gap(before: &str, first: bool) -> Option<String> {
    // The line end of the block before belongs to that block.
    let blanks = if first { before } else { before.strip_prefix('\n').unwrap_or(before) };
    let rule = if first { "" } else { "\n" };
    (blanks != rule).then(|| blanks.to_owned())
}
