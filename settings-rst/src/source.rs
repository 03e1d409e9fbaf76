//! The source as lines: line ends, tabs, trailing blanks, and the map back to the bytes of the source.

use std::borrow::Cow;
use std::num::NonZeroU32;

use crate::chars::{find_byte, is_space, tail};

const TAB: usize = 8;

/// The number of a line of the page, from 1, if it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LineNo(Option<NonZeroU32>);

impl LineNo {
    /// No line, or none that is known.
    pub(crate) const NONE: LineNo = LineNo(None);

    /// Line `number`; unknown for 0, negative numbers and numbers that are too large.
    pub(crate) fn new(number: i64) -> LineNo {
        LineNo(u32::try_from(number).ok().and_then(NonZeroU32::new))
    }

    pub(crate) fn is_known(self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn get(self) -> Option<usize> {
        self.0.map(|number| number.get() as usize)
    }

    /// The number as docutils counts: 0 for an unknown line.
    pub(crate) fn count(self) -> i64 {
        self.0.map_or(0, |number| i64::from(number.get()))
    }
}

/// One line of a view: a byte range of the text, and its number on the page.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Line {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) number: LineNo,
}

impl Line {
    pub(crate) fn is_blank(self) -> bool {
        self.start >= self.end
    }
}

/// A map from positions in the expanded text to the bytes of the source. It is empty if they are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct OffsetMap {
    points: Vec<(u32, u32)>,
}

impl OffsetMap {
    /// Returns the source position of a text position.
    pub(crate) fn source(&self, at: u32) -> u32 {
        let after = self.points.partition_point(|&(text, _)| text <= at);
        let Some(&(text, source)) = after.checked_sub(1).and_then(|i| self.points.get(i)) else { return at };
        let mapped = source + (at - text);
        self.points.get(after).map_or(mapped, |&(_, next)| mapped.min(next))
    }

    pub(crate) fn is_identity(&self) -> bool {
        self.points.is_empty()
    }

    fn push(&mut self, text: usize, source: usize) {
        self.points.push((text as u32, source as u32));
    }
}

/// The text that is parsed, and the map from it to the source.
pub(crate) struct Expanded<'s> {
    pub(crate) text: Cow<'s, str>,
    pub(crate) map: OffsetMap,
}

/// Ends every line with a newline, expands tabs, and turns form feeds and vertical tabs into blanks.
///
/// A source that has none of these (the usual case) is borrowed.
pub(crate) fn expand(source: &str) -> Expanded<'_> {
    if is_plain(source) {
        return Expanded { text: Cow::Borrowed(source), map: OffsetMap::default() };
    }
    let mut text = String::with_capacity(source.len() + source.len() / 8);
    let mut map = OffsetMap::default();
    map.push(0, 0);
    let mut rest = source;
    // The column that the text has reached at its byte `counted`.
    let (mut column, mut counted) = (0, 0);
    while let Some(at) = find_byte(rest.as_bytes(), may_be_special) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        text.push_str(before);
        let Some(c) = after.chars().next() else { break };
        let next = tail(after, c.len_utf8());
        let source_at = source.len() - after.len();
        rest = next;
        match c {
            '\t' => {
                column = match tail(&text, counted).rsplit_once('\n') {
                    Some((_, line)) => line.chars().count(),
                    None => column + tail(&text, counted).chars().count(),
                };
                let width = TAB - column % TAB;
                map.push(text.len(), source_at);
                text.extend(std::iter::repeat_n(' ', width));
                map.push(text.len(), source_at + 1);
                column += width;
                counted = text.len();
            }
            '\x0B' | '\x0C' => text.push(' '),
            '\r' | '\x1C'..='\x1E' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                text.push('\n');
                if c == '\r' {
                    rest = next.strip_prefix('\n').unwrap_or(next);
                }
                let length = after.len() - rest.len();
                if length != 1 {
                    map.push(text.len(), source_at + length);
                }
            }
            c => text.push(c),
        }
    }
    text.push_str(rest);
    Expanded { text: Cow::Owned(text), map }
}

/// Returns true for a control character, or the first byte of a line end outside ASCII.
fn may_be_special(b: u8) -> bool {
    ((b < 0x20) & (b != b'\n')) | (b == 0xC2) | (b == 0xE2)
}

fn is_plain(source: &str) -> bool {
    let special = source.bytes().fold(false, |seen, b| seen | ((b < 0x20) & (b != b'\n')));
    if special {
        return false;
    }
    let bytes = source.as_bytes();
    memchr::memchr2_iter(0xC2, 0xE2, bytes).all(|i| {
        !matches!(
            (bytes.get(i), bytes.get(i + 1), bytes.get(i + 2)),
            (Some(0xC2), Some(0x85), _) | (Some(0xE2), Some(0x80), Some(0xA8 | 0xA9))
        )
    })
}

/// Splits an expanded text into lines, without blanks at their ends.
pub(crate) fn lines(text: &str) -> Vec<Line> {
    let bytes = text.as_bytes();
    let mut lines = Vec::with_capacity(text.len() / 40 + 1);
    let mut start = 0;
    let mut number = 1;
    for end in memchr::memchr_iter(b'\n', bytes) {
        lines.push(line(text, start, end, number));
        start = end + 1;
        number += 1;
    }
    if start < bytes.len() {
        lines.push(line(text, start, bytes.len(), number));
    }
    lines
}

fn line(text: &str, start: usize, end: usize, number: i64) -> Line {
    let bytes = text.as_bytes();
    let mut stop = end;
    while stop > start && bytes.get(stop - 1) == Some(&b' ') {
        stop -= 1;
    }
    let last = bytes.get(stop.wrapping_sub(1)).copied().unwrap_or(b'x');
    if stop > start && !(b' '..0x80).contains(&last) {
        stop = start + text.get(start..stop).map_or(0, |s| s.trim_end_matches(is_space).len());
    }
    Line { start: start as u32, end: stop as u32, number: LineNo::new(number) }
}
