//! The arguments, options and content of a directive.

use std::collections::HashSet;

use super::convert::{Converted, quote};
use super::spec::{OptionSpec, Spec};
use crate::block::Cut;
use crate::chars::{tail, trim, trim_start, words};
use crate::markers;
use crate::parser::{Machine, Parser, View};
use crate::source::{Line, LineNo};
use crate::tag::Tag;
use crate::tree::NodeId;

/// An option as written.
#[derive(Clone, Debug)]
pub(crate) struct RawOption {
    /// The name in lower case.
    pub(crate) name: String,
    /// False if there are messages about markup in the name.
    is_clean: bool,
    /// The value; `None` if nothing follows the name.
    pub(crate) value: Option<String>,
    pub(crate) number: LineNo,
    /// The range from the colon before the name to the end of the value.
    pub(crate) span: std::ops::Range<u32>,
    pub(crate) value_span: std::ops::Range<u32>,
}

#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) arguments: Vec<String>,
    /// The lines of the arguments. The first begins with the first argument.
    pub(crate) argument_lines: View,
    pub(crate) options: Vec<RawOption>,
    /// The converted options of a directive that docutils knows.
    pub(crate) values: Vec<(&'static str, Converted)>,
    pub(crate) content: View,
}

impl Parser<'_> {
    /// Splits the lines of a directive into its parts.
    ///
    /// # Errors
    /// Docutils' description of the fault.
    pub(crate) fn directive_parts(&mut self, view: View, spec: &Spec) -> Result<Parts, String> {
        let mut view = view;
        if self.line(view, 0).is_some_and(Line::is_blank) {
            view = view.skip(1);
        }
        let view = self.trimmed_end(view);
        let takes_arguments = spec.required + spec.optional > 0;
        let takes_options = !matches!(spec.options, OptionSpec::None);
        let mut head = view.take(0);
        let mut content = view;
        let mut rest = view.skip(view.len());
        if !view.is_empty() && (takes_arguments || takes_options) {
            let blank = (0..view.len()).find(|&i| self.line(view, i).is_some_and(Line::is_blank));
            let end = blank.unwrap_or(view.len());
            head = view.take(end);
            rest = view.skip(end);
            content = view.skip(end + 1);
        }
        let (mut options, mut values) = (Vec::new(), Vec::new());
        if takes_options {
            let first = (0..head.len()).find(|&i| markers::field(self.line_text(head, i)).is_some());
            if let Some(first) = first {
                let finish;
                (options, finish) = self.raw_options(head.skip(first))?;
                values = convert(&options, spec)?;
                if !finish {
                    return Err("option data incompletely parsed".into());
                }
                head = head.take(first);
            }
        }
        if !head.is_empty() && !takes_arguments {
            content = self.put_together(head, rest);
            head = head.take(0);
        }
        while self.line(content, 0).is_some_and(Line::is_blank) {
            content = content.skip(1);
        }
        let arguments = if takes_arguments { self.arguments(head, spec)? } else { Vec::new() };
        if !content.is_empty() && !spec.content {
            return Err("no content permitted".into());
        }
        Ok(Parts { arguments, argument_lines: head, options, values, content })
    }

    /// Joins two views. The lines between them (options) are dropped.
    fn put_together(&mut self, head: View, rest: View) -> View {
        if head.end == rest.first {
            return View { end: rest.end, ..head };
        }
        let lines: Vec<Line> = (0..head.len())
            .filter_map(|i| self.line(head, i))
            .chain((0..rest.len()).filter_map(|i| self.line(rest, i)))
            .collect();
        self.push_view(lines, head.offset)
    }

    fn arguments(&self, head: View, spec: &Spec) -> Result<Vec<String>, String> {
        if head.is_empty() && spec.required == 0 {
            return Ok(Vec::new());
        }
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
            rest = trim_start(tail(rest, word.len()));
        }
        arguments.push(rest.to_owned());
        Ok(arguments)
    }

    /// Reads the name of an option as inline markup. Returns the name, and true if there are no messages about it.
    fn option_name(&mut self, name: Line) -> (String, bool) {
        let text = self.slice(name);
        if text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b' ') {
            return (text.to_ascii_lowercase(), true);
        }
        let holder = self.page.tree.add(Tag::FieldName, name.start..name.end, name.number);
        let messages = self.inline_line(name, name.number.count(), holder, holder);
        (self.plain_text(holder).to_lowercase(), messages.is_empty())
    }

    /// Reads the fields of an option block. The second value is true if a blank line ends it.
    ///
    /// # Errors
    /// The block contains something else.
    fn raw_options(&mut self, view: View) -> Result<(Vec<RawOption>, bool), String> {
        let mut m = Machine::new(view, NodeId::ROOT);
        let mut options = Vec::new();
        let mut finish = true;
        let current = self.page.current_line;
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
            let (name, is_clean) = self.option_name(name);
            options.push(RawOption {
                name,
                is_clean,
                value: (!trim(&value).is_empty()).then_some(value),
                number: line.number,
                span: line.start..value_span.end,
                value_span,
            });
            self.lines.truncate(mark);
        }
        self.page.current_line = current;
        Ok((options, finish))
    }
}

/// Converts the values by the rules of the directive.
fn convert(options: &[RawOption], spec: &Spec) -> Result<Vec<(&'static str, Converted)>, String> {
    for option in options {
        if words(&option.name).count() != 1 {
            let problem = "extension option field name may not contain multiple words";
            return Err(format!("invalid option data: {problem}"));
        }
        if !option.is_clean {
            let problem = "extension option field body may contain\na single paragraph only";
            return Err(format!("invalid option data: {problem} (option \"{}\")", option.name));
        }
    }
    let mut values = Vec::new();
    let mut seen = HashSet::new();
    for option in options {
        let known = match spec.options {
            OptionSpec::Known(known) => match known.iter().find(|(name, _)| *name == option.name) {
                Some(known) => Some(known),
                None => return Err(format!("unknown option: \"{}\"", option.name)),
            },
            _ => None,
        };
        if !seen.insert(option.name.as_str()) {
            return Err(format!("invalid option data: duplicate option \"{}\"", option.name));
        }
        let Some((name, kind)) = known else { continue };
        let value = option.value.as_deref();
        let value = kind.convert(value).map_err(|problem| {
            let shown = value.map_or_else(|| "None".into(), quote);
            format!("invalid option value: (option: \"{name}\"; value: {shown})\n{problem}")
        })?;
        values.push((*name, value));
    }
    Ok(values)
}

impl Parts {
    pub(crate) fn get(&self, name: &str) -> Option<&Converted> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Converted::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Converted::Int(value)) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn words(&self, name: &str) -> &[String] {
        match self.get(name) {
            Some(Converted::Words(words)) => words,
            _ => &[],
        }
    }
}
