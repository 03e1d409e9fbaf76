//! TOML, read into a tree.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use toml_parser::decoder::{Encoding, IntegerRadix, ScalarKind, StringBuilder};
use toml_parser::parser::{EventReceiver, RecursionGuard, parse_document};
use toml_parser::{ErrorSink, Expected, ParseError, Source, Span as TomlSpan};

use super::tree::{Key, NodeId, NodeKind, ROOT, Tree};
use super::{Lexeme, LexemeKind, Parsed, Problem, Span};
use crate::value::ZeroizingString;
use crate::value::json::{self, MAX_DEPTH, Raw, Shape};

/// Parses a TOML document. Duplicate keys stay in the tree, for the resolver to report.
pub(super) fn parse(text: &str) -> Parsed {
    parse_with_blocks(text).0
}

/// Parses a TOML document for an edit, which needs the places of its headers.
pub(crate) fn parse_with_blocks(text: &str) -> (Parsed, Vec<Block>) {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let offset = text.len() - body.len();
    let source = Source::new(body);
    let tokens = source.lex().into_vec();
    let mut reader = Reader::new(source, offset, tokens.len());
    let mut errors = Vec::new();
    {
        let mut guard = RecursionGuard::new(&mut reader, MAX_DEPTH as u32);
        parse_document(&tokens, &mut guard, &mut errors);
    }
    let problems = errors.iter().map(|error| problem(error, offset)).collect();
    (Parsed { tree: reader.tree, problems, lexemes: reader.lexemes }, reader.blocks)
}

/// Translates an error of the parser. Its texts are fixed, and show nothing of the document.
fn problem(error: &ParseError, offset: usize) -> Problem {
    let span = error
        .unexpected()
        .or_else(|| error.context())
        .map_or(Span::default(), |span| Span::new(span.start() + offset, span.end() + offset));
    let expected: Vec<_> = error.expected().unwrap_or_default().iter().map(described).collect();
    let help = match expected.as_slice() {
        [] => "TOML has lines such as `Key = value`, in sections such as `[Section]`".to_owned(),
        [only] => format!("expected {only}"),
        [others @ .., last] => format!("expected {} or {last}", others.join(", ")),
    };
    Problem { span, message: error.description().to_owned(), help }
}

/// Describes what was expected.
fn described(expected: &Expected) -> String {
    match expected {
        Expected::Literal(text) => format!("`{}`", text.escape_default()),
        Expected::Description(text) => (*text).to_owned(),
        _ => "another value".to_owned(),
    }
}

/// The parent of values after a syntax error, which belong to no table.
const NOWHERE: NodeId = NodeId::MAX;

/// The way in which a table was defined, which decides whether it can be extended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Defined {
    /// As the parent of a header's table.
    Implicitly,
    /// By a header.
    ByHeader,
    /// By a dotted key.
    ByDottedKey,
    /// As an inline table, or as an element of a list.
    Inline,
    /// By the header of a list of tables.
    ByListHeader,
}

/// A part of the document in which new entries of a table can be added.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    /// The table.
    pub(crate) table: NodeId,
    /// The header; empty for the root.
    pub(crate) header: Span,
    /// The end of the header, or of the last entry.
    pub(crate) end: usize,
    /// Whether the block has entries.
    pub(crate) has_entries: bool,
}

struct Reader<'s> {
    source: Source<'s>,
    offset: usize,
    tree: Tree,
    /// The last list or table with a key, by its parent and the key's hash.
    by_key: HashMap<(NodeId, u64), NodeId>,
    hasher: RandomState,
    lexemes: Vec<Lexeme>,
    /// The way in which each table was defined, by its number.
    defined: Vec<(NodeId, Defined)>,
    /// The tables with headers, the root first.
    blocks: Vec<Block>,
    /// The table of the current header.
    table: NodeId,
    /// The keys of the current entry or header.
    keys: Vec<Key>,
    /// The start of the current header.
    header: Option<(usize, bool)>,
    /// The open lists and inline tables, each with the keys that are read for its next entry.
    open: Vec<Open>,
    /// The text that was decoded last.
    decoded: Text,
}

/// An open list or inline table.
struct Open {
    node: NodeId,
    keys: Vec<Key>,
}

impl<'s> Reader<'s> {
    fn new(source: Source<'s>, offset: usize, tokens: usize) -> Self {
        let root = Block { table: ROOT, header: Span::new(offset, offset), end: offset, has_entries: false };
        Self {
            source,
            offset,
            tree: Tree::new(source.input().len()),
            by_key: HashMap::new(),
            hasher: RandomState::new(),
            // an entry has six tokens: key, space, equals sign, space, value, line break
            lexemes: Vec::with_capacity(tokens / 3),
            defined: vec![(ROOT, Defined::ByHeader)],
            blocks: vec![root],
            table: ROOT,
            keys: Vec::new(),
            header: None,
            open: Vec::new(),
            decoded: Text::default(),
        }
    }

