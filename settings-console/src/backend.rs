//! The settings of a program without its type.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use settings_core::FileFormat;
#[cfg(feature = "mail")]
use settings_core::mail::EmailSettings;
use settings_core::resolve::{
    Effective, Idle, Layer, Layers, Origin, Registry, Report, Resolution, Settings, UnknownPath, Unreadable,
    resolve,
};
use settings_core::schema::Section;
use settings_core::store::{
    Difference, EditOutcome, SaveOutcome, Snapshot, Storage, Store, StoreError, Version, differences,
};

use crate::catalogue::Place;
use crate::error::{ChangeError, OpenError};
use crate::keys::Keys;
use crate::request::{Edit, Input};

/// The time for which settings are not resolved again while no layer changes. A program's own checks may look at what
/// is in no layer, such as files.
const MAX_AGE: Duration = Duration::from_secs(1);

/// A resolution of any program.
pub(crate) trait Resolved {
    fn setting(&self, path: &str) -> Result<Effective<'_>, UnknownPath>;
    /// The reason why a setting has no effect.
    fn idle(&self, effective: &Effective<'_>) -> Option<Idle>;
    fn report(&self) -> &Report;
}

impl<T> Resolved for Resolution<T> {
    fn setting(&self, path: &str) -> Result<Effective<'_>, UnknownPath> {
        Self::setting(self, path)
    }

    fn idle(&self, effective: &Effective<'_>) -> Option<Idle> {
        Self::idle(self, effective)
    }

    fn report(&self) -> &Report {
        Self::report(self)
    }
}

/// An opened settings file of any program.
pub(crate) trait Opened {
    /// All layers, with the changes made so far.
    fn effective(&self) -> &dyn Resolved;
    /// The file alone, with the changes made so far.
    fn stored(&self) -> &dyn Resolved;
    /// The layer of the file.
    fn layer(&self) -> Layer;
    fn snapshot(&self) -> &Snapshot;
    fn check(&self) -> Result<Option<Report>, StoreError>;
    fn changes(&self) -> Vec<(Difference, Option<Origin>)>;
    fn history(&self) -> Result<Vec<Version>, StoreError>;
    /// The mark of the file as it was read.
    fn revision(&self, keys: &Keys) -> &str;
    /// The settings that need a restart and differ from those at the start.
    fn pending_restart(&self) -> &[Difference];
    /// The mail settings before and after the changes.
    #[cfg(feature = "mail")]
    fn mail(&self) -> (Option<&EmailSettings>, Option<&EmailSettings>);
}

/// An opened settings file of any program, for changes in memory.
pub(crate) trait Editable: Opened {
    fn apply(&mut self, path: &str, edit: &Edit) -> Result<EditOutcome, StoreError>;
    fn restore(&mut self, version: u64) -> Result<EditOutcome, StoreError>;
}

type Use<'u> = &'u mut dyn FnMut(&dyn Opened);
type Try<'t> = &'t mut dyn FnMut(&mut dyn Editable);
type Edited<'e> = &'e mut dyn FnMut(&mut dyn Editable) -> Result<(), ChangeError>;

