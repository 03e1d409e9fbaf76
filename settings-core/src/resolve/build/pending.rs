//! Settings whose defaults are computed from other settings of their section.

use super::builder::Builder;
use super::field::Field;
use crate::schema::Kind;
use crate::value::{Value, ZeroizingString, exact, from_json, json};

/// The value of a setting whose default is not computed yet, if a layer gives one.
#[derive(Debug)]
pub struct PendingValue<T> {
    value: Option<T>,
    field: Field,
}

impl<T> PendingValue<T> {
    #[cfg(feature = "serde")]
    pub(super) const fn none(field: Field) -> Self {
        Self { value: None, field }
    }

    #[cfg(feature = "serde")]
    pub(super) const fn some(value: T, field: Field) -> Self {
        Self { value: Some(value), field }
    }

    /// Returns the number of its setting; `None` in a repeated section.
    pub const fn number(&self) -> Option<u32> {
        self.field.leaf
    }
}

impl<'r> Builder<'r> {
    /// Returns the next setting's value, if any layer gives one. The kind and the functions are those of its type.
    pub fn given<T>(
        &mut self,
        kind: Kind,
        from_value: fn(Value<'r>) -> Option<T>,
        refusal: fn(&Value<'r>) -> Option<String>,
    ) -> Option<PendingValue<T>> {
        let (field, value) = self.next_given(matches!(kind, Kind::Optional(_)))?;
        let Some(value) = value else { return Some(PendingValue { value: None, field }) };
        if let Some(why) = refusal(&value) {
            self.refuse::<()>(field, &why);
            return Some(PendingValue { value: None, field });
        }
        let value = from_value(value);
        if value.is_none() {
            self.not_taken(field);
        }
        Some(PendingValue { value: Some(value?), field })
    }

    /// The same for a type that is parsed.
    pub fn given_parsed<T, E>(
        &mut self,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<PendingValue<T>> {
        let (field, value) = self.next_given(false)?;
        let Some(value) = value else { return Some(PendingValue { value: None, field }) };
        let taken = value.as_text().and_then(|text| parse(text).ok());
        if taken.is_none() {
            self.not_taken(field);
        }
        Some(PendingValue { value: Some(taken?), field })
    }

    /// The same for an optional type that is parsed.
    pub fn given_optional_parsed<T, E>(
        &mut self,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<PendingValue<Option<T>>> {
        let (field, value) = self.next_given(true)?;
        let value = match value {
            Some(Value::Null) => Some(None),
            Some(value) => {
                let taken = value.as_text().and_then(|text| parse(text).ok());
                if taken.is_none() {
                    self.not_taken(field);
                }
                Some(Some(taken?))
            }
            None => None,
        };
        Some(PendingValue { value, field })
    }

    /// Returns the next setting, and its value if a layer gives one.
    pub(super) fn next_given(&mut self, is_optional: bool) -> Option<(Field, Option<Value<'r>>)> {
        let field = self.next_field()?;
        let value = self.value_of(field);
        let is_given = match field.leaf {
            Some(leaf) => self.inputs.candidates.strongest(leaf).is_some(),
            None => value != Value::Null,
        };
        let is_refused = value == Value::Null && !is_optional;
        Some((field, Some(value).filter(|_| is_given && !is_refused)))
    }

    /// Returns the given value, or the default that was computed. The kind and the function are those of its type.
    pub fn or_computed<T>(
        &mut self,
        given: PendingValue<T>,
        default: T,
        kind: Kind,
        to_value: fn(&T) -> Value<'_>,
    ) -> Option<T> {
        self.or_computed_as(given, default, |default| exact(&kind, &to_value(default)).into_string())
    }

    /// The same for a type whose JSON `to_json` returns.
    pub fn or_computed_as<T>(
        &mut self,
        given: PendingValue<T>,
        default: T,
        to_json: impl FnOnce(&T) -> String,
    ) -> Option<T> {
        let field = given.field;
        let text = ZeroizingString::from(to_json(&default));
        let read = json::parse_value(&text).ok().map(|raw| from_json(&field.setting.kind, raw));
        match (read, field.leaf) {
            (Some(Ok(value)), Some(leaf)) => self.computed.0.push((leaf, value.into_owned())),
            (Some(Err(mismatch)), _) if given.value.is_none() => self.refused_default(field, &mismatch),
            _ => {}
        }
        given.value.or(Some(default))
    }
}
