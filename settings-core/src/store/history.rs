//! The last versions of a settings file, stored in a folder next to it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::file::{self, LOCK_TIMEOUT, Locked, Snapshot, WriteError, WriteMode};
use crate::atomic::{self, FileError, Place};
use crate::format::FileFormat;
use crate::value::{ZeroizingString, json};

/// The start of a version's first line, after the sign of a comment. The rest of the line is a JSON object, and the text
/// of the file follows.
const MARK: &str = " settings-history ";

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The number of versions that are kept by default.
pub(super) const DEFAULT_VERSIONS: usize = 10;

/// One version of a settings file. Its text may hold secrets.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Version {
    /// The number, higher for later versions.
    pub number: u64,
    /// The time when the file was written, to the second. For a version that was not written with a
    /// [`Store`](super::Store), the time when the file was last changed.
    pub time: SystemTime,
    /// The name of the writer; `None` if none was given, or if the version was not written with a `Store`.
    pub author: Option<String>,
    /// The reason that the writer gave.
    pub reason: Option<String>,
    /// The number of the version that was restored, if one was.
    pub restored: Option<u64>,
    text: ZeroizingString,
}

impl fmt::Debug for Version {
    /// Omits the text, which may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Version")
            .field("number", &self.number)
            .field("time", &self.time)
            .field("author", &self.author)
            .field("reason", &self.reason)
            .field("restored", &self.restored)
            .finish_non_exhaustive()
    }
}

impl Version {
    /// Creates a version without an author and a reason, for a [`Storage`](super::Storage).
    pub fn new(number: u64, time: SystemTime, text: impl Into<String>) -> Self {
        Self { number, time, author: None, reason: None, restored: None, text: text.into().into() }
    }

    /// Returns the text of the file, which may hold secrets.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// The version that a change added to the history.
#[derive(Debug)]
#[non_exhaustive]
pub enum VersionStatus {
    /// It has this number.
    Added(u64),
    /// The history is turned off.
    Off,
    /// It could not be written.
    Failed(WriteError),
}

/// The facts that a version's first line states.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    pub(super) author: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) restored: Option<u64>,
}

/// Returns the stored versions of the settings file at `path`, the oldest first.
///
/// They are in the folder `.config.json.history` next to the file (next to the file that a symbolic link leads to), one
/// file for each version. Only the owner can read them (0700 and 0600), since they hold the secrets that the settings
/// file held. Other files in the folder are ignored.
///
/// # Errors
/// If the folder exists but can't be read.
pub fn history(path: impl AsRef<Path>) -> Result<Vec<Version>, WriteError> {
    let format = FileFormat::from_path(path.as_ref());
    History::new(&atomic::followed(path.as_ref())?, format).versions()
}

/// Writes a file that does not exist, with its history: the versions of another place, the oldest first.
///
/// # Errors
/// If the file exists, or can't be written.
pub fn import(path: impl AsRef<Path>, versions: &[Version]) -> Result<(), WriteError> {
    let locked = Locked::new(path.as_ref(), LOCK_TIMEOUT)?;
    locked.check(&Snapshot::absent())?;
    let Some(newest) = versions.last() else { return Ok(()) };
    let history = History::new(locked.target(), FileFormat::from_path(path.as_ref()));
    for version in versions {
        let Version { author, reason, .. } = version.clone();
        // the numbers differ from those of the other place
        history.add(&locked, version.text(), version.time, &Entry { author, reason, restored: None })?;
    }
    locked.write(&Snapshot::absent(), newest.text(), WriteMode::default())
}

/// The folder of a file's versions.
#[derive(Debug)]
pub(super) struct History {
    folder: PathBuf,
    format: FileFormat,
}

impl History {
    /// The history of a file that is not a symbolic link.
    pub(super) fn new(target: &Path, format: FileFormat) -> Self {
        let mut name = OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(".history");
        Self { folder: target.with_file_name(name), format }
    }

