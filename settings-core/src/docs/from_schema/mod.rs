//! Converts the schema to models: one page for each page name.

mod blocks;
mod hint;
mod history;
mod page_text;

use crate::schema::{Choice, DefaultValue, Kind, Leaf, Section, Setting, Unit, ValueDoc, anchor, page_name};

use self::blocks::{blocks, one_line};
use super::dialect::Dialect;
use super::inline::markdown_to_rst;
use super::model::{Bullet, Content, Entry, Fact, Heading, Page, Part, Placed, Row, Statement, Table, Value};
use super::render::part_of;

pub(super) use hint::readable_default;
pub(super) use page_text::{BODY, PLACE};

/// Returns the pages of a program's settings, in the order of the schema and in the program's own dialect
/// ([`Dialect::of`]).
///
/// Settings without a page are on the page named by their outermost section, those of the root on the page `General`;
/// hidden settings are not documented. After a list or map of sections, the settings of its entries follow. In a page
/// with a text of its own ([`PageText`](crate::schema::PageText)) that text places the settings.
pub fn from_schema(root: &'static Section) -> Vec<Page> {
    from_schema_in(root, &Dialect::of(root))
}

/// Returns the pages of a program's settings in a dialect.
pub fn from_schema_in(root: &'static Section, dialect: &Dialect) -> Vec<Page> {
    let form = Form { root, dialect };
    let sources = page_text::page_sources(root);
    let mut pages: Vec<(String, Vec<Leaf>)> = Vec::new();
    for leaf in visible_leaves(root) {
        let name = page_of(&leaf);
        match pages.iter_mut().find(|(known, _)| *known == name) {
            Some((_, leaves)) => leaves.push(leaf),
            None => pages.push((name.to_owned(), vec![leaf])),
        }
    }
    for source in &sources {
        if !pages.iter().any(|(known, _)| known == source.page) {
            pages.push((source.page.to_owned(), Vec::new()));
        }
    }
    let with_text = |name: &str| sources.iter().any(|source| source.page == name);
    pages
        .into_iter()
        .filter_map(|(name, leaves)| {
            if !with_text(&name) {
                return Some(page(name, &leaves, form));
            }
            let (mut page, rest) = page_text::page(&name, &sources, &leaves, root, form);
            page.entries.extend(rest.into_iter().map(|leaf| setting(leaf, form)));
            page.entries.extend(rules(&leaves));
            // All of its settings are placed on other pages.
            (!page.entries.is_empty()).then_some(page)
        })
        .collect()
}

/// The form of the pages, and the program that names the variables.
#[derive(Clone, Copy)]
struct Form<'d> {
    root: &'static Section,
    dialect: &'d Dialect,
}

/// The settings that documents show.
pub(super) fn visible_leaves(root: &'static Section) -> impl Iterator<Item = Leaf> {
    root.leaves_with_entries().filter(|leaf| !leaf.setting.hidden())
}

/// The name of a setting's page.
fn page_of(leaf: &Leaf) -> &'static str {
    page_name(&leaf.path, leaf.setting, leaf.page)
}

fn page(name: String, leaves: &[Leaf], form: Form<'_>) -> Page {
    let mut entries = vec![Entry::Prose(introduction(&name, leaves, form))];
    entries.extend(leaves.iter().map(|leaf| setting(leaf, form)));
    entries.extend(rules(leaves));
    Page { name, metadata: vec![":orphan:".to_owned()], entries, ..Page::default() }
}

/// The rules over the settings of the page.
fn rules(leaves: &[Leaf]) -> Option<Entry> {
    Some(history::rules(leaves)).filter(|parts| !parts.is_empty()).map(Entry::Prose)
}

fn introduction(name: &str, leaves: &[Leaf], form: Form<'_>) -> Vec<Placed> {
    let title = Heading { title: format!("{name} settings").into(), mark: '=', length: None };
    let mut parts = vec![Placed::by_rule(Part::Heading(title))];
    let mut described: Vec<&str> = Vec::new();
    // Entries are described where their list or map is.
    for leaf in leaves.iter().filter(|leaf| leaf.entry_of.is_none()) {
        let doc = leaf.section.doc.trim();
        // A page of some of the root's settings is not about the whole program.
        let is_program = leaf.path.keys().len() == 1 && leaf.section.page.is_none();
        if !doc.is_empty() && !is_program && !described.contains(&doc) {
            described.push(doc);
            parts.extend(blocks(doc).into_iter().map(|content| Placed::by_rule(part_of(content))));
        }
    }
    parts
        .extend(optional_sections(leaves).into_iter().map(|words| Placed::by_rule(Part::Text(words.into()))));
    parts.push(Placed::by_rule(Part::Text(ways_to_set(leaves, form).into())));
    parts
}

/// A sentence for each section of the page that may be absent.
fn optional_sections(leaves: &[Leaf]) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    for leaf in leaves.iter().filter(|leaf| leaf.optional && leaf.entry_of.is_none()) {
        let path = leaf.path.to_string();
        let section = path.rsplit_once('.').map_or("", |(section, _)| section);
        let is_below = |known: &String| section == known || section.starts_with(&format!("{known}."));
        if !section.is_empty() && !known.iter().any(is_below) {
            known.push(section.to_owned());
        }
    }
    let sentence = |section: &String| {
        format!("The section ``{section}`` is optional: it exists if at least one of its settings is set.")
    };
    known.iter().map(sentence).collect()
}

