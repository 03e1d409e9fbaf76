//! A document that is kept up to date in the background.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

#[cfg(feature = "tokio")]
use super::AsyncSource;
use super::copy::{self, Copy};
use super::{Document, ExternalConfig, ExternalState, FetchError, Source, StartError};
use crate::resolve::{Code, Diagnostic, Kept, Place};
use crate::timestamp::rfc3339;

/// The shortest time between two fetches.
const MIN_INTERVAL: Duration = Duration::from_millis(50);

/// A document of a [`Source`], kept up to date in the background. Clones share it; it is no longer fetched when the last
/// one is dropped.
#[derive(Clone)]
pub struct External(Arc<Handle>);

/// The part whose drop ends the fetching.
struct Handle(Arc<Shared>);

struct Shared {
    name: String,
    config: ExternalConfig,
    state: Mutex<State>,
    /// Signals a change of the state, or a wish for one.
    changed: Condvar,
    #[cfg(feature = "tokio")]
    asked: tokio::sync::Notify,
    listeners: Mutex<Vec<Listener>>,
}

type Listener = Arc<dyn Fn() + Send + Sync>;

#[derive(Default)]
struct State {
    document: Option<Arc<Document>>,
    /// The time of the copy that the document is.
    copy_of: Option<SystemTime>,
    failure: Option<FetchError>,
    /// The start of the fetch that is under way.
    busy_since: Option<Instant>,
    has_answered: bool,
    is_asked: bool,
    is_stopped: bool,
    /// The version that the file of the copy holds.
    written: Option<String>,
    copy_failure: Option<String>,
}

/// The document as one reading of the layers has it.
#[derive(Clone)]
pub(super) struct Fetched {
    pub(super) document: Arc<Document>,
    is_copy: bool,
    shared: Arc<Shared>,
}

impl fmt::Debug for External {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("External").field("name", &self.0.0.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetched").field("document", &self.document).finish_non_exhaustive()
    }
}

impl External {
    /// Fetches the document on a thread of its own, and again at intervals and when the source is informed of changes.
    ///
    /// Returns after the first answer, at the latest when its time is over. If there is none, the copy is used, and a
    /// warning in the report of the settings says so.
    ///
    /// # Errors
    /// If the document can't be fetched and there is no usable copy, or no thread can be started.
    pub fn start(mut source: impl Source, config: ExternalConfig) -> Result<Self, StartError> {
        let shared = Arc::new(Shared::new(source.name(), config));
        let worker = Arc::clone(&shared);
        let run = move || worker.run(&mut source);
        let spawned = thread::Builder::new().name("settings-external".to_owned()).spawn(run);
        let external = Self(Arc::new(Handle(Arc::clone(&shared))));
        if let Err(error) = spawned {
            let why = format!("no thread can be started: {error}");
            shared.take(Err(FetchError::Unavailable(why)));
        }
        shared.wait_for_answer();
        shared.started()?;
        Ok(external)
    }

    /// Fetches the document in a task of the current tokio runtime, as [`start`](Self::start) does on a thread.
    ///
    /// # Errors
    /// If the document can't be fetched and there is no usable copy.
    #[cfg(feature = "tokio")]
    pub async fn start_async(
        mut source: impl AsyncSource,
        config: ExternalConfig,
    ) -> Result<Self, StartError> {
        let shared = Arc::new(Shared::new(source.name(), config));
        let external = Self(Arc::new(Handle(Arc::clone(&shared))));
        shared.fetch_async(&mut source).await;
        shared.started()?;
        tokio::spawn(async move { shared.run_async(&mut source).await });
        Ok(external)
    }

    /// Returns the name of the source.
    pub fn name(&self) -> &str {
        &self.0.0.name
    }

    /// Returns the state: the version, and whether the source answers.
    pub fn state(&self) -> ExternalState {
        let state = self.0.0.state();
        ExternalState {
            version: state.document.as_ref().map(|document| document.version.clone()).unwrap_or_default(),
            copy_of: state.copy_of,
            failure: state.failure.clone().or_else(|| state.overdue(&self.0.0.config)),
            copy_failure: state.copy_failure.clone(),
        }
    }

