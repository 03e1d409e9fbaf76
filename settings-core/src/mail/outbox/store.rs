//! The interface of a store that keeps the mails of an outbox.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::mail::address::Address;
use crate::mail::message::MailObject;
use crate::mail::outbox::circuit::Circuit;
use crate::mail::outbox::clock::Clock;
use crate::mail::outbox::entry::{MailState, OutboxEntry, Progress};
use crate::mail::outbox::error::{EnqueueError, OutboxError};
use crate::mail::outbox::limits::OutboxLimits;
use crate::mail::outbox::mail::{MailId, NewMail};
use crate::mail::outbox::schedule;
use crate::mail::outbox::steps::DeliverySteps;
use crate::mail::outbox::summary::OutboxSummary;
use crate::mail::reverse_path::ReversePath;

/// The longest time until the next attempt of a mail. A time that is further away was recorded by a clock that was wrong,
/// and is not trusted.
pub const LONGEST_WAIT: Duration = schedule::LONGEST_WAIT;

/// The time for a last attempt of a mail that was not tried when it expired.
pub const LAST_CHANCE: Duration = Duration::from_secs(2 * 60 * 60);

/// Keeps the mails of an outbox. Every method is one transaction: its effects survive a crash once it has returned.
///
/// Methods block; they are called only where blocking is allowed. There are two kinds of stores:
///
/// - With an exclusive store, one program at a time delivers: the holder of the [claim](OutboxStore::claim). The SQLite
///   store is of this kind.
/// - With a shared store ([`OutboxStore::sharing`]), several programs deliver at the same time. [`OutboxStore::due`] takes
///   mails: each is leased to one program, with a token that no other lease of the mail has. A program that loses the
///   lease can neither begin nor settle the mail.
///
/// [`conformance`](super::conformance) checks that a store has all of these properties.
///
/// Every method returns an error if the store fails.
#[expect(clippy::missing_errors_doc, reason = "stated once, above")]
pub trait OutboxStore: Send + Sync + 'static {
    /// Adds a mail, unless its key is known or there is no room. An alert makes room by failing the oldest
    /// notifications that are not being sent.
    fn enqueue(
        &self,
        mail: &NewMail,
        limits: &OutboxLimits,
        now: SystemTime,
    ) -> Result<Enqueued, EnqueueError>;

    /// Returns the mail that was added with this key.
    fn find(&self, key: &str) -> Result<Option<KnownMail>, OutboxError>;

    /// Returns how several programs deliver from this store at the same time; `None` if one at a time does.
    fn sharing(&self) -> Option<Sharing> {
        None
    }

    /// Gives this process the exclusive right to deliver until the claim is dropped or the process ends, however it
    /// ends. Returns `None` if another process has it. A shared store gives a claim to every process.
    fn claim(&self) -> Result<Option<Claim>, OutboxError>;

    /// Turns `sending` mails into `unknown`, due immediately if they may be sent again, and returns how many there were.
    ///
    /// With an exclusive store these are all; it is called by the holder of the claim while nothing is being sent. With a
    /// shared store these are the mails whose lease has run out, which ends.
    fn recover(&self, now: SystemTime) -> Result<u64, OutboxError>;

    /// Fails mails that have expired (an `unknown` mail keeps its state), and removes those that are no longer kept.
    /// Returns how many were given up.
    ///
    /// Clocks may be wrong, and programs may be stopped for long. A mail that expired more than [`LAST_CHANCE`] ago
    /// without having been given up therefore gets this time for a last attempt, once. A mail that expires later than its
    /// lifetime from now expires after its lifetime from now.
    fn sweep(&self, limits: &OutboxLimits, now: SystemTime) -> Result<u64, OutboxError>;

    /// Returns at most `limit` mails that are due, excluding `except`, in this order. A mail is due if the time of its next
    /// attempt has come, or is more than [`LONGEST_WAIT`] away (in a shared store at the latest after
    /// [`sweep`](Self::sweep)).
    ///
    /// A shared store leases the mails, and returns none that are leased.
    fn due(
        &self,
        now: SystemTime,
        order: DueOrder,
        limit: usize,
        except: &[MailId],
    ) -> Result<Vec<DueMail>, OutboxError>;

    /// Marks all unsent mails from this sender, in the From header and in the envelope, as following the settings: it is
    /// the sender that the settings name.
    fn adopt_sender(&self, from: &Address, envelope: &ReversePath) -> Result<(), OutboxError>;

    /// Makes every deferred mail due now, because the settings have changed.
    fn make_due(&self, now: SystemTime) -> Result<(), OutboxError>;

    /// Returns the time at which the next mail is due.
    fn next_due(&self) -> Result<Option<SystemTime>, OutboxError>;

    /// Extends leases, each by its whole length from now. Leases that were lost stay lost.
    fn renew(&self, leases: &[(MailId, LeaseToken)]) -> Result<(), OutboxError> {
        let _ = leases;
        Ok(())
    }

    /// Ends the lease of a mail that was neither begun nor settled. It stays as it is.
    fn release(&self, id: MailId, token: LeaseToken) -> Result<(), OutboxError> {
        let _ = (id, token);
        Ok(())
    }

    /// Marks a mail as `sending`, right before its content is sent, and renews its lease. A program whose lease was lost
    /// gets [`BeginOutcome::NotPending`].
    fn begin(
        &self,
        id: MailId,
        token: LeaseToken,
        attempt: u32,
        now: SystemTime,
    ) -> Result<BeginOutcome, OutboxError>;

    /// Records the result of an attempt, and returns the new state of the mail. The content of a mail that is `sent` is
    /// deleted. Returns `None`, and records nothing, if the lease was lost.
    fn settle(
        &self,
        id: MailId,
        token: LeaseToken,
        settlement: &Settlement,
        now: SystemTime,
    ) -> Result<Option<MailState>, OutboxError>;

    /// Returns the interface through which a mail is begun and settled without blocking a thread, instead of through
    /// [`begin`](Self::begin) and [`settle`](Self::settle); `None` if the store has none.
    fn steps(&self) -> Option<&dyn DeliverySteps> {
        None
    }

    /// Returns whether the queue runs.
    fn circuit(&self) -> Result<Circuit, OutboxError>;

    /// Records whether the queue runs.
    fn set_circuit(&self, circuit: &Circuit) -> Result<(), OutboxError>;

    /// Records whether the queue runs, if it is still recorded as `known`. Returns what is recorded then.
    ///
    /// An exclusive store need not compare.
    fn swap_circuit(&self, known: &Circuit, circuit: &Circuit) -> Result<Circuit, OutboxError> {
        let _ = known;
        self.set_circuit(circuit)?;
        Ok(circuit.clone())
    }

    /// Returns when a recurring task was last recorded as done.
    fn last_done(&self, task: &str) -> Result<Option<SystemTime>, OutboxError>;

    /// Records when a recurring task was done.
    fn set_done(&self, task: &str, at: SystemTime) -> Result<(), OutboxError>;

    /// Returns the number of mails in each state, and whether the queue runs.
    fn summary(&self) -> Result<OutboxSummary, OutboxError>;

    /// Returns at most `limit` mails in these states, the newest first. An empty slice means all states.
    fn list(&self, states: &[MailState], limit: usize) -> Result<Vec<OutboxEntry>, OutboxError>;

    /// Returns one mail.
    fn get(&self, id: MailId) -> Result<Option<OutboxEntry>, OutboxError>;

    /// Makes a mail that was not sent due now, with its whole lifetime ahead.
    ///
    /// [`RetryOutcome::NoContent`] is returned if the content is no longer stored.
    fn retry(&self, id: MailId, now: SystemTime) -> Result<RetryOutcome, OutboxError>;

    /// Replaces sender, Message-ID and content of a mail that was not sent, and makes it due now like
    /// [`retry`](Self::retry). The new content may have another size.
    fn replace(&self, id: MailId, mail: &MailObject, now: SystemTime) -> Result<RetryOutcome, OutboxError>;

    /// Removes a mail. Its key is removed as well, unless the mail was sent or is being sent.
    fn remove(&self, id: MailId) -> Result<RemoveOutcome, OutboxError>;
}

