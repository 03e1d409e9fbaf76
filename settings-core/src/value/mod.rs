//! Values, read from JSON and from text, and written back.
//!
//! A setting's [`Kind`] reads a raw value (JSON or text) into a checked [`Value`], and [`SettingValue`] turns a [`Value`]
//! into the type of the field. The kind alone decides which values are accepted.

mod distinct;
mod duration;
mod elements;
mod foreign;
mod from_json;
mod from_text;
pub mod json;
pub(crate) mod keys;
mod map_keys;
mod members;
mod mismatch;
pub(crate) mod newtypes;
mod read;
mod readable;
mod repair;
mod secret;
mod sequences;
#[cfg(feature = "serde")]
mod serde_impls;
mod size;
mod synonym;
mod text_rules;
pub(crate) mod texts;
mod types;
mod url;
pub(crate) mod write;
mod zeroizing;

pub(crate) use distinct::Keys;
pub(crate) use elements::section_defaults;
pub use keys::MapKey;
pub use map_keys::key_expectation;
pub(crate) use map_keys::{read_key, sample_key};
pub(crate) use members::{Match, Name, is_removable, match_members, member_called};
pub(crate) use mismatch::short;
pub use mismatch::{Mismatch, MismatchDetails, Reason, expectation};
pub use read::{from_json, from_text, from_text_with};
pub(crate) use read::{json_value, text_value};
pub use readable::{accepted_forms, to_readable};
pub use secret::Secret;
pub use size::ByteSize;
pub use types::Json;
pub(crate) use url::{passwords, without_passwords};
pub(crate) use write::{exact, to_zeroizing_json};
pub use write::{to_json, to_text};
pub(crate) use zeroizing::{ZeroizingString, wipe};

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::schema::{DefaultValue, Kind, Setting, Unit};

/// A value that its kind has accepted. `Debug` masks secrets.
#[derive(Clone, PartialEq)]
pub enum Value<'a> {
    /// The absence of a value, for [`Kind::Optional`].
    Null,
    /// For [`Kind::Bool`].
    Bool(bool),
    /// For [`Kind::Integer`], and in bytes for [`Kind::Size`].
    Integer(i128),
    /// For [`Kind::Float`].
    Float(f64),
    /// For [`Kind::Text`], [`Kind::TextOf`], [`Kind::OneOf`] and [`Kind::Custom`].
    Text(Cow<'a, str>),
    /// For [`Kind::Secret`] and [`Kind::SecretOf`].
    Secret(Cow<'a, str>),
    /// For [`Kind::Duration`].
    Duration(Duration),
    /// For [`Kind::List`] and [`Kind::Set`].
    List(Vec<Value<'a>>),
    /// For [`Kind::Map`], in the order written.
    Map(Vec<(Cow<'a, str>, Value<'a>)>),
    /// For [`Kind::Section`]: a value for each of its members, in their order.
    Section(Vec<Value<'a>>),
}

/// A type that a setting can have.
///
/// Implemented for standard types. Derive it for enums with `#[derive(SettingValue)]`; implement it for other types by
/// hand, most easily with [`Kind::Custom`]:
///
/// ```
/// use settings_core::schema::{CustomKind, Kind};
/// use settings_core::value::{SettingValue, Value};
///
/// struct Colour(u32);
///
/// impl SettingValue for Colour {
///     const KIND: Kind = Kind::Custom(&CustomKind::new("a colour such as #2389D7", |text| match text.strip_prefix('#').map(|digits| u32::from_str_radix(digits, 16)) {
///             Some(Ok(_)) => Ok(()),
///             _ => Err("not six hexadecimal digits after a #".to_owned()),
///         }));
///
///     fn from_value(value: Value<'_>) -> Option<Self> {
///         u32::from_str_radix(value.as_text()?.strip_prefix('#')?, 16).ok().map(Self)
///     }
///
///     fn to_value(&self) -> Value<'_> {
///         Value::Text(format!("#{:06X}", self.0).into())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a setting",
    label = "not the type of a setting",
    note = "for an enum without data, or a struct with one field: derive `SettingValue`",
    note = "for a type with `FromStr`: add `text = \"a name such as ...\"` to `#[setting(...)]`, and `with = module` for other functions",
    note = "for a type with serde's `Deserialize`: add `serde` to `#[setting(...)]`",
    note = "for a type of `url`, `uuid`, `ipnet`, `jiff`, `camino`, `bytesize`, `regex` or `secrecy`: add the feature of that name to `settings-core`",
    note = "for a nested section: derive `Settings` and remove `#[setting]` from the field"
)]
pub trait SettingValue: Sized {
    /// The kind of values that the type accepts.
    const KIND: Kind;

    /// Converts a value that [`Self::KIND`] (or a narrower kind of the same sort) has accepted.
    ///
    /// Returns `None` only if the implementation contradicts its kind.
    fn from_value(value: Value<'_>) -> Option<Self>;

    /// Returns the value in the form of its kind.
    fn to_value(&self) -> Value<'_>;

    /// Returns what is wrong with a value that [`Self::KIND`] accepts but the type does not: a sentence without a full
    /// stop, which shows no secret. A type whose kind is exact returns `None`, as this default does.
    #[inline]
    fn refusal(value: &Value<'_>) -> Option<String> {
        let _ = value;
        None
    }
}

impl fmt::Debug for Value<'_> {
    /// Masks secrets as `***`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Bool(bool) => f.debug_tuple("Bool").field(bool).finish(),
            Self::Integer(integer) => f.debug_tuple("Integer").field(integer).finish(),
            Self::Float(float) => f.debug_tuple("Float").field(float).finish(),
            Self::Text(text) => f.debug_tuple("Text").field(text).finish(),
            Self::Secret(_) => f.write_str("Secret(***)"),
            Self::Duration(duration) => f.debug_tuple("Duration").field(duration).finish(),
            Self::List(values) => f.debug_tuple("List").field(values).finish(),
            Self::Map(entries) => f.debug_tuple("Map").field(entries).finish(),
            Self::Section(values) => f.debug_tuple("Section").field(values).finish(),
        }
    }
}

