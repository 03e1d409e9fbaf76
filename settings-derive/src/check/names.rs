//! Checks of the names of a struct's fields: each path and each variable belongs to one setting.

use super::Struct;
use crate::ast::Field;
use crate::attr::Spanned;
use crate::ctxt::Ctxt;
use crate::naming::{env_form, key_fault};

pub(super) fn check(cx: &Ctxt, input: &Struct<'_>) {
    keys_can_be_named(cx, input);
    keys_differ(cx, input);
    aliases_can_be_named(cx, input);
    aliases_lead_elsewhere(cx, input);
    aliases_differ(cx, input);
    variables_can_be_named(cx, input);
    variables_differ(cx, input);
}

/// ```text
/// #[setting(key = "SMTP.Port")]
/// ```
fn keys_can_be_named(cx: &Ctxt, input: &Struct<'_>) {
    for key in input.fields.iter().filter_map(Field::key) {
        if let Some(fault) = key_fault(&key.value) {
            cx.error_at(key.span, fault);
        }
    }
}

/// ```text
/// #[setting(key = "Port", default = 25)]
/// pub port: u16,
/// #[setting(key = "port", default = 25)]
/// pub other_port: u16,
/// ```
fn keys_differ(cx: &Ctxt, input: &Struct<'_>) {
    let keys: Vec<(&Field<'_>, Spanned<String>)> =
        input.fields.iter().filter_map(|field| Some((field, field.key()?))).collect();
    for (i, (_, key)) in keys.iter().enumerate() {
        let same =
            |(_, first): &&(&Field<'_>, Spanned<String>)| env_form(&first.value) == env_form(&key.value);
        let Some((field, first)) = keys.iter().take(i).find(same) else { continue };
        let ident = field.ident;
        let message = if first.value == key.value {
            format!("the key `{}` already belongs to `{ident}`", key.value)
        } else {
            format!("`{}` and `{}` (of `{ident}`) claim one environment variable", key.value, first.value)
        };
        cx.error_at(key.span, message);
        cx.error_at(first.span, format!("`{}` is first used here", first.value));
    }
}

/// ```text
/// #[setting(alias = "ServiceSettings..Port")]
/// ```
fn aliases_can_be_named(cx: &Ctxt, input: &Struct<'_>) {
    for (_, alias) in aliases(input) {
        let fault = alias.value.split('.').find_map(key_fault);
        if let Some(fault) = fault {
            cx.error_at(alias.span, format!("an alias is a key or a path such as `Section.Key`: {fault}"));
        }
    }
}

/// ```text
/// #[setting(key = "Port", alias = "Port")]
/// ```
fn aliases_lead_elsewhere(cx: &Ctxt, input: &Struct<'_>) {
    for (owner, alias) in aliases(input) {
        for field in &input.fields {
            let Some(key) = field.key() else { continue };
            if env_form(&full(input, &key.value)) != env_form(&full(input, &alias.value)) {
                continue;
            }
            let message = if std::ptr::eq(owner, field) {
                format!("`{}` is the setting's own name, not an alias", alias.value)
            } else {
                format!("`{}` is the name of `{}` and cannot be an alias", alias.value, field.ident)
            };
            cx.error_at(alias.span, message);
            break;
        }
    }
}

/// ```text
/// #[setting(alias = "Old", alias = "Old")]
/// ```
fn aliases_differ(cx: &Ctxt, input: &Struct<'_>) {
    let keys: Vec<String> =
        input.fields.iter().filter_map(Field::key).map(|key| full(input, &key.value)).collect();
    let is_key = |alias: &str| keys.iter().any(|key| env_form(key) == env_form(&full(input, alias)));
    let all: Vec<&Spanned<String>> =
        aliases(input).map(|(_, alias)| alias).filter(|alias| !is_key(&alias.value)).collect();
    for (i, alias) in all.iter().enumerate() {
        let form = env_form(&full(input, &alias.value));
        if let Some(first) = all.iter().take(i).find(|first| env_form(&full(input, &first.value)) == form) {
            cx.error_at(alias.span, format!("the alias `{}` is given twice", alias.value));
            cx.error_at(first.span, format!("`{}` is first given here", first.value));
        }
    }
}

/// ```text
/// #[setting(env = "DATABASE-URL")]
/// ```
fn variables_can_be_named(cx: &Ctxt, input: &Struct<'_>) {
    for (_, variable) in variables(input) {
        let name = &variable.value;
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let message = match name.chars().find(|c| !is_letter(*c)) {
            _ if name.is_empty() => "a variable cannot have an empty name: write `env = \"NAME\"`".to_owned(),
            Some('=') => format!("`{name}` is not the name of a variable: write the name alone"),
            Some(_) => format!("`{name}` is not the name of a variable: use ASCII letters, digits and `_`"),
            None if name.starts_with(|c: char| c.is_ascii_digit()) => {
                format!("`{name}` begins with a digit, which a variable cannot")
            }
            None if name.ends_with("_FILE") => format!(
                "`{name}` is the name of a file with the value: write `{}`, which works with `_FILE` too",
                name.trim_end_matches("_FILE")
            ),
            None => continue,
        };
        cx.error_at(variable.span, message);
    }
}

/// ```text
/// #[setting(env = "PORT", default = 25)]
/// pub port: u16,
/// #[setting(env = "PORT", default = 25)]
/// pub other_port: u16,
/// ```
fn variables_differ(cx: &Ctxt, input: &Struct<'_>) {
    let all: Vec<_> = variables(input).collect();
    for (i, (field, variable)) in all.iter().enumerate() {
        let same =
            |(_, first): &&(&Field<'_>, &Spanned<String>)| first.value.eq_ignore_ascii_case(&variable.value);
        let Some((owner, first)) = all.iter().take(i).find(same) else { continue };
        let message = if std::ptr::eq(*owner, *field) {
            format!("the variable `{}` is given twice", variable.value)
        } else {
            format!("the variable `{}` already belongs to `{}`", variable.value, owner.ident)
        };
        cx.error_at(variable.span, message);
        cx.error_at(first.span, format!("`{}` is first given here", first.value));
    }
}

fn variables<'a>(input: &'a Struct<'a>) -> impl Iterator<Item = (&'a Field<'a>, &'a Spanned<String>)> {
    let leaves = input.fields.iter().filter_map(|field| Some((field, field.leaf()?)));
    leaves.flat_map(|(field, leaf)| leaf.attrs.variables.iter().map(move |variable| (field, variable)))
}

fn aliases<'a>(input: &'a Struct<'a>) -> impl Iterator<Item = (&'a Field<'a>, &'a Spanned<String>)> {
    input
        .fields
        .iter()
        .filter_map(|field| Some((field, field.leaf()?)))
        .flat_map(|(field, leaf)| leaf.attrs.aliases.iter().map(move |alias| (field, alias)))
}

/// Expands a bare key of this struct to a path.
fn full(input: &Struct<'_>, name: &str) -> String {
    let section = input.key();
    if name.contains('.') || section.is_empty() { name.to_owned() } else { format!("{section}.{name}") }
}
