//! The texts that editors show for a setting.

use crate::markdown;
use crate::schema::{DefaultValue, Deprecated, Kind, Setting, Variant};
use crate::value::{accepted_forms, to_json, to_readable};

/// Description, values and note, then accepted values, default and variable: without the markup of editors, and with it.
pub(super) fn of_setting(setting: &Setting, variable: Option<&str>) -> (String, String) {
    let plain = facts(setting, variable, |text| text.to_owned(), ". ");
    let markdown = facts(setting, variable, |text| format!("`{text}`"), " · ");
    (plain, markdown)
}

fn facts(
    setting: &Setting,
    variable: Option<&str>,
    code: impl Fn(&str) -> String,
    separator: &str,
) -> String {
    let mut text = documentation(setting);
    let default = match (setting.default, default_json(setting)) {
        (DefaultValue::Computed { rule, .. }, _) => rule.to_owned(),
        _ if setting.required() => "none, a value is required".to_owned(),
        (_, Some(_)) if has_unit(&setting.kind) => {
            code(&to_readable(&setting.kind, &setting.default_value()))
        }
        (_, Some(json)) => code(&json),
        (_, None) => "not shown".to_owned(),
    };
    let mut facts = format!("Default: {default}");
    if let Some(accepted) = accepted(&setting.kind) {
        facts.push_str(&format!("{separator}Accepts: {accepted}"));
    }
    if let Some(variable) = variable {
        let others = setting.variables().iter().skip(1).map(|name| format!(", else {}", code(name)));
        facts.push_str(&format!("{separator}Variable: {}{}", code(variable), others.collect::<String>()));
    }
    paragraph(&mut text, &facts);
    if let Some(variant) = setting.variant() {
        paragraph(&mut text, &condition(variant));
    }
    text
}

/// The condition under which the settings of a variant apply (Markdown).
pub(super) fn condition(variant: &Variant) -> String {
    format!("Applies only if `{}` is `{}`.", variant.tag, variant.value)
}

/// Markdown without links that lead nowhere outside of the program's own documents.
pub(super) fn with_live_links(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some(at) = rest.find(['[', '`']) {
        let (before, marked) = rest.split_at(at);
        out.push_str(before);
        rest = if marked.starts_with('`') {
            let ticks = marked.len() - marked.trim_start_matches('`').len();
            let (fence, inner) = marked.split_at(ticks);
            let len = inner.find(fence).map_or(ticks, |end| ticks + end + ticks);
            let (code, after) = marked.split_at(len);
            out.push_str(code);
            after
        } else if let Some((words, target, after)) = link(marked) {
            match target {
                Some(target)
                    if ["https://", "http://", "mailto:"].iter().any(|it| target.starts_with(it)) =>
                {
                    out.push_str(&format!("[{words}]({target})"));
                }
                _ => out.push_str(words),
            }
            after
        } else {
            out.push('[');
            marked.get(1..).unwrap_or_default()
        };
    }
    out.push_str(rest);
    out
}

/// `[words](target)`, or `` [`Item`] ``, which only rustdoc resolves.
fn link(marked: &str) -> Option<(&str, Option<&str>, &str)> {
    let (words, after) = marked.strip_prefix('[')?.split_once(']')?;
    match after.strip_prefix('(').and_then(|target| target.split_once(')')) {
        Some((target, after)) => Some((words, Some(target), after)),
        None if words.starts_with('`') && words.ends_with('`') => Some((words, None, after)),
        None => None,
    }
}

fn has_unit(kind: &Kind) -> bool {
    matches!(kind.required(), Kind::Size { .. } | Kind::Duration { .. })
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
    let documented = setting.documented_values();
    let values = documented.iter().filter(|value| !value.text.is_empty());
    let values: Vec<_> = values.map(|value| format!("- `{}`: {}", value.label, value.text)).collect();
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
        _ => Some(accepted_forms(kind)),
    }
}
