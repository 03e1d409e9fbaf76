//! One documented setting, ready to become a field.

use crate::docs::facts::{Documented, Named};
use crate::docs::grammar;
use crate::docs::inline::rst_to_markdown;
use crate::docs::model::{Content, Part};
use crate::docs::read::PageRead;

use super::infer::{Inferred, infer};

/// A setting to be.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// From the outermost section's key to its own.
    pub(super) path: Vec<String>,
    pub(super) title: String,
    /// Paragraphs in Markdown.
    pub(super) description: Vec<String>,
    /// Values of a list, and what they mean in Markdown.
    pub(super) values: Vec<(String, String)>,
    /// Paragraphs in Markdown that follow the values.
    pub(super) note: Vec<String>,
    pub(super) inferred: Inferred,
    pub(super) console: Option<String>,
    pub(super) page: String,
    /// `page.rst:12`
    pub(super) origin: String,
}

/// A documented thing that can't become a field, and why.
#[derive(Clone, Debug)]
pub(super) struct Left {
    pub(super) name: String,
    pub(super) origin: String,
    pub(super) why: String,
}

/// The settings of a page, and what is none.
pub(super) fn items(page: &PageRead, settings: &[Documented<'_>]) -> (Vec<Item>, Vec<Left>) {
    let (mut items, mut left) = (Vec::new(), Vec::new());
    for setting in settings {
        let line = page.places.line(setting.span.start);
        let origin = format!("{}:{line}", page.path.rsplit('/').next().unwrap_or(&page.path));
        let mut leave = |why: &str| {
            left.push(Left { name: setting.name(), origin: origin.clone(), why: why.to_owned() });
        };
        let tables_with_path = setting.tables.iter().filter(|table| !table.configs.is_empty()).count();
        if tables_with_path > 1 || setting.tables.iter().any(|table| table.configs.len() > 1) {
            leave("several settings under one heading");
            continue;
        }
        let Some(path) = path(setting) else {
            leave("no path in config.json");
            continue;
        };
        let keys: Vec<String> = path.split('.').map(str::to_owned).collect();
        let is_key =
            |key: &String| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let starts = |key: &String| key.starts_with(|c: char| c.is_ascii_alphabetic());
        if !keys.iter().all(|key| is_key(key) && starts(key))
            || keys.first().is_some_and(|key| key == "PluginSettings") && keys.len() > 2
        {
            leave("its path leads into a map");
            continue;
        }
        let texts = texts(setting);
        let inferred = infer(setting);
        let values = inferred.values.iter().map(|(value, text)| (value.clone(), markdown(text))).collect();
        items.push(Item {
            title: title(setting, &keys),
            description: texts.description,
            values,
            note: texts.note,
            inferred,
            console: console(setting),
            page: page.page.name.clone(),
            origin,
            path: keys,
        });
    }
    (items, left)
}

/// The fuller of the paths that table and directive give.
fn path(setting: &Documented<'_>) -> Option<String> {
    let table = setting.tables.iter().find_map(|table| table.path().one().map(|(path, _)| path));
    let directive = setting.option("configjson").one().map(|(path, _)| path);
    let best = match (table, directive) {
        (Some(table), Some(directive)) if !table.contains('.') && directive.contains('.') => directive,
        (Some(table), _) => table,
        (None, directive) => directive?,
    };
    Some(best.to_owned())
}

fn console(setting: &Documented<'_>) -> Option<String> {
    let table = setting
        .tables
        .iter()
        .map(|table| table.console())
        .find_map(|console| console.one().map(|(path, _)| path));
    let directive = match setting.option("systemconsole") {
        Named::One(path, _) => Some(path),
        _ => None,
    };
    table.or(directive).map(|path| path.trim_matches('*').to_owned())
}

fn title(setting: &Documented<'_>, keys: &[String]) -> String {
    if let Some(title) = setting.title {
        return rst_to_markdown(title);
    }
    let displayed = setting.directive.and_then(|directive| directive.option("displayname"));
    let displayed = displayed.map(|name| name.rsplit_once(" (").map_or(name.as_str(), |(name, _)| name));
    displayed.map_or_else(|| keys.last().cloned().unwrap_or_default(), str::to_owned)
}

struct Texts {
    description: Vec<String>,
    note: Vec<String>,
}

fn texts(setting: &Documented<'_>) -> Texts {
    let mut texts = Texts { description: Vec::new(), note: Vec::new() };
    for table in &setting.tables {
        let mut after_values = false;
        for content in &table.contents {
            match content {
                // The derive states the default itself.
                Content::Text(text)
                    if grammar::stated_default(text).is_some_and(|default| default.range.start < 24) => {}
                Content::Text(text) if after_values => texts.note.push(markdown(text)),
                Content::Text(text) => texts.description.push(markdown(text)),
                Content::Values(items) if items.iter().any(|item| item.value.is_some()) => {
                    after_values = true
                }
                _ => {}
            }
        }
    }
    for part in &setting.body {
        if let Part::Text(text) = part {
            texts.description.push(markdown(text));
        }
    }
    let described = setting.directive.and_then(|directive| directive.option("description"));
    if texts.description.is_empty()
        && let Some(description) = described.filter(|description| !description.is_empty())
    {
        texts.description.push(markdown(description));
    }
    texts
}

/// One line of Markdown that the derive takes for text.
fn markdown(rst: &str) -> String {
    let text = rst_to_markdown(&rst.split_whitespace().collect::<Vec<_>>().join(" "));
    // The mark of the default is the derive's to place.
    let text = text.replace("**(Default)**", "").replace("(Default)", "").replace("(default)", "");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
