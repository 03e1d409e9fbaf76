//! A directory of secrets: one file, one value.

use std::fmt;
use std::path::Path;

use super::candidates::{Candidates, ValuePlace};
use super::diagnostic::{Code, Diagnostic, Place, Severity};
use super::index::{Index, LeafId, ROOT};
use super::layers::Unreadable;
use super::{overrides, variables};
use crate::nearest::nearest;
use crate::value::Wiped;

/// Names in a note: more are only counted.
const NAMED: usize = 5;

/// One file of a secrets directory.
#[derive(Clone)]
pub(super) struct SecretFile {
    name: String,
    path: String,
    /// What it holds, or why that can't be read.
    text: Result<Wiped, String>,
}

impl fmt::Debug for SecretFile {
    /// Leaves the text out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretFile").field("path", &self.path).finish_non_exhaustive()
    }
}

impl SecretFile {
    pub(super) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn place(&self) -> Place {
        Place::SecretFile { path: self.path.clone() }
    }
}

/// The files of a directory in the order of their names; directories and names that start with a dot are passed over.
pub(super) fn read_dir(path: &Path) -> Result<Vec<SecretFile>, Unreadable> {
    let unreadable =
        |error: std::io::Error| Unreadable { name: path.display().to_string(), why: error.to_string() };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.is_empty() || name.starts_with('.') || path.is_dir() {
            continue;
        }
        let text = variables::read_limited(&path);
        files.push(SecretFile { name: name.to_owned(), path: path.display().to_string(), text });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// Puts the files' values on top of weaker layers'.
pub(super) fn read(
    index: &Index,
    files: &[SecretFile],
    candidates: &mut Candidates,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut unclaimed = Vec::new();
    for (number, file) in (0..).zip(files) {
        let diagnostic = |severity, code, message, leaf: Option<LeafId>, help| Diagnostic {
            severity,
            code,
            message,
            setting: leaf.map(|leaf| index.leaf_path(leaf).to_string()),
            place: file.place(),
            related: Vec::new(),
            help,
        };
        match (find(index, &file.name), &file.text) {
            (Ok(leaf), Ok(_)) => candidates.push(leaf, ValuePlace::SecretFile(number)),
            (Ok(leaf), Err(why)) => {
                let message = format!("the secret can't be read: {why}");
                let help = "put a text file of at most 1 MiB there that this user can read".to_owned();
                diagnostics.push(diagnostic(Severity::Error, Code::SecretFile, message, Some(leaf), help));
            }
            (Err(Some(near)), _) => {
                let message = format!("the file `{}` has the name of no setting", file.name);
                let help = format!("did you mean `{near}`?");
                diagnostics.push(diagnostic(Severity::Warning, Code::UnknownSecret, message, None, help));
            }
            (Err(None), _) => unclaimed.push(file),
        }
    }
    if let Some(first) = unclaimed.first() {
        let names: Vec<_> = unclaimed.iter().take(NAMED).map(|file| format!("`{}`", file.name)).collect();
        let more = match unclaimed.len() {
            count if count > NAMED => format!(" and {} more", count - NAMED),
            _ => String::new(),
        };
        let belong = if unclaimed.len() == 1 { "belongs" } else { "belong" };
        let message =
            format!("{}{more} {belong} to no setting of this program and is passed over", names.join(", "));
        diagnostics.push(Diagnostic {
            severity: Severity::Note,
            code: Code::UnclaimedSecrets,
            message: if unclaimed.len() == 1 { message } else { message.replace(" and is ", " and are ") },
            setting: None,
            place: first.place(),
            related: Vec::new(),
            help: "name a file after a setting's variable or path, or move it elsewhere".to_owned(),
        });
    }
}

/// The setting that a file is named after, else the nearest name.
fn find(index: &Index, name: &str) -> Result<LeafId, Option<String>> {
    let prefix = index.env_prefix;
    let rest = match prefix {
        "" => Some(name),
        _ => name
            .get(..prefix.len())
            .filter(|start| start.eq_ignore_ascii_case(prefix))
            .and_then(|_| name.get(prefix.len()..)?.strip_prefix('_')),
    };
    if let Some(leaf) = rest.and_then(|rest| variables::find(index, ROOT, rest)) {
        return Ok(leaf);
    }
    overrides::find(index, name).map_err(|near| {
        let variables: Vec<_> = index.paths().map(|(leaf, _)| index.env_name(leaf)).collect();
        near.or_else(|| nearest(name, variables.iter().map(String::as_str)).map(str::to_owned))
    })
}
