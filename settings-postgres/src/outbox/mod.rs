//! The mails of an outbox in a database.

mod advance;
mod asynchronous;
mod clock;
mod delivery;
mod intake;
mod listing;
mod pool;
mod step;
mod steps;
mod store;
mod sweep;

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use settings_core::mail::outbox::{
    EnqueueError, Enqueued, NewMail, OutboxError, OutboxErrorKind, OutboxLimits, StepFuture,
};
use tokio_postgres::GenericClient;

use self::clock::DatabaseClock;
use self::intake::{Refused, Room};
pub use self::listing::OutboxHealth;
use self::pool::{Patience, Pool};
use self::steps::Steps;
use crate::PostgresConfig;
use crate::connection::{Connection, within};
use crate::failure::Failure;
use crate::node::machine_name;
use crate::runtime::Runtime;
use crate::schema;
use crate::storage::ended;

/// The length of a lease. It is renewed while the mail is being delivered.
const LEASE: Duration = Duration::from_secs(60);

/// The time between two looks for mails that others have added.
const POLL: Duration = Duration::from_secs(1);

/// The time after which all times are checked again.
const DISTRUST_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// The age from which on a snapshot is reported, since it slows the queue, and the time between two reports.
const OLD_SNAPSHOT: Duration = Duration::from_secs(60);
const REPORT_INTERVAL: Duration = Duration::from_secs(5 * 60);

/// The mails of an [`Outbox`](settings_core::mail::outbox::Outbox) in a database, from which several machines deliver at
/// the same time. Clones share it.
///
/// A mail is taken with `FOR UPDATE SKIP LOCKED`, and leased: a program that delivers it renews the lease, and one that has
/// lost it can neither send the content nor record a result. All times are those of the database's clock. Nothing depends
/// on notifications or on locks of a session, so that a pooler in transaction mode is enough.
///
/// ```no_run
/// use settings_core::mail::outbox::Outbox;
/// use settings_postgres::{PostgresConfig, PostgresOutbox};
///
/// let config: PostgresConfig = "postgres://chat@db.example.com/chat".parse()?;
/// let outbox = Outbox::new(PostgresOutbox::new(config)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct PostgresOutbox {
    shared: Arc<Shared>,
    lease: Duration,
    poll: Duration,
    node: Arc<str>,
}

/// The part that clones share.
struct Shared {
    pool: Pool,
    steps: Steps,
    runtime: Runtime,
    clock: Arc<DatabaseClock>,
    room: Room,
    /// The time at which all times were checked.
    checked: Mutex<Option<Instant>>,
    /// The time at which an old snapshot was reported.
    reported: Mutex<Option<Instant>>,
}

impl fmt::Debug for PostgresOutbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOutbox")
            .field("config", &self.shared.pool.config)
            .field("lease", &self.lease)
            .field("node", &self.node)
            .finish_non_exhaustive()
    }
}

