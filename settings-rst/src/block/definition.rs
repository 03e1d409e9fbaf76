//! Definition lists: a term, and its definition indented below.

use super::{Construct, Cut};
use crate::messages::{About, Level};
use crate::parser::{Machine, Parser};
use crate::tag::Tag;
use crate::tree::NodeId;

impl Parser<'_> {
    /// Reads a definition list. The reader is at the indented line below the first term.
    pub(super) fn definition_list(&mut self, m: &mut Machine, term: usize) {
        let number = self.number(m.view, term);
        let start = self.line(m.view, term).map_or(0, |line| line.start);
        let list = self.page.tree.add(Tag::DefinitionList, start..start, number);
        let mut finish = self.definition_item(m, list, term, m.node);
        self.append(m.node, list);
        self.members(m, |parser, m| {
            while let Some(line) = parser.next_member(m) {
                let term = m.at;
                let is_term = parser.construct(line) == Construct::Text
                    && parser.advance(m, 1)
                    && parser.here_text(m).starts_with(' ');
                if !is_term {
                    return parser.goto(m, term - 1);
                }
                finish = parser.definition_item(m, list, term.max(0) as usize, list);
            }
        });
        self.check_finish(m, "Definition list", finish);
    }

    fn definition_item(&mut self, m: &mut Machine, list: NodeId, term: usize, place: NodeId) -> bool {
        let number = m.abs_line();
        let Some(line) = self.line(m.view, term) else { return true };
        let mark = self.lines.len();
        let block = self.cut_block(m, Cut::default());
        let span = line.start..self.span(self.trimmed_end(block.view)).end.max(line.end);
        let item = self.page.tree.add(Tag::DefinitionListItem, span.clone(), line.number);
        self.page.tree.extend_span(list, span.end);
        let messages = self.term(line, number - 1, item, place);
        let start = self.number(block.view, 0);
        let definition = self.child(item, Tag::Definition, self.span(block.view), start);
        self.append_all(definition, messages);
        if self.slice(line).ends_with("::") {
            let words = "Blank line missing before literal block (after the \"::\")? \
                         Interpreted as a definition list item.";
            let message = self.message(Level::Info, words, About::Line(number));
            self.append(definition, message);
        }
        self.nested(block.view, definition);
        self.append(list, item);
        self.lines.truncate(mark);
        block.blank_finish
    }
}
