//! Checks of defaults whose value or kind the derive cannot see.

use super::default::{check, is_choice, is_text_of, unfit};
use super::message::Message;
use super::{literal, setting};
use crate::schema::{DefaultValue, Kind, Section, Setting};

/// Checks that the kind of field `index` accepts its default.
pub const fn accepts_default(section: &'static Section, index: usize) -> Option<Message> {
    match setting(section, index) {
        Some(Setting { kind, default: DefaultValue::Json(json), .. }) => literal::fault(kind, json),
        Some(setting) => check(&setting.kind, setting.default),
        None => None,
    }
}

/// Checks that the innermost kind of field `index` accepts a number inside its default.
pub const fn accepts_float(section: &'static Section, index: usize, float: f64) -> Option<Message> {
    let Some(setting) = setting(section, index) else { return None };
    match setting.kind.innermost() {
        kind @ Kind::Float { .. } => check(kind, DefaultValue::Float(float)),
        _ => None,
    }
}

/// Checks that the innermost kind of field `index` accepts `text`, which is inside its default.
pub const fn accepts_text(section: &'static Section, index: usize, text: &str) -> Option<Message> {
    let Some(setting) = setting(section, index) else { return None };
    match setting.kind.innermost() {
        Kind::OneOf([]) | Kind::Text | Kind::Json | Kind::Custom(_) | Kind::Tuple(_) => None,
        Kind::OneOf(choices) => is_choice(choices, text),
        Kind::TextOf(rules) => is_text_of(rules, text),
        kind => Some(unfit(kind)),
    }
}
