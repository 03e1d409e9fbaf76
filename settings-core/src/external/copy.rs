//! The copy of a document on disk: the last one with which settings were valid.
//!
//! The first line is a checksum of all that follows, the second one an object with the document's facts, and the rest the
//! text as it was fetched.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::Document;
use crate::atomic::{FileError, Place, Temporary, folder_of, sync_folder};
use crate::resolve::read_bytes;
use crate::value::ZeroizingString;
use crate::value::json::{Object, Tree};

/// A copy that was read.
#[derive(Debug)]
pub(super) struct Copy {
    pub(super) document: Document,
    /// The time at which the document was last known to be valid.
    pub(super) time: SystemTime,
}

/// Writes the copy of a document in one step, to a file that only its owner can read (0600).
pub(super) fn write(path: &Path, name: &str, document: &Document, time: SystemTime) -> Result<(), FileError> {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let facts = Object::from([
        ("source", name.into()),
        ("origin", document.origin.as_str().into()),
        ("version", document.version.as_str().into()),
        ("format", document.format.to_string().into()),
        ("time", seconds.into()),
    ]);
    let mut body = ZeroizingString::from(format!("{}\n", Tree::from(facts)));
    body.push_str(&document.text);
    let mut text = ZeroizingString::with_capacity(body.len() + 9);
    text.push_str(&format!("{:08x}\n", crc32fast::hash(body.as_bytes())));
    text.push_str(&body);
    let temporary = Temporary::create(path, Place::Shared, false)?;
    temporary.fill(text.as_bytes(), None)?;
    temporary.rename_to(path)?;
    sync_folder(folder_of(path))
}

/// Reads the copy of a document of this source.
///
/// # Errors
/// Returns the reason why there is no usable copy, for people.
pub(super) fn read(path: &Path, name: &str) -> Result<Copy, String> {
    private(path)?;
    let bytes = read_bytes(path).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map(ZeroizingString::from).map_err(|error| {
        crate::value::wipe(error.into_bytes());
        "it is damaged".to_owned()
    })?;
    let damaged = || "it is damaged".to_owned();
    let (sum, body) = text.split_once('\n').ok_or_else(damaged)?;
    if sum != format!("{:08x}", crc32fast::hash(body.as_bytes())) {
        return Err(damaged());
    }
    let (facts, text) = body.split_once('\n').ok_or_else(damaged)?;
    let facts = Tree::parse(facts).map_err(|_| damaged())?;
    let fact = |key: &str| facts.as_object()?.get(key)?.as_str().map(str::to_owned);
    let seconds = match facts.as_object().and_then(|facts| facts.get("time")) {
        Some(Tree::Number(number)) => number.as_str().parse().map_err(|_| damaged())?,
        _ => return Err(damaged()),
    };
    let (Some(source), Some(origin), Some(version), Some(format)) =
        (fact("source"), fact("origin"), fact("version"), fact("format"))
    else {
        return Err(damaged());
    };
    if source != name {
        return Err(format!("it is a copy of {source}"));
    }
    let format = format.parse().map_err(|error| format!("{error}"))?;
    let document = Document { origin, version, format, text: text.to_owned().into() };
    let time = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).ok_or_else(damaged)?;
    Ok(Copy { document, time })
}

/// Refuses a copy that others could have written.
#[cfg(unix)]
fn private(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = fs::metadata(path).map_err(|error| error.to_string())?;
    if metadata.permissions().mode() & 0o022 != 0 {
        return Err("others can write it; `chmod 600` it after a look".to_owned());
    }
    Ok(())
}

#[cfg(not(unix))]
fn private(path: &Path) -> Result<(), String> {
    fs::metadata(path).map(drop).map_err(|error| error.to_string())
}
