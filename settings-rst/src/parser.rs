//! The state of the parser: the stack of lines, the page that is being built, and its readers.

use std::collections::HashMap;
use std::ops::Range;

use crate::chars::{cut, trim};
use crate::directive::DirectiveRecord;
use crate::names::Names;
use crate::roles::Roles;
use crate::source::{self, Line, LineNo};
use crate::table::TableRecord;
use crate::tag::{AttrName, Tag};
use crate::tree::{NodeId, Str, Tree, Value};
use crate::{Dialect, Options};

/// Blocks nested deeper than this are kept as literal text. This bounds the stack.
pub(crate) const MAX_DEPTH: usize = 100;

/// Consecutive lines on the stack, each with its own left edge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    pub(crate) first: usize,
    pub(crate) end: usize,
    /// The number of lines of the page before the view, as the enclosing constructs count them.
    pub(crate) offset: i64,
}

impl View {
    pub(crate) fn len(self) -> usize {
        self.end.saturating_sub(self.first)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Returns the lines from `skip` on.
    pub(crate) fn skip(self, skip: usize) -> View {
        View { first: (self.first + skip).min(self.end), end: self.end, offset: self.offset + skip as i64 }
    }

    /// Returns the first `count` lines.
    pub(crate) fn take(self, count: usize) -> View {
        View { end: (self.first + count).min(self.end), ..self }
    }
}

/// A reader of one view that adds to one node.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(crate) view: View,
    /// The index of the line looked at; -1 before the first. It counts as docutils' state machine does, which steps
    /// before it reads.
    pub(crate) at: isize,
    pub(crate) node: NodeId,
    /// The node that the reader began with. In docutils it is not part of the tree while it is filled.
    pub(crate) base: NodeId,
    /// Section titles are allowed.
    pub(crate) titles: bool,
    /// The number of sections around a node that is not in the tree yet.
    pub(crate) level_offset: i64,
    pub(crate) root: bool,
    /// This reader reads the body of a substitution definition.
    pub(crate) substitution: bool,
}

impl Machine {
    pub(crate) fn new(view: View, node: NodeId) -> Self {
        Machine {
            view,
            at: -1,
            node,
            base: node,
            titles: false,
            level_offset: 0,
            root: false,
            substitution: false,
        }
    }

    /// Returns the number of the line looked at, as the enclosing constructs count.
    pub(crate) fn abs_line(&self) -> i64 {
        self.at as i64 + self.view.offset + 1
    }

    /// The index of the line looked at; 0 before the first.
    pub(crate) fn index(&self) -> usize {
        usize::try_from(self.at).unwrap_or(0)
    }

    /// Returns true if all lines have been read.
    pub(crate) fn is_past_end(&self) -> bool {
        self.at >= self.view.len() as isize
    }

    /// Returns true if the line looked at is the last, or after the last.
    pub(crate) fn at_eof(&self) -> bool {
        self.at >= self.view.len() as isize - 1
    }
}

/// The style of a section title: the characters of its overline and underline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) over: Option<u8>,
    pub(crate) under: u8,
}

/// The state of one parse over one text.
///
/// A text that is not part of the source (a CSV cell, a subtitle) is parsed by a second parser that borrows the
/// page of the first; see [`Parser::with_text`].
pub(crate) struct Parser<'s> {
    pub(crate) text: &'s str,
    /// The stack of lines that [`View`]s refer to; the lines of the text come first.
    pub(crate) lines: Vec<Line>,
    pub(crate) page: Page,
    pub(crate) records: Records,
    pub(crate) scratch: Scratch,
}

/// The page that is being built, whichever text is being read.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) options: Options,
    pub(crate) tree: Tree,
    pub(crate) names: Names,
    pub(crate) roles: Roles,
    pub(crate) styles: Vec<Style>,
    /// The number of lines of the page.
    pub(crate) page_lines: i64,
    /// The line that the innermost reader looked at last; unknown past the end.
    pub(crate) current_line: LineNo,
    /// The line that the outermost reader is at; 0 before the first.
    pub(crate) root_line: u32,
    /// The nesting depth of the block that is being read.
    pub(crate) depth: usize,
    pub(crate) decoration: Decoration,
    /// The lines that are printed below a `pending` node.
    pub(crate) pending: HashMap<NodeId, Vec<String>>,
}

/// The directives and tables of one text, with positions in it.
#[derive(Default)]
pub(crate) struct Records {
    pub(crate) directives: Vec<DirectiveRecord>,
    pub(crate) tables: Vec<TableRecord>,
    /// The lines of all table cells.
    pub(crate) cell_lines: Vec<Str>,
    /// The lines of each list item, while a list is read that becomes a table.
    pub(crate) item_lines: Option<HashMap<NodeId, Range<u32>>>,
}

