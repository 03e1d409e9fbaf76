//! A step of a delivery.

use std::time::Duration;

use settings_core::mail::outbox::{BeginOutcome, LeaseToken, MailId, MailState, Settlement};

/// A step of the delivery of one mail, which needs its lease.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) id: MailId,
    pub(crate) token: LeaseToken,
    /// The time of the step, in milliseconds.
    pub(crate) now: i64,
    pub(crate) change: Change,
}

#[derive(Debug)]
pub(crate) enum Change {
    /// Marks the mail as being sent, and renews its lease.
    Begin { attempt: u32, lease: Duration },
    /// Records the result of an attempt.
    Settle(Settlement),
}

/// The effect of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Begun(BeginOutcome),
    /// The state of the mail; `None` if its lease was lost.
    Settled(Option<MailState>),
}