/// The settings file of a program, and its other layers.
pub(crate) trait Backend: Send + Sync {
    fn schema(&self) -> &'static Section;
    fn path(&self) -> &Path;
    /// Reads all layers, and calls the function with them.
    fn open(&self, then: Use<'_>) -> Result<(), OpenError>;
    /// Reads all layers, and calls the function with them, which may change them in memory.
    fn open_to_edit(&self, then: Try<'_>) -> Result<(), OpenError>;
    /// Edits and writes the file as one step that other writers wait for.
    fn update(
        &self,
        author: &str,
        reason: Option<String>,
        edit: Edited<'_>,
    ) -> Result<SaveOutcome, ChangeError>;
    /// Returns the settings that differ between two texts of the file.
    fn differences(&self, before: &str, after: &str) -> Vec<Difference>;
    #[cfg(feature = "mail")]
    fn has_mail(&self) -> bool;
}

impl dyn Backend {
    /// Reads all layers, and returns what the function makes of them.
    pub(crate) fn with<R>(&self, then: impl FnOnce(&dyn Opened) -> R) -> Result<R, OpenError> {
        let (mut then, mut result) = (Some(then), None);
        self.open(&mut |opened| result = then.take().map(|then| then(opened)))?;
        result.ok_or(OpenError::Layers)
    }

    /// Reads all layers, and returns what the function makes of them. It may change them in memory.
    pub(crate) fn edit<R>(&self, then: impl FnOnce(&mut dyn Editable) -> R) -> Result<R, OpenError> {
        let (mut then, mut result) = (Some(then), None);
        self.open_to_edit(&mut |opened| result = then.take().map(|then| then(opened)))?;
        result.ok_or(OpenError::Layers)
    }
}

type ReadLayers = Box<dyn Fn() -> Result<Layers, Unreadable> + Send + Sync>;
#[cfg(feature = "mail")]
pub(crate) type MailOf<T> = fn(&T) -> &EmailSettings;

/// A settings file with all layers below and above it.
pub(crate) struct FileBackend<T> {
    path: PathBuf,
    /// The place of the settings, if it is not a file. The path is its name.
    storage: Option<Arc<dyn Storage>>,
    others: ReadLayers,
    /// The sections that are registered in addition to those of `T`.
    registry: Option<Registry<T>>,
    running: Option<Resolution<T>>,
    /// The settings of the last request.
    last: Mutex<Option<Arc<Read<T>>>>,
    #[cfg(feature = "mail")]
    mail: Option<MailOf<T>>,
}

/// The settings as they were at a time, and what follows from them.
struct Read<T> {
    at: Instant,
    store: Store<T>,
    marks: Marks,
}

/// What follows from settings, once it is needed.
#[derive(Default)]
struct Marks {
    revision: OnceLock<String>,
    pending_restart: OnceLock<Vec<Difference>>,
}

impl<T: Settings> FileBackend<T> {
    pub(crate) fn new(path: PathBuf, others: ReadLayers) -> Self {
        Self {
            path,
            storage: None,
            others,
            registry: None,
            running: None,
            last: Mutex::default(),
            #[cfg(feature = "mail")]
            mail: None,
        }
    }

    pub(crate) fn over(storage: Arc<dyn Storage>, others: ReadLayers) -> Self {
        Self { storage: Some(Arc::clone(&storage)), ..Self::new(storage.name().into(), others) }
    }

    #[cfg(feature = "mail")]
    pub(crate) fn set_mail(&mut self, mail: MailOf<T>) {
        self.mail = Some(mail);
    }

    pub(crate) fn set_registry(&mut self, registry: Registry<T>) {
        self.registry = Some(registry);
    }

    /// Takes the settings as they are now for those that the server runs with.
    pub(crate) fn start(&mut self) {
        self.running = self.store().ok().map(Store::into_effective);
    }

    /// Returns all settings without their values.
    pub(crate) fn catalogue(&self) -> Vec<Place> {
        self.resolve(Layers::new()).settings().map(|effective| Place::new(&effective)).collect()
    }

    /// Returns the settings as they are now. They are not resolved again if no layer has changed.
    fn read(&self) -> Result<Arc<Read<T>>, OpenError> {
        let others = (self.others)().map_err(OpenError::Unreadable)?;
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(last) = last.filter(|last| last.at.elapsed() < MAX_AGE)
            && last.store.is_current(&others).map_err(OpenError::Store)?
        {
            return Ok(last);
        }
        let read =
            Arc::new(Read { at: Instant::now(), store: self.open_store(others)?, marks: Marks::default() });
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&read));
        Ok(read)
    }

    fn with_text(&self, layers: Layers, text: &str) -> Layers {
        let name = self.path.display().to_string();
        match &self.storage {
            _ if text.is_empty() => layers,
            None => layers.file(name, text),
            Some(_) => layers.file_in(FileFormat::from_text(text).unwrap_or_default(), name, text),
        }
    }

    fn store(&self) -> Result<Store<T>, OpenError> {
        self.open_store((self.others)().map_err(OpenError::Unreadable)?)
    }

    fn open_store(&self, others: Layers) -> Result<Store<T>, OpenError> {
        let store = match &self.storage {
            None => Store::open(&self.path, others),
            Some(storage) => Store::open_storage(Arc::clone(storage), others),
        };
        let store = store.map_err(OpenError::Store)?;
        Ok(match &self.registry {
            None => store,
            Some(registry) => store.registry(registry),
        })
    }

