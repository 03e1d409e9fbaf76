//! From schema to model: one page a page name.

mod blocks;
mod history;
mod page_text;

use crate::schema::{Choice, DefaultValue, Kind, Leaf, Section, Setting, Unit, ValueDoc};
use crate::value::expectation;

use self::blocks::{blocks, one_line};
use super::inline::markdown_to_rst;
use super::model::{
    Bullet, Content, Entry, Fact, Heading, Hint, Page, Part, Placed, Row, Statement, Table, Value,
};
use super::render::part_of;

pub(super) use page_text::{BODY, PLACE};

/// The pages of a program's settings, in the order in which the schema names them. Settings without a page are on
/// the page named by their outermost key; hidden ones are on none. A page that has a text of its own
/// ([`PageText`](crate::schema::PageText)) holds its settings where that text places them.
pub fn from_schema(root: &'static Section) -> Vec<Page> {
    let prefix = root.variable_prefix();
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
                return Some(page(name, &leaves, prefix));
            }
            let (mut page, rest) = page_text::page(&name, &sources, &leaves, root);
            page.entries.extend(rest.into_iter().map(|leaf| setting(leaf, prefix)));
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

fn page(name: String, leaves: &[Leaf], prefix: Option<&str>) -> Page {
    let mut entries = vec![Entry::Prose(introduction(&name, leaves))];
    entries.extend(leaves.iter().map(|leaf| setting(leaf, prefix)));
    entries.extend(rules(leaves));
    Page { name, metadata: vec![":orphan:".to_owned()], entries, ..Page::default() }
}

/// What must hold between the page's settings.
fn rules(leaves: &[Leaf]) -> Option<Entry> {
    Some(history::rules(leaves)).filter(|parts| !parts.is_empty()).map(Entry::Prose)
}

fn introduction(name: &str, leaves: &[Leaf]) -> Vec<Placed> {
    let title = Heading { title: format!("{name} settings").into(), mark: '=', length: None };
    let mut parts = vec![Placed::by_rule(Part::Heading(title))];
    let mut told: Vec<&str> = Vec::new();
    for leaf in leaves {
        let doc = leaf.section.doc.trim();
        if !doc.is_empty() && !told.contains(&doc) {
            told.push(doc);
            parts.extend(blocks(doc).into_iter().map(|content| Placed::by_rule(part_of(content))));
        }
    }
    let console = leaves.first().and_then(|leaf| leaf.console);
    let everywhere = console.filter(|_| leaves.iter().all(|leaf| leaf.console == console));
    let words = match everywhere {
        Some(console) => format!(
            "Change these settings in the System Console under **{console}**, in ``config.json``, or by the \
             environment variable that each table names."
        ),
        None => {
            "Change these settings in ``config.json``, or by the environment variable that each table names."
                .to_owned()
        }
    };
    parts.push(Placed::by_rule(Part::Text(words.into())));
    parts
}

fn setting(leaf: &Leaf, prefix: Option<&str>) -> Entry {
    Entry::Setting(entry_parts(leaf, prefix))
}

/// Anchor, heading, what versions have it, and table.
fn entry_parts(leaf: &Leaf, prefix: Option<&str>) -> Vec<Placed> {
    let path = leaf.path.to_string();
    let heading =
        Heading { title: markdown_to_rst(leaf.setting.title).into(), mark: Heading::SETTING, length: None };
    let anchor = Part::Verbatim(format!(".. _{}:", anchor(&path)));
    let table = Part::Table(table(leaf, &path, prefix));
    let parts = [Some(anchor), Some(Part::Heading(heading)), history::badge(leaf), Some(table)];
    parts.into_iter().flatten().map(Placed::by_rule).collect()
}

/// The label of a setting's heading, to refer to it by `:ref:`.
pub(super) fn anchor(path: &str) -> String {
    path.to_ascii_lowercase().replace('.', "-")
}

fn table(leaf: &Leaf, path: &str, prefix: Option<&str>) -> Table {
    let mut left = blocks(leaf.setting.description);
    let values = value_list(leaf.setting);
    match values.is_empty() {
        true => left.extend(hint(leaf.setting).map(Content::Hint)),
        false => left.push(Content::Values(values)),
    }
    let console = Statement { name: leaf.console.map(Fact::from), ..Statement::default() };
    let config = Statement {
        name: Some(path.to_owned().into()),
        default: shown_beside_path(leaf.setting).map(Fact::from),
        ..Statement::default()
    };
    let env = prefix.map(|prefix| Statement::naming(leaf.path.env_name(prefix))).unwrap_or_default();
    let right = vec![Bullet::Console(console), Bullet::Config(config), Bullet::Env(env)];
    let mut rows = vec![Row { left, right: Some(right) }];
    let mut notes = blocks(leaf.setting.note());
    notes.extend(history::notes(leaf));
    if !notes.is_empty() {
        rows.push(Row { left: notes, right: None });
    }
    Table { rows, ..Table::default() }
}

/// The default stands beside the path for bools only; elsewhere the value list or the hint states it.
fn shown_beside_path(setting: &Setting) -> Option<String> {
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

/// The default as a text; `None` where there is none or only a rule.
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
            format!("Numerical input{}.", bounds(*min, *max, types.contains(max)))
        }
        Kind::Float { min, max } => format!("Decimal input{}.", float_bounds(*min, *max)),
        Kind::Text | Kind::Secret => "String input.".to_owned(),
        Kind::TextOf(_) => format!("String input ({}).", markdown_to_rst(&expectation(&setting.kind))),
        Kind::Size { min, max } => {
            format!("Numerical value in bytes{}.", bounds((*min).into(), (*max).into(), *max == u64::MAX))
        }
        Kind::Set(of) => format!("{} array input.", element(of)),
        Kind::Section(_) => "Map input.".to_owned(),
        Kind::Json => "JSON input.".to_owned(),
        Kind::Duration { unit, min, max } => {
            let longest = u64::MAX / Unit::Days.millis();
            let bounds = bounds((*min).into(), (*max).into(), *max >= longest);
            format!("Numerical value in {}{bounds}.", unit.name())
        }
        Kind::List(of) => format!("{} array input.", element(of)),
        Kind::Map(_) => "Map input.".to_owned(),
        Kind::Custom(custom) => format!("String input ({}).", custom.name),
        Kind::Optional(_) => return None,
    };
    let default = default_text(setting);
    let said = match (&default, setting.default) {
        (Some(default), _) if default.is_empty() => " Default is empty.".to_owned(),
        (Some(default), _) => format!(" Default is {}.", literal(default)),
        (None, DefaultValue::Computed { rule, .. }) => {
            format!(" Where nothing sets it: {}.", markdown_to_rst(rule))
        }
        (None, _) => String::new(),
    };
    Some(Hint { text: format!("{what}{said}").into(), default: default.map(Fact::from) })
}

fn element(kind: &Kind) -> &'static str {
    match kind.required() {
        Kind::Integer { .. } | Kind::Float { .. } | Kind::Size { .. } | Kind::Duration { .. } => "Numerical",
        _ => "String",
    }
}

/// The range in words; what only a large type holds is no bound.
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

/// The range in words, as far as it is narrower than what the types hold.
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
