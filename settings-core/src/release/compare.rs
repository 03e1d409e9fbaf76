//! The changes between two releases.

use std::collections::HashMap;

use super::change::{Change, ChangeKind};
use super::narrowed::kind_changes;
use super::{Release, ReleaseDefault, ReleaseSetting, ValueKind};
use crate::schema::Kind;
use crate::value::json::{Tree, parse_value};
use crate::value::{Value, from_json};

/// Returns the changes from an old release to a new one, sorted by path.
///
/// A setting whose path is an old name of another one is renamed. A setting whose section is not known, as in an import of
/// pages with bare keys, is the only setting with its key in the other release.
#[must_use]
pub fn compare(old: &Release, new: &Release) -> Vec<Change> {
    let pairs = Pairs::new(&old.settings, &new.settings);
    let mut changes = Vec::new();
    // pages with bare keys state no variables
    let states_prefix = |release: &Release| {
        release.env_prefix.is_some() || !release.settings.iter().any(|setting| setting.section_unknown)
    };
    if old.env_prefix != new.env_prefix && states_prefix(old) && states_prefix(new) {
        let (old, new) = (old.env_prefix.clone(), new.env_prefix.clone());
        let kind = ChangeKind::PrefixChanged { old, new };
        changes.push(Change { path: String::new(), old_path: None, kind });
    }
    pairs.changes(["", ""], Some(new), &mut changes);
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    changes
}

/// The settings of two releases, each with its counterpart.
pub(super) struct Pairs<'r> {
    pub(super) both: Vec<(&'r ReleaseSetting, &'r ReleaseSetting)>,
    /// The settings whose path is an old name of one that both releases have.
    merged: Vec<(&'r ReleaseSetting, &'r ReleaseSetting)>,
    gone: Vec<&'r ReleaseSetting>,
    added: Vec<&'r ReleaseSetting>,
}

