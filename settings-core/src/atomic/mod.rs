//! Replacing a file in one step.
//!
//! The new text goes to a temporary file in the same folder, reaches the disk, and takes the old file's name. A crash at
//! any point leaves the old or the new text, whole.

#[cfg(all(feature = "attributes", target_os = "linux"))]
mod attributes;
mod error;
mod temporary;

#[cfg(test)]
mod tests;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

pub use error::FileError;
pub(crate) use temporary::{Place, Temporary, remove_leftovers};

/// The number of symbolic links that are followed before they count as a loop.
const MAX_LINKS: usize = 40;

/// Replaces the content of a file in one step, whatever it holds now, or creates the file.
///
/// The file keeps its mode, and its owner where the process may give files away. A symbolic link stays one: the file it
/// points to is replaced.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("settings-replace-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let path = folder.join("smtp.rst");
/// settings_core::store::replace(&path, b"SMTP\n====\n")?;
/// assert_eq!(std::fs::read(&path)?, b"SMTP\n====\n");
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the operating system refuses a step. The file is then as it was, except after
/// [`FileError::NotDurable`].
pub fn replace(path: impl AsRef<Path>, bytes: &[u8]) -> Result<(), FileError> {
    let target = followed(path.as_ref())?;
    let existing = if fs::exists(&target).unwrap_or(true) { Some(writable(&target)?) } else { None };
    let temporary = Temporary::create(&target, Place::Shared, existing.is_none())?;
    temporary.fill(bytes, existing.as_ref())?;
    temporary.rename_to(&target)?;
    sync_folder(folder_of(&target))
}

/// Overwrites a file in place, for a file whose folder can't be written or that is a mount of its own.
///
/// A crash can leave a part of the new text. The old text is cut off last, so that it never is shorter than both.
pub(crate) fn overwrite(target: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let failed = |tried| FileError::io(target, tried);
    let mut file = writable(target)?;
    file.write_all(bytes).map_err(failed("write"))?;
    file.set_len(bytes.len() as u64).map_err(failed("write"))?;
    file.sync_all().map_err(failed("bring to the disk"))
}

/// Opens a file for writing. A file that can't be written may not be replaced either.
pub(crate) fn writable(path: &Path) -> Result<File, FileError> {
    let failed = |error| FileError::io(path, "open for writing")(error);
    let file = OpenOptions::new().write(true).open(path).map_err(failed)?;
    // root can write every file, but a read-only file is meant to stay
    if file.metadata().map_err(failed)?.permissions().readonly() {
        return Err(failed(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only")));
    }
    Ok(file)
}

/// Follows symbolic links to the file that they lead to, whether or not it exists.
pub(crate) fn followed(path: &Path) -> Result<PathBuf, FileError> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_symlink() => {
                let target = fs::read_link(&path).map_err(FileError::io(&path, "follow the link"))?;
                path = path.parent().unwrap_or(Path::new("")).join(target);
            }
            _ => return Ok(path),
        }
    }
    Err(FileError::io(&path, "follow the link")(io::Error::other("too many links")))
}

/// The folder of a file.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Brings a folder's names to the disk.
///
/// # Errors
/// If the disk refuses. Systems and file systems that can't do this for a folder are no error.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), FileError> {
    let Ok(opened) = File::open(folder) else { return Ok(()) };
    match opened.sync_all() {
        Err(error) if !is_unsupported(&error) => {
            Err(FileError::NotDurable { folder: folder.to_owned(), error })
        }
        _ => Ok(()),
    }
}

fn is_unsupported(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    matches!(error.kind(), InvalidInput | PermissionDenied | Unsupported)
}

/// Gives a file the owner of another. Only root can give files away; others can at least set the group.
#[cfg(unix)]
pub(crate) fn keep_owner(file: &File, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    if fchown(file, Some(old.uid()), Some(old.gid())).is_err() {
        let _ = fchown(file, None, Some(old.gid()));
    }
}

#[cfg(not(unix))]
pub(crate) fn keep_owner(_: &File, _: &fs::Metadata) {}
