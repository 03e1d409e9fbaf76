//! Indented blocks: their ends, and the indent that is cut off their lines.

use crate::chars::{is_space, tail};
use crate::parser::{Machine, Parser, View};
use crate::source::Line;

/// A block cut out of a view. Its lines are on top of the stack until they are truncated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Indented {
    pub(crate) view: View,
    /// True if a blank line or the end of the view follows.
    pub(crate) blank_finish: bool,
}

/// Options for cutting a block out of a view.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cut {
    pub(crate) until_blank: bool,
    pub(crate) keep_indent: bool,
    pub(crate) keep_top: bool,
    /// The indent of the whole block in characters, if it is known.
    pub(crate) block: Option<usize>,
    /// The bytes to cut off the first line, if they are known.
    pub(crate) first: Option<usize>,
}

impl<'s> Parser<'s> {
    /// Removes the first `count` characters of a line.
    pub(crate) fn trim_left(&self, line: Line, count: usize) -> Line {
        let text = self.slice(line);
        let bytes = text.as_bytes();
        let cut = if bytes.len() <= count && text.is_ascii() {
            bytes.len()
        } else if bytes.get(..count).is_some_and(<[u8]>::is_ascii) {
            count
        } else {
            text.char_indices().nth(count).map_or(bytes.len(), |(i, _)| i)
        };
        Line { start: line.start + cut as u32, ..line }
    }

    /// Cuts out the block of indented lines that begins at the current line. Moves the reader to its last line.
    pub(crate) fn cut_block(&mut self, m: &mut Machine, cut: Cut) -> Indented {
        let start = m.index();
        let (end, indent, blank_finish) = self.measure(m.view, start, cut);
        let count = end.saturating_sub(start);
        let first = self.lines.len();
        for i in start..end {
            let Some(line) = self.line(m.view, i) else { break };
            let line = match cut.first {
                Some(bytes) if i == start && self.slice(line).is_char_boundary(bytes) => {
                    Line { start: line.start + bytes as u32, ..line }
                }
                Some(count) if i == start => self.trim_left(line, count),
                _ if cut.keep_indent || indent == 0 => line,
                _ => self.trim_left(line, indent),
            };
            self.lines.push(line);
        }
        let mut view = View { first, end: self.lines.len(), offset: m.view.offset + start as i64 };
        if count > 0 || cut.first.is_some() {
            self.goto(m, m.at + count as isize - 1);
        }
        if !cut.keep_top {
            while !view.is_empty() && self.line(view, 0).is_some_and(|line| self.is_blank_text(line)) {
                view = view.skip(1);
            }
        }
        Indented { view, blank_finish }
    }

    fn is_blank_text(&self, line: Line) -> bool {
        line.is_blank() || self.slice(line).chars().all(is_space)
    }

    fn measure(&self, view: View, start: usize, cut: Cut) -> (usize, usize, bool) {
        let lines = self.lines.get(view.first..view.end).unwrap_or_default();
        let mut indent = cut.block;
        let mut end = start + usize::from(cut.first.is_some());
        for line in lines.iter().skip(end) {
            if line.is_blank() {
                if cut.until_blank {
                    return (end, indent.unwrap_or(0), true);
                }
                end += 1;
                continue;
            }
            let text = self.slice(*line);
            let short = !text.starts_with(' ')
                || cut.block.is_some_and(|block| text.chars().take(block).any(|c| !is_space(c)));
            if short {
                let blank = end > start && lines.get(end - 1).is_some_and(|line| line.is_blank());
                return (end, indent.unwrap_or(0), blank);
            }
            if cut.block.is_none() {
                let own = indent_of(text);
                indent = Some(indent.map_or(own, |indent| indent.min(own)));
            }
            end += 1;
        }
        (end.min(lines.len()), indent.unwrap_or(0), true)
    }

    /// Returns the lines up to the next blank one. An indented line ends the block early; its index is returned too.
    pub(crate) fn text_block(&mut self, m: &mut Machine, flush_left: bool) -> (View, Option<usize>) {
        let start = m.index();
        let mut end = start;
        let mut indented = None;
        while let Some(line) = self.line(m.view, end) {
            if line.is_blank() {
                break;
            }
            if flush_left && self.slice(line).starts_with(' ') {
                indented = Some(end);
                break;
            }
            end += 1;
        }
        let block = View {
            first: m.view.first + start,
            end: m.view.first + end,
            offset: m.view.offset + start as i64,
        };
        self.goto(m, end as isize - 1);
        (block, indented)
    }
}

/// Counts the characters of leading whitespace.
pub(crate) fn indent_of(text: &str) -> usize {
    let spaces = text.bytes().take_while(|&b| b == b' ').count();
    match text.as_bytes().get(spaces) {
        Some(&b) if !(b' '..0x80).contains(&b) => {
            spaces + tail(text, spaces).chars().take_while(|&c| is_space(c)).count()
        }
        _ => spaces,
    }
}
