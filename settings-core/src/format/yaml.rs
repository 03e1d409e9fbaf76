//! YAML 1.2, read into a tree.
//!
//! Plain scalars have the types of the core schema. Notations that YAML 1.1 and 1.2 read differently, tags, merge keys,
//! and several documents are errors rather than surprises.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span as YamlSpan, Tag};

use super::tree::{Key, NodeId, NodeKind, ROOT, Tree};
use super::{Lexeme, LexemeKind, Parsed, Problem, Span};
use crate::value::json::{self, Raw, Shape};
use crate::value::{ZeroizingString, wipe};

/// The number of nodes that aliases may add to a document.
const MAX_ALIASED: usize = 10_000;

/// The number of errors that are reported.
const MAX_PROBLEMS: usize = 20;

/// Parses a YAML document. Duplicate keys stay in the tree, for the resolver to report.
pub(crate) fn parse(text: &str) -> Parsed {
    let mut reader = Reader::new(text);
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => {
                let span = reader.span(span);
                reader.receive(event, span);
            }
            Err(error) => {
                let start = reader.offset(*error.marker());
                let help = "YAML has lines such as `Key: value`, indented by spaces".to_owned();
                let rest = text.get(start..).unwrap_or_default();
                let len = rest.chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
                let span = Span::new(start, start + len);
                reader.problems.push(Problem { span, message: error.info().to_owned(), help });
                break;
            }
        }
        if reader.problems.len() >= MAX_PROBLEMS {
            break;
        }
    }
    reader.report_unused_anchors();
    reader.add_comments();
    Parsed { tree: reader.tree, problems: reader.problems, lexemes: reader.lexemes }
}

struct Reader<'t> {
    text: &'t str,
    /// The last translated place: its characters, and its bytes.
    cursor: (usize, usize),
    tree: Tree,
    problems: Vec<Problem>,
    lexemes: Vec<Lexeme>,
    open: Vec<Open>,
    anchors: HashMap<usize, NodeId>,
    /// The scalars with an anchor that no alias has named so far.
    unused: Vec<(usize, Span)>,
    aliased: usize,
    documents: usize,
}

