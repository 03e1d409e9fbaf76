//! Connections that wait for the next mail.
//!
//! A connection belongs to the future that uses it and comes back only when its mail is done with.
//! A future that is dropped takes its connection with it, so nobody ever gets one that is out of step.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::{Instant, sleep},
};

use super::{
    meter::{CloseReason, Tally},
    session::{Run, Session},
};

/// How long connections are kept for further mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// The longest time without a mail. Some servers close after ten seconds.
    pub idle: Duration,
    /// The longest time since it was opened.
    pub age: Duration,
    /// The most mails over one connection; with 1 each mail has its own.
    pub mails: u32,
}

impl Keep {
    /// Each mail has a connection of its own.
    pub const NOT: Self = Self { idle: Duration::ZERO, age: Duration::ZERO, mails: 1 };

    /// Kept for this long without a mail; not at all where that is zero.
    pub(crate) fn idle(idle: Duration) -> Self {
        if idle.is_zero() { Self::NOT } else { Self { idle, ..Self::default() } }
    }
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

/// The connections of one mailer by one state of its settings.
#[derive(Debug)]
pub(crate) struct Pool {
    keep: Keep,
    room: Arc<Semaphore>,
    idle: Mutex<Idle>,
}

/// The connections that wait.
#[derive(Debug, Default)]
struct Idle {
    waiting: Vec<Kept>,
    /// Whether a task closes them when they have waited too long.
    reaping: bool,
    /// Why none may wait any more.
    retired: Option<CloseReason>,
    /// Where farewells can be said, once it is known.
    runtime: Option<Handle>,
}

/// An open connection and what is known of it.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) session: Session,
    tally: Tally,
    opened: Instant,
    used: Instant,
    mails: u32,
    /// Whether the last mail left something behind that RSET has to take back.
    unfinished: bool,
}

impl Kept {
    /// A connection that was opened just now.
    pub(crate) fn new(session: Session, tally: Tally) -> Self {
        let now = Instant::now();
        Self { session, tally, opened: now, used: now, mails: 0, unfinished: false }
    }

    /// Closes it without a word: nothing can follow on it.
    pub(crate) fn abandon(mut self, reason: CloseReason) {
        self.tally.because(reason);
    }

    /// Says goodbye.
    async fn leave(mut self, reason: CloseReason, run: &mut Run) {
        self.tally.because(reason);
        self.session.quit(run).await;
        drop(self.tally);
    }

    /// How long it may still wait.
    fn left(&self, keep: &Keep, now: Instant) -> Duration {
        let left =
            |limit: Duration, since: Instant| limit.saturating_sub(now.saturating_duration_since(since));
        left(keep.idle, self.used).min(left(keep.age, self.opened))
    }

    /// Why it has done its part.
    fn is_over(&self, keep: &Keep, now: Instant) -> Option<CloseReason> {
        if self.mails >= keep.mails {
            Some(CloseReason::Mails)
        } else if now.saturating_duration_since(self.opened) >= keep.age {
            Some(CloseReason::Age)
        } else if now.saturating_duration_since(self.used) >= keep.idle {
            Some(CloseReason::Idle)
        } else {
            None
        }
    }
}

impl Pool {
    /// Room for `connections` at a time, at least one.
    pub(crate) fn new(connections: usize, keep: Keep) -> Arc<Self> {
        let room = Arc::new(Semaphore::new(connections.clamp(1, 1000)));
        Arc::new(Self { keep, room, idle: Mutex::default() })
    }

    /// Waits for its turn to use a connection. Those who came first are served first.
    pub(crate) async fn seat(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.room).acquire_owned().await.ok()
    }

    /// How many connections wait.
    pub(crate) fn waiting(&self) -> usize {
        self.idle().waiting.len()
    }

    /// A connection that waits and still works, the last used first.
    pub(crate) async fn take(&self, run: &mut Run) -> Option<Kept> {
        while let Some(mut kept) = self.next() {
            let check = kept.unfinished || kept.used.elapsed() >= CHECK_AFTER;
            if kept.session.is_usable(check, run).await {
                return Some(kept);
            }
            kept.abandon(CloseReason::Stale);
        }
        None
    }

    fn next(&self) -> Option<Kept> {
        let now = Instant::now();
        let mut over = Vec::new();
        let mut found = None;
        {
            let mut idle = self.idle();
            while let Some(kept) = idle.waiting.pop() {
                match kept.is_over(&self.keep, now) {
                    None => {
                        found = Some(kept);
                        break;
                    }
                    Some(reason) => over.push((kept, reason)),
                }
            }
        }
        if !over.is_empty() {
            tokio::spawn(farewell(over));
        }
        found
    }

    /// Takes a connection back after a mail, or says goodbye to it where it has done its part.
    pub(crate) async fn put(self: &Arc<Self>, mut kept: Kept, unfinished: bool, run: &mut Run) {
        kept.mails = kept.mails.saturating_add(1);
        kept.used = Instant::now();
        kept.unfinished = unfinished;
        if let Some((kept, reason)) = self.wait(kept) {
            kept.leave(reason, run).await;
        }
    }

    /// Has the connection wait; gives it back where it must not, with the reason.
    fn wait(self: &Arc<Self>, kept: Kept) -> Option<(Kept, CloseReason)> {
        let over = kept.is_over(&self.keep, kept.used);
        let mut idle = self.idle();
        if let Some(reason) = idle.retired.or(over) {
            return Some((kept, reason));
        }
        idle.waiting.push(kept);
        if !idle.reaping {
            idle.reaping = true;
            idle.runtime = Some(Handle::current());
            tokio::spawn(reap(Arc::downgrade(self), self.keep));
        }
        None
    }

    /// Says goodbye to all connections that wait; others may come back later and wait again.
    pub(crate) async fn close(&self) {
        let waiting = std::mem::take(&mut self.idle().waiting);
        farewell(because(waiting, CloseReason::Closed)).await;
    }

    /// Lets no connection wait any more: those that wait are left in the background, those that are in use when their
    /// mail is done with.
    pub(crate) fn retire(&self, reason: CloseReason) {
        let (waiting, runtime) = {
            let mut idle = self.idle();
            idle.retired = Some(reason);
            (std::mem::take(&mut idle.waiting), idle.runtime.take())
        };
        if let Some(runtime) = runtime.filter(|_| !waiting.is_empty()) {
            runtime.spawn(farewell(because(waiting, reason)));
        }
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes what is over; the rest, and when to look again.
    fn sweep(&self, keep: &Keep) -> (Vec<(Kept, CloseReason)>, Option<Duration>) {
        let now = Instant::now();
        let mut idle = self.idle();
        let mut over = Vec::new();
        for kept in std::mem::take(&mut idle.waiting) {
            match kept.is_over(keep, now) {
                Some(reason) => over.push((kept, reason)),
                None => idle.waiting.push(kept),
            }
        }
        let next = idle.waiting.iter().map(|kept| kept.left(keep, now)).min();
        idle.reaping = next.is_some();
        (over, next)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.retire(CloseReason::Closed);
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

fn because(waiting: Vec<Kept>, reason: CloseReason) -> Vec<(Kept, CloseReason)> {
    waiting.into_iter().map(|kept| (kept, reason)).collect()
}

/// QUIT to each, at the same time. What comes of it changes nothing.
async fn farewell(kept: Vec<(Kept, CloseReason)>) {
    let mut leaving = JoinSet::new();
    for (kept, reason) in kept {
        leaving.spawn(async move { kept.leave(reason, &mut Run::start(FAREWELL, 0)).await });
    }
    while leaving.join_next().await.is_some() {}
}
