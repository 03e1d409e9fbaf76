//! A default whose value or kind the derive can't see.

use super::default::{check, is_choice, is_text_of, unfit};
use super::message::Message;
use super::{literal, setting};
use crate::schema::{DefaultValue, Kind, Section, Setting};

/// That the kind of field `index` accepts its default.
pub const fn accepts_default(section: &'static Section, index: usize) -> Option<Message> {
    match setting(section, index) {
        Some(Setting { kind, default: DefaultValue::Json(json), .. }) => literal::fault(kind, json),
        Some(setting) => check(&setting.kind, setting.default),
        None => None,
    }
}

/// That the innermost kind of field `index` accepts a number that stands somewhere in its default.
pub const fn accepts_float(section: &'static Section, index: usize, float: f64) -> Option<Message> {
    let Some(setting) = setting(section, index) else { return None };
    match setting.kind.innermost() {
        kind @ Kind::Float { .. } => check(kind, DefaultValue::Float(float)),
        _ => None,
    }
}

/// That the innermost kind of field `index` accepts `text`, which stands somewhere in its default.
pub const fn accepts_text(section: &'static Section, index: usize, text: &str) -> Option<Message> {
    let Some(setting) = setting(section, index) else { return None };
    match setting.kind.innermost() {
        Kind::OneOf([]) | Kind::Text | Kind::Json | Kind::Custom(_) => None,
        Kind::OneOf(choices) => is_choice(choices, text),
        Kind::TextOf(rules) => is_text_of(rules, text),
        kind => Some(unfit(kind)),
    }
}
