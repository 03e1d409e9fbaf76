//! A summary of the queue.

use std::time::SystemTime;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::mail::outbox::circuit::Circuit;
use crate::mail::outbox::entry::MailState;
use crate::timestamp::rfc3339;

/// The number of mails in each state, and whether the queue runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutboxSummary {
    /// The number of mails in each state, in the order of [`MailState::ALL`].
    pub counts: [u64; MailState::ALL.len()],
    /// The total size of the content of waiting mails in bytes.
    pub waiting_bytes: u64,
    /// The time at which the oldest waiting mail was added.
    pub oldest_waiting: Option<SystemTime>,
    /// The time at which a mail was last sent.
    pub last_sent: Option<SystemTime>,
    /// The state of the queue.
    pub circuit: Circuit,
}

impl OutboxSummary {
    /// Returns the number of mails in this state.
    pub fn count(&self, state: MailState) -> u64 {
        MailState::ALL.iter().zip(self.counts).find(|(one, _)| **one == state).map_or(0, |(_, count)| count)
    }

    /// Returns the number of mails that are neither sent nor given up.
    pub fn waiting(&self) -> u64 {
        let waiting = [MailState::Queued, MailState::Sending, MailState::Deferred];
        waiting.into_iter().map(|state| self.count(state)).sum()
    }
}

impl Serialize for OutboxSummary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("OutboxSummary", MailState::ALL.len() + 4)?;
        for (state, count) in MailState::ALL.iter().zip(&self.counts) {
            object.serialize_field(state.name(), count)?;
        }
        object.serialize_field("waiting_bytes", &self.waiting_bytes)?;
        object.serialize_field("oldest_waiting", &self.oldest_waiting.map(rfc3339))?;
        object.serialize_field("last_sent", &self.last_sent.map(rfc3339))?;
        object.serialize_field("circuit", &self.circuit)?;
        object.end()
    }
}
