//! The kinds of values as data.

use std::fmt;

use super::ReleaseSetting;
use crate::schema::{Format, Kind, TextRules, Unit};

/// The values that a setting of a release accepts: a [`Kind`] that owns its parts.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ValueKind {
    /// `true` or `false`.
    Bool,
    /// A whole number between two bounds, both included.
    Integer {
        /// The smallest accepted value.
        min: i128,
        /// The largest accepted value.
        max: i128,
    },
    /// A number with a fraction between two bounds, both included.
    Float {
        /// The smallest accepted value.
        min: f64,
        /// The largest accepted value.
        max: f64,
    },
    /// Text.
    Text {
        /// The format: `url`.
        format: Option<String>,
        /// The shortest accepted text, in characters.
        min_len: u32,
        /// The longest accepted text, in characters.
        max_len: u32,
        /// A regular expression that matches the whole text.
        pattern: Option<String>,
        /// Whether the empty text is accepted despite the other rules.
        or_empty: bool,
    },
    /// Text that is never shown.
    Secret,
    /// One of a closed list of texts.
    OneOf(Vec<String>),
    /// A length of time.
    Duration {
        /// The unit of a bare number.
        unit: Unit,
        /// The smallest accepted value, in `unit`.
        min: u64,
        /// The largest accepted value, in `unit`.
        max: u64,
    },
    /// A count of bytes.
    Size {
        /// The smallest accepted value.
        min: u64,
        /// The largest accepted value.
        max: u64,
    },
    /// A list of values.
    List(Box<Self>),
    /// A list of values, none of them twice.
    Set(Box<Self>),
    /// A map from keys to values.
    #[non_exhaustive]
    Map {
        /// The kind of the keys.
        key: Box<Self>,
        /// The kind of the values.
        of: Box<Self>,
    },
    /// A value, or `null`.
    Optional(Box<Self>),
    /// An object with settings, whose paths begin at the object.
    Section(Vec<ReleaseSetting>),
    /// Any JSON value.
    Json,
    /// Text that a type of the program's own reads, with its name in documents.
    Custom(String),
    /// A kind that only a newer program knows.
    Other(String),
}

/// All units of durations.
pub(super) const UNITS: [Unit; 5] =
    [Unit::Milliseconds, Unit::Seconds, Unit::Minutes, Unit::Hours, Unit::Days];

/// All formats of texts.
pub(super) const FORMATS: [Format; 6] =
    [Format::Url, Format::Email, Format::Host, Format::Port, Format::Path, Format::SocketAddress];

impl ValueKind {
    /// Text without rules.
    pub const TEXT: Self =
        Self::Text { format: None, min_len: 0, max_len: u32::MAX, pattern: None, or_empty: false };

    /// A whole number of 64 bits.
    pub const INTEGER: Self = Self::Integer { min: i64::MIN as i128, max: i64::MAX as i128 };

    /// A map from any text to values of a kind.
    #[must_use]
    pub fn map(of: Self) -> Self {
        Self::map_by(Self::TEXT, of)
    }

    /// A map from keys of a kind to values of a kind.
    #[must_use]
    pub fn map_by(key: Self, of: Self) -> Self {
        Self::Map { key: Box::new(key), of: Box::new(of) }
    }

    /// Copies a kind of the schema.
    #[must_use]
    pub fn from_kind(kind: &Kind) -> Self {
        let boxed = |of: &Kind| Box::new(Self::from_kind(of));
        match *kind {
            Kind::Bool => Self::Bool,
            Kind::Integer { min, max } => Self::Integer { min, max },
            Kind::Float { min, max } => Self::Float { min, max },
            Kind::Text => Self::TEXT,
            Kind::TextOf(rules) => Self::from_rules(rules),
            Kind::Secret | Kind::SecretOf(_) => Self::Secret,
            Kind::OneOf(choices) => {
                Self::OneOf(choices.iter().map(|choice| choice.text.to_owned()).collect())
            }
            Kind::Duration { unit, min, max } => Self::Duration { unit, min, max },
            Kind::Size { min, max } => Self::Size { min, max },
            Kind::List(of) => Self::List(boxed(of)),
            Kind::Set(of) => Self::Set(boxed(of)),
            Kind::Tuple(_) => Self::Other("tuple".to_owned()),
            Kind::Map { key, of } => Self::Map { key: boxed(key), of: boxed(of) },
            Kind::Optional(of) => Self::Optional(boxed(of)),
            Kind::Section(section) => Self::Section(super::from_schema::nested(section)),
            Kind::Json => Self::Json,
            Kind::Custom(custom) => Self::Custom(custom.name.to_owned()),
        }
    }

