//! The values that a setting accepts.

use super::{Section, TextRules};

/// The values that a setting accepts. The one truth for the resolver, the JSON Schema and the documented value list.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number between two bounds, both included.
    Integer {
        /// The smallest accepted value.
        min: i128,
        /// The largest accepted value.
        max: i128,
    },
    /// A number with a fraction between two bounds, both included. Neither infinite nor NaN.
    Float {
        /// The smallest accepted value.
        min: f64,
        /// The largest accepted value.
        max: f64,
    },
    /// Any text.
    Text,
    /// Text of a length, a format or a pattern.
    TextOf(&'static TextRules),
    /// Text that is never shown.
    Secret,
    /// Text of a length, a format or a pattern that is never shown.
    SecretOf(&'static TextRules),
    /// One of a closed list of texts.
    OneOf(&'static [Choice]),
    /// A length of time, written as a whole number of `unit`, or in text with a suffix (`500ms`, `10s`, `5m`, `2h`).
    Duration {
        /// The unit of a bare number.
        unit: Unit,
        /// The smallest accepted value, in `unit`.
        min: u64,
        /// The largest accepted value, in `unit`.
        max: u64,
    },
    /// A count of bytes, written as a whole number, or in text with a unit (`10MB`, `512KiB`).
    Size {
        /// The smallest accepted value, in bytes.
        min: u64,
        /// The largest accepted value, in bytes.
        max: u64,
    },
    /// A list of values of one kind, order kept.
    List(&'static Kind),
    /// A list of values of one kind, none of them twice; order means nothing.
    Set(&'static Kind),
    /// A list of a fixed length, with a kind for each element.
    Tuple(&'static [Kind]),
    /// A map: an object with keys of one kind, and values of one kind. [`Kind::map`] and [`Kind::map_by`] make it.
    #[non_exhaustive]
    Map {
        /// The kind of the keys, which are texts. A number is written in one way: `1`, not `01`.
        key: &'static Kind,
        /// The kind of the values.
        of: &'static Kind,
    },
    /// A value of the kind, or nothing (`null`).
    Optional(&'static Kind),
    /// An object with the settings of a section, for sections that repeat.
    Section(&'static Section),
    /// Any JSON value, for what only another program understands.
    Json,
    /// Text that a type of the program's own reads.
    Custom(&'static CustomKind),
}

/// One value of a [`Kind::OneOf`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choice {
    /// The value as it is written in `config.json`, such as `STARTTLS` or the empty text.
    pub text: &'static str,
    /// The value's name in documents: `text`, or words where the text is empty (`Not specified`).
    pub label: &'static str,
    /// The meaning (Markdown).
    pub doc: &'static str,
    /// True if the text is accepted in any letter case.
    pub ignore_case: bool,
}

/// A kind that only the program knows: text with a check.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CustomKind {
    /// The name in messages and documents: `an e-mail address`.
    pub name: &'static str,
    /// Returns in a few words what is wrong with the text.
    pub check: fn(&str) -> Result<(), String>,
    /// A regular expression that matches every accepted text as a whole, and may match others: for the JSON Schema, which
    /// doesn't know the check.
    pub pattern: Option<&'static str>,
}

impl Choice {
    /// A value with its text in `config.json`, its name in documents, and its meaning (Markdown).
    pub const fn new(text: &'static str, label: &'static str, doc: &'static str) -> Self {
        Self { text, label, doc, ignore_case: false }
    }

    /// Accepts the text in any letter case.
    #[must_use]
    pub const fn ignore_case(mut self) -> Self {
        self.ignore_case = true;
        self
    }

    /// Returns whether a value is this one.
    pub fn is(&self, text: &str) -> bool {
        match self.ignore_case {
            true => self.text.eq_ignore_ascii_case(text),
            false => self.text == text,
        }
    }
}

impl CustomKind {
    /// A kind with this name in messages and documents, whose `check` says in a few words what is wrong with a text.
    pub const fn new(name: &'static str, check: fn(&str) -> Result<(), String>) -> Self {
        Self { name, check, pattern: None }
    }

    /// Sets the pattern, which is in the common subset of ECMA 262 and other dialects.
    #[must_use]
    pub const fn pattern(mut self, pattern: &'static str) -> Self {
        self.pattern = Some(pattern);
        self
    }
}

impl PartialEq for Kind {
    /// Returns whether both accept the same values. Sections are equal if they are the metadata of one struct, and
    /// custom kinds if they are one value, since functions cannot be compared.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool, Self::Bool)
            | (Self::Text, Self::Text)
            | (Self::Secret, Self::Secret)
            | (Self::Json, Self::Json) => true,
            (Self::Integer { min, max }, Self::Integer { min: other_min, max: other_max }) => {
                (min, max) == (other_min, other_max)
            }
            (Self::Float { min, max }, Self::Float { min: other_min, max: other_max }) => {
                (min, max) == (other_min, other_max)
            }
            (
                Self::Duration { unit, min, max },
                Self::Duration { unit: other_unit, min: other_min, max: other_max },
            ) => (unit, min, max) == (other_unit, other_min, other_max),
            (Self::Size { min, max }, Self::Size { min: other_min, max: other_max }) => {
                (min, max) == (other_min, other_max)
            }
            (Self::TextOf(rules), Self::TextOf(other)) | (Self::SecretOf(rules), Self::SecretOf(other)) => {
                rules == other
            }
            (Self::Tuple(kinds), Self::Tuple(others)) => kinds == others,
            (Self::OneOf(choices), Self::OneOf(other)) => choices == other,
            (Self::List(of), Self::List(other))
            | (Self::Set(of), Self::Set(other))
            | (Self::Optional(of), Self::Optional(other)) => of == other,
            (Self::Map { key, of }, Self::Map { key: other_key, of: other }) => {
                key == other_key && of == other
            }
            (Self::Section(section), Self::Section(other)) => std::ptr::eq(*section, *other),
            (Self::Custom(custom), Self::Custom(other)) => std::ptr::eq(*custom, *other),
            _ => false,
        }
    }
}

/// The unit of a bare number of a [`Kind::Duration`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Thousandths of a second.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Sixty seconds.
    Minutes,
    /// Sixty minutes.
    Hours,
    /// Twenty-four hours.
    Days,
}

/// The units of a size, as they are written, and the bytes of each.
pub const SIZE_UNITS: [(&str, u64); 10] = [
    ("B", 1),
    ("kB", 1_000),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

impl Unit {
    /// The unit's name in documents: `seconds`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "milliseconds",
            Self::Seconds => "seconds",
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }

    /// The number of milliseconds that one of it lasts.
    pub const fn millis(self) -> u64 {
        match self {
            Self::Milliseconds => 1,
            Self::Seconds => 1_000,
            Self::Minutes => 60_000,
            Self::Hours => 3_600_000,
            Self::Days => 86_400_000,
        }
    }
}

impl Kind {
    /// Any finite number of 64 bits.
    pub const ANY_FLOAT: Self = Self::Float { min: f64::MIN, max: f64::MAX };

    /// A map from any text to values of a kind.
    pub const fn map(of: &'static Self) -> Self {
        Self::map_by(&Self::Text, of)
    }

    /// A map from keys of a kind to values of a kind.
    pub const fn map_by(key: &'static Self, of: &'static Self) -> Self {
        Self::Map { key, of }
    }

    /// The same number with a fraction with narrower bounds.
    ///
    /// # Panics
    /// At compile time, where the kind is not such a number or the new bounds are not within the old.
    #[must_use]
    #[expect(clippy::panic, reason = "evaluated at compile time only")]
    pub const fn with_float_range(self, low: f64, high: f64) -> Self {
        match self {
            Self::Float { min, max } => {
                assert!(low <= high, "the range is empty");
                assert!(low >= min && high <= max, "the range goes beyond what the type can hold");
                Self::Float { min: low, max: high }
            }
            _ => panic!("only a number with a fraction takes bounds with a fraction"),
        }
    }

    /// The same kind with narrower bounds.
    ///
    /// # Panics
    /// At compile time, where the kind has no bounds or the new ones are not within the old.
    #[must_use]
    #[expect(clippy::panic, reason = "evaluated at compile time only")]
    pub const fn with_range(self, low: i128, high: i128) -> Self {
        match self {
            Self::Integer { min, max } => {
                assert!(low <= high, "the range is empty");
                assert!(low >= min && high <= max, "the range goes beyond what the type can hold");
                Self::Integer { min: low, max: high }
            }
            Self::Duration { unit, min, max } => {
                assert!(low <= high, "the range is empty");
                assert!(
                    low >= min as i128 && high <= max as i128,
                    "the range goes beyond what the type can hold"
                );
                Self::Duration { unit, min: low as u64, max: high as u64 }
            }
            Self::Size { min, max } => {
                assert!(low <= high, "the range is empty");
                assert!(
                    low >= min as i128 && high <= max as i128,
                    "the range goes beyond what the type can hold"
                );
                Self::Size { min: low as u64, max: high as u64 }
            }
            Self::Float { .. } => self.with_float_range(low as f64, high as f64),
            _ => panic!("only a number, a duration or a size takes a range"),
        }
    }

    /// The same text, held to rules.
    ///
    /// # Panics
    /// At compile time, where the kind is not text.
    #[must_use]
    #[expect(clippy::panic, reason = "evaluated at compile time only")]
    pub const fn with_text(self, rules: &'static TextRules) -> Self {
        match self {
            Self::Text => Self::TextOf(rules),
            Self::Secret => Self::SecretOf(rules),
            _ => panic!("only text takes a format, a length or a pattern"),
        }
    }

    /// The same duration, its bare numbers counting `unit`.
    ///
    /// # Panics
    /// At compile time, where the kind is not a duration.
    #[must_use]
    #[expect(clippy::panic, reason = "evaluated at compile time only")]
    pub const fn with_unit(self, unit: Unit) -> Self {
        match self {
            // as long as its milliseconds fit
            Self::Duration { min, .. } => Self::Duration { unit, min, max: u64::MAX / unit.millis() },
            _ => panic!("only a duration takes a unit"),
        }
    }

    /// The kind of a value that is not `null`: the kind without `Optional` around it.
    pub const fn required(&self) -> &Self {
        let mut kind = self;
        while let Self::Optional(of) = kind {
            kind = of;
        }
        kind
    }

    /// The kind of the elements of a list, set or map, optional or not; `None` for other kinds.
    pub const fn element(&self) -> Option<&'static Self> {
        match self.required() {
            Self::List(of) | Self::Set(of) | Self::Map { of, .. } => Some(of),
            _ => None,
        }
    }

    /// The kind of the keys of a map, optional or not; `None` for other kinds.
    pub const fn key(&self) -> Option<&'static Self> {
        match self.required() {
            Self::Map { key, .. } => Some(key),
            _ => None,
        }
    }

    /// The kind of the innermost values: of a map of optional lists of texts, the kind of the texts.
    pub const fn innermost(&self) -> &Self {
        let mut kind = self;
        while let Self::List(of) | Self::Set(of) | Self::Map { of, .. } | Self::Optional(of) = kind {
            kind = of;
        }
        kind
    }

    /// Returns whether layers set the entries of a value, and not only the whole.
    pub(crate) const fn merges(&self) -> bool {
        match self.required() {
            Self::Map { .. } => true,
            Self::List(of) => matches!(of, Self::Section(_)),
            _ => false,
        }
    }

    /// Returns whether its innermost values are sections.
    pub const fn contains_sections(&self) -> bool {
        matches!(self.innermost(), Self::Section(_))
    }

    /// The choices of a one-of, optional or not; empty for other kinds.
    pub const fn choices(&self) -> &'static [Choice] {
        match self.required() {
            Self::OneOf(choices) => choices,
            _ => &[],
        }
    }

    /// Returns whether values of this kind are secret, or hold one that is.
    pub const fn is_secret(self) -> bool {
        match self {
            Self::Secret | Self::SecretOf(_) => true,
            Self::List(of) | Self::Set(of) | Self::Map { of, .. } | Self::Optional(of) => of.is_secret(),
            Self::Tuple(kinds) => {
                let mut rest = kinds;
                while let [first, others @ ..] = rest {
                    if first.is_secret() {
                        return true;
                    }
                    rest = others;
                }
                false
            }
            Self::Section(section) => section.holds_secret(),
            _ => false,
        }
    }
}
