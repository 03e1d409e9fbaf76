//! Settings that serde reads, and their computed defaults.
//!
//! The derive names serde's traits and the type in a path, so that a type without them is one error, which names nothing
//! of this crate's internals.

#[cfg(feature = "serde")]
pub use serde::{Deserialize, Serialize};
#[cfg(feature = "serde")]
pub use serde_json::Error as SerdeError;

use super::builder::Builder;
use super::pending::PendingValue;

/// Reads a value from JSON text by the function that the derive gives for a `Deserializer`.
#[cfg(feature = "serde")]
pub type Reader<'j> = serde_json::Deserializer<serde_json::de::StrRead<'j>>;

/// Writes a value as JSON text.
#[cfg(feature = "serde")]
pub type Writer<'o> = serde_json::Serializer<&'o mut Vec<u8>>;

#[cfg(feature = "serde")]
impl Builder<'_> {
    /// Returns the next setting's value, which serde reads from JSON.
    pub fn take_serde<T>(&mut self, read: fn(&mut Reader<'_>) -> Result<T, SerdeError>) -> Option<T> {
        let field = self.next_field()?;
        let value = self.value_of(field);
        match read(&mut Reader::from_str(value.as_text().unwrap_or("null"))) {
            Ok(taken) => Some(taken),
            Err(error) => self.refuse(field, &error.to_string()),
        }
    }

    /// Returns the next setting's value, if any layer gives one.
    pub fn given_serde<T>(
        &mut self,
        read: fn(&mut Reader<'_>) -> Result<T, SerdeError>,
    ) -> Option<PendingValue<T>> {
        let (field, value) = self.next_given(true)?;
        let Some(value) = value else { return Some(PendingValue::none(field)) };
        match read(&mut Reader::from_str(value.as_text().unwrap_or("null"))) {
            Ok(value) => Some(PendingValue::some(value, field)),
            Err(error) => self.refuse(field, &error.to_string()),
        }
    }
}

/// Formats a computed default as JSON by its `Serialize`.
#[cfg(feature = "serde")]
pub fn computed_serde<T>(value: &T, write: fn(&T, &mut Writer<'_>) -> Result<(), SerdeError>) -> String {
    let mut out = Vec::new();
    match write(value, &mut Writer::new(&mut out)) {
        Ok(()) => String::from_utf8(out).unwrap_or_else(|_| "null".to_owned()),
        Err(_) => "null".to_owned(),
    }
}

#[cfg(not(feature = "serde"))]
pub use without_serde::*;

/// The same names without the feature `serde`, for a message that asks for it.
#[cfg(not(feature = "serde"))]
mod without_serde {
    use super::{Builder, PendingValue};

    /// Implemented for no type: the attribute needs the feature.
    #[diagnostic::on_unimplemented(
        message = "`#[setting(serde)]` needs the feature `serde` of `settings-core`",
        label = "add the feature `serde` to `settings-core` in `Cargo.toml`"
    )]
    pub trait Deserialize<'j>: Sized {
        /// Reads nothing.
        fn deserialize(reader: &mut Reader<'j>) -> Result<Self, SerdeError>;
    }

    /// Implemented for all types, since `Deserialize` asks for the feature.
    pub trait Serialize {
        /// Writes nothing.
        fn serialize(&self, writer: &mut Writer<'_>) -> Result<(), SerdeError>;
    }

    impl<T> Serialize for T {
        fn serialize(&self, _: &mut Writer<'_>) -> Result<(), SerdeError> {
            Ok(())
        }
    }

    /// In place of serde's.
    #[derive(Debug)]
    pub struct Reader<'j>(std::marker::PhantomData<&'j str>);

    /// In place of serde's.
    #[derive(Debug)]
    pub struct Writer<'o>(std::marker::PhantomData<&'o str>);

    /// In place of serde's.
    #[derive(Debug)]
    pub struct SerdeError;

    impl Builder<'_> {
        /// Takes nothing.
        pub fn take_serde<T>(&mut self, _: fn(&mut Reader<'_>) -> Result<T, SerdeError>) -> Option<T> {
            None
        }

        /// Takes nothing.
        pub fn given_serde<T>(
            &mut self,
            _: fn(&mut Reader<'_>) -> Result<T, SerdeError>,
        ) -> Option<PendingValue<T>> {
            None
        }
    }

    /// Formats nothing.
    pub fn computed_serde<T>(_: &T, _: fn(&T, &mut Writer<'_>) -> Result<(), SerdeError>) -> String {
        String::new()
    }
}
