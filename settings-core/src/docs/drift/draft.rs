//! Builds findings: everything but page, line and column.

use crate::docs::model::{Fact, Span};
use crate::docs::read::PageRead;

use super::finding::{Edit, Finding, Rule, Severity};

/// A finding without its place.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    finding: Finding,
}

impl Draft {
    pub(super) fn new(rule: Rule, span: Span, message: impl Into<String>) -> Self {
        Self {
            finding: Finding {
                rule,
                severity: Severity::Error,
                page: String::new(),
                line: 1,
                column: 1,
                setting: String::new(),
                message: message.into(),
                expected: None,
                found: None,
                help: String::new(),
                fix: Vec::new(),
                span,
            },
        }
    }

    /// The offset at which it begins.
    pub(super) fn at(&self) -> usize {
        self.finding.span.start
    }

    pub(super) fn warning(mut self) -> Self {
        self.finding.severity = Severity::Warning;
        self
    }

    pub(super) fn setting(mut self, setting: &str) -> Self {
        setting.clone_into(&mut self.finding.setting);
        self
    }

    pub(super) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.finding.expected = Some(expected.into());
        self
    }

    pub(super) fn found(mut self, found: impl Into<String>) -> Self {
        self.finding.found = Some(found.into());
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.finding.help = help.into();
        self
    }

    pub(super) fn fix(mut self, span: Span, text: impl Into<String>) -> Self {
        self.finding.fix.push(Edit { span, text: text.into() });
        self
    }

    /// Adds a fix if the page has the fact's text verbatim, on one line.
    pub(super) fn replacing(self, page: &PageRead, fact: &Fact<String>, text: &str) -> Self {
        let is_verbatim = page.text.get(fact.span.range()) == Some(fact.as_str()) && !fact.value.is_empty();
        if is_verbatim { self.fix(fact.span, text) } else { self }
    }

    pub(super) fn placed(mut self, page: &PageRead) -> Finding {
        page.path.clone_into(&mut self.finding.page);
        (self.finding.line, self.finding.column) =
            page.places.line_column(&page.text, self.finding.span.start);
        self.finding
    }
}