/// The paragraph about the places where settings can be changed.
fn ways_to_set(leaves: &[Leaf], form: Form<'_>) -> String {
    let file = form.dialect.file_name();
    if !form.dialect.has_members() {
        let has_variable = |leaf: &Leaf| form.root.variable(&leaf.path, leaf.setting).is_some();
        return match leaves.iter().any(has_variable) {
            true => {
                format!(
                    "Set them in ``{file}``, or by the environment variable that is given with each setting."
                )
            }
            false => format!("Set them in ``{file}``."),
        };
    }
    let console = leaves.first().and_then(|leaf| leaf.console);
    let everywhere = console.filter(|_| leaves.iter().all(|leaf| leaf.console == console));
    match everywhere {
        Some(console) => format!(
            "Change these settings in the System Console under **{console}**, in ``{file}``, or by the environment \
             variable that each table names."
        ),
        None => format!(
            "Change these settings in ``{file}``, or by the environment variable that each table names."
        ),
    }
}

fn setting(leaf: &Leaf, form: Form<'_>) -> Entry {
    Entry::Setting(entry_parts(leaf, form))
}

/// Anchor, heading, versions, and table.
fn entry_parts(leaf: &Leaf, form: Form<'_>) -> Vec<Placed> {
    let path = leaf.path.to_string();
    let title = match leaf.entry_of {
        Some(list) => format!("{}: {}", list.title, leaf.setting.title),
        None => leaf.setting.title.to_owned(),
    };
    let heading = Heading { title: markdown_to_rst(&title).into(), mark: Heading::SETTING, length: None };
    let anchor = Part::Verbatim(format!(".. _{}:", anchor(&path)));
    let table = Part::Table(table(leaf, &path, form));
    let parts = [Some(anchor), Some(Part::Heading(heading)), history::badge(leaf), Some(table)];
    parts.into_iter().flatten().map(Placed::by_rule).collect()
}

fn table(leaf: &Leaf, path: &str, form: Form<'_>) -> Table {
    let dialect = form.dialect;
    let mut left = blocks(leaf.setting.description);
    let values = value_list(leaf.setting);
    match values.is_empty() {
        true => left.extend(hint::hint(leaf, form).map(Content::Hint)),
        false => left.push(Content::Values(values)),
    }
    let default = shown_next_to_path(leaf.setting).filter(|_| dialect.has_members());
    let config = Statement {
        name: Some(path.to_owned().into()),
        text: dialect.config_words(path, default.as_deref()).map(Fact::from),
        default: default.map(Fact::from),
        ..Statement::default()
    };
    let mut right = Vec::new();
    if dialect.has_console() {
        right.push(Bullet::Console(Statement { name: leaf.console.map(Fact::from), ..Statement::default() }));
    }
    right.push(Bullet::Config(config));
    match form.root.variable(&leaf.path, leaf.setting) {
        Some(variable) => right.push(Bullet::Env(Statement::naming(variable))),
        None if dialect.has_members() => right.push(Bullet::Env(Statement::default())),
        None => {}
    }
    right.extend(dialect.console_link(path).map(|link| Bullet::Text(link.into())));
    let mut rows = vec![Row { left, right: Some(right) }];
    let mut notes = blocks(leaf.setting.note());
    notes.extend(history::notes(leaf));
    if !notes.is_empty() {
        rows.push(Row { left: notes, right: None });
    }
    Table { rows, ..Table::default() }
}

/// The default next to the path, for bools only; elsewhere the value list or the hint states it.
fn shown_next_to_path(setting: &Setting) -> Option<String> {
    match (setting.kind.required(), setting.default) {
        (Kind::Bool, DefaultValue::Bool(default)) => Some(default.to_string()),
        _ => None,
    }
}

fn value_list(setting: &Setting) -> Vec<Value> {
    let choices = match setting.kind.required() {
        Kind::OneOf(choices) => *choices,
        _ => &[],
    };
    let default = default_text(setting);
    let item = |value: &str, label: &str, text: &str| Value {
        value: Some(label.to_owned().into()),
        default: default.as_deref() == Some(value),
        text: markdown_to_rst(&one_line(text)).into(),
        ..Value::default()
    };
    if setting.values.is_empty() {
        return choices.iter().map(|choice| item(choice.text, choice.label, choice.doc)).collect();
    }
    setting
        .values
        .iter()
        .map(|doc| match choice_of(choices, doc) {
            Some(choice) => item(choice.text, choice.label, doc.text),
            None => item(doc.value, doc.value, doc.text),
        })
        .collect()
}

fn choice_of(choices: &'static [Choice], doc: &ValueDoc) -> Option<&'static Choice> {
    choices.iter().find(|choice| choice.text == doc.value || choice.label == doc.value)
}

/// The default as a text; `None` if there is none, or only a rule.
pub(super) fn default_text(setting: &Setting) -> Option<String> {
    match setting.default {
        DefaultValue::None | DefaultValue::Computed { .. } => None,
        DefaultValue::Bool(default) => Some(default.to_string()),
        DefaultValue::Integer(default) => Some(default.to_string()),
        DefaultValue::Float(default) => Some(default.to_string()),
        DefaultValue::Text(default) | DefaultValue::Json(default) => Some(default.to_owned()),
    }
}

/// The unit that a hint names.
pub(super) fn unit_named(name: &str) -> Option<Unit> {
    [Unit::Milliseconds, Unit::Seconds, Unit::Minutes, Unit::Hours, Unit::Days]
        .into_iter()
        .find(|unit| unit.name() == name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
