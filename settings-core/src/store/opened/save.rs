//! Checks of the changes, and the writing of the file.

use std::sync::Arc;
use std::time::Duration;

use super::{Store, View};
use crate::atomic::FileError;
use crate::resolve::{Report, Settings};
use crate::store::file::{self, LOCK_TIMEOUT, Locked, Snapshot};
use crate::store::history::{History, VersionStatus};
use crate::store::target::Target;
use crate::store::{EditOutcome, SaveOutcome, StoreError, WriteError};
use crate::value::ZeroizingString;

/// The time that [`Store::update`] waits for other writers.
const UPDATE_TIMEOUT: Duration = Duration::from_secs(60);

/// The number of times that [`Store::update`] starts again because a writer without the lock changed the file.
const UPDATE_ATTEMPTS: usize = 20;

impl<T: Settings> Store<T> {
    /// Checks the settings that result from the file alone and from all layers, and writes the file.
    ///
    /// The change is refused if it adds errors; errors that are there already don't matter. A failure to write the
    /// history is not an error either: see [`VersionStatus::Failed`].
    ///
    /// # Errors
    /// If the change adds errors to the settings, the file was changed since it was opened, or
    /// [`write`](crate::store::write()) fails.
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
    /// text. A [`Storage`](crate::store::Storage) has no lock: after a lost race, `edit` is called again with the newest
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
    pub(in crate::store) fn written(&mut self) {
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
    pub(in crate::store) fn replace_text(&mut self, text: ZeroizingString) -> EditOutcome {
        if text == self.text {
            return EditOutcome::Unchanged;
        }
        self.text = text;
        self.after = View::default();
        EditOutcome::Changed
    }
}
