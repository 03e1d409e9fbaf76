//! A program's settings file, opened to be changed.

use std::fmt;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use super::edit::edited;
use super::file::{self, Locked, Snapshot};
use super::given::to_written_json;
use super::history::{self, Entry, History, Kept, Version};
use super::{Action, Change, Difference, StoreError, differences};
use crate::resolve::{Code, Effective, Layer, Layers, Origin, Report, Resolution, Settings, resolve};
use crate::schema::{Kind, Setting};
use crate::value::{Value, Wiped, from_text};

/// What an absent file is taken for.
const EMPTY: &str = "{}\n";

/// A program's settings file, opened to be changed.
///
/// Changes are made to the text in memory; [`Store::save`] checks them and replaces the file. Only what is set here
/// is ever written: never a value that came from the environment or another layer.
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
    path: PathBuf,
    read: Snapshot,
    text: Wiped,
    others: Layers,
    shadowed: bool,
    keep: usize,
    entry: Entry,
    settings: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for Store<T> {
    /// Leaves the text out: it may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("path", &self.path)
            .field("shadowed", &self.shadowed)
            .finish_non_exhaustive()
    }
}

/// What [`Store::save`] did.
#[derive(Debug)]
pub enum Saved {
    /// Nothing had changed, so nothing was written.
    Unchanged,
    /// The file was replaced; and what became of its version.
    Written(Kept),
}

impl<T: Settings> Store<T> {
    /// Opens a file, which need not exist yet. `others` are all layers beside it: custom defaults, weaker files, the
    /// environment, overrides.
    ///
    /// # Errors
    /// Where the file can't be read or isn't UTF-8.
    pub fn open(path: &Path, others: Layers) -> Result<Self, StoreError> {
        let read = file::read(path)?;
        let text = read.text().unwrap_or(EMPTY).to_owned().into();
        Ok(Self {
            path: path.to_owned(),
            read,
            text,
            others,
            shadowed: false,
            keep: history::USUAL,
            entry: Entry::default(),
            settings: PhantomData,
        })
    }

    /// How many versions the [`history()`](super::history()) keeps: 10 unless told otherwise. With 0 none are kept, and
    /// those that are there are removed with the next change.
    #[must_use]
    pub fn keep(mut self, versions: usize) -> Self {
        self.keep = versions;
        self
    }

    /// Who makes the changes, for the history.
    #[must_use]
    pub fn author(mut self, author: Option<String>) -> Self {
        self.entry.author = author;
        self
    }

    /// Whether to change settings that a stronger layer sets all the same. Without it that is refused.
    #[must_use]
    pub fn shadowed(mut self, allowed: bool) -> Self {
        self.shadowed = allowed;
        self
    }

    /// Sets a setting; whether that changes the text. Old names and other letter cases of the path are understood.
    ///
    /// One value is read as a variable's text is; several are a list's elements, none an empty list. A value that the
    /// file has already stays as it is written there.
    ///
    /// # Errors
    /// An unknown path, a value that the setting refuses, a stronger layer, a text that is no JSON object.
    pub fn set<V: AsRef<str>>(&mut self, path: &str, values: &[V]) -> Result<bool, StoreError> {
        let stored = self.stored(&self.text);
        let current = stored.setting(path)?;
        let setting = current.setting;
        let value = read_values(&current.path.to_string(), setting, values)?;
        let json = to_written_json(&setting.kind, &value, values);
        let is_there = is_as_it_should_be(&stored, &current, &value);
        value.wipe();
        self.refuse_shadowed(path)?;
        if is_there {
            return Ok(false);
        }
        self.change(&current, Action::Set(json.into_string()))
    }

    /// Removes a setting from the file, under whichever name it stands there, or an optional section with all that is
    /// in it; whether that changes the text.
    ///
    /// # Errors
    /// An unknown path, a stronger layer, a text that is no JSON object.
    pub fn unset(&mut self, path: &str) -> Result<bool, StoreError> {
        let stored = self.stored(&self.text);
        if let Some(keys) = stored.optional_section(path) {
            let within = |effective: &Effective<'_>| effective.path.keys().starts_with(&keys);
            for setting in stored.settings().filter(within) {
                self.refuse_shadowed(&setting.path.to_string())?;
            }
            return self.apply(Change::unset(keys));
        }
        let current = stored.setting(path)?;
        self.refuse_shadowed(path)?;
        self.change(&current, Action::Unset)
    }

    /// Takes a version of the history back; whether that changes the text.
    ///
    /// # Errors
    /// No such version; a history that can't be read.
    pub fn restore(&mut self, number: u64) -> Result<bool, StoreError> {
        let history = History::of(&file::followed(&self.path)?);
        let Some(version) = history.version(number)? else {
            return Err(StoreError::NoVersion { number, kept: history.numbers()? });
        };
        let is_changed = version.text() != &*self.text;
        self.text = version.text().to_owned().into();
        self.entry.restored = Some(number);
        Ok(is_changed)
    }

    /// The versions that are kept, the oldest first.
    ///
    /// # Errors
    /// Where the history can't be read.
    pub fn history(&self) -> Result<Vec<Version>, StoreError> {
        Ok(history::history(&self.path)?)
    }

    /// The settings that the file itself would say otherwise when it is saved, secrets redacted, each with the stronger
    /// layer that sets it all the same, if one does.
    pub fn changes(&self) -> Vec<(Difference, Option<Origin>)> {
        let before = self.stored(self.read.text().unwrap_or(EMPTY));
        let effective = self.effective(&self.text);
        let shadow = |difference: &Difference| {
            effective.setting(&difference.path.to_string()).ok().and_then(stronger_than_the_file)
        };
        let changes = differences(&before, &self.stored(&self.text)).into_iter();
        changes.map(|difference| (difference.clone(), shadow(&difference))).collect()
    }

