//! What is put into the outbox.

use std::{fmt, num::ParseIntError, str::FromStr, time::Duration};

use serde::{Serialize, Serializer};

use crate::mail::message::MailObject;

/// How long a key keeps a second mail of the same event out.
const KEY_LIFE: Duration = Duration::from_hours(7 * 24);

/// A mail's number in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailId(pub(super) i64);

/// What a mail is for, which decides how long it is tried and what may push it out of a full outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// News of the day: tried for 24 hours.
    Notification,
    /// A security alert: tried for 3 days, goes first, and may push out notifications.
    Alert,
}

/// What to do with a mail of which nobody knows whether the server took it: its content went out, but the answer
/// was lost, or the program ended in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IfUnknown {
    /// Leave it: at most once.
    Leave,
    /// Send it once more with the same Message-ID, by which receivers drop the second: at least once.
    SendAgainOnce,
}

/// A mail for the outbox, and how it is to be treated. `Debug` shows no address and no key.
#[derive(Clone, PartialEq, Eq)]
pub struct NewMail {
    pub(super) object: MailObject,
    pub(super) kind: Kind,
    pub(super) if_unknown: IfUnknown,
    pub(super) lifetime: Duration,
    pub(super) key: Option<Key>,
}

/// A name of the event that a mail is about, by which a second mail of the same event is known.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) name: String,
    /// How long it is kept; for ever where there is none.
    pub(super) life: Option<Duration>,
}

impl NewMail {
    /// A notification: tried for 24 hours, never sent twice.
    pub fn notification(object: MailObject) -> Self {
        let lifetime = Duration::from_hours(24);
        Self { object, kind: Kind::Notification, if_unknown: IfUnknown::Leave, lifetime, key: None }
    }

    /// An alert: tried for 3 days, sent once more where it is unknown whether it arrived.
    pub fn alert(object: MailObject) -> Self {
        let lifetime = Duration::from_hours(3 * 24);
        Self { object, kind: Kind::Alert, if_unknown: IfUnknown::SendAgainOnce, lifetime, key: None }
    }

    /// Names the event that the mail is about: for 7 days no second mail with this key is taken.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(Key { name: key.into(), life: Some(KEY_LIFE) });
        self
    }

    /// Like [`NewMail::key`], for as long as the outbox exists.
    #[must_use]
    pub fn lasting_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(Key { name: key.into(), life: None });
        self
    }

    /// Says what to do where it is unknown whether the mail arrived.
    #[must_use]
    pub fn if_unknown(mut self, policy: IfUnknown) -> Self {
        self.if_unknown = policy;
        self
    }

    /// Says for how long delivery is tried.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }
}

/// What a store keeps of it.
impl NewMail {
    /// Envelope and content.
    pub fn object(&self) -> &MailObject {
        &self.object
    }

    /// What it is for.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it may be sent once more where it is unknown whether it arrived.
    pub fn may_resend(&self) -> bool {
        self.if_unknown.may_resend()
    }

    /// For how long delivery is tried.
    pub fn lives(&self) -> Duration {
        self.lifetime
    }

    /// The event that it is about, and for how long no second mail of it is taken; none means for ever.
    pub fn event(&self) -> Option<(&str, Option<Duration>)> {
        self.key.as_ref().map(|key| (key.name.as_str(), key.life))
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

impl Kind {
    /// The kind's name: `notification` or `alert`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Notification => "notification",
            Self::Alert => "alert",
        }
    }
}

impl Kind {
    /// The kind of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Notification, Self::Alert].into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl IfUnknown {
    pub(super) const fn may_resend(self) -> bool {
        matches!(self, Self::SendAgainOnce)
    }
}

impl MailId {
    /// The mail of this number.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
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
