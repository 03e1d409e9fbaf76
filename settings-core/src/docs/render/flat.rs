//! Settings without tables: each in a `confval` directive, or below its heading.

use crate::docs::dialect::WORDS;
use crate::docs::layout;
use crate::docs::model::{Bullet, Content, Entry, Hint, Page, Part, Placed, Row, Table, Value};

use super::style::part_of;

/// The indent of a directive's body.
const MARGIN: &str = "   ";

/// Writes every setting that has a table as its texts, followed by a list of the places where it can be set.
pub(super) fn headings(page: &Page) -> Page {
    with_settings(page, below_heading)
}

/// Writes every setting that has a table as a `confval` directive without a heading.
pub(super) fn confvals(page: &Page) -> Page {
    with_settings(page, confval)
}

/// Rewrites the settings that have one table; several settings in one table stay as they are.
fn with_settings(page: &Page, rewrite: fn(&[Placed], &Table) -> Option<Vec<Placed>>) -> Page {
    let mut page = page.clone();
    for entry in &mut page.entries {
        let Entry::Setting(parts) = entry else { continue };
        let mut tables = parts.iter().filter_map(|placed| match &placed.part {
            Part::Table(table) => Some(table.clone()),
            _ => None,
        });
        if let (Some(table), None) = (tables.next(), tables.next())
            && let Some(rewritten) = rewrite(parts, &table)
        {
            *parts = rewritten;
        }
    }
    page
}

fn below_heading(parts: &[Placed], table: &Table) -> Option<Vec<Placed>> {
    let mut out = Vec::with_capacity(parts.len() + 4);
    for placed in parts {
        if matches!(placed.part, Part::Table(_)) {
            let (rows, notes) = rows_and_notes(table);
            let blocks = |rows: Vec<&Row>| -> Vec<Placed> {
                let contents = rows.into_iter().flat_map(|row| row.left.iter().cloned());
                contents.map(|content| Placed::by_rule(part_of(content))).collect()
            };
            out.extend(blocks(rows));
            out.push(Placed::by_rule(Part::Verbatim(places(table))));
            out.extend(blocks(notes));
        } else {
            out.push(placed.clone());
        }
    }
    Some(out)
}

/// The leads of hints, and the kinds in words.
const KINDS: [(&str, &str); 12] = [
    (WORDS.number_list, "list of numbers"),
    (WORDS.text_list, "list of texts"),
    (WORDS.list, "list"),
    (WORDS.number_in, "number of"),
    (WORDS.number, "number"),
    (WORDS.decimal, "decimal number"),
    (WORDS.duration, "duration in"),
    (WORDS.size, "size in"),
    (WORDS.text, "text"),
    (WORDS.map, "map"),
    (WORDS.json, "JSON"),
    (WORDS.boolean, "boolean"),
];

/// The rows with two cells, and those with one.
fn rows_and_notes(table: &Table) -> (Vec<&Row>, Vec<&Row>) {
    table.rows.iter().partition(|row| row.right.is_some())
}

/// The bullets of a table as a list.
fn places(table: &Table) -> String {
    let bullets = table.rows.iter().flat_map(|row| row.right.iter().flatten());
    let lines = bullets.map(|bullet| match bullet {
        Bullet::Verbatim(text) => text.value.clone(),
        bullet => format!("- {}", layout::bullet(bullet, false).replace('\n', "\n  ")),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The directive in place of heading and table; `None` for a setting without a path, and one with a directive of its
/// own.
fn confval(parts: &[Placed], table: &Table) -> Option<Vec<Placed>> {
    let path =
        table.rows.iter().flat_map(|row| row.right.iter().flatten()).find_map(|bullet| match bullet {
            Bullet::Config(config) => config.name.as_ref(),
            _ => None,
        })?;
    let mut out = Vec::with_capacity(parts.len());
    let mut body = Vec::new();
    let mut kind = Kind::default();
    for placed in parts {
        match &placed.part {
            Part::Directive(_) => return None,
            Part::Heading(heading) => body.push(format!("**{}**", heading.title.value.replace("``", ""))),
            Part::Table(table) => {
                let (rows, notes) = rows_and_notes(table);
                body.extend(rows.iter().flat_map(|row| &row.left).filter_map(|content| kind.take(content)));
                body.push(places(table));
                body.extend(notes.iter().flat_map(|row| &row.left).map(text));
            }
            Part::Verbatim(text) if text.starts_with(".. _") => out.push(placed.clone()),
            part => body.push(layout::part(part, false)),
        }
    }
    let mut directive = format!(".. confval:: {}\n", path.value);
    for (option, value) in [("type", kind.name), ("default", kind.default)] {
        directive.extend(value.map(|value| format!("{MARGIN}:{option}: {value}\n")));
    }
    for block in body {
        directive.push('\n');
        for line in block.split('\n') {
            let margin = if line.is_empty() { "" } else { MARGIN };
            directive.push_str(&format!("{margin}{line}\n"));
        }
    }
    directive.truncate(directive.trim_end().len());
    out.push(Placed::by_rule(Part::Verbatim(directive)));
    Some(out)
}

fn text(content: &Content) -> String {
    layout::part(&part_of(content.clone()), false)
}

/// The directive's own options.
#[derive(Default)]
struct Kind {
    name: Option<String>,
    default: Option<String>,
}

impl Kind {
    /// Takes what the options state; returns the block as text, if the options don't say all of it.
    fn take(&mut self, content: &Content) -> Option<String> {
        match content {
            Content::Hint(hint) if self.name.is_none() => {
                let (name, rest) = split(hint);
                self.name = Some(name);
                self.default = hint.default.as_ref().map(|default| match default.value.as_str() {
                    "" => WORDS.empty.to_owned(),
                    _ => stated(hint).unwrap_or_else(|| format!("``{}``", default.value)),
                });
                (!rest.is_empty()).then_some(rest)
            }
            Content::Values(items)
                if self.name.is_none() && items.iter().any(|item| item.value.is_some()) =>
            {
                let names: Vec<String> = items.iter().filter_map(named).collect();
                self.name = Some(names.join(", "));
                self.default = items.iter().find(|item| item.default).and_then(named);
                Some(text(content))
            }
            _ => Some(text(content)),
        }
    }
}

fn named(item: &Value) -> Option<String> {
    item.value.as_ref().map(|value| format!("``{}``", value.value))
}

/// The first sentence of a hint without its default, and the sentences after it.
fn split(hint: &Hint) -> (String, String) {
    let text = hint.text.value.replace('\n', " ");
    let stated = format!(" {} ", WORDS.default_is);
    let said = text.split(stated.as_str()).next().unwrap_or_default().trim_end_matches('.');
    let (name, rest) = said.split_once(". ").unwrap_or((said, ""));
    let kind = KINDS.iter().find_map(|(lead, kind)| Some((kind, name.strip_prefix(lead)?)));
    let name = kind.map_or_else(|| name.to_owned(), |(kind, bounds)| format!("{kind}{bounds}"));
    let rest = if rest.is_empty() { String::new() } else { format!("{rest}.") };
    (name, rest)
}

/// The literal of the default in a hint's own words.
fn stated(hint: &Hint) -> Option<String> {
    let text = hint.text.value.replace('\n', " ");
    let (_, after) = text.split_once(&format!(" {} ", WORDS.default_is))?;
    let end = after.get(2..)?.find("``")? + 4;
    after.starts_with("``").then(|| after.get(..end).map(str::to_owned)).flatten()
}
