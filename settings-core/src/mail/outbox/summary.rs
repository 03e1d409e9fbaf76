//! How the queue does.

use std::time::SystemTime;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{circuit::Circuit, entry::State};
use crate::timestamp::rfc3339;

/// How the queue does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// How many mails there are in each state, in the order of [`State::ALL`].
    pub counts: [u64; State::ALL.len()],
    /// Bytes of the content of all mails that wait.
    pub waiting_bytes: u64,
    /// When the oldest mail that waits was put in.
    pub oldest_waiting: Option<SystemTime>,
    /// When a mail was last sent.
    pub last_sent: Option<SystemTime>,
    /// Whether the queue runs.
    pub circuit: Circuit,
}

impl Summary {
    /// How many mails are in this state.
    pub fn count(&self, state: State) -> u64 {
        State::ALL.iter().zip(self.counts).find(|(one, _)| **one == state).map_or(0, |(_, count)| count)
    }

    /// Mails that are neither sent nor given up.
    pub fn waiting(&self) -> u64 {
        [State::Queued, State::Sending, State::Deferred].into_iter().map(|state| self.count(state)).sum()
    }
}

impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Summary", State::ALL.len() + 4)?;
        for (state, count) in State::ALL.iter().zip(&self.counts) {
            object.serialize_field(state.name(), count)?;
        }
        object.serialize_field("waiting_bytes", &self.waiting_bytes)?;
        object.serialize_field("oldest_waiting", &self.oldest_waiting.map(rfc3339))?;
        object.serialize_field("last_sent", &self.last_sent.map(rfc3339))?;
        object.serialize_field("circuit", &self.circuit)?;
        object.end()
    }
}
