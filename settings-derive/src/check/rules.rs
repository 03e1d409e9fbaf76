//! Checks of rules.

use super::not_empty;
use crate::ast::{Field, Member, Struct};
use crate::ctxt::Ctxt;
use crate::naming::key_fault;
use crate::nearest::{list, nearest};

pub(super) fn check(cx: &Ctxt, input: &Struct<'_>) {
    for rule in &input.attrs.rules {
        not_empty(cx, "message", rule.message.as_ref());
        not_empty(cx, "help", rule.help.as_ref());
    }
    fields_exist(cx, input);
}

/// ```text
/// rule(fields("SMTPProt"), ...)
/// ```
fn fields_exist(cx: &Ctxt, input: &Struct<'_>) {
    let keys: Vec<String> = input.fields.iter().filter_map(Field::key).map(|key| key.value).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    // rustc checks names that may be the key of a repeated section
    let may_repeat = input.fields.iter().any(|field| match &field.member {
        Member::Section(nested) => nested.repeats() && nested.key.is_none(),
        Member::Setting(_) => false,
    });
    for field in input.attrs.rules.iter().flat_map(|rule| rule.fields.iter().flatten()) {
        let name = &field.value;
        if let Some(fault) = name.split('.').find_map(key_fault) {
            cx.error_at(field.span, format!("`fields` names settings by their keys: {fault}"));
        } else if !name.contains('.') && !may_repeat && !keys.contains(&name.as_str()) {
            let hint = nearest(name, &keys).map(|near| format!("; did you mean `{near}`?"));
            let hint = hint.unwrap_or_else(|| format!(": expected one of {}", list(&keys)));
            cx.error_at(field.span, format!("the struct has no setting with the key `{name}`{hint}"));
        }
    }
}
