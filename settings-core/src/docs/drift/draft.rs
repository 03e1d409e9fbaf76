//! Builds findings: everything but page, line and column.

use crate::docs::model::{Fact, Span};
use crate::docs::read::PageRead;

use super::finding::{Edit, Finding, Rule, Severity};

/// A finding without its place.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    finding: Finding,
    /// Fixes of which the first applicable one is taken.
    replacements: Vec<Replacement>,
}

/// A fix that applies only if the page has the fact's text verbatim, on one line.
#[derive(Clone, Debug)]
struct Replacement {
    fact: Fact<String>,
    text: String,
    /// An edit elsewhere that belongs to the fix.
    also: Option<Edit>,
}

impl Replacement {
    fn applies(&self, page: &PageRead) -> bool {
        !self.fact.value.is_empty()
            && !page.is_nested(self.fact.span.start)
            && page.text.get(self.fact.span.range()) == Some(self.fact.as_str())
    }
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
            replacements: Vec::new(),
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

    /// Replaces the text of a fact, if the page has it verbatim, on one line. Of several calls the first that applies
    /// counts.
    pub(super) fn replacing(mut self, fact: Fact<String>, text: impl Into<String>) -> Self {
        self.replacements.push(Replacement { fact, text: text.into(), also: None });
        self
    }

    /// Removes the text of a fact and inserts it elsewhere, under the same condition.
    pub(super) fn moving(mut self, fact: Fact<String>, to: usize) -> Self {
        let also = Edit { span: Span::new(to, to), text: fact.value.clone() };
        self.replacements.push(Replacement { fact, text: String::new(), also: Some(also) });
        self
    }

    /// The finding, with its place on the page.
    pub(super) fn placed(mut self, page: &PageRead) -> Finding {
        let replacements = std::mem::take(&mut self.replacements);
        if let Some(found) = replacements.into_iter().find(|replacement| replacement.applies(page)) {
            self.finding.fix.push(Edit { span: found.fact.span, text: found.text });
            self.finding.fix.extend(found.also);
        }
        page.path.clone_into(&mut self.finding.page);
        (self.finding.line, self.finding.column) =
            page.lines.line_column(&page.text, self.finding.span.start);
        self.finding
    }
}
