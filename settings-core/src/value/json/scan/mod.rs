//! The scanner: one pass, no recursion, no copies.

mod bytes;
mod fault;

use std::borrow::Cow;
use std::fmt;

use super::{MAX_DEPTH, Raw, Shape, write};
use bytes::{blank_len, plain_len};
pub use fault::SyntaxError;
use fault::{KEY, VALUE, WORDS};

/// Reads JSON from left to right. `Debug` omits the text, which may hold secrets.
#[derive(Clone)]
pub struct Scanner<'a> {
    text: &'a str,
    pos: usize,
    base: usize,
}

impl fmt::Debug for Scanner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scanner").field("offset", &(self.base + self.pos)).finish_non_exhaustive()
    }
}

/// The key of an object's entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key<'a> {
    /// The text of the key, with its quotes.
    pub raw: &'a str,
    /// The offset of the first quote in the whole text, in bytes.
    pub start: usize,
    is_escaped: bool,
}

/// The place of a key or value in the scanner's text. The texts themselves are cut out only where they are needed.
#[derive(Clone, Copy)]
pub(crate) struct Extent<T> {
    start: usize,
    end: usize,
    pub(crate) of: T,
}

impl<T> Extent<T> {
    pub(crate) fn len(&self) -> usize {
        self.end - self.start
    }
}

/// Whether a key has an escape: 1 or 0. Processors copy a word faster than a `bool` with padding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Escaped(usize);

impl<'a> Key<'a> {
    /// Returns the key without quotes, its escapes resolved.
    #[inline]
    pub fn name(&self) -> Cow<'a, str> {
        let inner = self.raw.get(1..self.raw.len().saturating_sub(1)).unwrap_or_default();
        match self.is_escaped {
            false => Cow::Borrowed(inner),
            true => Cow::Owned(write::unescape(inner)),
        }
    }
}

impl<'a> Scanner<'a> {
    /// Starts at the first byte of the text, or after its byte-order mark.
    pub fn new(text: &'a str) -> Self {
        Self { text, pos: if text.starts_with('\u{feff}') { 3 } else { 0 }, base: 0 }
    }

    /// Starts at a value that is at `base` of a larger text.
    pub(super) fn within(text: &'a str, base: usize) -> Self {
        Self { text, pos: 0, base }
    }

    /// Returns the next byte that is not space or part of a comment; `None` at the end.
    ///
    /// # Errors
    /// If a comment has no end.
    #[inline]
    pub fn peek(&mut self) -> Result<Option<u8>, Box<SyntaxError>> {
        if self.byte() == Some(b' ') {
            self.pos += 1;
        }
        match self.byte() {
            Some(byte) if byte > b' ' && byte != b'/' => Ok(Some(byte)),
            _ => self.peek_after_space(),
        }
    }

    /// Returns the same as [`peek`](Self::peek), quickly if it is `usual` without space before it.
    #[inline]
    fn peek_close(&mut self, usual: u8) -> Result<Option<u8>, Box<SyntaxError>> {
        match self.byte() {
            Some(byte) if byte == usual => Ok(Some(byte)),
            _ => self.peek(),
        }
    }

    fn peek_after_space(&mut self) -> Result<Option<u8>, Box<SyntaxError>> {
        loop {
            self.pos += blank_len(self.rest());
            match self.byte() {
                Some(b'/') => self.comment()?,
                other => return Ok(other),
            }
        }
    }

    /// Returns the offset of the scanner in the whole text, in bytes.
    pub fn offset(&self) -> usize {
        self.base + self.pos
    }

    /// Requires that only space and comments are left.
    ///
    /// # Errors
    /// If there is anything else.
    pub fn end(&mut self) -> Result<(), Box<SyntaxError>> {
        match self.peek()? {
            None => Ok(()),
            Some(_) => Err(self
                .unexpected("the end of the text", "remove what follows, or put it before the last bracket")),
        }
    }

    /// Steps over `{` or `[`, which must be the next byte.
    pub fn open(&mut self) {
        self.pos += 1;
    }

