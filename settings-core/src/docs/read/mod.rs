//! Reads a page into the model.

mod blocks;
mod cell;
mod decode;
mod directive;
mod entries;
mod grid;
mod joined;
mod table;

use settings_rst as rst;
use settings_rst::width::column_width;

use super::grammar;
use super::grid::GridLine;
use super::layout;
use super::model::{Content, Fact, Heading, Page, PageLayout, Part, Placed, Span};
use crate::line_index::LineIndex;

use blocks::{Block, BlockKind, blocks};
use joined::Joined;

pub use decode::ReadError;

pub(super) use directive::NAME as DIRECTIVE;
pub(super) use entries::{ALLOW, entries};
pub(super) use table::lines_of;

const MISREAD: &str = "two cells are fused: a bar or a corner of the grid is missing, and docutils shows the other bars \
                       as text";

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
    pub(super) mended: Option<Vec<String>>,
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
/// Fails if `bytes` are not UTF-8. The error names the first bad byte and the encoding that the bytes seem to have.
pub fn read(path: &str, bytes: &[u8]) -> Result<PageRead, ReadError> {
    let decoded = decode::decode(path, bytes)?;
    let text = decoded.text;
    let keys_apart = keys_apart(&text);
    let mut reader = Reader { text: &text, keys_apart, tables: Vec::new(), warnings: Vec::new() };
    let (metadata, parts, end) = reader.parts();
    let (tables, warnings) = (reader.tables, reader.warnings);
    let page = Page {
        name: stem(path).to_owned(),
        metadata,
        entries: entries(parts),
        layout: PageLayout { keys_apart, crlf: decoded.crlf, byte_order_mark: decoded.byte_order_mark, end },
        ..Page::default()
    };
    Ok(PageRead { path: path.to_owned(), page, lines: LineIndex::new(&text), text, tables, warnings })
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
    let mut reader = Reader { text: source, keys_apart, tables: Vec::new(), warnings: Vec::new() };
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
    tables: Vec<TableAsFound>,
    warnings: Vec<Warning>,
}

impl Reader<'_> {
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
        let mended = match &read {
            Some(read) => read.mended.clone(),
            // Not a settings table, or one that isn't understood: still a grid that can be repaired.
            None if refused.is_some() => {
                table::mended(&lines_of(raw, span.start)).filter(|lines| parses(lines))
            }
            None => None,
        };
        let fault = refused.or_else(|| {
            let at = table::first_change(raw, span.start, mended.as_deref()?)?;
            Some(TableFault::Misread { at, message: MISREAD.to_owned() })
        });
        self.tables.push(TableAsFound { span, fault, mended });
        match read {
            Some(read) => (Part::Table(read.table), read.source),
            None => (Part::Verbatim(raw.to_owned()), None),
        }
    }

    /// The message of docutils about a table, and its line.
    fn refused(&self, table: rst::Table<'_>) -> Option<TableFault> {
        let message = table.error()?.replace('\n', " ");
        let start = LineIndex::new(self.text).line_start(self.text, table.line());
        let line = self.text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
        Some(TableFault::Refused { at: Span::new(start, start + line.trim_end().len()), message })
    }

    /// Tables within other blocks that docutils rejects.
    fn nested_faults(&mut self, document: &rst::Document, blocks: &[Block<'_>]) {
        for table in document.tables().filter(|table| table.kind() == rst::TableKind::Grid) {
            let span = table.span();
            let is_block = blocks.iter().any(|block| block.range.start == span.start);
            if let Some(fault) = self.refused(table).filter(|_| !is_block) {
                let span = Span::new(span.start, span.end);
                self.tables.push(TableAsFound { span, fault: Some(fault), mended: None });
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

/// Returns true if docutils reads the lines as one well-formed table.
fn parses(lines: &[String]) -> bool {
    let document = rst::parse(&lines.join("\n"), rst::Dialect::Sphinx);
    let mut tables = document.tables();
    tables.next().is_some_and(|table| table.error().is_none()) && document.messages().next().is_none()
}

/// The blank lines before a block, if they aren't the rule's: none before the first, one before others.
fn gap(before: &str, first: bool) -> Option<String> {
    // The line end of the block before belongs to that block.
    let blanks = if first { before } else { before.strip_prefix('\n').unwrap_or(before) };
    let rule = if first { "" } else { "\n" };
    (blanks != rule).then(|| blanks.to_owned())
}
