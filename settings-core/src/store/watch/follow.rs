//! A program's settings, kept up to date with their files.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::files::{FileWatcher, Pace};
use crate::resolve::{Layers, Origin, Report, Resolution, Settings, Unreadable, resolve};
use crate::store::{Difference, differences};

/// What became of changed files.
#[derive(Clone, Debug)]
pub enum Notice<T> {
    /// Settings have other values now.
    Changed(Changed<T>),
    /// The files can't be used as they are; the values stay what they were.
    Refused(Refusal),
    /// What was refused is put right; the values are what they were.
    Mended,
}

/// Settings that have other values now.
#[derive(Clone, Debug)]
pub struct Changed<T> {
    /// All settings.
    pub value: Arc<T>,
    /// Which of them changed, in the order of the structs; secrets are redacted.
    pub settings: Vec<Difference>,
    /// The paths of all settings that differ from what the program started with and that it must be restarted for.
    pub pending_restart: Vec<String>,
    /// Warnings and notes.
    pub report: Report,
}

impl<T> Changed<T> {
    /// Whether the server must be restarted for one of the changes.
    pub fn needs_restart(&self) -> bool {
        self.settings.iter().any(Difference::needs_restart)
    }
}

/// Why files can't be used. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A file can't be read: its name, and why.
    Unreadable {
        /// The file as it was named.
        name: String,
        /// Why.
        why: String,
    },
    /// The settings have mistakes.
    Invalid(Report),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { name, why } => write!(f, "{name}: {why}"),
            Self::Invalid(report) => report.fmt(f),
        }
    }
}

impl From<Unreadable> for Refusal {
    fn from(error: Unreadable) -> Self {
        Self::Unreadable { name: error.name, why: error.why }
    }
}

/// Why settings can't be watched.
#[derive(Debug)]
pub enum WatchError {
    /// They can't be used as they are.
    Refused(Refusal),
    /// No thread can be started.
    Io(io::Error),
}

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Io(error) => write!(f, "the files can't be watched: {error}"),
        }
    }
}

impl std::error::Error for WatchError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(_) => None,
            Self::Io(error) => Some(error),
        }
    }
}

/// A program's settings, kept up to date with the files that they come from.
///
/// When a file changes, all layers are read, resolved and checked again. Values that pass take the old ones' place in
/// one step; where there is a mistake the old ones stay. Watching stops when it is dropped.
///
/// ```
/// use std::time::Duration;
///
/// use settings_core::reference::ServerSettings;
/// use settings_core::resolve::{Layer, Layers};
/// use settings_core::store::watch::{Notice, Pace, Watch};
///
/// # let folder = std::env::temp_dir().join(format!("settings-follow-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let path = folder.join("config.json");
/// std::fs::write(&path, "{}")?;
/// # let read_path = path.clone();
/// let watch = Watch::<ServerSettings>::start(move || Layers::new().read(Layer::File, &read_path), Pace::default())?;
/// let notices = watch.subscribe();
/// std::fs::write(&path, r#"{"EmailSettings": {"SMTPPort": 587}}"#)?;
/// match &*notices.recv_timeout(Duration::from_secs(10))? {
///     Notice::Changed(changed) => {
///         let port = &changed.settings[0];
///         assert_eq!((port.before.shown.as_str(), port.after.shown.as_str()), ("10025", "587"));
///         assert_eq!(changed.value.email.smtp_port, 587);
///     }
///     other => unreachable!("{other:?}"),
/// }
/// assert_eq!(watch.current().email.smtp_port, 587);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Watch<T> {
    shared: Arc<Shared<T>>,
    _files: FileWatcher,
}

#[derive(Debug)]
struct Shared<T> {
    current: RwLock<Arc<T>>,
    files: Mutex<Vec<PathBuf>>,
    subscribers: Mutex<Vec<Sender<Arc<Notice<T>>>>>,
}

