//! A debounced watcher of files, folders, and missing files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::events::{Depth, Events, Waker, Woken};
use super::paths::{Identity, State, WatchedPaths, changed, state};

/// The delays between a change of a file and its report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Debounce {
    /// The time without further changes after which a change is reported.
    pub quiet: Duration,
    /// The longest delay, for files that change all the time.
    pub max_delay: Duration,
    /// The interval at which the files are read, for file systems without events, such as network shares. `None` reads
    /// them once a second, but only if the system has no events.
    pub poll: Option<Duration>,
}

impl Default for Debounce {
    /// A tenth of a second, at most two seconds, without polling.
    fn default() -> Self {
        Self { quiet: Duration::from_millis(100), max_delay: Duration::from_secs(2), poll: None }
    }
}

/// The polling interval if the system has no events.
const FALLBACK: Duration = Duration::from_secs(1);

/// The wait for an event alone.
const FOREVER: Duration = Duration::from_secs(24 * 3600);

/// The interval at which the watched folders' identities are compared. Renames of folders further up have no events.
const FOLDER_CHECK: Duration = Duration::from_secs(2);

/// Reports changes of files: written in place, replaced by a rename, removed, created, or reached through a symbolic
/// link with a new target, anywhere on the way to them.
///
/// Watching stops on drop, which waits for a running call of the callback (unless the callback itself drops the
/// watcher).
///
/// ```
/// use std::sync::mpsc;
/// use std::time::Duration;
///
/// use settings_core::store::watch::{FileWatcher, Debounce};
///
/// # let folder = std::env::temp_dir().join(format!("settings-watch-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let path = folder.join("config.json");
/// let (sender, changes) = mpsc::channel();
/// let watcher = FileWatcher::start([path.clone()], Debounce::default(), move |changed| {
///     let _ = sender.send(changed.to_vec());
/// })?;
/// std::fs::write(&path, "{}")?;
/// assert_eq!(changes.recv_timeout(Duration::from_secs(10))?, [path]);
/// # drop(watcher);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct FileWatcher {
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for FileWatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileWatcher").finish_non_exhaustive()
    }
}

impl FileWatcher {
    /// Watches `paths`, and calls `changed` on a thread of its own with those that were changed.
    ///
    /// A folder is watched with all files below it, and the changed files are named; a missing file is watched for its
    /// creation. Every change after `start` has returned is reported, once the files have been left alone. A path can be
    /// named although its text is the same as before.
    ///
    /// # Errors
    /// If no thread can be started. If the system has no events, the watcher polls the files.
    pub fn start(
        paths: impl IntoIterator<Item = PathBuf>,
        debounce: Debounce,
        mut changed: impl FnMut(&[PathBuf]) + Send + 'static,
    ) -> io::Result<Self> {
        let changed = move |paths: &[PathBuf]| {
            changed(paths);
            None
        };
        Self::spawn(Worker::new(Events::new()?, paths.into_iter().collect(), debounce, changed))
    }

    /// Watches the paths that `changed` returns, and calls it for the first time as soon as they are quiet.
    pub(super) fn following(
        paths: Vec<PathBuf>,
        debounce: Debounce,
        changed: impl FnMut(&[PathBuf]) -> Option<Vec<PathBuf>> + Send + 'static,
    ) -> io::Result<Self> {
        let mut worker = Worker::new(Events::new()?, paths, debounce, changed);
        worker.name_all();
        Self::spawn(worker)
    }

    /// Starts a watcher without events.
    #[cfg(test)]
    pub(super) fn start_polling(
        paths: Vec<PathBuf>,
        mut changed: impl FnMut(&[PathBuf]) + Send + 'static,
    ) -> io::Result<Self> {
        let changed = move |paths: &[PathBuf]| {
            changed(paths);
            None
        };
        Self::spawn(Worker::new(Events::without_system()?, paths, Debounce::default(), changed))
    }

    fn spawn<F>(worker: Worker<F>) -> io::Result<Self>
    where
        F: FnMut(&[PathBuf]) -> Option<Vec<PathBuf>> + Send + 'static,
    {
        let waker = worker.events.waker();
        let thread = thread::Builder::new().name("settings-watch".to_owned()).spawn(|| worker.run())?;
        Ok(Self { waker, thread: Some(thread) })
    }
}

/// Makes a watcher read its files now: on a signal such as SIGHUP, or when a database has changed.
///
/// It may be used from any thread, and after the watcher is gone.
///
/// ```
/// use settings_core::reference::ServerSettings;
/// use settings_core::resolve::Layers;
/// use settings_core::store::watch::{Debounce, Watch};
///
/// let watch = Watch::<ServerSettings>::start(|| Ok(Layers::new()), Debounce::default())?;
/// let trigger = watch.trigger();
/// std::thread::spawn(move || trigger.read_now());
/// # Ok::<(), settings_core::store::watch::WatchError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Trigger(Waker);

impl Trigger {
    /// Reads the files without waiting until they are quiet. Returns before they are read.
    pub fn read_now(&self) {
        self.0.ask();
    }
}

impl FileWatcher {
    /// Returns a handle that makes the watcher report all its paths now.
    pub fn trigger(&self) -> Trigger {
        Trigger(self.waker.clone())
    }
}

