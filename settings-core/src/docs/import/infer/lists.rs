//! Lists of values.

use super::kind::{Choice, InferredKind};
use crate::docs::drift::{Normal, normal};
use crate::docs::facts::Documented;
use crate::docs::grammar::{self, HintKind};
use crate::docs::model::Value;

/// Returns the kind that a list of values states, and the list.
pub(super) fn listed(setting: &Documented<'_>) -> Option<(InferredKind, Vec<(String, String)>)> {
    let text = |item: &Value| Some((item.value.as_ref()?.value.clone(), meaning(item)));
    let is_bool = |item: &Value| {
        item.value.as_ref().is_some_and(|value| matches!(normal(value.as_str()), Normal::Bool(_)))
    };
    let mut lists = setting.value_lists();
    // The table is fuller than the directive above it.
    lists.reverse();
    for list in &lists {
        let bools: Vec<_> = list.iter().filter(|item| is_bool(item)).filter_map(|item| text(item)).collect();
        if let [(a, _), (b, _)] = bools.as_slice()
            && normal(a) != normal(b)
        {
            return Some((InferredKind::Bool, bools));
        }
    }
    let hinted_list = setting
        .hints()
        .iter()
        .find_map(|hint| grammar::hint(hint.text.as_str()))
        .is_some_and(|(hint, _)| matches!(hint, HintKind::List | HintKind::Map | HintKind::Number));
    if hinted_list {
        return None;
    }
    lists.iter().filter(|list| list.len() > 1).find_map(|list| {
        let choices = choices(list)?;
        Some((InferredKind::OneOf(choices), list.iter().filter_map(|item| text(item)).collect()))
    })
}

/// Returns the labels of a list of values.
pub(super) fn labels(setting: &Documented<'_>) -> Option<Vec<String>> {
    let lists = setting.value_lists();
    let list = lists.iter().find(|list| list.len() > 1 && list.iter().any(|item| item.value.is_some()))?;
    let labels = list.iter().filter_map(|item| item.value.as_ref());
    Some(labels.map(|label| format!("\"{}\"", label.value)).collect())
}

/// Returns the meaning of an item, including the deployments on which it is the default.
fn meaning(item: &Value) -> String {
    match &item.default_if {
        // Not as a mark: the struct has one default.
        Some(condition) => format!("The default {}. {}", condition.value, item.text.value),
        None => item.text.value.clone(),
    }
}

/// Returns the values of a list as a one-of, if the page shows their texts in `config.json`.
fn choices(list: &[&Value]) -> Option<Vec<Choice>> {
    let mut choices: Vec<Choice> = Vec::new();
    for item in list {
        let label = item.value.as_ref()?.value.clone();
        let text = match option_text(item.text.as_str()) {
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
