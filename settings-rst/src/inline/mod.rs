//! Inline markup: emphasis, literals, references, interpreted text, and standalone URIs.
//!
//! The text of a block is read once from left to right. Escaping backslashes are NUL characters in it.

mod end;
mod interpreted;
mod phrase;
mod reference;
mod role;
mod uri;

use crate::chars::{
    byte, char_at, char_before, cut, find_byte, is_pair, is_space, may_follow, may_precede, tail, trim_end,
};
use crate::parser::{Parser, View};
use crate::source::{Line, LineNo};
use crate::tag::{AttrName, Tag};
use crate::text::{escape, restore, unescape};
use crate::tree::{NodeId, Str, Value};
use end::{End, Ends};

impl Parser<'_> {
    /// Reads the text of a block into `parent`. Returns the messages about it, which belong after the block. Messages
    /// about duplicate names in it go to `place`.
    pub(super) fn inline(&mut self, view: View, line: i64, parent: NodeId, place: NodeId) -> Vec<NodeId> {
        self.inline_with(view, line, parent, place, false)
    }

    /// Reads one line of text; see [`inline`](Self::inline).
    pub(super) fn inline_line(
        &mut self,
        text: Line,
        line: i64,
        parent: NodeId,
        place: NodeId,
    ) -> Vec<NodeId> {
        let mark = self.lines.len();
        let view = self.push_view([text], line - 1);
        let messages = self.inline(view, line, parent, place);
        self.lines.truncate(mark);
        messages
    }

    /// Reads the term and the classifiers of a definition.
    pub(super) fn term(&mut self, text: Line, line: i64, item: NodeId, place: NodeId) -> Vec<NodeId> {
        let mark = self.lines.len();
        let view = self.push_view([text], line - 1);
        let term = self.child(item, Tag::Term, text.start..text.end, text.number);
        let messages = self.inline_with(view, line, term, place, true);
        self.lines.truncate(mark);
        messages
    }

    fn inline_with(
        &mut self,
        view: View,
        line: i64,
        parent: NodeId,
        place: NodeId,
        classifiers: bool,
    ) -> Vec<NodeId> {
        let mut scratch = std::mem::take(&mut self.scratch.prose);
        let mut pieces = std::mem::take(&mut self.scratch.pieces);
        scratch.clear();
        pieces.clear();
        let lines = self.lines.get(view.first..view.end).unwrap_or_default();
        let mut direct = None;
        if let (Some(first), Some(last)) = (lines.first(), lines.last()) {
            let whole = cut(self.text, first.start as usize, last.end as usize);
            if self.are_adjacent(lines) && memchr::memchr2(b'\\', 0, whole.as_bytes()).is_none() {
                direct = Some((whole, first.start));
            } else {
                for (i, &line) in lines.iter().enumerate() {
                    if i > 0 {
                        scratch.push('\n');
                    }
                    pieces.push((scratch.len() as u32, line.start));
                    scratch.push_str(self.slice(line));
                }
                if memchr::memchr(b'\\', scratch.as_bytes()).is_some() {
                    scratch = escape(&scratch);
                }
            }
        }
        let mut inliner = Inliner {
            s: direct.map_or(scratch.as_str(), |(whole, _)| whole),
            direct: direct.map(|(_, start)| start),
            pieces: &pieces,
            parent,
            place,
            line,
            p: self,
            messages: Vec::new(),
            rest: 0,
            pending: 0,
            ends: Ends::default(),
            classifiers,
        };
        inliner.run();
        let messages = inliner.messages;
        self.scratch.prose = scratch;
        self.scratch.pieces = pieces;
        messages
    }
}

/// A pass over one text.
struct Inliner<'a, 'p, 's> {
    s: &'a str,
    /// The start of the text in the parsed text, if it is a slice of it without escapes.
    direct: Option<u32>,
    /// Otherwise, the start of each line in the text and in the parsed text.
    pieces: &'a [(u32, u32)],
    parent: NodeId,
    place: NodeId,
    line: i64,
    p: &'p mut Parser<'s>,
    messages: Vec<NodeId>,
    /// Markup may start here: the text before is not looked at.
    rest: usize,
    /// Text from here on is not in the tree yet.
    pending: usize,
    ends: Ends,
    /// Treat ` : ` in the text as the start of a classifier.
    classifiers: bool,
}