    fn resolve(&self, layers: Layers) -> Resolution<T> {
        match &self.registry {
            None => resolve(layers),
            Some(registry) => registry.resolve(layers),
        }
    }
}

impl<T: Settings + Send + Sync + 'static> Backend for FileBackend<T> {
    fn schema(&self) -> &'static Section {
        self.registry.as_ref().map_or(T::SCHEMA, Registry::schema)
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn open(&self, then: Use<'_>) -> Result<(), OpenError> {
        let read = self.read()?;
        then(&Lent { store: &read.store, marks: &read.marks, backend: self });
        Ok(())
    }

    fn open_to_edit(&self, then: Try<'_>) -> Result<(), OpenError> {
        then(&mut Lent { store: &mut self.store()?, marks: &Marks::default(), backend: self });
        Ok(())
    }

    fn update(
        &self,
        author: &str,
        reason: Option<String>,
        edit: Edited<'_>,
    ) -> Result<SaveOutcome, ChangeError> {
        let store = self.store().map_err(ChangeError::Open)?;
        let mut store = store.author(Some(author.to_owned())).reason(reason);
        let ((), outcome) =
            store.update(|store| edit(&mut Lent { store, marks: &Marks::default(), backend: self }))?;
        Ok(outcome)
    }

    fn differences(&self, before: &str, after: &str) -> Vec<Difference> {
        let alone = (self.others)().map_or_else(|_| Layers::new(), |others| Layers::new().expand_as(&others));
        let resolved = |text| self.resolve(self.with_text(alone.clone(), text));
        differences(&resolved(before), &resolved(after))
    }

    #[cfg(feature = "mail")]
    fn has_mail(&self) -> bool {
        self.mail.is_some()
    }
}

/// The store, lent to code that does not know its type.
struct Lent<'s, S, T> {
    store: S,
    marks: &'s Marks,
    backend: &'s FileBackend<T>,
}

impl<T: Settings, S: Deref<Target = Store<T>>> Opened for Lent<'_, S, T> {
    fn effective(&self) -> &dyn Resolved {
        self.store.effective()
    }

    fn stored(&self) -> &dyn Resolved {
        self.store.stored()
    }

    fn layer(&self) -> Layer {
        match &self.backend.storage {
            None => Layer::File,
            Some(_) => Layer::External,
        }
    }

    fn snapshot(&self) -> &Snapshot {
        self.store.snapshot()
    }

    fn check(&self) -> Result<Option<Report>, StoreError> {
        self.store.check()
    }

    fn changes(&self) -> Vec<(Difference, Option<Origin>)> {
        self.store.changes()
    }

    fn history(&self) -> Result<Vec<Version>, StoreError> {
        self.store.history()
    }

    fn revision(&self, keys: &Keys) -> &str {
        self.marks.revision.get_or_init(|| keys.of_file(self.store.snapshot()))
    }

    fn pending_restart(&self) -> &[Difference] {
        self.marks.pending_restart.get_or_init(|| {
            let Some(running) = &self.backend.running else { return Vec::new() };
            let mut pending = differences(running, self.store.effective());
            pending.retain(Difference::needs_restart);
            pending
        })
    }

    #[cfg(feature = "mail")]
    fn mail(&self) -> (Option<&EmailSettings>, Option<&EmailSettings>) {
        let Some(mail) = self.backend.mail else { return (None, None) };
        (self.store.effective_before().value().map(mail), self.store.effective().value().map(mail))
    }
}

impl<T: Settings, S: DerefMut<Target = Store<T>>> Editable for Lent<'_, S, T> {
    fn apply(&mut self, path: &str, edit: &Edit) -> Result<EditOutcome, StoreError> {
        match edit {
            Edit::Unset => self.store.unset(path),
            Edit::Set(Input::Text(text)) => self.store.set(path, &[text.expose()]),
            Edit::Set(Input::Json(json)) => self.store.set_json(path, json.expose()),
        }
    }

    fn restore(&mut self, version: u64) -> Result<EditOutcome, StoreError> {
        self.store.restore(version)
    }
}