impl Value<'_> {
    /// Wipes the texts that the value owns, which may be secret.
    pub(crate) fn wipe(self) {
        match self {
            Self::Text(Cow::Owned(text)) | Self::Secret(Cow::Owned(text)) => wipe(text.into_bytes()),
            Self::List(values) | Self::Section(values) => values.into_iter().for_each(Self::wipe),
            Self::Map(entries) => entries.into_iter().for_each(|(_, value)| value.wipe()),
            Self::Null | Self::Bool(_) | Self::Integer(_) | Self::Float(_) | Self::Duration(_) => {}
            Self::Text(Cow::Borrowed(_)) | Self::Secret(Cow::Borrowed(_)) => {}
        }
    }

    /// Returns whether the value owns a text.
    pub(crate) fn owns_text(&self) -> bool {
        match self {
            Self::Text(text) | Self::Secret(text) => matches!(text, Cow::Owned(_)),
            Self::List(values) | Self::Section(values) => values.iter().any(Self::owns_text),
            Self::Map(entries) => entries.iter().any(|(_, value)| value.owns_text()),
            Self::Null | Self::Bool(_) | Self::Integer(_) | Self::Float(_) | Self::Duration(_) => false,
        }
    }

    /// Borrows the value, without copies of its texts.
    pub(crate) fn borrowed(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(bool) => Value::Bool(*bool),
            Self::Integer(integer) => Value::Integer(*integer),
            Self::Float(float) => Value::Float(*float),
            Self::Duration(duration) => Value::Duration(*duration),
            Self::Text(text) => Value::Text(Cow::Borrowed(text)),
            Self::Secret(text) => Value::Secret(Cow::Borrowed(text)),
            Self::List(values) => Value::List(values.iter().map(Value::borrowed).collect()),
            Self::Section(values) => Value::Section(values.iter().map(Value::borrowed).collect()),
            Self::Map(entries) => Value::Map(
                entries.iter().map(|(key, value)| (Cow::Borrowed(&**key), value.borrowed())).collect(),
            ),
        }
    }

    /// Returns the text of a text or secret.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Secret(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the value with texts of its own.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(bool) => Value::Bool(bool),
            Self::Integer(integer) => Value::Integer(integer),
            Self::Float(float) => Value::Float(float),
            Self::Text(text) => Value::Text(text.into_owned().into()),
            Self::Secret(text) => Value::Secret(text.into_owned().into()),
            Self::Duration(duration) => Value::Duration(duration),
            Self::List(values) => Value::List(values.into_iter().map(Value::into_owned).collect()),
            Self::Section(values) => Value::Section(values.into_iter().map(Value::into_owned).collect()),
            Self::Map(entries) => Value::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| (key.into_owned().into(), value.into_owned()))
                    .collect(),
            ),
        }
    }
}