    /// The text as it would be saved. It may hold secrets.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Checks what the settings would be, from the file alone and from all layers, and replaces the file.
    ///
    /// Mistakes that are there already don't keep a change from being saved; those that it would add do. A history that
    /// can't be written doesn't either: [`Kept::Failed`] says so.
    ///
    /// # Errors
    /// New mistakes; a file that was changed since it was opened; whatever [`write`](super::write) can't do. The file
    /// is then as it was.
    pub fn save(&mut self) -> Result<Saved, StoreError> {
        let before = self.read.text().unwrap_or(EMPTY);
        if *before == *self.text {
            return Ok(Saved::Unchanged);
        }
        let views: [&dyn Fn(&str) -> Report; 2] =
            [&|text| self.stored(text).report().clone(), &|text| self.effective(text).report().clone()];
        for view in views {
            let mistakes = view(&self.text).errors_beyond(&view(before));
            if mistakes.has_errors() {
                return Err(StoreError::Invalid(mistakes));
            }
        }
        let kept = self.write()?;
        self.read = Snapshot::of(&*self.text);
        self.entry.restored = None;
        Ok(Saved::Written(kept))
    }

    /// Replaces the file, and keeps its version.
    fn write(&self) -> Result<Kept, StoreError> {
        let locked = Locked::new(&self.path)?;
        locked.check(&self.read)?;
        let history = History::of(locked.target());
        // before the file is replaced, so that a crash in between loses nothing
        let before = match self.keep {
            0 => Ok(()),
            // what a crash left unpruned first, so that crashes don't add up
            _ => history.prune(self.keep).and_then(|()| history.keep_before(&locked, self.read.text())),
        };
        locked.replace(&self.read, &self.text)?;
        let kept = before.and_then(|()| match self.keep {
            0 => Ok(Kept::Off),
            _ => history.keep_now(&locked, &self.text, &self.entry).map(Kept::Version),
        });
        let kept = kept.and_then(|kept| history.prune(self.keep).map(|()| kept));
        Ok(kept.unwrap_or_else(Kept::Failed))
    }

    #[cfg(test)]
    pub(super) fn replace_text(&mut self, text: &str) {
        self.text = text.to_owned().into();
    }

    fn change(&mut self, current: &Effective<'_>, action: Action) -> Result<bool, StoreError> {
        let keys = |path: &crate::schema::Path| path.keys().iter().map(|key| (*key).to_owned()).collect();
        let aliases = current.setting.aliases().iter().copied();
        let change = Change {
            path: keys(&current.path),
            old_names: aliases.map(|alias| keys(&current.path.old_name(alias))).collect(),
            action,
        };
        self.apply(change)
    }

    fn apply(&mut self, change: Change) -> Result<bool, StoreError> {
        let edited =
            edited(&self.text, &[change]).map_err(|error| StoreError::Edit { file: self.name(), error })?;
        let is_changed = edited != self.text;
        self.text = edited;
        self.entry.restored = self.entry.restored.filter(|_| !is_changed);
        Ok(is_changed)
    }

    fn refuse_shadowed(&self, path: &str) -> Result<(), StoreError> {
        if self.shadowed {
            return Ok(());
        }
        let resolution = self.effective(&self.text);
        let effective = resolution.setting(path)?;
        let path = effective.path.to_string();
        match stronger_than_the_file(effective) {
            Some(origin) => Err(StoreError::Shadowed { path, origin: Box::new(origin) }),
            None => Ok(()),
        }
    }

    /// What the file alone says.
    fn stored(&self, text: &str) -> Resolution<T> {
        resolve(Layers::new().file(self.name(), text))
    }

    /// What all layers together say.
    fn effective(&self, text: &str) -> Resolution<T> {
        resolve(self.others.clone().file(self.name(), text))
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }
}

/// What sets a setting whatever the file says; a variable that can't be read does too, once it is mended.
fn stronger_than_the_file(effective: Effective<'_>) -> Option<Origin> {
    let Effective { origin, overridden, .. } = effective;
    let origins = overridden.into_iter().map(|(origin, _)| origin).chain([origin]);
    origins.max_by_key(Origin::layer).filter(|origin| origin.layer() > Layer::File)
}

/// Whether the file has the value already, under its own name and without a mistake.
fn is_as_it_should_be<T>(stored: &Resolution<T>, current: &Effective<'_>, value: &Value<'_>) -> bool {
    let path = current.path.to_string();
    let is_about_it = |setting: &Option<String>| setting.as_ref() == Some(&path);
    current.layer() == Layer::File
        && current.value == *value
        && !stored.report().diagnostics().iter().any(|diagnostic| is_about_it(&diagnostic.setting))
        && !stored.report().diagnostics().iter().any(|diagnostic| diagnostic.code == Code::DuplicateKey)
}

fn read_values<'v, V: AsRef<str>>(
    path: &str,
    setting: &Setting,
    values: &'v [V],
) -> Result<Value<'v>, StoreError> {
    let refused = |mismatch| StoreError::Value { path: path.to_owned(), mismatch: Box::new(mismatch) };
    if let [value] = values {
        return from_text(&setting.kind, value.as_ref()).map_err(refused);
    }
    let of = match setting.kind {
        Kind::List(of) | Kind::Set(of) => of,
        Kind::Optional(&(Kind::List(of) | Kind::Set(of))) => of,
        _ => return Err(StoreError::NoList { path: path.to_owned() }),
    };
    let elements: Result<_, _> = values.iter().map(|value| from_text(of, value.as_ref())).collect();
    elements.map(Value::List).map_err(refused)
}
