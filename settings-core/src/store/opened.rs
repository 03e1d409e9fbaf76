//! A program's settings file, opened for changes.

use std::collections::HashSet;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::edit::edited;
use super::file::{self, LOCK_TIMEOUT, Locked, Snapshot, WriteMode};
use super::history::{DEFAULT_VERSIONS, Entry, History, Version, VersionStatus};
use super::parts::{spliced, unknown_keys};
use super::target::{MAX_LISTED, Target, failed};
use super::written::to_written_json;
use super::{Action, Change, Difference, StoreError, WriteError, differences};
use crate::atomic::{FileError, followed};
use crate::format::FileFormat;
use crate::resolve::outcome::resolve_in;
use crate::resolve::{
    Code, Effective, Form, Found, Layer, Layers, LeafId, Origin, Report, Resolution, Settings, Step,
    UnknownPath, address, kind_at,
};
use crate::schema::{self, Kind, Section};
use crate::value::{Mismatch, Value, ZeroizingString, from_json, from_text_with, json};

/// The text of a file that does not exist, in formats in which a blank file is an error.
const PLACEHOLDER: &str = "#\n";

/// The text of a file that does not exist.
const fn empty(format: FileFormat) -> &'static str {
    match format {
        FileFormat::Json => "{}\n",
        #[cfg(any(feature = "toml", feature = "yaml"))]
        _ => PLACEHOLDER,
    }
}

/// The time that [`Store::update`] waits for other writers.
const UPDATE_TIMEOUT: Duration = Duration::from_secs(60);

/// The number of times that [`Store::update`] starts again because a writer without the lock changed the file.
const UPDATE_ATTEMPTS: usize = 20;

/// A program's settings file, opened for changes.
///
/// Changes are made to the text in memory; [`Store::save`] checks them and replaces the file. Only what is set here
/// is written, never a value that came from the environment or another layer.
///
/// ```
/// use settings_core::reference::ServerSettings;
/// use settings_core::resolve::{Environment, Layers};
/// use settings_core::store::Store;
///
/// # let folder = std::env::temp_dir().join(format!("settings-store-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("config.json");
/// let environment = Environment::from_iter([("MM_EMAILSETTINGS_SMTPSERVER", "mail.example.com")]);
/// let mut store = Store::<ServerSettings>::open(&path, Layers::new().environment(environment))?;
/// store.set("EmailSettings.SMTPPort", &["587"])?;
/// assert!(store.set("EmailSettings.SMTPServer", &["localhost"]).is_err()); // the variable would shadow it
/// store.save()?;
/// # let text = std::fs::read_to_string(&path)?;
/// assert_eq!(text, "{\n    \"EmailSettings\": {\n        \"SMTPPort\": 587\n    }\n}\n");
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Store<T> {
    pub(super) target: Target,
    pub(super) format: FileFormat,
    read: Snapshot,
    pub(super) text: ZeroizingString,
    others: Layers,
    /// The settings of the file, and the number of those that `T` has itself.
    schema: (&'static Section, usize),
    shadowed: bool,
    mode: WriteMode,
    max_versions: usize,
    pub(super) entry: Entry,
    /// The settings of the text that was read.
    pub(super) before: View<T>,
    /// The settings of the text in memory, if it differs.
    after: View<T>,
}

/// The settings of one text, resolved when they are first needed.
pub(super) struct View<T> {
    /// From the file alone.
    pub(super) stored: OnceLock<Resolution<T>>,
    /// From all layers.
    effective: OnceLock<Resolution<T>>,
}

impl<T> Default for View<T> {
    fn default() -> Self {
        Self { stored: OnceLock::new(), effective: OnceLock::new() }
    }
}

impl<T> fmt::Debug for Store<T> {
    /// Omits the text, which may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("target", &self.target.name())
            .field("shadowed", &self.shadowed)
            .finish_non_exhaustive()
    }
}

/// The effect of an edit on the text in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditOutcome {
    /// The text is as it was.
    Unchanged,
    /// The text is different.
    Changed,
}

impl EditOutcome {
    /// Returns whether the text is different.
    pub const fn is_changed(self) -> bool {
        matches!(self, Self::Changed)
    }
}

