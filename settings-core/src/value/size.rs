//! Sizes in bytes.

use std::fmt;

use super::mismatch::Reason;
use super::{Mismatch, SettingValue, Value};
use crate::schema::{Kind, SIZE_UNITS};

/// A size in bytes, written as a whole number or with a unit: `10MB` is ten million bytes, `512KiB` 512 times 1024.
///
/// ```
/// use settings_core::value::ByteSize;
///
/// assert_eq!(ByteSize::parse("10MB"), Some(ByteSize(10_000_000)));
/// assert_eq!(ByteSize(512 << 10).to_string(), "512KiB");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(pub u64);

impl ByteSize {
    /// Returns the number of bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }

    /// Parses a whole number with an optional unit. Returns `None` for other text and for sizes beyond `u64`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, unit) = text.split_at(digits);
        let bytes = match unit {
            "" => 1,
            _ => SIZE_UNITS.iter().find(|(name, _)| *name == unit)?.1,
        };
        count.parse::<u64>().ok()?.checked_mul(bytes).map(Self)
    }
}

impl fmt::Display for ByteSize {
    /// Uses the largest unit that gives a whole number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |(_, bytes): &&(&str, u64)| self.0 >= *bytes && self.0.is_multiple_of(*bytes);
        match SIZE_UNITS.iter().filter(fits).max_by_key(|(_, bytes)| *bytes) {
            Some((unit, bytes)) => write!(f, "{}{unit}", self.0 / bytes),
            None => write!(f, "{}B", self.0),
        }
    }
}

impl SettingValue for ByteSize {
    const KIND: Kind = Kind::Size { min: 0, max: u64::MAX };

    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Integer(bytes) => u64::try_from(bytes).ok().map(Self),
            _ => None,
        }
    }

    fn to_value(&self) -> Value<'_> {
        Value::Integer(self.0.into())
    }
}

/// Checks a size against the bounds of a [`Kind::Size`].
pub(super) fn size_of<'a>(kind: &Kind, bytes: i128, found: &str) -> Result<Value<'a>, Mismatch> {
    match *kind {
        Kind::Size { min, max } if (i128::from(min)..=i128::from(max)).contains(&bytes) => {
            Ok(Value::Integer(bytes))
        }
        _ => Err(Mismatch::new(Reason::Range, kind, found)),
    }
}

/// Parses text as a [`Kind::Size`]. Returns `None` if it is not a size.
pub(super) fn size_from_text<'a>(kind: &Kind, text: &str) -> Option<Result<Value<'a>, Mismatch>> {
    let bytes = text.parse().ok().or_else(|| ByteSize::parse(text).map(|size| size.0.into()));
    if let Some(bytes) = bytes {
        return Some(size_of(kind, bytes, text));
    }
    // a size beyond `u64` is out of range
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = text.split_at(digits);
    let is_size = !count.is_empty() && (unit.is_empty() || SIZE_UNITS.iter().any(|(name, _)| *name == unit));
    is_size.then(|| Err(Mismatch::new(Reason::Range, kind, text)))
}

#[cfg(test)]
mod tests {
    use super::ByteSize;

    #[test]
    fn sizes_are_read_and_written() {
        for (text, bytes) in [
            ("0", 0),
            ("7", 7),
            ("1B", 1),
            ("1kB", 1000),
            ("1KB", 1000),
            ("1KiB", 1024),
            ("3MiB", 3 << 20),
            ("2TB", 2_000_000_000_000),
        ] {
            assert_eq!(ByteSize::parse(text), Some(ByteSize(bytes)), "{text}");
            assert_eq!(ByteSize::parse(&ByteSize(bytes).to_string()), Some(ByteSize(bytes)), "{text}");
        }
        for text in ["", "B", "1 B", "1.5MB", "-1", "1mb", "1M", "99999999999TiB"] {
            assert_eq!(ByteSize::parse(text), None, "{text}");
        }
    }
}
