//! Settings whose defaults are computed from other settings of their section.

use super::builder::Builder;
use super::field::Field;
use crate::schema::Kind;
use crate::value::{SettingValue, Value, exact, from_json, json};

/// The value of a setting whose default is not computed yet, if a layer gives one.
#[derive(Debug)]
pub struct PendingValue<T> {
    value: Option<T>,
    field: Field,
}

impl Builder<'_> {
    /// Returns the next setting's value, if any layer gives one.
    pub fn given<T: SettingValue>(&mut self) -> Option<PendingValue<T>> {
        let (field, value) = self.next_field()?;
        let is_given = match field.leaf {
            Some(leaf) => self.inputs.candidates.strongest(leaf).is_some(),
            None => value != Value::Null,
        };
        let is_refused = value == Value::Null && !matches!(T::KIND, Kind::Optional(_));
        if !is_given || is_refused {
            return Some(PendingValue { value: None, field });
        }
        if let Some(why) = T::refusal(&value) {
            return self.refuse(field, &why);
        }
        let value = T::from_value(value);
        if value.is_none() {
            self.not_taken(field);
        }
        Some(PendingValue { value: Some(value?), field })
    }

    /// Returns the given value, or the default that was computed.
    pub fn or_computed<T: SettingValue>(&mut self, given: PendingValue<T>, default: T) -> Option<T> {
        let field = given.field;
        let text = exact(&T::KIND, &default.to_value());
        let read = json::parse_value(&text).ok().map(|raw| from_json(&field.setting.kind, raw));
        match (read, field.leaf) {
            (Some(Ok(value)), Some(leaf)) => self.computed.0.push((leaf, value.into_owned())),
            (Some(Err(mismatch)), _) if given.value.is_none() => self.refused_default(field, &mismatch),
            _ => {}
        }
        given.value.or(Some(default))
    }
}