    fn span(&self, span: TomlSpan) -> Span {
        Span::new(span.start() + self.offset, span.end() + self.offset)
    }

    fn defined(&self, table: NodeId) -> Defined {
        let found = self.defined.binary_search_by_key(&table, |(table, _)| *table);
        found.ok().and_then(|at| self.defined.get(at)).map_or(Defined::Inline, |(_, defined)| *defined)
    }

    /// Adds a table; tables are numbered in increasing order.
    fn add_table(&mut self, parent: NodeId, key: Option<Key>, span: Span, defined: Defined) -> NodeId {
        let id = self.add_container(parent, key, NodeKind::Table, span);
        self.defined.push((id, defined));
        id
    }

    /// Adds a list or a table, which later keys may name again.
    fn add_container(&mut self, parent: NodeId, key: Option<Key>, kind: NodeKind, span: Span) -> NodeId {
        let id = self.tree.add(parent, key, kind, span);
        if let Some(key) = key {
            self.by_key.insert((parent, self.hash(key)), id);
        }
        id
    }

    /// Returns the last list or table in a table with a key.
    fn find(&self, table: NodeId, key: Key) -> Option<NodeId> {
        let found = *self.by_key.get(&(table, self.hash(key)))?;
        let has_key = |id: &NodeId| {
            self.tree.node(*id).is_some_and(|node| {
                let is_container = matches!(node.kind, NodeKind::List | NodeKind::Table);
                is_container && node.key.is_some_and(|found| self.tree.json(found) == self.tree.json(key))
            })
        };
        // another key can have the same hash
        if has_key(&found) { Some(found) } else { self.tree.children(table).filter(has_key).last() }
    }

    fn hash(&self, key: Key) -> u64 {
        self.hasher.hash_one(self.tree.json(key))
    }

    /// Follows the keys before the last one of a header, and creates the tables that are missing.
    fn parent_of_header(&mut self, keys: &[Key], header: Span) -> NodeId {
        let mut table = ROOT;
        for key in keys {
            let found = self.find(table, *key).and_then(|found| self.as_table(found));
            table = match found {
                Some(found) => found,
                None => self.add_table(table, Some(*key), header, Defined::Implicitly),
            };
        }
        table
    }

    /// Returns a table that can have subtables: itself, or the last element of a list of tables.
    fn as_table(&self, id: NodeId) -> Option<NodeId> {
        match self.tree.node(id)?.kind {
            NodeKind::Table if self.defined(id) != Defined::Inline => Some(id),
            NodeKind::List => {
                self.tree.last_child(id).filter(|last| self.defined(*last) == Defined::ByListHeader)
            }
            _ => None,
        }
    }

    fn close_header(&mut self, end: usize) {
        let Some((start, is_list)) = self.header.take() else { return };
        let header = Span::new(start, end);
        let keys = std::mem::take(&mut self.keys);
        let Some((last, parents)) = keys.split_last() else { return };
        let parent = self.parent_of_header(parents, header);
        let found = self.find(parent, *last);
        self.table = if is_list {
            let is_list_of_tables = |id: &NodeId| {
                self.tree.node(*id).is_some_and(|node| node.kind == NodeKind::List)
                    && self.as_table(*id).is_some()
            };
            let list = match found.filter(is_list_of_tables) {
                Some(list) => list,
                None => self.add_container(parent, Some(*last), NodeKind::List, header),
            };
            self.add_table(list, None, header, Defined::ByListHeader)
        } else {
            match found.filter(|found| self.is_implicit(*found)) {
                Some(found) => {
                    self.define(found, header, *last);
                    found
                }
                // a duplicate is a second entry, which the resolver reports
                None => self.add_table(parent, Some(*last), header, Defined::ByHeader),
            }
        };
        self.blocks.push(Block { table: self.table, header, end, has_entries: false });
    }

    fn is_implicit(&self, id: NodeId) -> bool {
        self.tree.node(id).is_some_and(|node| node.kind == NodeKind::Table)
            && self.defined(id) == Defined::Implicitly
    }

    fn define(&mut self, table: NodeId, header: Span, key: Key) {
        if let Ok(at) = self.defined.binary_search_by_key(&table, |(table, _)| *table)
            && let Some((_, defined)) = self.defined.get_mut(at)
        {
            *defined = Defined::ByHeader;
        }
        if let Some(node) = self.tree.node_mut(table) {
            node.span = header;
            node.key = Some(key);
        }
    }

