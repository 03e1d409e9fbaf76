//! Versions of a storage: opened, written, and written again after a lost race.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::{SaveOutcome, Store, View};
use crate::format::FileFormat;
use crate::resolve::{Layers, Report, Resolution, Settings};
use crate::store::target::{Target, failed};
use crate::store::{NewVersion, Snapshot, Storage, StoreError, Stored, VersionStatus, WriteError};
use crate::value::Value;

/// The time within which [`Store::update`] starts again after lost races.
const UPDATE_TIMEOUT: Duration = Duration::from_secs(60);

/// The longest pause before it starts again. Pauses grow with the number of writers: each attempt that loses takes time
/// from the one that wins.
const MAX_PAUSE: Duration = Duration::from_secs(4);

impl<T: Settings> Store<T> {
    /// Opens the text of a storage. `others` are all other layers: custom defaults, stronger files, the environment,
    /// overrides.
    ///
    /// A storage without a version starts with an empty text in JSON.
    ///
    /// # Errors
    /// If the storage can't be read.
    pub fn open_storage(storage: Arc<dyn Storage>, others: Layers) -> Result<Self, StoreError> {
        Self::open_storage_in(FileFormat::default(), storage, others)
    }

    /// Opens the text of a storage, which starts in this format if the storage has no version.
    ///
    /// # Errors
    /// If the storage can't be read.
    pub fn open_storage_in(
        format: FileFormat,
        storage: Arc<dyn Storage>,
        others: Layers,
    ) -> Result<Self, StoreError> {
        let read = storage.read().map_err(|error| failed(&*storage, error))?;
        let format = if read.text().is_some() { read.format() } else { format };
        let snapshot = snapshot(&read);
        Ok(Self::opened(Target::Storage { storage, read }, format, snapshot, others))
    }

    /// Writes the text in memory as a new version.
    pub(in crate::store) fn write_version(&mut self, warnings: Report) -> Result<SaveOutcome, StoreError> {
        let Target::Storage { storage, read } = &self.target else { return Ok(SaveOutcome::Unchanged) };
        let mut new = NewVersion::new(self.format, &self.text);
        new.author = self.entry.author.as_deref();
        new.reason = self.entry.reason.as_deref();
        new.restored = self.entry.restored;
        let read = storage.write(read, &new).map_err(|error| failed(&**storage, error))?;
        let (number, storage) = (read.version(), Arc::clone(storage));
        // a later change must name this version, and so do origins
        self.target = Target::Storage { storage, read };
        self.written();
        self.before = View::default();
        Ok(SaveOutcome::Written { version: VersionStatus::Added(number), warnings })
    }

    /// Reads the newest version, edits it and writes the result. A lost race is run again, unless the other writer
    /// changed the same settings.
    pub(in crate::store) fn update_version<R, E: From<StoreError>>(
        &mut self,
        storage: &Arc<dyn Storage>,
        mut edit: impl FnMut(&mut Self) -> Result<R, E>,
    ) -> Result<(R, SaveOutcome), E> {
        let start = Instant::now();
        // the settings of the version that a change which lost a race was made to
        let mut lost: Option<View<T>> = None;
        let mut pause = Duration::from_millis(5);
        loop {
            let read = storage.read().map_err(|error| failed(&**storage, error))?;
            if read.text().is_some() {
                self.format = read.format();
            }
            let snapshot = snapshot(&read);
            self.target = Target::Storage { storage: Arc::clone(storage), read };
            self.read_again(snapshot);
            let edited = edit(self)?;
            if let Some(before) = lost.as_ref().and_then(|lost| lost.stored.get()) {
                self.refuse_raced(before)?;
            }
            let Some(warnings) = self.check()? else { return Ok((edited, SaveOutcome::Unchanged)) };
            match self.write_version(warnings) {
                Err(StoreError::Write(WriteError::Conflict { .. })) if start.elapsed() < UPDATE_TIMEOUT => {
                    self.stored_before();
                    lost = Some(std::mem::take(&mut self.before));
                    thread::sleep(pause.mul_f64(random_part()));
                    pause = (pause * 2).min(MAX_PAUSE);
                }
                Err(error) => return Err(error.into()),
                Ok(saved) => return Ok((edited, saved)),
            }
        }
    }

    /// Refuses a change to settings that the winner of a race changed too, unless both set the same value, or different
    /// entries or fields. `before` has the settings that both started from.
    fn refuse_raced(&self, before: &Resolution<T>) -> Result<(), StoreError> {
        let (theirs, ours) = (self.stored_before(), self.stored());
        let all = before.settings().zip(theirs.settings()).zip(ours.settings());
        let raced = all.filter(|((before, theirs), ours)| {
            overwrites(Some(&before.value), Some(&theirs.value), Some(&ours.value))
        });
        let paths: Vec<_> = raced.map(|(_, ours)| ours.path.to_string()).collect();
        if paths.is_empty() {
            return Ok(());
        }
        Err(StoreError::Raced { paths, origin: self.target.name() })
    }
}

/// Returns whether `ours` changes a part of `theirs` that differs from `before`. Recursion is as deep as the values nest.
fn overwrites(before: Option<&Value<'_>>, theirs: Option<&Value<'_>>, ours: Option<&Value<'_>>) -> bool {
    if before == theirs || theirs == ours {
        return false;
    }
    match (before, theirs, ours) {
        (Some(Value::Map(before)), Some(Value::Map(theirs)), Some(Value::Map(ours))) => {
            let keys = before.iter().chain(theirs).chain(ours).map(|(key, _)| key);
            let keys: BTreeSet<_> = keys.collect();
            keys.into_iter().any(|key| overwrites(entry(before, key), entry(theirs, key), entry(ours, key)))
        }
        (Some(Value::Section(before)), Some(Value::Section(theirs)), Some(Value::Section(ours))) => {
            (0..ours.len()).any(|at| overwrites(before.get(at), theirs.get(at), ours.get(at)))
        }
        _ => true,
    }
}

fn entry<'v>(map: &'v [(Cow<'_, str>, Value<'v>)], key: &str) -> Option<&'v Value<'v>> {
    map.iter().find(|(found, _)| found == key).map(|(_, value)| value)
}

/// Returns a part of a pause, from a half to one and a half, so that writers who met once don't meet again.
fn random_part() -> f64 {
    let random = RandomState::new().build_hasher().finish() % 1000;
    0.5 + f64::from(u16::try_from(random).unwrap_or_default()) / 1000.0
}

fn snapshot(read: &Stored) -> Snapshot {
    read.text().map_or_else(Snapshot::absent, Snapshot::new)
}
