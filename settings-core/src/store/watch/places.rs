//! Where news of a file come from, and how to tell by oneself that it was changed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

/// Symbolic links that lead to symbolic links are followed this often.
const MAX_LINKS: usize = 40;

/// How deep and how far a folder is walked to tell what changed in it.
const MAX_DEPTH: usize = 32;
const MAX_ENTRIES: usize = 100_000;

/// What must be watched to hear of every change of some paths.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    /// Folders whose entries matter by name: a file is replaced, a link on the way to it is turned elsewhere.
    pub(super) folders: BTreeSet<PathBuf>,
    /// Folders that matter with all that is below them.
    pub(super) trees: BTreeSet<PathBuf>,
    /// The names that matter, with the numbers of the paths that they matter to.
    names: BTreeMap<OsString, BTreeSet<usize>>,
    /// The folders further up on the way, each of which may be renamed.
    ways: BTreeSet<PathBuf>,
}

/// Whether a folder's own entries alone can be watched at little cost: elsewhere a watch of the root brings all that
/// happens on the disk, or opens each file.
const WATCHES_WAYS: bool = cfg!(any(target_os = "linux", target_os = "android"));

impl Places {
    pub(super) fn of(paths: &[PathBuf]) -> Self {
        let mut places = Self::default();
        for (number, path) in paths.iter().enumerate() {
            places.add(number, path);
        }
        places
    }

    /// Follows a path name by name, as the system does, and notes every folder where its way could change.
    fn add(&mut self, number: usize, path: &Path) {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let mut rest = names_of(&path);
        let mut at = PathBuf::new();
        let mut links = 0;
        while let Some(name) = rest.pop_front() {
            if name == ".." {
                at.pop();
                continue;
            }
            let next = at.join(&name);
            match fs::symlink_metadata(&next) {
                Ok(found) if found.is_symlink() && links < MAX_LINKS => {
                    links += 1;
                    self.note(&at, &name, number);
                    let Ok(target) = fs::read_link(&next) else { return };
                    let mut target = names_of(&target);
                    target.append(&mut rest);
                    // a target that starts at the root replaces what `at` has, as joining does
                    rest = target;
                    continue;
                }
                Ok(found) if rest.is_empty() && found.is_dir() => {
                    self.trees.insert(next.clone());
                    self.names.entry(name).or_default().insert(number);
                }
                Ok(_) if rest.is_empty() => self.note(&at, &name, number),
                Ok(_) if WATCHES_WAYS && !at.as_os_str().is_empty() => {
                    self.folders.insert(at);
                    self.ways.insert(next.clone());
                }
                Ok(_) => {}
                Err(_) => return self.note(&at, &name, number),
            }
            at = next;
        }
    }

    fn note(&mut self, folder: &Path, name: &OsStr, number: usize) {
        self.folders.insert(folder.to_owned());
        self.names.entry(name.to_owned()).or_default().insert(number);
        if let Some(own) = folder.file_name() {
            self.names.entry(own.to_owned()).or_default().insert(number);
        }
    }

    /// Whether `path` is a folder on the way to others.
    pub(super) fn is_way(&self, path: &Path) -> bool {
        self.ways.contains(path)
    }

    /// What news of `path` are news of: the numbers of paths, and whether it lies in a folder that matters as a whole.
    pub(super) fn concerned(&self, path: &Path) -> (impl Iterator<Item = usize>, bool) {
        let numbers = path.file_name().and_then(|name| self.names.get(name));
        let is_below = self.trees.iter().any(|tree| path.starts_with(tree));
        (numbers.into_iter().flatten().copied(), is_below)
    }
}

/// A path's names from the root; a root is a name of its own, which joining starts anew from.
fn names_of(path: &Path) -> VecDeque<OsString> {
    let names = path.components().filter(|component| *component != Component::CurDir);
    names.map(|component| component.as_os_str().to_owned()).collect()
}

/// What tells one state of a file from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    len: u64,
    modified: Option<SystemTime>,
    /// Device, file, and the time of the last change of any sort, where the system has them.
    identity: (u64, u64, i64, i64),
}

impl Stamp {
    fn of(metadata: &fs::Metadata) -> Self {
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt as _;
            (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
        };
        #[cfg(not(unix))]
        let identity = (0, 0, 0, 0);
        Self { len: metadata.len(), modified: metadata.modified().ok(), identity }
    }
}

/// The state of all files that some paths name; `None` of what isn't there.
pub(super) type State = BTreeMap<PathBuf, Option<Stamp>>;

/// The state as it is now: of a folder, all files below it.
pub(super) fn state(paths: &[PathBuf]) -> State {
    let mut state = State::new();
    for path in paths {
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => walk(path, &mut state),
            Ok(found) => drop(state.insert(path.clone(), Some(Stamp::of(&found)))),
            Err(_) => drop(state.insert(path.clone(), None)),
        }
    }
    state
}

fn walk(folder: &Path, state: &mut State) {
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            if state.len() >= MAX_ENTRIES {
                return;
            }
            let path = entry.path();
            match (entry.file_type(), fs::metadata(&path)) {
                // a link to a folder is not followed: it may lead back
                (Ok(kind), Ok(found)) if found.is_dir() => {
                    if kind.is_dir() && depth < MAX_DEPTH {
                        open.push((path, depth + 1));
                    }
                }
                (_, Ok(found)) => drop(state.insert(path, Some(Stamp::of(&found)))),
                (_, Err(_)) => drop(state.insert(path, None)),
            }
        }
    }
}

/// The files that are not the same in both.
pub(super) fn changed(before: &State, after: &State) -> BTreeSet<PathBuf> {
    let is_new = |(path, stamp): &(&PathBuf, &Option<Stamp>)| before.get(*path) != Some(*stamp);
    let gone = before.keys().filter(|path| !after.contains_key(*path));
    after.iter().filter(is_new).map(|(path, _)| path).chain(gone).cloned().collect()
}