    /// Returns the list or table that the next value belongs to, with its key, after creating the tables of dotted keys.
    fn place(&mut self) -> Option<(NodeId, Option<Key>, Option<usize>)> {
        let (parent, keys) = match self.open.last_mut() {
            Some(open) => (open.node, std::mem::take(&mut open.keys)),
            None => (self.table, std::mem::take(&mut self.keys)),
        };
        if self.tree.node(parent).is_some_and(|node| node.kind == NodeKind::List) {
            return Some((parent, None, None));
        }
        let start = keys.first().map(|key| key.span.start);
        let (last, dotted) = keys.split_last()?;
        let mut table = parent;
        for key in dotted {
            let found = self.find(table, *key);
            let is_dotted = |id: &NodeId| {
                self.tree.node(*id).is_some_and(|node| node.kind == NodeKind::Table)
                    && self.defined(*id) == Defined::ByDottedKey
            };
            table = match found.filter(is_dotted) {
                Some(found) => found,
                None => self.add_table(table, Some(*key), key.span, Defined::ByDottedKey),
            };
        }
        Some((table, Some(*last), start))
    }

    fn start_statement(&mut self, node: NodeId, start: Option<usize>) {
        if let Some(node) = self.tree.node_mut(node) {
            node.statement = start;
        }
    }

    /// Notes the end of a value, which extends the current block.
    fn end_value(&mut self, end: usize) {
        if self.open.is_empty()
            && let Some(block) = self.blocks.last_mut()
        {
            (block.end, block.has_entries) = (end, true);
        }
    }

    fn open(&mut self, kind: NodeKind, span: TomlSpan) {
        let span = self.span(span);
        let (parent, key, start) = self.place().unwrap_or((NOWHERE, None, None));
        let node = match kind {
            NodeKind::Table => self.add_table(parent, key, span, Defined::Inline),
            _ => self.add_container(parent, key, kind, span),
        };
        self.start_statement(node, start);
        self.open.push(Open { node, keys: Vec::new() });
    }

    fn close(&mut self, span: TomlSpan) {
        let end = self.span(span).end;
        if let Some(open) = self.open.pop()
            && let Some(node) = self.tree.node_mut(open.node)
        {
            node.span.end = end;
        }
        self.end_value(end);
    }

    fn current_key(&self) -> Option<Span> {
        let own = |open: &Open| open.keys.last().map(|key| key.span);
        let in_node = |open: &Open| self.tree.node(open.node).and_then(|node| node.key).map(|key| key.span);
        let open = self.open.iter().rev().find_map(|open| own(open).or_else(|| in_node(open)));
        open.or_else(|| self.keys.last().map(|key| key.span))
    }
}

impl EventReceiver for Reader<'_> {
    fn std_table_open(&mut self, span: TomlSpan, _: &mut dyn ErrorSink) {
        self.keys.clear();
        self.header = Some((self.span(span).start, false));
    }

    fn std_table_close(&mut self, span: TomlSpan, _: &mut dyn ErrorSink) {
        self.close_header(self.span(span).end);
    }

    fn array_table_open(&mut self, span: TomlSpan, _: &mut dyn ErrorSink) {
        self.keys.clear();
        self.header = Some((self.span(span).start, true));
    }

    fn array_table_close(&mut self, span: TomlSpan, _: &mut dyn ErrorSink) {
        self.close_header(self.span(span).end);
    }

    fn inline_table_open(&mut self, span: TomlSpan, _: &mut dyn ErrorSink) -> bool {
        self.open(NodeKind::Table, span);
        true
    }

    fn inline_table_close(&mut self, span: TomlSpan, _: &mut dyn ErrorSink) {
        self.close(span);
    }

    fn array_open(&mut self, span: TomlSpan, _: &mut dyn ErrorSink) -> bool {
        self.open(NodeKind::List, span);
        true
    }

    fn array_close(&mut self, span: TomlSpan, _: &mut dyn ErrorSink) {
        self.close(span);
    }

    fn simple_key(&mut self, span: TomlSpan, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        let place = self.span(span);
        self.decoded.0.clear();
        if let Some(raw) = self.source.get(span) {
            let raw = toml_parser::Raw::new_unchecked(raw.as_str(), encoding, span);
            raw.decode_key(&mut self.decoded, error);
        }
        self.lexemes.push(Lexeme { kind: LexemeKind::Key, span: place, key: None });
        let key = self.tree.key(&self.decoded.0, place);
        match self.open.last_mut() {
            Some(open) => open.keys.push(key),
            None => self.keys.push(key),
        }
    }

    fn scalar(&mut self, span: TomlSpan, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        let place = self.span(span);
        self.decoded.0.clear();
        let kind = match self.source.get(span) {
            Some(raw) => {
                let raw = toml_parser::Raw::new_unchecked(raw.as_str(), encoding, span);
                raw.decode_scalar(&mut self.decoded, error)
            }
            None => ScalarKind::String,
        };
        let is_text = matches!(kind, ScalarKind::String | ScalarKind::DateTime);
        let lexeme = if is_text { LexemeKind::Text } else { LexemeKind::Word };
        self.lexemes.push(Lexeme { kind: lexeme, span: place, key: self.current_key() });
        let (tree, text) = (&mut self.tree, &*self.decoded.0);
        let node = match kind {
            ScalarKind::String | ScalarKind::DateTime => tree.string(text),
            ScalarKind::Boolean(value) => tree.scalar(if value { "true" } else { "false" }),
            ScalarKind::Float => number(tree, None, text),
            ScalarKind::Integer(radix) => number(tree, Some(radix), text),
        };
        if let Some((parent, key, start)) = self.place() {
            let node = self.tree.add(parent, key, node, place);
            self.start_statement(node, start);
        }
        self.end_value(place.end);
    }

    fn comment(&mut self, span: TomlSpan, _: &mut dyn ErrorSink) {
        self.lexemes.push(Lexeme { kind: LexemeKind::Comment, span: self.span(span), key: None });
    }

    fn newline(&mut self, _: TomlSpan, _: &mut dyn ErrorSink) {
        // after an error, keys without a value must not join the next entry
        if self.open.is_empty() {
            self.keys.clear();
        }
    }

    fn error(&mut self, span: TomlSpan, _: &mut dyn ErrorSink) {
        self.lexemes.push(Lexeme { kind: LexemeKind::Text, span: self.span(span), key: None });
    }
}

