//! Every setting as a variable, for the templates that give variables.

use super::{comments, written};
use crate::schema::{Kind, Section, Setting};
use crate::value::{Value, from_text, to_text};

/// One setting as a variable.
pub(super) struct Variable {
    /// Its name: `MM_EMAILSETTINGS_SMTPPORT`.
    pub(super) name: String,
    /// Whether it is or holds a secret.
    pub(super) is_secret: bool,
    /// What it does, line by line.
    pub(super) lead: Vec<String>,
    /// The default as the variable's text; nothing where no text gives it.
    pub(super) text: Option<String>,
    /// Whether the template only mentions it.
    pub(super) is_mentioned: bool,
}

/// All settings that a template names, in the order of the structs.
pub(super) fn variables(root: &'static Section) -> impl Iterator<Item = Variable> {
    let prefix = root.variable_prefix();
    let leaves = root.leaves().filter(move |_| prefix.is_some());
    let prefix = prefix.unwrap_or_default();
    leaves.filter(|leaf| super::is_named(leaf.setting)).map(move |leaf| {
        let text = text(leaf.setting);
        Variable {
            name: leaf.path.env_name(prefix),
            is_secret: leaf.setting.kind.is_secret(),
            lead: comments::of_setting(leaf.setting, None),
            // one variable of a section that is absent would call it into being
            is_mentioned: leaf.optional || text.is_none(),
            text,
        }
    })
}

/// The default as a variable's text; `None` where no text reads back as it.
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
