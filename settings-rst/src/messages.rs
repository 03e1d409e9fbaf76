//! System messages, with docutils' levels, lines and texts.

use std::fmt;

use crate::block::Indented;
use crate::parser::{Machine, Parser};
use crate::source::LineNo;
use crate::tag::{AttrName, Tag};
use crate::text::unescape;
use crate::tree::{NodeId, Str, Value};

/// The severity of a system message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// A note that can be ignored.
    Info = 1,
    /// A minor fault; the output may be wrong.
    Warning = 2,
    /// A fault that loses or changes content.
    Error = 3,
    /// A fault that ends the parse of a part.
    Severe = 4,
}

impl Level {
    /// Returns the name of the level, as docutils prints it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Level::Info => "INFO",
            Level::Warning => "WARNING",
            Level::Error => "ERROR",
            Level::Severe => "SEVERE",
        }
    }

    pub(crate) fn from_number(number: i64) -> Level {
        match number {
            1 => Level::Info,
            2 => Level::Warning,
            3 => Level::Error,
            _ => Level::Severe,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The place that a message is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum About {
    /// A line, as docutils counts it. Docutils looks up a number that is not positive from the end of the page.
    Line(i64),
    /// The line that the outermost reader is at.
    Reader,
    /// No line.
    Nowhere,
}

impl From<LineNo> for About {
    fn from(line: LineNo) -> Self {
        About::Line(line.count())
    }
}

impl Parser<'_> {
    /// A message that is not in the tree yet.
    pub(crate) fn message(&mut self, level: Level, text: &str, about: About) -> NodeId {
        let line = match about {
            About::Line(line) if line > 0 => line,
            About::Line(line) => line + self.page.page_lines,
            About::Reader if self.page.root_line > 0 => i64::from(self.page.root_line),
            About::Reader => self.page.page_lines,
            About::Nowhere => 0,
        };
        let message = self.page.tree.add(Tag::SystemMessage, 0..0, LineNo::new(line));
        self.set_int(message, AttrName::Level, level as i64);
        if line > 0 {
            self.set_int(message, AttrName::Line, line);
        }
        let source = self.page.tree.make("test data");
        self.page.tree.push(message, AttrName::Source, Value::Str(source));
        let name = self.page.tree.make(level.as_str());
        self.page.tree.push(message, AttrName::Type, Value::Str(name));
        self.message_paragraph(message, text);
        message
    }

    pub(crate) fn message_paragraph(&mut self, message: NodeId, text: &str) {
        let paragraph = self.page.tree.add(Tag::Paragraph, 0..0, LineNo::NONE);
        let text = if text.contains('\0') {
            self.page.tree.make(&unescape(text))
        } else {
            self.page.tree.make(text)
        };
        self.text_child(paragraph, text, 0..0);
        self.page.tree.append(message, paragraph);
    }

    /// A message that shows the source that it is about.
    pub(crate) fn message_about(&mut self, level: Level, text: &str, source: Str, about: About) -> NodeId {
        let message = self.message(level, text, about);
        let block = self.fixed(Tag::LiteralBlock, source, 0..0, LineNo::NONE);
        self.page.tree.append(message, block);
        message
    }

    pub(crate) fn info(&mut self, text: &str, line: i64) -> NodeId {
        self.message(Level::Info, text, About::Line(line))
    }

    pub(crate) fn warning(&mut self, text: &str, line: i64) -> NodeId {
        self.message(Level::Warning, text, About::Line(line))
    }

    pub(crate) fn error(&mut self, text: &str, line: i64) -> NodeId {
        self.message(Level::Error, text, About::Line(line))
    }

    /// Warns about a construct that no blank line ends.
    pub(crate) fn check_finish(&mut self, m: &Machine, what: &str, blank_finish: bool) {
        if !blank_finish {
            let warning = self.unindent_warning(m, what);
            self.append(m.node, warning);
        }
    }

    pub(crate) fn unindent_warning(&mut self, m: &Machine, what: &str) -> NodeId {
        self.warning(&format!("{what} ends without a blank line; unexpected unindent."), m.abs_line() + 1)
    }

    /// Keeps a block that is nested too deeply as literal text under a severe message.
    pub(crate) fn too_deep(&mut self, block: Indented, node: NodeId) {
        let text = self.join(block.view);
        let line = self.number(block.view, 0);
        let words = "Blocks are nested too deep; the rest is kept as literal text.";
        let message = self.message_about(Level::Severe, words, text, line.into());
        self.append(node, message);
    }
}