impl<'r> Pairs<'r> {
    pub(super) fn new(old: &'r [ReleaseSetting], new: &'r [ReleaseSetting]) -> Self {
        let by_path: HashMap<&str, usize> = numbered(new, |setting| setting.path.as_str()).collect();
        let mut is_taken = vec![false; new.len()];
        let mut found: Vec<Option<usize>> = Vec::with_capacity(old.len());
        let mut merged = Vec::new();
        for setting in old {
            let at = by_path.get(setting.path.as_str()).copied();
            take(&mut is_taken, at);
            found.push(at);
        }
        if found.contains(&None) {
            let old_names = old_names(new);
            let keys = [old, new].map(Keys::new);
            for (setting, found) in old.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
                let named = old_names.get(&setting.path.to_ascii_lowercase()).copied();
                let at = named.filter(|at| !is_taken.get(*at).copied().unwrap_or_default());
                if let (None, Some(other)) = (at, named.and_then(|named| new.get(named)))
                    && !setting.section_unknown
                {
                    merged.push((setting, other));
                    continue;
                }
                let at = at.or_else(|| by_key(setting, new, &keys, &is_taken));
                take(&mut is_taken, at);
                *found = at;
            }
        }
        let both = old.iter().zip(&found).filter_map(|(old, at)| Some((old, new.get((*at)?)?))).collect();
        let is_merged = |old: &ReleaseSetting| {
            merged.iter().any(|(merged, _): &(&ReleaseSetting, _)| merged.path == old.path)
        };
        let gone = old.iter().zip(&found).filter(|(old, at)| at.is_none() && !is_merged(old));
        let gone = gone.map(|(old, _)| old).collect();
        let added = new.iter().zip(is_taken).filter(|(_, is_taken)| !is_taken).map(|(new, _)| new).collect();
        Self { both, merged, gone, added }
    }

    /// Adds the changes of all settings below a path in the old release and the new one, for a whole release or an object
    /// in a list or map. Recursion is as deep as kinds nest.
    fn changes(&self, [old_above, above]: [&str; 2], release: Option<&Release>, changes: &mut Vec<Change>) {
        for setting in &self.added {
            let kind = ChangeKind::Added { required: setting.required };
            changes.push(Change { path: format!("{above}{}", setting.path), old_path: None, kind });
        }
        for setting in &self.gone {
            let kind = ChangeKind::Removed {
                record: release.and_then(|release| release.removal(&setting.path)).cloned(),
                deprecated: setting.deprecated.clone(),
                similar: self.similar(setting).map(|similar| format!("{above}{}", similar.path)),
            };
            changes.push(Change { path: format!("{old_above}{}", setting.path), old_path: None, kind });
        }
        let paths = |old: &ReleaseSetting, new: &ReleaseSetting| {
            let (old, new) = (format!("{old_above}{}", old.path), format!("{above}{}", new.path));
            (new.clone(), Some(old).filter(|old| *old != new))
        };
        for (old, new) in &self.merged {
            let (path, old_path) = paths(old, new);
            let change = |kind| Change { path: path.clone(), old_path: old_path.clone(), kind };
            changes.extend(
                [ChangeKind::Renamed].into_iter().chain(kind_changes(&old.kind, &new.kind)).map(change),
            );
        }
        for (old, new) in &self.both {
            let (path, old_path) = paths(old, new);
            let change = |kind| Change { path: path.clone(), old_path: old_path.clone(), kind };
            // a bare key whose section is found is no other name
            if old.path != new.path && !old.section_unknown && !new.section_unknown {
                changes.push(change(ChangeKind::Renamed));
            }
            changes.extend(setting_changes(old, new).into_iter().map(change));
            if let (Some(old_fields), Some(new_fields)) = (old.kind.nested(), new.kind.nested())
                && old_fields != new_fields
            {
                let old_above = format!("{old_above}{}.*.", old.path);
                Pairs::new(old_fields, new_fields).changes(
                    [&old_above, &format!("{path}.*.")],
                    None,
                    changes,
                );
            }
        }
    }

    /// Returns the only added setting with the key and the kind of one that is gone, if it is the only one that is gone.
    fn similar(&self, gone: &ReleaseSetting) -> Option<&'r ReleaseSetting> {
        let key = gone.key();
        let mut added = self.added.iter().filter(|added| added.key().eq_ignore_ascii_case(key));
        let only = added.next().filter(|_| added.next().is_none())?;
        let is_only = self.gone.iter().filter(|other| other.key().eq_ignore_ascii_case(key)).count() == 1;
        let is_same_kind = gone.kind.required().id() == only.kind.required().id();
        (is_only && is_same_kind).then_some(*only)
    }
}

fn numbered<'r, K>(
    settings: &'r [ReleaseSetting],
    key: impl Fn(&'r ReleaseSetting) -> K,
) -> impl Iterator<Item = (K, usize)> {
    settings.iter().enumerate().map(move |(at, setting)| (key(setting), at))
}

fn take(is_taken: &mut [bool], at: Option<usize>) {
    if let Some(is_taken) = at.and_then(|at| is_taken.get_mut(at)) {
        *is_taken = true;
    }
}

/// Returns the settings by their old names, and by their own in lower case.
fn old_names(settings: &[ReleaseSetting]) -> HashMap<String, usize> {
    let mut names: HashMap<String, usize> =
        numbered(settings, |setting| setting.path.to_ascii_lowercase()).collect();
    for (at, setting) in settings.iter().enumerate() {
        for alias in &setting.aliases {
            names.entry(alias.to_ascii_lowercase()).or_insert(at);
        }
    }
    names
}

/// The numbers of the settings with each key.
struct Keys(HashMap<String, Vec<usize>>);

impl Keys {
    fn new(settings: &[ReleaseSetting]) -> Self {
        let mut keys: HashMap<String, Vec<usize>> = HashMap::new();
        for (key, at) in numbered(settings, |setting| setting.key().to_ascii_lowercase()) {
            keys.entry(key).or_default().push(at);
        }
        Self(keys)
    }