    pub(super) fn versions(&self) -> Result<Vec<Version>, WriteError> {
        let numbers = self.numbers()?.into_iter();
        // a version that has gone in the meantime was pruned
        let versions = numbers.filter_map(|number| self.version(number).transpose());
        versions.collect()
    }

    pub(super) fn version(&self, number: u64) -> Result<Option<Version>, WriteError> {
        let path = self.path(number);
        if fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
            return Ok(None);
        }
        let found = match file::read(&path) {
            Err(WriteError::NotUtf8 { .. }) => return Ok(None),
            found => found?,
        };
        let Some(text) = found.text() else { return Ok(None) };
        let modified = || fs::metadata(&path).and_then(|found| found.modified()).unwrap_or(UNIX_EPOCH);
        Ok(Some(match parse(text, self.comment()) {
            Some((head, parts)) => Version { number, text: parts.concat().into(), ..head },
            None => Version {
                number,
                time: modified(),
                author: None,
                reason: None,
                restored: None,
                text: text.to_owned().into(),
            },
        }))
    }

    /// Returns the numbers of all versions, the oldest first.
    pub(super) fn numbers(&self) -> Result<Vec<u64>, WriteError> {
        let named = self.named()?.into_iter();
        Ok(named
            .filter(|(_, path)| fs::metadata(path).is_ok_and(|found| found.is_file()))
            .map(|(number, _)| number)
            .collect())
    }

    /// Returns everything in the folder that is named like a version, such as `5.json`, by number.
    fn named(&self) -> Result<BTreeMap<u64, PathBuf>, WriteError> {
        let failed = |error| FileError::io(&self.folder, "read")(error);
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(error) => return Err(failed(error).into()),
        };
        let mut named = BTreeMap::new();
        for entry in entries {
            let entry = entry.map_err(failed)?;
            named.extend(self.version_number(&entry.file_name()).map(|number| (number, entry.path())));
        }
        Ok(named)
    }

    /// Adds the text that is about to be replaced, unless the newest version has it.
    pub(super) fn add_before(&self, locked: &Locked, text: Option<&str>) -> Result<(), WriteError> {
        let Some(text) = text else { return Ok(()) };
        if self.newest()?.is_some_and(|newest| newest.text() == text) {
            return Ok(());
        }
        let time = fs::metadata(locked.target()).and_then(|found| found.modified());
        self.add(locked, text, time.unwrap_or_else(|_| SystemTime::now()), &Entry::default()).map(drop)
    }

    /// Adds the new text, and returns the number of its version.
    pub(super) fn add_now(&self, locked: &Locked, text: &str, entry: &Entry) -> Result<u64, WriteError> {
        self.add(locked, text, SystemTime::now(), entry)
    }

    /// Removes the oldest versions until at most `count` are left, and the folder when it is empty.
    pub(super) fn prune(&self, count: usize) -> Result<(), WriteError> {
        let numbers = self.numbers()?;
        let surplus = numbers.len().saturating_sub(count);
        for number in numbers.into_iter().take(surplus) {
            let path = self.path(number);
            fs::remove_file(&path).map_err(FileError::io(&path, "remove"))?;
        }
        if count == 0 {
            // fails if the folder holds other files, which stay
            let _ = fs::remove_dir(&self.folder);
        }
        Ok(())
    }

    fn newest(&self) -> Result<Option<Version>, WriteError> {
        self.numbers()?.last().map_or(Ok(None), |number| self.version(*number))
    }

    fn add(&self, locked: &Locked, text: &str, time: SystemTime, entry: &Entry) -> Result<u64, WriteError> {
        self.make_folder(locked)?;
        let number = self.named()?.last_key_value().map_or(1, |(newest, _)| newest.saturating_add(1));
        let head = format!("{}{}", self.comment(), head(time, entry));
        let mut whole = ZeroizingString::with_capacity(head.len() + text.len());
        // a byte-order mark is one only at the start of a file
        let (mark, text) =
            text.split_at(if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 });
        [mark, &head, text].into_iter().for_each(|part| whole.push_str(part));
        locked.create_private(&self.path(number), &whole)?;
        Ok(number)
    }

    /// Creates the folder, readable by its owner alone.
    fn make_folder(&self, locked: &Locked) -> Result<(), WriteError> {
        let failed = |error| FileError::io(&self.folder, "create")(error);
        match fs::symlink_metadata(&self.folder) {
            Ok(found) if found.is_dir() => self.remove_leftovers(locked),
            Ok(_) => Err(failed(io::Error::other("its name is taken by something else")).into()),
            Err(_) => {
                let mut builder = fs::DirBuilder::new();
                #[cfg(unix)]
                std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
                builder.create(&self.folder).map_err(failed)?;
                locked.give_to_owner(&self.folder);
                Ok(atomic::sync_folder(locked.folder())?)
            }
        }
    }

    /// Removes temporary files that crashed writers left.
    fn remove_leftovers(&self, locked: &Locked) -> Result<(), WriteError> {
        if locked.place() == Place::Shared {
            return Ok(());
        }
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let is_leftover =
                name.to_str().is_some_and(|name| name.starts_with('.') && name.ends_with(".new"));
            if is_leftover && entry.file_type().is_ok_and(|kind| !kind.is_dir()) {
                fs::remove_file(entry.path()).map_err(FileError::io(&entry.path(), "remove"))?;
            }
        }
        Ok(())
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number}.{}", self.format))
    }

    /// Parses `12.json` as 12. Other spellings, such as `012.json`, are not versions.
    fn version_number(&self, name: &OsStr) -> Option<u64> {
        let (digits, ending) = name.to_str()?.split_once('.')?;
        let number: u64 = digits.parse().ok()?;
        let is_version = number > 0 && number.to_string() == digits && ending == self.format.to_string();
        is_version.then_some(number)
    }

    /// Returns the sign that starts a comment.
    const fn comment(&self) -> &'static str {
        match self.format {
            FileFormat::Json => "//",
            #[cfg(any(feature = "toml", feature = "yaml"))]
            _ => "#",
        }
    }
}