    fn from_rules(rules: &TextRules) -> Self {
        Self::Text {
            format: rules.format.map(|format| format.id().to_owned()),
            min_len: rules.min_len,
            max_len: rules.max_len,
            pattern: rules.pattern.map(|pattern| pattern.as_str().to_owned()),
            or_empty: rules.or_empty,
        }
    }

    /// Returns the kind of a value that is not `null`.
    #[must_use]
    pub fn required(&self) -> &Self {
        let mut kind = self;
        while let Self::Optional(of) = kind {
            kind = of;
        }
        kind
    }

    /// Returns whether values are secret, or hold one that is.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        match self {
            Self::Secret => true,
            Self::List(of) | Self::Set(of) | Self::Map { of, .. } | Self::Optional(of) => of.is_secret(),
            Self::Section(settings) => settings.iter().any(|setting| setting.kind.is_secret()),
            _ => false,
        }
    }

    /// Returns the settings of an object, or of the objects in a list or map.
    pub(super) fn nested(&self) -> Option<&[ReleaseSetting]> {
        match self {
            Self::Section(settings) => Some(settings),
            Self::List(of) | Self::Set(of) | Self::Map { of, .. } | Self::Optional(of) => of.nested(),
            _ => None,
        }
    }

    /// Returns the name of the kind in the file's format.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Bool => "bool",
            Self::Integer { .. } => "integer",
            Self::Float { .. } => "number",
            Self::Text { .. } => "text",
            Self::Secret => "secret",
            Self::OneOf(_) => "one-of",
            Self::Duration { .. } => "duration",
            Self::Size { .. } => "size",
            Self::List(_) => "list",
            Self::Set(_) => "set",
            Self::Map { .. } => "map",
            Self::Optional(_) => "optional",
            Self::Section(_) => "section",
            Self::Json => "json",
            Self::Custom(_) => "custom",
            Self::Other(name) => name,
        }
    }
}

impl fmt::Display for ValueKind {
    /// Formats the kind as messages name it: `a whole number from 1 to 65535`. Recursion is as deep as kinds nest.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("true or false"),
            Self::Integer { min, max } => match (min, max) {
                (&min, &max) if min == i64::MIN.into() && max == i64::MAX.into() => {
                    f.write_str("a whole number")
                }
                (min, max) => write!(f, "a whole number from {min} to {max}"),
            },
            Self::Float { min, max } if *min == f64::MIN && *max == f64::MAX => f.write_str("a number"),
            Self::Float { min, max } => write!(f, "a number from {min:?} to {max:?}"),
            Self::Text { format: Some(format), .. } => write!(f, "text of the format {format}"),
            Self::Text { pattern: Some(pattern), .. } => write!(f, "text that matches `{pattern}`"),
            Self::Text { .. } => f.write_str("text"),
            Self::Secret => f.write_str("secret text"),
            Self::OneOf(values) => {
                let shown: Vec<String> = values.iter().take(10).map(|value| format!("{value:?}")).collect();
                let more = if values.len() > 10 { ", …" } else { "" };
                write!(f, "one of {}{more}", shown.join(", "))
            }
            Self::Duration { unit, .. } => write!(f, "a duration in {}", unit.name()),
            Self::Size { .. } => f.write_str("a size in bytes"),
            Self::List(of) => write!(f, "a list ({of})"),
            Self::Set(of) => write!(f, "a set ({of})"),
            Self::Map { key, of } if **key == Self::TEXT => write!(f, "a map ({of})"),
            Self::Map { key, of } => write!(f, "a map ({key}: {of})"),
            Self::Optional(of) => write!(f, "{of}, or null"),
            Self::Section(_) => f.write_str("an object"),
            Self::Json => f.write_str("any JSON value"),
            Self::Custom(name) => f.write_str(name),
            Self::Other(name) => write!(f, "a value of the kind `{name}`"),
        }
    }
}
