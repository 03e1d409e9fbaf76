//! The folders to watch for some paths, and the state of files that shows whether they changed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

/// The number of symbolic links that are followed before they count as a loop.
const MAX_LINKS: usize = 40;

/// The depth, and the number of entries, up to which a folder is searched for changes.
const MAX_DEPTH: usize = 32;
const MAX_ENTRIES: usize = 100_000;

/// The folders that must be watched to notice every change of some paths.
///
/// These are the folders of the files themselves, of symbolic links on the way to them, and of the first missing name.
/// Folders further up are not watched, since everything that happens in them would wake the program; their renames
/// show in the [`Identity`] of the watched folders.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct WatchedPaths {
    /// Folders whose entries matter by name: a file is replaced, a symbolic link gets another target.
    pub(super) folders: BTreeSet<PathBuf>,
    /// Folders that matter with everything below them.
    pub(super) trees: BTreeSet<PathBuf>,
    /// The names that matter, with the numbers of the paths that they matter to.
    names: BTreeMap<OsString, BTreeSet<usize>>,
}

impl WatchedPaths {
    pub(super) fn new(paths: &[PathBuf]) -> Self {
        let mut watched = Self::default();
        for (number, path) in paths.iter().enumerate() {
            watched.add(number, path);
        }
        watched
    }

    /// Follows a path name by name, as the system does, and adds every folder that decides where the path leads.
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
                    self.add_name(&at, &name, number);
                    let Ok(target) = fs::read_link(&next) else { return };
                    let mut target = names_of(&target);
                    target.append(&mut rest);
                    // joining a target that starts at the root replaces `at`
                    rest = target;
                    continue;
                }
                Ok(found) if rest.is_empty() && found.is_dir() => {
                    self.trees.insert(next.clone());
                    self.names.entry(name).or_default().insert(number);
                }
                Ok(_) if rest.is_empty() => self.add_name(&at, &name, number),
                Ok(_) => {}
                Err(_) => return self.add_name(&at, &name, number),
            }
            at = next;
        }
    }

    fn add_name(&mut self, folder: &Path, name: &OsStr, number: usize) {
        self.folders.insert(folder.to_owned());
        self.names.entry(name.to_owned()).or_default().insert(number);
        if let Some(own) = folder.file_name() {
            self.names.entry(own.to_owned()).or_default().insert(number);
        }
    }

    /// Returns the numbers of the paths that an event at `path` concerns, and whether it is in a tree.
    pub(super) fn concerned(&self, path: &Path) -> (impl Iterator<Item = usize>, bool) {
        let numbers = path.file_name().and_then(|name| self.names.get(name));
        let is_below = self.trees.iter().any(|tree| path.starts_with(tree));
        (numbers.into_iter().flatten().copied(), is_below)
    }

    /// Returns the identity of every watched folder.
    pub(super) fn identities(&self) -> BTreeMap<PathBuf, Identity> {
        self.folders.union(&self.trees).map(|folder| (folder.clone(), Identity::new(folder))).collect()
    }
}

/// The folder that a path leads to. It changes when a folder further up is renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity(Option<(u64, u64)>);

impl Identity {
    fn new(folder: &Path) -> Self {
        #[cfg(unix)]
        let id = |found: fs::Metadata| {
            use std::os::unix::fs::MetadataExt as _;
            (found.dev(), found.ino())
        };
        #[cfg(not(unix))]
        let id = |_| (0, 0);
        Self(fs::metadata(folder).ok().map(id))
    }
}

/// Splits a path into its names. The root is a name too, and joining it starts again from the root.
fn names_of(path: &Path) -> VecDeque<OsString> {
    let names = path.components().filter(|component| *component != Component::CurDir);
    names.map(|component| component.as_os_str().to_owned()).collect()
}

/// The facts that differ between two states of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    len: u64,
    modified: Option<SystemTime>,
    /// The device, the inode, and the time of the last change of any sort, if the system has them.
    identity: (u64, u64, i64, i64),
}

impl Stamp {
    fn new(metadata: &fs::Metadata) -> Self {
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

/// The state of all files that some paths name; `None` for missing files.
pub(super) type State = BTreeMap<PathBuf, Option<Stamp>>;

/// Returns the current state, for a folder that of all files below it.
pub(super) fn state(paths: &[PathBuf]) -> State {
    let mut state = State::new();
    for path in paths {
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => walk(path, &mut state),
            Ok(found) => drop(state.insert(path.clone(), Some(Stamp::new(&found)))),
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
                (_, Ok(found)) => drop(state.insert(path, Some(Stamp::new(&found)))),
                (_, Err(_)) => drop(state.insert(path, None)),
            }
        }
    }
}

/// Returns the files that differ between two states.
pub(super) fn changed(before: &State, after: &State) -> BTreeSet<PathBuf> {
    let is_new = |(path, stamp): &(&PathBuf, &Option<Stamp>)| before.get(*path) != Some(*stamp);
    let gone = before.keys().filter(|path| !after.contains_key(*path));
    after.iter().filter(is_new).map(|(path, _)| path).chain(gone).cloned().collect()
}