impl<'a> Inliner<'a, '_, '_> {
    fn run(&mut self) {
        let s = self.s;
        let mut at = 0;
        while let Some(found) = next_trigger(s, at) {
            at = match byte(s, found) {
                b'*' => self.star(found),
                b'`' => self.backquote(found),
                b'|' => self.bar(found),
                _ => self.underscore(found),
            };
        }
        self.flush(s.len());
    }

    /// Returns true if markup may start at `at`.
    fn may_start(&self, at: usize) -> bool {
        at == self.rest
            || self.p.page.options.character_level && byte(self.s, at.wrapping_sub(1)) != 0
            || !self.p.page.options.character_level && char_before(self.s, at).is_some_and(may_precede)
    }

    /// Returns true if markup may end at `at`.
    fn may_end(&self, at: usize) -> bool {
        self.p.page.options.character_level || char_at(self.s, at).is_none_or(may_follow)
    }

    fn space_at(&self, at: usize) -> bool {
        char_at(self.s, at).is_some_and(is_space)
    }

    /// Returns true if a start-string is between a pair of quotes or brackets, or at the very end.
    fn is_quoted(&self, start: usize, end: usize) -> bool {
        if start == self.rest {
            return false;
        }
        match (char_before(self.s, start), char_at(self.s, end)) {
            (Some(before), Some(after)) => is_pair(before, after),
            _ => true,
        }
    }

    fn star(&mut self, at: usize) -> usize {
        let strong = byte(self.s, at + 1) == b'*';
        let len = 1 + usize::from(strong);
        if byte(self.s, at.wrapping_sub(1)) == b'['
            && tail(self.s, at + 1).starts_with("]_")
            && self.may_end(at + 3)
            && let Some(next) = self.footnote_reference(at + 2)
        {
            return next;
        }
        if !self.may_start(at) || self.space_at(at + len) {
            return at + 1;
        }
        let (end, tag) = if strong { (End::Strong, Tag::Strong) } else { (End::Emphasis, Tag::Emphasis) };
        self.wrapped(at, len, end, tag)
    }

    /// Reads markup whose text is not parsed further.
    fn wrapped(&mut self, at: usize, len: usize, end: End, tag: Tag) -> usize {
        match self.simple(at, len, end, tag) {
            Ok((node, next)) => {
                self.p.page.tree.append(self.parent, node);
                next
            }
            Err(next) => next,
        }
    }

    fn bar(&mut self, at: usize) -> usize {
        if !self.may_start(at) || byte(self.s, at + 1) == b'|' || self.space_at(at + 1) {
            return at + 1;
        }
        self.substitution_reference(at)
    }

    /// Returns a node without a parent, and the position after it.
    ///
    /// # Errors
    /// The position to continue at if there is no end-string.
    fn simple(&mut self, at: usize, len: usize, end: End, tag: Tag) -> Result<(NodeId, usize), usize> {
        let from = at + len;
        let (text_end, next) = self.find_end(at, len, end, tag.as_str())?;
        self.flush(at);
        let node = self.node(tag, at, next);
        if tag == Tag::Literal {
            let raw = cut(self.s, from, text_end);
            let text = if raw.contains('\0') {
                self.p.page.tree.make(&restore(raw))
            } else {
                self.keep(from, text_end)
            };
            self.text_node(node, text, from, text_end);
        } else {
            self.text(node, from, text_end);
        }
        Ok((node, self.resume(next)))
    }

    /// Returns the end of the text and of the end-string of markup that starts at `at`.
    ///
    /// # Errors
    /// The position to continue at if there is no end-string.
    fn find_end(&mut self, at: usize, len: usize, end: End, what: &str) -> Result<(usize, usize), usize> {
        let from = at + len;
        if self.is_quoted(at, from) {
            self.rest = from;
            return Err(from);
        }
        match self.search_end(end, from) {
            Some((text_end, next)) if text_end > from => Ok((text_end, next)),
            _ => {
                let words = format!("Inline {what} start-string without end-string.");
                Err(self.problem(at, from, &words))
            }
        }
    }

    /// Adds a warning about wrong markup from `start` to `end`, and marks the text. Returns the position to
    /// continue at.
    fn problem(&mut self, start: usize, end: usize, words: &str) -> usize {
        let message = self.p.warning(words, self.line);
        self.problem_with(start, end, message)
    }