    /// Calls a function, on the thread that fetches, whenever the document or the state of the source changes. It should
    /// be quick: it most often asks a watch to resolve the settings again. A blocking fetch that takes longer than the limit
    /// is a failure in [`state`](Self::state) at once, and calls the function when it ends.
    pub fn on_change(&self, call: impl Fn() + Send + Sync + 'static) {
        self.0.0.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::new(call));
    }

    /// Fetches the document soon, without waiting for the end of the interval.
    pub fn fetch_now(&self) {
        self.0.0.ask(false);
    }

    /// Returns the document, and the finding that it may be out of date.
    pub(super) fn fetched(&self) -> Option<(Fetched, Option<Diagnostic>)> {
        let shared = &self.0.0;
        let state = shared.state();
        let document = Arc::clone(state.document.as_ref()?);
        let finding = state.finding(shared, &document);
        Some((Fetched { document, is_copy: state.copy_of.is_some(), shared: Arc::clone(shared) }, finding))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.ask(true);
    }
}

impl Kept for Fetched {
    /// Writes the copy of the document, if it is not written yet. Settings with it are in use, so that it is good.
    fn keep(&self) {
        let Some(path) = self.shared.config.copy.as_deref().filter(|_| !self.is_copy) else { return };
        if self.shared.state().written.as_ref() == Some(&self.document.version) {
            return;
        }
        let written = copy::write(path, &self.shared.name, &self.document, SystemTime::now());
        let mut state = self.shared.state();
        state.copy_failure = written.as_ref().err().map(ToString::to_string);
        if written.is_ok() {
            state.written = Some(self.document.version.clone());
        }
    }
}

impl State {
    fn version(&self) -> Option<String> {
        self.document.as_ref().map(|document| document.version.clone())
    }

    /// Returns the failure of a fetch that takes longer than it may.
    fn overdue(&self, config: &ExternalConfig) -> Option<FetchError> {
        let is_overdue = self.busy_since.is_some_and(|since| since.elapsed() > config.limit);
        is_overdue.then_some(FetchError::Timeout(config.limit))
    }

    /// Returns the warning that the document may be out of date, or that its copy can't be written.
    fn finding(&self, shared: &Shared, document: &Document) -> Option<Diagnostic> {
        let failure = self.failure.clone().or_else(|| self.overdue(&shared.config));
        let message = match (failure, self.copy_of, &self.copy_failure) {
            (Some(why), Some(time), _) => {
                format!("{}: {why}; the copy from {} is used", shared.name, rfc3339(time))
            }
            (Some(why), None, _) => format!("{}: {why}; the last version is used", shared.name),
            (None, _, Some(why)) => format!("{}: the copy can't be written: {why}", shared.name),
            (None, ..) => return None,
        };
        let place = Place::File { name: document.origin.clone(), line: 1, column: 1, snippet: None };
        let help = "the document may have changed since: make the source available again";
        let help = if self.failure.is_none() { "a start without the source will fail" } else { help };
        Some(Diagnostic::warning(Code::ExternalSource, message).at(place).help(help))
    }
}

