//! Why a raw value is not of its setting's kind.

use crate::schema::{Choice, Kind};

/// Why a raw value was refused. Says nothing of a secret's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What sort of mistake it is.
    pub reason: Reason,
    /// What would be accepted: `a whole number from 1 to 65535`.
    pub expected: String,
    /// What stands there: `a string`, `99999`; empty where it must not or need not be told.
    pub found: String,
    /// What to do, where that isn't plain.
    pub help: Option<String>,
    /// The part that is wrong, as start and length in bytes within the raw value; the whole where `None`.
    pub part: Option<(usize, usize)>,
}

/// What sort of mistake a [`Mismatch`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Another type of value, or text that can't be read as the kind.
    Type,
    /// A number beyond its bounds.
    Range,
    /// Text that is not in the list.
    Choice,
}

impl Mismatch {
    pub(super) fn new(reason: Reason, kind: &Kind, found: impl Into<String>) -> Self {
        let found = if kind.is_secret() { String::new() } else { found.into() };
        Self { reason, expected: expectation(kind), found, help: None, part: None }
    }

    pub(super) fn kind(kind: &Kind, found: impl Into<String>) -> Self {
        Self::new(Reason::Type, kind, found)
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub(super) fn at(mut self, start: usize, len: usize) -> Self {
        self.part = Some(self.part.map_or((start, len), |(inner, len)| (start + inner, len)));
        self
    }
}

/// What `kind` accepts, in words: `a whole number from 1 to 65535`.
pub fn expectation(kind: &Kind) -> String {
    match *kind {
        Kind::Bool => "`true` or `false`".to_owned(),
        Kind::Integer { min, max } => match (min, max) {
            (0, max) if max >= i128::from(u32::MAX) => "a whole number, zero or more".to_owned(),
            (min, max) if min <= i128::from(i64::MIN) && max >= i128::from(i64::MAX) => {
                "a whole number".to_owned()
            }
            (min, max) => format!("a whole number from {min} to {max}"),
        },
        Kind::Float => "a number".to_owned(),
        Kind::Text | Kind::Secret => "text".to_owned(),
        Kind::OneOf(choices) => match choices {
            [] => "nothing".to_owned(),
            [only] => quoted(only),
            [others @ .., last] => {
                let others: Vec<_> = others.iter().map(quoted).collect();
                format!("{} or {}", others.join(", "), quoted(last))
            }
        },
        Kind::Duration { unit, min, max } => {
            let unit = unit.name();
            match (min, max) {
                (0, max) if max >= u64::from(u32::MAX) => {
                    format!("a whole number of {unit}, or a duration such as `90s`")
                }
                (min, max) if max >= u64::from(u32::MAX) => format!("at least {min} {unit}"),
                (min, max) => format!("from {min} to {max} {unit}"),
            }
        }
        Kind::List(of) => format!("a list, each element {}", expectation(of)),
        Kind::Map(of) => format!("an object, each value {}", expectation(of)),
        Kind::Optional(of) => format!("{}, or `null`", expectation(of)),
        Kind::Custom(custom) => custom.name.to_owned(),
    }
}

fn quoted(choice: &Choice) -> String {
    format!("`\"{}\"`", choice.text)
}
