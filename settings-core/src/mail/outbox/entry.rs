//! Mails of the outbox as they are listed.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::mail::outbox::error::UnknownName;
use crate::mail::outbox::mail::{MailId, MailKind};
use crate::timestamp::rfc3339;

/// The state of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MailState {
    /// Not tried yet.
    Queued,
    /// The content is being sent to the server.
    Sending,
    /// To be tried again.
    Deferred,
    /// Accepted by the server for every recipient.
    Sent,
    /// Given up for at least one recipient: a dead letter.
    Failed,
    /// The content was sent, but it is not known whether the server accepted it: a dead letter, unless it is to be sent
    /// again.
    Unknown,
}

/// The delivery state of one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    /// Still to be delivered.
    Pending,
    /// Accepted by the server.
    Sent,
    /// Given up.
    Failed,
    /// Not known.
    Unknown,
}

/// A mail of the outbox without its content. `Debug` omits addresses and the server's replies.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutboxEntry {
    /// The number of the mail.
    pub id: MailId,
    /// The Message-ID without its brackets.
    pub message_id: String,
    /// The kind of the mail.
    pub kind: MailKind,
    /// The state of the mail.
    pub state: MailState,
    /// The start of this state.
    pub since: SystemTime,
    /// The time of the next attempt, if there is one.
    pub next: Option<SystemTime>,
    /// The number of attempts so far.
    pub attempts: u32,
    /// The number of further copies that were sent because the delivery was unknown.
    pub resends: u32,
    /// The time at which the mail was added.
    pub created: SystemTime,
    /// The time at which the mail is given up.
    pub expires: SystemTime,
    /// The size of the content in bytes.
    pub size: u64,
    /// True if the content is still stored, so that the mail can be sent.
    pub has_content: bool,
    /// The server's name for the mail, once it is sent.
    pub queue_id: Option<String>,
    /// The result of the last attempt: the server's reply, or the error.
    pub reply: Option<String>,
    /// The recipients.
    pub recipients: Vec<RecipientEntry>,
}

/// A recipient of a mail of the outbox. `Debug` omits the address and the server's reply.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecipientEntry {
    /// The address.
    pub address: String,
    /// The delivery state.
    pub progress: Progress,
    /// The server's last reply for this recipient.
    pub reply: Option<String>,
}

impl MailState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Sending, Self::Deferred, Self::Sent, Self::Failed, Self::Unknown];

    /// Returns the name of the state, such as `queued`.
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
}

impl Progress {
    /// Every delivery state.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Sent, Self::Failed, Self::Unknown];

    /// Returns the name of the state, such as `pending`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

impl OutboxEntry {
    /// Creates an entry for a mail with this Message-ID, for implementations of [`OutboxStore`](super::OutboxStore) that
    /// set the other fields. All times are `at`, and the mail is not tried again.
    pub fn stored(id: MailId, message_id: String, kind: MailKind, state: MailState, at: SystemTime) -> Self {
        Self {
            id,
            message_id,
            kind,
            state,
            since: at,
            next: None,
            attempts: 0,
            resends: 0,
            created: at,
            expires: at,
            size: 0,
            has_content: false,
            queue_id: None,
            reply: None,
            recipients: Vec::new(),
        }
    }

    /// Creates an entry for a mail that was just added, for implementations of
    /// [`OutboxStore`](super::OutboxStore). It is due immediately.
    pub fn new(id: MailId, mail: &super::NewMail, now: SystemTime) -> Self {
        let object = mail.object();
        Self {
            id,
            message_id: object.message_id().as_str().to_owned(),
            kind: mail.kind(),
            state: MailState::Queued,
            since: now,
            next: Some(now),
            attempts: 0,
            resends: 0,
            created: now,
            expires: now.checked_add(mail.time_to_live()).unwrap_or(now),
            size: u64::try_from(object.content().len()).unwrap_or(u64::MAX),
            has_content: true,
            queue_id: None,
            reply: None,
            recipients: object.recipients().iter().map(|to| RecipientEntry::new(to.as_str())).collect(),
        }
    }
}

impl RecipientEntry {
    /// Creates an entry for a recipient that is still to be delivered.
    pub fn new(address: impl Into<String>) -> Self {
        Self { address: address.into(), progress: Progress::Pending, reply: None }
    }
}

impl FromStr for MailState {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL.into_iter().find(|state| state.name() == text);
        found.ok_or_else(|| UnknownName { name: text.to_owned(), expected: "the state of a mail" })
    }
}

impl FromStr for Progress {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL.into_iter().find(|progress| progress.name() == text);
        found.ok_or_else(|| UnknownName {
            name: text.to_owned(),
            expected: "the delivery state of a recipient",
        })
    }
}

impl fmt::Display for MailState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for OutboxEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboxEntry")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("state", &self.state)
            .field("since", &self.since)
            .field("next", &self.next)
            .field("attempts", &self.attempts)
            .field("resends", &self.resends)
            .field("recipients", &self.recipients)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RecipientEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecipientEntry").field("progress", &self.progress).finish_non_exhaustive()
    }
}

impl Serialize for OutboxEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("OutboxEntry", 14)?;
        object.serialize_field("id", &self.id)?;
        object.serialize_field("message_id", &self.message_id)?;
        object.serialize_field("kind", &self.kind)?;
        object.serialize_field("state", self.state.name())?;
        object.serialize_field("since", &rfc3339(self.since))?;
        object.serialize_field("next", &self.next.map(rfc3339))?;
        object.serialize_field("attempts", &self.attempts)?;
        object.serialize_field("resends", &self.resends)?;
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
