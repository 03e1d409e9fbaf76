//! Connections that wait for the next mail.
//!
//! A connection belongs to the future that uses it and comes back only when its mail is done with.
//! A future that is dropped takes its connection with it, so nobody ever gets one that is out of step.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep},
};

use super::session::{Run, Session};

/// How long connections are kept for further mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// The longest time without a mail. Some servers close after ten seconds.
    pub idle: Duration,
    /// The longest time since it was opened.
    pub age: Duration,
    /// The most mails over one connection.
    pub mails: u32,
}

impl Default for Keep {
    fn default() -> Self {
        Self { idle: Duration::from_secs(8), age: Duration::from_secs(300), mails: 100 }
    }
}

/// A connection after that much idleness is asked whether it still works before it gets a mail.
const CHECK_AFTER: Duration = Duration::from_secs(1);
/// How long a farewell in the background may take in all.
const FAREWELL: Duration = Duration::from_secs(1);

/// The connections of one mailer.
#[derive(Debug)]
pub(crate) struct Pool {
    keep: Option<Keep>,
    room: Arc<Semaphore>,
    waiting: Mutex<Vec<Kept>>,
    reaping: AtomicBool,
}

/// An open connection and what is known of it.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) session: Session,
    opened: Instant,
    used: Instant,
    mails: u32,
    /// Whether the last mail left something behind that RSET has to take back.
    unfinished: bool,
}

impl Kept {
    /// A connection that was opened just now.
    pub(crate) fn new(session: Session) -> Self {
        let now = Instant::now();
        Self { session, opened: now, used: now, mails: 0, unfinished: false }
    }

    /// How long it may still wait.
    fn left(&self, keep: &Keep, now: Instant) -> Duration {
        let left =
            |limit: Duration, since: Instant| limit.saturating_sub(now.saturating_duration_since(since));
        left(keep.idle, self.used).min(left(keep.age, self.opened))
    }

    fn is_over(&self, keep: &Keep, now: Instant) -> bool {
        self.mails >= keep.mails || self.left(keep, now).is_zero()
    }
}

impl Pool {
    /// Room for `connections` at a time, at least one.
    pub(crate) fn new(connections: usize, keep: Option<Keep>) -> Arc<Self> {
        let room = Arc::new(Semaphore::new(connections.clamp(1, 1000)));
        Arc::new(Self { keep, room, waiting: Mutex::default(), reaping: AtomicBool::new(false) })
    }

    /// Waits for its turn to use a connection. Those who came first are served first.
    pub(crate) async fn seat(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.room).acquire_owned().await.ok()
    }

    /// A connection that waits and still works, the last used first.
    pub(crate) async fn take(&self, run: &mut Run) -> Option<Kept> {
        while let Some(mut kept) = self.next() {
            let check = kept.unfinished || kept.used.elapsed() >= CHECK_AFTER;
            if kept.session.is_usable(check, run).await {
                return Some(kept);
            }
        }
        None
    }

    fn next(&self) -> Option<Kept> {
        let keep = self.keep?;
        let now = Instant::now();
        let mut over = Vec::new();
        let mut found = None;
        {
            let mut waiting = self.waiting();
            while let Some(kept) = waiting.pop() {
                if !kept.is_over(&keep, now) {
                    found = Some(kept);
                    break;
                }
                over.push(kept);
            }
        }
        if !over.is_empty() {
            tokio::spawn(farewell(over));
        }
        found
    }

    /// Takes a connection back after a mail, or says goodbye to it where it has done its part.
    pub(crate) async fn put(self: &Arc<Self>, mut kept: Kept, unfinished: bool, run: &mut Run) {
        kept.mails += 1;
        kept.used = Instant::now();
        kept.unfinished = unfinished;
        match self.keep {
            Some(keep) if !kept.is_over(&keep, kept.used) => {
                self.waiting().push(kept);
                self.reap(keep);
            }
            _ => kept.session.quit(run).await,
        }
    }

    /// Says goodbye to all connections that wait.
    pub(crate) async fn close(&self) {
        let waiting = std::mem::take(&mut *self.waiting());
        farewell(waiting).await;
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has a task close connections when they have waited too long. It ends when none waits.
    fn reap(self: &Arc<Self>, keep: Keep) {
        if !self.reaping.swap(true, Ordering::AcqRel) {
            tokio::spawn(reap(Arc::downgrade(self), keep));
        }
    }

    /// Removes what is over; the rest, and when to look again.
    fn sweep(&self, keep: &Keep) -> (Vec<Kept>, Option<Duration>) {
        let now = Instant::now();
        let mut waiting = self.waiting();
        let (over, rest): (Vec<Kept>, Vec<Kept>) =
            waiting.drain(..).partition(|kept| kept.is_over(keep, now));
        *waiting = rest;
        let next = waiting.iter().map(|kept| kept.left(keep, now)).min();
        if next.is_none() {
            self.reaping.store(false, Ordering::Release);
        }
        (over, next)
    }
}

async fn reap(pool: Weak<Pool>, keep: Keep) {
    loop {
        let Some(strong) = pool.upgrade() else { return };
        let (over, next) = strong.sweep(&keep);
        drop(strong);
        farewell(over).await;
        let Some(next) = next else { return };
        sleep(next).await;
    }
}

/// QUIT to each. What comes of it changes nothing.
async fn farewell(kept: Vec<Kept>) {
    for kept in kept {
        kept.session.quit(&mut Run::start(FAREWELL, 0)).await;
    }
}
