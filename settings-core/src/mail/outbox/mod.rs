//! Mail that survives a crash.
//!
//! An [`Outbox`] takes mails and delivers them later, as often as it is worth it. A mail that it has taken is on disk:
//! `kill -9` at any point loses none, and sends none twice where the protocol lets one know.
//!
//! Right before the content of a mail goes out, the mail is marked as `sending` on disk. If the program ends before
//! the server's answer is on disk too, nobody knows whether the server took the mail: it becomes `unknown`, and
//! [`IfUnknown`] says what then. That is the only way to a second copy, and it has the same Message-ID.
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
mod entry;
mod limits;
mod mail;
mod runner;
mod schedule;
mod sqlite;
mod store;
mod summary;
mod verdict;

#[cfg(feature = "alerts")]
use std::time::SystemTime;
use std::{fmt, path::Path, sync::Arc};

use tokio::sync::{Mutex, Notify};

use self::runner::Halt;
pub use self::{
    circuit::Circuit,
    clock::{Clock, ManualClock, SystemClock},
    entry::{Entry, Progress, RecipientEntry, State},
    limits::Limits,
    mail::{IfUnknown, Kind, MailId, NewMail},
    runner::Report,
    sqlite::SqliteStore,
    store::{Claim, Due, EnqueueError, Enqueued, Known, NoRetry, Pending, Settlement, Store, StoreError},
    summary::Summary,
};

/// Mails on their way at a time.
const CONCURRENCY: usize = 4;

/// A queue of mails on disk. Clones share it.
#[derive(Clone)]
pub struct Outbox {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    limits: Limits,
    concurrency: usize,
    /// Held while this process delivers from this outbox.
    turn: Arc<Mutex<()>>,
    /// The settings that stopped the queue.
    halt: Halt,
    /// Rung when there may be something to do.
    bell: Arc<Notify>,
}

impl Outbox {
    /// Opens the outbox in this SQLite file, which is made where it does not exist. Only its owner may read it.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        SqliteStore::open(path).map(Self::new)
    }

    /// An outbox over a store.
    pub fn new(store: impl Store) -> Self {
        Self {
            store: Arc::new(store),
            clock: Arc::new(SystemClock),
            limits: Limits::default(),
            concurrency: CONCURRENCY,
            turn: Arc::default(),
            halt: Halt::default(),
            bell: Arc::default(),
        }
    }

    /// Sets what it keeps.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how many mails may be on their way at a time.
    #[must_use]
    pub fn concurrency(mut self, mails: usize) -> Self {
        self.concurrency = mails.max(1);
        self
    }

    /// Tells the time by another clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Takes a mail. When this returns, the mail is on disk; if it is dropped before, the mail may be too.
    pub async fn enqueue(&self, mail: NewMail) -> Result<Enqueued, EnqueueError> {
        let outbox = self.clone();
        match tokio::task::spawn_blocking(move || outbox.blocking_enqueue(&mail)).await {
            Ok(enqueued) => enqueued,
            Err(error) => Err(stopped(&error).into()),
        }
    }

    /// Like [`Outbox::enqueue`], for threads that may wait.
    pub fn blocking_enqueue(&self, mail: &NewMail) -> Result<Enqueued, EnqueueError> {
        let enqueued = self.store.enqueue(mail, &self.limits, self.clock.now());
        match &enqueued {
            Ok(enqueued) => {
                tracing::info!(id = %enqueued.id, kind = %mail.kind, new = enqueued.is_new, "mail enqueued");
                self.bell.notify_one();
            }
            Err(error) => tracing::warn!(kind = %mail.kind, %error, "mail not enqueued"),
        }
        enqueued
    }

    /// The mail that was put in with this key. Waits for the disk, as do all methods below.
    pub fn find(&self, key: &str) -> Result<Option<Known>, StoreError> {
        self.store.find(key)
    }

    /// At most `limit` mails in these states (all states where there are none), the newest first.
    pub fn list(&self, states: &[State], limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.store.list(states, limit)
    }

    /// One mail.
    pub fn get(&self, id: MailId) -> Result<Option<Entry>, StoreError> {
        self.store.get(id)
    }

    /// Makes a mail that is not sent due now, with its whole lifetime before it again; a dead letter is sent again as
    /// it was.
    pub fn retry(&self, id: MailId) -> Result<Result<(), NoRetry>, StoreError> {
        let retried = self.store.retry(id, self.clock.now())?;
        tracing::info!(%id, done = retried.is_ok(), "mail made due by hand");
        self.bell.notify_one();
        Ok(retried)
    }

    /// Sets a queue going that waits for the server or has been stopped by the settings: one mail is tried next.
    pub fn resume(&self) -> Result<(), StoreError> {
        let circuit = match self.store.circuit()? {
            Circuit::Closed => Circuit::Closed,
            Circuit::Open { why, .. } | Circuit::Halted { why, .. } => {
                Circuit::Open { until: self.clock.now(), failures: 0, why, name_not_found: false }
            }
        };
        self.store.set_circuit(&circuit)?;
        self.bell.notify_one();
        Ok(())
    }

    /// Forgets a mail, whatever its state; its key stays. False where there was none.
    pub fn remove(&self, id: MailId) -> Result<bool, StoreError> {
        let removed = self.store.remove(id)?;
        tracing::info!(%id, removed, "mail removed by hand");
        Ok(removed)
    }

    /// When this was last done, by its name.
    #[cfg(feature = "alerts")]
    pub(crate) fn last_done(&self, what: &str) -> Result<Option<SystemTime>, StoreError> {
        self.store.last_done(what)
    }

    /// Writes down that this is done now.
    #[cfg(feature = "alerts")]
    pub(crate) fn set_done(&self, what: &str) -> Result<(), StoreError> {
        self.store.set_done(what, self.clock.now())
    }

    /// What time it is, by the outbox's clock.
    #[cfg(feature = "alerts")]
    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// How the queue does.
    pub fn summary(&self) -> Result<Summary, StoreError> {
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

fn stopped(error: &tokio::task::JoinError) -> StoreError {
    StoreError::new(format!("the work on it was stopped: {error}"))
}

#[cfg(test)]
mod tests;
