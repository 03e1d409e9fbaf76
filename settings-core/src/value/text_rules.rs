//! Text with rules.

use std::borrow::Cow;

use super::mismatch::Reason;
use super::{Mismatch, Value, mismatch::text_rules as expectation_of};
use crate::schema::{Kind, TextFault, TextRules};

/// Checks `text` against the rules of a [`Kind::TextOf`].
pub(super) fn text_of<'a>(kind: &Kind, rules: &TextRules, text: Cow<'a, str>) -> Result<Value<'a>, Mismatch> {
    let found = match rules.fault(&text) {
        None if rules.or_empty && text.is_empty() => return Ok(Value::Text(text)),
        None => match rules.pattern {
            Some(pattern) if !pattern.matches(&text) => quoted(&text),
            _ => return Ok(Value::Text(text)),
        },
        Some(TextFault::Short(_) | TextFault::Long(_)) if !text.is_empty() => {
            let count = text.chars().count();
            format!("{count} character{}", if count == 1 { "" } else { "s" })
        }
        Some(_) => quoted(&text),
    };
    Err(Mismatch::new(Reason::Form, kind, found))
}

/// Checks a secret against the rules of a [`Kind::SecretOf`]. The mismatch names the broken rule, and nothing of the text.
pub(super) fn secret_of<'a>(
    kind: &Kind,
    rules: &TextRules,
    text: Cow<'a, str>,
) -> Result<Value<'a>, Mismatch> {
    let broken = match rules.fault(&text) {
        None => match rules.pattern {
            Some(pattern) if !text.is_empty() || !rules.or_empty => {
                (!pattern.matches(&text)).then_some(TextRules { pattern: Some(pattern), ..TextRules::ANY })
            }
            _ => None,
        },
        Some(TextFault::Short(min)) => Some(TextRules::ANY.min_len(min)),
        Some(TextFault::Long(max)) => Some(TextRules::ANY.max_len(max)),
        Some(TextFault::Format(format)) => Some(TextRules::ANY.format(format)),
    };
    match broken {
        None => Ok(Value::Secret(text)),
        Some(rule) => {
            Value::Secret(text).wipe();
            let mut mismatch = Mismatch::new(Reason::Form, kind, "");
            mismatch.expected = expectation_of(&rule).into();
            Err(mismatch)
        }
    }
}

fn quoted(text: &str) -> String {
    format!("`\"{}\"`", text.escape_debug())
}
