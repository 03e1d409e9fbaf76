//! Reading a settings file, and writing it unless it was changed since.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::atomic::{self, FileError, Place, Temporary};
use crate::resolve::read_bytes;
use crate::value::{ZeroizingString, wipe};

/// The time that a writer waits for the lock of the folder.
pub(super) const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// The pause between two attempts to lock a folder.
const LOCK_INTERVAL: Duration = Duration::from_millis(5);

/// The content of a file at the time when it was read, or its absence.
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot {
    text: Option<ZeroizingString>,
}

impl fmt::Debug for Snapshot {
    /// Omits the text, which may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("bytes", &self.text().map(str::len)).finish()
    }
}

impl Snapshot {
    /// A file that does not exist.
    pub const fn absent() -> Self {
        Self { text: None }
    }

    /// A file with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: Some(ZeroizingString::from(text.into())) }
    }

    /// Returns the text, or `None` if there was no file.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }
}

/// The way in which a file gets its new text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteMode {
    /// A new file takes the old one's place in one step. The folder must be writable.
    #[default]
    Replace,
    /// The file is overwritten: for a folder that can't be written, and for a file that is a mount of its own. A crash
    /// can leave the text half written; the [`history()`](super::history()) then has the version before.
    InPlace,
}

/// The result of [`write()`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteOutcome {
    /// The file had the text already; nothing was written.
    Unchanged,
    /// The file has the new text.
    Written,
}

