//! A step of a delivery.

use std::time::Duration;

use settings_core::mail::outbox::{LeaseToken, MailId, Settlement};

/// A step of the delivery of one mail, which needs its lease.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) id: MailId,
    pub(crate) token: LeaseToken,
    /// The time of the step, in milliseconds.
    pub(crate) now: i64,
    pub(crate) change: Change,
}

/// The change that a step makes.
#[derive(Debug)]
pub(crate) enum Change {
    /// Marks the mail as being sent, and renews its lease.
    Begin { attempt: u32, lease: Duration },
    /// Records the result of an attempt.
    Settle(Settlement),
}
