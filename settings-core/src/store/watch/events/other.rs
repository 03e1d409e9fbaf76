//! Events of systems other than Linux.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::{Depth, Woken};

/// A source of events.
#[derive(Debug)]
pub(in super::super) struct Events {
    sender: Sender<Message>,
    messages: Receiver<Message>,
    /// `None` if the system can't create another source.
    system: Option<RecommendedWatcher>,
}

#[derive(Debug)]
enum Message {
    Event(notify::Result<Event>),
    Ask,
    Stop,
}

/// Ends a wait for events.
#[derive(Clone, Debug)]
pub(in super::super) struct Waker(Sender<Message>);

impl Waker {
    pub(in super::super) fn stop(&self) {
        let _ = self.0.send(Message::Stop);
    }

    pub(in super::super) fn ask(&self) {
        let _ = self.0.send(Message::Ask);
    }
}

impl Events {
    pub(in super::super) fn new() -> io::Result<Self> {
        let (sender, messages) = mpsc::channel();
        let events = sender.clone();
        let system = notify::recommended_watcher(move |event| drop(events.send(Message::Event(event)))).ok();
        Ok(Self { sender, messages, system })
    }

    /// Creates a source that has no events.
    #[cfg(test)]
    pub(in super::super) fn without_system() -> io::Result<Self> {
        Ok(Self { system: None, ..Self::new()? })
    }

    pub(in super::super) fn waker(&self) -> Waker {
        Waker(self.sender.clone())
    }

    /// Watches a folder.
    ///
    /// # Errors
    /// If the folder can't be watched.
    pub(in super::super) fn watch(&mut self, folder: &Path, depth: Depth) -> io::Result<()> {
        let Some(system) = &mut self.system else { return Err(io::ErrorKind::Unsupported.into()) };
        let mode = match depth {
            Depth::Folder => RecursiveMode::NonRecursive,
            Depth::Tree => RecursiveMode::Recursive,
        };
        system.watch(folder, mode).map_err(io::Error::other)
    }

    /// Stops watching a folder and those below it.
    pub(in super::super) fn unwatch(&mut self, folder: &Path) {
        if let Some(system) = &mut self.system {
            let _ = system.unwatch(folder);
        }
    }

    /// Waits for events.
    pub(in super::super) fn wait(&mut self, timeout: Duration) -> Woken {
        match self.messages.recv_timeout(timeout) {
            Ok(Message::Event(Ok(event))) if event.need_rescan() || event.paths.is_empty() => Woken::Lost,
            Ok(Message::Event(Ok(event))) if is_reading(event.kind) => Woken::Changed(Vec::new()),
            Ok(Message::Event(Ok(event))) => Woken::Changed(event.paths),
            Ok(Message::Event(Err(_))) => Woken::Lost,
            Ok(Message::Ask) => Woken::Asked,
            Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => Woken::Stop,
            Err(RecvTimeoutError::Timeout) => Woken::Timeout,
        }
    }
}

/// Returns whether an event is only a read, as those that follow a report.
const fn is_reading(kind: EventKind) -> bool {
    matches!(kind, EventKind::Access(access) if !matches!(access, AccessKind::Close(AccessMode::Write)))
}
