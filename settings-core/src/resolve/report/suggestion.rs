//! The advice about a refused value.

use crate::schema::{DefaultValue, Kind, Rule, Setting};
use crate::value::Mismatch;

/// The longest default that is shown, in bytes.
const SHOWN: usize = 60;

/// Returns the help of the mismatch itself, or the default that applies without the value.
pub(crate) fn suggestion(setting: &Setting, mismatch: &Mismatch) -> String {
    if let Some(help) = &mismatch.help {
        return help.to_string();
    }
    let is_part = setting.kind.is_secret() || !mismatch.within.is_empty();
    match default(setting).filter(|_| !is_part) {
        Some(default) => format!("correct the value, or remove it: the default is {default}"),
        None => "correct the value, or remove it".to_owned(),
    }
}

/// Returns the help of the rule itself, or the settings that it concerns.
pub(crate) fn rule_help(rule: &Rule) -> String {
    if !rule.help.is_empty() {
        return rule.help.to_owned();
    }
    let names: Vec<_> = rule.fields.iter().map(|field| format!("`{field}`")).collect();
    match names.is_empty() {
        true => "change a setting of this section".to_owned(),
        false => format!("change {}", names.join(" or ")),
    }
}

fn default(setting: &Setting) -> Option<String> {
    match (&setting.default, &setting.kind) {
        (DefaultValue::None, _) => Some("none".to_owned()),
        (DefaultValue::Bool(value), _) => Some(format!("`{value}`")),
        (DefaultValue::Integer(value), Kind::Duration { unit, .. }) => {
            Some(format!("`{value}` {}", unit.name()))
        }
        (DefaultValue::Integer(value), Kind::Size { .. }) => Some(format!("`{value}` bytes")),
        (DefaultValue::Integer(value), _) => Some(format!("`{value}`")),
        (DefaultValue::Float(value), _) => Some(format!("`{value}`")),
        (DefaultValue::Text(text), _) if text.len() <= SHOWN => Some(format!("`\"{text}\"`")),
        (DefaultValue::Json(json), Kind::Duration { unit, .. }) if json.len() <= SHOWN => {
            Some(format!("`{json}` {}", unit.name()))
        }
        (DefaultValue::Json(json), _) if json.len() <= SHOWN => Some(format!("`{json}`")),
        (DefaultValue::Computed { rule, .. }, _) => Some((*rule).to_owned()),
        (DefaultValue::Text(_) | DefaultValue::Json(_), _) => None,
    }
}
