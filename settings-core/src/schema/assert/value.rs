//! Checks of values that an annotation compares a setting with.

use super::default::is_choice;
use super::message::Message;
use crate::schema::setting::same;
use crate::schema::{Kind, Member, Section};

/// Checks that the text can be the value of the section's setting with this key.
pub const fn has_value(section: &'static Section, key: &str, text: &str) -> Option<Message> {
    let mut rest = section.members;
    while let [member, others @ ..] = rest {
        if let Member::Setting(setting) = member
            && same(setting.key.as_bytes(), key.as_bytes())
        {
            return is_value(&setting.kind, key, text);
        }
        rest = others;
    }
    None
}

const fn is_value(kind: &Kind, key: &str, text: &str) -> Option<Message> {
    let expected = match kind {
        Kind::Optional(of) => return is_value(of, key, text),
        // An enum whose derive failed has no choices; its own errors are enough.
        Kind::OneOf([]) | Kind::Text | Kind::TextOf(_) => return None,
        Kind::OneOf(choices) => return is_choice(choices, text),
        Kind::Bool if same(text.as_bytes(), b"true") || same(text.as_bytes(), b"false") => return None,
        Kind::Bool => "` is `true` or `false`",
        Kind::Integer { .. } if is_whole(text.as_bytes()) => return None,
        Kind::Integer { .. } => "` is a whole number",
        _ => "` cannot be compared: only a bool, a whole number, a text or a one-of can",
    };
    Some(Message::new("`").then(key).then(expected))
}

const fn is_whole(text: &[u8]) -> bool {
    let mut rest = match text {
        [b'-', rest @ ..] => rest,
        rest => rest,
    };
    if rest.is_empty() {
        return false;
    }
    while let [digit, others @ ..] = rest {
        if !digit.is_ascii_digit() {
            return false;
        }
        rest = others;
    }
    true
}
