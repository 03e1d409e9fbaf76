//! The room for one message in the memory of the server.

use tokio::time::timeout;

use crate::mail::catch::Shared;
use crate::mail::catch::memory::Share;

/// The memory for one message.
pub(super) struct Room<'s> {
    shared: &'s Shared,
    declared: Option<usize>,
}

impl<'s> Room<'s> {
    pub(super) fn new(shared: &'s Shared, declared: Option<usize>) -> Self {
        Self { shared, declared }
    }

    /// Waits for the memory of a message that is not small. Returns its size and its share.
    pub(super) async fn reserve(&self, limit: usize) -> Option<(usize, Share)> {
        // The declared size excludes the final dot, and may be too small: then the whole limit is reserved.
        let size = self.declared.map_or(limit, |declared| declared.saturating_add(RESERVE)).min(limit);
        let share = match self.shared.room_for(size) {
            Some(share) => share,
            None => timeout(self.shared.options.timeout, self.shared.memory.share(size)).await.ok()??,
        };
        Some((size, share))
    }
}

/// Bytes that a client may have forgotten to declare.
const RESERVE: usize = 4096;

impl Shared {
    /// Returns a share of the memory if there is room, or if older mails may be dropped for it.
    pub(super) fn room_for(&self, bytes: usize) -> Option<Share> {
        loop {
            if let Some(share) = self.memory.try_share(bytes) {
                return Some(share);
            }
            if !self.queue.drop_oldest() {
                return None;
            }
        }
    }
}
