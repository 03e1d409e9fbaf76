//! Substitution definitions: `.. |name| directive:: ...`

use super::Cut;
use crate::chars::{char_before, cut, is_space, tail};
use crate::markers::embedded_directive;
use crate::messages::{About, Level};
use crate::parser::{Machine, Parser, View};
use crate::source::{Line, LineNo};
use crate::tag::{AttrName, Tag};
use crate::text::{escape, normalize_whitespace};
use crate::tree::{NodeId, Str};

impl Parser<'_> {
    /// Appends a definition, or the message about it. Returns `None` if the name has no end.
    pub(super) fn substitution_definition(&mut self, m: &mut Machine, marker: usize) -> Option<bool> {
        let number = self.page.current_line;
        let first = m.index();
        let mark = self.lines.len();
        let block = self.cut_block(m, Cut { keep_indent: true, first: Some(marker), ..Cut::default() });
        let source = self.range(m.view, first, m.index() + 1);
        let Some((name, body)) = self.split_definition(block.view) else {
            self.lines.truncate(mark);
            return None;
        };
        let source_text = self.join(source);
        let finish = self.define(m, &name, body, (source, source_text), number, block.blank_finish);
        self.lines.truncate(mark);
        Some(finish)
    }

    /// Returns the name up to its closing bar, and the lines after it.
    fn split_definition(&mut self, view: View) -> Option<(String, View)> {
        let mut text = String::new();
        for i in 0..view.len() {
            let line = self.line(view, i).map(|line| self.trim_line(line))?;
            let from = text.len();
            if i > 0 {
                text.push(' ');
            }
            let before = text.len();
            text.push_str(&escape(self.slice(line)));
            let Some((name_end, end)) = match_name(&text, from) else { continue };
            let name = cut(&text, 0, name_end).to_owned();
            let rest = Line { start: (line.start + end.saturating_sub(before) as u32).min(line.end), ..line };
            // Docutils does not count the lines of the name.
            let mut body = View { offset: view.offset, ..view.skip(i) };
            if let Some(line) = self.lines.get_mut(body.first) {
                *line = rest;
            }
            if rest.is_blank() {
                body = body.skip(1);
            }
            return Some((name, self.trimmed_end(body)));
        }
        None
    }

    fn define(
        &mut self,
        m: &mut Machine,
        name: &str,
        body: View,
        (source, source_text): (View, Str),
        number: LineNo,
        mut finish: bool,
    ) -> bool {
        let about = About::from(number);
        if body.is_empty() {
            let words = format!("Substitution definition \"{name}\" missing contents.");
            let message = self.message_about(Level::Warning, &words, source_text, about);
            self.append(m.node, message);
            return finish;
        }
        if let Some(first) = self.line(body, 0).map(|line| self.trim_line(line))
            && let Some(line) = self.lines.get_mut(body.first)
        {
            *line = first;
        }
        let span = self.span(source);
        let node = self.page.tree.add(Tag::SubstitutionDefinition, span, number);
        let shown = normalize_whitespace(name);
        self.add_item(node, AttrName::Names, &shown);
        let mut inner = Machine::new(body, node);
        inner.substitution = true;
        let first = loop {
            if !self.advance(&mut inner, 1) {
                break None;
            }
            match self.here_text(&inner) {
                "" => {}
                line if line.starts_with(' ') => self.block_quote(&mut inner),
                line => break Some(line),
            }
        };
        if let Some(first) = first
            && let Some((directive, marker)) = embedded_directive(first)
        {
            let ends = self.directive(&mut inner, directive, marker, Some(&shown));
            if !inner.at_eof() {
                finish = ends;
            }
        } else if first.is_some() && !inner.at_eof() {
            finish = self.is_next_blank(&inner);
        }
        self.goto(m, m.at);
        for child in self.page.tree.take_children(node) {
            let place = if self.page.tree.tag(child).is_inline() { node } else { m.node };
            self.append(place, child);
        }
        if let Some(words) = self.unfit(node) {
            let message = self.message_about(Level::Error, &words, source_text, about);
            if words.starts_with("Problematic") {
                self.quote_problem(message, node);
            }
            self.append(m.node, message);
            return finish;
        }
        if self.page.tree.first(node).is_none() {
            let words = format!("Substitution definition \"{name}\" empty or invalid.");
            let message = self.message_about(Level::Warning, &words, source_text, about);
            self.append(m.node, message);
            return finish;
        }
        self.note_substitution(node, &shown, m.node, about);
        self.append(m.node, node);
        finish
    }

    fn quote_problem(&mut self, message: NodeId, node: NodeId) {
        let quote = self.child(message, Tag::BlockQuote, 0..0, LineNo::NONE);
        let paragraph = self.child(quote, Tag::Paragraph, 0..0, LineNo::NONE);
        for child in self.page.tree.take_children(node) {
            self.append(paragraph, child);
        }
    }

    /// Returns docutils' complaint about content that a definition must not have.
    fn unfit(&self, node: NodeId) -> Option<String> {
        for child in self.page.tree.children(node) {
            let tag = self.page.tree.tag(child);
            if tag == Tag::Text {
                continue;
            }
            let has = |name| self.page.tree.has(child, name);
            let what = if tag == Tag::Problematic {
                return Some("Problematic content in substitution definition".into());
            } else if tag == Tag::Reference && has(AttrName::Anonymous) {
                "Anonymous references"
            } else if tag == Tag::FootnoteReference && has(AttrName::Auto) {
                "References to auto-numbered and auto-symbol footnotes"
            } else if has(AttrName::Names) || has(AttrName::Ids) {
                "Targets (names and identifiers)"
            } else {
                match self.unfit(child) {
                    Some(words) => return Some(words),
                    None => continue,
                }
            };
            return Some(format!("{what} are not supported in a substitution definition."));
        }
        None
    }

    fn note_substitution(&mut self, node: NodeId, name: &str, place: NodeId, about: About) {
        if let Some(old) = self.page.names.substitution(name, node) {
            let words = format!("Duplicate substitution definition name: \"{name}\".");
            let message = self.message(Level::Error, &words, about);
            self.append(place, message);
            self.drop_name(old, name);
        }
    }
}

/// Returns the end of the name, and the end of the bar with the blanks after it. Bars before `from` were checked
/// earlier.
fn match_name(text: &str, from: usize) -> Option<(usize, usize)> {
    for at in memchr::memchr_iter(b'|', tail(text, from).as_bytes()).map(|at| at + from).filter(|&at| at > 0)
    {
        if char_before(text, at).is_none_or(|c| c == '\0' || is_space(c)) {
            continue;
        }
        let rest = tail(text, at + 1);
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        if blanks > 0 || rest.is_empty() {
            return Some((at, at + 1 + blanks));
        }
    }
    None
}
