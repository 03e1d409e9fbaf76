//! What all parts of the parser share: the stack of line views, the tree, where the reader stands.

use std::collections::HashMap;

use super::chars::{cut, trim};
use super::directive::DirectiveRecord;
use super::names::Names;
use super::roles::Roles;
use super::source::Line;
use super::table::TableRecord;
use super::tag::{AttrName, Tag};
use super::tree::{NodeId, Str, Tree, Value};
use super::{Dialect, Options};

/// Blocks nested deeper than this are kept as literal text: a bound for the stack.
pub(super) const MAX_DEPTH: usize = 100;

/// Consecutive lines of the stack, each with its own left edge.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub(super) first: usize,
    pub(super) end: usize,
    /// Lines of the page before the view, as the enclosing constructs count them.
    pub(super) offset: i64,
}

impl View {
    pub(super) fn len(self) -> usize {
        self.end.saturating_sub(self.first)
    }

    pub(super) fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The lines from `skip` on.
    pub(super) fn skip(self, skip: usize) -> View {
        View { first: (self.first + skip).min(self.end), end: self.end, offset: self.offset + skip as i64 }
    }

    /// The first `count` lines.
    pub(super) fn take(self, count: usize) -> View {
        View { end: (self.first + count).min(self.end), ..self }
    }
}

/// A reader of one view that fills one node.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    pub(super) view: View,
    /// The line looked at, from 0; -1 before the first.
    pub(super) at: isize,
    pub(super) node: NodeId,
    /// Whether section titles may stand here.
    pub(super) titles: bool,
    /// Correction of the section level where titles go into a node apart from the tree.
    pub(super) level_offset: i64,
    pub(super) root: bool,
    /// Whether this reads the body of a substitution definition.
    pub(super) substitution: bool,
}

impl Machine {
    pub(super) fn new(view: View, node: NodeId) -> Self {
        Machine { view, at: -1, node, titles: false, level_offset: 0, root: false, substitution: false }
    }

    /// The number of the line looked at, as the enclosing constructs count.
    pub(super) fn abs_line(&self) -> i64 {
        self.at as i64 + self.view.offset + 1
    }

    pub(super) fn at_eof(&self) -> bool {
        self.at >= self.view.len() as isize - 1
    }
}

/// The style of a section title: the underline's character, and the overline's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) over: Option<u8>,
    pub(super) under: u8,
}

pub(super) struct Parser<'s> {
    pub(super) text: &'s str,
    pub(super) lines: Vec<Line>,
    pub(super) tree: Tree,
    pub(super) options: Options,
    pub(super) names: Names,
    pub(super) roles: Roles,
    pub(super) styles: Vec<Style>,
    /// Lines of the whole page.
    pub(super) page_lines: i64,
    /// The line any reader last looked at; 0 past the end.
    pub(super) current_line: u32,
    /// The line where the outermost reader stands.
    pub(super) root_line: u32,
    pub(super) depth: usize,
    pub(super) directives: Vec<DirectiveRecord>,
    pub(super) tables: Vec<TableRecord>,
    /// Lines of all table cells.
    pub(super) cell_lines: Vec<Str>,
    /// Lines of the items of a list that is to become a table; none: not wanted.
    pub(super) item_lines: Option<HashMap<NodeId, std::ops::Range<u32>>>,
    /// Buffers of the inline parser, kept to be used again.
    pub(super) prose: String,
    pub(super) pieces: Vec<(u32, u32)>,
    pub(super) decoration: Decoration,
    /// What is printed below a `pending` node.
    pub(super) pending: HashMap<NodeId, Vec<String>>,
}

/// What directives have put at the page's start: metadata, header and footer.
#[derive(Debug, Default)]
pub(super) struct Decoration {
    pub(super) node: Option<NodeId>,
    pub(super) header: Option<NodeId>,
    pub(super) footer: Option<NodeId>,
    /// The last known of the metadata at the page's start.
    pub(super) meta: Option<NodeId>,
}

impl<'s> Parser<'s> {
    pub(super) fn new(text: &'s str, lines: Vec<Line>, options: Options) -> Self {
        Parser {
            text,
            lines,
            tree: Tree::default(),
            options,
            names: Names::default(),
            roles: Roles::default(),
            styles: Vec::new(),
            page_lines: 0,
            current_line: 0,
            root_line: 0,
            depth: 0,
            directives: Vec::new(),
            tables: Vec::new(),
            cell_lines: Vec::new(),
            item_lines: None,
            prose: String::new(),
            pieces: Vec::new(),
            decoration: Decoration::default(),
            pending: HashMap::new(),
        }
    }