/// An open list or map.
struct Open {
    node: NodeId,
    is_map: bool,
    /// The key whose value comes next.
    key: Option<Key>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            cursor: (0, 0),
            tree: Tree::new(text.len()),
            problems: Vec::new(),
            lexemes: Vec::new(),
            open: Vec::new(),
            anchors: HashMap::new(),
            unused: Vec::new(),
            aliased: 0,
            documents: 0,
        }
    }

    fn span(&mut self, span: YamlSpan) -> Span {
        let start = self.offset(span.start);
        Span::new(start, self.offset(span.end).max(start))
    }

    /// Translates a place in characters to bytes. Places mostly increase, so that the text is read about once.
    fn offset(&mut self, marker: Marker) -> usize {
        let (chars, bytes) = self.cursor;
        let wanted = marker.index();
        let (from, skipped) = if wanted >= chars { (bytes, wanted - chars) } else { (0, wanted) };
        let rest = self.text.get(from..).unwrap_or_default();
        let offset = from + rest.char_indices().nth(skipped).map_or(rest.len(), |(at, _)| at);
        self.cursor = (wanted, offset);
        offset
    }

    /// Ends the span of a quoted scalar after its closing quote; the parser's contains the comment after it.
    fn up_to_quote(&self, span: Span, quote: u8) -> Span {
        let written = self.text.get(span.start..span.end).unwrap_or_default();
        let mut bytes = written.bytes().enumerate().skip(1).peekable();
        while let Some((at, byte)) = bytes.next() {
            if byte == b'\\' && quote == b'"' {
                bytes.next();
                continue;
            }
            let is_doubled = quote == b'\'' && bytes.peek().is_some_and(|(_, next)| *next == quote);
            if byte == quote && is_doubled {
                bytes.next();
            } else if byte == quote {
                return Span::new(span.start, span.start + at + 1);
            }
        }
        span
    }

    fn problem(&mut self, span: Span, message: impl Into<String>, help: &str) {
        self.problems.push(Problem { span, message: message.into(), help: help.to_owned() });
    }

    fn receive(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents == 2 {
                    self.problem(
                        span,
                        "more than one document",
                        "remove everything from the second `---` on",
                    );
                }
            }
            Event::MappingStart(anchor, tag) => self.start(true, anchor, tag, span),
            Event::SequenceStart(anchor, tag) => self.start(false, anchor, tag, span),
            Event::MappingEnd | Event::SequenceEnd => {
                if let Some(open) = self.open.pop()
                    && let Some(node) = self.tree.node_mut(open.node)
                {
                    let rest = self.text.get(node.span.start..).unwrap_or_default();
                    let is_flow = rest.starts_with(['{', '[']);
                    let end = if is_flow { after_bracket(self.text, span) } else { span.end };
                    node.span.end = end.max(node.span.start);
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let span = match style {
                    ScalarStyle::SingleQuoted => self.up_to_quote(span, b'\''),
                    ScalarStyle::DoubleQuoted => self.up_to_quote(span, b'"'),
                    _ => span,
                };
                self.scalar(&text, style, anchor, tag.as_deref(), span);
                if let Cow::Owned(text) = text {
                    wipe(text.into_bytes());
                }
            }
            Event::Alias(anchor) => self.alias(anchor, span),
            _ => {}
        }
    }

    fn start(&mut self, is_map: bool, anchor: usize, tag: Option<Cow<'_, Tag>>, span: Span) {
        let expected = if is_map { "map" } else { "seq" };
        if tag.is_some_and(|tag| !(tag.is_yaml_core_schema() && tag.suffix == expected)) {
            self.problem(span, "an unknown tag", "remove the tag, which starts with `!`");
        }
        let kind = if is_map { NodeKind::Table } else { NodeKind::List };
        if self.expects_key() {
            self.problem(span, "a key that is not a scalar", "write a key as `Key: value`");
        }
        // a map or list in block style has no brackets: mark its first key or dash
        let node = self.add(kind, span);
        self.note_anchor(anchor, node);
        self.open.push(Open { node, is_map, key: None });
    }

    fn expects_key(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_map && open.key.is_none())
    }

    fn add(&mut self, kind: NodeKind, span: Span) -> NodeId {
        match self.open.last_mut() {
            Some(open) => {
                let key = open.key.take();
                let node = self.tree.add(open.node, key, kind, span);
                if let (Some(key), Some(node)) = (key, self.tree.node_mut(node)) {
                    node.statement = Some(key.span.start);
                }
                node
            }
            None => {
                if let Some(root) = self.tree.node_mut(ROOT) {
                    (root.kind, root.span) = (kind, span);
                }
                ROOT
            }
        }
    }

    fn note_anchor(&mut self, anchor: usize, node: NodeId) {
        if anchor > 0 {
            self.anchors.insert(anchor, node);
        }
    }

    /// Extends the span of a scalar to the anchor before it.
    fn with_anchor(&self, span: Span) -> Span {
        let line = self.text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let rest = self.text.get(line..).unwrap_or_default();
        let up_to = rest.get(..span.start - line + 1).unwrap_or(rest);
        let Some(start) = up_to.rfind('&').map(|at| line + at) else { return span };
        let name = self.text.get(start..).unwrap_or_default();
        let len = name.find(|c: char| c.is_whitespace() || ",[]{}".contains(c)).unwrap_or(name.len());
        Span::new(start, span.end.max(start + len))
    }

    /// Reports anchors of scalars that no alias names: a text that starts with `&`, most likely a secret, has no quotes.
    fn report_unused_anchors(&mut self) {
        for (_, span) in std::mem::take(&mut self.unused) {
            self.problem(span, "no alias names this anchor", "put a text that starts with `&` in quotes");
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, tag: Option<&Tag>, span: Span) {
        if self.expects_key() {
            if text == "<<" && style == ScalarStyle::Plain {
                self.problem(span, "merge keys are not read", "write the merged keys out");
            }
            let before = self.text.get(..span.start).unwrap_or_default().trim_end_matches([' ', '\t']);
            let is_explicit = before
                .strip_suffix('?')
                .is_some_and(|before| before.is_empty() || before.ends_with([' ', '\n', '{', ',', '-']));
            if is_explicit {
                self.problem(span, "a key after `?`", "write a key as `Key: value`");
            }
            self.lexemes.push(Lexeme { kind: LexemeKind::Key, span, key: None });
            let key = self.tree.key(text, span);
            if let Some(open) = self.open.last_mut() {
                open.key = Some(key);
            }
            return;
        }
        let span = if anchor > 0 { self.with_anchor(span) } else { span };
        if anchor > 0 {
            self.unused.push((anchor, span));
        }
        if text.is_empty() && style == ScalarStyle::Plain {
            let key = self.open.last().and_then(|open| open.key.as_ref()).map(|key| key.span);
            let after = |key: Span| self.text.get(key.end..).unwrap_or_default().trim_start();
            if let Some(key) = key.filter(|key| after(*key).starts_with([',', '}'])) {
                self.problem(
                    key,
                    "a key without a value",
                    "write `Key: value`, with a space after the colon",
                );
            }
        }
        let is_text = match tag {
            None => style != ScalarStyle::Plain,
            Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => true,
            Some(tag) if tag.is_yaml_core_schema() && CORE.contains(&tag.suffix.as_str()) => {
                if plain(text) == Scalar::Text {
                    let message = format!("the value is not a `!!{}`", tag.suffix);
                    self.problem(span, message, "remove the tag, which starts with `!`");
                }
                false
            }
            Some(_) => {
                self.problem(span, "an unknown tag", "remove the tag, which starts with `!`");
                true
            }
        };
        let scalar = if is_text { Scalar::Text } else { plain(text) };
        let is_masked = is_text || scalar == Scalar::Text || anchor > 0;
        let kind = if is_masked { LexemeKind::Text } else { LexemeKind::Word };
        let key = self.open.iter().rev().find_map(|open| {
            let own = open.key.map(|key| key.span);
            own.or_else(|| self.tree.node(open.node).and_then(|node| node.key).map(|key| key.span))
        });
        self.lexemes.push(Lexeme { kind, span, key });
        let node = match scalar {
            Scalar::Text => self.tree.string(text),
            Scalar::Json(json) => self.tree.scalar(&json),
            Scalar::Ambiguous => {
                let help = "write a decimal number, an octal one such as `0o17`, or put a text in quotes";
                self.problem(span, "a number with a leading zero, which is octal in YAML 1.1 alone", help);
                self.tree.string(text)
            }
        };
        let node = self.add(node, span);
        self.note_anchor(anchor, node);
    }

    fn alias(&mut self, anchor: usize, span: Span) {
        if self.expects_key() {
            return self.problem(span, "an alias as a key", "write the key out");
        }
        self.unused.retain(|(unused, _)| *unused != anchor);
        let Some(original) = self.anchors.get(&anchor).copied() else {
            return self.problem(
                span,
                "an unknown alias",
                "define its anchor before it, or write the value out",
            );
        };
        if self.open.iter().any(|open| open.node == original) {
            return self.problem(span, "an alias within its own anchor", "write the value out");
        }
        let (parent, key) = match self.open.last_mut() {
            Some(open) => (open.node, open.key.take()),
            None => return,
        };
        if !self.copy(original, parent, key, span) {
            self.problem(span, "aliases expand to too much", "write the values out");
        }
    }

    /// Copies a value with everything in it; returns whether it is small enough. All of it is at the place of the alias.
    fn copy(&mut self, original: NodeId, parent: NodeId, key: Option<Key>, span: Span) -> bool {
        let mut open = vec![(original, parent, key)];
        while let Some((original, parent, key)) = open.pop() {
            self.aliased += 1;
            let Some(node) = self.tree.node(original).filter(|_| self.aliased <= MAX_ALIASED) else {
                return false;
            };
            let kind = node.kind;
            let copy = self.tree.add(parent, key, kind, span);
            let children: Vec<_> = self.tree.children(original).collect();
            // the last is taken first, so that the order stays when each list is filled from its start
            let children =
                children.into_iter().filter_map(|child| Some((child, copy, self.tree.node(child)?.key)));
            open.extend(children.collect::<Vec<_>>().into_iter().rev());
        }
        true
    }

    /// Adds the comments, which the parser skips: a `#` at the start of a line or after space, outside of scalars.
    fn add_comments(&mut self) {
        let mut comments = Vec::new();
        let mut from = 0;
        let scalars: Vec<_> = self.lexemes.iter().map(|lexeme| lexeme.span).collect();
        for scalar in scalars.into_iter().chain([Span::new(self.text.len(), self.text.len())]) {
            let mut at = from;
            while let Some(found) = self.text.get(at..scalar.start).and_then(|gap| gap.find('#')) {
                let start = at + found;
                let before = self.text.get(..start).and_then(|before| before.chars().next_back());
                let line =
                    self.text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
                if before.is_none_or(char::is_whitespace) {
                    let span = Span::new(start, start + line.trim_end_matches('\r').len());
                    comments.push(Lexeme { kind: LexemeKind::Comment, span, key: None });
                    at = start + line.len();
                } else {
                    at = start + 1;
                }
            }
            from = scalar.end.max(from);
        }
        self.lexemes.extend(comments);
        self.lexemes.sort_by_key(|lexeme| lexeme.span.start);
    }
}