/// The result of [`Store::save`].
#[derive(Debug)]
#[non_exhaustive]
pub enum SaveOutcome {
    /// The text had not changed; nothing was written.
    Unchanged,
    /// The file was written.
    #[non_exhaustive]
    Written {
        /// The version that the change added to the history.
        version: VersionStatus,
        /// The warnings that the settings have because of the change.
        warnings: Report,
    },
}

/// One setting of a change to several: [`Store::set_all`].
#[derive(Clone)]
pub struct Assignment<'a, V = &'a str> {
    /// The path of the setting.
    pub path: &'a str,
    /// The value, or the elements of a list.
    pub values: &'a [V],
}

impl<V> fmt::Debug for Assignment<'_, V> {
    /// Omits the values, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assignment").field("path", &self.path).finish_non_exhaustive()
    }
}

impl<T: Settings> Store<T> {
    /// Opens a file, which need not exist yet, in the format of its name's ending. `others` are all other layers: custom
    /// defaults, weaker files, the environment, overrides.
    ///
    /// # Errors
    /// If the file can't be read or isn't UTF-8.
    pub fn open(path: impl AsRef<Path>, others: Layers) -> Result<Self, StoreError> {
        Self::open_in(FileFormat::from_path(path.as_ref()), path, others)
    }

    /// Opens a file in a format, whatever the ending of its name.
    ///
    /// # Errors
    /// If the file can't be read or isn't UTF-8.
    pub fn open_in(format: FileFormat, path: impl AsRef<Path>, others: Layers) -> Result<Self, StoreError> {
        let path = path.as_ref().to_owned();
        let read = file::read(&path)?;
        Ok(Self::opened(Target::File(path), format, read, others))
    }

    pub(super) fn opened(target: Target, format: FileFormat, read: Snapshot, others: Layers) -> Self {
        let text = read.text().unwrap_or(empty(format)).to_owned().into();
        Self {
            target,
            format,
            read,
            text,
            others,
            schema: (T::SCHEMA, usize::MAX),
            shadowed: false,
            mode: WriteMode::default(),
            max_versions: DEFAULT_VERSIONS,
            entry: Entry::default(),
            before: View::default(),
            after: View::default(),
        }
    }

    /// Resolves by another schema, whose first `own` settings are those of `T`.
    #[cfg(feature = "release")]
    #[must_use]
    pub(crate) fn over(mut self, root: &'static Section, own: usize) -> Self {
        self.schema = (root, own);
        self
    }

    /// Returns the format of the file.
    #[cfg(feature = "release")]
    pub(crate) fn format(&self) -> FileFormat {
        self.format
    }

    /// Sets the number of versions in the [`history()`](super::history()), 10 by default. With 0 the history is turned
    /// off, and the next change removes the stored versions.
    #[must_use]
    pub fn max_versions(mut self, versions: usize) -> Self {
        self.max_versions = versions;
        self
    }

    /// Sets the name of the person who makes the changes, for the history.
    #[must_use]
    pub fn author(mut self, author: Option<String>) -> Self {
        self.entry.author = author;
        self
    }

    /// Sets the reason for the changes, for the history.
    #[must_use]
    pub fn reason(mut self, reason: Option<String>) -> Self {
        self.entry.reason = reason;
        self
    }

    /// Allows changes to settings that a stronger layer sets. They are refused by default.
    #[must_use]
    pub fn shadowed(mut self, allowed: bool) -> Self {
        self.shadowed = allowed;
        self
    }

    /// Sets how the file is written, [`WriteMode::Replace`] by default.
    #[must_use]
    pub fn write_mode(mut self, mode: WriteMode) -> Self {
        self.mode = mode;
        self
    }

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

    /// Returns the stored versions, the oldest first.
    ///
    /// # Errors
    /// If the history can't be read.
    pub fn history(&self) -> Result<Vec<Version>, StoreError> {
        match &self.target {
            Target::File(path) => {
                Ok(History::new(&followed(path).map_err(WriteError::from)?, self.format).versions()?)
            }
            Target::Storage { storage, .. } => {
                storage.history(MAX_LISTED).map_err(|error| failed(&**storage, error))
            }
        }
    }

