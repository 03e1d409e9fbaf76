//! A store in one SQLite file.

mod delivery;
mod intake;
mod listing;
mod sweep;

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use crate::mail::outbox::circuit::Circuit;
use crate::mail::outbox::entry::{MailState, OutboxEntry};
use crate::mail::outbox::error::{EnqueueError, OutboxError, OutboxErrorKind};
use crate::mail::outbox::limits::OutboxLimits;
use crate::mail::outbox::mail::{MailId, NewMail};
use crate::mail::outbox::store::{
    BeginOutcome, Claim, DueMail, Enqueued, KnownMail, OutboxStore, RemoveOutcome, RetryOutcome, Settlement,
};
use crate::mail::outbox::summary::OutboxSummary;

/// Marks the file as an outbox (`PRAGMA application_id`): "mail".
const APPLICATION: i32 = 0x6d61_696c;
/// The version of the tables (`PRAGMA user_version`).
const VERSION: i32 = 2;
/// Upgrades the tables of version 1.
const FROM_VERSION_1: &str =
    "CREATE TABLE moment (what TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL) STRICT";
/// The longest time to wait for another process that holds the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// A store in one SQLite file, with a lock file next to it for the process that delivers.
///
/// Several processes on one machine may use the file at the same time. SQLite's locks are not reliable on network file
/// systems.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Mutex<Connection>,
    path: PathBuf,
    lock_path: PathBuf,
}

