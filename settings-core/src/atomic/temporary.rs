//! The file that takes another's place.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{FileError, folder_of, keep_owner};

/// The end of a temporary file's name.
const ENDING: &str = ".new";

/// The number of names that are tried before a writer gives up.
const MAX_ATTEMPTS: u32 = 100;

/// The presence of other writers in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The writer holds the folder's lock: it can use one name, and remove what a crash left there.
    Locked,
    /// Others may write at the same time: the name holds the number of the process.
    Shared,
}

/// A temporary file, removed on drop unless it took its place.
#[derive(Debug)]
pub(crate) struct Temporary {
    pub(crate) file: File,
    path: PathBuf,
    is_placed: bool,
}

impl Temporary {
    /// Creates the file: private (0600) for what holds secrets, else with the system's usual mode.
    pub(crate) fn create(target: &Path, place: Place, is_public: bool) -> Result<Self, FileError> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if !is_public {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let mut attempt = 0;
        loop {
            let path = temporary_path(target, place, attempt);
            if place == Place::Locked {
                let _ = fs::remove_file(&path);
            }
            match options.open(&path) {
                Ok(file) => return Ok(Self { file, path, is_placed: false }),
                // a thread of this process, or a crashed process of the same number
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < MAX_ATTEMPTS => {
                    attempt += 1;
                }
                Err(error) => return Err(not_created(target, &path, error)),
            }
        }
    }

    /// Writes the text, takes over the mode, owner and attributes of `existing`, and brings all to the disk.
    pub(crate) fn fill(&self, bytes: &[u8], existing: Option<&File>) -> Result<(), FileError> {
        let failed = |tried| FileError::io(&self.path, tried);
        (&self.file).write_all(bytes).map_err(failed("write"))?;
        if let Some(existing) = existing {
            let metadata = existing.metadata().map_err(failed("read the old mode"))?;
            keep_owner(&self.file, &metadata);
            // before the mode, which limits what an access list allows
            #[cfg(all(feature = "attributes", target_os = "linux"))]
            super::attributes::keep(&self.file, existing).map_err(failed("keep the access list"))?;
            self.file.set_permissions(metadata.permissions()).map_err(failed("set the old mode"))?;
        }
        self.file.sync_all().map_err(failed("bring to the disk"))
    }

    /// Takes a name that no file has.
    pub(crate) fn create_as(self, target: &Path) -> Result<(), FileError> {
        // unlike a rename, a link never replaces a file that another program created in the meantime
        match fs::hard_link(&self.path, target) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(FileError::Exists { file: target.to_owned() })
            }
            Err(_) => self.rename_to(target),
        }
    }

    /// Takes the place of a file.
    pub(crate) fn rename_to(mut self, target: &Path) -> Result<(), FileError> {
        fs::rename(&self.path, target).map_err(|error| match error.kind() {
            io::ErrorKind::ResourceBusy => FileError::Mounted { file: target.to_owned() },
            _ => FileError::io(target, "replace")(error),
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

/// Removes temporary files that crashed writers of `target` left. The caller must hold the folder's lock.
pub(crate) fn remove_leftovers(target: &Path) {
    let prefix = prefix(target);
    for entry in fs::read_dir(folder_of(target)).into_iter().flatten().flatten() {
        if is_leftover(&entry.file_name(), &prefix) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn temporary_path(target: &Path, place: Place, attempt: u32) -> PathBuf {
    let mut name = prefix(target);
    if place == Place::Shared {
        name.push(format!(".{}-{attempt}", std::process::id()));
    }
    name.push(ENDING);
    target.with_file_name(name)
}

fn not_created(target: &Path, path: &Path, error: io::Error) -> FileError {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            FileError::Folder { file: target.to_owned(), folder: folder_of(target).to_owned(), error }
        }
        _ => FileError::io(path, "create")(error),
    }
}

/// `.config.json` for `config.json`.
fn prefix(target: &Path) -> OsString {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name
}

/// Returns whether a name is the prefix, optionally the number of a process and of an attempt, and the ending.
fn is_leftover(name: &OsStr, prefix: &OsStr) -> bool {
    let rest = name.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes());
    rest.and_then(|rest| rest.strip_suffix(ENDING.as_bytes())).is_some_and(|middle| match middle {
        [] => true,
        [b'.', number @ ..] => number.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-'),
        _ => false,
    })
}
