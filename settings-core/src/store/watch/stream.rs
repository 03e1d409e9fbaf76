//! Events for asynchronous code.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::mpsc::UnboundedReceiver;

use super::event::Event;

/// A stream of the events of a [`Watch`](super::Watch), which ends when the watch is dropped.
///
/// A slow reader delays nothing; its events wait in memory.
#[derive(Debug)]
pub struct Events<T>(UnboundedReceiver<Arc<Event<T>>>);

impl<T> Events<T> {
    pub(super) const fn new(receiver: UnboundedReceiver<Arc<Event<T>>>) -> Self {
        Self(receiver)
    }

    /// Waits for the next event; `None` after the watch is dropped. A call that is cancelled loses no event.
    pub async fn next(&mut self) -> Option<Arc<Event<T>>> {
        self.0.recv().await
    }
}

impl<T> Stream for Events<T> {
    type Item = Arc<Event<T>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx)
    }
}
