//! A directory of secrets: one file, one value.

use std::fmt;
use std::path::{Path, PathBuf};

use super::reading::{Unreadable, read_value};
use crate::resolve::report::Place;
use crate::value::ZeroizingString;

/// The depth to which folders in a secrets directory are read, as deep as settings nest.
const MAX_DEPTH: usize = 8;

/// The number of folders in a secrets directory that are read.
const MAX_FOLDERS: usize = 1_000;

/// One file of a secrets directory.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SecretFile {
    /// The name in the secrets directory; of a file in a folder of it, with slashes.
    pub(crate) name: String,
    pub(crate) path: String,
    /// The secrets directory.
    folder: PathBuf,
    /// The text, or the reason why it cannot be read.
    pub(crate) text: Result<ZeroizingString, String>,
}

impl fmt::Debug for SecretFile {
    /// Omits the text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretFile").field("path", &self.path).finish_non_exhaustive()
    }
}

impl SecretFile {
    pub(crate) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn place(&self) -> Place {
        Place::SecretFile { path: self.path.clone() }
    }
}

/// Reads the files of a directory and of the folders in it, sorted by name, and returns them with all folders. Names that
/// start with a dot are skipped.
pub(crate) fn read_dir(folder: &Path) -> Result<(Vec<SecretFile>, Vec<PathBuf>), Unreadable> {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    let mut open = vec![(folder.to_owned(), String::new(), 0)];
    while let Some((at, before, depth)) = open.pop() {
        folders.push(at.clone());
        let mut is_empty = true;
        for entry in std::fs::read_dir(&at).map_err(Unreadable::from_io(&at))? {
            is_empty = false;
            let path = entry.map_err(Unreadable::from_io(&at))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.is_empty() || name.starts_with('.') {
                continue;
            }
            let name = format!("{before}{name}");
            if path.is_dir() {
                // a link can lead back to its own folder
                if depth < MAX_DEPTH && folders.len() + open.len() < MAX_FOLDERS {
                    open.push((path, name + "/", depth + 1));
                }
                continue;
            }
            let text = read_regular(&path);
            files.push(SecretFile {
                name,
                path: path.display().to_string(),
                folder: folder.to_owned(),
                text,
            });
        }
        if is_empty && depth > 0 {
            // container engines make a folder in place of a mounted file that is missing
            files.push(SecretFile {
                name: before.trim_end_matches('/').to_owned(),
                path: at.display().to_string(),
                folder: folder.to_owned(),
                text: Err("an empty folder, not a file".to_owned()),
            });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((files, folders))
}

/// Reads a value, but not from a pipe: it would block if nothing writes to it.
fn read_regular(path: &Path) -> Result<ZeroizingString, String> {
    match std::fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => Err("not a regular file".to_owned()),
        _ => read_value(path),
    }
}
