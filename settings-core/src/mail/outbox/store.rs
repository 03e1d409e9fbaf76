//! What keeps the mails: the interface of a store.

use std::{any::Any, error::Error, fmt, time::SystemTime};

use super::{
    circuit::Circuit,
    entry::{Entry, Progress, State},
    limits::Limits,
    mail::{MailId, NewMail},
    summary::Summary,
};
use crate::mail::{address::Address, message::MailObject};

/// Keeps the mails of an outbox. Every method is one transaction: when it returns, what it did outlives a crash.
///
/// Methods block; they are called where that is allowed. [`super::SqliteStore`] is the one for a single machine; one
/// over a shared database makes several machines send from one outbox, one of them at a time (see [`Store::claim`]).
/// [`conformance`](super::conformance) checks that a store keeps all of these promises.
pub trait Store: Send + Sync + 'static {
    /// Takes a mail, unless its key is known or there is no room. An alert makes room by failing the oldest
    /// notifications that are not on their way.
    fn enqueue(&self, mail: &NewMail, limits: &Limits, now: SystemTime) -> Result<Enqueued, EnqueueError>;

    /// The mail that was put in with this key.
    fn find(&self, key: &str) -> Result<Option<Known>, StoreError>;

    /// Makes this process the one that delivers until the claim is dropped or the process ends, however it ends.
    /// None where another one is it. In PostgreSQL that is `pg_try_advisory_lock`: a lock of the connection that the
    /// claim holds.
    fn claim(&self) -> Result<Option<Claim>, StoreError>;

    /// Turns every `sending` mail into `unknown`, due at once where it may be sent again. For the holder of the claim,
    /// while nothing is on its way. Returns how many there were.
    fn recover(&self, now: SystemTime) -> Result<u64, StoreError>;

    /// Fails what has expired (what is `unknown` stays that), and forgets what is kept no longer. Returns how many were
    /// given up.
    fn sweep(&self, limits: &Limits, now: SystemTime) -> Result<u64, StoreError>;

    /// At most `limit` mails to be tried now, none of `except`: alerts first, then the least tried.
    fn due(&self, now: SystemTime, limit: usize, except: &[MailId]) -> Result<Vec<Due>, StoreError>;

    /// When the next mail is to be tried.
    fn next_due(&self) -> Result<Option<SystemTime>, StoreError>;

    /// Marks a mail as `sending`, right before its content goes out. False where it is not there any more, or not to
    /// be tried.
    fn begin(&self, id: MailId, attempt: u32, now: SystemTime) -> Result<bool, StoreError>;

    /// Writes down what became of an attempt; the content of a mail that is `sent` is deleted.
    fn settle(&self, id: MailId, settlement: &Settlement, now: SystemTime) -> Result<State, StoreError>;

    /// Whether the queue runs.
    fn circuit(&self) -> Result<Circuit, StoreError>;

    /// Writes down whether the queue runs.
    fn set_circuit(&self, circuit: &Circuit) -> Result<(), StoreError>;

    /// When this was last done, by its name; none where it never was.
    fn last_done(&self, what: &str) -> Result<Option<SystemTime>, StoreError>;

    /// Writes down when this was done.
    fn set_done(&self, what: &str, at: SystemTime) -> Result<(), StoreError>;

    /// How the queue does.
    fn summary(&self) -> Result<Summary, StoreError>;

    /// At most `limit` mails in these states (all states where there are none), the newest first.
    fn list(&self, states: &[State], limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// One mail.
    fn get(&self, id: MailId) -> Result<Option<Entry>, StoreError>;

    /// Makes a mail that is not sent due now, with its whole lifetime before it again.
    fn retry(&self, id: MailId, now: SystemTime) -> Result<Result<(), NoRetry>, StoreError>;

    /// Forgets a mail; its key stays. False where there was none.
    fn remove(&self, id: MailId) -> Result<bool, StoreError>;
}

/// The right to deliver; given back on drop.
pub struct Claim(#[expect(dead_code, reason = "held for its drop")] Box<dyn Any + Send + Sync>);

impl Claim {
    /// A claim that lasts as long as `held` does.
    pub fn new(held: impl Any + Send + Sync) -> Self {
        Self(Box::new(held))
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claim")
    }
}

/// What became of a mail that was put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enqueued {
    /// Its number, or that of the earlier mail with the same key.
    pub id: MailId,
    /// False where an earlier mail had the same key, so that this one was not taken.
    pub is_new: bool,
}

/// What is known of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The number of its mail.
    pub id: MailId,
    /// Where the mail stands; none where an administrator removed it before it was sent.
    pub state: Option<State>,
    /// How many times the mail was made due again by [`Store::retry`].
    pub retries: u32,
}

/// A mail to be tried: envelope and content for the recipients that still wait for it.
#[derive(Debug)]
pub struct Due {
    /// Its number.
    pub id: MailId,
    /// Attempts so far.
    pub attempts: u32,
    /// Whether it may be sent once more where it is unknown whether it arrived.
    pub may_resend: bool,
    /// When it is given up.
    pub expires: SystemTime,
    /// Envelope and content.
    pub object: MailObject,
}

/// What became of an attempt, for a store to write down.
#[derive(Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The number of attempts with this one.
    pub attempts: u32,
    /// Recipients with their progress and what was said of them.
    pub marks: Vec<(Address, Progress, String)>,
    /// Where the mail stands while recipients are pending; without any it is `unknown`, `failed` or `sent`, the first
    /// of these that applies to a recipient.
    pub pending: Pending,
    /// What was last seen.
    pub reply: String,
    /// The server's name for the mail.
    pub queue_id: Option<String>,
}

/// Where a mail stands whose delivery goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    /// To be tried again at this time.
    Deferred(SystemTime),
    /// Perhaps delivered, and to be sent once more at this time.
    Unknown(SystemTime),
}

/// Why a mail was not taken.
#[derive(Debug)]
#[non_exhaustive]
pub enum EnqueueError {
    /// There is no room.
    Full {
        /// Mails that wait.
        mails: u64,
        /// Bytes of their content.
        bytes: u64,
    },
    /// The mail alone is larger than the outbox.
    TooLarge {
        /// Bytes of its content.
        size: u64,
        /// Bytes that the outbox keeps.
        limit: u64,
    },
    /// The store failed.
    Store(StoreError),
}

/// Why a mail cannot be made due again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoRetry {
    /// There is no mail of this number.
    NotFound,
    /// It is sent.
    Sent,
    /// It is on its way.
    Sending,
    /// Its content is not kept any more.
    NoContent,
}

/// The store could not do its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError(String);

impl StoreError {
    /// An error in the store's words.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Settlement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settlement")
            .field("attempts", &self.attempts)
            .field("recipients", &self.marks.len())
            .field("pending", &self.pending)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for EnqueueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full { mails, bytes } => write!(
                f,
                "the outbox is full: {mails} mails of {bytes} bytes wait; `mail queue list` shows what holds them up"
            ),
            Self::TooLarge { size, limit } => {
                write!(f, "the mail has {size} bytes, the outbox keeps {limit} in all")
            }
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for NoRetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "there is no such mail",
            Self::Sent => "it is sent",
            Self::Sending => "it is on its way",
            Self::NoContent => "its content is not kept any more",
        })
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the outbox: {}", self.0)
    }
}

impl From<StoreError> for EnqueueError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Error for EnqueueError {}
impl Error for NoRetry {}
impl Error for StoreError {}
