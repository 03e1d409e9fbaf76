//! Infers the kind of a documented setting, and its default.

use crate::docs::drift::{Normal, contradict, normal};
use crate::docs::facts::{Documented, Source, StatedDefault};
use crate::docs::grammar::{self, HintKind};
use crate::docs::model::Value;

/// A kind as a page describes it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum InferredKind {
    Bool,
    /// Between two bounds, where they are stated.
    Integer(Option<(i64, i64)>),
    Float,
    /// In the unit of the name.
    Duration(&'static str),
    Text,
    Secret,
    List,
    Map,
    OneOf(Vec<Choice>),
}

/// One value of a one-of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    pub(super) text: String,
    pub(super) label: String,
    pub(super) meaning: String,
}

/// Kind and default, and the open questions.
#[derive(Clone, Debug)]
pub(super) struct Inferred {
    pub(super) kind: InferredKind,
    /// The items of the list that names its values, as the page calls them.
    pub(super) values: Vec<(String, String)>,
    /// The default as a Rust expression; empty if it needs no attribute.
    pub(super) default: Option<String>,
    /// The open questions.
    pub(super) todo: Vec<&'static str>,
}

pub(super) fn infer(setting: &Documented<'_>) -> Inferred {
    let stated = setting.defaults();
    let contradictory =
        stated.iter().any(|a| stated.iter().any(|b| contradict(&normal(&a.value), &normal(&b.value))));
    let default = if contradictory { None } else { best(&stated) };
    let (kind, values, todo) = match listed(setting) {
        Some((kind, values)) => (kind, values, None),
        None => {
            let (kind, todo) = kind(setting, default);
            (kind, Vec::new(), todo)
        }
    };
    let mut todo: Vec<&'static str> = todo.into_iter().collect();
    let written = default;
    let default = default.and_then(|default| expression(&kind, &default.value));
    match (written, &default) {
        _ if contradictory => todo.push("the page contradicts itself on the default"),
        (_, Some(_)) => {}
        (Some(written), None) if written.value.trim().is_empty() => {}
        (Some(_), None) if kind == InferredKind::Secret => {
            todo.push("the page states a default, which code must not hold of a secret");
        }
        (Some(_), None) => todo.push("the page's default doesn't fit its kind"),
        // Pages don't state the default of a secret.
        (None, None) if kind == InferredKind::Secret => {}
        (None, None) => todo.push("the page states no default"),
    }
    Inferred { kind, values, default, todo }
}

/// The best source of the default: next to the path, else the mark in a list, else a sentence.
fn best(stated: &[StatedDefault]) -> Option<&StatedDefault> {
    [Source::Config, Source::Mark, Source::Sentence]
        .into_iter()
        .find_map(|by| stated.iter().find(|default| default.by == by))
}

/// The kind that a list of values implies, and the list.
fn listed(setting: &Documented<'_>) -> Option<(InferredKind, Vec<(String, String)>)> {
    let text = |item: &Value| Some((item.value.as_ref()?.value.clone(), meaning(item)));
    let is_bool = |item: &Value| {
        item.value.as_ref().is_some_and(|value| matches!(normal(&value.value), Normal::Bool(_)))
    };
    let mut lists = setting.value_lists();
    // The table says more than the directive above it.
    lists.reverse();
    for list in &lists {
        let bools: Vec<_> = list.iter().filter(|item| is_bool(item)).filter_map(|item| text(item)).collect();
        if let [(a, _), (b, _)] = bools.as_slice()
            && normal(a) != normal(b)
        {
            return Some((InferredKind::Bool, bools));
        }
    }
    lists.iter().filter(|list| list.len() > 1).find_map(|list| {
        let choices = choices(list)?;
        Some((InferredKind::OneOf(choices), list.iter().filter_map(|item| text(item)).collect()))
    })
}

fn kind(setting: &Documented<'_>, default: Option<&StatedDefault>) -> (InferredKind, Option<&'static str>) {
    if let Some((hint, unit)) = setting.hints().iter().find_map(|hint| grammar::hint(&hint.text.value)) {
        return (hinted(setting, hint, unit, default), None);
    }
    if let Some(kind) = sentence_kind(setting) {
        return (if kind == InferredKind::Text { text(setting) } else { kind }, None);
    }
    match default.map(|default| (default.value.trim(), normal(&default.value))) {
        Some((written, Normal::Number(_) | Normal::Bool(_))) if written.starts_with('"') => {
            (text(setting), None)
        }
        Some((_, Normal::Bool(_))) => (InferredKind::Bool, None),
        Some((written, Normal::Number(_))) if written.parse::<i64>().is_ok() => {
            (InferredKind::Integer(None), None)
        }
        Some((_, Normal::Number(_))) => (InferredKind::Float, None),
        Some((written, _)) if strings(written).is_some() => (InferredKind::List, None),
        Some((written, _)) if written.starts_with('"') => (text(setting), None),
        _ => match text(setting) {
            InferredKind::Secret => (InferredKind::Secret, None),
            kind => (kind, Some("the page doesn't say what it takes")),
        },
    }
}

