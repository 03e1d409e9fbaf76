//! The received mails that wait for the program.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::mail::catch::memory::Share;
use crate::mail::catch::{Caught, Overflow};

/// The mails that wait.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    /// Notified when a mail is added, or the queue is closed.
    changed: Notify,
    limit: usize,
    overflow: Overflow,
}

#[derive(Debug, Default)]
struct Waiting {
    mails: VecDeque<(Caught, Share)>,
    dropped: u64,
    is_closed: bool,
}

impl Queue {
    pub(super) fn new(limit: usize, overflow: Overflow) -> Self {
        Self { waiting: Mutex::default(), changed: Notify::new(), limit: limit.max(1), overflow }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a mail. Returns false if there is no room.
    pub(super) fn push(&self, mail: Caught, share: Share) -> bool {
        let mut waiting = self.waiting();
        if waiting.mails.len() >= self.limit && !self.drop_oldest_of(&mut waiting) {
            return false;
        }
        waiting.mails.push_back((mail, share));
        drop(waiting);
        self.changed.notify_one();
        true
    }

    /// Drops the oldest mail if that is allowed. Returns false if nothing was dropped.
    pub(super) fn drop_oldest(&self) -> bool {
        self.drop_oldest_of(&mut self.waiting())
    }

    fn drop_oldest_of(&self, waiting: &mut Waiting) -> bool {
        let dropped = self.overflow == Overflow::DropOldest && waiting.mails.pop_front().is_some();
        waiting.dropped += u64::from(dropped);
        dropped
    }

    /// Waits for the next mail. Returns `None` once the queue is closed and empty.
    pub(super) async fn next(&self) -> Option<Caught> {
        loop {
            let changed = self.changed.notified();
            {
                let mut waiting = self.waiting();
                if let Some((mail, _)) = waiting.mails.pop_front() {
                    return Some(mail);
                }
                if waiting.is_closed {
                    return None;
                }
            }
            changed.await;
        }
    }

    /// Returns the number of mails that were dropped since the last call.
    pub(super) fn take_dropped(&self) -> u64 {
        std::mem::take(&mut self.waiting().dropped)
    }

    pub(super) fn close(&self) {
        self.waiting().is_closed = true;
        self.changed.notify_one();
    }
}
