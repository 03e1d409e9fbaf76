//! Starting configurations: every setting at its default, as JSON, as JSON with comments, as an env file, as an
//! `EnvironmentFile` of systemd, and as the `ConfigMap` and `Secret` of Kubernetes.
//!
//! The settings of a variant (of an enum with data) that is not the default are comments only, below a line that says
//! which value selects it. Hidden and deprecated settings are omitted. So are secrets with a default of their own, and defaults that are known
//! only at run time (a template would freeze those of one machine): they get their defaults when the template is
//! resolved. The commented forms mention them nevertheless.

mod comments;
mod env;
mod formats;
mod json;
mod kubernetes;
mod variables;

#[cfg(test)]
mod tests;

pub use env::{env, quote, systemd_env};
pub use formats::config;
pub use json::{commented_json, default_json};
pub use kubernetes::{config_map, secret};
pub use variables::variable_text;

use crate::schema::{DefaultValue, Member, Setting, Variant};
use crate::value::Value;

/// The variant of a member that no default selects: its settings have no effect, so that they are comments.
fn unselected(member: &Member) -> Option<&'static Variant> {
    member.variant().filter(|variant| !variant.is_default)
}

/// Returns true if templates include the setting.
fn is_named(setting: &Setting) -> bool {
    !setting.hidden() && setting.deprecated().is_none()
}

/// The default to write; `None` if a template omits the setting.
fn written(setting: &Setting) -> Option<Value<'static>> {
    let is_computed = matches!(setting.default, DefaultValue::Computed { .. });
    if is_computed || setting.required() || !is_named(setting) {
        return None;
    }
    let default = setting.default_value();
    let holds_text = match &default {
        Value::Text(text) | Value::Secret(text) => !text.is_empty(),
        Value::List(values) => !values.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
        _ => false,
    };
    (!setting.kind.is_secret() || !holds_text).then_some(default)
}
