//! Checks the value list of a setting whose type is the program's own.

use super::message::Message;
use super::setting;
use crate::schema::setting::same;
use crate::schema::{Choice, Section, ValueDoc};

/// Checks that the value list of field `index` names each choice of its one-of exactly once.
pub const fn documents_every_value(section: &'static Section, index: usize) -> Option<Message> {
    let Some(setting) = setting(section, index) else { return None };
    // An enum whose derive failed has no choices; its own errors are enough.
    let choices = setting.kind.choices();
    if choices.is_empty() {
        return None;
    }
    match every_choice_is_named(choices, setting.values) {
        Some(message) => Some(message),
        None => every_name_is_a_choice(choices, setting.values),
    }
}

const fn every_choice_is_named(choices: &[Choice], values: &[ValueDoc]) -> Option<Message> {
    let mut rest = choices;
    while let [choice, others @ ..] = rest {
        let mut named = 0;
        let mut unread = values;
        while let [value, unread_others @ ..] = unread {
            if names(value, choice) {
                named += 1;
            }
            unread = unread_others;
        }
        if named == 0 {
            return Some(Message::new("the value list is missing `").then(choice.label).then("`"));
        }
        if named > 1 {
            return Some(Message::new("the value list names `").then(choice.label).then("` twice"));
        }
        rest = others;
    }
    None
}

const fn every_name_is_a_choice(choices: &[Choice], values: &[ValueDoc]) -> Option<Message> {
    let mut rest = values;
    while let [value, others @ ..] = rest {
        let mut known = false;
        let mut untried = choices;
        while let [choice, untried_others @ ..] = untried {
            known |= names(value, choice);
            untried = untried_others;
        }
        if !known {
            let message =
                Message::new("`").then(value.value).then("` is not a value of this type: expected ");
            return Some(listed(message, choices));
        }
        rest = others;
    }
    None
}

const fn names(value: &ValueDoc, choice: &Choice) -> bool {
    same(value.value.as_bytes(), choice.text.as_bytes())
        || same(value.value.as_bytes(), choice.label.as_bytes())
}

/// Appends the labels: `` `A`, `B`, `C` ``.
const fn listed(mut message: Message, choices: &[Choice]) -> Message {
    let mut rest = choices;
    while let [choice, others @ ..] = rest {
        message = message.then("`").then(choice.label).then(if others.is_empty() { "`" } else { "`, " });
        rest = others;
    }
    message
}