impl SqliteStore {
    /// Opens the file, or creates it. Only its owner may read it.
    ///
    /// # Errors
    /// Returns an error if the file cannot be opened or created, or is not an outbox.
    pub fn open(path: &Path) -> Result<Self, OutboxError> {
        let place = || path.display().to_string();
        create_private(path).map_err(|error| OutboxError::with_source(place(), error))?;
        let connection = connect(path).map_err(|error| sql_error(place(), error))?;
        prepare(&connection, path)?;
        let mut lock_path = path.as_os_str().to_owned();
        lock_path.push(".lock");
        Ok(Self { connection: Mutex::new(connection), path: path.to_owned(), lock_path: lock_path.into() })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic cannot leave a transaction open: dropping it rolls it back.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs an operation in one transaction, which is on disk when this returns.
    fn transact<T, E: From<rusqlite::Error>>(
        &self,
        operation: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = operation(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }

    fn write<T>(
        &self,
        operation: impl FnOnce(&Transaction<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<T, OutboxError> {
        self.transact(operation).map_err(|error| self.failed(error))
    }

    fn read<T>(
        &self,
        operation: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, OutboxError> {
        operation(&self.connection()).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: rusqlite::Error) -> OutboxError {
        sql_error(self.path.display().to_string(), error)
    }
}

impl OutboxStore for SqliteStore {
    fn enqueue(
        &self,
        mail: &NewMail,
        limits: &OutboxLimits,
        now: SystemTime,
    ) -> Result<Enqueued, EnqueueError> {
        self.transact(|transaction| intake::enqueue(transaction, mail, limits, now)).map_err(|error| {
            match error {
                IntakeError::Refused(error) => error,
                IntakeError::Sql(error) => self.failed(error).into(),
            }
        })
    }

    fn find(&self, key: &str) -> Result<Option<KnownMail>, OutboxError> {
        self.read(|connection| intake::find(connection, key))
    }

    fn claim(&self) -> Result<Option<Claim>, OutboxError> {
        let place = || self.lock_path.display().to_string();
        create_private(&self.lock_path).map_err(|error| OutboxError::with_source(place(), error))?;
        match lock(&self.lock_path) {
            Ok(connection) => Ok(Some(Claim::new(Mutex::new(connection)))),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(None),
            Err(error) => Err(sql_error(place(), error)),
        }
    }

    fn recover(&self, now: SystemTime) -> Result<u64, OutboxError> {
        self.write(|transaction| delivery::recover(transaction, now))
    }

    fn sweep(&self, limits: &OutboxLimits, now: SystemTime) -> Result<u64, OutboxError> {
        let expired = self.write(|transaction| sweep::sweep(transaction, limits, now))?;
        self.read(|connection| connection.execute_batch("PRAGMA incremental_vacuum"))?;
        Ok(expired)
    }

    fn due(&self, now: SystemTime, limit: usize, except: &[MailId]) -> Result<Vec<DueMail>, OutboxError> {
        self.write(|transaction| delivery::due(transaction, now, limit, except))
    }

    fn next_due(&self) -> Result<Option<SystemTime>, OutboxError> {
        let next: Option<i64> = self.read(|connection| {
            connection.query_row("SELECT min(next) FROM mail WHERE next IS NOT NULL", [], |row| row.get(0))
        })?;
        Ok(next.map(time))
    }

    fn begin(&self, id: MailId, attempt: u32, now: SystemTime) -> Result<BeginOutcome, OutboxError> {
        self.write(|transaction| delivery::begin(transaction, id, attempt, now))
    }

    fn settle(&self, id: MailId, settlement: &Settlement, now: SystemTime) -> Result<MailState, OutboxError> {
        self.write(|transaction| delivery::settle(transaction, id, settlement, now))
    }

    fn circuit(&self) -> Result<Circuit, OutboxError> {
        self.read(delivery::circuit)
    }

    fn set_circuit(&self, circuit: &Circuit) -> Result<(), OutboxError> {
        self.write(|transaction| delivery::set_circuit(transaction, circuit))
    }

    fn last_done(&self, task: &str) -> Result<Option<SystemTime>, OutboxError> {
        let at: Option<i64> = self.read(|connection| {
            connection.query_row("SELECT max(at) FROM moment WHERE what = ?1", [task], |row| row.get(0))
        })?;
        Ok(at.map(time))
    }

    fn set_done(&self, task: &str, at: SystemTime) -> Result<(), OutboxError> {
        self.write(|transaction| {
            let insert = "INSERT OR REPLACE INTO moment (what, at) VALUES (?1, ?2)";
            transaction.execute(insert, rusqlite::params![task, millis(at)])?;
            Ok(())
        })
    }

    fn summary(&self) -> Result<OutboxSummary, OutboxError> {
        self.read(listing::summary)
    }

    fn list(&self, states: &[MailState], limit: usize) -> Result<Vec<OutboxEntry>, OutboxError> {
        self.read(|connection| listing::list(connection, states, limit))
    }

    fn get(&self, id: MailId) -> Result<Option<OutboxEntry>, OutboxError> {
        self.read(|connection| listing::get(connection, id))
    }

    fn retry(&self, id: MailId, now: SystemTime) -> Result<RetryOutcome, OutboxError> {
        self.write(|transaction| intake::retry(transaction, id, now))
    }

    fn remove(&self, id: MailId) -> Result<RemoveOutcome, OutboxError> {
        self.write(|transaction| {
            let removed = transaction.execute("DELETE FROM mail WHERE id = ?1", [id.0])?;
            Ok(if removed > 0 { RemoveOutcome::Removed } else { RemoveOutcome::NotFound })
        })
    }
}

/// An error inside the transaction that adds a mail.
enum IntakeError {
    Refused(EnqueueError),
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for IntakeError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

fn sql_error(place: String, error: rusqlite::Error) -> OutboxError {
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => OutboxErrorKind::DiskFull,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OutboxErrorKind::Busy,
        Some(ErrorCode::DatabaseCorrupt) => OutboxErrorKind::Corrupt,
        Some(ErrorCode::NotADatabase) => OutboxErrorKind::Incompatible,
        _ => OutboxErrorKind::Other,
    };
    OutboxError::with_source(place, error).with_kind(kind)
}

/// Creates a file that only its owner may read, unless it exists. SQLite gives its side files the same mode.
fn create_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => sync_folder_of(path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes sure that a new file survives a power failure.
#[cfg(unix)]
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder_of(_: &Path) -> io::Result<()> {
    Ok(())
}

fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // FULL: a commit is on disk when it returns. secure_delete: what was deleted can't be read from the file.
    connection.execute_batch(
        "PRAGMA auto_vacuum = INCREMENTAL;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA journal_size_limit = 16777216;",
    )?;
    Ok(connection)
}

/// Takes the lock of the process that delivers. It is a lock of SQLite on an empty database: the system releases it
/// when the process ends, and it works on every platform.
fn lock(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::ZERO)?;
    connection.execute_batch("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE")?;
    Ok(connection)
}

/// Creates the tables in a new file, and refuses a file that is something else.
fn prepare(connection: &Connection, path: &Path) -> Result<(), OutboxError> {
    let failed = |error| sql_error(path.display().to_string(), error);
    let refused = |why: &str| {
        OutboxError::new(format!("{}: {why}", path.display())).with_kind(OutboxErrorKind::Incompatible)
    };
    let (application, version) = match create_tables(connection).map_err(failed)? {
        None => return Ok(()),
        Some(found) => found,
    };
    Err(if application == APPLICATION {
        refused(&format!(
            "created by another version of this program (version {version}, expected {VERSION})"
        ))
    } else {
        refused("not an outbox but another database")
    })
}

/// Creates or upgrades the tables. Returns the marks of a file that is not an outbox of this version.
fn create_tables(connection: &Connection) -> Result<Option<(i32, i32)>, rusqlite::Error> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let pragma = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (application, version) {
        (APPLICATION, VERSION) => return Ok(None),
        (APPLICATION, 1) => transaction.execute_batch(FROM_VERSION_1)?,
        (0, 0) if tables == 0 => {
            transaction.execute_batch(include_str!("schema.sql"))?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
        }
        found => return Ok(Some(found)),
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(None)
}

/// Milliseconds since 1970.
fn millis(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, length)
}

fn length(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn time(millis: i64) -> SystemTime {
    let since = Duration::from_millis(u64::try_from(millis).unwrap_or_default());
    UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH)
}

/// Converts a count for SQLite, which has no unsigned integers.
fn bound(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}
