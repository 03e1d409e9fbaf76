//! Bullet lists and field lists.

use super::{Construct, Cut};
use crate::chars::cut;
use crate::parser::{Machine, Parser};
use crate::source::{Line, LineNo};
use crate::tag::{AttrName, Tag};
use crate::tree::NodeId;

impl<'s> Parser<'s> {
    /// Reads a list of `- item`s with the same bullet.
    pub(super) fn bullet_list(&mut self, m: &mut Machine, line: &str, marker: usize) {
        let number = self.page.current_line;
        let start = self.here(m).map_or(0, |line| line.start);
        let list = self.child(m.node, Tag::BulletList, start..start, number);
        let bullet = line.chars().next().unwrap_or('-');
        self.set_str(list, AttrName::Bullet, bullet.encode_utf8(&mut [0; 4]));
        let mut finish = self.list_item(m, list, marker);
        self.members(m, |parser, m| {
            while let Some(line) = parser.next_member(m) {
                match parser.construct(line) {
                    Construct::Bullet(marker) if line.starts_with(bullet) => {
                        finish = parser.list_item(m, list, marker);
                    }
                    _ => return parser.goto(m, m.at - 1),
                }
            }
        });
        self.check_finish(m, "Bullet list", finish);
    }

    /// Skips blank lines and returns the next line. Returns `None` at the end, and at an indented line; the reader
    /// then stays before it.
    pub(super) fn next_member(&mut self, m: &mut Machine) -> Option<&'s str> {
        loop {
            if !self.advance(m, 1) {
                return None;
            }
            let line = self.here_text(m);
            if line.starts_with(' ') {
                self.goto(m, m.at - 1);
                return None;
            }
            if !line.is_empty() {
                return Some(line);
            }
        }
    }

    /// Reads an item whose marker is `marker` bytes long. Returns true if a blank line ends it.
    pub(super) fn list_item(&mut self, m: &mut Machine, list: NodeId, marker: usize) -> bool {
        let number = self.page.current_line;
        let Some(line) = self.here(m) else { return true };
        let text = self.slice(line);
        let mark = self.lines.len();
        let cut_at = if text.len() > marker {
            Cut { block: Some(cut(text, 0, marker).chars().count()), first: Some(marker), ..Cut::default() }
        } else {
            Cut { first: Some(marker), ..Cut::default() }
        };
        let block = self.cut_block(m, cut_at);
        let span = line.start..self.span(self.trimmed_end(block.view)).end.max(line.end);
        let item = self.child(list, Tag::ListItem, span.clone(), number);
        self.record_item(item, block.view);
        if !block.view.is_empty() {
            self.nested(block.view, item);
        }
        self.page.tree.extend_span(list, span.end);
        self.lines.truncate(mark);
        block.blank_finish
    }

    /// Reads a list of `:name: body` fields.
    pub(super) fn field_list(&mut self, m: &mut Machine, marker: usize) {
        let start = self.here(m).map_or(0, |line| line.start);
        let list = self.child(m.node, Tag::FieldList, start..start, LineNo::NONE);
        let mut finish = self.field(m, list, marker, m.node);
        self.members(m, |parser, m| {
            while let Some(line) = parser.next_member(m) {
                match parser.construct(line) {
                    Construct::Field(marker) => finish = parser.field(m, list, marker, list),
                    _ => return parser.goto(m, m.at - 1),
                }
            }
        });
        self.check_finish(m, "Field list", finish);
    }

    /// Reads a field. Messages about duplicate names in its name go to `place`.
    fn field(&mut self, m: &mut Machine, list: NodeId, marker: usize, place: NodeId) -> bool {
        let number = self.page.current_line;
        let line_number = m.abs_line();
        let Some(line) = self.here(m) else { return true };
        let name = self.field_name_line(line, marker);
        let mark = self.lines.len();
        let block = self.cut_block(m, Cut { first: Some(marker), ..Cut::default() });
        let span = line.start..self.span(self.trimmed_end(block.view)).end.max(line.end);
        let field = self.page.tree.add(Tag::Field, span.clone(), number);
        let name_node = self.page.tree.add(Tag::FieldName, name.start..name.end, LineNo::NONE);
        let messages = self.inline_line(name, line_number, name_node, place);
        self.append(list, field);
        self.append(field, name_node);
        let body = self.child(field, Tag::FieldBody, self.span(block.view), LineNo::NONE);
        self.append_all(body, messages);
        if !block.view.is_empty() {
            self.nested(block.view, body);
        }
        self.page.tree.extend_span(list, span.end);
        self.lines.truncate(mark);
        block.blank_finish
    }

    /// Returns the part of a field's line that is its name.
    pub(crate) fn field_name_line(&self, line: Line, marker: usize) -> Line {
        let text = cut(self.slice(line), 0, marker);
        let end = text.rfind(':').unwrap_or(1).max(1);
        Line { start: line.start + 1, end: line.start + end as u32, ..line }
    }
}
