//! The directives of a page, as others read them: every part with its bytes.

use std::ops::Range;

use super::super::document::{Document, NodeRef};
use super::super::parser::Parser;
use super::super::tree::NodeId;
use super::Run;
use super::parts::RawOption;

/// One directive, whatever became of it.
#[derive(Clone, Debug)]
pub(crate) struct DirectiveRecord {
    name: Box<str>,
    line: u32,
    span: Range<u32>,
    argument: Option<(Box<str>, Range<u32>)>,
    options: Vec<RawOption>,
    content: Option<(Range<u32>, u32)>,
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
        self.directives.push(DirectiveRecord {
            name: run.name.into(),
            line: run.number,
            span: run.span.clone(),
            argument,
            options: Vec::new(),
            content,
            node: None,
        });
        self.directives.len() - 1
    }

    pub(super) fn record_made(&mut self, directive: usize, options: Vec<RawOption>, node: Option<NodeId>) {
        if let Some(directive) = self.directives.get_mut(directive) {
            directive.options = options;
            directive.node = node;
        }
    }
}

impl Document {
    /// All directives of the page whose parts could be read, in the order in which they begin.
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
    /// The name as written.
    #[must_use]
    pub fn name(self) -> &'d str {
        &self.record.name
    }

    /// The line it begins on, from 1.
    #[must_use]
    pub fn line(self) -> usize {
        self.record.line as usize
    }

    /// Its bytes of the source, blank lines at its end left out.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        self.document.source_range(&self.record.span)
    }

    /// Its arguments, apart by blanks.
    #[must_use]
    pub fn argument(self) -> Option<&'d str> {
        self.record.argument.as_ref().map(|(text, _)| &**text)
    }

    /// The bytes of its arguments.
    #[must_use]
    pub fn argument_span(self) -> Option<Range<usize>> {
        self.record.argument.as_ref().map(|(_, span)| self.document.source_range(span))
    }

    /// Its options, in order.
    pub fn options(self) -> impl ExactSizeIterator<Item = DirectiveOption<'d>> {
        self.record.options.iter().map(move |record| DirectiveOption { document: self.document, record })
    }

    /// The option of a (lower-case) name.
    #[must_use]
    pub fn option(self, name: &str) -> Option<DirectiveOption<'d>> {
        self.options().find(|option| option.name() == name)
    }

    /// The bytes of its content, from the first line that is not blank; its indent belongs to no part.
    #[must_use]
    pub fn content_span(self) -> Option<Range<usize>> {
        self.record.content.as_ref().map(|(span, _)| self.document.source_range(span))
    }

    /// The line its content begins on, from 1.
    #[must_use]
    pub fn content_line(self) -> Option<usize> {
        self.record.content.as_ref().map(|&(_, line)| line as usize)
    }

    /// The (first) node that it made; the message about it, if it was refused.
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
    /// The name in lower case.
    #[must_use]
    pub fn name(self) -> &'d str {
        &self.record.name
    }

    /// The value, its lines joined by newlines; empty where there is none.
    #[must_use]
    pub fn value(self) -> &'d str {
        self.record.value.as_deref().unwrap_or_default()
    }

    /// The line it stands on, from 1.
    #[must_use]
    pub fn line(self) -> usize {
        self.record.number as usize
    }

    /// The bytes from the colon before the name to the end of the value.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        self.document.source_range(&self.record.span)
    }

    /// The bytes of the value; empty, at the end of the line, where there is none.
    #[must_use]
    pub fn value_span(self) -> Range<usize> {
        self.document.source_range(&self.record.value_span)
    }
}
