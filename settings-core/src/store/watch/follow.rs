//! A program's settings, kept up to date with their files.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::event::{Changed, Current, Event, Refusal, WatchError};
use super::files::{Debounce, FileWatcher, Trigger};
#[cfg(feature = "tokio")]
use super::stream::Events;
use crate::resolve::{Layers, Origin, Report, Resolution, Settings, Unreadable, resolve};
use crate::store::differences;

/// A program's settings, kept up to date with the files that they come from.
///
/// When a file changes, all layers are read, resolved and checked again. Valid settings replace the old ones in one
/// step; if there are errors, the old ones stay. Watching stops on drop.
///
/// ```
/// use std::time::Duration;
///
/// use settings_core::reference::ServerSettings;
/// use settings_core::resolve::Layers;
/// use settings_core::store::watch::{Event, Debounce, Watch};
///
/// # let folder = std::env::temp_dir().join(format!("settings-follow-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let path = folder.join("config.json");
/// std::fs::write(&path, "{}")?;
/// # let read_path = path.clone();
/// let watch = Watch::<ServerSettings>::start(move || Layers::new().read_file(&read_path), Debounce::default())?;
/// assert!(!watch.report().has_errors()); // warnings of the start, to be logged
/// let events = watch.subscribe();
/// assert!(matches!(&*events.recv()?, Event::Current(_)));
/// std::fs::write(&path, r#"{"EmailSettings": {"SMTPPort": 587}}"#)?;
/// match &*events.recv_timeout(Duration::from_secs(10))? {
///     Event::Changed(changed) => {
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
    watcher: FileWatcher,
}

#[derive(Debug)]
struct Shared<T> {
    current: RwLock<Arc<Current<T>>>,
    files: Mutex<Vec<PathBuf>>,
    /// Locked before `current` is, so that no subscriber sees a change twice.
    subscribers: Mutex<Vec<Subscriber<T>>>,
    #[cfg(feature = "tokio")]
    channel: tokio::sync::watch::Sender<Arc<Current<T>>>,
}

#[derive(Debug)]
enum Subscriber<T> {
    Blocking(Sender<Arc<Event<T>>>),
    #[cfg(feature = "tokio")]
    Async(tokio::sync::mpsc::UnboundedSender<Arc<Event<T>>>),
}

impl<T> Subscriber<T> {
    /// Returns whether the subscriber is still there.
    fn send(&self, event: &Arc<Event<T>>) -> bool {
        match self {
            Self::Blocking(sender) => sender.send(Arc::clone(event)).is_ok(),
            #[cfg(feature = "tokio")]
            Self::Async(sender) => sender.send(Arc::clone(event)).is_ok(),
        }
    }
}

impl<T> Shared<T> {
    fn current(&self) -> Arc<Current<T>> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn subscribers(&self) -> MutexGuard<'_, Vec<Subscriber<T>>> {
        self.subscribers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a subscriber, whose first event is the current state.
    fn subscribe(&self, subscriber: Subscriber<T>) {
        let mut subscribers = self.subscribers();
        subscriber.send(&Arc::new(Event::Current(self.current())));
        subscribers.push(subscriber);
    }

    /// Replaces the current state, and sends an event if there is one.
    fn replace(&self, current: Current<T>, event: Option<Event<T>>) {
        let mut subscribers = self.subscribers();
        let current = Arc::new(current);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&current);
        #[cfg(feature = "tokio")]
        self.channel.send_replace(current);
        if let Some(event) = event.map(Arc::new) {
            subscribers.retain(|subscriber| subscriber.send(&event));
        }
    }

    fn send(&self, event: Event<T>) {
        let event = Arc::new(event);
        self.subscribers().retain(|subscriber| subscriber.send(&event));
    }
}

impl<T: Settings + Send + Sync + 'static> Watch<T> {
    /// Reads all layers, and reads them again when one of their files changes: the files that [`Layers::read_file`] and
    /// similar methods read, those that [`Layers::depends_on`] names, and those that `NAME_FILE` variables name.
    ///
    /// # Errors
    /// If the settings can't be used.
    pub fn start(
        mut read: impl FnMut() -> Result<Layers, Unreadable> + Send + 'static,
        debounce: Debounce,
    ) -> Result<Self, WatchError> {
        Self::resolving(move || Ok(resolve(read()?)), debounce)
    }

    /// Watches settings that are resolved by a function, for example with a [`Registry`](crate::resolve::Registry).
    ///
    /// # Errors
    /// If the settings can't be used.
    pub fn resolving(
        mut resolve: impl FnMut() -> Result<Resolution<T>, Unreadable> + Send + 'static,
        debounce: Debounce,
    ) -> Result<Self, WatchError> {
        let (value, resolution) = usable(resolve()).map_err(WatchError::Refused)?;
        #[cfg(feature = "external")]
        resolution.layers().keep_copies();
        let paths = files(&resolution);
        let current = Arc::new(Current { value: Arc::new(value), report: resolution.report().clone() });
        let shared = Arc::new(Shared {
            #[cfg(feature = "tokio")]
            channel: tokio::sync::watch::Sender::new(Arc::clone(&current)),
            current: RwLock::new(current),
            files: Mutex::new(paths.clone()),
            subscribers: Mutex::new(Vec::new()),
        });
        let mut follower =
            Follower { shared: Arc::clone(&shared), first: None, current: resolution, is_refused: false };
        let watcher = FileWatcher::following(paths, debounce, move |_| follower.follow(resolve()));
        Ok(Self { shared, watcher: watcher.map_err(WatchError::Io)? })
    }
}