impl PostgresOutbox {
    /// Prepares the use of a database. The first operation connects to it.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn new(config: PostgresConfig) -> std::io::Result<Self> {
        let shared = Shared {
            pool: Pool::new(config),
            steps: Steps::default(),
            runtime: Runtime::start()?,
            clock: Arc::default(),
            room: Room::default(),
            checked: Mutex::default(),
            reported: Mutex::default(),
        };
        let machine = machine_name().unwrap_or_else(|| "unnamed".to_owned());
        let node = format!("{machine}/{}", std::process::id()).into();
        Ok(Self { shared: Arc::new(shared), lease: LEASE, poll: POLL, node })
    }

    /// Sets the length of a lease, a minute by default: the time after which others take over the mails of a program that
    /// has ended. It must be the same in all programs.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease.max(Duration::from_millis(10));
        self
    }

    /// Sets the longest time between two looks for mails that others have added, a second by default. It is varied by a
    /// quarter.
    #[must_use]
    pub fn poll(mut self, poll: Duration) -> Self {
        self.poll = poll.max(Duration::from_millis(10));
        self
    }

    /// Sets the name of this program in the column `node` of the mails that it has taken: the machine and the process by
    /// default.
    #[must_use]
    pub fn node(mut self, name: &str) -> Self {
        self.node = name.into();
        self
    }

    /// Connects, and creates the tables if they are missing, so that [`PostgresOutbox::enqueue_in`] finds them. All other
    /// operations do so by themselves.
    ///
    /// # Errors
    /// If the database can't be reached, or the tables can't be created.
    pub fn prepare(&self) -> Result<(), OutboxError> {
        self.run(Patience::Long, |_, _| async { Ok(()) })
    }

    /// Returns whether the database has the tables of an outbox. Creates nothing.
    ///
    /// # Errors
    /// If the database can't be reached.
    pub fn exists(&self) -> Result<bool, OutboxError> {
        let config = self.shared.pool.config.clone();
        let looked = self.shared.runtime.run(async move {
            let connection = Connection::connect(&config).await?;
            within(&config, async { Ok(schema::OUTBOX.is_there(&connection.client).await?) }).await
        });
        looked.unwrap_or_else(|| Err(ended())).map_err(|failure| self.failed(failure))
    }

    /// Adds a mail in a transaction of the caller: it is sent if the transaction is committed. It is found by the next look
    /// of a program that delivers.
    ///
    /// The transaction must be one of the database of this outbox, with its tables on the search path.
    ///
    /// ```no_run
    /// use settings_core::mail::outbox::{NewMail, OutboxLimits};
    /// use settings_postgres::PostgresOutbox;
    ///
    /// # async fn order(
    /// #     client: &mut tokio_postgres::Client,
    /// #     outbox: &PostgresOutbox,
    /// #     mail: &NewMail,
    /// # ) -> Result<(), Box<dyn std::error::Error>> {
    /// let transaction = client.transaction().await?;
    /// transaction.execute("UPDATE orders SET paid = true WHERE id = 42", &[]).await?;
    /// outbox.enqueue_in(&transaction, mail, &OutboxLimits::default()).await?;
    /// transaction.commit().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the outbox is full, or a statement fails. The transaction has then failed if it was a statement.
    pub async fn enqueue_in<C: GenericClient + Sync>(
        &self,
        client: &C,
        mail: &NewMail,
        limits: &OutboxLimits,
    ) -> Result<Enqueued, EnqueueError> {
        let added = intake::enqueue(client, mail, limits, None, &self.shared.room).await;
        added.map_err(|refused| match refused {
            Refused::Mail(error) => error,
            Refused::Database(failure) => self.failed(failure).into(),
        })
    }

    /// Returns the condition of the tables: dead rows, and the oldest snapshot, which keeps them.
    ///
    /// A transaction that stays open slows the queue of a whole cluster: with one that is open for a minute, a queue was
    /// measured to be 17 times slower.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn health(&self) -> Result<OutboxHealth, OutboxError> {
        self.run(Patience::Once, |connection, _| async move { listing::health(&connection.client).await })
    }

    fn run<T: Send + 'static, F>(
        &self,
        patience: Patience,
        operation: impl Fn(Arc<Connection>, bool) -> F + Send + Sync + 'static,
    ) -> Result<T, OutboxError>
    where
        F: Future<Output = Result<T, Failure>> + Send + 'static,
    {
        let shared = Arc::clone(&self.shared);
        let running = self.shared.runtime.run(async move { shared.pool.run(patience, operation).await });
        running.unwrap_or_else(|| Err(ended())).map_err(|failure| self.failed(failure))
    }

    /// Waits for the end of a step. Blocks.
    fn wait<T: Send + 'static>(&self, step: StepFuture<T>) -> Result<T, OutboxError> {
        self.shared.runtime.run(step).unwrap_or_else(|| Err(self.failed(ended())))
    }

    fn failed(&self, failure: Failure) -> OutboxError {
        let kind = match &failure {
            _ if failure.is_full() => OutboxErrorKind::DiskFull,
            Failure::Timeout(_) | Failure::Unavailable(_) => OutboxErrorKind::Unavailable,
            Failure::NoTables | Failure::Invalid(_) => OutboxErrorKind::Incompatible,
            Failure::Refused(_) => OutboxErrorKind::Other,
        };
        OutboxError::new(format!("{}: {failure}", self.shared.pool.config.name())).with_kind(kind)
    }

    /// Reports a snapshot that is so old that it slows the queue.
    fn report_old_snapshot(&self) {
        let Some(age) = self.health().ok().and_then(|health| {
            let age = health.oldest_snapshot.filter(|age| *age >= OLD_SNAPSHOT)?;
            Some((age, health.held_by.unwrap_or_default()))
        }) else {
            return;
        };
        if is_time(&self.shared.reported, REPORT_INTERVAL) {
            let (age, program) = age;
            tracing::warn!(?age, program, "an open transaction slows the outbox");
        }
    }
}

/// Returns true if an interval has passed since this was true last.
fn is_time(last: &Mutex<Option<Instant>>, interval: Duration) -> bool {
    let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
    let is_time = last.is_none_or(|last| last.elapsed() >= interval);
    if is_time {
        *last = Some(Instant::now());
    }
    is_time
}