/// The exclusive right to deliver. Dropping it releases the right.
pub struct Claim(#[expect(dead_code, reason = "held for its drop")] Box<dyn Any + Send + Sync>);

impl Claim {
    /// Creates a claim that lasts until `guard` is dropped with it.
    pub fn new(guard: impl Any + Send + Sync) -> Self {
        Self(Box::new(guard))
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claim")
    }
}

/// The terms on which several programs deliver from one store.
#[derive(Clone)]
#[non_exhaustive]
pub struct Sharing {
    /// The length of a lease. It is renewed while the mail is being delivered; after the end of its program, another takes
    /// the mail over after this time.
    pub lease: Duration,
    /// The longest time between two looks for mails that others have added, which is varied by a quarter.
    pub poll: Duration,
    /// The clock of the database, which all programs have in common.
    pub clock: Arc<dyn Clock>,
}

impl Sharing {
    /// Creates the terms.
    pub fn new(lease: Duration, poll: Duration, clock: Arc<dyn Clock>) -> Self {
        Self { lease, poll, clock }
    }
}

impl fmt::Debug for Sharing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sharing")
            .field("lease", &self.lease)
            .field("poll", &self.poll)
            .finish_non_exhaustive()
    }
}

/// The token of a lease (a fencing token): no two leases of a mail have the same one. Exclusive stores do not use it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LeaseToken(i64);