    /// Reads the next key of an object and the colon after it; returns `None` after the object's `}`.
    ///
    /// # Errors
    /// If there is neither a key nor the end of the object.
    #[inline]
    pub fn next_key(&mut self, first: &mut bool) -> Result<Option<Key<'a>>, Box<SyntaxError>> {
        Ok(self.step_to_key(first)?.map(|extent| self.key_of(extent)))
    }

    /// Reads the next key as [`next_key`](Self::next_key) does.
    #[inline(always)]
    pub(crate) fn step_to_key(
        &mut self,
        first: &mut bool,
    ) -> Result<Option<Extent<Escaped>>, Box<SyntaxError>> {
        let mut next = self.peek_close(b',')?;
        if next == Some(b',') && !*first {
            self.pos += 1;
            next = self.peek()?;
        } else if !*first && next != Some(b'}') {
            return Err(self.unexpected("`,` or `}`", self.missing_comma(next)));
        }
        *first = false;
        match next {
            Some(b'}') => {
                self.pos += 1;
                Ok(None)
            }
            Some(b'"') => self.key().map(Some),
            _ => Err(self.unexpected("a key in double quotes, or `}`", KEY)),
        }
    }

    /// Reads the next value as a whole.
    ///
    /// # Errors
    /// If there is none, or it is not JSON, or it nests deeper than [`MAX_DEPTH`].
    #[inline]
    pub fn value(&mut self) -> Result<Raw<'a>, Box<SyntaxError>> {
        let value = self.step_over_value()?;
        Ok(self.raw_of(value))
    }

    /// Steps over the next value.
    #[inline(always)]
    pub(crate) fn step_over_value(&mut self) -> Result<Extent<Shape>, Box<SyntaxError>> {
        let first = self.peek()?;
        let start = self.pos;
        let of = match first {
            Some(b'{' | b'[') => self.container()?,
            _ => self.scalar(first)?,
        };
        Ok(Extent { start, end: self.pos, of })
    }

    /// Returns the key with an extent.
    #[inline]
    pub(crate) fn key_of(&self, Extent { start, end, of: Escaped(escaped) }: Extent<Escaped>) -> Key<'a> {
        let raw = self.text.get(start..end).unwrap_or_default();
        Key { raw, start: self.base + start, is_escaped: escaped != 0 }
    }

    /// Returns the text of a key without its quotes, if that is its name.
    #[inline]
    pub(crate) fn plain_name(&self, Extent { start, end, of }: Extent<Escaped>) -> Option<&'a [u8]> {
        self.text.as_bytes().get(start + 1..end - 1).filter(|_| of == Escaped(0))
    }

    /// Returns the value with an extent.
    #[inline]
    pub(crate) fn raw_of(&self, Extent { start, end, of }: Extent<Shape>) -> Raw<'a> {
        let text = self.text.get(start..end).unwrap_or_default();
        Raw { text, start: self.base + start, shape: of }
    }

    /// Returns the offset of an extent in the whole text, in bytes.
    #[inline]
    pub(crate) fn offset_of<T>(&self, extent: Extent<T>) -> usize {
        self.base + extent.start
    }

    /// Reads the next element of an array whose syntax has been checked.
    pub(super) fn next_element(&mut self) -> Option<Raw<'a>> {
        let mut next = self.peek_close(b',').ok()?;
        if next == Some(b',') {
            self.pos += 1;
            next = self.peek().ok()?;
        }
        match next {
            Some(b']') | None => None,
            Some(_) => self.value().ok(),
        }
    }

    /// Steps over an array or object, with the open brackets in a bit stack.
    fn container(&mut self) -> Result<Shape, Box<SyntaxError>> {
        let shape = if self.byte() == Some(b'{') { Shape::Object } else { Shape::Array };
        let mut objects: u128 = 0;
        let mut depth = 0_usize;
        loop {
            let opened = self.peek()?;
            if let Some(b'{' | b'[') = opened {
                if depth == MAX_DEPTH {
                    return Err(self.error(
                        1,
                        format!("nested deeper than {MAX_DEPTH} levels"),
                        "no setting is that deep: remove the inner brackets",
                    ));
                }
                self.pos += 1;
                objects = objects << 1 | u128::from(opened == Some(b'{'));
                depth += 1;
                if !self.close_or_continue(&mut objects, &mut depth, true)? {
                    return Ok(shape);
                }
                continue;
            }
            self.scalar(opened)?;
            if !self.close_or_continue(&mut objects, &mut depth, false)? {
                return Ok(shape);
            }
        }
    }

    /// Reads from the end of a value, or from an opening bracket, to the next value. Returns `false` after the outermost
    /// closing bracket.
    fn close_or_continue(
        &mut self,
        objects: &mut u128,
        depth: &mut usize,
        mut opened: bool,
    ) -> Result<bool, Box<SyntaxError>> {
        loop {
            let in_object = *objects & 1 == 1;
            let close = if in_object { b'}' } else { b']' };
            let mut next = self.peek_close(b',')?;
            if !opened && next == Some(b',') {
                self.pos += 1;
                next = self.peek()?;
            } else if !opened && next != Some(close) {
                let expected = if in_object { "`,` or `}`" } else { "`,` or `]`" };
                return Err(self.unexpected(expected, self.missing_comma(next)));
            }
            if next != Some(close) {
                if in_object {
                    if next != Some(b'"') {
                        return Err(self.unexpected("a key in double quotes, or `}`", KEY));
                    }
                    self.key()?;
                }
                return Ok(true);
            }
            self.pos += 1;
            *objects >>= 1;
            *depth -= 1;
            if *depth == 0 {
                return Ok(false);
            }
            opened = false;
        }
    }

    #[inline(always)]
    fn key(&mut self) -> Result<Extent<Escaped>, Box<SyntaxError>> {
        let start = self.pos;
        let escaped = self.string()?;
        let end = self.pos;
        match self.peek_close(b':')? {
            Some(b':') => self.pos += 1,
            _ => return Err(self.unexpected("`:`", "write `:` between a key and its value")),
        }
        Ok(Extent { start, end, of: Escaped(escaped.into()) })
    }

    #[inline(always)]
    fn scalar(&mut self, first: Option<u8>) -> Result<Shape, Box<SyntaxError>> {
        match first {
            Some(b'"') => self.string().map(|escaped| Shape::String { escaped }),
            Some(b'-' | b'0'..=b'9') => self.number().map(|()| Shape::Number),
            Some(b't') if self.word("true") => Ok(Shape::Bool),
            Some(b'f') if self.word("false") => Ok(Shape::Bool),
            Some(b'n') if self.word("null") => Ok(Shape::Null),
            Some(byte) if byte.is_ascii_alphabetic() => Err(self.unexpected("a value", WORDS)),
            _ => Err(self.unexpected("a value", VALUE)),
        }
    }

    fn word(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let whole =
            rest.starts_with(word.as_bytes()) && !rest.get(word.len()).is_some_and(|byte| goes_on(*byte));
        if whole {
            self.pos += word.len();
        }
        whole
    }

    /// Steps over a string, and returns whether it contains an escape.
    #[inline(always)]
    fn string(&mut self) -> Result<bool, Box<SyntaxError>> {
        let start = self.pos;
        self.pos += 1;
        self.pos += plain_len(self.rest());
        if self.byte() == Some(b'"') {
            self.pos += 1;
            return Ok(false);
        }
        self.string_from(start).map(|()| true)
    }

    /// Steps over the rest of a string that starts at `start`, from its first byte that is not plain.
    fn string_from(&mut self, start: usize) -> Result<(), Box<SyntaxError>> {
        loop {
            match self.byte() {
                Some(b'"') => {
                    self.pos += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escape()?,
                Some(b'\n' | b'\r') | None => {
                    self.pos = start;
                    return Err(self.unterminated());
                }
                _ => {
                    let message = "a control character in a string".to_owned();
                    return Err(self.error(1, message, "write it as an escape, such as `\\t`"));
                }
            }
            self.pos += plain_len(self.rest());
        }
    }

    fn escape(&mut self) -> Result<(), Box<SyntaxError>> {
        let at = |offset: usize| self.text.as_bytes().get(self.pos + offset).copied();
        let len = match at(1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'u') if (2..6).all(|offset| at(offset).is_some_and(|byte| byte.is_ascii_hexdigit())) => 6,
            _ => {
                let help = "a backslash itself is written `\\\\`";
                return Err(self.error(2, "not an escape of JSON".to_owned(), help));
            }
        };
        self.pos += len;
        Ok(())
    }

    fn number(&mut self) -> Result<(), Box<SyntaxError>> {
        let start = self.pos;
        if self.byte() == Some(b'-') {
            self.pos += 1;
        }
        let leading_zero = self.byte() == Some(b'0');
        let whole = self.digits();
        let mut good = whole > 0 && (whole == 1 || !leading_zero);
        if good && !self.byte().is_some_and(|byte| byte == b'.' || goes_on(byte)) {
            return Ok(());
        }
        if self.byte() == Some(b'.') {
            self.pos += 1;
            good &= self.digits() > 0;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.pos += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.pos += 1;
            }
            good &= self.digits() > 0;
        }
        if good && !self.byte().is_some_and(goes_on) {
            return Ok(());
        }
        while self
            .byte()
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'+' | b'-'))
        {
            self.pos += 1;
        }
        let len = self.pos - start;
        self.pos = start;
        let written = self.rest().get(..len).unwrap_or_default();
        // `0x19`, `007` and `1_000` are numbers elsewhere; `30s` is a text without its quotes.
        let is_number = written.starts_with(b"0x")
            || written
                .iter()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b'.' | b'e' | b'E' | b'+' | b'-'));
        let help = match is_number {
            true => "write a decimal number such as `25`",
            false => "write a decimal number such as `25`, or text in double quotes",
        };
        Err(self.error(len, "not a number of JSON".to_owned(), help))
    }

    fn digits(&mut self) -> usize {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.pos += count;
        count
    }

    #[cold]
    fn comment(&mut self) -> Result<(), Box<SyntaxError>> {
        let rest = self.text.get(self.pos..).unwrap_or_default();
        let len = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(body) = rest.strip_prefix("/*") {
            match body.find("*/") {
                Some(end) => end + 4,
                None => {
                    return Err(self.error(2, "the comment has no end".to_owned(), "close it with `*/`"));
                }
            }
        } else {
            return Err(self.unexpected("a value, a key or a comment", "a comment begins with `//` or `/*`"));
        };
        self.pos += len;
        Ok(())
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.pos).copied()
    }

    #[inline]
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.pos..).unwrap_or_default()
    }
}

/// Returns whether a word or number goes on with a byte.
const fn goes_on(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
