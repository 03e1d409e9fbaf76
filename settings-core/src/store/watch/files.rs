//! A debounced watcher of files, of folders, and of what is not there yet.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::places::{Places, State, changed, state};

/// How soon changes are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// A change is told once the files have been left alone for so long.
    pub quiet: Duration,
    /// Files that are never left alone are told of this often all the same.
    pub longest: Duration,
    /// How often to look at the files oneself, for file systems that bring no news, such as network shares. `None`
    /// does so each second, but only where the system can't be asked for news.
    pub poll: Option<Duration>,
}

impl Default for Pace {
    /// A tenth of a second, at the longest two seconds, without looking oneself.
    fn default() -> Self {
        Self { quiet: Duration::from_millis(100), longest: Duration::from_secs(2), poll: None }
    }
}

/// How often to look where the system can't be asked for news.
const FALLBACK: Duration = Duration::from_secs(1);

/// Tells when files are changed: written in place, replaced by a rename, removed, made anew, or reached through a
/// symbolic link that is turned elsewhere, anywhere on the way to them.
///
/// Watching stops when it is dropped, which waits for a call of the callback that is under way (but not where the
/// callback itself drops it).
///
/// ```
/// use std::sync::mpsc;
/// use std::time::Duration;
///
/// use settings_core::store::watch::{FileWatcher, Pace};
///
/// # let folder = std::env::temp_dir().join(format!("settings-watch-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let path = folder.join("config.json");
/// let (sender, changes) = mpsc::channel();
/// let watcher = FileWatcher::start([path.clone()], Pace::default(), move |changed| {
///     let _ = sender.send(changed.to_vec());
/// })?;
/// std::fs::write(&path, "{}")?;
/// assert_eq!(changes.recv_timeout(Duration::from_secs(10))?, [path]);
/// # drop(watcher);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct FileWatcher {
    messages: Sender<Message>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for FileWatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileWatcher").finish_non_exhaustive()
    }
}

enum Message {
    News(notify::Result<Event>),
    Stop,
}

impl FileWatcher {
    /// Watches `paths` and calls `changed`, on a thread of its own, with those that were changed. Of a folder all files
    /// below it are watched, and the changed ones named; what is not there is watched for its appearance. Every change
    /// after `start` has returned is told, and a change is told once for each time the files are left alone again. A
    /// path may be named although its text is what it was.
    ///
    /// # Errors
    /// Where no thread can be started. Where the system brings no news, the watcher looks at the files itself.
    pub fn start(
        paths: impl IntoIterator<Item = PathBuf>,
        pace: Pace,
        mut changed: impl FnMut(&[PathBuf]) + Send + 'static,
    ) -> io::Result<Self> {
        let changed = move |paths: &[PathBuf]| {
            changed(paths);
            None
        };
        Self::spawn(Worker::new(paths.into_iter().collect(), pace, changed))
    }

    /// Watches the paths that `changed` gives back each time, and calls it once when they are quiet after the start.
    pub(super) fn following(
        paths: Vec<PathBuf>,
        pace: Pace,
        changed: impl FnMut(&[PathBuf]) -> Option<Vec<PathBuf>> + Send + 'static,
    ) -> io::Result<Self> {
        let mut worker = Worker::new(paths, pace, changed);
        worker.note_all();
        Self::spawn(worker)
    }

    /// As where the system has no room for another watcher.
    #[cfg(test)]
    pub(super) fn start_blind(
        paths: Vec<PathBuf>,
        mut changed: impl FnMut(&[PathBuf]) + Send + 'static,
    ) -> io::Result<Self> {
        let mut worker = Worker::new(paths, Pace::default(), move |paths: &[PathBuf]| {
            changed(paths);
            None
        });
        worker.system = None;
        worker.arm();
        Self::spawn(worker)
    }

    fn spawn<F>(worker: Worker<F>) -> io::Result<Self>
    where
        F: FnMut(&[PathBuf]) -> Option<Vec<PathBuf>> + Send + 'static,
    {
        let messages = worker.sender.clone();
        let thread = thread::Builder::new().name("settings-watch".to_owned()).spawn(|| worker.run())?;
        Ok(Self { messages, thread: Some(thread) })
    }
}

