//! The texts that editors show for a setting.

use crate::markdown;
use crate::schema::{DefaultValue, Deprecated, Kind, Setting};
use crate::value::json::{Object, Tree};
use crate::value::{expectation, to_json};

/// Adds `description` and `markdownDescription`, if they are not empty.
pub(super) fn describe(schema: &mut Object, plain: &str, markdown: &str) {
    if !plain.is_empty() {
        schema.insert("description", Tree::from(markdown::plain(plain)));
    }
    if !markdown.is_empty() {
        schema.insert("markdownDescription", Tree::from(markdown));
    }
}

/// Description, values and note, with the rule of a computed default.
pub(super) fn plain(setting: &Setting) -> String {
    let mut text = documentation(setting);
    if let DefaultValue::Computed { rule, .. } = setting.default {
        paragraph(&mut text, &format!("Default: {rule}."));
    }
    if setting.required() {
        paragraph(&mut text, "Required: there is no default.");
    }
    text
}

/// Description, values and note, then accepted values, default and variable.
pub(super) fn markdown(setting: &Setting, variable: &str) -> String {
    let mut text = documentation(setting);
    let default = match (setting.default, default_json(setting)) {
        (DefaultValue::Computed { rule, .. }, _) => rule.to_owned(),
        _ if setting.required() => "none, a value is required".to_owned(),
        (_, Some(json)) => format!("`{json}`"),
        (_, None) => "not shown".to_owned(),
    };
    let mut facts = format!("Default: {default}");
    if let Some(accepted) = accepted(&setting.kind) {
        facts.push_str(&format!(" · Accepts: {accepted}"));
    }
    if !variable.is_empty() {
        facts.push_str(&format!(" · Variable: `{variable}`"));
    }
    paragraph(&mut text, &facts);
    text
}

/// The default as JSON; `None` if it is a secret or known only at run time.
pub(super) fn default_json(setting: &Setting) -> Option<String> {
    if matches!(setting.default, DefaultValue::Computed { .. }) || setting.required() {
        return None;
    }
    let json = to_json(&setting.kind, &setting.default_value());
    let empty = matches!(json.as_str(), "\"\"" | "null" | "[]" | "{}");
    (empty || !setting.kind.is_secret()).then_some(json)
}

/// The version, the reason and the replacement.
pub(super) fn deprecation(deprecated: &Deprecated) -> String {
    let mut text = format!("Deprecated since {}: {}", deprecated.since, markdown::plain(deprecated.reason));
    if let Some(replacement) = deprecated.replacement {
        text.push_str(&format!(" Set {replacement} instead."));
    }
    text
}

fn documentation(setting: &Setting) -> String {
    let mut text = setting.description.to_owned();
    let values: Vec<_> =
        setting.values.iter().map(|value| format!("- `{}`: {}", value.value, value.text)).collect();
    paragraph(&mut text, &values.join("\n"));
    paragraph(&mut text, setting.note());
    text
}

fn paragraph(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(more);
}

/// The accepted values, if the kind has bounds or a unit.
fn accepted(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Bool | Kind::Text | Kind::Secret | Kind::SecretOf(_) | Kind::OneOf(_) => None,
        Kind::Optional(of) => accepted(of).map(|accepted| format!("{accepted}, or `null`")),
        _ => Some(expectation(kind)),
    }
}