impl Drop for FileWatcher {
    fn drop(&mut self) {
        self.waker.stop();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

struct Worker<F> {
    paths: Vec<PathBuf>,
    debounce: Debounce,
    changed: F,
    events: Events,
    watched: WatchedPaths,
    identities: BTreeMap<PathBuf, Identity>,
    /// Whether a folder can't be watched, so that the files must be polled.
    is_polling: bool,
    state: State,
    /// The paths that events have named since the last report.
    named: BTreeSet<PathBuf>,
    pending: Option<Pending>,
    last_check: Instant,
}

/// The times of the first and the last event that is not reported yet.
#[derive(Clone, Copy)]
struct Pending {
    first: Instant,
    last: Instant,
}

impl<F: FnMut(&[PathBuf]) -> Option<Vec<PathBuf>>> Worker<F> {
    fn new(events: Events, paths: Vec<PathBuf>, debounce: Debounce, changed: F) -> Self {
        let mut worker = Self {
            paths,
            debounce,
            changed,
            events,
            watched: WatchedPaths::default(),
            identities: BTreeMap::new(),
            is_polling: false,
            state: State::new(),
            named: BTreeSet::new(),
            pending: None,
            last_check: Instant::now(),
        };
        worker.arm();
        worker.state = state(&worker.paths);
        worker
    }

    fn run(mut self) {
        loop {
            match self.events.wait(self.wait()) {
                Woken::Stop => return,
                Woken::Changed(paths) => self.receive(&paths),
                // compare the state
                Woken::Lost => self.postpone(),
                Woken::Asked => {
                    self.named.extend(self.paths.iter().cloned());
                    self.report(true);
                    continue;
                }
                Woken::Timeout => {}
            }
            match self.pending {
                Some(_) if self.wait() == Duration::ZERO => self.report(false),
                None if self.wait() == Duration::ZERO => self.check(),
                _ => {}
            }
        }
    }

    /// Returns the time until there is something to do without an event.
    fn wait(&self) -> Duration {
        let due = match self.pending {
            Some(Pending { first, last }) => {
                let (quiet, latest) =
                    (last.checked_add(self.debounce.quiet), first.checked_add(self.debounce.max_delay));
                quiet.into_iter().chain(latest).min()
            }
            None => self.last_check.checked_add(self.interval()),
        };
        due.map_or(FOREVER, |due| due.saturating_duration_since(Instant::now()))
    }

    fn interval(&self) -> Duration {
        let poll = self.debounce.poll.or_else(|| self.is_polling.then_some(FALLBACK));
        poll.map_or(FOLDER_CHECK, |poll| poll.min(FOLDER_CHECK))
    }

    /// Handles events, which can concern anything in the watched folders.
    fn receive(&mut self, changed: &[PathBuf]) {
        for path in changed {
            let (numbers, is_below) = self.watched.concerned(path);
            let mut named: Vec<_> = numbers.filter_map(|number| self.paths.get(number).cloned()).collect();
            if is_below && !path.is_dir() {
                named.push(path.clone());
            }
            if is_below || !named.is_empty() {
                self.named.extend(named);
                self.postpone();
            }
        }
    }

    /// Names all paths, to be reported when they are quiet.
    fn name_all(&mut self) {
        self.named.extend(self.paths.iter().cloned());
        self.postpone();
    }

    /// Postpones the report until the files are quiet.
    fn postpone(&mut self) {
        let last = Instant::now();
        let first = self.pending.map_or(last, |pending| pending.first);
        self.pending = Some(Pending { first, last });
    }

    /// Looks for changes that have no event.
    fn check(&mut self) {
        self.last_check = Instant::now();
        let polls = self.is_polling || self.debounce.poll.is_some();
        if self.watched.identities() != self.identities || polls && state(&self.paths) != self.state {
            self.postpone();
        }
    }

    /// Reports the changes; if it is asked to, even if there are none.
    fn report(&mut self, is_asked: bool) {
        self.pending = None;
        // before the state is read, so that later changes are events
        self.arm();
        let state = state(&self.paths);
        let mut reported = changed(&self.state, &state);
        reported.append(&mut self.named);
        (self.state, self.last_check) = (state, Instant::now());
        if reported.is_empty() && !is_asked {
            return;
        }
        let reported: Vec<_> = reported.into_iter().collect();
        if let Some(paths) = (self.changed)(&reported)
            && paths != self.paths
        {
            self.paths = paths;
            self.arm();
            self.state = self::state(&self.paths);
            // new files may have changed between being read and being watched
            self.name_all();
        }
    }

    /// Watches the folders that decide where the paths lead now.
    fn arm(&mut self) {
        let watched = WatchedPaths::new(&self.paths);
        let identities = watched.identities();
        // a folder with the same name can be another one now
        for (old, _) in
            self.identities.iter().filter(|(old, identity)| identities.get(*old) != Some(*identity))
        {
            self.events.unwatch(old);
        }
        let mut is_polling = false;
        for folder in watched.folders.difference(&watched.trees) {
            is_polling |= self.events.watch(folder, Depth::Folder).is_err();
        }
        for tree in &watched.trees {
            is_polling |= self.events.watch(tree, Depth::Tree).is_err();
        }
        (self.watched, self.identities, self.is_polling) = (watched, identities, is_polling);
    }
}
