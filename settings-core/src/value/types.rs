//! The standard types that a setting can have.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, Hash};
use std::path::PathBuf;
use std::time::Duration;

use super::{Secret, SettingValue, Value, to_json};
use crate::schema::{Kind, Unit};

impl Value<'_> {
    /// Returns whether dropping the value has no effect.
    #[inline]
    pub(crate) const fn owns_nothing(&self) -> bool {
        matches!(self, Self::Null | Self::Bool(_) | Self::Integer(_) | Self::Float(_) | Self::Duration(_))
    }

    /// Drops the value of a kind. A secret is wiped from memory.
    pub(crate) fn wipe_if_secret(self, kind: &Kind) {
        if kind.is_secret() {
            self.wipe();
        }
    }

    /// Returns what was read from a value that owns nothing, without the call that drops a value.
    #[inline]
    fn done<T>(self, read: T) -> Option<T> {
        std::mem::forget(self);
        Some(read)
    }
}

impl SettingValue for bool {
    const KIND: Kind = Kind::Bool;

    #[inline]
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Bool(bool) => value.done(bool),
            _ => None,
        }
    }

    fn to_value(&self) -> Value<'_> {
        Value::Bool(*self)
    }
}

macro_rules! integers {
    ($($integer:ty),+) => {$(
        impl SettingValue for $integer {
            const KIND: Kind = Kind::Integer { min: <$integer>::MIN as i128, max: <$integer>::MAX as i128 };

            #[inline]
            fn from_value(value: Value<'_>) -> Option<Self> {
                match value {
                    Value::Integer(integer) => value.done(<$integer>::try_from(integer).ok()).flatten(),
                    _ => None,
                }
            }

            fn to_value(&self) -> Value<'_> {
                Value::Integer(*self as i128)
            }
        }
    )+};
}

integers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

macro_rules! floats {
    ($($float:ty),+) => {$(
        impl SettingValue for $float {
            const KIND: Kind = Kind::Float { min: <$float>::MIN as f64, max: <$float>::MAX as f64 };

            #[inline]
            fn from_value(value: Value<'_>) -> Option<Self> {
                match value {
                    Value::Float(float) => value.done(float as $float),
                    _ => None,
                }
            }

            fn to_value(&self) -> Value<'_> {
                Value::Float(f64::from(*self))
            }
        }
    )+};
}

floats!(f32, f64);

impl SettingValue for String {
    const KIND: Kind = Kind::Text;

    #[inline]
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Text(text) | Value::Secret(text) => Some(text.into_owned()),
            _ => None,
        }
    }

    fn to_value(&self) -> Value<'_> {
        Value::Text(self.as_str().into())
    }
}

impl SettingValue for PathBuf {
    const KIND: Kind = Kind::Text;

    #[inline]
    fn from_value(value: Value<'_>) -> Option<Self> {
        String::from_value(value).map(Self::from)
    }

    fn to_value(&self) -> Value<'_> {
        Value::Text(self.to_string_lossy())
    }
}

/// Any JSON value, stored as text on one line, for settings that another program interprets.
///
/// Listings show it, so it must not hold secrets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Json(String);

impl Json {
    /// Returns the value as JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Wraps a text that is JSON on one line.
    #[cfg(feature = "serde")]
    pub(super) const fn of_text(text: String) -> Self {
        Self(text)
    }
}

impl SettingValue for Json {
    const KIND: Kind = Kind::Json;

    #[inline]
    fn from_value(value: Value<'_>) -> Option<Self> {
        String::from_value(value).map(Self)
    }

    fn to_value(&self) -> Value<'_> {
        Value::Text(self.0.as_str().into())
    }
}

impl SettingValue for Secret {
    const KIND: Kind = Kind::Secret;

    #[inline]
    fn from_value(value: Value<'_>) -> Option<Self> {
        String::from_value(value).map(Self::new)
    }

    fn to_value(&self) -> Value<'_> {
        Value::Secret(self.expose().into())
    }
}

impl SettingValue for Duration {
    // the bound keeps every unit's milliseconds within u64
    const KIND: Kind = Kind::Duration { unit: Unit::Seconds, min: 0, max: u64::MAX / Unit::Days.millis() };

    #[inline]
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Duration(duration) => value.done(duration),
            _ => None,
        }
    }

    fn to_value(&self) -> Value<'_> {
        Value::Duration(*self)
    }
}

impl<T: SettingValue> SettingValue for Vec<T> {
    const KIND: Kind = Kind::List(&T::KIND);

    #[inline]
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::List(values) => values.into_iter().map(T::from_value).collect(),
            _ => None,
        }
    }

    fn to_value(&self) -> Value<'_> {
        Value::List(self.iter().map(T::to_value).collect())
    }

    fn refusal(value: &Value<'_>) -> Option<String> {
        refusal_of_elements::<T>(value)
    }
}

impl<T: SettingValue> SettingValue for Option<T> {
    const KIND: Kind = Kind::Optional(&T::KIND);

    #[inline]
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }

    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, T::to_value)
    }

    fn refusal(value: &Value<'_>) -> Option<String> {
        match value {
            Value::Null => None,
            value => T::refusal(value),
        }
    }
}

impl<T: SettingValue + Ord> SettingValue for BTreeSet<T> {
    const KIND: Kind = Kind::Set(&T::KIND);

    #[inline]
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::List(values) => values.into_iter().map(T::from_value).collect(),
            _ => None,
        }
    }

    fn to_value(&self) -> Value<'_> {
        Value::List(self.iter().map(T::to_value).collect())
    }

    fn refusal(value: &Value<'_>) -> Option<String> {
        refusal_of_elements::<T>(value)
    }
}

impl<T: SettingValue + Eq + Hash, S: BuildHasher + Default> SettingValue for HashSet<T, S> {
    const KIND: Kind = Kind::Set(&T::KIND);

    #[inline]
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::List(values) => values.into_iter().map(T::from_value).collect(),
            _ => None,
        }
    }

    fn to_value(&self) -> Value<'_> {
        // sorted, so that the order is always the same
        let mut values: Vec<_> =
            self.iter().map(|value| (to_json(&T::KIND, &value.to_value()), value)).collect();
        values.sort_by(|(a, _), (b, _)| a.cmp(b));
        Value::List(values.into_iter().map(|(_, value)| value.to_value()).collect())
    }

    fn refusal(value: &Value<'_>) -> Option<String> {
        refusal_of_elements::<T>(value)
    }
}

/// Returns what is wrong with an element of a list.
fn refusal_of_elements<T: SettingValue>(value: &Value<'_>) -> Option<String> {
    match value {
        Value::List(values) => values.iter().find_map(T::refusal),
        _ => None,
    }
}
