//! The facts that a page states about one setting, collected from all places that state them.

use std::collections::HashSet;

use crate::docs::dialect::WORDS;
use crate::docs::grammar;
use crate::docs::model::{
    Bullet, Content, Directive, Entry, Fact, Hint, Part, Span, Statement, Table, Value,
};
use crate::docs::read::PageRead;

/// A name as one place of the page states it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Named<'p> {
    /// Not stated.
    Absent,
    /// `N/A`.
    NotAvailable(Span),
    /// One name; for a directive's path, without its leading dot.
    One(&'p str, Span),
    /// Several names, or text that can't be read as one.
    Unclear,
}

impl<'p> Named<'p> {
    pub(super) fn one(&self) -> Option<(&'p str, Span)> {
        match self {
            Self::One(name, span) => Some((name, *span)),
            _ => None,
        }
    }
}

/// One setting as documented.
#[derive(Clone, Debug)]
pub(super) struct Documented<'p> {
    pub(super) title: Option<&'p Fact<String>>,
    pub(super) directive: Option<&'p Directive>,
    pub(super) tables: Vec<TableFacts<'p>>,
    /// Values, hints and texts outside of tables.
    pub(super) body: Vec<&'p Part>,
    pub(super) span: Span,
}

/// The facts of one table.
#[derive(Clone, Debug)]
pub(super) struct TableFacts<'p> {
    pub(super) consoles: Vec<&'p Statement>,
    pub(super) configs: Vec<&'p Statement>,
    pub(super) envs: Vec<&'p Statement>,
    pub(super) contents: Vec<&'p Content>,
    /// The page's grid is damaged, so spans point into the repaired one.
    pub(super) broken: bool,
    /// A directive such as `confval` names the setting.
    pub(super) is_directive: bool,
}

/// The settings of a page, in order.
pub(super) fn documented(page: &PageRead) -> Vec<Documented<'_>> {
    let repaired: HashSet<usize> =
        page.tables.iter().filter(|table| table.repaired.is_some()).map(|table| table.span.start).collect();
    page.page
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Setting(parts) => {
                let mut found = Documented {
                    title: None,
                    directive: None,
                    tables: Vec::new(),
                    body: Vec::new(),
                    span: Span::default(),
                };
                found.span = Span::new(
                    parts.first().map_or(0, |first| first.span.start),
                    parts.last().map_or(0, |last| last.span.end),
                );
                for placed in parts {
                    match &placed.part {
                        Part::Heading(heading) => found.title = found.title.or(Some(&heading.title)),
                        Part::Directive(directive) => found.directive = found.directive.or(Some(directive)),
                        Part::Table(table) => {
                            let broken = repaired.contains(&placed.span.start);
                            found.tables.push(table_facts(table, broken));
                        }
                        other => found.body.push(other),
                    }
                }
                Some(found)
            }
            Entry::Prose(_) => None,
        })
        .collect()
}

/// The settings of a page, in order, including those outside of settings tables.
pub(super) fn documented_everywhere(page: &PageRead) -> Vec<Documented<'_>> {
    let mut settings = documented(page);
    let mut headings: Vec<(usize, &Fact<String>)> = Vec::new();
    for placed in page.page.entries.iter().flat_map(Entry::parts) {
        if let Part::Heading(heading) = &placed.part {
            headings.push((placed.span.start, &heading.title));
        }
    }
    let mut added = Vec::new();
    for nested in &page.nested {
        let facts = TableFacts {
            consoles: nested.consoles.iter().collect(),
            configs: nested.configs.iter().collect(),
            envs: nested.envs.iter().collect(),
            contents: Vec::new(),
            broken: true,
            is_directive: nested.is_directive,
        };
        let at = nested.span.start;
        let after = settings.partition_point(|setting| setting.span.start <= at);
        let around =
            after.checked_sub(1).and_then(|i| settings.get_mut(i)).filter(|around| at < around.span.end);
        match around {
            // The table that belongs to a directive, in another form.
            Some(around) if around.tables.is_empty() => around.tables.push(facts),
            _ => {
                let above = headings.partition_point(|(start, _)| *start <= at);
                let title = above.checked_sub(1).and_then(|i| headings.get(i)).map(|(_, title)| *title);
                added.push(Documented {
                    title,
                    directive: None,
                    tables: vec![facts],
                    body: Vec::new(),
                    span: nested.span,
                });
            }
        }
    }
    settings.extend(added);
    settings.sort_by_key(|setting| setting.span.start);
    settings
}

