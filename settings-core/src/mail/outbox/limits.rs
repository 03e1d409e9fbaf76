//! Limits on what the outbox keeps.

use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Limits on how many mails and bytes an outbox keeps, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutboxLimits {
    /// The number of mails that may wait for delivery.
    pub mails: u64,
    /// The total size of their content in bytes.
    pub bytes: u64,
    /// The number of dead letters that are kept. The oldest are removed first.
    pub dead_mails: u64,
    /// The total size of the content of dead letters in bytes. Beyond it the oldest remain listed without content, so
    /// that they cannot be sent again.
    pub dead_bytes: u64,
    /// The time for which dead letters are kept.
    pub keep_dead: Duration,
    /// The time for which sent mails are listed. Their content is not kept.
    pub keep_sent: Duration,
}

impl Default for OutboxLimits {
    fn default() -> Self {
        Self {
            mails: 10_000,
            bytes: 256 * 1024 * 1024,
            dead_mails: 1_000,
            dead_bytes: 64 * 1024 * 1024,
            keep_dead: DAY.saturating_mul(30),
            keep_sent: DAY.saturating_mul(7),
        }
    }
}

impl OutboxLimits {
    /// Sets how many mails may wait, and the total size of their content in bytes.
    #[must_use]
    pub fn waiting(mut self, mails: u64, bytes: u64) -> Self {
        (self.mails, self.bytes) = (mails, bytes);
        self
    }

    /// Sets how many dead letters are kept, and the total size of their content in bytes.
    #[must_use]
    pub fn dead(mut self, mails: u64, bytes: u64) -> Self {
        (self.dead_mails, self.dead_bytes) = (mails, bytes);
        self
    }
}
