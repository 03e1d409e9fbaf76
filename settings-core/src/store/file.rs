//! Replacing a file as a whole.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::resolve::read_bytes;
use crate::value::wipe;

/// How long to wait for another writer in the same folder.
const PATIENCE: Duration = Duration::from_secs(5);

/// Symbolic links that lead to symbolic links are followed this often.
const MAX_LINKS: usize = 40;

/// What a file held when it was read; nothing, where there was none.
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot {
    text: Option<Zeroizing<String>>,
}

impl fmt::Debug for Snapshot {
    /// Leaves the text out: it may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("bytes", &self.text().map(str::len)).finish()
    }
}

impl Snapshot {
    /// A file that does not exist.
    pub const fn absent() -> Self {
        Self { text: None }
    }

    /// A file that holds `text`.
    pub fn of(text: impl Into<String>) -> Self {
        Self { text: Some(Zeroizing::new(text.into())) }
    }

    /// The text; `None` where there was no file.
    pub fn text(&self) -> Option<&str> {
        self.text.as_ref().map(|text| text.as_str())
    }
}

/// Why a file can't be read or written. Shows nothing of its text.
#[derive(Debug)]
pub enum WriteError {
    /// The file holds something else than when it was read.
    Conflict {
        /// The file.
        file: PathBuf,
    },
    /// Another program has been writing in the folder for seconds.
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// The file is no text in UTF-8.
    NotText {
        /// The file.
        file: PathBuf,
        /// The first line that isn't, counted from 1.
        line: usize,
    },
    /// The operating system refuses.
    Io {
        /// The file.
        file: PathBuf,
        /// What was tried: `read`, `open for writing`.
        tried: &'static str,
        /// Why it failed.
        error: io::Error,
    },
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
            Self::NotText { file, line } => {
                write!(f, "{}:{line}: not UTF-8; save the file in that encoding", file.display())
            }
            Self::Io { file, tried, error } => write!(f, "{}: can't {tried}: {error}", file.display()),
        }
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { error, .. } => Some(error),
            _ => None,
        }
    }
}

/// Reads a file, for [`write()`] to compare with later.
///
/// # Errors
/// Where it exists but can't be read, or isn't UTF-8.
pub fn read(path: &Path) -> Result<Snapshot, WriteError> {
    let Some(mut bytes) = bytes(path)? else { return Ok(Snapshot::absent()) };
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Ok(Snapshot::of(text)),
        Err(error) => {
            let good = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
            let line = good.filter(|byte| **byte == b'\n').count() + 1;
            wipe(error.into_bytes());
            Err(WriteError::NotText { file: path.to_owned(), line })
        }
    }
}

/// Replaces the file's text if the file still is as `before` has it; whether anything was written.
///
/// The text goes to a new file in the same folder, reaches the disk, and takes the old one's place in one step, so
/// that a crash at any point leaves the old or the new text, whole. The mode stays, and the owner where the process
/// may give files away; on Linux, with the feature `attributes`, access lists and other extended attributes do too. A
/// new file is readable by its owner alone (0600). A symbolic link stays one: what it points
/// to is replaced. Hard links come apart. Nothing is written where `text` is what `before` holds.
///
/// # Errors
/// [`WriteError::Conflict`] where the file was changed since, and whatever the operating system says. The file is
/// then as it was.
pub fn write(path: &Path, before: &Snapshot, text: &str) -> Result<bool, WriteError> {
    if before.text() == Some(text) {
        return Ok(false);
    }
    Locked::new(path)?.replace(before, text)?;
    Ok(true)
}

/// A file that no other writer that asks for the lock touches meanwhile.
#[derive(Debug)]
pub(super) struct Locked {
    /// The file as it was named.
    path: PathBuf,
    /// Where its name leads in the end.
    target: PathBuf,
    folder: PathBuf,
    /// Released when it is dropped; writers that don't know of it are told apart by what the file holds.
    lock: Option<File>,
}

impl Locked {
    pub(super) fn new(path: &Path) -> Result<Self, WriteError> {
        let target = followed(path)?;
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let folder = folder.to_owned();
        let lock = locked(&folder)?;
        Ok(Self { path: path.to_owned(), target, folder, lock })
    }

    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// Whether other writers that ask for the lock are kept out.
    pub(super) fn is_alone(&self) -> bool {
        self.lock.is_some()
    }

    /// Whether the file still is as `before` has it, and if it is, whether it is there.
    pub(super) fn check(&self, before: &Snapshot) -> Result<bool, WriteError> {
        let found = bytes(&self.target)?;
        if found.as_ref().map(|found| found.as_slice()) != before.text().map(str::as_bytes) {
            return Err(WriteError::Conflict { file: self.path.clone() });
        }
        Ok(found.is_some())
    }

    pub(super) fn replace(&self, before: &Snapshot, text: &str) -> Result<(), WriteError> {
        let existing = if self.check(before)? { Some(writable(&self.target)?) } else { None };
        let temporary = Temporary::create(&self.target, self.is_alone())?;
        temporary.fill(text, existing.as_ref())?;
        // bringing it to the disk takes long enough for a writer who asks for no lock
        self.check(before)?;
        temporary.replace(&self.target, existing.is_none(), &self.path)?;
        sync_folder(&self.folder);
        Ok(())
    }