/// Formats a version's first line: a comment, so that the version is a settings file itself.
fn head(time: SystemTime, entry: &Entry) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut head = format!("{MARK}{{\"time\": {seconds}");
    for (name, text) in [("author", &entry.author), ("reason", &entry.reason)] {
        if let Some(text) = text {
            head.push_str(&format!(", \"{name}\": {}", json::escape(text)));
        }
    }
    if let Some(restored) = entry.restored {
        head.push_str(&format!(", \"restored\": {restored}"));
    }
    head.push_str("}\n");
    head
}

/// Parses a version's first line, and returns it with the text before and after it.
fn parse<'t>(text: &'t str, comment: &str) -> Option<(Version, [&'t str; 2])> {
    let (mark, text) = text.split_at(text.find(comment)?);
    if !matches!(mark, "" | "\u{feff}") {
        return None;
    }
    let (head, text) = text.strip_prefix(comment)?.strip_prefix(MARK)?.split_once('\n')?;
    let entries = json::parse_value(head).ok()?.entries()?;
    let get = |name: &str| entries.iter().find(|(key, _)| key.name() == name).map(|(_, value)| *value);
    let seconds = get("time")?.text.parse().ok()?;
    let version = Version {
        number: 0,
        time: UNIX_EPOCH.checked_add(Duration::from_secs(seconds))?,
        author: get("author").and_then(|author| Some(author.string()?.into_owned())),
        reason: get("reason").and_then(|reason| Some(reason.string()?.into_owned())),
        restored: get("restored").and_then(|number| number.text.parse().ok()),
        text: ZeroizingString::default(),
    };
    Some((version, [mark, text]))
}
