//! The mismatch of a raw value and its setting's kind.

use std::ops::{Deref, DerefMut};

use super::{ByteSize, key_expectation, without_passwords};
use crate::schema::{Choice, Format, Kind, Section, Segment, Setting, TextRules, Unit};
use crate::value::json::Key;

/// The number of mismatches of one value that are reported after the first.
const MAX_OTHERS: usize = 19;

/// The number of characters of a value that a message shows.
const MAX_SHOWN: usize = 120;

/// The reason why a raw value was refused. Shows nothing of a secret's text.
///
/// Boxed, so that the result of reading a value is no larger than the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch(Box<MismatchDetails>);

/// The fields of a [`Mismatch`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MismatchDetails {
    /// The sort of mismatch.
    pub reason: Reason,
    /// The accepted values: `a whole number from 1 to 65535`.
    pub expected: Box<str>,
    /// The value that was found: `a string`, `99999`; empty if it must not be shown.
    pub found: Box<str>,
    /// Advice, if the correction is not obvious.
    pub help: Option<Box<str>>,
    /// The wrong part, as start and length in bytes within the raw value; `None` for the whole.
    pub part: Option<(usize, usize)>,
    /// The path of the part within the setting: `[2].Port`; empty for the whole.
    pub within: Box<str>,
    /// Further mismatches of the value, each with an empty list of its own; the first few if there are many.
    pub others: Vec<Mismatch>,
}

/// The sort of a [`Mismatch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Another type of value, or text that can't be read as the kind.
    Type,
    /// A number out of its bounds.
    Range,
    /// Text that is not in the list.
    Choice,
    /// Text of the wrong length or form.
    Form,
    /// A duplicate element or key.
    Duplicate,
    /// An unknown key in a repeated section.
    Key,
    /// A required setting of a repeated section without a value.
    Missing,
}

impl Deref for Mismatch {
    type Target = MismatchDetails;

    fn deref(&self) -> &MismatchDetails {
        &self.0
    }
}

impl DerefMut for Mismatch {
    fn deref_mut(&mut self) -> &mut MismatchDetails {
        &mut self.0
    }
}

impl Mismatch {
    #[cold]
    pub(super) fn new(reason: Reason, kind: &Kind, found: impl Into<String>) -> Self {
        let found: Box<str> = if kind.is_secret() {
            Box::default()
        } else {
            short(without_passwords(&found.into()).into_owned()).into()
        };
        let (within, others) = (Box::default(), Vec::new());
        let expected = match reason {
            Reason::Range if !found.starts_with('-') => limits(kind),
            _ => expectation(kind),
        };
        let expected = expected.into();
        let details = MismatchDetails { reason, expected, found, help: None, part: None, within, others };
        Self(Box::new(details))
    }

    pub(super) fn kind(kind: &Kind, found: impl Into<String>) -> Self {
        Self::new(Reason::Type, kind, found)
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into().into());
        self
    }

    /// Adds the value that was probably meant as help, unless there is help or only a part is wrong.
    pub(super) fn suggest(&mut self, suggestion: impl FnOnce() -> Option<String>) {
        if self.help.is_none() && self.part.is_none() && self.within.is_empty() {
            self.help = suggestion().map(|value| format!("did you mean `{value}`?").into());
        }
    }

    #[must_use]
    pub(super) fn at(mut self, start: usize, len: usize) -> Self {
        self.part = Some(self.part.map_or((start, len), |(inner, len)| (start + inner, len)));
        self
    }

    /// Moves the mismatch into a larger value: adds the part's place, and its name within the whole.
    #[must_use]
    pub(crate) fn inside(mut self, start: usize, len: usize, within: &str) -> Self {
        let others = std::mem::take(&mut self.others).into_iter();
        self.others = others.map(|other| other.inside(start, len, within)).collect();
        self.within = format!("{within}{}", self.within).into();
        self.at(start, len)
    }

    /// Adds further mismatches.
    #[must_use]
    pub(super) fn and(mut self, more: Option<Self>) -> Self {
        if let Some(mut more) = more {
            let others = std::mem::take(&mut more.others);
            self.others.push(more);
            self.others.extend(others);
            self.others.truncate(MAX_OTHERS);
        }
        self
    }

    /// A text in place of a JSON value.
    pub(crate) fn no_json(kind: &Kind) -> Self {
        Self::kind(kind, "text that is not JSON")
    }

    /// The key of a map or section that appears twice in one object, which starts at `start`.
    pub(crate) fn repeated_key(kind: &Kind, key: Key<'_>, start: usize) -> Self {
        let mismatch = Self::new(Reason::Duplicate, kind, format!("`{}` twice", key.name()));
        mismatch.help("remove one of the two").at(key.start - start, key.raw.len())
    }

    /// Moves the mismatch of a map's key into the map, which starts at `start`.
    #[must_use]
    pub(crate) fn of_entry(mut self, key: Key<'_>, start: usize) -> Self {
        let segment = Segment::Key(key.name().into_owned());
        self.part = None;
        self.inside(key.start - start, key.raw.len(), &segment.to_string())
    }

    /// A key that a section does not have.
    pub(crate) fn unknown_member(
        section: &'static Section,
        name: &str,
        near: Option<&str>,
        within: &str,
    ) -> Self {
        let mut mismatch = Self::new(Reason::Key, &Kind::Section(section), "");
        mismatch.found = short(format!("`{name}`")).into();
        mismatch.help = near.map(|near| format!("did you mean `{near}`?").into());
        mismatch.within = within.into();
        mismatch
    }

    /// A required setting of a section without a value.
    pub(crate) fn missing(setting: &Setting) -> Self {
        let mismatch = Self::new(Reason::Missing, &setting.kind, "nothing");
        mismatch.help(format!("add `{}`, which is required", setting.key))
    }

    /// Joins several mismatches.
    pub(crate) fn joined(mismatches: Vec<Self>) -> Option<Self> {
        mismatches.into_iter().reduce(|first, next| first.and(Some(next)))
    }
}