    /// Makes a file that only the owner of the locked file may read (0600), whole or not at all.
    pub(super) fn create_private(&self, path: &Path, text: &str) -> Result<(), WriteError> {
        let temporary = Temporary::create(path, self.is_alone())?;
        temporary.fill(text, None)?;
        if let Ok(metadata) = fs::metadata(&self.target) {
            keep_owner(&temporary.file, &metadata);
        }
        temporary.replace(path, true, path)?;
        if let Some(folder) = path.parent() {
            sync_folder(folder);
        }
        Ok(())
    }

    /// Gives a folder to the owner of the locked file, where the process may give it away.
    pub(super) fn give_to_owner(&self, folder: &Path) {
        if let (Ok(folder), Ok(metadata)) = (File::open(folder), fs::metadata(&self.target)) {
            keep_owner(&folder, &metadata);
        }
    }
}

/// They may hold secrets.
fn bytes(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, WriteError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Err(io_error(path, "read")(io::Error::other("it is no file"))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error(path, "read")(error)),
    }
    read_bytes(path).map(|bytes| Some(Zeroizing::new(bytes))).map_err(io_error(path, "read"))
}

/// The file, if it may be written: what may not be written may not be replaced either.
fn writable(path: &Path) -> Result<File, WriteError> {
    let failed = |error| io_error(path, "open for writing")(error);
    let file = OpenOptions::new().write(true).open(path).map_err(failed)?;
    // root may write everything, but a file that nobody may write is meant to stay
    if file.metadata().map_err(failed)?.permissions().readonly() {
        return Err(failed(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only")));
    }
    Ok(file)
}

/// Where a symbolic link leads in the end, whether or not anything is there.
pub(super) fn followed(path: &Path) -> Result<PathBuf, WriteError> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_symlink() => {
                let target = fs::read_link(&path).map_err(io_error(&path, "follow the link"))?;
                path = path.parent().unwrap_or(Path::new("")).join(target);
            }
            _ => return Ok(path),
        }
    }
    Err(io_error(&path, "follow the link")(io::Error::other("too many links")))
}

/// The folder, locked against other writers; `None` where the system can't lock folders.
fn locked(folder: &Path) -> Result<Option<File>, WriteError> {
    let Ok(file) = File::open(folder) else { return Ok(None) };
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(TryLockError::WouldBlock) => return Err(WriteError::Busy { folder: folder.to_owned() }),
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
}

/// A file that is not yet, and removed again unless it takes its place.
struct Temporary {
    file: File,
    path: PathBuf,
    is_placed: bool,
}

impl Temporary {
    /// Alone in the folder, a writer may use one name and take away what a crash left there.
    fn create(target: &Path, alone: bool) -> Result<Self, WriteError> {
        let mut name = OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        if alone {
            name.push(".new");
        } else {
            name.push(format!(".{}.new", std::process::id()));
        }
        let path = target.with_file_name(name);
        if alone {
            let _ = fs::remove_file(&path);
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(io_error(&path, "create"))?;
        Ok(Self { file, path, is_placed: false })
    }

    fn fill(&self, text: &str, existing: Option<&File>) -> Result<(), WriteError> {
        let failed = |tried| io_error(&self.path, tried);
        (&self.file).write_all(text.as_bytes()).map_err(failed("write"))?;
        if let Some(existing) = existing {
            let metadata = existing.metadata().map_err(failed("look at the old mode"))?;
            keep_owner(&self.file, &metadata);
            // before the mode, which is the most that an access list allows
            #[cfg(all(feature = "attributes", target_os = "linux"))]
            super::attributes::keep(&self.file, existing).map_err(failed("keep the access list"))?;
            self.file.set_permissions(metadata.permissions()).map_err(failed("set the old mode"))?;
        }
        self.file.sync_all().map_err(failed("bring to the disk"))
    }

    fn replace(mut self, target: &Path, is_new: bool, named: &Path) -> Result<(), WriteError> {
        if is_new {
            // a link never replaces what another program has made meanwhile
            match fs::hard_link(&self.path, target) {
                Ok(()) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    return Err(WriteError::Conflict { file: named.to_owned() });
                }
                Err(_) => {}
            }
        }
        fs::rename(&self.path, target).map_err(|error| match error.kind() {
            // as containers mount single files
            io::ErrorKind::ResourceBusy => {
                let why = "it is a mount of its own, so that no other file can take its place; mount its folder instead";
                io_error(target, "replace")(io::Error::new(error.kind(), why))
            }
            _ => io_error(target, "replace")(error),
        })?;
        self.is_placed = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.is_placed {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Only root can give a file to somebody else; others can at least keep its group.
#[cfg(unix)]
fn keep_owner(file: &File, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    if fchown(file, Some(old.uid()), Some(old.gid())).is_err() {
        let _ = fchown(file, None, Some(old.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) {}

/// Brings the new name to the disk, where the system can.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

pub(super) fn io_error(file: &Path, tried: &'static str) -> impl FnOnce(io::Error) -> WriteError {
    let file = file.to_owned();
    move |error| WriteError::Io { file, tried, error }
}
