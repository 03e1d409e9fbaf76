//! The value of a setting with its origin.

use std::fmt;

use super::masked::shown_as;
use super::origin::Origin;
use super::part::Part;
use crate::resolve::source::Layer;
use crate::schema::{PagePlace, Path, Rule, Section, Setting};
use crate::value::{Value, passwords, to_json};

/// The value of a setting with its origin.
#[derive(Clone)]
#[non_exhaustive]
pub struct Effective<'r> {
    /// The path in a configuration file.
    pub path: Path,
    /// The environment variable.
    pub env_name: String,
    /// The metadata of the setting.
    pub setting: &'static Setting,
    /// The sections around it, starting with the root of the program.
    pub sections: Vec<&'static Section>,
    /// The value. It may be secret; [`Effective::shown`] masks it.
    pub value: Value<'r>,
    /// The origin of the value.
    pub origin: Origin,
    /// The values of other layers, the strongest first, the default last. A value is `None` if it cannot be read, which
    /// may also be that of a stronger layer.
    pub overridden: Vec<(Origin, Option<Value<'r>>)>,
    /// The entries and fields of the value, if layers set them one by one: of a map or a list of sections.
    pub parts: Vec<Part<'r>>,
    /// Whether it belongs to an optional section that no layer has, so that the program has no value for it.
    pub absent: bool,
}

impl fmt::Debug for Effective<'_> {
    /// Secrets are redacted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Effective")
            .field("path", &format_args!("{}", self.path))
            .field("value", &format_args!("{}", self.shown()))
            .field("origin", &self.origin)
            .field("overridden", &self.overridden_shown().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl Effective<'_> {
    /// Returns the value as JSON, a secret as `"***"` (an empty one as `""`), and `***` for the password within a URL.
    pub fn shown(&self) -> String {
        shown(self.setting, &self.value)
    }

    /// Returns whether the value contains a URL with a password, which is not shown.
    pub fn holds_password(&self) -> bool {
        !self.setting.kind.is_secret() && !passwords(&to_json(&self.setting.kind, &self.value)).is_empty()
    }

    /// Returns each overridden origin with its value as [`Effective::shown`] shows it.
    pub fn overridden_shown(&self) -> impl Iterator<Item = (&Origin, String)> {
        self.overridden.iter().map(|(origin, value)| {
            let text =
                value.as_ref().map_or_else(|| "(unreadable)".to_owned(), |value| shown(self.setting, value));
            (origin, text)
        })
    }

    /// Returns the default, which may be computed, as [`Effective::shown`] shows a value.
    pub fn default_shown(&self) -> String {
        let default = self.overridden.iter().rev().find(|(origin, _)| *origin == Origin::Default);
        let default = default.and_then(|(_, value)| value.as_ref());
        shown(self.setting, default.unwrap_or(&self.value))
    }

    /// Returns the value of the files alone (custom defaults included, or the default if they have none), as
    /// [`Effective::shown`] shows it, with its origin. It differs from the value if a stronger layer sets the setting.
    pub fn stored_shown(&self) -> (&Origin, String) {
        let is_stored = |origin: &Origin| origin.layer() <= Layer::File;
        let below = self.overridden.iter().filter_map(|(origin, value)| Some((origin, value.as_ref()?)));
        let mut all = std::iter::once((&self.origin, &self.value)).chain(below);
        let (origin, value) =
            all.find(|(origin, _)| is_stored(origin)).unwrap_or((&self.origin, &self.value));
        (origin, shown(self.setting, value))
    }

    /// Returns the layer of the value.
    pub const fn layer(&self) -> Layer {
        self.origin.layer()
    }

    /// Returns the console page of the setting, or of the nearest section that has one.
    pub fn console(&self) -> Option<&'static str> {
        self.setting.console().or_else(|| self.sections.iter().rev().find_map(|section| section.console))
    }

    /// Returns the reference page of the setting, or of the nearest section that has one.
    pub fn page(&self) -> Option<&'static str> {
        self.setting.page().or_else(|| self.sections.iter().rev().find_map(|section| section.page))
    }

    /// Returns the place in the reference pages that `docs build` writes.
    pub fn page_place(&self) -> PagePlace {
        PagePlace::new(&self.path, self.setting, self.page())
    }

    /// Returns the rules of its sections that concern it.
    pub fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        let keys = self.path.keys();
        (0..).zip(self.sections.iter().rev()).flat_map(move |(outwards, section)| {
            // rules name settings relative to their own section
            let below = keys.len().saturating_sub(1 + outwards);
            let path = keys.get(below..).unwrap_or_default().join(".");
            section.rules.iter().filter(move |rule| rule.fields.contains(&path.as_str()))
        })
    }
}

impl Setting {
    /// Returns the default as JSON, masked as [`Effective::shown`] masks a value; `null` if there is none.
    pub fn default_shown(&self) -> String {
        shown(self, &self.default_value())
    }
}

fn shown(setting: &Setting, value: &Value<'_>) -> String {
    shown_as(&setting.kind, value)
}