impl LeaseToken {
    /// Creates the token with this number.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn as_i64(self) -> i64 {
        self.0
    }
}

/// The result of adding a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Enqueued {
    /// The number of the mail, or of the earlier mail with the same key.
    pub id: MailId,
    /// False if an earlier mail has the same key, so that this one was not added.
    pub is_new: bool,
}

/// A mail that was found by its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownMail {
    /// The number of the mail.
    pub id: MailId,
    /// The state of the mail, or `None` if it was removed before it was sent.
    pub state: Option<MailState>,
    /// The number of times that the mail was made due again by [`OutboxStore::retry`].
    pub retries: u32,
}

/// The order of mails that are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueOrder {
    /// Alerts first, then those with the fewest attempts.
    Urgent,
    /// Those with the fewest attempts first, then alerts.
    LeastTried,
}

/// A mail to be tried: envelope and content for the recipients that are still pending.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DueMail {
    /// The number of the mail.
    pub id: MailId,
    /// The token of its lease, with which it is begun and settled.
    pub token: LeaseToken,
    /// The number of attempts so far.
    pub attempts: u32,
    /// True if the mail may be sent again when its delivery is unknown.
    pub may_resend: bool,
    /// True if the mail has the sender of the settings, so that its sender changes with them.
    pub follows_settings: bool,
    /// The time at which the mail is given up.
    pub expires: SystemTime,
    /// Envelope and content.
    pub object: MailObject,
}

/// The result of an attempt, for a store to record.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settlement {
    /// The number of attempts, including this one.
    pub attempts: u32,
    /// The recipients with their progress and the server's reply for each.
    pub marks: Vec<(Address, Progress, String)>,
    /// The state of the mail while recipients are pending. Without pending recipients it is `unknown`, `failed` or
    /// `sent`, the first of these that applies to a recipient.
    pub pending: Pending,
    /// The server's reply, or the error.
    pub reply: String,
    /// The server's name for the mail.
    pub queue_id: Option<String>,
}

/// The state of a mail that still has pending recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    /// To be tried again at this time.
    Deferred(SystemTime),
    /// Possibly delivered, and to be sent once more at this time.
    Unknown(SystemTime),
}

/// The result of [`OutboxStore::begin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BeginOutcome {
    /// The mail is marked as `sending`.
    Started,
    /// The mail was removed, is not to be tried, or its lease was lost.
    NotPending,
}

/// The result of [`OutboxStore::retry`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryOutcome {
    /// The mail is due now.
    Queued,
    /// There is no mail with this number.
    NotFound,
    /// The mail is already sent.
    AlreadySent,
    /// The mail is being sent.
    Sending,
    /// The content of the mail is no longer stored.
    NoContent,
}

/// The result of [`OutboxStore::remove`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoveOutcome {
    /// The mail was removed.
    Removed,
    /// There is no mail with this number.
    NotFound,
}

impl Enqueued {
    /// Creates the result for a mail that was added.
    pub fn added(id: MailId) -> Self {
        Self { id, is_new: true }
    }

    /// Creates the result for a mail whose key belongs to an earlier mail.
    pub fn known(id: MailId) -> Self {
        Self { id, is_new: false }
    }
}

impl KnownMail {
    /// Creates the description of a mail that was found by its key.
    pub fn new(id: MailId, state: Option<MailState>, retries: u32) -> Self {
        Self { id, state, retries }
    }
}

impl DueMail {
    /// Creates a mail to be tried, without attempts, that may not be sent again.
    pub fn new(id: MailId, object: MailObject, expires: SystemTime) -> Self {
        let token = LeaseToken::default();
        Self { id, token, attempts: 0, may_resend: false, follows_settings: false, expires, object }
    }
}

impl Settlement {
    /// Creates the result of an attempt without marks.
    pub fn new(attempts: u32, pending: Pending) -> Self {
        Self { attempts, marks: Vec::new(), pending, reply: String::new(), queue_id: None }
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

impl fmt::Display for RetryOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Queued => "due now",
            Self::NotFound => "no such mail",
            Self::AlreadySent => "already sent",
            Self::Sending => "being sent",
            Self::NoContent => "its content is no longer stored",
        })
    }
}
