//! Converts the schema to models: one page for each page name.

mod blocks;
mod history;
mod page_text;

use crate::schema::{Choice, DefaultValue, Kind, Leaf, Section, Setting, Unit, ValueDoc};
use crate::value::expectation;

use self::blocks::{blocks, one_line};
use super::dialect::DIALECT;
use super::inline::markdown_to_rst;
use super::model::{
    Bullet, Content, Entry, Fact, Heading, Hint, Page, Part, Placed, Row, Statement, Table, Value,
};
use super::render::part_of;

pub(super) use page_text::{BODY, PLACE};

/// Returns the pages of a program's settings, in the order of the schema.
///
/// Settings without a page are on the page named by their outermost key; hidden settings are not documented. In a page
/// with a text of its own ([`PageText`](crate::schema::PageText)) that text places the settings.
pub fn from_schema(root: &'static Section) -> Vec<Page> {
    let sources = page_text::page_sources(root);
    let mut pages: Vec<(String, Vec<Leaf>)> = Vec::new();
    for leaf in visible_leaves(root) {
        let name = match leaf.page {
            Some(page) => page.to_owned(),
            None => leaf.path.keys().first().copied().unwrap_or_default().to_owned(),
        };
        match pages.iter_mut().find(|(known, _)| *known == name) {
            Some((_, leaves)) => leaves.push(leaf),
            None => pages.push((name, vec![leaf])),
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
                return Some(page(name, &leaves, root));
            }
            let (mut page, rest) = page_text::page(&name, &sources, &leaves, root);
            page.entries.extend(rest.into_iter().map(|leaf| setting(leaf, root)));
            page.entries.extend(rules(&leaves));
            // All of its settings are placed on other pages.
            (!page.entries.is_empty()).then_some(page)
        })
        .collect()
}

/// The settings that documents show.
pub(super) fn visible_leaves(root: &'static Section) -> impl Iterator<Item = Leaf> {
    root.leaves().filter(|leaf| !leaf.setting.hidden())
}

fn page(name: String, leaves: &[Leaf], root: &'static Section) -> Page {
    let mut entries = vec![Entry::Prose(introduction(&name, leaves))];
    entries.extend(leaves.iter().map(|leaf| setting(leaf, root)));
    entries.extend(rules(leaves));
    Page { name, metadata: vec![":orphan:".to_owned()], entries, ..Page::default() }
}

/// The rules over the settings of the page.
fn rules(leaves: &[Leaf]) -> Option<Entry> {
    Some(history::rules(leaves)).filter(|parts| !parts.is_empty()).map(Entry::Prose)
}

fn introduction(name: &str, leaves: &[Leaf]) -> Vec<Placed> {
    let title = Heading { title: format!("{name} settings").into(), mark: '=', length: None };
    let mut parts = vec![Placed::by_rule(Part::Heading(title))];
    let mut described: Vec<&str> = Vec::new();
    for leaf in leaves {
        let doc = leaf.section.doc.trim();
        if !doc.is_empty() && !described.contains(&doc) {
            described.push(doc);
            parts.extend(blocks(doc).into_iter().map(|content| Placed::by_rule(part_of(content))));
        }
    }
    let console = leaves.first().and_then(|leaf| leaf.console);
    let everywhere = console.filter(|_| leaves.iter().all(|leaf| leaf.console == console));
    let words = match everywhere {
        Some(console) => format!(
            "Change these settings in the System Console under **{console}**, in ``{}``, or by the environment \
             variable that each table names.",
            DIALECT.file
        ),
        None => format!(
            "Change these settings in ``{}``, or by the environment variable that each table names.",
            DIALECT.file
        ),
    };
    parts.push(Placed::by_rule(Part::Text(words.into())));
    parts
}

fn setting(leaf: &Leaf, root: &'static Section) -> Entry {
    Entry::Setting(entry_parts(leaf, root))
}

/// Anchor, heading, versions, and table.
fn entry_parts(leaf: &Leaf, root: &'static Section) -> Vec<Placed> {
    let path = leaf.path.to_string();
    let heading =
        Heading { title: markdown_to_rst(leaf.setting.title).into(), mark: Heading::SETTING, length: None };
    let anchor = Part::Verbatim(format!(".. _{}:", anchor(&path)));
    let table = Part::Table(table(leaf, &path, root));
    let parts = [Some(anchor), Some(Part::Heading(heading)), history::badge(leaf), Some(table)];
    parts.into_iter().flatten().map(Placed::by_rule).collect()
}

/// The label of a setting's heading, to refer to it by `:ref:`.
pub(super) fn anchor(path: &str) -> String {
    path.to_ascii_lowercase().replace('.', "-")
}

