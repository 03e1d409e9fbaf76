//! A pool of open connections, kept for further mails.
//!
//! A connection is owned by the future that uses it and returns to the pool only after its mail is finished. A future
//! that is dropped closes its connection, so a connection in an unknown state is never reused.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::metrics::{CloseReason, ConnectionGuard};
use super::options::PoolConfig;
use super::session::{Liveness, Run, Session};

/// A connection that was idle for longer than this is checked before it is reused.
const CHECK_AFTER: Duration = Duration::from_secs(1);
/// The total time allowed for QUIT in the background.
const QUIT_TIMEOUT: Duration = Duration::from_secs(1);

/// The connections of one mailer for one state of its settings.
#[derive(Debug)]
pub(crate) struct Pool {
    config: PoolConfig,
    permits: Arc<Semaphore>,
    idle: Mutex<Idle>,
}

/// The idle connections.
#[derive(Debug, Default)]
struct Idle {
    connections: Vec<PooledConnection>,
    /// Set while a task closes connections that were idle for too long.
    reaping: bool,
    /// The reason why connections are no longer kept.
    drained: Option<CloseReason>,
    /// The runtime that can send QUIT in the background, once it is known.
    runtime: Option<Handle>,
}

/// An open connection with its usage.
#[derive(Debug)]
pub(crate) struct PooledConnection {
    pub(crate) session: Session,
    guard: ConnectionGuard,
    opened: Instant,
    last_used: Instant,
    mails: u32,
    transaction: Transaction,
}

/// The state in which a mail left its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transaction {
    /// The mail was accepted.
    Complete,
    /// The mail was refused; RSET has to clear what is left of it.
    Aborted,
}

impl PooledConnection {
    /// Wraps a connection that was just opened.
    pub(crate) fn new(session: Session, guard: ConnectionGuard) -> Self {
        let now = Instant::now();
        let transaction = Transaction::Complete;
        Self { session, guard, opened: now, last_used: now, mails: 0, transaction }
    }

    /// Closes the connection without QUIT.
    pub(crate) fn discard(mut self, reason: CloseReason) {
        self.guard.set_reason(reason);
    }

    /// Sends QUIT and closes the connection.
    async fn quit(mut self, reason: CloseReason, run: &mut Run) {
        self.guard.set_reason(reason);
        self.session.quit(run).await;
        drop(self.guard);
    }

    /// Returns the time for which the connection may stay idle.
    fn remaining(&self, config: &PoolConfig, now: Instant) -> Duration {
        let remaining =
            |limit: Duration, since: Instant| limit.saturating_sub(now.saturating_duration_since(since));
        remaining(config.max_idle, self.last_used).min(remaining(config.max_age, self.opened))
    }

    /// Returns the limit that the connection has reached, if any.
    fn close_reason(&self, config: &PoolConfig, now: Instant) -> Option<CloseReason> {
        if self.mails >= config.max_mails {
            Some(CloseReason::Mails)
        } else if now.saturating_duration_since(self.opened) >= config.max_age {
            Some(CloseReason::Age)
        } else if now.saturating_duration_since(self.last_used) >= config.max_idle {
            Some(CloseReason::Idle)
        } else {
            None
        }
    }
}

