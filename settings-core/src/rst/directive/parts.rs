//! A directive's arguments, options and content.

use super::super::block::Cut;
use super::super::block::markers;
use super::super::chars::{trim, trim_start, words};
use super::super::inline::{escape, unescape};
use super::super::parser::{Machine, Parser, View};
use super::super::source::Line;
use super::super::tree::NodeId;

/// What a directive takes.
#[derive(Clone, Copy, Debug)]
pub(in crate::rst) struct Spec {
    pub(in crate::rst) required: usize,
    pub(in crate::rst) optional: usize,
    /// Whether the last argument may hold whitespace.
    pub(in crate::rst) spaces: bool,
    /// Known options; none: no options are taken; `Any`: all are.
    pub(in crate::rst) options: OptionNames,
    pub(in crate::rst) content: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rst) enum OptionNames {
    None,
    Any,
    Known,
}

impl Spec {
    pub(in crate::rst) const GENERIC: Spec =
        Spec { required: 0, optional: 1, spaces: true, options: OptionNames::Any, content: true };
}

/// One option as written.
#[derive(Clone, Debug)]
pub(in crate::rst) struct RawOption {
    /// In lower case.
    pub(in crate::rst) name: String,
    /// None: nothing stands after the name.
    pub(in crate::rst) value: Option<String>,
    pub(in crate::rst) number: u32,
    /// From the colon before the name to the end of the value.
    pub(in crate::rst) span: std::ops::Range<u32>,
    pub(in crate::rst) value_span: std::ops::Range<u32>,
}

#[derive(Clone, Debug)]
pub(in crate::rst) struct Parts {
    pub(in crate::rst) arguments: Vec<String>,
    /// The lines that the arguments stand on; the first begins with the first argument.
    pub(in crate::rst) argument_lines: View,
    pub(in crate::rst) options: Vec<RawOption>,
    pub(in crate::rst) content: View,
}

impl Parser<'_> {
    /// Takes a directive's lines apart. `Err`: what is wrong, in docutils' words.
    pub(in crate::rst) fn directive_parts(&mut self, view: View, spec: &Spec) -> Result<Parts, String> {
        let mut view = view;
        if self.line(view, 0).is_some_and(Line::is_blank) {
            view = view.skip(1);
        }
        let view = self.trimmed_end(view);
        let takes_arguments = spec.required + spec.optional > 0;
        let takes_options = spec.options != OptionNames::None;
        let mut head = view.take(0);
        let mut content = view;
        if !view.is_empty() && (takes_arguments || takes_options) {
            let blank = (0..view.len()).find(|&i| self.line(view, i).is_some_and(Line::is_blank));
            let end = blank.unwrap_or(view.len());
            head = view.take(end);
            content = view.skip(end + 1);
        }
        let mut options = Vec::new();
        if takes_options {
            let first = (0..head.len()).find(|&i| markers::field(self.line_text(head, i)).is_some());
            if let Some(first) = first {
                options = self.raw_options(head.skip(first))?;
                head = head.take(first);
            }
        }
        if !head.is_empty() && !takes_arguments {
            content = View { first: head.first, ..view };
            head = head.take(0);
        }
        while self.line(content, 0).is_some_and(Line::is_blank) {
            content = content.skip(1);
        }
        let arguments = if takes_arguments { self.arguments(head, spec)? } else { Vec::new() };
        if !content.is_empty() && !spec.content {
            return Err("no content permitted".into());
        }
        Ok(Parts { arguments, argument_lines: head, options, content })
    }

    fn arguments(&self, head: View, spec: &Spec) -> Result<Vec<String>, String> {
        let text = self.joined(head);
        let count = words(&text).count();
        let most = spec.required + spec.optional;
        if count < spec.required {
            return Err(format!("{} argument(s) required, {count} supplied", spec.required));
        }
        if count <= most {
            return Ok(words(&text).map(str::to_owned).collect());
        }
        if !spec.spaces {
            return Err(format!("maximum {most} argument(s) allowed, {count} supplied"));
        }
        let mut arguments = Vec::new();
        let mut rest = trim_start(&text);
        while arguments.len() + 1 < most {
            let word = words(rest).next().unwrap_or_default();
            arguments.push(word.to_owned());
            rest = trim_start(super::super::chars::tail(rest, word.len()));
        }
        arguments.push(rest.to_owned());
        Ok(arguments)
    }

    /// The fields of an option block. `Err`: it holds something else.
    fn raw_options(&mut self, view: View) -> Result<Vec<RawOption>, String> {
        let mut m = Machine::new(view, NodeId::ROOT);
        let mut options = Vec::new();
        let mut finish = true;
        let current = self.current_line;
        while m.at + 1 < view.len() as isize {
            m.at += 1;
            let text = self.here_text(&m);
            let Some((marker, line)) = markers::field(text).zip(self.here(&m)) else {
                return Err("invalid option block".into());
            };
            let name = self.field_name_line(line, marker);
            let mark = self.lines.len();
            let block = self.cut_block(&mut m, Cut { first: Some(marker), ..Cut::default() });
            let body = self.trimmed_end(block.view);
            let value = self.joined(body);
            let value_span = if body.is_empty() { line.end..line.end } else { self.span(body) };
            finish = block.blank_finish;
            options.push(RawOption {
                name: unescape(&escape(self.slice(name))).to_lowercase(),
                value: (!trim(&value).is_empty()).then_some(value),
                number: line.number,
                span: line.start..value_span.end,
                value_span,
            });
            self.lines.truncate(mark);
        }
        self.current_line = current;
        if !finish {
            return Err("option data incompletely parsed".into());
        }
        for (i, option) in options.iter().enumerate() {
            if words(&option.name).count() != 1 {
                let problem = "extension option field name may not contain multiple words";
                return Err(format!("invalid option data: {problem}"));
            }
            if options.iter().take(i).any(|earlier| earlier.name == option.name) {
                return Err(format!("invalid option data: duplicate option \"{}\"", option.name));
            }
        }
        Ok(options)
    }
}
