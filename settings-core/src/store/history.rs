//! The last versions of a settings file, kept beside it.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use super::file::{self, Locked, WriteError};
use crate::value::json;

/// What a version's first line starts with; the rest of the line is a JSON object, and the file's text follows.
const MARK: &str = "// settings-history ";

const BYTE_ORDER: char = '\u{feff}';

/// How many versions are kept unless told otherwise.
pub(super) const USUAL: usize = 10;

/// One version of a settings file. Its text may hold secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number; the later, the higher.
    pub number: u64,
    /// When it was written, to the second. Of a version that was written otherwise than with a
    /// [`Store`](super::Store), when its file was changed last.
    pub time: SystemTime,
    /// Who wrote it; `None` of a version that was written otherwise, or by nobody who gave a name.
    pub author: Option<String>,
    /// Which version it took back, if it did.
    pub restored: Option<u64>,
    text: Zeroizing<String>,
}

impl fmt::Debug for Version {
    /// Leaves the text out: it may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Version")
            .field("number", &self.number)
            .field("time", &self.time)
            .field("author", &self.author)
            .field("restored", &self.restored)
            .finish_non_exhaustive()
    }
}

impl Version {
    /// The file's text. It may hold secrets.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// What became of a version that was to be kept.
#[derive(Debug)]
pub enum Kept {
    /// It is kept under this number.
    Version(u64),
    /// No versions are kept.
    Off,
    /// It could not be kept.
    Failed(WriteError),
}

/// Who writes a version.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    pub(super) author: Option<String>,
    pub(super) restored: Option<u64>,
}

/// The versions of the settings file at `path` that are kept, the oldest first.
///
/// They stand beside the file (beside what a symbolic link leads to in the end) in a folder of their own,
/// `.config.json.history`, one file a version, for their owner alone (0700 and 0600): they hold what the settings file
/// held, secrets included. A file that is no version is passed over.
///
/// # Errors
/// Where the folder is there but can't be read.
pub fn history(path: &Path) -> Result<Vec<Version>, WriteError> {
    History::of(&file::followed(path)?).versions()
}

/// The folder of a file's versions.
#[derive(Debug)]
pub(super) struct History {
    folder: PathBuf,
}

impl History {
    /// Of a file that is no symbolic link.
    pub(super) fn of(target: &Path) -> Self {
        let mut name = OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(".history");
        Self { folder: target.with_file_name(name) }
    }

    pub(super) fn versions(&self) -> Result<Vec<Version>, WriteError> {
        let numbers = self.numbers()?.into_iter();
        // one that is gone meanwhile was pruned
        let versions = numbers.filter_map(|number| self.version(number).transpose());
        versions.collect()
    }

    pub(super) fn version(&self, number: u64) -> Result<Option<Version>, WriteError> {
        let path = self.path(number);
        let found = match file::read(&path) {
            Err(WriteError::NotText { .. }) => return Ok(None),
            found => found?,
        };
        let Some(text) = found.text().map(str::to_owned) else { return Ok(None) };
        let text = Zeroizing::new(text);
        let modified = || fs::metadata(&path).and_then(|found| found.modified()).unwrap_or(UNIX_EPOCH);
        Ok(Some(match parse(&text) {
            Some(parsed) => {
                let (head, parts) = parsed;
                Version { number, text: Zeroizing::new(parts.concat()), ..head }
            }
            None => Version { number, time: modified(), author: None, restored: None, text },
        }))
    }

