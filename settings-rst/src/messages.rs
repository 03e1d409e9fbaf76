//! System messages: level, line and words as docutils has them.

use super::block::Indented;
use super::inline::unescape;
use super::parser::{Machine, Parser};
use super::tag::{AttrName, Tag};
use super::tree::{NodeId, Str, Value};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Can be ignored.
    Info = 1,
    /// Should be looked at.
    Warning = 2,
    /// Content was lost or is not what was meant.
    Error = 3,
    /// The page cannot be read on.
    Severe = 4,
}

impl Level {
    /// Docutils' word for the level.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Level::Info => "INFO",
            Level::Warning => "WARNING",
            Level::Error => "ERROR",
            Level::Severe => "SEVERE",
        }
    }

    pub(super) fn from_number(number: i64) -> Level {
        match number {
            1 => Level::Info,
            2 => Level::Warning,
            3 => Level::Error,
            _ => Level::Severe,
        }
    }
}

/// For messages that no line can be given for.
pub(super) const NO_LINE: i64 = i64::MIN;

impl Parser<'_> {
    /// A message without a place in the tree yet. `line` none: where the outermost reader stands.
    pub(super) fn message(&mut self, level: Level, text: &str, line: Option<i64>) -> NodeId {
        let mut line = line.unwrap_or(i64::from(self.root_line));
        if line <= 0 && line != NO_LINE {
            // Docutils looks such a line up from the page's end.
            line += self.page_lines;
        }
        let message = self.tree.add(Tag::SystemMessage, 0..0, line.clamp(0, i64::from(u32::MAX)) as u32);
        self.set_int(message, AttrName::Level, level as i64);
        if line > 0 {
            self.set_int(message, AttrName::Line, line);
        }
        let source = self.tree.make("test data");
        self.tree.push(message, AttrName::Source, Value::Str(source));
        let name = self.tree.make(level.name());
        self.tree.push(message, AttrName::Type, Value::Str(name));
        self.message_paragraph(message, text);
        message
    }

    pub(super) fn message_paragraph(&mut self, message: NodeId, text: &str) {
        let paragraph = self.tree.add(Tag::Paragraph, 0..0, 0);
        let text = if text.contains('\0') { self.tree.make(&unescape(text)) } else { self.tree.make(text) };
        self.text_child(paragraph, text, 0..0);
        self.tree.append(message, paragraph);
    }

    /// A message that shows the source it is about.
    pub(super) fn message_about(
        &mut self,
        level: Level,
        text: &str,
        source: Str,
        line: Option<i64>,
    ) -> NodeId {
        let message = self.message(level, text, line);
        let block = self.fixed(Tag::LiteralBlock, source, 0..0, 0);
        self.tree.append(message, block);
        message
    }

    pub(super) fn info(&mut self, text: &str, line: i64) -> NodeId {
        self.message(Level::Info, text, Some(line))
    }

    pub(super) fn warning(&mut self, text: &str, line: i64) -> NodeId {
        self.message(Level::Warning, text, Some(line))
    }

    pub(super) fn error(&mut self, text: &str, line: i64) -> NodeId {
        self.message(Level::Error, text, Some(line))
    }

    /// Appends the warning that a construct was not closed by a blank line, unless it was.
    pub(super) fn check_finish(&mut self, m: &Machine, what: &str, blank_finish: bool) {
        if !blank_finish {
            let warning = self.unindent_warning(m, what);
            self.append(m.node, warning);
        }
    }

    pub(super) fn unindent_warning(&mut self, m: &Machine, what: &str) -> NodeId {
        self.warning(&format!("{what} ends without a blank line; unexpected unindent."), m.abs_line() + 1)
    }

    /// What was nested too deep, kept as literal text under a severe message.
    pub(super) fn too_deep(&mut self, block: Indented, node: NodeId) {
        let text = self.join(block.view);
        let line = self.number(block.view, 0);
        let words = "Blocks are nested too deep; the rest is kept as literal text.";
        let message = self.message_about(Level::Severe, words, text, Some(i64::from(line)));
        self.append(node, message);
    }
}
