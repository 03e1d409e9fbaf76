//! Types of settings that wrap another one, with a check.

use super::Value;

/// Returns what is wrong with a value: the words of its type, whose functions are given, or else of the check.
pub fn refusal_or_fault<'v, T>(
    value: &'v Value<'_>,
    from_value: fn(Value<'v>) -> Option<T>,
    refusal: Option<String>,
    check: impl Fn(&T) -> Result<(), String>,
) -> Option<String> {
    refusal.or_else(|| check(&from_value(value.borrowed())?).err())
}
