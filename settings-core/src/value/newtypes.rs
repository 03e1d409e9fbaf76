//! Types of settings that wrap another one, with a check.

use std::fmt::Display;

use super::{SettingValue, Value};

/// Returns whether a value passes a check.
pub fn passes<T, E>(value: &T, check: fn(&T) -> Result<(), E>) -> bool {
    check(value).is_ok()
}

/// Returns what is wrong with a value: the words of its type, or else of the check.
pub fn refusal_or_fault<T: SettingValue, E: Display>(
    value: &Value<'_>,
    check: fn(&T) -> Result<(), E>,
) -> Option<String> {
    T::refusal(value).or_else(|| Some(check(&T::from_value(value.borrowed())?).err()?.to_string()))
}
