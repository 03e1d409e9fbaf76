//! What to do about a value that is refused.

use crate::schema::{DefaultValue, Kind, Setting};
use crate::value::Mismatch;

/// Bytes of a default that is told.
const TOLD: usize = 60;

/// The mistake's own help, else the default that applies without the value.
pub(super) fn suggestion(setting: &Setting, mismatch: &Mismatch) -> Option<String> {
    if let Some(help) = &mismatch.help {
        return Some(help.to_string());
    }
    if setting.kind.is_secret() || !mismatch.within.is_empty() {
        return None;
    }
    let default = default(setting)?;
    Some(format!("write such a value, or remove this one: the default is {default}"))
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
        (DefaultValue::Text(text), _) if text.len() <= TOLD => Some(format!("`\"{text}\"`")),
        (DefaultValue::Json(json), Kind::Duration { unit, .. }) if json.len() <= TOLD => {
            Some(format!("`{json}` {}", unit.name()))
        }
        (DefaultValue::Json(json), _) if json.len() <= TOLD => Some(format!("`{json}`")),
        (DefaultValue::Computed { rule, .. }, _) => Some((*rule).to_owned()),
        (DefaultValue::Text(_) | DefaultValue::Json(_), _) => None,
    }
}
