//! Section titles, transitions and paragraphs.

use crate::chars::{byte, trim, trim_end};
use crate::markers::is_adornment;
use crate::messages::{About, Level};
use crate::parser::{Machine, Parser, Style, View};
use crate::source::{Line, LineNo};
use crate::tag::{AttrName, Tag};
use crate::text::normalize;
use crate::tree::NodeId;
use crate::width::column_width;

/// An adornment shorter than this may be text.
const SHORT: usize = 4;

impl Parser<'_> {
    /// Reads a line of text. The next line decides: a title, the term of a definition, or a paragraph.
    pub(super) fn text_lines(&mut self, m: &mut Machine) {
        let first = m.index();
        let more = self.advance(m, 1);
        let line = self.here_text(m);
        if !more || line.is_empty() {
            let lines = self.range(m.view, first, first + 1);
            if self.paragraph(m, lines, m.abs_line() - 1) {
                self.literal_block(m);
            }
        } else if line.starts_with(' ') {
            self.definition_list(m, first);
        } else if !(is_adornment(line) && self.underlined_title(m, first)) {
            self.paragraph_lines(m, first);
        }
    }

    pub(crate) fn range(&self, view: View, from: usize, to: usize) -> View {
        View { first: view.first + from, end: view.first + to, offset: view.offset + from as i64 }
    }

    /// Reads a paragraph whose second line is the current one.
    fn paragraph_lines(&mut self, m: &mut Machine, first: usize) {
        let start = m.abs_line() - 1;
        let (block, indented) = self.text_block(m, true);
        let message = indented.map(|i| {
            let number = self.number(m.view, i);
            self.error("Unexpected indentation.", number.count())
        });
        let lines = self.range(m.view, first, block.end - m.view.first);
        let literal = self.paragraph(m, lines, start);
        if let Some(message) = message {
            self.append(m.node, message);
        }
        if literal {
            self.goto(m, m.at + 1);
            self.literal_block(m);
        }
    }

    /// Appends a paragraph. Returns true if a literal block follows it (`::`).
    fn paragraph(&mut self, m: &mut Machine, lines: View, line_number: i64) -> bool {
        let Some(last) = lines.len().checked_sub(1).and_then(|i| self.line(lines, i)) else { return false };
        let text = self.slice(last);
        let mut literal = false;
        let mut cut_off = 0;
        if let Some(before) = text.strip_suffix("::")
            && !ends_escaped(before)
        {
            literal = true;
            if before.is_empty() && lines.len() == 1 {
                return true;
            }
            cut_off = if before.is_empty() || before.ends_with(' ') {
                text.len() - trim_end(before).len()
            } else {
                1
            };
        }
        let mark = self.lines.len();
        let view = if cut_off > 0 { self.shortened(lines, cut_off) } else { lines };
        let number = self.number(lines, 0);
        let span = self.span(lines);
        let paragraph = self.page.tree.add(Tag::Paragraph, span, number);
        let messages = self.inline(view, line_number, paragraph, m.node);
        self.append(m.node, paragraph);
        self.append_all(m.node, messages);
        self.lines.truncate(mark);
        literal
    }

    /// Copies the view without its last `count` bytes, and without blanks and blank lines at its end.
    fn shortened(&mut self, lines: View, count: usize) -> View {
        let copies: Vec<Line> = (0..lines.len()).filter_map(|i| self.line(lines, i)).collect();
        let mut view = self.push_view(copies, lines.offset);
        if let Some(last) = self.lines.last_mut() {
            last.end -= count as u32;
        }
        while let Some(line) = view.len().checked_sub(1).and_then(|i| self.line(view, i)) {
            let length = trim_end(self.slice(line)).len() as u32;
            if length > 0 {
                if let Some(last) = self.lines.get_mut(view.end - 1) {
                    last.end = last.start + length;
                }
                break;
            }
            view.end -= 1;
        }
        view
    }

    /// Reads a title with an underline. Returns false if the underline is so short that it is text.
    fn underlined_title(&mut self, m: &mut Machine, first: usize) -> bool {
        let line_number = m.abs_line();
        let Some((title_line, underline_line)) = self.line(m.view, first).zip(self.here(m)) else {
            return false;
        };
        let title = trim_end(self.slice(title_line));
        let underline = trim_end(self.slice(underline_line));
        let both = self.range(m.view, first, first + 2);
        let source = self.join(both);
        let mut messages = Vec::new();
        if column_width(title) > underline.len() {
            if underline.len() < SHORT {
                if m.titles {
                    let words = "Possible title underline, too short for the title.\n\
                                 Treating it as ordinary text because it's so short.";
                    let message = self.info(words, line_number);
                    self.append(m.node, message);
                }
                return false;
            }
            let words = "Title underline too short.";
            messages.push(self.message_about(Level::Warning, words, source, About::Line(line_number)));
        }
        if !m.titles {
            let number = underline_line.number.count();
            let message =
                self.message_about(Level::Error, "Unexpected section title.", source, About::Line(number));
            self.append_all(m.node, messages);
            self.append(m.node, message);
            return true;
        }
        let style = Style { over: None, under: byte(underline, 0) };
        let title = Line { end: title_line.start + title.len() as u32, ..title_line };
        self.section(m, title, both, style, line_number - 1, messages);
        true
    }

    /// Reads a line of punctuation: a transition, or the overline of a title.
    pub(super) fn adornment(&mut self, m: &mut Machine, line: &str) {
        let marker = trim(line);
        if !m.titles {
            if marker == "::" {
                return self.text_lines(m);
            }
            let number = m.abs_line();
            if marker.len() < SHORT {
                let words = "Unexpected possible title overline or transition.\n\
                             Treating it as ordinary text because it's so short.";
                let message = self.info(words, number);
                self.append(m.node, message);
                return self.text_lines(m);
            }
            let text = self.join(self.range(m.view, m.at as usize, m.at as usize + 1));
            let words = "Unexpected section title or transition.";
            let message = self.message_about(Level::Error, words, text, About::Line(number));
            self.append(m.node, message);
            return;
        }
        let first = m.index();
        let more = self.advance(m, 1);
        let next = self.here_text(m);
        if !more || next.is_empty() {
            if marker.len() < SHORT {
                self.goto(m, first as isize);
                return self.text_lines(m);
            }
            let span = self.line(m.view, first).map_or(0..0, |line| line.start..line.end);
            let number = self.number(m.view, first);
            self.child(m.node, Tag::Transition, span, number);
        } else if !next.starts_with(' ') && is_adornment(next) {
            let text = self.join(self.range(m.view, first, first + 2));
            let number = m.abs_line() - 1;
            if marker.len() < SHORT {
                return self.short_overline(m, first, number);
            }
            let words = "Invalid section title or transition marker.";
            let message = self.message_about(Level::Error, words, text, About::Line(number));
            self.append(m.node, message);
        } else {
            self.overlined_title(m, first);
        }
    }

    fn overlined_title(&mut self, m: &mut Machine, first: usize) {
        let number = m.abs_line() - 1;
        let overline = self.line_text(m.view, first).trim_end_matches(' ');
        let short = overline.len() < SHORT;
        let Some(title_line) = self.here(m) else { return };
        let complete = self.advance(m, 1);
        let underline = trim_end(self.here_text(m));
        let lines = self.range(m.view, first, first + if complete { 3 } else { 2 });
        let title = trim_end(self.slice(title_line));
        let complaint = if !complete {
            Some("Incomplete section title.")
        } else if !is_adornment(underline) {
            Some("Missing matching underline for section title overline.")
        } else if overline != underline {
            Some("Title overline & underline mismatch.")
        } else {
            None
        };
        let too_short = column_width(title) > overline.len();
        if short && (complaint.is_some() || too_short) {
            return self.short_overline(m, first, number);
        }
        let source = self.join(lines);
        if let Some(words) = complaint {
            let message = self.message_about(Level::Error, words, source, About::Line(number));
            self.append(m.node, message);
            return;
        }
        let mut messages = Vec::new();
        if too_short {
            messages.push(self.message_about(
                Level::Warning,
                "Title overline too short.",
                source,
                About::Line(number),
            ));
        }
        let style = Style { over: Some(byte(overline, 0)), under: byte(underline, 0) };
        let title = self.trim_line(Line { end: title_line.start + title.len() as u32, ..title_line });
        self.section(m, title, lines, style, number + 1, messages);
    }

    fn short_overline(&mut self, m: &mut Machine, first: usize, number: i64) {
        let words = "Possible incomplete section title.\n\
                     Treating the overline as ordinary text because it's so short.";
        let message = self.info(words, number);
        self.append(m.node, message);
        self.goto(m, first as isize);
        self.text_lines(m);
    }

    /// Returns the sections around the current node, from the outermost to the innermost, up to the reader's base.
    fn sections_above(&self, m: &Machine) -> Vec<NodeId> {
        let mut above: Vec<NodeId> = std::iter::successors(Some(m.node), |&node| self.page.tree.parent(node))
            .take_while(|&node| node != m.base)
            .filter(|&node| self.page.tree.tag(node) == Tag::Section)
            .collect();
        above.reverse();
        above
    }

    pub(crate) fn section_depth(&self, m: &Machine) -> usize {
        self.sections_above(m).len()
    }

    /// Begins a section if the style of its title is allowed here.
    fn section(
        &mut self,
        m: &mut Machine,
        title: Line,
        lines: View,
        style: Style,
        number: i64,
        messages: Vec<NodeId>,
    ) {
        let above = self.sections_above(m);
        let old = above.len() as i64 + m.level_offset;
        let known = self.page.styles.iter().position(|&known| known == style);
        let new = known.unwrap_or(self.page.styles.len()) as i64 + 1;
        if new > old + 1 {
            let words = format!("Inconsistent title style: skip from level {old} to {new}.");
            let message = self.style_message(&words, lines, number);
            self.append(m.node, message);
            return;
        }
        if new <= old {
            let from_end = old - new + 1;
            let place =
                usize::try_from(above.len() as i64 - from_end).ok().and_then(|i| above.get(i).copied());
            let Some(parent) = place.and_then(|section| self.page.tree.parent(section)) else {
                let words = format!("A level {new} section cannot be used here.");
                let message = self.style_message(&words, lines, number);
                self.message_paragraph(
                    message,
                    &format!(
                        "The parent of level {new} sections cannot be reached. The parser is at section level {old} \
                         but the current node has only {} parent section(s).\nOne reason may be a high level \
                         section used in a directive that parses its content into a base node not attached to \
                         the document\n(up to Docutils 0.21, these sections were silently dropped).",
                        above.len()
                    ),
                );
                self.append(m.node, message);
                return;
            };
            m.node = parent;
        }
        if known.is_none() {
            self.page.styles.push(style);
        }
        self.new_section(m, title, lines, number, messages);
    }

    fn style_message(&mut self, words: &str, lines: View, number: i64) -> NodeId {
        let source = self.join(lines);
        let message = self.message_about(Level::Error, words, source, About::Line(number));
        let mut styles = String::from("Established title styles:");
        for style in &self.page.styles {
            styles.push(' ');
            if let Some(over) = style.over {
                styles.push(char::from(over));
                styles.push('/');
            }
            styles.push(char::from(style.under));
        }
        self.message_paragraph(message, &styles);
        message
    }

    fn new_section(&mut self, m: &mut Machine, title: Line, lines: View, number: i64, messages: Vec<NodeId>) {
        let span = self.span(lines);
        let section = self.child(m.node, Tag::Section, span, LineNo::NONE);
        let node = self.page.tree.add(Tag::Title, title.start..title.end, LineNo::NONE);
        let about_title = self.inline_line(title, number, node, m.node);
        let name = normalize(&self.plain_text(node));
        self.add_item(section, AttrName::Names, &name);
        self.append(section, node);
        self.append_all(section, messages);
        self.append_all(section, about_title);
        self.note_implicit_target(section, Some(section));
        m.node = section;
    }
}

/// Returns true if the text ends with an odd number of backslashes.
fn ends_escaped(text: &str) -> bool {
    text.bytes().rev().take_while(|&b| b == b'\\').count() % 2 == 1
}
