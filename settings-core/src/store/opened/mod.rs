//! A program's settings file, opened for changes.

mod save;
mod set;
mod version;

use std::fmt;
use std::path::Path;
use std::sync::OnceLock;

use crate::atomic::followed;
use crate::format::FileFormat;
use crate::resolve::outcome::resolve_in;
use crate::resolve::{Effective, Layer, Layers, Origin, Registry, Report, Resolution, Settings};
use crate::schema::Section;
use crate::store::file::{self, Snapshot, WriteMode};
use crate::store::history::{DEFAULT_VERSIONS, Entry, History, Version, VersionStatus};
use crate::store::target::{MAX_LISTED, Target, failed};
use crate::store::{Difference, StoreError, WriteError, differences};
use crate::value::ZeroizingString;

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

    /// Knows the sections of a registry too: they are read, changed and compared as the program's own.
    #[must_use]
    pub fn registry(mut self, registry: &Registry<T>) -> Self {
        self.schema = (registry.schema(), T::SCHEMA.leaf_count());
        (self.before, self.after) = Default::default();
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

    /// Returns whether the file and the other layers still are what they were, so that opening them again would give the
    /// same settings.
    ///
    /// The settings of a store that is current need not be resolved again. It never is if a variable names a file with its
    /// value, or references to files are allowed: those files are read as settings are resolved.
    ///
    /// # Errors
    /// If the file can't be read or isn't UTF-8.
    pub fn is_current(&self, others: &Layers) -> Result<bool, StoreError> {
        let views = [&self.before.stored, &self.before.effective];
        if views.iter().any(|view| view.get().is_some_and(|view| view.reads_files))
            || !self.others.is_same(others)
        {
            return Ok(false);
        }
        match &self.target {
            Target::File(path) => Ok(file::read(path)? == self.read),
            Target::Storage { storage, read } => {
                Ok(storage.read().map_err(|error| failed(&**storage, error))? == *read)
            }
        }
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

    /// Starts again from the text of the file.
    pub(super) fn read_again(&mut self, read: Snapshot) {
        self.entry.restored = None;
        self.text = read.text().unwrap_or(empty(self.format)).to_owned().into();
        (self.before, self.after) = (View::default(), View::default());
        self.read = read;
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

/// Returns the strongest origin above a layer. A variable that can't be read counts: it will win once it is fixed.
fn origin_above(effective: Effective<'_>, layer: Layer) -> Option<Origin> {
    let Effective { origin, overridden, .. } = effective;
    let origins = overridden.into_iter().map(|(origin, _)| origin).chain([origin]);
    origins.max_by_key(Origin::layer).filter(|origin| origin.layer() > layer)
}
