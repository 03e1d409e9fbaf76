//! Mail that survives a crash.
//!
//! An [`Outbox`] accepts mails, keeps them on disk and delivers them later, with retries. A mail that was accepted is on
//! disk: `kill -9` at any point loses none, and sends none twice where the protocol allows to know.
//!
//! Right before the content of a mail is sent, the mail is marked as `sending` on disk. If the program ends before the
//! server's answer is on disk too, it is not known whether the server accepted the mail: it becomes `unknown`, and
//! [`IfUnknown`] decides what follows. This is the only way to a second copy, which has the same Message-ID.
//!
//! ```
//! use settings_core::mail::{EmailSettings, Mailer, MailerOptions, Message};
//! use settings_core::mail::outbox::{NewMail, Outbox};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = std::env::temp_dir().join(format!("outbox-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let path = folder.join("outbox.sqlite");
//! let outbox = Outbox::open(&path)?;
//! let message = Message::new("server@example.com".parse()?).to("admin@example.com".parse()?).text("Hello!");
//! let mail = NewMail::notification(message.to_object()?).key("welcome:42");
//! let first = outbox.enqueue(mail.clone()).await?;
//! let again = outbox.enqueue(mail).await?;
//! assert_eq!((first.id, first.is_new, again.is_new), (again.id, true, false));
//!
//! # let settings = EmailSettings { smtp_server: "127.0.0.1".into(), smtp_port: 1, ..EmailSettings::default() };
//! let mailer = Mailer::new(&settings, MailerOptions::default())?;
//! let report = outbox.run_once(&mailer).await?;
//! println!("{} sent, {} deferred", report.sent, report.deferred);
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok(())
//! # }
//! ```

mod circuit;
mod clock;
pub mod conformance;
mod delivery;
mod entry;
mod error;
mod limits;
mod look;
mod mail;
mod remembered;
mod round;
mod run_report;
mod runner;
mod schedule;
mod sender;
#[cfg(feature = "mail-outbox")]
mod sqlite;
mod steps;
mod store;
mod summary;
mod turn;
mod verdict;

use std::fmt;
#[cfg(feature = "mail-outbox")]
use std::path::Path;
use std::sync::{Arc, Mutex as StdMutex};
use std::time::SystemTime;

use tokio::sync::{Mutex, Notify};

use crate::mail::message::MailObject;

pub use self::circuit::Circuit;
pub use self::clock::{Clock, ManualClock, SystemClock};
pub use self::entry::{MailState, OutboxEntry, Progress, RecipientEntry};
pub use self::error::{EnqueueError, OutboxError, OutboxErrorKind, UnknownName};
pub use self::limits::OutboxLimits;
pub use self::mail::{IfUnknown, KEY_LIFETIME, MAX_RESENDS, MailId, MailKind, NewMail};
use self::remembered::Remembered;
pub use self::run_report::RunReport;
#[cfg(feature = "mail-outbox")]
pub use self::sqlite::SqliteStore;
pub use self::steps::{DeliverySteps, StepFuture};
pub use self::store::{
    BeginOutcome, Claim, DueMail, DueOrder, Enqueued, KnownMail, LAST_CHANCE, LONGEST_WAIT, LeaseToken,
    OutboxStore, Pending, RemoveOutcome, RetryOutcome, Settlement, Sharing,
};
pub use self::summary::OutboxSummary;

/// The default number of mails that are delivered at the same time.
const CONCURRENCY: usize = 4;

/// A queue of mails on disk. Clones share it.
///
/// Methods that are not `async` wait for the disk.
#[derive(Clone)]
pub struct Outbox {
    store: Arc<dyn OutboxStore>,
    sharing: Option<Sharing>,
    clock: Arc<dyn Clock>,
    limits: OutboxLimits,
    concurrency: usize,
    /// Held while this process delivers from this outbox.
    delivery_lock: Arc<Mutex<()>>,
    /// The facts of earlier runs.
    remembered: Arc<StdMutex<Remembered>>,
    /// Notified when there may be something to do.
    wakeup: Arc<Notify>,
}

impl Outbox {
    /// Opens the outbox in a SQLite file, and creates the file if it does not exist. Only its owner may read it.
    ///
    /// # Errors
    /// Returns an error if the file cannot be opened or created, or is not an outbox.
    #[cfg(feature = "mail-outbox")]
    pub fn open(path: &Path) -> Result<Self, OutboxError> {
        SqliteStore::open(path).map(Self::new)
    }

    /// Creates an outbox that keeps its mails in `store`. Its clock is the system's, or that of a shared store.
    pub fn new(store: impl OutboxStore) -> Self {
        let sharing = store.sharing();
        let system = || -> Arc<dyn Clock> { Arc::new(SystemClock) };
        Self {
            store: Arc::new(store),
            clock: sharing.as_ref().map_or_else(system, |sharing| Arc::clone(&sharing.clock)),
            sharing,
            limits: OutboxLimits::default(),
            concurrency: CONCURRENCY,
            delivery_lock: Arc::default(),
            remembered: Arc::default(),
            wakeup: Arc::default(),
        }
    }