impl Setting {
    /// Returns the default as a checked value; [`Value::Null`] if there is none.
    pub fn default_value(&self) -> Value<'static> {
        match self.default {
            DefaultValue::None if self.required() => empty(&self.kind),
            DefaultValue::None => Value::Null,
            DefaultValue::Bool(bool) => Value::Bool(bool),
            DefaultValue::Integer(integer) => match unit(&self.kind) {
                Some(unit) => Value::Duration(Duration::from_millis(
                    u64::try_from(integer).unwrap_or(0).saturating_mul(unit.millis()),
                )),
                None => Value::Integer(integer),
            },
            DefaultValue::Float(float) => Value::Float(float),
            DefaultValue::Text(text) if self.kind.is_secret() => Value::Secret(Cow::Borrowed(text)),
            DefaultValue::Text(text) => Value::Text(Cow::Borrowed(text)),
            DefaultValue::Json(json) => default_from_json(&self.kind, json),
            DefaultValue::Computed { value, .. } => {
                default_from_json(&self.kind, &ZeroizingString::from(value()))
            }
        }
    }
}

/// Returns the unit of a bare number, for a duration or an optional one.
fn unit(kind: &Kind) -> Option<Unit> {
    match kind.required() {
        Kind::Duration { unit, .. } => Some(*unit),
        _ => None,
    }
}

/// The value of a required setting that no layer gives, in a struct that no caller receives.
pub(crate) fn empty(kind: &Kind) -> Value<'static> {
    match *kind {
        Kind::Bool => Value::Bool(false),
        Kind::Integer { min, max } => Value::Integer(0.clamp(min, max)),
        Kind::Float { min, max } => Value::Float(0.0_f64.clamp(min, max)),
        Kind::Text | Kind::TextOf(_) | Kind::Custom(_) => Value::Text(Cow::Borrowed("")),
        Kind::Json => Value::Text(Cow::Borrowed("null")),
        Kind::Secret | Kind::SecretOf(_) => Value::Secret(Cow::Borrowed("")),
        Kind::OneOf(choices) => Value::Text(Cow::Borrowed(choices.first().map_or("", |choice| choice.text))),
        Kind::Duration { unit, min, .. } => {
            Value::Duration(Duration::from_millis(min.saturating_mul(unit.millis())))
        }
        Kind::Size { min, .. } => Value::Integer(min.into()),
        Kind::List(_) | Kind::Set(_) => Value::List(Vec::new()),
        Kind::Tuple(kinds) => Value::List(kinds.iter().map(empty).collect()),
        Kind::Map { .. } => Value::Map(Vec::new()),
        Kind::Section(section) => elements::section_defaults(section, false),
        Kind::Optional(_) => Value::Null,
    }
}

fn default_from_json(kind: &Kind, json: &str) -> Value<'static> {
    json::parse_value(json)
        .ok()
        .and_then(|raw| from_json(kind, raw).ok().map(Value::into_owned))
        .unwrap_or(Value::Null)
}
