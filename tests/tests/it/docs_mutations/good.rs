//! The good settings of a page, taken apart.

use settings_core::docs::model::{
    Bullet, Content, Directive, Entry, Fact, Part, Placed, Span, Statement, Value,
};
use settings_core::docs::{Finding, PageRead};

use super::changes::Change;

/// A setting of a page, taken apart.
pub(crate) struct Good<'p> {
    pub(crate) page: &'p PageRead,
    pub(crate) title: Option<&'p Fact<String>>,
    pub(crate) directive: Option<&'p Directive>,
    pub(crate) config: Option<&'p Statement>,
    pub(crate) env: Option<&'p Statement>,
    pub(crate) console: Option<&'p Statement>,
    pub(crate) lists: Vec<(&'p [Value], bool)>,
    pub(crate) hints: Vec<&'p Fact<String>>,
    pub(crate) table: Option<Span>,
    pub(crate) lines: (usize, usize),
}

pub(crate) fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The settings of a page without findings, all of whose facts appear once.
pub(crate) fn good<'p>(page: &'p PageRead, findings: &[Finding]) -> Vec<Good<'p>> {
    let mut all = Vec::new();
    for entry in &page.page.entries {
        let Entry::Setting(parts) = entry else { continue };
        let start = parts.first().map_or(0, |part| part.span.start);
        let end = parts.last().map_or(0, |part| part.span.end);
        let lines = (line_of(&page.text, start), line_of(&page.text, end));
        if findings.iter().any(|finding| (lines.0..=lines.1).contains(&finding.line)) {
            continue;
        }
        let mut found = Good {
            page,
            title: None,
            directive: None,
            config: None,
            env: None,
            console: None,
            lists: Vec::new(),
            hints: Vec::new(),
            table: None,
            lines,
        };
        if parts.iter().filter(|placed| matches!(placed.part, Part::Table(_))).count() <= 1
            && parts.iter().all(|placed| found.take(placed))
        {
            all.push(found);
        }
    }
    all
}

impl<'p> Good<'p> {
    /// Returns false if a fact appears twice.
    fn take(&mut self, placed: &'p Placed) -> bool {
        let once =
            |slot: &mut Option<&'p Statement>, statement: &'p Statement| slot.replace(statement).is_none();
        match &placed.part {
            Part::Heading(heading) => self.title = Some(&heading.title),
            Part::Directive(directive) => {
                self.directive = Some(directive);
                directive.body.iter().for_each(|content| self.content(content, true));
            }
            Part::Values(items) => self.lists.push((items, true)),
            Part::Table(table) => {
                self.table = Some(placed.span);
                for row in &table.rows {
                    row.left.iter().for_each(|content| self.content(content, false));
                    for bullet in row.right.iter().flatten() {
                        let first = match bullet {
                            Bullet::Console(statement) => once(&mut self.console, statement),
                            Bullet::Config(statement) => once(&mut self.config, statement),
                            Bullet::Env(statement) => once(&mut self.env, statement),
                            _ => true,
                        };
                        if !first {
                            return false;
                        }
                    }
                }
            }
            _ => {}
        }
        true
    }

    fn content(&mut self, content: &'p Content, free: bool) {
        match content {
            Content::Values(items) => self.lists.push((items, free)),
            Content::Hint(hint) => self.hints.extend(&hint.default),
            _ => {}
        }
    }

    pub(crate) fn path(&self) -> Option<&'p Fact<String>> {
        self.config?
            .name
            .as_ref()
            .filter(|path| path.value.contains('.') && !path.value.starts_with("PluginSettings"))
    }

    pub(crate) fn option(&self, name: &str) -> Option<&'p Fact<String>> {
        self.directive?.option(name).filter(|value| {
            !value.value.is_empty()
                && *value.value != *"N/A"
                && self.is_verbatim(value)
                && !value.value.contains(['\n', ',', '='])
        })
    }

    pub(crate) fn is_verbatim(&self, fact: &Fact<String>) -> bool {
        self.page.text.get(fact.span.range()) == Some(fact.as_str())
    }

    /// The page with other words in a place; in a table the blanks before the next bar give way or follow.
    pub(crate) fn put(&self, span: Span, new: &str) -> Option<String> {
        let text = &self.page.text;
        let inside = self.table.is_some_and(|table| table.start <= span.start && span.end <= table.end);
        let mut out = text.clone();
        out.replace_range(span.range(), new);
        if !inside {
            return Some(out);
        }
        let old = text.get(span.range())?;
        let at = span.start + new.len();
        let bar = at + out.get(at..)?.find('|')?;
        let (was, is) = (old.chars().count(), new.chars().count());
        if is > was {
            let blanks = " ".repeat(is - was);
            out.get(bar - blanks.len()..bar).filter(|found| *found == blanks)?;
            out.replace_range(bar - blanks.len()..bar, "");
        } else {
            out.insert_str(bar, &" ".repeat(was - is));
        }
        Some(out)
    }

    pub(crate) fn change(
        &self,
        kind: &'static str,
        span: Span,
        new: &str,
        rules: &'static [&'static str],
    ) -> Option<Change> {
        let line = line_of(&self.page.text, span.start);
        Some(Change { kind, text: self.put(span, new)?, rules, lines: (line, line) })
    }

    /// The same, with the finding anywhere in the entry.
    pub(crate) fn somewhere(
        &self,
        kind: &'static str,
        span: Span,
        new: &str,
        rules: &'static [&'static str],
    ) -> Option<Change> {
        Some(Change { lines: self.lines, ..self.change(kind, span, new, rules)? })
    }
}