fn table_facts(table: &Table, broken: bool) -> TableFacts<'_> {
    let mut facts = TableFacts {
        consoles: Vec::new(),
        configs: Vec::new(),
        envs: Vec::new(),
        contents: Vec::new(),
        broken,
        is_directive: false,
    };
    for row in &table.rows {
        for bullet in row.right.iter().flatten() {
            match bullet {
                Bullet::Console(console) => facts.consoles.push(console),
                Bullet::Config(config) => facts.configs.push(config),
                Bullet::Env(env) => facts.envs.push(env),
                // A line about several settings states nothing certain about any of them.
                Bullet::Text(_) | Bullet::Verbatim(_) => {}
            }
        }
        for content in &row.left {
            if let Content::Statement(statement) = content {
                facts.configs.push(statement);
            }
            facts.contents.push(content);
        }
    }
    facts
}

fn named<'p>(statements: &[&'p Statement]) -> Named<'p> {
    match statements {
        [] => Named::Absent,
        [one] => match &one.name {
            Some(name) => Named::One(name.as_str(), name.span),
            None => Named::NotAvailable(one.span),
        },
        _ => Named::Unclear,
    }
}

impl<'p> TableFacts<'p> {
    pub(super) fn path(&self) -> Named<'p> {
        named(&self.configs)
    }

    pub(super) fn env(&self) -> Named<'p> {
        named(&self.envs)
    }

    pub(super) fn console(&self) -> Named<'p> {
        named(&self.consoles)
    }

    /// Its lists of values. Items separated by blank lines only are one list.
    fn value_lists(&self) -> Vec<Vec<&'p Value>> {
        runs(self.contents.iter().copied().map(list_of))
    }

    pub(super) fn hints(&self) -> impl Iterator<Item = &'p Hint> + use<'p, '_> {
        self.contents.iter().filter_map(|content| match content {
            Content::Hint(hint) => Some(hint),
            _ => None,
        })
    }
}

impl<'p> Documented<'p> {
    /// The setting of the directive, and that of everything else, where they are two.
    pub(super) fn apart(&self) -> [Self; 2] {
        let of_directive = Self { title: None, tables: Vec::new(), body: Vec::new(), ..self.clone() };
        [of_directive, Self { directive: None, ..self.clone() }]
    }

