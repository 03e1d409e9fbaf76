//! One difference between two releases.

use std::fmt;

use super::{Deprecation, ReleaseDefault, Removal, ValueKind};
use crate::schema::Unit;

/// One difference between two releases.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The path in the new release; of a removed setting, in the old one. `*` is any entry of a list or map.
    pub path: String,
    /// The path in the old release, if it is another.
    pub old_path: Option<String>,
    /// The difference.
    pub kind: ChangeKind,
}

/// The kind of a [`Change`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ChangeKind {
    /// The setting is new.
    Added {
        /// Whether a layer must give a value.
        required: bool,
    },
    /// The setting is gone, and no setting has its path as an old name.
    Removed {
        /// The record of the removal, if the new release has one.
        record: Option<Removal>,
        /// The deprecation in the old release.
        deprecated: Option<Deprecation>,
        /// A new setting with the same key and kind in another section.
        similar: Option<String>,
    },
    /// The setting has another path, and the old one still works.
    Renamed,
    /// An old name works no longer.
    AliasRemoved {
        /// The old name.
        alias: String,
    },
    /// The prefix of all variables is another. The path of the change is empty.
    PrefixChanged {
        /// The old prefix.
        old: Option<String>,
        /// The new prefix.
        new: Option<String>,
    },
    /// Another kind of value.
    KindChanged {
        /// The old kind.
        old: ValueKind,
        /// The new kind.
        new: ValueKind,
        /// Whether the new kind accepts all values of the old.
        accepts_old: bool,
    },
    /// A bare number means another time.
    UnitChanged {
        /// The old unit.
        old: Unit,
        /// The new unit.
        new: Unit,
    },
    /// Values are no longer accepted.
    Narrowed(Narrowing),
    /// More values are accepted, and all old ones.
    Widened {
        /// The old kind.
        old: ValueKind,
        /// The new kind.
        new: ValueKind,
    },
    /// The default is another.
    DefaultChanged {
        /// The old default.
        old: ReleaseDefault,
        /// The new default.
        new: ReleaseDefault,
    },
    /// A layer must give a value now.
    NewlyRequired,
    /// No layer must give a value any more.
    NoLongerRequired,
    /// The setting should no longer be set.
    Deprecated(Deprecation),
    /// The release that ends a deprecated setting is another.
    UntilChanged {
        /// The old release.
        old: Option<String>,
        /// The new release.
        new: Option<String>,
    },
    /// The setting is not deprecated any more.
    NoLongerDeprecated,
    /// A change of the value takes effect only after a restart now, or no longer needs one.
    RestartChanged {
        /// Whether it needs a restart now.
        restart: bool,
    },
}

/// Values that are no longer accepted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Narrowing {
    /// Numbers, or lengths of text, outside a smaller range.
    Range {
        /// The old range: `1 to 100`.
        old: String,
        /// The new range.
        new: String,
    },
    /// These texts of a one-of.
    Values(Vec<String>),
    /// Texts that do not have a format or match a pattern.
    Text {
        /// The old kind.
        old: ValueKind,
        /// The new kind.
        new: ValueKind,
    },
    /// The empty text.
    Empty,
    /// `null`.
    Null,
    /// Elements that appear twice.
    Repeated,
}

impl ChangeKind {
    /// Returns its stable name: `default-changed`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Added { .. } => "added",
            Self::Removed { .. } => "removed",
            Self::Renamed => "renamed",
            Self::AliasRemoved { .. } => "alias-removed",
            Self::PrefixChanged { .. } => "prefix-changed",
            Self::KindChanged { .. } => "kind-changed",
            Self::UnitChanged { .. } => "unit-changed",
            Self::Narrowed(Narrowing::Range { .. }) => "range-narrowed",
            Self::Narrowed(_) => "values-narrowed",
            Self::Widened { .. } => "widened",
            Self::DefaultChanged { .. } => "default-changed",
            Self::NewlyRequired => "newly-required",
            Self::NoLongerRequired => "no-longer-required",
            Self::Deprecated(_) => "deprecated",
            Self::UntilChanged { .. } => "until-changed",
            Self::NoLongerDeprecated => "no-longer-deprecated",
            Self::RestartChanged { .. } => "restart-changed",
        }
    }
}

