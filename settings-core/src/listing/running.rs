//! The values that a server runs with.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use super::Entry;
use crate::value::json::Tree;

/// The values that a server runs with, from the listing that it made when it started.
#[derive(Clone, Debug, Default)]
pub struct Running(HashMap<String, Tree>);

impl Running {
    /// Returns the value of the setting with this path.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Tree> {
        self.0.get(name)
    }

    /// Returns the path and value of each setting, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tree)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl<'e> FromIterator<&'e Entry> for Running {
    fn from_iter<I: IntoIterator<Item = &'e Entry>>(entries: I) -> Self {
        Self(entries.into_iter().map(|entry| (entry.name.clone(), entry.value.clone())).collect())
    }
}

/// The error of a text that is not a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAListing;

impl fmt::Display for NotAListing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a listing: expected the JSON that `show --format json` prints")
    }
}

impl std::error::Error for NotAListing {}

impl FromStr for Running {
    type Err = NotAListing;

    /// Parses a listing as JSON; of each object, `name` and `value` are read.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let listing = Tree::parse(text).map_err(|_| NotAListing)?;
        let mut values = HashMap::new();
        for entry in listing.as_array().ok_or(NotAListing)? {
            let entry = entry.as_object().ok_or(NotAListing)?;
            if let (Some(name), Some(value)) = (entry.get("name").and_then(Tree::as_str), entry.get("value"))
            {
                values.insert(name.to_owned(), value.clone());
            }
        }
        Ok(Self(values))
    }
}