impl<T: Settings + Send + Sync + 'static> Watch<T> {
    /// Reads all layers, and again each time one of their files changes: those that [`Layers::read`] and its like have
    /// read, those that [`Layers::depends_on`] names, and those that `NAME_FILE` variables name.
    ///
    /// # Errors
    /// Where the settings can't be used as they are.
    pub fn start(
        mut read: impl FnMut() -> Result<Layers, Unreadable> + Send + 'static,
        pace: Pace,
    ) -> Result<Self, WatchError> {
        Self::resolving(move || Ok(resolve(read()?)), pace)
    }

    /// As [`Watch::start`], for whoever resolves otherwise, such as with a [`Registry`](crate::resolve::Registry).
    ///
    /// # Errors
    /// Where the settings can't be used as they are.
    pub fn resolving(
        mut resolve: impl FnMut() -> Result<Resolution<T>, Unreadable> + Send + 'static,
        pace: Pace,
    ) -> Result<Self, WatchError> {
        let (value, resolution) = usable(resolve()).map_err(WatchError::Refused)?;
        let paths = files(&resolution);
        let shared = Arc::new(Shared {
            current: RwLock::new(Arc::new(value)),
            files: Mutex::new(paths.clone()),
            subscribers: Mutex::default(),
        });
        let mut follower =
            Follower { shared: Arc::clone(&shared), first: None, current: resolution, is_refused: false };
        let files = FileWatcher::following(paths, pace, move |_| follower.follow(resolve()));
        Ok(Self { shared, _files: files.map_err(WatchError::Io)? })
    }
}

impl<T> Watch<T> {
    /// The settings as they are now; they stay so for whoever holds them.
    pub fn current(&self) -> Arc<T> {
        Arc::clone(&self.shared.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The files and folders that are watched, whether or not they are there.
    pub fn files(&self) -> Vec<PathBuf> {
        self.shared.files.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A channel of all that happens from now on. It is closed when the watch is dropped; a receiver that is dropped
    /// is forgotten, and one that is slow holds nobody up.
    pub fn subscribe(&self) -> Receiver<Arc<Notice<T>>> {
        let (sender, receiver) = mpsc::channel();
        self.shared.subscribers.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        receiver
    }
}

/// What runs on the watcher's thread.
struct Follower<T> {
    shared: Arc<Shared<T>>,
    /// What the program started with, where that is no longer current.
    first: Option<Resolution<T>>,
    current: Resolution<T>,
    is_refused: bool,
}

impl<T> Follower<T> {
    /// Takes new settings in; which files to watch from now on, where that is known.
    fn follow(&mut self, resolution: Result<Resolution<T>, Unreadable>) -> Option<Vec<PathBuf>> {
        let found = resolution.as_ref().map(files).unwrap_or_default();
        let watched = match usable(resolution) {
            Ok((value, resolution)) => {
                self.take(value, resolution);
                found
            }
            Err(refusal) => {
                self.is_refused = true;
                self.tell(Notice::Refused(refusal));
                // what is missing now is what must be watched for
                let old = self.shared.files.lock().unwrap_or_else(PoisonError::into_inner).clone();
                found.into_iter().chain(old).collect::<BTreeSet<_>>().into_iter().collect()
            }
        };
        self.shared.files.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&watched);
        Some(watched)
    }

    fn take(&mut self, value: T, resolution: Resolution<T>) {
        let was_refused = std::mem::take(&mut self.is_refused);
        let settings = differences(&self.current, &resolution);
        let report = resolution.report().clone();
        // the same values may come from other places now
        let before = std::mem::replace(&mut self.current, resolution);
        if settings.is_empty() {
            if was_refused {
                self.tell(Notice::Mended);
            }
            return;
        }
        let first = self.first.get_or_insert(before);
        let since = differences(first, &self.current);
        let pending = since.iter().filter(|difference| difference.needs_restart());
        let pending_restart = pending.map(|difference| difference.path.to_string()).collect();
        let value = Arc::new(value);
        *self.shared.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&value);
        self.tell(Notice::Changed(Changed { value, settings, pending_restart, report }));
    }

    fn tell(&self, notice: Notice<T>) {
        let notice = Arc::new(notice);
        let mut subscribers = self.shared.subscribers.lock().unwrap_or_else(PoisonError::into_inner);
        subscribers.retain(|subscriber| subscriber.send(Arc::clone(&notice)).is_ok());
    }
}

/// The typed value and where it came from, if nothing stands against it.
fn usable<T>(resolution: Result<Resolution<T>, Unreadable>) -> Result<(T, Resolution<T>), Refusal> {
    let mut resolution = resolution?;
    match resolution.take_value() {
        Some(value) => Ok((value, resolution)),
        None => Err(Refusal::Invalid(resolution.report().clone())),
    }
}

/// The files that a resolution changes with.
fn files<T>(resolution: &Resolution<T>) -> Vec<PathBuf> {
    let mut files: BTreeSet<_> = resolution.layers().files().iter().cloned().collect();
    for effective in resolution.settings() {
        let origins = effective.overridden.into_iter().map(|(origin, _)| origin).chain([effective.origin]);
        files.extend(origins.filter_map(|origin| match origin {
            Origin::Variable { value_file, .. } => value_file.map(PathBuf::from),
            _ => None,
        }));
    }
    files.into_iter().collect()
}
