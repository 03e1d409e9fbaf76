//! How much the outbox keeps.

use std::time::Duration;

/// How much the outbox keeps, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Mails that may wait for their delivery.
    pub mails: u64,
    /// Bytes of content of all of them.
    pub bytes: u64,
    /// Dead letters that are kept; the oldest go first.
    pub dead_mails: u64,
    /// Bytes of content of all dead letters. Beyond it the oldest are listed on, but cannot be sent again.
    pub dead_bytes: u64,
    /// How long dead letters are kept.
    pub keep_dead: Duration,
    /// How long sent mails are listed; their content is not kept.
    pub keep_sent: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            mails: 10_000,
            bytes: 256 * 1024 * 1024,
            dead_mails: 1_000,
            dead_bytes: 64 * 1024 * 1024,
            keep_dead: Duration::from_hours(30 * 24),
            keep_sent: Duration::from_hours(7 * 24),
        }
    }
}

impl Limits {
    /// Sets how many mails may wait, and how many bytes of content they may have together.
    #[must_use]
    pub fn waiting(mut self, mails: u64, bytes: u64) -> Self {
        (self.mails, self.bytes) = (mails, bytes);
        self
    }

    /// Sets how many dead letters are kept, and how many bytes of content they may have together.
    #[must_use]
    pub fn dead(mut self, mails: u64, bytes: u64) -> Self {
        (self.dead_mails, self.dead_bytes) = (mails, bytes);
        self
    }
}