impl fmt::Display for Change {
    /// Formats the change on one line, without a full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        match &self.kind {
            ChangeKind::Renamed => {
                write!(f, "renamed, was `{}`", self.old_path.as_deref().unwrap_or_default())
            }
            kind => kind.fmt(f),
        }
    }
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added { required: true } => f.write_str("added, and a layer must set it"),
            Self::Added { required: false } => f.write_str("added"),
            Self::Removed { record: None, similar: None, .. } => f.write_str("removed"),
            Self::Removed { record: Some(record), .. } => {
                f.write_str("removed")?;
                if let Some(since) = &record.since {
                    write!(f, " in {since}")?;
                }
                write!(f, ": {}", record.reason)?;
                match &record.replacement {
                    Some(path) => write!(f, "; set `{path}` instead"),
                    None => Ok(()),
                }
            }
            Self::Removed { similar: Some(path), .. } => write!(f, "removed; `{path}` is similar"),
            Self::Renamed => f.write_str("renamed"),
            Self::AliasRemoved { alias } => write!(f, "the old name `{alias}` works no longer"),
            Self::PrefixChanged { old: Some(old), new: Some(new) } => {
                write!(f, "variables begin with `{new}`, no longer with `{old}`")
            }
            Self::PrefixChanged { new: Some(new), .. } => {
                write!(f, "variables that begin with `{new}` set settings now")
            }
            Self::PrefixChanged { .. } => f.write_str("no variable sets a setting any more"),
            Self::KindChanged { old, new, .. } => write!(f, "takes {new}, no longer {old}"),
            Self::UnitChanged { old, new } => {
                write!(f, "a bare number counts {}, no longer {}", new.name(), old.name())
            }
            Self::Narrowed(narrowing) => narrowing.fmt(f),
            Self::Widened { new, .. } => write!(f, "accepts more: {new}"),
            Self::DefaultChanged { old, new } => write!(f, "the default is {new}, was {old}"),
            Self::NewlyRequired => f.write_str("a layer must set it"),
            Self::NoLongerRequired => f.write_str("no layer must set it any more"),
            Self::Deprecated(deprecation) => {
                f.write_str("deprecated")?;
                if let Some(until) = &deprecation.until {
                    write!(f, " until {until}, which removes it")?;
                }
                write!(f, ": {}", deprecation.reason)?;
                match &deprecation.replacement {
                    Some(path) => write!(f, "; set `{path}` instead"),
                    None => Ok(()),
                }
            }
            Self::UntilChanged { new: Some(new), .. } => write!(f, "{new} removes it"),
            Self::UntilChanged { new: None, .. } => f.write_str("deprecated without a date of removal"),
            Self::NoLongerDeprecated => f.write_str("not deprecated any more"),
            Self::RestartChanged { restart: true } => {
                f.write_str("a change takes effect only after a restart")
            }
            Self::RestartChanged { restart: false } => f.write_str("a change takes effect without a restart"),
        }
    }
}

impl fmt::Display for Narrowing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range { old, new } => write!(f, "accepts {new}, no longer {old}"),
            Self::Values(values) => {
                let values: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
                write!(f, "no longer accepts {}", values.join(", "))
            }
            Self::Text { new, .. } => write!(f, "accepts only {new}"),
            Self::Empty => f.write_str("no longer accepts the empty text"),
            Self::Null => f.write_str("no longer accepts null"),
            Self::Repeated => f.write_str("no longer accepts an element twice"),
        }
    }
}

impl fmt::Display for ReleaseDefault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unstated => f.write_str("not stated"),
            Self::Value(value) => value.fmt(f),
            Self::Computed(rule) => write!(f, "computed ({rule})"),
        }
    }
}
