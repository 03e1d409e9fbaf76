//! Checks a default that is one value against its kind.

use super::message::Message;
use crate::schema::setting::same;
use crate::schema::{Choice, DefaultValue, Kind, TextFault, TextRules, Unit};

/// Checks a default that is one value.
pub(super) const fn check(kind: &Kind, default: DefaultValue) -> Option<Message> {
    match (kind, default) {
        (Kind::Optional(_), DefaultValue::None) => None,
        (Kind::Optional(of), default) => check(of, default),
        // An enum whose derive failed has no choices; its own errors are enough.
        (Kind::OneOf([]), _) => None,
        (Kind::OneOf(choices), DefaultValue::Text(text)) => is_choice(choices, text),
        (Kind::Integer { min, max }, DefaultValue::Integer(integer)) => in_range(integer, *min, *max),
        (Kind::Duration { min, max, .. }, DefaultValue::Integer(units)) => {
            in_range(units, *min as i128, *max as i128)
        }
        (Kind::Size { min, max }, DefaultValue::Integer(bytes)) => {
            in_range(bytes, *min as i128, *max as i128)
        }
        (Kind::TextOf(rules), DefaultValue::Text(text)) => is_text_of(rules, text),
        (Kind::Float { .. }, DefaultValue::Float(float)) if !float.is_finite() => {
            Some(Message::new("the default is not a finite number"))
        }
        (Kind::Float { min, max }, DefaultValue::Float(float)) if float < *min || float > *max => {
            Some(Message::new("the default is outside the range"))
        }
        (Kind::Float { .. }, DefaultValue::Integer(integer)) => {
            check(kind, DefaultValue::Float(integer as f64))
        }
        (_, DefaultValue::Computed { .. }) => None,
        (kind, default) => is_of(kind, default),
    }
}

pub(super) const fn is_text_of(rules: &TextRules, text: &str) -> Option<Message> {
    let message = Message::new("the default \"").then(text);
    Some(match rules.fault(text) {
        None => return None,
        Some(TextFault::Format(format)) => message.then("\" is not ").then(format.name()),
        Some(TextFault::Short(min)) => number(message.then("\" is shorter than "), min as i128),
        Some(TextFault::Long(max)) => number(message.then("\" is longer than "), max as i128),
    })
}

pub(super) const fn is_choice(choices: &[Choice], text: &str) -> Option<Message> {
    let mut rest = choices;
    while let [choice, others @ ..] = rest {
        if same(choice.text.as_bytes(), text.as_bytes()) {
            return None;
        }
        rest = others;
    }
    let message = Message::new("\"").then(text).then("\" is not a value of this type: expected ");
    Some(listed(message, choices))
}

/// Appends the texts: `"", "TLS", "STARTTLS"`.
const fn listed(mut message: Message, choices: &[Choice]) -> Message {
    let mut rest = choices;
    while let [choice, others @ ..] = rest {
        message = message.then("\"").then(choice.text).then(if others.is_empty() { "\"" } else { "\", " });
        rest = others;
    }
    message
}

const fn in_range(value: i128, min: i128, max: i128) -> Option<Message> {
    if value >= min && value <= max {
        return None;
    }
    let message = number(Message::new("the default "), value).then(" is outside the range ");
    Some(number(number(message, min).then(" to "), max))
}

/// Appends the number's digits.
const fn number(mut message: Message, value: i128) -> Message {
    if value < 0 {
        message = message.then("-");
    }
    let mut rest = value.unsigned_abs();
    let mut power = 1_u128;
    while rest / power >= 10 {
        power *= 10;
    }
    while power > 0 {
        message.push(b'0' + (rest / power) as u8);
        rest %= power;
        power /= 10;
    }
    message
}

const fn is_of(kind: &Kind, default: DefaultValue) -> Option<Message> {
    let fits = match (kind, default) {
        (Kind::Bool, DefaultValue::Bool(_))
        | (Kind::Float { .. }, DefaultValue::Float(_))
        | (Kind::Text | Kind::Custom(_), DefaultValue::Text(_)) => true,
        (Kind::Secret | Kind::SecretOf(_), DefaultValue::Text(text)) => text.is_empty(),
        _ => false,
    };
    if fits { None } else { Some(unfit(kind)) }
}

pub(super) const fn unfit(kind: &Kind) -> Message {
    Message::new("the default doesn't fit: this type takes ").then(expected(kind))
}

const fn expected(kind: &Kind) -> &'static str {
    match kind {
        Kind::Bool => "`true` or `false`",
        Kind::Integer { .. } => "a whole number",
        Kind::Float { .. } => "a number",
        Kind::Text => "a string",
        Kind::TextOf(TextRules { format: Some(format), .. }) => format.name(),
        Kind::TextOf(_) => "a string",
        Kind::Size { .. } => "a whole number of bytes, or a size such as `\"10MB\"`",
        Kind::Json => "a list or map of literals",
        Kind::Section(_) => "the settings of a section",
        Kind::Secret | Kind::SecretOf(_) => "no default in code",
        Kind::OneOf(_) => "a variant or its text as a string",
        Kind::Duration { unit: Unit::Milliseconds, .. } => "a whole number of milliseconds",
        Kind::Duration { .. } => "a whole number in its unit",
        Kind::List(_) | Kind::Set(_) => "a list such as `[\"a\", \"b\"]`",
        Kind::Tuple(_) => "a list of its length, such as `[1, 2]`",
        Kind::Map { .. } => "a map such as `{\"key\": \"value\"}`",
        Kind::Optional(of) => expected(of),
        Kind::Custom(custom) => custom.name,
    }
}