impl Drop for FileWatcher {
    fn drop(&mut self) {
        let _ = self.messages.send(Message::Stop);
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

struct Worker<F> {
    paths: Vec<PathBuf>,
    pace: Pace,
    changed: F,
    sender: Sender<Message>,
    messages: Receiver<Message>,
    /// Who brings news; none where the system has no room for another.
    system: Option<RecommendedWatcher>,
    places: Places,
    /// Whether news of some place don't come.
    is_blind: bool,
    found: State,
    /// What news have named since the last call.
    named: BTreeSet<PathBuf>,
    pending: Option<Pending>,
    last_look: Instant,
}

/// Since when, and how lately, there have been news that are not told yet.
#[derive(Clone, Copy)]
struct Pending {
    first: Instant,
    last: Instant,
}

impl<F: FnMut(&[PathBuf]) -> Option<Vec<PathBuf>>> Worker<F> {
    fn new(paths: Vec<PathBuf>, pace: Pace, changed: F) -> Self {
        let (sender, messages) = mpsc::channel();
        let news = sender.clone();
        let system = notify::recommended_watcher(move |event| drop(news.send(Message::News(event)))).ok();
        let mut worker = Self {
            paths,
            pace,
            changed,
            sender,
            messages,
            system,
            places: Places::default(),
            is_blind: false,
            found: State::new(),
            named: BTreeSet::new(),
            pending: None,
            last_look: Instant::now(),
        };
        worker.arm();
        worker.found = state(&worker.paths);
        worker
    }

    fn run(mut self) {
        loop {
            match self.next() {
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(Message::News(news)) => self.note(news),
                Err(RecvTimeoutError::Timeout) => {}
            }
            match self.pending {
                Some(_) if self.wait() == Some(Duration::ZERO) => self.tell(),
                None if self.wait() == Some(Duration::ZERO) => self.look(),
                _ => {}
            }
        }
    }

    fn next(&self) -> Result<Message, RecvTimeoutError> {
        match self.wait() {
            Some(wait) => self.messages.recv_timeout(wait),
            None => self.messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
        }
    }

    /// How long there is nothing to do but for news; `None` for ever.
    fn wait(&self) -> Option<Duration> {
        let due = match self.pending {
            Some(Pending { first, last }) => {
                let (quiet, longest) =
                    (last.checked_add(self.pace.quiet), first.checked_add(self.pace.longest));
                quiet.into_iter().chain(longest).min()
            }
            None => self.last_look.checked_add(self.interval()?),
        };
        due.map(|due| due.saturating_duration_since(Instant::now()))
    }

    fn interval(&self) -> Option<Duration> {
        self.pace.poll.or_else(|| self.is_blind.then_some(FALLBACK))
    }

    /// Takes in news, which may be of anything in the watched folders.
    fn note(&mut self, news: notify::Result<Event>) {
        let is_lost = news.as_ref().map_or(true, |event| event.need_rescan() || event.paths.is_empty());
        if is_lost {
            // some were lost: look what is different
            return self.put_off();
        }
        let Ok(event) = news else { return };
        if is_reading(event.kind) {
            return;
        }
        for path in &event.paths {
            let (numbers, is_below) = self.places.concerned(path);
            let mut named: Vec<_> = numbers.filter_map(|number| self.paths.get(number).cloned()).collect();
            if is_below && !path.is_dir() {
                named.push(path.clone());
            }
            if is_below || !named.is_empty() {
                self.named.extend(named);
                self.put_off();
            } else if self.places.is_way(path) {
                // look whether it leads elsewhere now
                self.put_off();
            }
        }
    }

    /// Tells of all paths, but not while they are being written.
    fn note_all(&mut self) {
        self.named.extend(self.paths.iter().cloned());
        self.put_off();
    }

    /// Waits for the files to be left alone.
    fn put_off(&mut self) {
        let last = Instant::now();
        let first = self.pending.map_or(last, |pending| pending.first);
        self.pending = Some(Pending { first, last });
    }

    /// Looks whether there is anything that no news came of.
    fn look(&mut self) {
        self.last_look = Instant::now();
        if state(&self.paths) != self.found {
            self.put_off();
        }
    }

    fn tell(&mut self) {
        self.pending = None;
        // before the look at the files, so that what changes after it is news
        self.arm();
        let found = state(&self.paths);
        let mut told = changed(&self.found, &found);
        told.append(&mut self.named);
        (self.found, self.last_look) = (found, Instant::now());
        if told.is_empty() {
            return;
        }
        let told: Vec<_> = told.into_iter().collect();
        if let Some(paths) = (self.changed)(&told)
            && paths != self.paths
        {
            self.paths = paths;
            self.arm();
            self.found = state(&self.paths);
            // what was read before it was watched is read again
            self.note_all();
        }
    }

    /// Watches the places where the paths' ways lead now, anew: a folder may have gone and come back.
    fn arm(&mut self) {
        let places = Places::of(&self.paths);
        let Some(system) = &mut self.system else {
            (self.places, self.is_blind) = (places, true);
            return;
        };
        let old = self.places.folders.union(&self.places.trees);
        for gone in old.filter(|old| !places.folders.contains(*old) && !places.trees.contains(*old)) {
            let _ = system.unwatch(gone);
        }
        let mut is_blind = false;
        for folder in places.folders.difference(&places.trees) {
            is_blind |= system.watch(folder, RecursiveMode::NonRecursive).is_err();
        }
        for tree in &places.trees {
            is_blind |= system.watch(tree, RecursiveMode::Recursive).is_err();
        }
        (self.places, self.is_blind) = (places, is_blind);
    }
}

/// Reading a file is news too, to be passed over: whoever is told reads.
const fn is_reading(kind: EventKind) -> bool {
    matches!(kind, EventKind::Access(access) if !matches!(access, AccessKind::Close(AccessMode::Write)))
}