impl Shared {
    fn new(name: String, config: ExternalConfig) -> Self {
        Self {
            name,
            config,
            state: Mutex::default(),
            changed: Condvar::new(),
            #[cfg(feature = "tokio")]
            asked: tokio::sync::Notify::new(),
            listeners: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the first answer, at most for the limit.
    fn wait_for_answer(&self) {
        let is_waiting = |state: &mut State| !state.has_answered;
        let waited = self.changed.wait_timeout_while(self.state(), self.config.limit, is_waiting);
        let (mut state, time) = waited.unwrap_or_else(PoisonError::into_inner);
        if time.timed_out() && !state.has_answered {
            state.failure = Some(FetchError::Timeout(self.config.limit));
        }
    }

    /// Checks that there is a document: the fetched one, or the copy.
    fn started(&self) -> Result<(), StartError> {
        let mut state = self.state();
        let Some(fetch) = state.failure.clone().filter(|_| state.document.is_none()) else { return Ok(()) };
        let copy = match &self.config.copy {
            None => None,
            Some(path) => match copy::read(path, &self.name).and_then(|copy| self.young(copy)) {
                Ok(Copy { document, time }) => {
                    state.written = Some(document.version.clone());
                    (state.document, state.copy_of) = (Some(Arc::new(document)), Some(time));
                    return Ok(());
                }
                Err(why) => Some(format!("{}: {why}", path.display())),
            },
        };
        Err(StartError { name: self.name.clone(), fetch, copy })
    }

    /// Refuses a copy that is too old.
    fn young(&self, copy: Copy) -> Result<Copy, String> {
        let age = SystemTime::now().duration_since(copy.time).unwrap_or_default();
        match self.config.max_age {
            Some(max) if age > max => Err(format!("it is of {}, older than {max:?}", rfc3339(copy.time))),
            _ => Ok(copy),
        }
    }

    /// Asks for a fetch, or for the end.
    fn ask(&self, is_end: bool) {
        let mut state = self.state();
        state.is_asked = true;
        state.is_stopped |= is_end;
        self.changed.notify_all();
        #[cfg(feature = "tokio")]
        self.asked.notify_one();
    }

    /// Takes over the result of a fetch, and calls the listeners if it changes anything.
    fn take(&self, result: Result<Option<Document>, FetchError>) {
        let mut state = self.state();
        let was_failing = state.failure.is_some();
        (state.busy_since, state.has_answered) = (None, true);
        let is_changed = match result {
            Ok(None) if state.document.is_none() => {
                state.failure = Some(FetchError::Invalid("no document".to_owned()));
                !was_failing
            }
            Ok(document) => {
                let is_new = document.is_some();
                state.document = document.map(Arc::new).or_else(|| state.document.take());
                let was_copy = state.copy_of.take().is_some();
                state.failure = None;
                is_new || was_failing || was_copy
            }
            Err(error) => {
                state.failure = Some(error);
                !was_failing
            }
        };
        self.changed.notify_all();
        drop(state);
        if is_changed {
            // not locked, since a listener may drop or add another
            let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner).clone();
            listeners.iter().for_each(|listener| listener());
        }
    }

    fn begin(&self) -> Option<String> {
        let mut state = self.state();
        (state.busy_since, state.is_asked) = (Some(Instant::now()), false);
        state.version()
    }

    fn run(&self, source: &mut impl Source) {
        loop {
            let start = Instant::now();
            let known = self.begin();
            self.take(source.fetch(known.as_deref(), self.config.limit));
            if self.state().is_stopped {
                return;
            }
            let interval = varied(self.config.interval);
            let known = self.state().version();
            if !matches!(source.wait(known.as_deref(), interval), Some(Ok(()))) {
                let is_idle = |state: &mut State| !state.is_asked;
                drop(self.changed.wait_timeout_while(self.state(), interval, is_idle));
            }
            if self.state().is_stopped {
                return;
            }
            thread::sleep(MIN_INTERVAL.saturating_sub(start.elapsed()));
        }
    }

    #[cfg(feature = "tokio")]
    async fn fetch_async(&self, source: &mut impl AsyncSource) {
        let known = self.begin();
        let limit = self.config.limit;
        let fetched = tokio::time::timeout(limit, source.fetch(known.as_deref())).await;
        self.take(fetched.unwrap_or(Err(FetchError::Timeout(limit))));
    }

    #[cfg(feature = "tokio")]
    async fn run_async(&self, source: &mut impl AsyncSource) {
        use std::pin::pin;
        use std::task::Poll;
        let mut last = Instant::now();
        loop {
            let known = self.state().version();
            {
                let (mut wait, mut asked) =
                    (pin!(source.wait(known.as_deref())), pin!(self.asked.notified()));
                let either = std::future::poll_fn(|cx| {
                    let is_ready = asked.as_mut().poll(cx).is_ready() || wait.as_mut().poll(cx).is_ready();
                    if is_ready { Poll::Ready(()) } else { Poll::Pending }
                });
                let _ = tokio::time::timeout(varied(self.config.interval), either).await;
            }
            if self.state().is_stopped {
                return;
            }
            tokio::time::sleep(MIN_INTERVAL.saturating_sub(last.elapsed())).await;
            last = Instant::now();
            self.fetch_async(source).await;
        }
    }
}

/// Returns an interval that differs by up to a tenth.
fn varied(interval: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish();
    let part = u32::try_from(random % 201).unwrap_or_default();
    interval.saturating_mul(900 + part) / 1000
}