    /// The numbers of all versions, the oldest first.
    pub(super) fn numbers(&self) -> Result<Vec<u64>, WriteError> {
        let failed = |error| file::io_error(&self.folder, "read")(error);
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut numbers = Vec::new();
        for entry in entries {
            numbers.extend(number_of(&entry.map_err(failed)?.file_name()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Keeps what the file holds before it is replaced, if it was written otherwise than the newest version was.
    pub(super) fn keep_before(&self, locked: &Locked, text: Option<&str>) -> Result<(), WriteError> {
        let Some(text) = text else { return Ok(()) };
        if self.newest()?.is_some_and(|newest| newest.text() == text) {
            return Ok(());
        }
        let time = fs::metadata(locked.target()).and_then(|found| found.modified());
        self.add(locked, text, time.unwrap_or_else(|_| SystemTime::now()), &Entry::default()).map(drop)
    }

    /// Keeps what the file holds now; its number.
    pub(super) fn keep_now(&self, locked: &Locked, text: &str, entry: &Entry) -> Result<u64, WriteError> {
        self.add(locked, text, SystemTime::now(), entry)
    }

    /// Removes the oldest versions until no more than `count` are left, and the folder with the last.
    pub(super) fn prune(&self, count: usize) -> Result<(), WriteError> {
        let numbers = self.numbers()?;
        let surplus = numbers.len().saturating_sub(count);
        for number in numbers.into_iter().take(surplus) {
            let path = self.path(number);
            fs::remove_file(&path).map_err(file::io_error(&path, "remove"))?;
        }
        if count == 0 {
            // what else is in it stays
            let _ = fs::remove_dir(&self.folder);
        }
        Ok(())
    }

    fn newest(&self) -> Result<Option<Version>, WriteError> {
        self.numbers()?.last().map_or(Ok(None), |number| self.version(*number))
    }

    fn add(&self, locked: &Locked, text: &str, time: SystemTime, entry: &Entry) -> Result<u64, WriteError> {
        self.make_folder(locked)?;
        let number = self.numbers()?.last().map_or(1, |newest| newest.saturating_add(1));
        let head = head(time, entry);
        // room for all of it at once, so that no part of it is left behind in memory
        let mut whole = Zeroizing::new(String::with_capacity(head.len() + text.len()));
        // a byte-order mark is one at the start of a file alone
        let (mark, text) =
            text.split_at(if text.starts_with(BYTE_ORDER) { BYTE_ORDER.len_utf8() } else { 0 });
        [mark, &head, text].into_iter().for_each(|part| whole.push_str(part));
        locked.create_private(&self.path(number), &whole)?;
        Ok(number)
    }

    /// The folder, its owner's alone; what is no folder is left alone.
    fn make_folder(&self, locked: &Locked) -> Result<(), WriteError> {
        let failed = |error| file::io_error(&self.folder, "create")(error);
        match fs::symlink_metadata(&self.folder) {
            Ok(found) if found.is_dir() => self.clear(locked),
            Ok(_) => Err(failed(io::Error::other("something else has its name"))),
            Err(_) => {
                let mut builder = fs::DirBuilder::new();
                #[cfg(unix)]
                std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
                builder.create(&self.folder).map_err(failed)?;
                locked.give_to_owner(&self.folder);
                Ok(())
            }
        }
    }

    /// Takes away what a crash has left half done.
    fn clear(&self, locked: &Locked) -> Result<(), WriteError> {
        if !locked.is_alone() {
            return Ok(());
        }
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if name.to_str().is_some_and(|name| name.starts_with('.') && name.ends_with(".new")) {
                fs::remove_file(entry.path()).map_err(file::io_error(&entry.path(), "remove"))?;
            }
        }
        Ok(())
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number}.json"))
    }
}

/// `12` of `12.json`; names that would be written otherwise are no versions'.
fn number_of(name: &OsStr) -> Option<u64> {
    let digits = name.to_str()?.strip_suffix(".json")?;
    let number: u64 = digits.parse().ok()?;
    (number > 0 && number.to_string() == digits).then_some(number)
}

/// A version's first line: a comment, so that the file is a settings file itself.
fn head(time: SystemTime, entry: &Entry) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut head = format!("{MARK}{{\"time\": {seconds}");
    if let Some(author) = &entry.author {
        head.push_str(&format!(", \"author\": {}", json::escape(author)));
    }
    if let Some(restored) = entry.restored {
        head.push_str(&format!(", \"restored\": {restored}"));
    }
    head.push_str("}\n");
    head
}

/// What the first line says, and the text around it; `None` where it is no version's.
fn parse(text: &str) -> Option<(Version, [&str; 2])> {
    let (mark, text) = text.split_at(text.find(MARK)?);
    if !matches!(mark, "" | "\u{feff}") {
        return None;
    }
    let (head, text) = text.strip_prefix(MARK)?.split_once('\n')?;
    let entries = json::parse_value(head).ok()?.entries()?;
    let get = |name: &str| entries.iter().find(|(key, _)| key.name() == name).map(|(_, value)| *value);
    let seconds = get("time")?.text.parse().ok()?;
    let version = Version {
        number: 0,
        time: UNIX_EPOCH.checked_add(Duration::from_secs(seconds))?,
        author: get("author").and_then(|author| Some(author.string()?.into_owned())),
        restored: get("restored").and_then(|number| number.text.parse().ok()),
        text: Zeroizing::default(),
    };
    Some((version, [mark, text]))
}