fn table(leaf: &Leaf, path: &str, root: &'static Section) -> Table {
    let mut left = blocks(leaf.setting.description);
    let values = value_list(leaf.setting);
    match values.is_empty() {
        true => left.extend(hint(leaf.setting).map(Content::Hint)),
        false => left.push(Content::Values(values)),
    }
    let console = Statement { name: leaf.console.map(Fact::from), ..Statement::default() };
    let config = Statement {
        name: Some(path.to_owned().into()),
        default: shown_next_to_path(leaf.setting).map(Fact::from),
        ..Statement::default()
    };
    let variable = root.variable(&leaf.path, leaf.setting);
    let env = variable.map(Statement::naming).unwrap_or_default();
    let right = vec![Bullet::Console(console), Bullet::Config(config), Bullet::Env(env)];
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

fn hint(setting: &Setting) -> Option<Hint> {
    let what = match setting.kind.required() {
        Kind::Bool | Kind::OneOf(_) => return None,
        Kind::Integer { min, max } => {
            let types = [i32::MAX.into(), u32::MAX.into(), i64::MAX.into(), u64::MAX.into()];
            format!("{}{}.", DIALECT.number, bounds(*min, *max, types.contains(max)))
        }
        Kind::Float { min, max } => format!("{}{}.", DIALECT.decimal, float_bounds(*min, *max)),
        Kind::Text | Kind::Secret => format!("{}.", DIALECT.text),
        Kind::TextOf(_) | Kind::SecretOf(_) => {
            format!("{} ({}).", DIALECT.text, markdown_to_rst(&expectation(&setting.kind)))
        }
        Kind::Size { min, max } => {
            let bounds = bounds((*min).into(), (*max).into(), *max == u64::MAX);
            format!("{} bytes{bounds}.", DIALECT.number_in)
        }
        Kind::Set(of) => format!("{}.", list_of(of)),
        Kind::Tuple(_) => {
            format!("{} ({}).", DIALECT.text_list, markdown_to_rst(&expectation(&setting.kind)))
        }
        Kind::Section(_) => format!("{}.", DIALECT.map),
        Kind::Json => format!("{}.", DIALECT.json),
        Kind::Duration { unit, min, max } => {
            let longest = u64::MAX / Unit::Days.millis();
            let bounds = bounds((*min).into(), (*max).into(), *max >= longest);
            format!("{} {}{bounds}.", DIALECT.number_in, unit.name())
        }
        Kind::List(of) => format!("{}.", list_of(of)),
        Kind::Map(_) => format!("{}.", DIALECT.map),
        Kind::Custom(custom) => format!("{} ({}).", DIALECT.text, custom.name),
        Kind::Optional(_) => return None,
    };
    let default = default_text(setting);
    let said = match (&default, setting.default) {
        (Some(default), _) if default.is_empty() => format!(" {} {}.", DIALECT.default_is, DIALECT.empty),
        (Some(default), _) => format!(" {} {}.", DIALECT.default_is, literal(default)),
        (None, DefaultValue::Computed { rule, .. }) => {
            format!(" Where nothing sets it: {}.", markdown_to_rst(rule))
        }
        (None, _) => String::new(),
    };
    Some(Hint { text: format!("{what}{said}").into(), default: default.map(Fact::from) })
}

fn list_of(kind: &Kind) -> &'static str {
    match kind.required() {
        Kind::Integer { .. } | Kind::Float { .. } | Kind::Size { .. } | Kind::Duration { .. } => {
            DIALECT.number_list
        }
        _ => DIALECT.text_list,
    }
}

/// The range in words, without the bounds of large types.
fn bounds(min: i128, max: i128, unbounded_above: bool) -> String {
    let unbounded_below = [i128::from(i32::MIN), i64::MIN.into()].contains(&min);
    match (unbounded_below, unbounded_above) {
        (true, true) => String::new(),
        (false, true) if min == 0 => String::new(),
        (false, true) => format!(" of at least {min}"),
        (true, false) => format!(" of at most {max}"),
        (false, false) => format!(" from {min} to {max}"),
    }
}

/// The range in words, without the bounds of the types.
fn float_bounds(min: f64, max: f64) -> String {
    match (min <= f64::from(f32::MIN), max >= f64::from(f32::MAX)) {
        (true, true) => String::new(),
        (false, true) => format!(" of at least {min:?}"),
        (true, false) => format!(" of at most {max:?}"),
        (false, false) => format!(" from {min:?} to {max:?}"),
    }
}

/// A literal that reStructuredText reads as one: quoted where the text begins or ends in a blank.
fn literal(text: &str) -> String {
    let bare = text.trim() == text && !text.contains("``") && !text.ends_with('`');
    if bare { format!("``{text}``") } else { format!("``{text:?}``") }
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
