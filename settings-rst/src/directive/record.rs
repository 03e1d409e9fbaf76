//! The directives of a document, each part with its bytes.

use std::ops::Range;

use super::Run;
use super::parts::RawOption;
use crate::document::{Document, NodeRef};
use crate::parser::Parser;
use crate::source::LineNo;
use crate::tree::NodeId;

/// A directive, accepted or refused.
#[derive(Clone, Debug)]
pub(crate) struct DirectiveRecord {
    name: Box<str>,
    line: LineNo,
    span: Range<u32>,
    argument: Option<(Box<str>, Range<u32>)>,
    options: Vec<RawOption>,
    content: Option<(Range<u32>, LineNo)>,
    node: Option<NodeId>,
}

impl Parser<'_> {
    pub(super) fn record_directive(&mut self, run: &Run<'_>) -> usize {
        let parts = &run.parts;
        let argument = (!parts.arguments.is_empty()).then(|| {
            let span = self.span(parts.argument_lines);
            (parts.arguments.join(" ").into(), span)
        });
        let content =
            (!parts.content.is_empty()).then(|| (self.span(parts.content), self.number(parts.content, 0)));
        self.records.directives.push(DirectiveRecord {
            name: run.name.into(),
            line: run.number,
            span: run.span.clone(),
            argument,
            options: Vec::new(),
            content,
            node: None,
        });
        self.records.directives.len() - 1
    }

    pub(super) fn record_made(&mut self, directive: usize, options: Vec<RawOption>, node: Option<NodeId>) {
        if let Some(directive) = self.records.directives.get_mut(directive) {
            directive.options = options;
            directive.node = node;
        }
    }
}

impl Document {
    /// Returns the directives of the page whose parts could be read, in the order of their first lines.
    pub fn directives(&self) -> impl ExactSizeIterator<Item = Directive<'_>> {
        self.directives.iter().map(|record| Directive { document: self, record })
    }

    fn source_range(&self, range: &Range<u32>) -> Range<usize> {
        self.map.source(range.start) as usize..self.map.source(range.end) as usize
    }
}

/// A directive of a document.
#[derive(Clone, Copy, Debug)]
pub struct Directive<'d> {
    document: &'d Document,
    record: &'d DirectiveRecord,
}

impl<'d> Directive<'d> {
    /// Returns the name as written.
    #[must_use]
    pub fn name(self) -> &'d str {
        &self.record.name
    }

    /// Returns its first line, from 1.
    #[must_use]
    pub fn line(self) -> usize {
        self.record.line.get().unwrap_or_default()
    }

    /// Returns its bytes of the source, without blank lines at its end.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        self.document.source_range(&self.record.span)
    }

    /// Returns its arguments, separated by blanks.
    #[must_use]
    pub fn argument(self) -> Option<&'d str> {
        self.record.argument.as_ref().map(|(text, _)| &**text)
    }

    /// Returns the bytes of its arguments.
    #[must_use]
    pub fn argument_span(self) -> Option<Range<usize>> {
        self.record.argument.as_ref().map(|(_, span)| self.document.source_range(span))
    }

    /// Returns its options in order.
    pub fn options(self) -> impl ExactSizeIterator<Item = DirectiveOption<'d>> {
        self.record.options.iter().map(move |record| DirectiveOption { document: self.document, record })
    }

    /// Returns the option with a name, in lower case.
    #[must_use]
    pub fn option(self, name: &str) -> Option<DirectiveOption<'d>> {
        self.options().find(|option| option.name() == name)
    }

    /// Returns the bytes of its content, from the first line that is not blank. The indent of that line is not
    /// included.
    #[must_use]
    pub fn content_span(self) -> Option<Range<usize>> {
        self.record.content.as_ref().map(|(span, _)| self.document.source_range(span))
    }

    /// Returns the first line of its content, from 1.
    #[must_use]
    pub fn content_line(self) -> Option<usize> {
        self.record.content.as_ref().and_then(|&(_, line)| line.get())
    }

    /// Returns the first node that it made, or the message about it if it was refused.
    #[must_use]
    pub fn node(self) -> Option<NodeRef<'d>> {
        self.record.node.map(|id| self.document.node(id))
    }
}

/// An option of a directive: `:name: value`.
#[derive(Clone, Copy, Debug)]
pub struct DirectiveOption<'d> {
    document: &'d Document,
    record: &'d RawOption,
}

impl<'d> DirectiveOption<'d> {
    /// Returns the name in lower case.
    #[must_use]
    pub fn name(self) -> &'d str {
        &self.record.name
    }

    /// Returns the value, its lines joined by newlines. It is empty if there is none.
    #[must_use]
    pub fn value(self) -> &'d str {
        self.record.value.as_deref().unwrap_or_default()
    }

    /// Returns its line, from 1.
    #[must_use]
    pub fn line(self) -> usize {
        self.record.number.get().unwrap_or_default()
    }

    /// Returns the bytes from the colon before the name to the end of the value.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        self.document.source_range(&self.record.span)
    }

    /// Returns the bytes of the value: an empty range at the end of the line if there is none.
    #[must_use]
    pub fn value_span(self) -> Range<usize> {
        self.document.source_range(&self.record.value_span)
    }
}
