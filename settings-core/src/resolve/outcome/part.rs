//! Entries and fields of a setting's value, each with its origin.

use std::fmt;

use super::masked::shown_as;
use super::origin::Origin;
use crate::resolve::source::Layer;
use crate::schema::{Address, Kind, Setting};
use crate::value::Value;

/// An entry or field of a setting's value, with its origin.
#[derive(Clone)]
#[non_exhaustive]
pub struct Part<'r> {
    /// The address in a configuration file: `Providers.google.ClientSecret`.
    pub address: Address,
    /// The environment variable. It sets a new entry of a map only if it has the key in its own letter case.
    pub env_name: String,
    /// The values that it accepts.
    pub kind: Kind,
    /// The metadata of the field; `None` for an entry.
    pub setting: Option<&'static Setting>,
    /// The value. It may be secret; [`Part::shown`] masks it.
    pub value: Value<'r>,
    /// The origin of the value.
    pub origin: Origin,
    /// The values of other layers, the strongest first. A value is `None` if it cannot be read.
    pub overridden: Vec<(Origin, Option<Value<'r>>)>,
}

impl fmt::Debug for Part<'_> {
    /// Secrets are redacted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("address", &format_args!("{}", self.address))
            .field("value", &format_args!("{}", self.shown()))
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl Part<'_> {
    /// Returns the value as JSON, masked as [`Effective::shown`](super::Effective::shown) masks it.
    pub fn shown(&self) -> String {
        shown_as(&self.kind, &self.value)
    }

    /// Returns each overridden origin with its value as [`Part::shown`] shows it.
    pub fn overridden_shown(&self) -> impl Iterator<Item = (&Origin, String)> {
        self.overridden.iter().map(|(origin, value)| {
            let shown = value.as_ref().map(|value| shown_as(&self.kind, value));
            (origin, shown.unwrap_or_else(|| "(unreadable)".to_owned()))
        })
    }

    /// Returns the layer of the value.
    pub const fn layer(&self) -> Layer {
        self.origin.layer()
    }
}
