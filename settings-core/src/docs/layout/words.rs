//! The words of bullets, items and hints: the rule's, or the page's own as long as they state the same.

use crate::docs::dialect::WORDS;
use crate::docs::grammar::{self, Said, StatementKind};
use crate::docs::model::{Bullet, Hint, Statement, Value};

/// One bullet of a right cell, without its dash.
pub(in crate::docs) fn bullet(bullet: &Bullet, keys_apart: bool) -> String {
    match bullet {
        Bullet::Console(console) => statement(StatementKind::Console, console, keys_apart),
        Bullet::Config(config) => statement(StatementKind::Config, config, keys_apart),
        Bullet::Env(env) => statement(StatementKind::Env, env, keys_apart),
        Bullet::Text(text) | Bullet::Verbatim(text) => text.value.clone(),
    }
}

fn statement(kind: StatementKind, statement: &Statement, keys_apart: bool) -> String {
    let own = statement.text.as_ref().and_then(|text| {
        let read =
            |text: &str| grammar::statement(text).filter(|(read, _)| *read == kind).map(|(_, said)| said);
        reworded(&text.value, statement, read)
    });
    own.unwrap_or_else(|| statement_rule(kind, statement, keys_apart))
}

/// The sentence of a table with a single cell.
pub(in crate::docs) fn sentence(statement: &Statement) -> String {
    let own =
        statement.text.as_ref().and_then(|text| reworded(&text.value, statement, grammar::feature_sentence));
    own.unwrap_or_else(|| {
        let name = statement.name.as_ref().map_or("", |name| name.as_str());
        let lead = format!("{}'s ``{}`` {} is", WORDS.feature, WORDS.file, WORDS.file_label);
        match &statement.default {
            Some(default) => format!("{lead} ``\"{name}\": {}``.", default.value),
            None => format!("{lead} ``\"{name}\"``."),
        }
    })
}

/// Replaces the facts in `text` by the statement's. Returns `None` if that is impossible in place.
fn reworded(text: &str, statement: &Statement, read: impl Fn(&str) -> Option<Said>) -> Option<String> {
    let said = read(text)?;
    if says(&said, statement) {
        return Some(text.to_owned());
    }
    let mut changed = text.to_owned();
    // From the end, so that ranges before stay true.
    if let (Some(old), Some(new)) = (&said.default, &statement.default) {
        changed.replace_range(old.range.clone(), &new.value);
    }
    if let (Some(old), Some(new)) = (&said.name, &statement.name) {
        let in_literals = text.get(old.range.clone()).is_some_and(|piece| piece.starts_with("``"));
        let new = if in_literals { apart(&new.value) } else { new.value.clone() };
        changed.replace_range(old.range.clone(), &new);
    }
    says(&read(&changed)?, statement).then_some(changed)
}

fn says(said: &Said, statement: &Statement) -> bool {
    let text = |piece: &Option<grammar::Piece>| piece.as_ref().map(|piece| piece.text.clone());
    let name = statement.name.as_ref().map(|name| name.value.clone());
    let default = statement.default.as_ref().map(|default| default.value.clone());
    // A last key looks like a default where nothing next to it says otherwise.
    let longer = || match (text(&said.name), text(&said.default)) {
        (Some(name), Some(last)) => Some(format!("{name}.{last}")),
        _ => None,
    };
    text(&said.name) == name && text(&said.default) == default
        || default.is_none() && name.is_some() && longer() == name
}

/// The rule's words for a bullet.
pub(in crate::docs) fn statement_rule(
    kind: StatementKind,
    statement: &Statement,
    keys_apart: bool,
) -> String {
    let name = statement.name.as_ref().map(|name| name.as_str());
    match kind {
        StatementKind::Console => match name {
            Some(path) => format!("{}: **{path}**", WORDS.console),
            None => format!("{}: {}", WORDS.console, WORDS.absent),
        },
        StatementKind::Config => {
            config_rule(name, statement.default.as_ref().map(|default| default.as_str()), keys_apart)
        }
        StatementKind::Env => match name {
            Some(name) => format!("{}: ``{name}``", WORDS.env),
            None => format!("{}: {}", WORDS.env, WORDS.absent),
        },
    }
}

fn config_rule(path: Option<&str>, default: Option<&str>, keys_apart: bool) -> String {
    let (file, word) = (WORDS.file, WORDS.file_label);
    let label = if keys_apart { format!("``{file}`` {word}") } else { format!("``{file} {word}``") };
    let Some(path) = path else { return format!("{label}: {}", WORDS.absent) };
    match (keys_apart, default) {
        (true, Some(default)) => format!("{label}: {} > ``{default}``", apart(path)),
        (true, None) => format!("{label}: {}", apart(path)),
        (false, Some(default)) => format!("{label}: ``\".{path}\": {default}\",``"),
        (false, None) => format!("{label}: ``\".{path}\",``"),
    }
}

/// ``` ``Section`` > ``Key`` ```
fn apart(path: &str) -> String {
    let keys: Vec<String> = path.split('.').map(|key| format!("``{key}``")).collect();
    keys.join(" > ")
}

/// The start of a value's item, with its last blank.
pub(in crate::docs) fn item_lead(item: &Value) -> String {
    let Some(value) = &item.value else { return String::new() };
    if let Some(lead) = &item.lead {
        let read = grammar::value_item(&format!("{}x", lead.value));
        let same = read.is_some_and(|read| {
            read.value.text == value.value
                && read.default == item.default
                && read.default_if.map(|words| words.text)
                    == item.default_if.as_ref().map(|words| words.value.clone())
        });
        if same {
            return lead.value.clone();
        }
    }
    match (item.default, &item.default_if) {
        (false, _) => format!("**{}**: ", value.value),
        (true, None) => format!("**{}**: **(Default)** ", value.value),
        (true, Some(condition)) => format!("**{}**: **(Default {})** ", value.value, condition.value),
    }
}

/// The words of a hint, with the model's default in place of the one that they state.
pub(in crate::docs) fn hint_text(hint: &Hint) -> String {
    let text = &hint.text.value;
    match (grammar::stated_default(text), &hint.default) {
        (Some(stated), Some(default)) if stated.text != default.value => {
            let mut changed = text.clone();
            changed.replace_range(stated.range, &default.value);
            changed
        }
        (None, Some(default)) if !default.value.is_empty() => {
            format!("{} {} ``{}``.", text.trim_end(), WORDS.default_is, default.value)
        }
        _ => text.clone(),
    }
}
