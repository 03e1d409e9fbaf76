//! Checks of `danger` and `relevant_if`.

use super::not_empty;
use crate::ast::{Field, Struct};
use crate::ctxt::Ctxt;
use crate::nearest::{list, nearest};

pub(super) fn check(cx: &Ctxt, input: &Struct<'_>) {
    let keys: Vec<String> = input.fields.iter().filter_map(setting_key).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    for field in &input.fields {
        let Some(leaf) = field.leaf() else { continue };
        let danger = leaf.attrs.danger.as_ref();
        not_empty(cx, "text", danger.and_then(|danger| danger.text.as_ref()));
        other_setting_exists(cx, field, &keys);
    }
}

fn setting_key(field: &Field<'_>) -> Option<String> {
    field.leaf()?;
    field.key().map(|key| key.value)
}

/// ```text
/// #[setting(relevant_if(setting = "Enabel", is = true))]
/// ```
fn other_setting_exists(cx: &Ctxt, field: &Field<'_>, keys: &[&str]) {
    let relevant = field.leaf().and_then(|leaf| leaf.attrs.relevant_if.as_ref());
    let Some(other) = relevant.and_then(|relevant| relevant.setting.as_ref()) else { return };
    let name = other.value.as_str();
    if setting_key(field).is_some_and(|key| key == name) {
        cx.error_at(other.span, format!("`{name}` cannot decide on its own effect: name another setting"));
    } else if !keys.contains(&name) {
        let hint = nearest(name, keys).map(|near| format!("; did you mean `{near}`?"));
        let hint = hint.unwrap_or_else(|| format!(": expected one of {}", list(keys)));
        cx.error_at(other.span, format!("the struct has no setting with the key `{name}`{hint}"));
    }
}
