//! Edits of the text in memory.

use std::collections::HashSet;

use super::{PLACEHOLDER, Store, origin_above};
use crate::resolve::{
    Code, Effective, Form, Found, Layer, LeafId, Resolution, Settings, Step, UnknownPath, address, kind_at,
};
use crate::schema::{self, Kind};
use crate::store::edit::edited;
use crate::store::parts::{spliced, unknown_keys};
use crate::store::written::to_written_json;
use crate::store::{Action, Assignment, Change, EditOutcome, StoreError};
use crate::value::{Mismatch, Value, ZeroizingString, from_json, from_text_with, json};

impl<T: Settings> Store<T> {
    /// Sets a setting. Aliases and other letter cases of the path are accepted.
    ///
    /// One value is read like a variable's text; several are the elements of a list, none is an empty list. A value
    /// that the file has already stays as it is written there.
    ///
    /// # Errors
    /// If the path is unknown, the setting refuses the value, a stronger layer sets the setting, or the text is not a
    /// JSON object.
    pub fn set<V: AsRef<str>>(&mut self, path: &str, values: &[V]) -> Result<EditOutcome, StoreError> {
        self.set_all(&[Assignment { path, values }])
    }

    /// Sets several settings. Either all of them are set in memory, or none is.
    ///
    /// Rules that concern several settings are checked once, by [`Store::save`].
    ///
    /// # Errors
    /// As [`Store::set`], for the first setting that is refused.
    pub fn set_all<V: AsRef<str>>(
        &mut self,
        assignments: &[Assignment<'_, V>],
    ) -> Result<EditOutcome, StoreError> {
        let stored = self.stored();
        let effective = (!self.shadowed).then(|| self.effective());
        let separator = self.schema.0.list_separator;
        let (mut changes, mut seen) = (Vec::new(), HashSet::new());
        // by setting: the JSON with the parts that are set so far
        let mut parts: Vec<(LeafId, ZeroizingString)> = Vec::new();
        for Assignment { path, values } in assignments {
            let current = match stored.setting(path) {
                Ok(current) => current,
                Err(unknown) => {
                    let (leaf, route) = self.part(path, values.first().map(AsRef::as_ref), unknown)?;
                    let Some(current) = stored.effective(leaf) else { continue };
                    let address = address(current.path.keys().iter().copied(), &route).to_string();
                    if !seen.insert(address.clone()) {
                        return Err(StoreError::Repeated { path: address });
                    }
                    let kind = kind_at(&current.setting.kind, &route).unwrap_or(current.setting.kind);
                    let is_removal = matches!(values, [value] if value.as_ref() == "null")
                        && from_text_with(&kind, "null", separator).is_err();
                    let json = match is_removal {
                        true => ZeroizingString::from("null".to_owned()),
                        false => {
                            let value = read_values(&address, &kind, values, separator)?;
                            let json = to_written_json(&kind, &value, values);
                            value.wipe();
                            json
                        }
                    };
                    refuse_shadowed_part(effective, &address, self.target.layer())?;
                    set_part(stored, &mut parts, (leaf, &current.setting.kind), &route, Some(&json));
                    continue;
                }
            };
            if !seen.insert(current.path.to_string()) {
                return Err(StoreError::Repeated { path: current.path.to_string() });
            }
            let kind = &current.setting.kind;
            let value = read_values(&current.path.to_string(), kind, values, separator)?;
            let json = to_written_json(kind, &value, values);
            let is_there = is_already_set(stored, &current, &value, self.target.layer());
            value.wipe();
            refuse_shadowed(effective, path, self.target.layer())?;
            if !is_there {
                changes.push(change(&current, Action::Set(json.into_string())));
            }
        }
        for (leaf, json) in parts {
            if let Some(current) = stored.effective(leaf) {
                changes.push(change(&current, Action::Set(json.into_string())));
            }
        }
        self.apply(&changes)
    }

    /// Sets a setting to a JSON value, which is read as a file's is: a text is a string, and a list an array.
    ///
    /// # Errors
    /// As [`Store::set`]. A value that is not JSON is refused as one of the wrong type.
    pub fn set_json(&mut self, path: &str, value: &str) -> Result<EditOutcome, StoreError> {
        let stored = self.stored();
        let effective = (!self.shadowed).then(|| self.effective());
        let current = stored.setting(path)?;
        let kind = &current.setting.kind;
        let refused =
            |mismatch| StoreError::Value { path: current.path.to_string(), mismatch: Box::new(mismatch) };
        let read = match json::parse_value(value) {
            Ok(raw) => from_json(kind, raw).map_err(refused)?,
            Err(_) => return Err(refused(Mismatch::no_json(kind))),
        };
        let json = to_written_json(kind, &read, &[value]);
        let is_there = is_already_set(stored, &current, &read, self.target.layer());
        read.wipe();
        refuse_shadowed(effective, path, self.target.layer())?;
        if is_there {
            return Ok(EditOutcome::Unchanged);
        }
        self.apply(&[change(&current, Action::Set(json.into_string()))])
    }

    /// Returns the setting and the way to the part of it at an address.
    fn part(
        &self,
        path: &str,
        value: Option<&str>,
        unknown: UnknownPath,
    ) -> Result<(LeafId, Vec<Step>), StoreError> {
        let form = value.map_or(Form::Any, Form::of);
        self.effective().route(path, form).map_err(|near| {
            let nearest = near.or(unknown.nearest);
            StoreError::Unknown(UnknownPath { path: unknown.path, nearest })
        })
    }

    /// Removes a setting from the file, under whichever name it is there, an entry or field of one, or an optional section
    /// with all its settings.
    ///
    /// # Errors
    /// If the path is unknown, a stronger layer sets the setting, or the text is not a JSON object.
    pub fn unset(&mut self, path: &str) -> Result<EditOutcome, StoreError> {
        let stored = self.stored();
        let effective = (!self.shadowed).then(|| self.effective());
        if let Some(keys) = stored.optional_section(path) {
            let within = |effective: &Effective<'_>| effective.path.keys().starts_with(&keys);
            for setting in stored.settings().filter(within) {
                refuse_shadowed(effective, &setting.path.to_string(), self.target.layer())?;
            }
            return self.apply(&[Change::unset(keys)]);
        }
        let current = match stored.setting(path) {
            Ok(current) => current,
            Err(unknown) => {
                let (leaf, route) = self.part(path, None, unknown)?;
                let Some(current) = stored.effective(leaf) else { return Ok(EditOutcome::Unchanged) };
                refuse_shadowed_part(
                    effective,
                    &address(current.path.keys().iter().copied(), &route).to_string(),
                    self.target.layer(),
                )?;
                if stored.json_in_file(leaf).is_none() {
                    return Ok(EditOutcome::Unchanged);
                }
                let mut parts = Vec::new();
                set_part(stored, &mut parts, (leaf, &current.setting.kind), &route, None);
                let json = parts.pop().map(|(_, json)| json.into_string()).unwrap_or_default();
                return self.apply(&[change(&current, Action::Set(json))]);
            }
        };
        refuse_shadowed(effective, path, self.target.layer())?;
        self.apply(&[change(&current, Action::Unset)])
    }

    /// Restores the text of a version of the history.
    ///
    /// # Errors
    /// If there is no such version, or the history can't be read.
    pub fn restore(&mut self, number: u64) -> Result<EditOutcome, StoreError> {
        let (version, available) = self.version(number)?;
        let Some(version) = version else { return Err(StoreError::UnknownVersion { number, available }) };
        let outcome = self.replace_text(version.text().to_owned().into());
        self.entry.restored = Some(number);
        Ok(outcome)
    }

    fn apply(&mut self, changes: &[Change]) -> Result<EditOutcome, StoreError> {
        let edited = edited(self.format, &self.text, changes)
            .map_err(|error| StoreError::Edit { file: self.target.name(), error })?;
        Ok(self.rewrite(edited))
    }

    /// Replaces the text in memory, whatever the settings.
    pub(crate) fn rewrite(&mut self, mut edited: ZeroizingString) -> EditOutcome {
        if edited != self.text
            && self.read.text().is_none()
            && let Some(rest) = edited.strip_prefix(PLACEHOLDER)
        {
            edited = rest.trim_start().to_owned().into();
        }
        let outcome = self.replace_text(edited);
        self.entry.restored = self.entry.restored.filter(|_| !outcome.is_changed());
        outcome
    }
}

fn change(current: &Effective<'_>, action: Action) -> Change {
    let keys = |path: &schema::Path| path.keys().iter().map(|key| (*key).to_owned()).collect();
    let aliases = current.setting.aliases().iter().copied();
    Change {
        path: keys(&current.path),
        old_names: aliases.map(|alias| keys(&current.path.old_name(alias))).collect(),
        action,
    }
}

/// Refuses a change that a stronger layer would hide; `None` allows all.
fn refuse_shadowed<T>(effective: Option<&Resolution<T>>, path: &str, layer: Layer) -> Result<(), StoreError> {
    let Some(effective) = effective else { return Ok(()) };
    let setting = effective.setting(path)?;
    let path = setting.path.to_string();
    match origin_above(setting, layer) {
        Some(origin) => Err(StoreError::Shadowed { path, origin: Box::new(origin) }),
        None => Ok(()),
    }
}

/// Sets a part of a setting in the JSON that the file has, or removes it.
fn set_part<T>(
    stored: &Resolution<T>,
    parts: &mut Vec<(LeafId, ZeroizingString)>,
    (leaf, kind): (LeafId, &Kind),
    route: &[Step],
    new: Option<&str>,
) {
    if let Some((_, json)) = parts.iter_mut().find(|(found, _)| *found == leaf) {
        *json = spliced(json::parse_value(json).ok(), kind, route, new);
        return;
    }
    parts.push((leaf, spliced(stored.json_in_file(leaf), kind, route, new)));
}

/// Refuses a change of a part that a stronger layer would hide; `None` allows all.
fn refuse_shadowed_part<T>(
    effective: Option<&Resolution<T>>,
    path: &str,
    layer: Layer,
) -> Result<(), StoreError> {
    let Some(Ok(Found::Part(part))) = effective.map(|effective| effective.find(path)) else { return Ok(()) };
    let origins = part.overridden.iter().map(|(origin, _)| origin).chain([&part.origin]);
    match origins.max_by_key(|origin| origin.layer()).filter(|origin| origin.layer() > layer) {
        Some(origin) => Err(StoreError::Shadowed { path: path.to_owned(), origin: Box::new(origin.clone()) }),
        None => Ok(()),
    }
}

/// Returns whether the file has the value already, under its own name and without a finding.
fn is_already_set<T>(
    stored: &Resolution<T>,
    current: &Effective<'_>,
    value: &Value<'_>,
    layer: Layer,
) -> bool {
    let path = current.path.to_string();
    current.layer() == layer
        && current.value == *value
        && !stored.report().diagnostics().iter().any(|diagnostic| {
            diagnostic.setting.as_ref() == Some(&path) || diagnostic.code == Code::DuplicateKey
        })
}

/// Reads the arguments of a setting: one value, or the elements of a list. A list of one argument is that element,
/// unless the argument is JSON.
fn read_values<'v, V: AsRef<str>>(
    path: &str,
    kind: &Kind,
    values: &'v [V],
    separator: char,
) -> Result<Value<'v>, StoreError> {
    let refused = |mismatch| StoreError::Value { path: path.to_owned(), mismatch: Box::new(mismatch) };
    let element = match *kind {
        Kind::List(element) | Kind::Set(element) => Some(element),
        Kind::Optional(&(Kind::List(element) | Kind::Set(element))) => Some(element),
        _ => None,
    };
    let value = match (values, element) {
        ([value], None) => from_text_with(kind, value.as_ref(), separator).map_err(refused)?,
        ([value], Some(_)) if is_whole_list(value.as_ref()) => {
            from_text_with(kind, value.as_ref(), separator).map_err(refused)?
        }
        (_, Some(element)) => {
            let elements: Result<_, _> =
                values.iter().map(|value| from_text_with(element, value.as_ref(), separator)).collect();
            elements.map(Value::List).map_err(refused)?
        }
        _ => return Err(StoreError::NotAList { path: path.to_owned() }),
    };
    if kind.contains_sections() {
        let unknown = (0..).zip(values).flat_map(|(number, value): (usize, &V)| {
            let Ok(raw) = json::parse_value(value.as_ref()) else { return Vec::new() };
            match element.filter(|_| values.len() > 1 || !is_whole_list(value.as_ref())) {
                Some(element) => unknown_keys(element, raw, &format!("[{number}]")),
                None => unknown_keys(kind, raw, ""),
            }
        });
        if let Some(unknown) = Mismatch::joined(unknown.collect()) {
            value.wipe();
            return Err(refused(unknown));
        }
    }
    Ok(value)
}

/// Returns whether an argument is a whole list and not one element.
fn is_whole_list(argument: &str) -> bool {
    let argument = argument.trim();
    argument.is_empty() || argument == "null" || argument.starts_with('[')
}