/// Formats a number as JSON, which knows neither its radix nor its separators.
fn number(tree: &mut Tree, radix: Option<IntegerRadix>, text: &str) -> NodeKind {
    let text = text.trim_start_matches('+');
    let Some(radix) = radix.map(|radix| radix.value()).filter(|radix| *radix != 10) else {
        return match text.parse::<f64>() {
            Ok(float) if float.is_finite() => tree.scalar(text),
            // infinite or not a number: JSON has no such numbers
            _ => tree.string(text),
        };
    };
    let digits = text.get(2..).filter(|_| text.starts_with('0')).unwrap_or(text);
    match i128::from_str_radix(digits, radix).or_else(|_| i128::from_str_radix(text, radix)) {
        Ok(number) => tree.scalar(&number.to_string()),
        Err(_) => tree.string(text),
    }
}

/// A decoded text, wiped on drop.
#[derive(Default)]
struct Text(ZeroizingString);

impl<'s> StringBuilder<'s> for Text {
    fn clear(&mut self) {
        self.0.clear();
    }

    fn push_str(&mut self, append: &'s str) -> bool {
        self.0.push_str(append);
        true
    }

    fn push_char(&mut self, append: char) -> bool {
        self.0.push(append);
        true
    }
}

/// Formats a JSON value as TOML on one line; `None` if it is null, or a list with null in it. Entries that are null are
/// left to their defaults.
pub(crate) fn value(raw: Raw<'_>) -> Option<ZeroizingString> {
    let mut out = ZeroizingString::default();
    write_value(&mut out, raw).ok().map(|()| out)
}

/// Null has no form in TOML.
struct NoNull;

fn write_value(out: &mut ZeroizingString, raw: Raw<'_>) -> Result<(), NoNull> {
    match raw.shape {
        Shape::Null => return Err(NoNull),
        Shape::Bool => out.push_str(raw.text),
        Shape::Number => out.push_str(raw.text),
        Shape::String { .. } => {
            let text = ZeroizingString::from(raw.string().unwrap_or_default().into_owned());
            // the escapes of JSON are escapes of TOML too
            json::write_string(out, &text);
        }
        Shape::Array => {
            out.push('[');
            for (number, element) in raw.elements().unwrap_or_default().into_iter().enumerate() {
                out.push_str(if number > 0 { ", " } else { "" });
                write_value(out, element)?;
            }
            out.push(']');
        }
        Shape::Object => {
            out.push('{');
            let entries = raw.entries().unwrap_or_default().into_iter();
            let mut is_first = true;
            for (name, value) in entries.filter(|(_, value)| value.shape != Shape::Null) {
                out.push_str(if is_first { " " } else { ", " });
                out.push_str(&key(&name.name()));
                out.push_str(" = ");
                write_value(out, value)?;
                is_first = false;
            }
            out.push_str(if is_first { "}" } else { " }" });
        }
    }
    Ok(())
}

/// Formats a key, in quotes if it needs them.
pub(crate) fn key(name: &str) -> Cow<'_, str> {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !name.is_empty() && name.bytes().all(is_bare) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(json::escape(name))
    }
}
