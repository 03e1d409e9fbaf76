//! A directory of secrets: one file, one value.

use std::fmt;
use std::path::Path;

use super::reading::{Unreadable, read_limited};
use crate::resolve::report::Place;
use crate::value::ZeroizingString;

/// One file of a secrets directory.
#[derive(Clone)]
pub(crate) struct SecretFile {
    pub(crate) name: String,
    pub(crate) path: String,
    /// What it holds, or why that can't be read.
    pub(crate) text: Result<ZeroizingString, String>,
}

impl fmt::Debug for SecretFile {
    /// Leaves the text out.
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

/// The files of a directory in the order of their names; directories and names that start with a dot are passed over.
pub(crate) fn read_dir(path: &Path) -> Result<Vec<SecretFile>, Unreadable> {
    let unreadable =
        |error: std::io::Error| Unreadable { name: path.display().to_string(), why: error.to_string() };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.is_empty() || name.starts_with('.') || path.is_dir() {
            continue;
        }
        let text = read_limited(&path);
        files.push(SecretFile { name: name.to_owned(), path: path.display().to_string(), text });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}
