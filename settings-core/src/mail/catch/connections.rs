//! The open connections, and the one that makes room for another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

/// The open connections.
#[derive(Debug, Default)]
pub(super) struct Connections {
    open: Mutex<Open>,
    /// Notified when a connection ends.
    ended: Notify,
}

#[derive(Debug, Default)]
struct Open {
    connections: HashMap<u64, Activity>,
    last_id: u64,
}

/// The activity of one connection.
#[derive(Debug)]
struct Activity {
    /// True while a message is received.
    in_message: bool,
    /// The start of the connection, or the end of its last message.
    since: Instant,
    evicted: Arc<Notify>,
}

/// An open connection. Dropping it closes the entry.
#[derive(Debug)]
pub(super) struct Connection {
    id: u64,
    connections: Arc<Connections>,
    evicted: Arc<Notify>,
}

impl Connections {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a connection. If there are `limit` already, the one that has been idle for the longest time is closed first.
    pub(super) async fn add(self: &Arc<Self>, limit: usize) -> Connection {
        loop {
            let ended = self.ended.notified();
            if let Some(connection) = self.try_add(limit) {
                return connection;
            }
            ended.await;
        }
    }

    fn try_add(self: &Arc<Self>, limit: usize) -> Option<Connection> {
        let mut open = self.open();
        if open.connections.len() >= limit {
            let idle = open.connections.values().min_by_key(|activity| (activity.in_message, activity.since));
            if let Some(activity) = idle {
                activity.evicted.notify_one();
            }
            return None;
        }
        open.last_id += 1;
        let (id, evicted) = (open.last_id, Arc::<Notify>::default());
        let activity = Activity { in_message: false, since: Instant::now(), evicted: Arc::clone(&evicted) };
        open.connections.insert(id, activity);
        Some(Connection { id, connections: Arc::clone(self), evicted })
    }
}

impl Connection {
    /// Waits until this connection has to make room for another.
    pub(super) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    /// Records the start of a message.
    pub(super) fn message_started(&self) {
        if let Some(activity) = self.connections.open().connections.get_mut(&self.id) {
            activity.in_message = true;
        }
    }

    /// Records the end of a message.
    pub(super) fn message_ended(&self) {
        if let Some(activity) = self.connections.open().connections.get_mut(&self.id) {
            (activity.in_message, activity.since) = (false, Instant::now());
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.connections.open().connections.remove(&self.id);
        self.connections.ended.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn is_evicted(connection: &Connection) -> bool {
        tokio::time::timeout(std::time::Duration::from_millis(20), connection.evicted()).await.is_ok()
    }

    #[tokio::test]
    async fn longest_idle_connection_makes_room() {
        let connections = Arc::<Connections>::default();
        let (first, second, third) =
            (connections.add(3).await, connections.add(3).await, connections.add(3).await);
        first.message_started();
        second.message_started();
        second.message_ended();
        assert!(connections.try_add(3).is_none());
        assert!(is_evicted(&third).await, "it never sent a message");
        drop(third);
        let fourth = connections.add(3).await;
        assert!(connections.try_add(3).is_none());
        assert!(is_evicted(&second).await, "its message is the oldest");
        fourth.message_started();
        drop(second);
        let fifth = connections.add(3).await;
        fifth.message_started();
        assert!(connections.try_add(3).is_none());
        assert!(is_evicted(&first).await, "all receive a message; this one is the oldest");
    }
}
