//! Option lists: command-line options and their descriptions.

use super::{Construct, Cut};
use crate::chars::{byte, cut, tail, trim_end};
use crate::parser::{Machine, Parser};
use crate::source::LineNo;
use crate::tag::{AttrName, Tag};
use crate::text::normalize_whitespace;
use crate::tree::{NodeId, Str};

impl Parser<'_> {
    /// Reads a list of `-o  description` items. Returns false if no description follows: the line is text then.
    pub(super) fn option_list(&mut self, m: &mut Machine, line: &str, marker: usize) -> bool {
        let number = self.page.current_line;
        let start = self.here(m).map_or(0, |line| line.start);
        let list = self.page.tree.add(Tag::OptionList, start..start, number);
        let Some(mut finish) = self.option_item(m, list, line, marker) else { return false };
        self.append(m.node, list);
        self.members(m, |parser, m| {
            while let Some(line) = parser.next_member(m) {
                let at = m.at;
                let item = match parser.construct(line) {
                    Construct::Options(marker) => parser.option_item(m, list, line, marker),
                    _ => None,
                };
                let Some(item) = item else { return parser.goto(m, at - 1) };
                finish = item;
            }
        });
        self.check_finish(m, "Option list", finish);
        true
    }

    fn option_item(&mut self, m: &mut Machine, list: NodeId, line: &str, marker: usize) -> Option<bool> {
        let at = m.at;
        let start = self.here(m)?.start;
        let mark = self.lines.len();
        let block = self.cut_block(m, Cut { first: Some(marker), ..Cut::default() });
        if block.view.is_empty() {
            self.goto(m, at);
            self.lines.truncate(mark);
            return None;
        }
        let end = self.span(self.trimmed_end(block.view)).end;
        let item = self.child(list, Tag::OptionListItem, start..end, LineNo::NONE);
        let text = trim_end(cut(line, 0, marker));
        let group = self.child(item, Tag::OptionGroup, start..start + text.len() as u32, LineNo::NONE);
        for option in split_options(text) {
            self.option(group, option);
        }
        let description = self.child(item, Tag::Description, self.span(block.view), LineNo::NONE);
        self.nested(block.view, description);
        self.page.tree.extend_span(list, end);
        self.lines.truncate(mark);
        Some(block.blank_finish)
    }

    fn option(&mut self, group: NodeId, text: &str) {
        let start = self.position(text);
        let end = start + text.len() as u32;
        let (name, delimiter) = option_name(text);
        let node = self.child(group, Tag::Option, start..end, LineNo::NONE);
        let string = self.child(node, Tag::OptionString, start..start + name.len() as u32, LineNo::NONE);
        self.text_child(string, Str::source(start as usize, start as usize + name.len()), start..start);
        let Some(delimiter) = delimiter else { return };
        let at = start as usize + name.len() + delimiter.len();
        let argument = self.child(node, Tag::OptionArgument, at as u32..end, LineNo::NONE);
        self.set_str(argument, AttrName::Delimiter, delimiter);
        let kept = if tail(text, at - start as usize).contains("  ") {
            self.page.tree.make(&normalize_whitespace(tail(text, at - start as usize)))
        } else {
            Str::source(at, end as usize)
        };
        self.text_child(argument, kept, at as u32..end);
    }
}

/// Splits at `, ` outside `<...>`.
fn split_options(text: &str) -> Vec<&str> {
    let mut options = Vec::new();
    let mut start = 0;
    let mut inside = false;
    for (i, b) in text.bytes().enumerate() {
        match b {
            b'<' => inside = true,
            b'>' => inside = false,
            b',' if !inside && byte(text, i + 1) == b' ' => {
                options.push(cut(text, start, i));
                start = i + 2;
            }
            _ => {}
        }
    }
    options.push(cut(text, start, text.len()));
    options
}

/// Returns the name of an option, and the delimiter before its argument, if it has one.
fn option_name(text: &str) -> (&str, Option<&'static str>) {
    let end = text.find(' ').unwrap_or(text.len());
    let word = cut(text, 0, end);
    if let Some(equals) = word.find('=') {
        return (cut(word, 0, equals), Some("="));
    }
    let is_short = (word.starts_with('-') && !word.starts_with("--")) || word.starts_with('+');
    if word.len() > 2 && is_short {
        return (cut(word, 0, 2), Some(""));
    }
    (word, (end < text.len()).then_some(" "))
}
