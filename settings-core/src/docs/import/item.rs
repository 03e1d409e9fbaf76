//! One documented setting, ready to become a field.

use crate::docs::dialect::DIALECT;
use crate::docs::facts::{Documented, Named};
use crate::docs::inline::rst_to_doc;
use crate::docs::read::PageRead;
use crate::schema::env_name;

use super::infer::{Inferred, infer};
use super::text::{Texts, markdown, texts};

/// A setting to be.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// From the outermost section's key to its own.
    pub(super) path: Vec<String>,
    pub(super) title: String,
    pub(super) texts: Texts,
    /// Values of a list, and what they mean in Markdown.
    pub(super) values: Vec<(String, String)>,
    pub(super) inferred: Inferred,
    /// Open questions, and statements of the page that the struct doesn't keep.
    pub(super) todo: Vec<String>,
    pub(super) console: Option<String>,
    pub(super) page: String,
    pub(super) at: Place,
}

/// The place that documents a setting.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Which page, and which of its entries.
    pub(super) entry: (usize, usize),
    /// `page.rst:12`
    pub(super) origin: String,
}

/// A documented thing that can't become a field, and why. Its text stays on its page.
#[derive(Clone, Debug)]
pub(super) struct Left {
    pub(super) name: String,
    pub(super) at: Place,
    pub(super) why: String,
}

/// The settings of a page (the `number`th), and the entries that can't be settings.
pub(super) fn items(
    page: &PageRead,
    number: usize,
    settings: &[(usize, Documented<'_>)],
    prefix: Option<&str>,
) -> (Vec<Item>, Vec<Left>) {
    let (mut items, mut left) = (Vec::new(), Vec::new());
    for (entry, setting) in settings {
        let line = page.lines.line(&page.text, setting.span.start);
        let origin = format!("{}:{line}", page.path.rsplit('/').next().unwrap_or(&page.path));
        let at = Place { entry: (number, *entry), origin };
        match keys(setting) {
            Err(why) => left.push(Left { name: setting.name(), at, why: why.to_owned() }),
            Ok(keys) => items.push(item(page, setting, keys, at, prefix)),
        }
    }
    (items, left)
}

/// The keys from the outermost section's to the setting's own; or why it can't be a field.
fn keys(setting: &Documented<'_>) -> Result<Vec<String>, &'static str> {
    let tables_with_path = setting.tables.iter().filter(|table| !table.configs.is_empty()).count();
    if tables_with_path > 1 || setting.tables.iter().any(|table| table.configs.len() > 1) {
        return Err("several settings under one heading");
    }
    let path = path(setting).ok_or("no path in config.json")?;
    let keys: Vec<String> = path.split('.').map(str::to_owned).collect();
    let is_key = |key: &String| {
        key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let is_plugins = keys.first().is_some_and(|key| key == DIALECT.map_section) && keys.len() > 2;
    if keys.iter().all(is_key) && !is_plugins { Ok(keys) } else { Err("its path leads into a map") }
}

fn item(
    page: &PageRead,
    setting: &Documented<'_>,
    path: Vec<String>,
    at: Place,
    prefix: Option<&str>,
) -> Item {
    let inferred = infer(setting);
    let entry = page.page.entries.get(at.entry.1);
    let texts = texts(page, entry.map_or(&[], |entry| entry.parts()), setting, &inferred.values);
    let values = inferred.values.iter().map(|(value, text)| (value.clone(), markdown(text))).collect();
    let mut todo: Vec<String> = inferred.todo.iter().map(|todo| (*todo).to_owned()).collect();
    todo.extend(variable(setting, &path, prefix));
    Item {
        title: title(setting, &path),
        texts,
        values,
        inferred,
        todo,
        console: console(setting),
        page: page.page.name.clone(),
        at,
        path,
    }
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

/// The page's statement about the variable, if it isn't the variable of the path.
fn variable(setting: &Documented<'_>, path: &[String], prefix: Option<&str>) -> Option<String> {
    let derived = env_name(prefix?, &path.join("."));
    let stated = setting.tables.iter().map(|table| table.env()).chain([setting.option("environment")]);
    stated.into_iter().find_map(|env| match env {
        Named::NotAvailable(_) => Some("the page says that no variable sets it".to_owned()),
        Named::One(name, _) if name != derived => Some(format!("the page calls its variable `{name}`")),
        _ => None,
    })
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
        return rst_to_doc(&title.value);
    }
    let displayed = setting.directive.and_then(|directive| directive.option("displayname"));
    let displayed =
        displayed.map(|name| name.value.rsplit_once(" (").map_or(name.as_str(), |(name, _)| name));
    displayed.map_or_else(|| keys.last().cloned().unwrap_or_default(), str::to_owned)
}
