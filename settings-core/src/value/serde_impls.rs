//! serde's traits for the types of this crate that settings can have, so that a struct can derive both.
//!
//! A text is read and written as in a configuration. A secret is read, and written as a mask.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

use super::json::Tree;
use super::{ByteSize, Json, Secret, wipe};

/// The text in place of a secret.
const MASK: &str = "***";

impl Serialize for Secret {
    /// Writes `***`, or nothing if the secret is empty.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if self.is_empty() { "" } else { MASK })
    }
}

impl<'de> Deserialize<'de> for Secret {
    /// Reads a text, but refuses the mask that is written in place of a secret. Errors do not show the text.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.is_human_readable() {
            // for a text, some formats would show another value in their own error
            true => deserializer.deserialize_any(SecretVisitor),
            false => deserializer.deserialize_string(SecretVisitor),
        }
    }
}

struct SecretVisitor;

impl Visitor<'_> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
        match text {
            MASK => Err(E::custom("expected a secret, found the mask of one")),
            text => Ok(Secret::new(text)),
        }
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Secret, E> {
        match text.as_str() {
            MASK => self.visit_str(&text),
            _ => Ok(Secret::new(text)),
        }
    }

    // the default methods show the value, which can be a secret of the wrong type

    fn visit_bool<E: Error>(self, _: bool) -> Result<Secret, E> {
        Err(E::custom("expected a secret text, found a bool"))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Secret, E> {
        Err(E::custom("expected a secret text, found a number"))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Secret, E> {
        Err(E::custom("expected a secret text, found a number"))
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<Secret, E> {
        Err(E::custom("expected a secret text, found a number"))
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<Secret, E> {
        Err(E::custom("expected a secret text, found a number"))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Secret, E> {
        Err(E::custom("expected a secret text, found a number"))
    }

    fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Secret, E> {
        wipe(bytes);
        Err(E::custom("expected a secret text, found bytes"))
    }
}

impl Serialize for ByteSize {
    /// Writes a text with a unit (`512KiB`), or a count of bytes in a binary format.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serializer.is_human_readable() {
            true => serializer.collect_str(self),
            false => serializer.serialize_u64(self.0),
        }
    }
}

impl<'de> Deserialize<'de> for ByteSize {
    /// Reads a count of bytes, or a text with a unit.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.is_human_readable() {
            true => deserializer.deserialize_any(SizeVisitor),
            false => deserializer.deserialize_u64(SizeVisitor),
        }
    }
}

struct SizeVisitor;

impl Visitor<'_> for SizeVisitor {
    type Value = ByteSize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a count of bytes, or a size such as `10MB` or `512KiB`")
    }

    fn visit_u64<E: Error>(self, bytes: u64) -> Result<ByteSize, E> {
        Ok(ByteSize(bytes))
    }

    fn visit_i64<E: Error>(self, bytes: i64) -> Result<ByteSize, E> {
        let unexpected = || E::invalid_value(serde::de::Unexpected::Signed(bytes), &self);
        u64::try_from(bytes).map(ByteSize).map_err(|_| unexpected())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ByteSize, E> {
        ByteSize::parse(text).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
    }
}

impl Serialize for Json {
    /// Writes the value, not its text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match Tree::parse(self.as_str()) {
            Ok(tree) => tree.serialize(serializer),
            Err(_) => Err(serde::ser::Error::custom("the text is not JSON")),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    /// Reads any value.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(Self::of_text(value.to_string()))
    }
}

/// Implements the traits for types that are written as the text of their setting.
#[cfg(feature = "mail")]
macro_rules! texts {
    ($($ty:ty),+ $(,)?) => {$(
        impl Serialize for $ty {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.setting_text())
            }
        }

        impl<'de> Deserialize<'de> for $ty {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                <Self as super::MapKey>::from_key(text).map_err(D::Error::custom)
            }
        }
    )+};
}

#[cfg(feature = "mail")]
texts!(crate::mail::AuthMechanism, crate::mail::ConnectionSecurity, crate::mail::TlsVersion);