/// An error of reading or writing a settings file. Shows nothing of its text.
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteError {
    /// The content of the file is not the one that was read.
    Conflict {
        /// The file.
        file: PathBuf,
    },
    /// Another program holds the lock of the folder.
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// The file is not UTF-8.
    NotUtf8 {
        /// The file.
        file: PathBuf,
        /// The first line with other bytes, counted from 1.
        line: usize,
    },
    /// The operating system refuses a step.
    File(FileError),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict { file } => {
                let file = file.display();
                write!(f, "{file} was changed since it was read; nothing is written, read it again")
            }
            Self::Busy { folder } => {
                let folder = folder.display();
                write!(f, "another program is writing in {folder}; nothing is written, try again")
            }
            Self::NotUtf8 { file, line } => {
                write!(f, "{}:{line}: not UTF-8; save the file in that encoding", file.display())
            }
            Self::File(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for WriteError {}

impl From<FileError> for WriteError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

/// Reads a file, to compare it with its later content in [`write()`].
///
/// # Errors
/// If the file exists but can't be read, or isn't UTF-8. A link to a file that does not exist counts as absent, since [`write()`] creates the file.
pub fn read(path: impl AsRef<Path>) -> Result<Snapshot, WriteError> {
    let path = path.as_ref();
    let Some(mut bytes) = bytes(path)? else { return Ok(Snapshot::absent()) };
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Ok(Snapshot::new(text)),
        Err(error) => {
            let good = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
            let line = good.filter(|byte| **byte == b'\n').count() + 1;
            wipe(error.into_bytes());
            Err(WriteError::NotUtf8 { file: path.to_owned(), line })
        }
    }
}

/// Replaces the text of a file whose content still is `before`.
///
/// The text goes to a new file in the same folder, reaches the disk, and takes the old one's place in one step, so
/// that a crash at any point leaves the old or the new text, whole. The file keeps its mode, and its owner if the
/// process may give files away; on Linux, with the feature `attributes`, it keeps access lists and other extended
/// attributes too. A new file can be read by its owner alone (0600). A symbolic link stays one: the file that it points
/// to is replaced. Hard links come apart. Nothing is written if `text` equals `before`.
///
/// # Errors
/// [`WriteError::Conflict`] if the file was changed since, or the operating system's error. The file is then as it was,
/// except after [`FileError::NotDurable`].
pub fn write(path: impl AsRef<Path>, before: &Snapshot, text: &str) -> Result<WriteOutcome, WriteError> {
    if before.text() == Some(text) {
        return Ok(WriteOutcome::Unchanged);
    }
    Locked::new(path.as_ref(), LOCK_TIMEOUT)?.write(before, text, WriteMode::Replace)?;
    Ok(WriteOutcome::Written)
}

/// A file whose folder is locked against other writers that take the lock.
#[derive(Debug)]
pub(super) struct Locked {
    /// The file as it was named.
    path: PathBuf,
    /// The file that symbolic links lead to.
    target: PathBuf,
    folder: PathBuf,
    /// Released on drop. Writers that don't take the lock are noticed by the file's content.
    lock: Option<File>,
}

impl Locked {
    pub(super) fn new(path: &Path, timeout: Duration) -> Result<Self, WriteError> {
        let target = atomic::followed(path)?;
        let folder = atomic::folder_of(&target).to_owned();
        let lock = lock(&folder, timeout)?;
        if lock.is_some() {
            atomic::remove_leftovers(&target);
        }
        Ok(Self { path: path.to_owned(), target, folder, lock })
    }

    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn place(&self) -> Place {
        if self.lock.is_some() { Place::Locked } else { Place::Shared }
    }

    /// Checks that the content of the file is `before`, and returns whether the file exists.
    pub(super) fn check(&self, before: &Snapshot) -> Result<bool, WriteError> {
        let found = bytes(&self.target)?;
        if found.as_ref().map(|found| found.as_slice()) != before.text().map(str::as_bytes) {
            return Err(self.conflict());
        }
        Ok(found.is_some())
    }

    pub(super) fn write(&self, before: &Snapshot, text: &str, mode: WriteMode) -> Result<(), WriteError> {
        let exists = self.check(before)?;
        if exists && mode == WriteMode::InPlace {
            return Ok(atomic::overwrite(&self.target, text.as_bytes())?);
        }
        let existing = if exists { Some(atomic::writable(&self.target)?) } else { None };
        let temporary = Temporary::create(&self.target, self.place(), false)?;
        temporary.fill(text.as_bytes(), existing.as_ref())?;
        // syncing takes long enough for a writer that takes no lock
        self.check(before)?;
        let placed = match existing {
            Some(_) => temporary.rename_to(&self.target),
            None => temporary.create_as(&self.target),
        };
        match placed {
            Err(FileError::Exists { .. }) => return Err(self.conflict()),
            placed => placed?,
        }
        Ok(atomic::sync_folder(&self.folder)?)
    }

    /// Creates a file that only the owner of the locked file can read (0600), whole or not at all.
    pub(super) fn create_private(&self, path: &Path, text: &str) -> Result<(), WriteError> {
        let temporary = Temporary::create(path, self.place(), false)?;
        temporary.fill(text.as_bytes(), None)?;
        if let Ok(metadata) = fs::metadata(&self.target) {
            atomic::keep_owner(&temporary.file, &metadata);
        }
        temporary.create_as(path)?;
        Ok(atomic::sync_folder(atomic::folder_of(path))?)
    }

    /// Gives a folder to the owner of the locked file, if the process may give it away.
    pub(super) fn give_to_owner(&self, folder: &Path) {
        if let (Ok(folder), Ok(metadata)) = (File::open(folder), fs::metadata(&self.target)) {
            atomic::keep_owner(&folder, &metadata);
        }
    }

    fn conflict(&self) -> WriteError {
        WriteError::Conflict { file: self.path.clone() }
    }
}

/// Reads the bytes of a file, which may hold secrets; `None` if there is no file.
fn bytes(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, FileError> {
    let failed = |error| FileError::io(path, "read")(error);
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Err(failed(io::Error::other("not a regular file"))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    }
    read_bytes(path).map(|bytes| Some(Zeroizing::new(bytes))).map_err(failed)
}

/// Locks a folder against other writers; `None` if the system can't lock folders.
fn lock(folder: &Path, timeout: Duration) -> Result<Option<File>, WriteError> {
    let Ok(file) = File::open(folder) else { return Ok(None) };
    let start = Instant::now();
    loop {
        match try_lock(&file) {
            TryLock::Locked => return Ok(Some(file)),
            TryLock::Unsupported => return Ok(None),
            TryLock::Held if start.elapsed() < timeout => std::thread::sleep(LOCK_INTERVAL),
            TryLock::Held => return Err(WriteError::Busy { folder: folder.to_owned() }),
        }
    }
}

/// The result of an attempt to lock.
enum TryLock {
    Locked,
    Held,
    Unsupported,
}

/// Locks as [`File::try_lock`] does from Rust 1.89 on.
#[cfg(unix)]
fn try_lock(file: &File) -> TryLock {
    use rustix::fs::{FlockOperation, flock};
    use rustix::io::Errno;
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => TryLock::Locked,
        Err(Errno::WOULDBLOCK | Errno::INTR) => TryLock::Held,
        Err(_) => TryLock::Unsupported,
    }
}

#[cfg(not(unix))]
fn try_lock(_: &File) -> TryLock {
    TryLock::Unsupported
}