    fn of(&self, setting: &ReleaseSetting) -> &[usize] {
        self.0.get(&setting.key().to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }
}

/// Returns the only setting with the same key, where one of the two lacks its section; of several, the only one with the
/// same kind and default.
fn by_key(
    setting: &ReleaseSetting,
    new: &[ReleaseSetting],
    [old_keys, new_keys]: &[Keys; 2],
    is_taken: &[bool],
) -> Option<usize> {
    let [_] = old_keys.of(setting) else { return None };
    let is_free = |at: &usize| {
        let lacks_section = |new: &ReleaseSetting| setting.section_unknown || new.section_unknown;
        new.get(*at).is_some_and(lacks_section) && is_taken.get(*at) == Some(&false)
    };
    let found: Vec<usize> = new_keys.of(setting).iter().copied().filter(is_free).collect();
    if let [only] = found.as_slice() {
        return Some(*only);
    }
    let is_same = |at: &usize| {
        let same = |new: &ReleaseSetting| {
            new.default == setting.default && new.kind.required().id() == setting.kind.required().id()
        };
        new.get(*at).is_some_and(same)
    };
    let mut same = found.into_iter().filter(is_same);
    let first = same.next()?;
    same.next().is_none().then_some(first)
}

/// Returns the changes of one setting, in the order of their weight.
fn setting_changes(old: &ReleaseSetting, new: &ReleaseSetting) -> Vec<ChangeKind> {
    let mut changes = Vec::new();
    if !old.section_unknown && !new.section_unknown {
        let works = |alias: &&String| {
            let mut names = new.aliases.iter().chain([&new.path]);
            !names.any(|name| name.eq_ignore_ascii_case(alias))
        };
        let gone = old.aliases.iter().filter(works).cloned();
        changes.extend(gone.map(|alias| ChangeKind::AliasRemoved { alias }));
    }
    changes.extend(kind_changes(&old.kind, &new.kind));
    if new.required && !old.required {
        changes.push(ChangeKind::NewlyRequired);
    } else if old.required && !new.required {
        changes.push(ChangeKind::NoLongerRequired);
    }
    if default_differs(old, new) {
        let (old, new) = (old.default.clone(), new.default.clone());
        changes.push(ChangeKind::DefaultChanged { old, new });
    }
    match (&old.deprecated, &new.deprecated) {
        (None, Some(deprecation)) => changes.push(ChangeKind::Deprecated(deprecation.clone())),
        (Some(_), None) => changes.push(ChangeKind::NoLongerDeprecated),
        (Some(old), Some(new)) if old.until != new.until => {
            let (old, new) = (old.until.clone(), new.until.clone());
            changes.push(ChangeKind::UntilChanged { old, new });
        }
        _ => {}
    }
    if old.restart != new.restart {
        changes.push(ChangeKind::RestartChanged { restart: new.restart });
    }
    changes
}

fn default_differs(old: &ReleaseSetting, new: &ReleaseSetting) -> bool {
    match (&old.default, &new.default) {
        (ReleaseDefault::Unstated, _) | (_, ReleaseDefault::Unstated) => false,
        (ReleaseDefault::Value(old_value), ReleaseDefault::Value(new_value)) => {
            let is_same_time = || {
                let times =
                    [(old, old_value), (new, new_value)].map(|(setting, value)| millis(&setting.kind, value));
                matches!(times, [Some(old), Some(new)] if old == new)
            };
            // `25` and `"25"` are one value if numbers became text
            let is_same_text = || old.kind != new.kind && plain(old_value) == plain(new_value);
            old_value != new_value && !is_same_time() && !is_same_text()
        }
        (old, new) => old != new,
    }
}

fn plain(value: &Tree) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns a duration in milliseconds, if the value is one.
fn millis(kind: &ValueKind, value: &Tree) -> Option<u128> {
    let ValueKind::Duration { unit, min, max } = *kind.required() else { return None };
    let text = value.to_string();
    match from_json(&Kind::Duration { unit, min, max }, parse_value(&text).ok()?).ok()? {
        Value::Duration(duration) => Some(duration.as_millis()),
        _ => None,
    }
}