fn hinted(
    setting: &Documented<'_>,
    hint: HintKind,
    unit: Option<&'static str>,
    default: Option<&StatedDefault>,
) -> InferredKind {
    let has_fraction = default.is_some_and(|default| {
        matches!(normal(&default.value), Normal::Number(_)) && default.value.trim().parse::<i64>().is_err()
    });
    match (hint, unit) {
        (HintKind::Number, Some(unit)) => InferredKind::Duration(unit),
        (HintKind::Number, None) if has_fraction => InferredKind::Float,
        (HintKind::Number, None) => InferredKind::Integer(bounds(setting)),
        (HintKind::Decimal, _) => InferredKind::Float,
        (HintKind::Text, _) => text(setting),
        (HintKind::List, _) => InferredKind::List,
        (HintKind::Map, _) => InferredKind::Map,
        (HintKind::Bool, _) => InferredKind::Bool,
    }
}

/// `Numerical input from 1 to 65535.`
fn bounds(setting: &Documented<'_>) -> Option<(i64, i64)> {
    let hints = setting.hints();
    let words = hints.iter().find_map(|hint| hint.text.value.split_once(" from "))?.1;
    let (low, rest) = words.split_once(" to ")?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(rest.len());
    let (low, high) = (low.parse().ok()?, rest.get(..end)?.parse().ok()?);
    (low <= high).then_some((low, high))
}

/// Text, or a secret if the key's name implies one.
fn text(setting: &Documented<'_>) -> InferredKind {
    let name = setting.name();
    let key = name.rsplit('.').next().unwrap_or(&name);
    let is_secret = ["Password", "Secret", "Salt", "PrivateKey", "EncryptKey", "Token"]
        .iter()
        .any(|end| key.ends_with(end));
    if is_secret { InferredKind::Secret } else { InferredKind::Text }
}

/// `… with string input`, `… with options ``true`` and ``false```
fn sentence_kind(setting: &Documented<'_>) -> Option<InferredKind> {
    let statement =
        setting.tables.iter().flat_map(|table| &table.configs).find_map(|config| config.text.as_ref())?;
    let tail = statement.value.split_once("`` with ").map(|(_, tail)| tail)?;
    let is = |words: &str| tail.starts_with(words);
    if is("string array") {
        Some(InferredKind::List)
    } else if is("string") || is("24-hour") {
        Some(InferredKind::Text)
    } else if is("numerical") || is("numeric") {
        Some(InferredKind::Integer(None))
    } else if is("options ``true`` and ``false``") {
        Some(InferredKind::Bool)
    } else {
        None
    }
}

/// The words of an item about its value, including the deployments on which it is the default.
fn meaning(item: &Value) -> String {
    match &item.default_if {
        Some(condition) => format!("**(Default {})** {}", condition.value, item.text.value),
        None => item.text.value.clone(),
    }
}

/// The values of a list as a one-of, if their texts in `config.json` are known.
fn choices(list: &[&Value]) -> Option<Vec<Choice>> {
    let mut choices: Vec<Choice> = Vec::new();
    for item in list {
        let label = item.value.as_ref()?.value.clone();
        let text = match option_text(&item.text.value) {
            Some(text) => text,
            None if label == "Not specified" => String::new(),
            None if label.contains(char::is_whitespace) => return None,
            None => label.clone(),
        };
        if choices.iter().any(|choice| choice.text == text || choice.label == label) {
            return None;
        }
        choices.push(Choice { text, label, meaning: meaning(item) });
    }
    Some(choices)
}

/// `… ``config.json`` option: ``"full_name"``.`
fn option_text(text: &str) -> Option<String> {
    let at = ["option: ``\"", "setting: ``\""]
        .into_iter()
        .find_map(|words| text.find(words).map(|at| at + words.len()))?;
    text.get(at..)?.split_once('"').map(|(value, _)| value.to_owned())
}

/// A JSON list of texts.
fn strings(written: &str) -> Option<Vec<String>> {
    serde_json::from_str(written.trim()).ok()
}

fn fits(kind: &InferredKind, number: i64) -> bool {
    match kind {
        InferredKind::Integer(Some((low, high))) => (*low..=*high).contains(&number),
        _ => true,
    }
}

/// The default as the derive reads it. `None` if it doesn't fit the kind.
fn expression(kind: &InferredKind, written: &str) -> Option<String> {
    let bare = written.trim();
    let unquoted = bare.trim_matches(['"', '“', '”']);
    match (kind, normal(written)) {
        (InferredKind::Bool, Normal::Bool(default)) => Some(default.to_string()),
        (InferredKind::Integer(_), Normal::Number(_)) => {
            let number: i64 = unquoted.parse().ok()?;
            fits(kind, number).then(|| number.to_string())
        }
        (InferredKind::Duration(_), Normal::Number(_)) => {
            unquoted.parse::<u32>().ok().map(|number| number.to_string())
        }
        (InferredKind::Float, Normal::Number(number)) => Some(format!("{number:?}")),
        // Code must not contain secrets; without an attribute the default is empty.
        (InferredKind::Secret, _) => unquoted.is_empty().then(String::new),
        (InferredKind::Text, _) => Some(format!("{unquoted:?}")),
        (InferredKind::List, _) => strings(bare).map(|texts| format!("{texts:?}")),
        (InferredKind::OneOf(choices), _) => choices
            .iter()
            .find(|choice| choice.label == bare || choice.text == unquoted)
            .map(|choice| format!("{:?}", choice.text)),
        _ => None,
    }
}
