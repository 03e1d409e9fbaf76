//! What an upgrade does to one configuration.

use std::fmt;

use super::Change;
use crate::resolve::{Origin, Place};
use crate::value::json::Tree;

/// An effect of an upgrade on one configuration. Shows no secret.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// The weight.
    pub weight: Weight,
    /// The stable name of the change, such as `default-changed`, or of the [diagnostic](crate::resolve::Code).
    pub code: &'static str,
    /// The address of the setting in the new release, such as `Providers.google.Secret`; of a removed one, in the old.
    pub path: String,
    /// The place of the value, if it is set.
    pub place: Option<At>,
    /// The effect.
    pub message: String,
    /// The advice.
    pub help: String,
    /// The edit of a file that has one answer.
    pub fix: Option<Fix>,
}

/// The weight of a [`Finding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The new release refuses a value, ignores it, or reads it as another one.
    Broken,
    /// The server behaves differently, or works only by an old name.
    Changed,
    /// Works until a later release.
    Later,
}

/// The place of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum At {
    /// The origin of a value that a layer gives.
    Origin(Origin),
    /// The place of a diagnostic.
    Place(Box<Place>),
}

/// An edit of a configuration file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fix {
    /// Writes the value under its new path.
    Move {
        /// The old path.
        from: String,
        /// The new path.
        to: String,
    },
    /// Removes a setting that nothing replaces.
    Remove,
    /// Writes the same time as a number of the new unit.
    Convert,
    /// Writes the old default. Done on request alone.
    Pin(Tree),
}

/// The effects of an upgrade on one configuration.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Judgement {
    /// The old release's version.
    pub from: Option<String>,
    /// The new release's version.
    pub to: Option<String>,
    /// The effects, the weightiest first, then by path.
    pub findings: Vec<Finding>,
    /// All changes between the releases, whether or not they concern the configuration.
    pub changes: Vec<Change>,
    /// The number of errors that the old release finds in the configuration too, which are no findings.
    pub refused_before: usize,
}

impl Weight {
    /// Returns its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Changed => "changed",
            Self::Later => "later",
        }
    }
}

impl Fix {
    /// Returns its name in reports.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Move { .. } => "move",
            Self::Remove => "remove",
            Self::Convert => "convert",
            Self::Pin(_) => "pin",
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin(origin) => origin.fmt(f),
            Self::Place(place) => place.fmt(f),
        }
    }
}

impl Judgement {
    /// Returns whether something must be done before the upgrade, or decided.
    #[must_use]
    pub fn needs_a_hand(&self) -> bool {
        self.findings.iter().any(|finding| finding.weight < Weight::Later)
    }

    /// Returns the number of findings of one weight.
    #[must_use]
    pub fn count(&self, weight: Weight) -> usize {
        self.findings.iter().filter(|finding| finding.weight == weight).count()
    }
}
