//! Explicit markup: everything that begins with `..`, and `__` targets.

use crate::source::LineNo;
use crate::text::normalize;
use std::ops::Range;

use super::{Construct, Cut};
use crate::chars::tail;
use crate::markers::{self, Explicit};
use crate::messages::{About, Level};
use crate::parser::{Machine, Parser};
use crate::tag::{AttrName, Tag};
use crate::tree::NodeId;

impl Parser<'_> {
    /// Reads one construct, and all that follow it without a blank line in between.
    pub(super) fn explicit_markup(&mut self, m: &mut Machine) {
        let Some(mut finish) = self.explicit_construct(m) else { return };
        self.members(m, |parser, m| {
            while parser.advance(m, 1) {
                match parser.explicit_construct(m) {
                    Some(ends) => finish = ends,
                    None => return parser.goto(m, m.at - 1),
                }
            }
        });
        self.check_finish(m, "Explicit markup", finish);
    }

    /// Appends the construct that the current line begins, if it is explicit markup. Returns true if a blank line
    /// ends it.
    fn explicit_construct(&mut self, m: &mut Machine) -> Option<bool> {
        let line = self.here_text(m);
        if line.is_empty() || line.starts_with(' ') {
            return None;
        }
        match self.construct(line) {
            Construct::Explicit => Some(self.explicit_item(m, line)),
            Construct::Anonymous(marker) => Some(self.anonymous_target(m, marker)),
            _ => None,
        }
    }

    /// Appends the construct that the line begins. Returns true if a blank line ends it.
    fn explicit_item(&mut self, m: &mut Machine, line: &str) -> bool {
        let first = self.here(m).map_or(0..0, |line| line.start..line.end);
        let malformed = match markers::explicit_construct(line) {
            Some((Explicit::Footnote(label), marker)) => {
                return self.footnote(m, label, marker, Tag::Footnote);
            }
            Some((Explicit::Citation(label), marker)) => {
                return self.footnote(m, label, marker, Tag::Citation);
            }
            Some((Explicit::Directive(name), marker)) => return self.directive(m, name, marker, None),
            Some((Explicit::Target, marker)) => match self.hyperlink_target(m, marker) {
                Some(finish) => return finish,
                None => Some("malformed hyperlink target."),
            },
            Some((Explicit::Substitution, marker)) => match self.substitution_definition(m, marker) {
                Some(finish) => return finish,
                None => Some("malformed substitution definition."),
            },
            None => None,
        };
        let error = malformed.map(|words| self.warning(words, m.abs_line()));
        // a malformed construct may have been read to its last line
        let finish = self.comment(m, line, first);
        if let Some(error) = error {
            self.append(m.node, error);
        }
        finish
    }

    /// Appends a comment, or a malformed construct as one. `first` is the span of its first line.
    fn comment(&mut self, m: &mut Machine, line: &str, first: Range<u32>) -> bool {
        let marker = markers::explicit(line).unwrap_or(2);
        if self.is_next_blank(m) && tail(line, marker).is_empty() {
            let comment = self.page.tree.add(Tag::Comment, first, LineNo::NONE);
            self.preserve_space(comment);
            self.append(m.node, comment);
            return true;
        }
        let mark = self.lines.len();
        let block = self.cut_block(m, Cut { first: Some(marker), ..Cut::default() });
        let view = self.trimmed_end(block.view);
        let text = self.join(view);
        let span = self.span(view);
        let comment = self.fixed(Tag::Comment, text, span.clone(), LineNo::NONE);
        self.page.tree.set_span(comment, first.start..span.end.max(first.end));
        self.append(m.node, comment);
        self.lines.truncate(mark);
        block.blank_finish
    }

    fn footnote(&mut self, m: &mut Machine, label: &str, marker: usize, tag: Tag) -> bool {
        let number = self.page.current_line;
        let Some(line) = self.here(m) else { return true };
        let at = self.position(label);
        let mark = self.lines.len();
        let block = self.cut_block(m, Cut { first: Some(marker), ..Cut::default() });
        let end = self.span(self.trimmed_end(block.view)).end.max(line.end);
        let node = self.page.tree.add(tag, line.start..end, number);
        let name = normalize(label);
        let name = match name.strip_prefix('#') {
            Some(name) => {
                self.set_int(node, AttrName::Auto, 1);
                name
            }
            None if name == "*" => {
                self.set_str(node, AttrName::Auto, "*");
                ""
            }
            None => {
                let span = at..at + label.len() as u32;
                let child = self.child(node, Tag::Label, span.clone(), LineNo::NONE);
                let text = self.page.tree.make(label);
                self.text_child(child, text, span);
                &name
            }
        };
        if !name.is_empty() {
            self.add_item(node, AttrName::Names, name);
        }
        if tag == Tag::Footnote {
            self.set_id(node);
        }
        if !name.is_empty() {
            self.note_explicit_target(node, node);
        }
        if block.view.is_empty() {
            let what = if tag == Tag::Footnote { "Footnote" } else { "Citation" };
            let line = self.warning_here(&format!("{what} content expected."));
            self.append(node, line);
        } else {
            self.nested(block.view, node);
        }
        self.append(m.node, node);
        self.lines.truncate(mark);
        block.blank_finish
    }

    fn warning_here(&mut self, words: &str) -> NodeId {
        self.message(Level::Warning, words, About::Reader)
    }
}
