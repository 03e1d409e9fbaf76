//! Every setting as a variable, for the templates of variables.

use super::{comments, written};
use crate::schema::{Kind, Leaf, Section, Setting};
use crate::value::{Value, from_text, to_text};

/// One setting as a variable.
pub(super) struct Variable {
    /// Its name: `MM_EMAILSETTINGS_SMTPPORT`.
    pub(super) name: String,
    /// True if it is or contains a secret.
    pub(super) is_secret: bool,
    /// The comment above it, line by line.
    pub(super) lead: Vec<String>,
    /// The default as the variable's text, if a text can express it.
    pub(super) text: Option<String>,
    /// True if the template has it as a comment only.
    pub(super) is_mentioned: bool,
}

/// All settings that a template names, in the order of the structs.
pub(super) fn variables(root: &'static Section) -> impl Iterator<Item = Variable> {
    let leaves = root.leaves_with_entries().filter(|leaf| super::is_named(leaf.setting));
    leaves.filter_map(move |leaf| {
        let text = text(leaf.setting);
        let mut lead = condition(root, &leaf);
        lead.extend(match leaf.entry_of {
            Some(list) => comments::of_entry(list, leaf.setting, None),
            None => comments::of_setting(leaf.setting, None),
        });
        // one variable of an absent section or entry would create it
        let is_absent = leaf.optional || leaf.entry_of.is_some() || !leaf.is_of_default_variants();
        Some(Variable {
            name: root.variable(&leaf.path, leaf.setting)?,
            is_secret: leaf.setting.kind.is_secret(),
            lead,
            is_mentioned: is_absent || text.is_none(),
            text,
        })
    })
}

/// The lines about the variants that no default selects.
fn condition(root: &'static Section, leaf: &Leaf) -> Vec<String> {
    let unselected = leaf.variants.iter().filter(|(_, variant)| !variant.is_default);
    let lines = unselected.flat_map(|(tag, variant)| {
        let name = root.variable_of_path(tag.keys()).unwrap_or_else(|| tag.to_string());
        comments::of_variant(&name, variant)
    });
    lines.collect()
}

/// The default as a variable's text; `None` if no text reads back as it.
fn text(setting: &Setting) -> Option<String> {
    variable_text(&setting.kind, &written(setting)?)
}

/// Returns a value as the text of a variable; `None` if no text reads back as this value.
pub fn variable_text(kind: &Kind, value: &Value<'_>) -> Option<String> {
    let text = match (kind, value) {
        (Kind::Optional(_), Value::Null) => "null".to_owned(),
        (kind, value) => to_text(kind, value),
    };
    (from_text(kind, &text).is_ok_and(|read| read == *value)).then_some(text)
}