    /// Returns a version of the history, or the numbers that it has.
    fn version(&self, number: u64) -> Result<(Option<Version>, Vec<u64>), StoreError> {
        match &self.target {
            Target::File(path) => {
                let history = History::new(&followed(path).map_err(WriteError::from)?, self.format);
                let version = history.version(number)?;
                let available = if version.is_none() { history.numbers()? } else { Vec::new() };
                Ok((version, available))
            }
            Target::Storage { storage, read } => {
                let version = storage.version(number).map_err(|error| failed(&**storage, error))?;
                Ok((version, (1..=read.version()).collect()))
            }
        }
    }

    /// Returns the settings that [`Store::save`] will change in the file, secrets redacted, each with the stronger layer
    /// that sets it, if one does.
    pub fn changes(&self) -> Vec<(Difference, Option<Origin>)> {
        let effective = self.effective();
        let shadow = |difference: &Difference| {
            let setting = effective.setting(&difference.path.to_string()).ok();
            setting.and_then(|setting| origin_above(setting, self.target.layer()))
        };
        let changes = differences(self.stored_before(), self.stored()).into_iter();
        changes.map(|difference| (difference.clone(), shadow(&difference))).collect()
    }

    /// Returns the content of the file as it was read, before any change.
    pub fn snapshot(&self) -> &Snapshot {
        &self.read
    }

    /// Returns the settings of the file alone, with the changes made so far.
    pub fn stored(&self) -> &Resolution<T> {
        self.now().stored.get_or_init(|| self.resolve(Layers::new().expand_as(&self.others), &self.text))
    }

    /// Returns the settings of all layers, with the changes made so far.
    pub fn effective(&self) -> &Resolution<T> {
        self.now().effective.get_or_init(|| self.resolve(self.others.clone(), &self.text))
    }

    /// Returns the settings of all layers as they were before the changes.
    pub fn effective_before(&self) -> &Resolution<T> {
        self.before.effective.get_or_init(|| self.resolve(self.others.clone(), self.text_before()))
    }

    /// Returns the settings of all layers as they were before the changes, without the store.
    pub fn into_effective(self) -> Resolution<T> {
        let Self { before, others, target, format, read, schema: (root, own), .. } = self;
        before.effective.into_inner().unwrap_or_else(|| {
            let text = read.text().unwrap_or(empty(format));
            resolve_in(root, target.add(others, format, text), own)
        })
    }

    /// Returns the text that [`Store::save`] would write. It may hold secrets.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Checks the settings that result from the file alone and from all layers, and writes the file.
    ///
    /// The change is refused if it adds errors; errors that are there already don't matter. A failure to write the
    /// history is not an error either: see [`VersionStatus::Failed`].
    ///
    /// # Errors
    /// If the change adds errors to the settings, the file was changed since it was opened, or
    /// [`write`](super::write) fails.
    pub fn save(&mut self) -> Result<SaveOutcome, StoreError> {
        let Some(warnings) = self.check()? else { return Ok(SaveOutcome::Unchanged) };
        match &self.target {
            Target::File(path) => self.write(&Locked::new(path, LOCK_TIMEOUT)?, warnings),
            Target::Storage { .. } => self.write_version(warnings),
        }
    }

    /// Reads the file again, edits it and saves it, as one step that other writers wait for.
    ///
    /// Many processes can thus change one file at a time, and each change is made to the text that the others left. A
    /// writer that takes no lock, such as a text editor, can come in between: `edit` is then called again with the new
    /// text. A [`Storage`](super::Storage) has no lock: after a lost race, `edit` is called again with the newest
    /// version, and the change is refused if the other writer changed one of the same settings.
    ///
    /// # Errors
    /// If `edit` fails, or [`Store::save`] does, or [`StoreError::Raced`].
    pub fn update<R, E: From<StoreError>>(
        &mut self,
        mut edit: impl FnMut(&mut Self) -> Result<R, E>,
    ) -> Result<(R, SaveOutcome), E> {
        let path = match &self.target {
            Target::File(path) => path.clone(),
            Target::Storage { storage, .. } => return self.update_version(&Arc::clone(storage), edit),
        };
        let mut attempt = 1;
        loop {
            let locked = Locked::new(&path, UPDATE_TIMEOUT).map_err(StoreError::from)?;
            self.read_again(file::read(&path).map_err(StoreError::from)?);
            let edited = edit(self)?;
            let Some(warnings) = self.check()? else { return Ok((edited, SaveOutcome::Unchanged)) };
            match self.write(&locked, warnings) {
                Err(StoreError::Write(WriteError::Conflict { .. })) if attempt < UPDATE_ATTEMPTS => {
                    attempt += 1
                }
                Err(error) => return Err(error.into()),
                Ok(saved) => return Ok((edited, saved)),
            }
        }
    }

