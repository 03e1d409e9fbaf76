//! The lexical parts of a document, up to the first fault.
//!
//! A snippet masks values by these parts. After a fault nothing is taken for structure: with a quote missing, the text
//! of secrets would look like keys.
//!
//! A document in a format other than JSON has the parts of its JSON, each at its place in the file. What the JSON does
//! not have, such as comments, is masked.

use std::borrow::Cow;

use crate::format::{Document, Lexeme, LexemeKind};
use crate::value::json::{Scanner, parse_value};

/// The parts of a text.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    list: Vec<Token>,
    fault: Option<Fault>,
    /// The names of keys by their first byte, where the text does not have them as JSON.
    names: Vec<(usize, String)>,
    /// Whether the text has a syntax error, so that what looks like a key may be a part of a secret.
    is_faulty: bool,
}

/// One part of a text. `key` is the number of the key that it belongs to; for a key, that of the object around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) sort: Sort,
    pub(crate) start: usize,
    pub(crate) end: usize,
    key: Option<u32>,
}

/// The sort of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Key,
    Text,
    Number,
    /// `true`, `false` or `null`.
    Word,
    Comment,
}

/// The first place where the text is not JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    /// Whether a value was expected there.
    pub(crate) is_value: bool,
    key: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Value,
    /// A value, or the end of the list.
    Element,
    /// A key, or the end of the object.
    Key,
    Colon,
    /// A comma, or a closing bracket.
    Comma,
}

impl Tokens {
    /// Splits a text into its parts.
    pub(crate) fn new(text: &str) -> Self {
        let mut scanner = Scanner::new(text);
        let fault = scanner.value().and_then(|_| scanner.end()).err().map(|error| error.offset);
        Lexer { text, at: 0, end: fault.unwrap_or(text.len()), list: Vec::new(), open: Vec::new(), key: None }
            .run(fault.is_some())
    }

    /// Splits a document into its parts.
    pub(crate) fn from_document(document: &Document) -> Self {
        match document.lexemes() {
            None => Self::new(document.text()),
            Some(lexemes) if document.problems().is_empty() => Self::converted(document, lexemes),
            Some(lexemes) => Self::from_lexemes(document.text(), lexemes),
        }
    }

    /// The parts of a document whose JSON is known.
    fn converted(document: &Document, lexemes: &[Lexeme]) -> Self {
        let json = document.json();
        let parts = Self::new(json).list;
        let mut list: Vec<(Token, Option<u32>)> = Vec::with_capacity(parts.len() + lexemes.len());
        let mut names = Vec::new();
        for (number, part) in (0..).zip(&parts) {
            let (start, len) = document.part(part.start, part.end - part.start);
            if part.sort == Sort::Key {
                names.push((start, name(json, *part).into_owned()));
            }
            list.push((Token { start, end: start + len, ..*part }, Some(number)));
        }
        list.sort_by_key(|(token, _)| token.start);
        let is_known = |lexeme: &Lexeme| {
            let at = list.partition_point(|(token, _)| token.end <= lexeme.span.start);
            list.get(at).is_some_and(|(token, _)| token.start < lexeme.span.end)
        };
        let rest: Vec<_> = lexemes.iter().filter(|lexeme| !is_known(lexeme)).collect();
        list.extend(rest.into_iter().map(|lexeme| (from_lexeme(lexeme), None)));
        list.sort_by_key(|(token, _)| token.start);
        // the keys' numbers in the new order
        let mut places = vec![0; parts.len()];
        for (place, number) in (0u32..).zip(list.iter().map(|(_, number)| *number)) {
            if let Some(slot) = number.and_then(|number: u32| places.get_mut(number as usize)) {
                *slot = place;
            }
        }
        let moved = |key: Option<u32>| key.and_then(|key| places.get(key as usize)).copied();
        let list = list.into_iter().map(|(token, _)| Token { key: moved(token.key), ..token }).collect();
        names.sort();
        Self { list, fault: None, names, is_faulty: false }
    }

    /// The parts of a document with a syntax error, as far as its parser came.
    fn from_lexemes(text: &str, lexemes: &[Lexeme]) -> Self {
        let mut list: Vec<Token> = lexemes.iter().map(from_lexeme).collect();
        list.sort_by_key(|token| token.start);
        let unquoted = |token: &Token| {
            let raw = text.get(token.start..token.end).unwrap_or_default();
            (token.start, raw.trim_matches(['"', '\'']).to_owned())
        };
        let names = list.iter().filter(|token| token.sort == Sort::Key).map(unquoted).collect();
        Self { list, fault: None, names, is_faulty: true }
    }

    /// Returns whether the text has a syntax error.
    pub(crate) const fn is_faulty(&self) -> bool {
        self.is_faulty
    }

    /// Returns the fault, if the text is not JSON.
    pub(crate) fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// Returns the tokens that overlap a part of the text.
    pub(crate) fn within(&self, start: usize, end: usize) -> impl Iterator<Item = Token> {
        let first = self.list.partition_point(|token| token.end <= start);
        self.list.iter().skip(first).take_while(move |token| token.start < end).copied()
    }

    /// Returns the keys that lead to a token, its own included if it is a key.
    pub(crate) fn path<'t>(&'t self, text: &'t str, token: Token) -> Vec<Cow<'t, str>> {
        let own = (token.sort == Sort::Key).then_some(token);
        self.keys(text, own, token.key)
    }