    /// Sets how many mails and bytes the outbox keeps, and for how long.
    #[must_use]
    pub fn limits(mut self, limits: OutboxLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how many mails may be sent at the same time. The results of twice as many more may be about to be recorded, and
    /// twice as many may be taken ahead from a store that several programs share.
    #[must_use]
    pub fn concurrency(mut self, mails: usize) -> Self {
        self.concurrency = mails.max(1);
        self
    }

    /// Sets the clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Adds a mail. When this returns, the mail is on disk. If the future is dropped earlier, the mail may be, too.
    ///
    /// # Errors
    /// Returns an error if the outbox is full, or the store fails.
    pub async fn enqueue(&self, mail: NewMail) -> Result<Enqueued, EnqueueError> {
        let outbox = self.clone();
        match tokio::task::spawn_blocking(move || outbox.blocking_enqueue(&mail)).await {
            Ok(enqueued) => enqueued,
            Err(error) => Err(stopped(error).into()),
        }
    }

    /// Like [`Outbox::enqueue`], for threads that may block.
    ///
    /// # Errors
    /// Returns an error if the outbox is full, or the store fails.
    pub fn blocking_enqueue(&self, mail: &NewMail) -> Result<Enqueued, EnqueueError> {
        let enqueued = self.store.enqueue(mail, &self.limits, self.clock.now());
        match &enqueued {
            Ok(enqueued) => {
                tracing::info!(id = %enqueued.id, kind = %mail.kind, new = enqueued.is_new, "mail enqueued");
                self.wakeup.notify_one();
            }
            Err(error) => tracing::warn!(kind = %mail.kind, %error, "mail not enqueued"),
        }
        enqueued
    }

    /// Returns the mail that was added with this key.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn find(&self, key: &str) -> Result<Option<KnownMail>, OutboxError> {
        self.store.find(key)
    }

    /// Returns at most `limit` mails in these states, the newest first. An empty slice means all states.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn list(&self, states: &[MailState], limit: usize) -> Result<Vec<OutboxEntry>, OutboxError> {
        self.store.list(states, limit)
    }

    /// Returns one mail.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn get(&self, id: MailId) -> Result<Option<OutboxEntry>, OutboxError> {
        self.store.get(id)
    }

    /// Makes a mail that was not sent due now, with its whole lifetime ahead. A dead letter is sent again unchanged.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn retry(&self, id: MailId) -> Result<RetryOutcome, OutboxError> {
        let outcome = self.store.retry(id, self.clock.now())?;
        tracing::info!(%id, ?outcome, "retry requested");
        self.wakeup.notify_one();
        Ok(outcome)
    }

    /// Resumes a queue that waits for the server or was halted by the settings: one mail is tried next.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn resume(&self) -> Result<(), OutboxError> {
        let circuit = match self.store.circuit()? {
            Circuit::Closed => Circuit::Closed,
            Circuit::Open { why, .. } | Circuit::Halted { why, .. } => {
                Circuit::Open { until: self.clock.now(), failures: 0, why }
            }
        };
        self.store.set_circuit(&circuit)?;
        self.wakeup.notify_one();
        Ok(())
    }

    /// Replaces a mail that was not sent, and makes it due now like [`Outbox::retry`]. Its recipients, its key and its
    /// lifetime remain; sender, Message-ID and content are those of `mail`.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn replace(&self, id: MailId, mail: &MailObject) -> Result<RetryOutcome, OutboxError> {
        let outcome = self.store.replace(id, mail, self.clock.now())?;
        tracing::info!(%id, ?outcome, "mail replaced");
        self.wakeup.notify_one();
        Ok(outcome)
    }

    /// Removes a mail, whatever its state. A mail with the same key is accepted again, unless this one was sent.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn remove(&self, id: MailId) -> Result<RemoveOutcome, OutboxError> {
        let outcome = self.store.remove(id)?;
        tracing::info!(%id, ?outcome, "removal requested");
        Ok(outcome)
    }

    /// Returns when a recurring task was last recorded as done. Tasks are identified by name.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn last_done(&self, task: &str) -> Result<Option<SystemTime>, OutboxError> {
        self.store.last_done(task)
    }

    /// Records that a recurring task was done now.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn set_done(&self, task: &str) -> Result<(), OutboxError> {
        self.store.set_done(task, self.clock.now())
    }

    /// Returns the current time by the outbox's clock.
    pub fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// Returns the number of mails in each state, and whether the queue runs.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn summary(&self) -> Result<OutboxSummary, OutboxError> {
        self.store.summary()
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox")
            .field("limits", &self.limits)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}

/// Converts the error of a blocking task that panicked or was cancelled.
fn stopped(error: tokio::task::JoinError) -> OutboxError {
    OutboxError::with_source("the blocking task was stopped", error)
}

const _: () = {
    const fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<Outbox>();
};

#[cfg(all(test, feature = "mail-outbox"))]
mod tests;