/// Buffers of the inline parser, kept between blocks to save allocations.
#[derive(Default)]
pub(crate) struct Scratch {
    pub(crate) prose: String,
    pub(crate) pieces: Vec<(u32, u32)>,
}

/// Nodes that directives have put at the start of the page: metadata, header and footer.
#[derive(Debug, Default)]
pub(crate) struct Decoration {
    pub(crate) node: Option<NodeId>,
    pub(crate) header: Option<NodeId>,
    pub(crate) footer: Option<NodeId>,
    /// The last metadata node known at the start of the page.
    pub(crate) meta: Option<NodeId>,
}

impl<'s> Parser<'s> {
    pub(crate) fn new(text: &'s str, options: Options) -> Self {
        Parser {
            text,
            lines: source::lines(text),
            page: Page { options, ..Page::default() },
            records: Records::default(),
            scratch: Scratch::default(),
        }
    }

    /// Reads a text that is not part of the source. Everything made from it gets `span`.
    pub(crate) fn with_text<R>(
        &mut self,
        text: &str,
        span: Range<u32>,
        read: impl FnOnce(&mut Parser<'_>, View) -> R,
    ) -> R {
        let mark = self.page.tree.mark();
        let mut inner = Parser::new(text, self.page.options);
        std::mem::swap(&mut self.page, &mut inner.page);
        std::mem::swap(&mut self.scratch, &mut inner.scratch);
        let view = View { first: 0, end: inner.lines.len(), offset: 0 };
        let result = read(&mut inner, view);
        inner.page.tree.settle(mark, text, span);
        std::mem::swap(&mut self.page, &mut inner.page);
        std::mem::swap(&mut self.scratch, &mut inner.scratch);
        result
    }

    pub(crate) fn is_sphinx(&self) -> bool {
        self.page.options.dialect == Dialect::Sphinx
    }

    pub(crate) fn slice(&self, line: Line) -> &'s str {
        cut(self.text, line.start as usize, line.end as usize)
    }

    /// Returns the `i`-th line of a view.
    pub(crate) fn line(&self, view: View, i: usize) -> Option<Line> {
        if i < view.len() { self.lines.get(view.first + i).copied() } else { None }
    }