    fn problem_with(&mut self, start: usize, end: usize, message: NodeId) -> usize {
        self.flush(start);
        let text = restore(cut(self.s, start, end));
        let node = self.problematic(&text, start, end, message);
        self.p.page.tree.append(self.parent, node);
        self.messages.push(message);
        self.resume(end)
    }

    fn problematic(&mut self, text: &str, start: usize, end: usize, message: NodeId) -> NodeId {
        let id = self.p.set_id(message);
        let node = self.node(Tag::Problematic, start, end);
        let text = self.p.page.tree.make(text);
        self.text_node(node, text, start, end);
        self.p.set_str(node, AttrName::Refid, &id);
        let own = self.p.set_id(node);
        self.p.add_item(message, AttrName::Backrefs, &own);
        node
    }

    fn resume(&mut self, at: usize) -> usize {
        self.rest = at;
        self.pending = at;
        at
    }

    /// Returns the position in the parsed text of a position in the text.
    fn source(&self, at: usize) -> u32 {
        if let Some(start) = self.direct {
            return start + at as u32;
        }
        let after = self.pieces.partition_point(|&(piece, _)| piece as usize <= at);
        after
            .checked_sub(1)
            .and_then(|i| self.pieces.get(i))
            .map_or(0, |&(piece, source)| source + (at as u32 - piece))
    }

    fn node(&mut self, tag: Tag, start: usize, end: usize) -> NodeId {
        let span = self.source(start)..self.source(end);
        self.p.page.tree.add(tag, span, LineNo::NONE)
    }

    /// Returns a piece of the text with its escapes resolved.
    fn keep(&mut self, start: usize, end: usize) -> Str {
        if let Some(base) = self.direct {
            return Str::source(base as usize + start, base as usize + end);
        }
        let raw = cut(self.s, start, end);
        if raw.contains('\0') { self.p.page.tree.make(&unescape(raw)) } else { self.p.page.tree.make(raw) }
    }

    fn text(&mut self, parent: NodeId, start: usize, end: usize) {
        let text = self.keep(start, end);
        self.text_node(parent, text, start, end);
    }

    fn text_node(&mut self, parent: NodeId, text: Str, start: usize, end: usize) {
        let span = self.source(start)..self.source(end);
        self.p.text_child(parent, text, span);
    }

    /// Adds the text up to `to` to the tree, with the URIs in it.
    fn flush(&mut self, to: usize) {
        let from = std::mem::replace(&mut self.pending, to);
        if from < to {
            self.implicit(from, to);
        }
    }

    /// Adds plain text. The term of a definition is split at ` : `.
    fn plain(&mut self, start: usize, end: usize) {
        if start >= end {
            return;
        }
        if !self.classifiers {
            return self.text(self.parent, start, end);
        }
        let mut from = start;
        let mut first = true;
        while let Some((colon, next)) = classifier(cut(self.s, from, end)) {
            let stop = from + if first { trim_end(cut(self.s, from, from + colon)).len() } else { colon };
            self.text(self.parent, from, stop);
            let Some(item) = self.p.page.tree.parent(self.parent) else { return };
            from += next;
            first = false;
            let node = self.node(Tag::Classifier, from, end);
            self.p.append(item, node);
            self.parent = node;
        }
        if from < end {
            self.text(self.parent, from, end);
        }
    }

    fn attr(&mut self, node: NodeId, name: AttrName, text: &str) {
        self.p.set_str(node, name, text);
    }

    fn flag(&mut self, node: NodeId, name: AttrName) {
        self.p.page.tree.push(node, name, Value::Int(1));
    }

    fn raw(&self, start: usize, end: usize) -> &'a str {
        cut(self.s, start, end)
    }
}

/// Returns the start and the end of ` : ` with all its blanks.
fn classifier(text: &str) -> Option<(usize, usize)> {
    let colon = memchr::memmem::find(text.as_bytes(), b" : ")?;
    let before = cut(text, 0, colon + 1).trim_end_matches(' ').len();
    let after = tail(text, colon + 2);
    Some((before, text.len() - after.trim_start_matches(' ').len()))
}

fn next_trigger(s: &str, from: usize) -> Option<usize> {
    let rest = s.as_bytes().get(from..)?;
    find_byte(rest, |b| (b == b'*') | (b == b'`') | (b == b'|') | (b == b'_')).map(|i| from + i)
}