impl<T> Watch<T> {
    /// Returns the current settings. The returned value does not change with the files.
    pub fn current(&self) -> Arc<T> {
        Arc::clone(&self.shared.current().value)
    }

    /// Returns the warnings and notes of the current settings, at first those of the start.
    pub fn report(&self) -> Report {
        self.shared.current().report.clone()
    }

    /// Reads all layers now, for instance on SIGHUP, without waiting for an event of a file. Returns before they are read;
    /// the result is an event if something changed.
    pub fn read_now(&self) {
        self.watcher.trigger().read_now();
    }

    /// Returns a handle that makes the watch read all layers now.
    pub fn trigger(&self) -> Trigger {
        self.watcher.trigger()
    }

    /// Returns the files and folders that are watched, missing ones included.
    pub fn files(&self) -> Vec<PathBuf> {
        self.shared.files.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns a channel of the current state, [`Event::Current`], and all events from now on. It is closed when the
    /// watch is dropped. A slow receiver delays nothing.
    pub fn subscribe(&self) -> Receiver<Arc<Event<T>>> {
        let (sender, receiver) = mpsc::channel();
        self.shared.subscribe(Subscriber::Blocking(sender));
        receiver
    }

    /// Returns the current state and all events from now on, as [`subscribe`](Self::subscribe) does, as a stream.
    #[cfg(feature = "tokio")]
    pub fn events(&self) -> Events<T> {
        let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
        self.shared.subscribe(Subscriber::Async(sender));
        Events::new(receiver)
    }

    /// Returns a tokio channel that always holds the newest settings and their report.
    ///
    /// It changes when a setting or the report changes, and is closed when the watch is dropped. To be informed of refused
    /// files, use [`events`](Self::events).
    #[cfg(feature = "tokio")]
    pub fn channel(&self) -> tokio::sync::watch::Receiver<Arc<Current<T>>> {
        self.shared.channel.subscribe()
    }
}

/// The part that runs on the watcher's thread.
struct Follower<T> {
    shared: Arc<Shared<T>>,
    /// The settings at the start of the program, if they are not the current ones.
    first: Option<Resolution<T>>,
    current: Resolution<T>,
    is_refused: bool,
}

impl<T> Follower<T> {
    /// Takes over new settings, and returns the files to watch from now on.
    fn follow(&mut self, resolution: Result<Resolution<T>, Unreadable>) -> Option<Vec<PathBuf>> {
        let found = resolution.as_ref().map(files).unwrap_or_default();
        let watched = match usable(resolution) {
            Ok((value, resolution)) => {
                self.take(value, resolution);
                found
            }
            Err(refusal) => {
                self.is_refused = true;
                self.shared.send(Event::Refused(refusal));
                // missing files must be watched for their creation
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
        #[cfg(feature = "external")]
        resolution.layers().keep_copies();
        // the same values can have other origins now
        let before = std::mem::replace(&mut self.current, resolution);
        if settings.is_empty() {
            let current = self.shared.current();
            if report != current.report {
                let value = Arc::clone(&current.value);
                self.shared.replace(Current { value, report }, was_refused.then_some(Event::Recovered));
            } else if was_refused {
                self.shared.send(Event::Recovered);
            }
            return;
        }
        let first = self.first.get_or_insert(before);
        let since = differences(first, &self.current);
        let pending = since.iter().filter(|difference| difference.needs_restart());
        let pending_restart = pending.map(|difference| difference.path.to_string()).collect();
        let value = Arc::new(value);
        let current = Current { value: Arc::clone(&value), report: report.clone() };
        let event = Event::Changed(Changed { value, settings, pending_restart, report });
        self.shared.replace(current, Some(event));
    }
}

/// Returns the typed value and its resolution, unless there are errors.
fn usable<T>(resolution: Result<Resolution<T>, Unreadable>) -> Result<(T, Resolution<T>), Refusal> {
    let mut resolution = resolution?;
    match resolution.take_value() {
        Some(value) => Ok((value, resolution)),
        None => Err(Refusal::Invalid(resolution.report().clone())),
    }
}

/// Returns the files that a resolution depends on.
fn files<T>(resolution: &Resolution<T>) -> Vec<PathBuf> {
    let mut files: BTreeSet<_> = resolution.layers().files().iter().cloned().collect();
    if !resolution.reads_files {
        return files.into_iter().collect();
    }
    for effective in resolution.settings() {
        let origins = effective.overridden.into_iter().map(|(origin, _)| origin).chain([effective.origin]);
        files.extend(origins.filter_map(|origin| match origin {
            Origin::Variable { value_file, .. } => value_file.map(PathBuf::from),
            _ => None,
        }));
    }
    files.into_iter().collect()
}
