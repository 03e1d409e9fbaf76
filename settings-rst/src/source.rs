//! The source as lines: line ends, tabs, trailing blanks; and the way back to the bytes as they were written.

use std::borrow::Cow;

use super::chars::{find_byte, is_space, tail};

const TAB: usize = 8;

/// One line of a view: a byte range of the text, and its number on the page (from 1).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Line {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) number: u32,
}

impl Line {
    pub(super) fn is_blank(self) -> bool {
        self.start >= self.end
    }
}

/// From positions of the expanded text back to the source's bytes. Empty: they are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct OffsetMap {
    points: Vec<(u32, u32)>,
}

impl OffsetMap {
    /// The source position of a text position.
    pub(super) fn source(&self, at: u32) -> u32 {
        let after = self.points.partition_point(|&(text, _)| text <= at);
        let Some(&(text, source)) = after.checked_sub(1).and_then(|i| self.points.get(i)) else { return at };
        let mapped = source + (at - text);
        self.points.get(after).map_or(mapped, |&(_, next)| mapped.min(next))
    }

    pub(super) fn is_identity(&self) -> bool {
        self.points.is_empty()
    }

    fn push(&mut self, text: usize, source: usize) {
        self.points.push((text as u32, source as u32));
    }
}

/// The text that is parsed, and how to get from it to the source.
pub(super) struct Expanded<'s> {
    pub(super) text: Cow<'s, str>,
    pub(super) map: OffsetMap,
}

/// Ends every line with a newline, expands tabs, turns form feeds and vertical tabs into blanks.
///
/// A source that has none of these (the usual case) is taken as it is.
pub(super) fn expand(source: &str) -> Expanded<'_> {
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

/// A control character, or the first byte of a line end outside of ASCII.
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

/// The lines of an expanded text, blanks at their ends left out.
pub(super) fn lines(text: &str) -> Vec<Line> {
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

fn line(text: &str, start: usize, end: usize, number: u32) -> Line {
    let bytes = text.as_bytes();
    let mut stop = end;
    while stop > start && bytes.get(stop - 1) == Some(&b' ') {
        stop -= 1;
    }
    let last = bytes.get(stop.wrapping_sub(1)).copied().unwrap_or(b'x');
    if stop > start && !(b' '..0x80).contains(&last) {
        stop = start + text.get(start..stop).map_or(0, |s| s.trim_end_matches(is_space).len());
    }
    Line { start: start as u32, end: stop as u32, number }
}
