//! A directory of secrets: one file, one value.

use std::fmt;
use std::path::Path;

use super::reading::{Unreadable, read_value};
use crate::resolve::report::Place;
use crate::value::ZeroizingString;

/// One file of a secrets directory.
#[derive(Clone)]
pub(crate) struct SecretFile {
    pub(crate) name: String,
    pub(crate) path: String,
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

    pub(crate) fn folder(&self) -> Option<&Path> {
        Path::new(&self.path).parent()
    }

    pub(crate) fn place(&self) -> Place {
        Place::SecretFile { path: self.path.clone() }
    }
}

/// Reads the files of a directory, sorted by name. Directories and names that start with a dot are skipped.
pub(crate) fn read_dir(folder: &Path) -> Result<Vec<SecretFile>, Unreadable> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Unreadable::from_io(folder))? {
        let path = entry.map_err(Unreadable::from_io(folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.is_empty() || name.starts_with('.') || path.is_dir() {
            continue;
        }
        let text = read_regular(&path);
        files.push(SecretFile { name: name.to_owned(), path: path.display().to_string(), text });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// Reads a value, but not from a pipe: it would block if nothing writes to it.
fn read_regular(path: &Path) -> Result<ZeroizingString, String> {
    match std::fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => Err("not a regular file".to_owned()),
        _ => read_value(path),
    }
}