    /// The only table that names a setting.
    pub(super) fn table(&self) -> Option<&TableFacts<'p>> {
        match self.tables.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// An option of the directive as a name.
    pub(super) fn option(&self, name: &str) -> Named<'p> {
        let Some(value) = self.directive.and_then(|directive| directive.option(name)) else {
            return Named::Absent;
        };
        let text = value.as_str();
        if text.is_empty() {
            return Named::Absent;
        }
        if WORDS.is_absent(text) {
            return Named::NotAvailable(value.span);
        }
        if name == "configjson" {
            let bare = text.strip_prefix('.').unwrap_or(text);
            let is_path = bare.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
            let start = value.span.start + text.len() - bare.len();
            return if is_path { Named::One(bare, Span::new(start, value.span.end)) } else { Named::Unclear };
        }
        if name == "environment" && text.contains([',', '\n']) {
            return Named::Unclear;
        }
        Named::One(text, value.span)
    }

    /// The setting's name in findings: its path, else its title.
    pub(super) fn name(&self) -> String {
        let table = self.table().map_or(Named::Absent, TableFacts::path);
        let directive = self.option("configjson");
        let dotted = [&table, &directive].into_iter().filter_map(Named::one).map(|(path, _)| path);
        let best = dotted.clone().find(|path| path.contains('.')).or_else(|| dotted.clone().next());
        match (best, self.title) {
            (Some(path), _) => path.to_owned(),
            (None, Some(title)) => title.value.clone(),
            (None, None) => self.directive.map(|directive| directive.id.value.clone()).unwrap_or_default(),
        }
    }

    /// Every list of values: the directive's, each table's, the text's.
    pub(super) fn value_lists(&self) -> Vec<Vec<&'p Value>> {
        let mut lists = Vec::new();
        if let Some(directive) = self.directive {
            lists.extend(runs(directive.body.iter().map(list_of)));
        }
        lists.extend(self.tables.iter().flat_map(TableFacts::value_lists));
        lists.extend(runs(self.body.iter().map(|part| match part {
            Part::Values(items) => Some(items),
            _ => None,
        })));
        lists
    }

    /// Hints of all tables and of the text.
    pub(super) fn hints(&self) -> Vec<&'p Hint> {
        let body = self.body.iter().filter_map(|part| match part {
            Part::Hint(hint) => Some(hint),
            _ => None,
        });
        self.tables.iter().flat_map(TableFacts::hints).chain(body).collect()
    }

    /// Every default that the page states without a condition, in the page's order.
    pub(super) fn defaults(&self) -> Vec<StatedDefault> {
        let mut found = Vec::new();
        if let Some(directive) = self.directive {
            if let Some(description) = directive.option("description")
                && let Some(piece) = grammar::stated_default(&description.value)
            {
                let start = description.span.start + piece.range.start;
                // A description of several lines has no single range.
                let span = if description.value.contains('\n') {
                    description.span
                } else {
                    Span::new(start, start + piece.text.len())
                };
                found.push(StatedDefault {
                    value: piece.text,
                    span,
                    by: Source::Sentence,
                    in_directive: true,
                });
            }
            if let Some(default) = directive.option("default") {
                found.push(StatedDefault {
                    value: default.value.clone(),
                    span: default.span,
                    by: Source::Config,
                    in_directive: true,
                });
            }
            found.extend(marked(directive.body.iter().filter_map(list_of).flatten(), true));
        }
        for table in &self.tables {
            found.extend(marked(table.contents.iter().copied().filter_map(list_of).flatten(), false));
            for content in &table.contents {
                let stated = match content {
                    Content::Hint(hint) => hint.default.clone(),
                    Content::Text(text) => grammar::stated_default(&text.value)
                        .filter(|piece| {
                            text.value.get(..piece.range.start).is_some_and(|before| before.len() < 24)
                        })
                        .map(|piece| Fact::at(piece.text, text.span)),
                    _ => None,
                };
                found.extend(stated.map(|fact| StatedDefault {
                    value: fact.value,
                    span: fact.span,
                    by: Source::Sentence,
                    in_directive: false,
                }));
            }
            for config in &table.configs {
                let stated = config.default.as_ref().filter(|_| table.configs.len() == 1);
                found.extend(stated.map(|fact| StatedDefault {
                    value: fact.value.clone(),
                    span: fact.span,
                    by: Source::Config,
                    in_directive: false,
                }));
            }
        }
        for part in &self.body {
            if let Part::Hint(hint) = part {
                found.extend(hint.default.as_ref().map(|fact| StatedDefault {
                    value: fact.value.clone(),
                    span: fact.span,
                    by: Source::Sentence,
                    in_directive: false,
                }));
            }
        }
        found.extend(marked(
            self.body
                .iter()
                .filter_map(|part| match part {
                    Part::Values(items) => Some(items),
                    _ => None,
                })
                .flatten(),
            false,
        ));
        found
    }
}

/// Joins consecutive lists into one.
fn runs<'v>(blocks: impl Iterator<Item = Option<&'v Vec<Value>>>) -> Vec<Vec<&'v Value>> {
    let mut lists: Vec<Vec<&Value>> = Vec::new();
    let mut open = false;
    for block in blocks {
        match (block, lists.last_mut()) {
            (Some(items), Some(list)) if open => list.extend(items),
            (Some(items), _) => lists.push(items.iter().collect()),
            (None, _) => {}
        }
        open = block.is_some();
    }
    lists
}

fn list_of(content: &Content) -> Option<&Vec<Value>> {
    match content {
        Content::Values(items) => Some(items),
        _ => None,
    }
}

fn marked<'v>(items: impl Iterator<Item = &'v Value>, in_directive: bool) -> Vec<StatedDefault> {
    let marked: Vec<&Value> = items.filter(|item| item.default).collect();
    match marked.as_slice() {
        [only] if only.default_if.is_none() => only
            .value
            .as_ref()
            .map(|value| StatedDefault {
                value: value.value.clone(),
                span: value.span,
                by: Source::Mark,
                in_directive,
            })
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// A default and where it is stated.
#[derive(Clone, Debug)]
pub(super) struct StatedDefault {
    pub(super) value: String,
    pub(super) span: Span,
    pub(super) by: Source,
    pub(super) in_directive: bool,
}

/// The form in which a default is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The mark in a value list.
    Mark,
    /// Next to the path, as `config.json` writes it.
    Config,
    /// `Default is …`
    Sentence,
}