    /// Returns the text of the `i`-th line; it is empty past the end.
    pub(crate) fn line_text(&self, view: View, i: usize) -> &'s str {
        self.line(view, i).map_or("", |line| self.slice(line))
    }

    /// Returns the line that a reader looks at.
    pub(crate) fn here(&self, m: &Machine) -> Option<Line> {
        usize::try_from(m.at).ok().and_then(|at| self.line(m.view, at))
    }

    pub(crate) fn here_text(&self, m: &Machine) -> &'s str {
        self.here(m).map_or("", |line| self.slice(line))
    }

    /// Moves a reader.
    pub(crate) fn goto(&mut self, m: &mut Machine, at: isize) {
        m.at = at;
        self.page.current_line = self.here(m).map_or(LineNo::NONE, |line| line.number);
        if m.root {
            self.page.root_line = (at + 1).max(0) as u32;
        }
    }

    /// Reads further members of a list. The outermost reader counts as being at the first one meanwhile.
    pub(crate) fn members(&mut self, m: &mut Machine, read: impl FnOnce(&mut Self, &mut Machine)) {
        let root = std::mem::replace(&mut m.root, false);
        read(self, m);
        m.root = root;
        self.goto(m, m.at);
    }

    /// Moves a reader by some lines. Returns false past the end.
    pub(crate) fn advance(&mut self, m: &mut Machine, by: isize) -> bool {
        self.goto(m, m.at + by);
        !m.is_past_end()
    }

    pub(crate) fn is_next_blank(&self, m: &Machine) -> bool {
        usize::try_from(m.at + 1).ok().and_then(|at| self.line(m.view, at)).is_none_or(|line| line.is_blank())
    }

    /// Returns the number on the page of the `i`-th line of a view.
    pub(crate) fn number(&self, view: View, i: usize) -> LineNo {
        self.line(view, i).map_or(LineNo::NONE, |line| line.number)
    }

    /// Joins the lines of a view with newlines.
    pub(crate) fn join(&mut self, view: View) -> Str {
        self.join_with(view, "\n")
    }

    pub(crate) fn join_with(&mut self, view: View, separator: &str) -> Str {
        let lines = self.lines.get(view.first..view.end).unwrap_or_default();
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return Str::default() };
        if separator == "\n" && self.are_adjacent(lines) {
            return Str::source(first.start as usize, last.end as usize);
        }
        let text = self.text;
        let parts = lines.iter().enumerate().flat_map(|(i, line)| {
            [if i > 0 { separator } else { "" }, cut(text, line.start as usize, line.end as usize)]
        });
        self.page.tree.make_all(parts)
    }

    /// Returns true if the lines follow one another in the text with only a newline in between.
    pub(crate) fn are_adjacent(&self, lines: &[Line]) -> bool {
        lines.windows(2).all(|pair| match pair {
            [a, b] => b.start == a.end + 1,
            _ => true,
        })
    }

    /// Returns the text of a view.
    pub(crate) fn joined(&self, view: View) -> String {
        let lines = self.lines.get(view.first..view.end).unwrap_or_default();
        let mut joined = String::new();
        for (i, &line) in lines.iter().enumerate() {
            if i > 0 {
                joined.push('\n');
            }
            joined.push_str(self.slice(line));
        }
        joined
    }

    pub(crate) fn str(&self, text: Str) -> &str {
        self.page.tree.str(self.text, text)
    }

    /// Pushes a copy of the lines onto the stack. The caller must remove them with `truncate`.
    pub(crate) fn push_view(&mut self, lines: impl IntoIterator<Item = Line>, offset: i64) -> View {
        let first = self.lines.len();
        self.lines.extend(lines);
        View { first, end: self.lines.len(), offset }
    }

    pub(crate) fn trimmed_end(&self, mut view: View) -> View {
        while !view.is_empty() && self.line(view, view.len() - 1).is_some_and(Line::is_blank) {
            view.end -= 1;
        }
        view
    }

    /// Returns the span from the first to the last line of a view.
    pub(crate) fn span(&self, view: View) -> Range<u32> {
        let start = self.line(view, 0).map_or(0, |line| line.start);
        let end = view.len().checked_sub(1).and_then(|i| self.line(view, i)).map_or(start, |line| line.end);
        start..end.max(start)
    }

    /// Adds a child.
    pub(crate) fn child(&mut self, parent: NodeId, tag: Tag, span: Range<u32>, line: LineNo) -> NodeId {
        let node = self.page.tree.add(tag, span, line);
        self.append(parent, node);
        node
    }

    /// Appends a node, and sets its line to the current one if it has none yet.
    pub(crate) fn append(&mut self, parent: NodeId, node: NodeId) {
        if !self.page.tree.line(node).is_known() {
            self.page.tree.set_line(node, self.page.current_line);
        }
        self.page.tree.append(parent, node);
    }

    pub(crate) fn append_all(&mut self, parent: NodeId, nodes: impl IntoIterator<Item = NodeId>) {
        for node in nodes {
            self.append(parent, node);
        }
    }

    /// Adds a text child.
    pub(crate) fn text_child(&mut self, parent: NodeId, text: Str, span: Range<u32>) {
        let node = self.page.tree.add(Tag::Text, span, LineNo::NONE);
        self.page.tree.set_text(node, text);
        self.page.tree.append(parent, node);
    }

    /// Adds a node with verbatim text (`xml:space="preserve"`).
    pub(crate) fn fixed(&mut self, tag: Tag, text: Str, span: Range<u32>, line: LineNo) -> NodeId {
        let node = self.page.tree.add(tag, span.clone(), line);
        self.preserve_space(node);
        if !self.str(text).is_empty() {
            self.text_child(node, text, span);
        }
        node
    }

    pub(crate) fn preserve_space(&mut self, node: NodeId) {
        let preserve = self.page.tree.make("preserve");
        self.page.tree.push(node, AttrName::XmlSpace, Value::Str(preserve));
    }

    /// Returns the text of a node and all nodes below it.
    pub(crate) fn plain_text(&self, node: NodeId) -> String {
        let mut text = String::new();
        self.page.tree.plain_text(self.text, node, &mut text);
        text
    }

    pub(crate) fn set_str(&mut self, node: NodeId, name: AttrName, text: &str) {
        let text = self.page.tree.make(text);
        self.page.tree.push(node, name, Value::Str(text));
    }

    pub(crate) fn set_int(&mut self, node: NodeId, name: AttrName, value: i64) {
        self.page.tree.push(node, name, Value::Int(value));
    }

    pub(crate) fn add_item(&mut self, node: NodeId, name: AttrName, text: &str) {
        let text = self.page.tree.make(text);
        self.page.tree.push(node, name, Value::Item(text));
    }

    /// Returns the position of `part` in the parsed text, if it is a slice of it.
    pub(crate) fn position(&self, part: &str) -> u32 {
        let base = self.text.as_ptr() as usize;
        let at = part.as_ptr() as usize;
        if at >= base && at + part.len() <= base + self.text.len() { (at - base) as u32 } else { 0 }
    }

    /// Removes whitespace at both ends of a line.
    pub(crate) fn trim_line(&self, line: Line) -> Line {
        let text = self.slice(line);
        let trimmed = trim(text);
        let start = line.start + (trimmed.as_ptr() as usize - text.as_ptr() as usize) as u32;
        Line { start, end: start + trimmed.len() as u32, number: line.number }
    }
}