/// Returns the offset after a closing bracket. The parser's span can begin at the comma before it, and can contain the
/// comment after it.
fn after_bracket(text: &str, span: Span) -> usize {
    let mut at = span.start;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let after = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        at += rest.len() - after.len();
        let rest = after;
        if rest.starts_with(['}', ']']) {
            return at + 1;
        }
        if !rest.starts_with('#') {
            return span.end;
        }
        at += rest.find('\n').unwrap_or(rest.len());
    }
}

/// The tags of scalars in the core schema that have the types of plain scalars.
const CORE: [&str; 4] = ["int", "float", "bool", "null"];

/// The type of a plain scalar.
#[derive(Debug, PartialEq, Eq)]
enum Scalar {
    Text,
    Json(Cow<'static, str>),
    /// A number that YAML 1.1 and 1.2 read differently.
    Ambiguous,
}

/// Reads a plain scalar by the core schema.
fn plain(text: &str) -> Scalar {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Json("null".into()),
        "true" | "True" | "TRUE" => return Scalar::Json("true".into()),
        "false" | "False" | "FALSE" => return Scalar::Json("false".into()),
        _ => {}
    }
    let radix = [("0o", 8), ("0x", 16)]
        .into_iter()
        .find_map(|(prefix, radix)| Some((text.strip_prefix(prefix)?, radix)));
    if let Some((digits, radix)) = radix {
        let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        return match i128::from_str_radix(digits, radix) {
            Ok(number) if is_number => Scalar::Json(number.to_string().into()),
            _ => Scalar::Text,
        };
    }
    number(text)
}

