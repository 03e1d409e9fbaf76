//! Moves the facts of a page from tables into directives.

use crate::docs::dialect::WORDS;
use crate::docs::layout;
use crate::docs::model::{Bullet, Content, Directive, DirectiveOption, Entry, Page, Part, Placed, Table};

/// Gives every setting that has a table a directive with the table's facts above its heading, and its texts below.
pub(super) fn directives(page: &Page) -> Page {
    let mut page = page.clone();
    for entry in &mut page.entries {
        if let Entry::Setting(parts) = entry {
            *parts = without_table(std::mem::take(parts), &page.name);
        }
    }
    page
}

fn without_table(parts: Vec<Placed>, page_name: &str) -> Vec<Placed> {
    let tables = parts.iter().filter(|placed| matches!(placed.part, Part::Table(_))).count();
    let table = parts.iter().find_map(|placed| match &placed.part {
        Part::Table(table) if tables == 1 && is_plain(table) => Some(table.clone()),
        _ => None,
    });
    // Several settings in one table have no single directive.
    let Some(table) = table else { return parts };
    let own = parts.iter().find_map(|placed| match &placed.part {
        Part::Directive(directive) => Some(directive),
        _ => None,
    });
    // Facts that the page's own directive states otherwise would be lost with the table.
    if own.is_some_and(|own| !states(own, &table)) {
        return parts;
    }
    let title = parts.iter().find_map(|placed| match &placed.part {
        Part::Heading(heading) => Some(heading.title.value.clone()),
        _ => None,
    });
    let mut out = Vec::with_capacity(parts.len() + 4);
    let mut anchor_of_heading = String::new();
    if !parts.iter().any(|placed| matches!(placed.part, Part::Directive(_))) {
        let directive = directive_of(&table, title.as_deref(), page_name);
        anchor_of_heading = format!(".. _{}:", directive.id.value);
        out.push(Placed::by_rule(Part::Directive(directive)));
    }
    for placed in parts {
        // The directive defines it now.
        if matches!(&placed.part, Part::Verbatim(text) if *text == anchor_of_heading) {
            continue;
        }
        if matches!(placed.part, Part::Table(_)) {
            out.extend(
                table
                    .rows
                    .iter()
                    .flat_map(|row| row.left.iter().cloned())
                    .map(|content| Placed::by_rule(part_of(content))),
            );
            let rest = table.rows.iter().flat_map(|row| row.right.iter().flatten());
            out.extend(rest.filter_map(|bullet| match bullet {
                Bullet::Text(text) => {
                    Some(Placed::by_rule(Part::Verbatim(format!("- {}", text.value.replace('\n', "\n  ")))))
                }
                Bullet::Verbatim(text) => Some(Placed::by_rule(Part::Verbatim(text.value.clone()))),
                _ => None,
            }));
        } else {
            out.push(placed);
        }
    }
    out
}

/// Returns true if a directive states the same names as a table.
fn states(directive: &Directive, table: &Table) -> bool {
    let said =
        |option: &str| directive.option(option).map(|value| value.value.trim_start_matches('.').to_owned());
    table.rows.iter().flat_map(|row| row.right.iter().flatten()).all(|bullet| match bullet {
        Bullet::Console(console) => {
            said("systemconsole") == Some(named(console.name.as_ref().map(|name| name.as_str())))
        }
        Bullet::Config(config) => {
            let default = config.default.as_ref().map(|default| default.value.clone());
            said("configjson") == Some(named(config.name.as_ref().map(|name| name.as_str())))
                && (default.is_none() || said("default") == default)
        }
        Bullet::Env(env) => said("environment") == Some(named(env.name.as_ref().map(|name| name.as_str()))),
        Bullet::Text(_) | Bullet::Verbatim(_) => true,
    })
}

/// Returns true if each fact appears once, so that a directive can hold them all.
fn is_plain(table: &Table) -> bool {
    let count = |wanted: fn(&Bullet) -> bool| {
        table.rows.iter().flat_map(|row| row.right.iter().flatten()).filter(|bullet| wanted(bullet)).count()
    };
    count(|bullet| matches!(bullet, Bullet::Config(_))) == 1
        && count(|bullet| matches!(bullet, Bullet::Env(_))) <= 1
        && count(|bullet| matches!(bullet, Bullet::Console(_))) <= 1
}

/// The directive that states the facts of a table.
pub(in crate::docs) fn directive_of(table: &Table, title: Option<&str>, page_name: &str) -> Directive {
    let mut options = Vec::new();
    let mut option = |name: &str, value: String| {
        options.push(DirectiveOption { name: name.into(), value: value.into() });
    };
    if let Some(title) = title {
        option(
            "displayname",
            if page_name.is_empty() { title.to_owned() } else { format!("{title} ({page_name})") },
        );
    }
    let (mut id, mut default) = (None, None);
    for bullet in table.rows.iter().flat_map(|row| row.right.iter().flatten()) {
        match bullet {
            Bullet::Console(console) => {
                option("systemconsole", named(console.name.as_ref().map(|name| name.as_str())))
            }
            Bullet::Config(config) => {
                let path = config.name.as_ref().map(|name| name.as_str());
                id = path.map(|path| path.to_ascii_lowercase().replace('.', "-"));
                default = config.default.as_ref().map(|default| default.value.clone());
                option("configjson", path.map_or_else(|| WORDS.absent.to_owned(), |path| format!(".{path}")));
            }
            Bullet::Env(env) => option("environment", named(env.name.as_ref().map(|name| name.as_str()))),
            Bullet::Text(_) | Bullet::Verbatim(_) => {}
        }
    }
    if let Some(default) = default {
        option("default", default);
    }
    if let Some(Content::Text(text)) = table.rows.first().and_then(|row| row.left.first()) {
        option("description", text.value.replace('\n', " "));
    }
    let id = id.or_else(|| title.map(anchor)).unwrap_or_default();
    Directive { id: id.into(), options, body: Vec::new(), indent: None }
}

fn named(name: Option<&str>) -> String {
    name.unwrap_or(WORDS.absent).to_owned()
}

fn anchor(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}

/// A cell's block as a block of the page, its line breaks gone.
pub(in crate::docs) fn part_of(content: Content) -> Part {
    match content {
        Content::Text(mut text) => {
            text.value = text.value.replace('\n', " ");
            Part::Text(text)
        }
        Content::Hint(mut hint) => {
            hint.text.value = hint.text.value.replace('\n', " ");
            Part::Hint(hint)
        }
        Content::Values(mut items) => {
            for item in &mut items {
                item.text.value = item.text.value.replace('\n', " ");
            }
            Part::Values(items)
        }
        Content::Statement(statement) => Part::Verbatim(layout::sentence(&statement)),
        Content::Verbatim(text) => Part::Verbatim(text.value),
    }
}
