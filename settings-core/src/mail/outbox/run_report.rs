//! The result of a run.

use std::time::SystemTime;

use serde::Serialize;

use crate::mail::outbox::circuit::Circuit;

/// The result of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RunReport {
    /// Mails sent to their last recipient.
    pub sent: u64,
    /// Mails to be tried again.
    pub deferred: u64,
    /// Mails given up for at least one recipient.
    pub failed: u64,
    /// Mails whose delivery is unknown.
    pub unknown: u64,
    /// Mails whose lease was lost while they were sent, so that the result is not recorded. The program that took them
    /// over counts them.
    pub lost: u64,
    /// Mails that an earlier run, or another program, was sending when it ended.
    pub recovered: u64,
    /// Mails given up because they had expired.
    pub expired: u64,
    /// True if nothing was done because another process delivers from this outbox.
    pub busy: bool,
    /// The state of the queue.
    pub circuit: Circuit,
    /// The time at which a mail is due next, as far as is known now.
    #[serde(skip)]
    pub next: Option<SystemTime>,
}
