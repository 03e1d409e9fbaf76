//! Checks over more than one attribute: one function for each, with the rejected code in its comment.

mod choices;
mod computed;
mod conditions;
mod fields;
mod names;
mod rules;

use crate::ast::{Enum, Field, Struct};
use crate::attr::{Container, Spanned};
use crate::ctxt::Ctxt;
use crate::naming::key_fault;

/// Checks a struct.
pub(crate) fn check_struct(cx: &Ctxt, input: &Struct<'_>) {
    root_has_no_section(cx, input);
    root_is_not_generic(cx, input);
    prefix_begins_a_variable(cx, input);
    style_is_of_a_root(cx, input);
    not_empty(cx, "page", input.attrs.page.as_ref());
    not_empty(cx, "console", input.attrs.console.as_ref());
    if let Some(section) = &input.attrs.section
        && let Some(fault) = key_fault(&section.value)
    {
        cx.error_at(section.span, fault);
    }
    for field in &input.fields {
        fields::check(cx, field);
    }
    removed_settings_are_gone(cx, input);
    names::check(cx, input);
    rules::check(cx, input);
    computed::check(cx, input);
    conditions::check(cx, input);
}

/// ```text
/// #[settings(removed(path = "Port", since = "12", reason = "..."))]
/// ```
fn removed_settings_are_gone(cx: &Ctxt, input: &Struct<'_>) {
    for removed in &input.attrs.removed {
        not_empty(cx, "reason", removed.reason.as_ref());
        if let Some(replacement) = &removed.replacement
            && let Some(fault) = replacement.value.split('.').find_map(key_fault)
        {
            let message = format!("a replacement is a key or a path such as `Section.Key`: {fault}");
            cx.error_at(replacement.span, message);
        }
        let Some(path) = &removed.path else { continue };
        let is_key = |field: &&Field<'_>| field.key().is_some_and(|key| key.value == path.value);
        let is_alias = |field: &&Field<'_>| {
            let aliases = field.leaf().map_or(&[][..], |leaf| &leaf.attrs.aliases);
            aliases.iter().any(|alias| alias.value == path.value)
        };
        if let Some(field) = input.fields.iter().find(|field| is_key(field) || is_alias(field)) {
            let name = field.ident;
            let message = format!("`{}` is a name of `{name}`: a removed setting has no field", path.value);
            cx.error_at(path.span, message);
        }
        let same = |other: &&crate::attr::Removed| {
            other.path.as_ref().is_some_and(|other| other.value == path.value)
        };
        if let Some(first) =
            input.attrs.removed.iter().find(same).filter(|first| !std::ptr::eq(*first, removed))
        {
            cx.error_at(path.span, format!("the removal of `{}` is recorded twice", path.value));
            if let Some(first) = &first.path {
                cx.error_at(first.span, format!("`{}` is first recorded here", first.value));
            }
        }
    }
}

/// Checks an enum.
pub(crate) fn check_enum(cx: &Ctxt, input: &Enum<'_>) {
    choices::check(cx, input);
}

/// ```text
/// #[settings(env_prefix = "MM", section = "Server")]
/// ```
fn root_has_no_section(cx: &Ctxt, input: &Struct<'_>) {
    if let (Some(prefix), Some(section)) = (&input.attrs.env_prefix, &input.attrs.section) {
        cx.error_at(
            section.span,
            "a program's root has no `section`: remove it, or nest this struct in a root",
        );
        cx.error_at(prefix.span, "`env_prefix` makes this struct a program's root");
    }
}

/// ```text
/// #[settings(env_prefix = "MM")]
/// struct Server<T: Settings> { ... }
/// ```
fn root_is_not_generic(cx: &Ctxt, input: &Struct<'_>) {
    if input.attrs.env_prefix.is_some() && input.is_generic() {
        let message = "a program's root cannot be generic: nest this struct, with its types, in a root";
        cx.error(&input.original.generics.params, message);
    }
}

/// ```text
/// #[settings(env_prefix = "MM_")]
/// ```
fn prefix_begins_a_variable(cx: &Ctxt, input: &Struct<'_>) {
    let Some(prefix) = &input.attrs.env_prefix else { return };
    let Some(text) = &prefix.text else { return };
    if input.attrs.root.is_some() {
        return;
    }
    let message = match text.as_str() {
        "" => "the prefix cannot be empty: write `env_prefix = none` for variables without one".to_owned(),
        name if name.ends_with('_') => {
            format!(
                "the underscore after the prefix is implied: write `env_prefix = \"{}\"`",
                name.trim_end_matches('_')
            )
        }
        name if name.starts_with(|c: char| c.is_ascii_digit()) => {
            "a variable cannot begin with a digit".to_owned()
        }
        name if name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') => return,
        name => format!("`{name}` cannot begin a variable: use ASCII capitals, digits and `_`"),
    };
    cx.error_at(prefix.span, message);
}

/// ```text
/// #[settings(env_case = "SCREAMING_SNAKE_CASE")]
/// #[settings(env_prefix = "MM", env_separator = "-")]
/// ```
fn style_is_of_a_root(cx: &Ctxt, input: &Struct<'_>) {
    let Container { env_case, env_separator, env_prefix, root, .. } = &input.attrs;
    let case = env_case.as_ref().map(|case| ("env_case", case.span));
    let separator = env_separator.as_ref().map(|separator| ("env_separator", separator.span));
    for (name, span) in case.into_iter().chain(separator) {
        if env_prefix.is_none() {
            let message = format!("only a program's root takes `{name}`: add `env_prefix = \"...\"` to it");
            cx.error_at(span, message);
        } else if root.is_some() {
            cx.error_at(span, format!("`root` has no variables, so it takes no `{name}`"));
        }
    }
    if let Some(separator) = env_separator
        && (separator.value.is_empty() || separator.value.chars().any(|c| c != '_'))
    {
        cx.error_at(separator.span, "a separator consists of underscores: write `env_separator = \"__\"`");
    }
}

/// ```text
/// #[setting(title = "")]
/// ```
fn not_empty(cx: &Ctxt, name: &str, text: Option<&Spanned<String>>) {
    if let Some(text) = text.filter(|text| text.value.trim().is_empty()) {
        cx.error_at(text.span, format!("`{name}` is empty: remove it or fill it in"));
    }
}
