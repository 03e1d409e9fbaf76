//! Addresses in a configuration, and the settings of a release that they mean: `Providers.google.Secret` is one of
//! `Providers.*.Secret`.

use super::{Release, ReleaseSetting, ValueKind};
use crate::schema::{Address, Segment};

/// The separator of an entry in the path of a [`Change`](super::Change).
const ENTRY: &str = ".*.";

/// A setting of a release, at a place in a configuration.
#[derive(Debug)]
pub(super) struct Instance<'r> {
    /// The setting. In an entry of a list or map, its paths begin at the entry.
    pub(super) setting: &'r ReleaseSetting,
    /// The path with `*` for each entry, as changes have it.
    pub(super) pattern: String,
    /// The segments around the setting's own path.
    around: Vec<Segment>,
    /// The segments for each `*`.
    entries: Vec<Vec<Segment>>,
}

impl Release {
    /// Returns the setting at an address, by its path or an old name.
    pub(super) fn at(&self, address: &str) -> Option<Instance<'_>> {
        if let Some(setting) = self.setting(address) {
            let (around, entries) = (Vec::new(), Vec::new());
            return Some(Instance { setting, pattern: setting.path.clone(), around, entries });
        }
        let address: Address = address.parse().ok()?;
        let around = Instance {
            setting: self.settings.first()?,
            pattern: String::new(),
            around: Vec::new(),
            entries: Vec::new(),
        };
        around.find(&self.settings, address.segments())
    }

    /// Returns the setting with a path as changes have it, `*` for each entry, or with this old name.
    pub(super) fn with_pattern(&self, pattern: &str) -> Option<&ReleaseSetting> {
        let mut settings = self.settings.as_slice();
        let mut found = None;
        for path in pattern.split(ENTRY) {
            let is_named = |setting: &&ReleaseSetting| {
                let mut names = std::iter::once(&setting.path).chain(&setting.aliases);
                names.any(|name| name.eq_ignore_ascii_case(path))
            };
            let own = settings.iter().find(|setting| setting.path == path);
            let setting = own.or_else(|| settings.iter().find(is_named))?;
            settings = setting.kind.nested().unwrap_or_default();
            found = Some(setting);
        }
        found
    }
}

impl<'r> Instance<'r> {
    /// Finds the setting that segments lead to. Recursion is as deep as kinds nest.
    fn find(mut self, settings: &'r [ReleaseSetting], segments: &[Segment]) -> Option<Self> {
        for setting in settings {
            let names = std::iter::once(&setting.path).chain(&setting.aliases);
            let Some(keys) = names.filter_map(|name| leads(name, segments)).next() else { continue };
            let (path, mut rest) = segments.split_at_checked(keys)?;
            self.setting = setting;
            self.pattern.push_str(&setting.path);
            if rest.is_empty() {
                return Some(self);
            }
            self.around.extend(path.iter().cloned());
            let (mut kind, mut entry) = (&setting.kind, Vec::new());
            loop {
                match kind {
                    ValueKind::Optional(of) => kind = of,
                    ValueKind::List(of) | ValueKind::Set(of) | ValueKind::Map { of, .. } => {
                        let (first, after) = rest.split_first()?;
                        entry.push(first.clone());
                        (kind, rest) = (of, after);
                    }
                    ValueKind::Section(settings) if !rest.is_empty() => {
                        self.pattern.push_str(ENTRY);
                        self.around.extend(entry.iter().cloned());
                        self.entries.push(entry);
                        return self.find(settings, rest);
                    }
                    _ => return None,
                }
            }
        }
        None
    }

    /// Returns the addresses of the setting: by its own path, then by its old names.
    pub(super) fn names(&self) -> impl Iterator<Item = Vec<Segment>> {
        let names = std::iter::once(&self.setting.path).chain(&self.setting.aliases);
        names.map(|name| self.around.iter().cloned().chain(keys(name)).collect())
    }

    /// Returns the address of the same entry in another setting.
    pub(super) fn translated(&self, pattern: &str) -> Option<String> {
        let paths: Vec<&str> = pattern.split(ENTRY).collect();
        if paths.len() != self.entries.len() + 1 {
            return None;
        }
        let mut entries = self.entries.iter();
        let address: Address = paths
            .into_iter()
            .flat_map(|path| {
                keys(path).chain(entries.next().cloned().unwrap_or_default()).collect::<Vec<_>>()
            })
            .collect();
        Some(address.to_string())
    }
}

/// Returns the number of a path's keys, if the segments begin with them.
fn leads(path: &str, segments: &[Segment]) -> Option<usize> {
    let mut count = 0;
    for key in path.split('.') {
        match segments.get(count)? {
            Segment::Key(other) if other.eq_ignore_ascii_case(key) => count += 1,
            _ => return None,
        }
    }
    Some(count)
}

fn keys(path: &str) -> impl Iterator<Item = Segment> {
    path.split('.').map(|key| Segment::Key(key.to_owned()))
}

/// Returns the path of the setting of a program that a change concerns, without the entry and what is in it.
pub(super) fn base(path: &str) -> &str {
    path.split(ENTRY).next().unwrap_or_default()
}