impl Pool {
    /// Creates a pool for at most `connections` connections, at least one.
    pub(crate) fn new(connections: usize, config: PoolConfig) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(connections.clamp(1, 1000)));
        Arc::new(Self { config, permits, idle: Mutex::default() })
    }

    /// Waits for permission to use a connection, first come, first served.
    pub(crate) async fn acquire(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).acquire_owned().await.ok()
    }

    /// Returns the number of idle connections.
    pub(crate) fn idle_count(&self) -> usize {
        self.idle().connections.len()
    }

    /// Takes an idle connection that still works, the most recently used first.
    pub(crate) async fn take(&self, run: &mut Run) -> Option<PooledConnection> {
        while let Some(mut connection) = self.next() {
            let check = connection.transaction == Transaction::Aborted
                || connection.last_used.elapsed() >= CHECK_AFTER;
            let liveness = if check { Liveness::Ask } else { Liveness::Assume };
            if connection.session.is_usable(liveness, run).await {
                return Some(connection);
            }
            connection.discard(CloseReason::Stale);
        }
        None
    }

    fn next(&self) -> Option<PooledConnection> {
        let now = Instant::now();
        let mut over = Vec::new();
        let mut found = None;
        {
            let mut idle = self.idle();
            while let Some(connection) = idle.connections.pop() {
                match connection.close_reason(&self.config, now) {
                    None => {
                        found = Some(connection);
                        break;
                    }
                    Some(reason) => over.push((connection, reason)),
                }
            }
        }
        if !over.is_empty() {
            tokio::spawn(quit_all(over));
        }
        found
    }

    /// Returns a connection after a mail, or closes it where it has reached a limit.
    pub(crate) async fn put(
        self: &Arc<Self>,
        mut connection: PooledConnection,
        transaction: Transaction,
        run: &mut Run,
    ) {
        connection.mails = connection.mails.saturating_add(1);
        connection.last_used = Instant::now();
        connection.transaction = transaction;
        if let Some((connection, reason)) = self.keep(connection) {
            connection.quit(reason, run).await;
        }
    }

    /// Keeps the connection, or gives it back with the reason why it cannot be kept.
    fn keep(self: &Arc<Self>, connection: PooledConnection) -> Option<(PooledConnection, CloseReason)> {
        let limit = connection.close_reason(&self.config, connection.last_used);
        let mut idle = self.idle();
        if let Some(reason) = idle.drained.or(limit) {
            return Some((connection, reason));
        }
        idle.connections.push(connection);
        if !idle.reaping {
            idle.reaping = true;
            idle.runtime = Some(Handle::current());
            tokio::spawn(reap(Arc::downgrade(self), self.config));
        }
        None
    }

    /// Closes all idle connections. Connections that are in use can be kept again later.
    pub(crate) async fn close(&self) {
        let connections = std::mem::take(&mut self.idle().connections);
        quit_all(with_reason(connections, CloseReason::Closed)).await;
    }

    /// Stops keeping connections: idle ones are closed in the background, others as soon as their mail is finished.
    pub(crate) fn drain(&self, reason: CloseReason) {
        let (connections, runtime) = {
            let mut idle = self.idle();
            idle.drained = Some(reason);
            (std::mem::take(&mut idle.connections), idle.runtime.take())
        };
        if let Some(runtime) = runtime.filter(|_| !connections.is_empty()) {
            runtime.spawn(quit_all(with_reason(connections, reason)));
        }
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes the connections that have reached a limit; returns them and the time until the next one does.
    fn sweep(&self, config: &PoolConfig) -> (Vec<(PooledConnection, CloseReason)>, Option<Duration>) {
        let now = Instant::now();
        let mut idle = self.idle();
        let mut over = Vec::new();
        for connection in std::mem::take(&mut idle.connections) {
            match connection.close_reason(config, now) {
                Some(reason) => over.push((connection, reason)),
                None => idle.connections.push(connection),
            }
        }
        let next = idle.connections.iter().map(|connection| connection.remaining(config, now)).min();
        idle.reaping = next.is_some();
        (over, next)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.drain(CloseReason::Closed);
    }
}

async fn reap(pool: Weak<Pool>, config: PoolConfig) {
    loop {
        let Some(strong) = pool.upgrade() else { return };
        let (over, next) = strong.sweep(&config);
        drop(strong);
        quit_all(over).await;
        let Some(next) = next else { return };
        sleep(next).await;
    }
}

fn with_reason(
    connections: Vec<PooledConnection>,
    reason: CloseReason,
) -> Vec<(PooledConnection, CloseReason)> {
    connections.into_iter().map(|connection| (connection, reason)).collect()
}

/// Sends QUIT on each connection concurrently and ignores the replies.
async fn quit_all(connections: Vec<(PooledConnection, CloseReason)>) {
    let mut tasks = JoinSet::new();
    for (connection, reason) in connections {
        tasks.spawn(async move { connection.quit(reason, &mut Run::start(QUIT_TIMEOUT, 0)).await });
    }
    while tasks.join_next().await.is_some() {}
}
