//! The places of a configuration that a change concerns.

use std::collections::HashMap;

use crate::release::Release;
use crate::release::instance::base;
use crate::resolve::{Effective, Layer, Origin};
use crate::value::Value;

/// A setting, or a field of an entry, with the values of all layers.
pub(super) struct Spot<'e> {
    /// The address: `EmailSettings.SMTPPort`, `Providers.google.Secret`.
    pub(super) address: String,
    /// The values, the strongest first, the default last.
    pub(super) values: Vec<(&'e Origin, Option<&'e Value<'e>>)>,
    /// Whether it belongs to an optional section that no layer has.
    pub(super) absent: bool,
}

/// The settings of a resolution by their paths.
pub(super) struct Spots<'e> {
    release: &'e Release,
    settings: HashMap<String, Effective<'e>>,
}

impl<'e> Spots<'e> {
    pub(super) fn new(release: &'e Release, settings: impl Iterator<Item = Effective<'e>>) -> Self {
        Self { release, settings: settings.map(|setting| (setting.path.to_string(), setting)).collect() }
    }

    pub(super) fn setting(&self, path: &str) -> Option<&Effective<'e>> {
        self.settings.get(path)
    }

    /// Returns all settings, and the fields of all entries.
    pub(super) fn all(&self) -> Vec<Spot<'_>> {
        self.settings
            .values()
            .flat_map(|setting| std::iter::once(spot(setting)).chain(parts(setting)))
            .collect()
    }

    /// Returns the setting with a path; of one in entries, as `Providers.*.Secret`, that of each entry.
    pub(super) fn of(&self, pattern: &str) -> Vec<Spot<'_>> {
        let Some(setting) = self.settings.get(base(pattern)) else { return Vec::new() };
        if base(pattern) == pattern {
            return vec![spot(setting)];
        }
        let is_instance = |address: &str| self.release.at(address).is_some_and(|at| at.pattern == pattern);
        parts(setting).filter(|part| is_instance(&part.address)).collect()
    }

    /// Returns the setting, or the field of an entry, at an address.
    pub(super) fn at(&self, address: &str) -> Option<Spot<'_>> {
        if let Some(setting) = self.settings.get(address) {
            return Some(spot(setting));
        }
        let pattern = &self.release.at(address)?.pattern;
        self.of(pattern).into_iter().find(|spot| spot.address == address)
    }
}

fn spot<'e>(setting: &'e Effective<'_>) -> Spot<'e> {
    Spot {
        address: setting.path.to_string(),
        values: chain(&setting.origin, &setting.value, &setting.overridden),
        absent: setting.absent,
    }
}

fn parts<'e>(setting: &'e Effective<'_>) -> impl Iterator<Item = Spot<'e>> {
    setting.parts.iter().map(|part| Spot {
        address: part.address.to_string(),
        values: chain(&part.origin, &part.value, &part.overridden),
        absent: false,
    })
}

fn chain<'e>(
    origin: &'e Origin,
    value: &'e Value<'_>,
    overridden: &'e [(Origin, Option<Value<'_>>)],
) -> Vec<(&'e Origin, Option<&'e Value<'e>>)> {
    let below = overridden.iter().map(|(origin, value)| (origin, value.as_ref()));
    std::iter::once((origin, Some(value))).chain(below).collect()
}

impl<'e> Spot<'e> {
    /// Returns the layers that set it, the strongest first.
    pub(super) fn set(&self) -> impl Iterator<Item = (&'e Origin, Option<&'e Value<'e>>)> + '_ {
        self.values.iter().copied().filter(|(origin, _)| **origin != Origin::Default)
    }

    /// Returns the places that set it, the strongest first.
    pub(super) fn origins(&self) -> Vec<Origin> {
        self.set().map(|(origin, _)| origin.clone()).collect()
    }

    /// Returns whether the program uses its default.
    pub(super) fn is_unset(&self) -> bool {
        let strongest = self.values.first().map_or(Layer::Defaults, |(origin, _)| origin.layer());
        strongest == Layer::Defaults && !self.absent
    }
}
