//! Values as reports show them: secrets and passwords masked.

use std::borrow::Cow;

use crate::schema::{Kind, Member};
use crate::value::{Value, to_json, without_passwords};

/// Returns a value as JSON, with secrets and passwords masked.
pub(super) fn shown_as(kind: &Kind, value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Secret(text) if text.is_empty() => "\"\"".to_owned(),
        _ if kind.is_secret() => match masked(kind, value) {
            Some(masked) => without_passwords(&to_json(kind, &masked)).into_owned(),
            None => "\"***\"".to_owned(),
        },
        _ => without_passwords(&to_json(kind, value)).into_owned(),
    }
}

/// Returns a list or map of sections with the secrets masked, or `None` if it contains no sections.
fn masked(kind: &Kind, value: &Value<'_>) -> Option<Value<'static>> {
    match (kind, value) {
        (Kind::Optional(_), Value::Null) => Some(Value::Null),
        (Kind::Optional(of), value) => masked(of, value),
        (Kind::List(of), Value::List(values)) => {
            values.iter().map(|value| masked(of, value)).collect::<Option<_>>().map(Value::List)
        }
        (Kind::Map { of, .. }, Value::Map(entries)) => {
            let entry = |(key, value): &(Cow<'_, str>, Value<'_>)| {
                Some((Cow::Owned(key.clone().into_owned()), masked(of, value)?))
            };
            entries.iter().map(entry).collect::<Option<_>>().map(Value::Map)
        }
        (Kind::Section(section), Value::Section(values)) => {
            let member = |(member, value): (&Member, &Value<'_>)| match member {
                Member::Section { section, .. } => {
                    masked(&Kind::Section(section), value).unwrap_or(Value::Null)
                }
                Member::Setting(setting) if setting.kind.is_secret() => masked(&setting.kind, value)
                    .unwrap_or_else(|| match value {
                        Value::Secret(text) if text.is_empty() => Value::Text("".into()),
                        _ => Value::Text("***".into()),
                    }),
                Member::Setting(_) => value.clone().into_owned(),
            };
            Some(Value::Section(section.members.iter().zip(values).map(member).collect()))
        }
        _ => None,
    }
}
