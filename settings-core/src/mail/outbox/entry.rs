//! What the outbox tells of a mail.

use std::{fmt, time::SystemTime};

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::mail::{Kind, MailId};
use crate::timestamp::rfc3339;

/// Where a mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Not tried yet.
    Queued,
    /// Its content is on the way to the server.
    Sending,
    /// To be tried again.
    Deferred,
    /// The server took it for every recipient.
    Sent,
    /// Given up for at least one recipient: a dead letter.
    Failed,
    /// Its content went out, but nobody knows whether the server took it: a dead letter, unless it is to be sent
    /// again.
    Unknown,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Sending, Self::Deferred, Self::Sent, Self::Failed, Self::Unknown];

    /// The state's name: `queued` for example.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Deferred => "deferred",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// The state of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A mail of the outbox, as far as it may be shown. `Debug` leaves addresses and the server's words out.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: MailId,
    /// Its Message-ID, without the brackets.
    pub message_id: String,
    /// What it is for.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// When that began.
    pub since: SystemTime,
    /// When it is tried next; none where it is on its way or at its end.
    pub next: Option<SystemTime>,
    /// Attempts so far.
    pub attempts: u32,
    /// Whether it has been sent again after nobody knew whether it had arrived.
    pub resent: bool,
    /// When it was put into the outbox.
    pub created: SystemTime,
    /// When it is given up.
    pub expires: SystemTime,
    /// Bytes of its content.
    pub size: u64,
    /// Whether the content is still kept, so that it can be sent.
    pub has_content: bool,
    /// The server's name for it, once it is sent.
    pub queue_id: Option<String>,
    /// What was last seen: the server's answer, or what stood in the way.
    pub reply: Option<String>,
    /// Its recipients.
    pub recipients: Vec<RecipientEntry>,
}

/// A recipient of a mail of the outbox. `Debug` leaves the address and the server's words out.
#[derive(Clone, PartialEq, Eq)]
pub struct RecipientEntry {
    /// The address.
    pub address: String,
    /// Where the mail stands for this recipient.
    pub progress: Progress,
    /// What the server last answered for it.
    pub reply: Option<String>,
}

/// Where a mail stands for one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    /// Still to be delivered.
    Pending,
    /// The server took it.
    Sent,
    /// Given up.
    Failed,
    /// Nobody knows.
    Unknown,
}

impl Progress {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Sent, Self::Failed, Self::Unknown];

    /// The name: `pending` for example.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// The one of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|progress| progress.name() == name)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("state", &self.state)
            .field("since", &self.since)
            .field("next", &self.next)
            .field("attempts", &self.attempts)
            .field("resent", &self.resent)
            .field("recipients", &self.recipients)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RecipientEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecipientEntry").field("progress", &self.progress).finish_non_exhaustive()
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Entry", 14)?;
        object.serialize_field("id", &self.id)?;
        object.serialize_field("message_id", &self.message_id)?;
        object.serialize_field("kind", &self.kind)?;
        object.serialize_field("state", self.state.name())?;
        object.serialize_field("since", &rfc3339(self.since))?;
        object.serialize_field("next", &self.next.map(rfc3339))?;
        object.serialize_field("attempts", &self.attempts)?;
        object.serialize_field("resent", &self.resent)?;
        object.serialize_field("created", &rfc3339(self.created))?;
        object.serialize_field("expires", &rfc3339(self.expires))?;
        object.serialize_field("size", &self.size)?;
        object.serialize_field("queue_id", &self.queue_id)?;
        object.serialize_field("reply", &self.reply)?;
        object.serialize_field("recipients", &self.recipients)?;
        object.end()
    }
}

impl Serialize for RecipientEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("RecipientEntry", 3)?;
        object.serialize_field("address", &self.address)?;
        object.serialize_field("state", self.progress.name())?;
        object.serialize_field("reply", &self.reply)?;
        object.end()
    }
}