    pub(super) fn is_sphinx(&self) -> bool {
        self.options.dialect == Dialect::Sphinx
    }

    pub(super) fn slice(&self, line: Line) -> &'s str {
        cut(self.text, line.start as usize, line.end as usize)
    }

    /// The `i`-th line of a view.
    pub(super) fn line(&self, view: View, i: usize) -> Option<Line> {
        if i < view.len() { self.lines.get(view.first + i).copied() } else { None }
    }

    /// The `i`-th line's text; nothing past the end.
    pub(super) fn line_text(&self, view: View, i: usize) -> &'s str {
        self.line(view, i).map_or("", |line| self.slice(line))
    }

    /// The line a reader looks at.
    pub(super) fn here(&self, m: &Machine) -> Option<Line> {
        usize::try_from(m.at).ok().and_then(|at| self.line(m.view, at))
    }

    pub(super) fn here_text(&self, m: &Machine) -> &'s str {
        self.here(m).map_or("", |line| self.slice(line))
    }

    /// Moves a reader.
    pub(super) fn goto(&mut self, m: &mut Machine, at: isize) {
        m.at = at;
        self.current_line = self.here(m).map_or(0, |line| line.number);
        if m.root {
            self.root_line = (at + 1).max(0) as u32;
        }
    }

    /// Reads the further members of a list. The outermost reader counts as standing at the first one meanwhile.
    pub(super) fn members(&mut self, m: &mut Machine, read: impl FnOnce(&mut Self, &mut Machine)) {
        let root = std::mem::replace(&mut m.root, false);
        read(self, m);
        m.root = root;
        self.goto(m, m.at);
    }

    /// Moves a reader by some lines; false past the end.
    pub(super) fn advance(&mut self, m: &mut Machine, by: isize) -> bool {
        self.goto(m, m.at + by);
        m.at < m.view.len() as isize
    }

    pub(super) fn is_next_blank(&self, m: &Machine) -> bool {
        usize::try_from(m.at + 1).ok().and_then(|at| self.line(m.view, at)).is_none_or(|line| line.is_blank())
    }

    /// The page's number of a view's line.
    pub(super) fn number(&self, view: View, i: usize) -> u32 {
        self.line(view, i).map_or(0, |line| line.number)
    }

    /// The lines of a view put together, newlines between.
    pub(super) fn join(&mut self, view: View) -> Str {
        self.join_with(view, "\n")
    }

    pub(super) fn join_with(&mut self, view: View, separator: &str) -> Str {
        let lines = self.lines.get(view.first..view.end).unwrap_or_default();
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return Str::default() };
        if separator == "\n" && self.are_adjacent(lines) {
            return Str::source(first.start as usize, last.end as usize);
        }
        let text = self.text;
        let parts = lines.iter().enumerate().flat_map(|(i, line)| {
            [if i > 0 { separator } else { "" }, cut(text, line.start as usize, line.end as usize)]
        });
        self.tree.make_all(parts)
    }

    /// Whether the lines follow one another in the text with nothing but a newline between.
    pub(super) fn are_adjacent(&self, lines: &[Line]) -> bool {
        lines.windows(2).all(|pair| match pair {
            [a, b] => b.start == a.end + 1,
            _ => true,
        })
    }

    /// The text of a view as a string of its own.
    pub(super) fn joined(&self, view: View) -> String {
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

    pub(super) fn str(&self, text: Str) -> &str {
        self.tree.str(self.text, text)
    }

    /// Puts a copy of the lines on the stack; they must be taken off again with `truncate`.
    pub(super) fn push_view(&mut self, lines: impl IntoIterator<Item = Line>, offset: i64) -> View {
        let first = self.lines.len();
        self.lines.extend(lines);
        View { first, end: self.lines.len(), offset }
    }

    pub(super) fn trimmed_end(&self, mut view: View) -> View {
        while !view.is_empty() && self.line(view, view.len() - 1).is_some_and(Line::is_blank) {
            view.end -= 1;
        }
        view
    }

    /// The source span from a view's first to its last line.
    pub(super) fn span(&self, view: View) -> std::ops::Range<u32> {
        let start = self.line(view, 0).map_or(0, |line| line.start);
        let end = view.len().checked_sub(1).and_then(|i| self.line(view, i)).map_or(start, |line| line.end);
        start..end.max(start)
    }

    /// A new child.
    pub(super) fn child(
        &mut self,
        parent: NodeId,
        tag: Tag,
        span: std::ops::Range<u32>,
        line: u32,
    ) -> NodeId {
        let node = self.tree.add(tag, span, line);
        self.append(parent, node);
        node
    }

    /// Appends, and notes the current line where the node has none yet.
    pub(super) fn append(&mut self, parent: NodeId, node: NodeId) {
        if self.tree.line(node) == 0 {
            self.tree.set_line(node, self.current_line);
        }
        self.tree.append(parent, node);
    }

    pub(super) fn append_all(&mut self, parent: NodeId, nodes: impl IntoIterator<Item = NodeId>) {
        for node in nodes {
            self.append(parent, node);
        }
    }

    /// A text child; none where the text is empty.
    pub(super) fn text_child(&mut self, parent: NodeId, text: Str, span: std::ops::Range<u32>) {
        let node = self.tree.add(Tag::Text, span, 0);
        self.tree.set_text(node, text);
        self.tree.append(parent, node);
    }

    /// A node that holds text as it stands (`xml:space="preserve"`).
    pub(super) fn fixed(&mut self, tag: Tag, text: Str, span: std::ops::Range<u32>, line: u32) -> NodeId {
        let node = self.tree.add(tag, span.clone(), line);
        self.preserve_space(node);
        if !self.str(text).is_empty() {
            self.text_child(node, text, span);
        }
        node
    }

    pub(super) fn preserve_space(&mut self, node: NodeId) {
        let preserve = self.tree.make("preserve");
        self.tree.push(node, AttrName::XmlSpace, Value::Str(preserve));
    }

    /// A node's text, children's included.
    pub(super) fn plain_text(&self, node: NodeId) -> String {
        let mut text = String::new();
        self.tree.plain_text(self.text, node, &mut text);
        text
    }

    pub(super) fn set_str(&mut self, node: NodeId, name: AttrName, text: &str) {
        let text = self.tree.make(text);
        self.tree.push(node, name, Value::Str(text));
    }

    pub(super) fn set_int(&mut self, node: NodeId, name: AttrName, value: i64) {
        self.tree.push(node, name, Value::Int(value));
    }

    pub(super) fn add_item(&mut self, node: NodeId, name: AttrName, text: &str) {
        let text = self.tree.make(text);
        self.tree.push(node, name, Value::Item(text));
    }

    /// Where `part` stands in the parsed text, if it is a slice of it.
    pub(super) fn position(&self, part: &str) -> u32 {
        let base = self.text.as_ptr() as usize;
        let at = part.as_ptr() as usize;
        if at >= base && at + part.len() <= base + self.text.len() { (at - base) as u32 } else { 0 }
    }

    /// The line trimmed of whitespace at both ends.
    pub(super) fn trim_line(&self, line: Line) -> Line {
        let text = self.slice(line);
        let trimmed = trim(text);
        let start = line.start + (trimmed.as_ptr() as usize - text.as_ptr() as usize) as u32;
        Line { start, end: start + trimmed.len() as u32, number: line.number }
    }

    /// Exchanges all that belongs to the page, leaving each its own text.
    pub(super) fn swap_state(&mut self, other: &mut Parser<'_>) {
        use std::mem::swap;
        swap(&mut self.tree, &mut other.tree);
        swap(&mut self.names, &mut other.names);
        swap(&mut self.roles, &mut other.roles);
        swap(&mut self.styles, &mut other.styles);
        swap(&mut self.page_lines, &mut other.page_lines);
        swap(&mut self.current_line, &mut other.current_line);
        swap(&mut self.root_line, &mut other.root_line);
        swap(&mut self.depth, &mut other.depth);
        swap(&mut self.pending, &mut other.pending);
        swap(&mut self.decoration, &mut other.decoration);
    }

    /// The same parser over another text.
    pub(super) fn with_lines<'t>(self, text: &'t str) -> Parser<'t> {
        Parser {
            text,
            lines: super::source::lines(text),
            tree: self.tree,
            options: self.options,
            names: self.names,
            roles: self.roles,
            styles: self.styles,
            page_lines: self.page_lines,
            current_line: self.current_line,
            root_line: self.root_line,
            depth: self.depth,
            directives: Vec::new(),
            tables: Vec::new(),
            cell_lines: Vec::new(),
            item_lines: None,
            prose: self.prose,
            pieces: self.pieces,
            decoration: self.decoration,
            pending: self.pending,
        }
    }
}