    /// Checks the change as [`Store::save`] does, and writes nothing. Returns the warnings that the change adds, or
    /// `None` if there is no change.
    ///
    /// # Errors
    /// If the change adds errors to the settings.
    pub fn check(&self) -> Result<Option<Report>, StoreError> {
        if self.is_unchanged() {
            return Ok(None);
        }
        let mut warnings = Report::default();
        let views = [
            (self.stored().report(), self.stored_before().report()),
            (self.effective().report(), self.effective_before().report()),
        ];
        for (after, before) in views {
            let added = after.beyond(before);
            if added.has_errors() {
                return Err(StoreError::Invalid(added.errors()));
            }
            warnings = warnings.and(&added.warnings());
        }
        Ok(Some(warnings))
    }

    fn write(&mut self, locked: &Locked, warnings: Report) -> Result<SaveOutcome, StoreError> {
        let written = self.write_with_history(locked);
        if let Ok(_) | Err(StoreError::Write(WriteError::File(FileError::NotDurable { .. }))) = written {
            self.written();
        }
        Ok(SaveOutcome::Written { version: written?, warnings })
    }

    /// Takes the text in memory for the one that was read.
    pub(super) fn written(&mut self) {
        self.read = Snapshot::new(&*self.text);
        self.before = std::mem::take(&mut self.after);
        self.entry.restored = None;
    }

    /// Writes the file, and adds its versions before and after to the history.
    fn write_with_history(&self, locked: &Locked) -> Result<VersionStatus, StoreError> {
        locked.check(&self.read)?;
        let history = History::new(locked.target(), self.format);
        // before the file is replaced, so that a crash in between loses nothing
        let before = match self.max_versions {
            0 => Ok(()),
            // prunes what a crash left unpruned, so that crashes don't add up
            max => history.prune(max).and_then(|()| history.add_before(locked, self.read.text())),
        };
        locked.write(&self.read, &self.text, self.mode)?;
        let status = before.and_then(|()| match self.max_versions {
            0 => Ok(VersionStatus::Off),
            _ => history.add_now(locked, &self.text, &self.entry).map(VersionStatus::Added),
        });
        let status = status.and_then(|status| history.prune(self.max_versions).map(|()| status));
        Ok(status.unwrap_or_else(VersionStatus::Failed))
    }

    /// Replaces the text in memory.
    pub(super) fn replace_text(&mut self, text: ZeroizingString) -> EditOutcome {
        if text == self.text {
            return EditOutcome::Unchanged;
        }
        self.text = text;
        self.after = View::default();
        EditOutcome::Changed
    }

    /// Starts again from the text of the file.
    pub(super) fn read_again(&mut self, read: Snapshot) {
        self.entry.restored = None;
        self.text = read.text().unwrap_or(empty(self.format)).to_owned().into();
        (self.before, self.after) = (View::default(), View::default());
        self.read = read;
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

    fn is_unchanged(&self) -> bool {
        *self.text_before() == *self.text
    }

    fn text_before(&self) -> &str {
        self.read.text().unwrap_or(empty(self.format))
    }

    /// Returns the view of the text in memory.
    fn now(&self) -> &View<T> {
        if self.is_unchanged() { &self.before } else { &self.after }
    }

    /// Resolves the file alone, as it was read.
    pub(super) fn stored_before(&self) -> &Resolution<T> {
        self.before
            .stored
            .get_or_init(|| self.resolve(Layers::new().expand_as(&self.others), self.text_before()))
    }

    fn resolve(&self, layers: Layers, text: &str) -> Resolution<T> {
        let (root, own) = self.schema;
        resolve_in(root, self.target.add(layers, self.format, text), own)
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

/// Returns the strongest origin above a layer. A variable that can't be read counts: it will win once it is fixed.
fn origin_above(effective: Effective<'_>, layer: Layer) -> Option<Origin> {
    let Effective { origin, overridden, .. } = effective;
    let origins = overridden.into_iter().map(|(origin, _)| origin).chain([origin]);
    origins.max_by_key(Origin::layer).filter(|origin| origin.layer() > layer)
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
