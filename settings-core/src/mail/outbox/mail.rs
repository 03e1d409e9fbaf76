//! Mails to add to the outbox.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::mail::address::Address;
use crate::mail::message::MailObject;
use crate::mail::outbox::error::UnknownName;
use crate::mail::outbox::sender;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The time for which a key rejects a second mail about the same event, unless it lasts as long as the outbox.
pub const KEY_LIFETIME: Duration = DAY.saturating_mul(7);

/// The number of further copies of a mail whose delivery is unknown.
pub const MAX_RESENDS: u32 = 3;

/// The number of a mail in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailId(pub(super) i64);

/// The kind of a mail. It determines for how long delivery is tried, and which mails make room in a full outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailKind {
    /// A notification: tried for 24 hours.
    Notification,
    /// A security alert: tried for 3 days, delivered first, and may replace notifications in a full outbox.
    Alert,
}

/// The treatment of a mail whose delivery is unknown: its content was sent, but the server's answer was lost, or the
/// program ended before it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IfUnknown {
    /// Does not send it again: at most once.
    Leave,
    /// Sends it again with the same Message-ID, by which receivers recognize further copies: at least once. After three
    /// further copies whose delivery is unknown too it is given up.
    Resend,
}

/// A mail to add to the outbox. `Debug` shows neither addresses nor the key.
#[derive(Clone, PartialEq, Eq)]
pub struct NewMail {
    pub(super) object: MailObject,
    pub(super) kind: MailKind,
    pub(super) if_unknown: IfUnknown,
    pub(super) lifetime: Duration,
    pub(super) key: Option<Key>,
}

/// The name of the event that a mail is about, by which a second mail about it is recognized.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) name: String,
    /// The time for which the key is kept; `None` means as long as the outbox exists.
    pub(super) lifetime: Option<Duration>,
}

impl NewMail {
    /// Creates a notification: tried for 24 hours, never sent twice.
    pub fn notification(object: MailObject) -> Self {
        Self { object, kind: MailKind::Notification, if_unknown: IfUnknown::Leave, lifetime: DAY, key: None }
    }

    /// Creates an alert: tried for 3 days, sent again if its delivery is unknown.
    pub fn alert(object: MailObject) -> Self {
        let lifetime = DAY.saturating_mul(3);
        Self { object, kind: MailKind::Alert, if_unknown: IfUnknown::Resend, lifetime, key: None }
    }

    /// Names the event that the mail is about. For 7 days no second mail with this key is accepted.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(Key { name: key.into(), lifetime: Some(KEY_LIFETIME) });
        self
    }

    /// Like [`NewMail::key`], for as long as the outbox exists.
    #[must_use]
    pub fn lasting_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(Key { name: key.into(), lifetime: None });
        self
    }

    /// Sets the treatment of the mail if its delivery is unknown.
    #[must_use]
    pub fn if_unknown(mut self, policy: IfUnknown) -> Self {
        self.if_unknown = policy;
        self
    }

    /// Sets for how long delivery is tried.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }
}

/// Accessors for implementations of [`OutboxStore`](super::OutboxStore).
impl NewMail {
    /// Returns envelope and content.
    pub fn object(&self) -> &MailObject {
        &self.object
    }

    /// Returns the address of the From header, which may differ from the sender of the envelope.
    pub fn from_address(&self) -> Option<Address> {
        sender::from_address(&self.object)
    }

    /// Returns the kind.
    pub fn kind(&self) -> MailKind {
        self.kind
    }

    /// Returns true if the mail may be sent again when its delivery is unknown.
    pub fn may_resend(&self) -> bool {
        self.if_unknown.may_resend()
    }

    /// Returns for how long delivery is tried.
    pub fn time_to_live(&self) -> Duration {
        self.lifetime
    }

    /// Returns the key, and for how long no second mail with it is accepted; `None` means forever.
    pub fn event(&self) -> Option<(&str, Option<Duration>)> {
        self.key.as_ref().map(|key| (key.name.as_str(), key.lifetime))
    }
}

impl fmt::Debug for NewMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewMail")
            .field("object", &self.object)
            .field("kind", &self.kind)
            .field("if_unknown", &self.if_unknown)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

impl MailKind {
    /// Returns the name of the kind: `notification` or `alert`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Notification => "notification",
            Self::Alert => "alert",
        }
    }
}

impl FromStr for MailKind {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let found = [Self::Notification, Self::Alert].into_iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| UnknownName { name: text.to_owned(), expected: "`notification` or `alert`" })
    }
}

impl fmt::Display for MailKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for MailKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl IfUnknown {
    pub(super) const fn may_resend(self) -> bool {
        matches!(self, Self::Resend)
    }
}

impl MailId {
    /// Creates the identifier of the mail with this number.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn as_i64(self) -> i64 {
        self.0
    }
}

impl fmt::Display for MailId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for MailId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

impl Serialize for MailId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}
