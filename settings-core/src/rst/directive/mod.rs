//! Directives: their parts, and what docutils makes of its own ones.

mod generic;
mod parts;
mod record;

pub(super) use parts::{Parts, Spec};
pub(super) use record::DirectiveRecord;
pub use record::{Directive, DirectiveOption};

use super::block::Cut;
use super::chars::cut;
use super::messages::Level;
use super::parser::{Machine, Parser, View};
use super::tree::{NodeId, Str};

/// One directive while it is read.
pub(super) struct Run<'a> {
    /// The name as written.
    pub(super) name: &'a str,
    pub(super) parts: Parts,
    /// The line it begins on.
    pub(super) line: i64,
    pub(super) number: u32,
    /// The directive as it stands on the page.
    pub(super) block: Str,
    pub(super) span: std::ops::Range<u32>,
    /// The name of the substitution that it defines.
    pub(super) substitution: Option<&'a str>,
}

/// What a directive gives, or what it says instead.
pub(super) type Outcome = Result<Vec<NodeId>, (Level, String)>;

impl Parser<'_> {
    /// Appends what the directive makes; whether a blank line follows.
    pub(super) fn directive(
        &mut self,
        m: &mut Machine,
        name: &str,
        marker: usize,
        substitution: Option<&str>,
    ) -> bool {
        let line = m.abs_line();
        let number = self.current_line;
        let first = m.at.max(0) as usize;
        let start = self.here(m).map_or(0, |line| line.start);
        let mark = self.lines.len();
        let block = self.cut_block(m, Cut { first: Some(marker), keep_top: true, ..Cut::default() });
        let whole = self.range(m.view, first, m.at.max(0) as usize + 1);
        let text = self.join(whole);
        let span = start..self.span(self.trimmed_end(whole)).end;
        let parts = self.directive_parts(block.view, &Spec::GENERIC);
        match parts {
            Ok(parts) => {
                let run = Run { name, parts, line, number, block: text, span, substitution };
                let record = self.record_directive(&run);
                match self.generic(m, &run) {
                    Ok(nodes) => {
                        if let Some(node) = nodes.first() {
                            self.record_made(record, *node);
                        }
                        self.append_all(m.node, nodes);
                    }
                    Err((level, words)) => {
                        let message = self.message_about(level, &words, text, Some(line));
                        self.append(m.node, message);
                    }
                }
            }
            Err(problem) => {
                let words = format!("Error in \"{name}\" directive:\n{problem}.");
                let message = self.message_about(Level::Error, &words, text, Some(line));
                self.append(m.node, message);
            }
        }
        self.lines.truncate(mark);
        block.blank_finish || self.is_next_blank(m)
    }

    /// The text of a view from its first word on.
    pub(super) fn view_text(&self, view: View) -> String {
        let text = self.joined(view);
        let trimmed = super::chars::trim_start(&text).len();
        cut(&text, text.len() - trimmed, text.len()).to_owned()
    }
}