/// Shortens a long text, and keeps its closing quotes: `` `yyy…` ``.
pub(crate) fn short(text: String) -> String {
    let Some((at, _)) = text.char_indices().nth(MAX_SHOWN) else { return text };
    let close = text.trim_end_matches(['"', '`']).len();
    format!("{}…{}", text.get(..at).unwrap_or_default(), text.get(close.max(at)..).unwrap_or_default())
}

/// Describes the values that `kind` accepts: `a whole number from 1 to 65535`.
pub fn expectation(kind: &Kind) -> String {
    match *kind {
        Kind::Bool => "`true` or `false`".to_owned(),
        Kind::Integer { min, max } => match (min, max) {
            (0, max) if max >= i128::from(i64::MAX) => "a whole number, zero or more".to_owned(),
            (min, max) if min <= i128::from(i64::MIN) && max >= i128::from(i64::MAX) => {
                "a whole number".to_owned()
            }
            (min, max) => format!("a whole number from {min} to {max}"),
        },
        Kind::Float { min, max } => match (min == f64::MIN, max == f64::MAX) {
            (true, true) => "a number".to_owned(),
            _ if min == f64::from(f32::MIN) && max == f64::from(f32::MAX) => {
                "a number that fits 32 bits".to_owned()
            }
            (false, true) => format!("a number of at least {min:?}"),
            (true, false) => format!("a number of at most {max:?}"),
            (false, false) => format!("a number from {min:?} to {max:?}"),
        },
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
            // the limit of the type is not a bound to mention
            let longest = u64::MAX / Unit::Days.millis();
            match (min, max) {
                (0, max) if max >= longest => {
                    format!("a whole number of {unit}, or a duration such as `90s`")
                }
                (min, max) if max >= longest => format!("at least {min} {unit}"),
                (min, max) => format!("from {min} to {max} {unit}"),
            }
        }
        Kind::TextOf(rules) | Kind::SecretOf(rules) => text_rules(rules),
        Kind::Json => "JSON".to_owned(),
        Kind::Size { min, max } => match (min, max) {
            (0, max) if max > i64::MAX as u64 => {
                "a whole number of bytes, or a size such as `10MB` or `512KiB`".to_owned()
            }
            (min, max) if max > i64::MAX as u64 => format!("at least {}", ByteSize(min)),
            (min, max) => format!("a size from {} to {}", ByteSize(min), ByteSize(max)),
        },
        Kind::Set(of) => format!("a list without duplicates, each element {}", expectation(of)),
        Kind::Section(section) => match section.members {
            [] => "an object".to_owned(),
            members => {
                let keys: Vec<_> = members.iter().map(|member| format!("`{}`", member.key())).collect();
                format!("an object with the keys {}", keys.join(", "))
            }
        },
        Kind::List(of) => format!("a list, each element {}", expectation(of)),
        Kind::Tuple([]) => "an empty list".to_owned(),
        Kind::Tuple([first, others @ ..]) if others.iter().all(|other| other == first) => {
            format!("a list of {} elements, each {}", others.len() + 1, expectation(first))
        }
        Kind::Tuple(kinds) => {
            let kinds: Vec<_> = kinds.iter().map(expectation).collect();
            format!("a list of {} elements: {}", kinds.len(), kinds.join(", then "))
        }
        Kind::Map { key, of } => {
            let keys = key_expectation(key).map(|key| format!(", each key {key}")).unwrap_or_default();
            format!("an object{keys}, each value {}", expectation(of))
        }
        Kind::Optional(of) => format!("{}, or `null`", expectation(of)),
        Kind::Custom(custom) => custom.name.to_owned(),
    }
}

/// Describes the bounds of a number, including those of its type, which [`expectation`] leaves out.
fn limits(kind: &Kind) -> String {
    match *kind {
        Kind::Integer { min, max } => format!("a whole number from {min} to {max}"),
        Kind::Float { min, max } => format!("a number from {min:?} to {max:?}"),
        Kind::Duration { unit, min, max } => format!("from {min} to {max} {}", unit.name()),
        Kind::Size { min, max } => format!("a size from {} to {}", ByteSize(min), ByteSize(max)),
        Kind::Optional(of) => format!("{}, or `null`", limits(of)),
        _ => expectation(kind),
    }
}

pub(super) fn text_rules(rules: &TextRules) -> String {
    let mut text = rules.format.map_or("text", Format::name).to_owned();
    match (rules.min_len, rules.max_len) {
        (0, u32::MAX) => {}
        (min, u32::MAX) => text.push_str(&format!(" of at least {min} character{}", plural(min))),
        (0, max) => text.push_str(&format!(" of at most {max} character{}", plural(max))),
        (min, max) if min == max => text.push_str(&format!(" of {min} character{}", plural(min))),
        (min, max) => text.push_str(&format!(" of {min} to {max} characters")),
    }
    if let Some(pattern) = rules.pattern {
        text.push_str(&format!(" that matches `{}`", pattern.as_str()));
    }
    if rules.or_empty {
        text.push_str(", or nothing");
    }
    text
}

const fn plural(count: u32) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn quoted(choice: &Choice) -> String {
    format!("`\"{}\"`", choice.text)
}