    /// Returns the keys that lead to the fault.
    pub(crate) fn path_of_fault<'t>(&'t self, text: &'t str, fault: Fault) -> Vec<Cow<'t, str>> {
        self.keys(text, None, fault.key)
    }

    fn keys<'t>(&'t self, text: &'t str, own: Option<Token>, key: Option<u32>) -> Vec<Cow<'t, str>> {
        let mut keys: Vec<_> = own.map(|key| self.name(text, key)).into_iter().collect();
        let mut next = key;
        while let Some(key) = next.and_then(|key| self.list.get(key as usize)) {
            keys.push(self.name(text, *key));
            next = key.key;
        }
        keys.reverse();
        keys
    }

    fn name<'t>(&'t self, text: &'t str, key: Token) -> Cow<'t, str> {
        let known = self.names.binary_search_by_key(&key.start, |(start, _)| *start).ok();
        match known.and_then(|known| self.names.get(known)) {
            Some((_, name)) => Cow::Borrowed(name),
            None => name(text, key),
        }
    }
}

/// A part that the JSON of the document does not have, or that has no JSON. It belongs to no known key.
fn from_lexeme(lexeme: &Lexeme) -> Token {
    let sort = match lexeme.kind {
        LexemeKind::Key => Sort::Key,
        LexemeKind::Text => Sort::Text,
        LexemeKind::Word => Sort::Number,
        LexemeKind::Comment => Sort::Comment,
    };
    Token { sort, start: lexeme.span.start, end: lexeme.span.end, key: None }
}

/// Returns the name of a key in JSON.
fn name(text: &str, key: Token) -> Cow<'_, str> {
    let raw = text.get(key.start..key.end).unwrap_or_default();
    let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    match inner.contains('\\') {
        true => parse_value(raw).ok().and_then(|raw| raw.string()).unwrap_or_default(),
        false => Cow::Borrowed(inner),
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// Nothing is read from here on.
    end: usize,
    list: Vec<Token>,
    /// The open brackets: whether each is that of an object, and the key that it belongs to.
    open: Vec<(bool, Option<u32>)>,
    key: Option<u32>,
}

impl Lexer<'_> {
    fn run(mut self, is_faulty: bool) -> Tokens {
        let mut expected = Expected::Value;
        if self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        while let Some(next) = self.token(expected) {
            expected = next;
        }
        let key = match expected {
            // the object around it
            Expected::Key => self.open.last().and_then(|(_, key)| *key),
            _ => self.key,
        };
        let is_value = matches!(expected, Expected::Value | Expected::Element);
        let fault = is_faulty.then_some(Fault { at: self.at, is_value, key });
        Tokens { list: self.list, fault, names: Vec::new(), is_faulty }
    }

    /// Reads one token and returns what comes next; `None` at the end or at the fault.
    fn token(&mut self, expected: Expected) -> Option<Expected> {
        let rest = self.text.get(self.at..self.end)?;
        let blank = rest.len() - rest.trim_ascii_start().len();
        self.at += blank;
        let rest = rest.get(blank..)?;
        let first = *rest.as_bytes().first()?;
        if first == b'/' {
            let len = match rest.strip_prefix("/*") {
                Some(body) => body.find("*/")? + 4,
                None if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
                None => return None,
            };
            self.push(Sort::Comment, len);
            return Some(expected);
        }
        match (first, expected) {
            (b'{', Expected::Value | Expected::Element) => {
                self.open.push((true, self.key));
                self.at += 1;
                Some(Expected::Key)
            }
            (b'[', Expected::Value | Expected::Element) => {
                self.open.push((false, self.key));
                self.at += 1;
                Some(Expected::Element)
            }
            (b'}', Expected::Key | Expected::Comma) | (b']', Expected::Element | Expected::Comma) => {
                self.key = self.open.pop()?.1;
                self.at += 1;
                Some(Expected::Comma)
            }
            (b',', Expected::Comma) => {
                self.at += 1;
                match self.open.last()? {
                    (true, _) => Some(Expected::Key),
                    (false, _) => Some(Expected::Element),
                }
            }
            (b':', Expected::Colon) => {
                self.at += 1;
                Some(Expected::Value)
            }
            (b'"', Expected::Key) => {
                let len = string_len(rest)?;
                let around = self.open.last().and_then(|(_, key)| *key);
                self.key = around;
                self.push(Sort::Key, len);
                self.key = Some(self.list.len() as u32 - 1);
                Some(Expected::Colon)
            }
            (b'"', Expected::Value | Expected::Element) => {
                self.push(Sort::Text, string_len(rest)?);
                Some(Expected::Comma)
            }
            (_, Expected::Value | Expected::Element) => {
                let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-._".contains(byte);
                let len = rest.bytes().take_while(is_part).count();
                let sort = if first.is_ascii_alphabetic() { Sort::Word } else { Sort::Number };
                self.push(sort, (len > 0).then_some(len)?);
                Some(Expected::Comma)
            }
            _ => None,
        }
    }

    fn push(&mut self, sort: Sort, len: usize) {
        let start = self.at;
        self.at += len;
        self.list.push(Token { sort, start, end: self.at, key: self.key });
    }
}

/// Returns the length of a string with its quotes; `None` if it is not closed.
fn string_len(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}