/// Reads a decimal number, and formats it as JSON.
fn number(text: &str) -> Scalar {
    let (sign, unsigned) = match text.strip_prefix(['-', '+']) {
        Some(unsigned) => (if text.starts_with('-') { "-" } else { "" }, unsigned),
        None => ("", text),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_exponent = |text: &str| {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        !digits.is_empty() && is_digits(digits)
    };
    let is_number = is_digits(whole)
        && is_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(is_exponent);
    if !is_number {
        return Scalar::Text;
    }
    if whole.len() > 1 && whole.starts_with('0') {
        return Scalar::Ambiguous;
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
    let exponent = exponent.map(|exponent| format!("e{exponent}")).unwrap_or_default();
    Scalar::Json(format!("{sign}{whole}{fraction}{exponent}").into())
}

/// Formats a value in flow style, texts in double quotes.
pub(crate) fn value(raw: Raw<'_>) -> ZeroizingString {
    let mut out = ZeroizingString::default();
    write_value(&mut out, raw);
    out
}

fn write_value(out: &mut ZeroizingString, raw: Raw<'_>) {
    match raw.shape {
        Shape::String { .. } => {
            let text = ZeroizingString::from(raw.string().unwrap_or_default().into_owned());
            // the escapes of JSON are escapes of YAML too
            json::write_string(out, &text);
        }
        Shape::Array => {
            out.push('[');
            for (number, element) in raw.elements().unwrap_or_default().into_iter().enumerate() {
                out.push_str(if number > 0 { ", " } else { "" });
                write_value(out, element);
            }
            out.push(']');
        }
        Shape::Object => {
            out.push('{');
            for (number, (name, value)) in raw.entries().unwrap_or_default().into_iter().enumerate() {
                out.push_str(if number > 0 { ", " } else { "" });
                out.push_str(&key(&name.name()));
                out.push_str(": ");
                write_value(out, value);
            }
            out.push('}');
        }
        Shape::Null | Shape::Bool | Shape::Number => out.push_str(raw.text),
    }
}

/// Formats a key, in quotes if it could be read as something else.
pub(crate) fn key(name: &str) -> Cow<'_, str> {
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_reserved = reserved.iter().any(|word| name.eq_ignore_ascii_case(word));
    if is_word && starts_well && !is_reserved { Cow::Borrowed(name) } else { Cow::Owned(json::escape(name)) }
}
