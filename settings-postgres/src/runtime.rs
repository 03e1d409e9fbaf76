//! A thread that runs asynchronous code for blocking callers.

use std::future::Future;
use std::io;
use std::sync::mpsc;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
#[cfg(feature = "outbox")]
use tokio::task::JoinHandle;

/// A thread that runs asynchronous code for blocking callers, who may be on any thread, one of a runtime included. It
/// ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Runtime {
    handle: Handle,
    _end: oneshot::Sender<()>,
}

impl Runtime {
    pub(crate) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel::<()>();
        let run = move || {
            let _ = runtime.block_on(ended);
        };
        thread::Builder::new().name("settings-postgres".to_owned()).spawn(run)?;
        Ok(Self { handle, _end: end })
    }

    /// Runs a future to its end; `None` if it panics.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.spawn(async move {
            let _ = sender.send(future.await);
        });
        receiver.recv().ok()
    }

    /// Starts a future and returns the handle to wait for it. It runs to its end even if the handle is dropped.
    #[cfg(feature = "outbox")]
    pub(crate) fn start_task<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.handle.spawn(future)
    }

    /// Starts a future that runs until it or the thread ends.
    pub(crate) fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        self.handle.spawn(future);
    }
}
