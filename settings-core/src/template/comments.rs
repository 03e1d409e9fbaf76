//! The comments of a template.

use crate::markdown;
use crate::schema::{DefaultValue, Kind, Section, Setting, Variant};
use crate::value::{accepted_forms, to_json, to_readable};

/// The widest that a comment's text grows before it is wrapped, in characters.
const WIDTH: usize = 96;

/// A section's doc comment, line by line.
pub(super) fn of_section(section: &Section) -> Vec<String> {
    wrap(&markdown::summary(section.doc))
}

/// The condition under which the settings of a variant apply; `tag` is the name of the setting that selects it.
pub(super) fn of_variant(tag: &str, variant: &Variant) -> Vec<String> {
    wrap(&format!("Only if {tag} is \"{}\":", variant.value))
}

/// A setting's title, summary, values, variable and default, line by line.
pub(super) fn of_setting(setting: &Setting, variable: Option<&str>) -> Vec<String> {
    titled(setting, setting.title, variable)
}

/// The same for a setting of the entries of `list`.
pub(super) fn of_entry(list: &Setting, setting: &Setting, variable: Option<&str>) -> Vec<String> {
    titled(setting, &format!("{}: {}", list.title, setting.title), variable)
}

fn titled(setting: &Setting, title: &str, variable: Option<&str>) -> Vec<String> {
    let mut lines = wrap(title);
    lines.extend(wrap(&markdown::summary(setting.description)));
    for value in setting.values {
        lines.extend(wrap(&format!("- {}: {}", value.value, markdown::plain(value.text))));
    }
    let mut facts = format!("Default: {}", default(setting));
    if setting.values.is_empty() && !matches!(setting.kind, Kind::Text | Kind::Secret) {
        facts.push_str(&format!(". Accepts: {}", accepted_forms(&setting.kind).replace('`', "")));
    }
    let others: Vec<_> = setting.variables().iter().skip(1).copied().collect();
    match (variable, others.as_slice()) {
        (Some(variable), []) => facts.push_str(&format!(". Variable: {variable}")),
        (Some(variable), others) => {
            facts.push_str(&format!(". Variable: {variable}, else {}", others.join(", else ")));
        }
        (None, []) => {}
        (None, others) => facts.push_str(&format!(". Else: {}", others.join(", else "))),
    }
    lines.extend(wrap(&facts));
    lines
}

fn default(setting: &Setting) -> String {
    match (setting.default, super::written(setting)) {
        _ if setting.required() => "none, a value is required".to_owned(),
        (DefaultValue::Computed { rule, .. }, _) => markdown::plain(rule),
        (_, Some(value)) if matches!(setting.kind.required(), Kind::Size { .. } | Kind::Duration { .. }) => {
            to_readable(&setting.kind, &value)
        }
        (_, Some(value)) => to_json(&setting.kind, &value),
        (_, None) => "not shown".to_owned(),
    }
}

/// Wraps text to lines of at most [`WIDTH`] characters unless a word is longer, without control characters.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        let mut width = 0;
        for word in
            paragraph.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty())
        {
            let len = word.chars().count();
            if width > 0 && width + 1 + len > WIDTH {
                lines.push(std::mem::take(&mut line));
                width = 0;
            }
            if width > 0 {
                line.push(' ');
                width += 1;
            }
            line.push_str(word);
            width += len;
        }
        if width > 0 {
            lines.push(line);
        }
    }
    lines
}
