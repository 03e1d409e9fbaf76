//! An outbox in one SQLite file.

mod delivery;
mod intake;
mod listing;
mod sweep;

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::{
    circuit::Circuit,
    entry::{Entry, State},
    limits::Limits,
    mail::{MailId, NewMail},
    store::{Claim, Due, EnqueueError, Enqueued, Known, NoRetry, Settlement, Store, StoreError},
    summary::Summary,
};

/// Marks the file as an outbox (`PRAGMA application_id`): "mail".
const APPLICATION: i32 = 0x6d61_696c;
/// The layout of the tables.
const VERSION: i32 = 2;
/// What makes the layout before the present one the present one.
const FROM_VERSION_1: &str =
    "CREATE TABLE moment (what TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL) STRICT";
/// How long another process may hold the file.
const PATIENCE: Duration = Duration::from_secs(10);

/// An outbox in one SQLite file, beside it a lock file that says which process delivers.
///
/// Several processes may use the file at a time, on one machine: SQLite's locks are not to be trusted on network
/// file systems.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Mutex<Connection>,
    lock_path: PathBuf,
}

impl SqliteStore {
    /// Opens the file, or makes it. Only its owner may read it.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |text: String| StoreError::new(format!("{}: {text}", path.display()));
        private(path).map_err(|error| failed(error.to_string()))?;
        let connection = connect(path).map_err(|error| failed(error.to_string()))?;
        prepare(&connection).map_err(|why| failed(why.to_string()))?;
        let mut lock_path = path.as_os_str().to_owned();
        lock_path.push(".lock");
        Ok(Self { connection: Mutex::new(connection), lock_path: lock_path.into() })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic can't leave a transaction behind: it is rolled back by its drop.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Work in one transaction, on disk when this returns.
    fn write<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.connection();
        let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = begun.map_err(StoreError::from)?;
        let value = work(&transaction)?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(value)
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>) -> Result<T, StoreError> {
        Ok(work(&self.connection())?)
    }
}

impl Store for SqliteStore {
    fn enqueue(&self, mail: &NewMail, limits: &Limits, now: SystemTime) -> Result<Enqueued, EnqueueError> {
        self.write(|transaction| intake::enqueue(transaction, mail, limits, now))
    }

    fn find(&self, key: &str) -> Result<Option<Known>, StoreError> {
        self.read(|connection| intake::find(connection, key))
    }

    fn claim(&self) -> Result<Option<Claim>, StoreError> {
        let failed = |error: io::Error| StoreError::new(format!("{}: {error}", self.lock_path.display()));
        private(&self.lock_path).map_err(failed)?;
        let file = File::open(&self.lock_path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Claim::new(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    fn recover(&self, now: SystemTime) -> Result<u64, StoreError> {
        self.write(|transaction| Ok(delivery::recover(transaction, now)?))
    }

    fn sweep(&self, limits: &Limits, now: SystemTime) -> Result<u64, StoreError> {
        let expired =
            self.write(|transaction| Ok::<_, StoreError>(sweep::sweep(transaction, limits, now)?))?;
        self.read(|connection| connection.execute_batch("PRAGMA incremental_vacuum"))?;
        Ok(expired)
    }

    fn due(&self, now: SystemTime, limit: usize, except: &[MailId]) -> Result<Vec<Due>, StoreError> {
        self.write(|transaction| Ok(delivery::due(transaction, now, limit, except)?))
    }

    fn next_due(&self) -> Result<Option<SystemTime>, StoreError> {
        let next: Option<i64> = self.read(|connection| {
            connection.query_row("SELECT min(next) FROM mail WHERE next IS NOT NULL", [], |row| row.get(0))
        })?;
        Ok(next.map(time))
    }

    fn begin(&self, id: MailId, attempt: u32, now: SystemTime) -> Result<bool, StoreError> {
        self.write(|transaction| Ok(delivery::begin(transaction, id, attempt, now)?))
    }

    fn settle(&self, id: MailId, settlement: &Settlement, now: SystemTime) -> Result<State, StoreError> {
        self.write(|transaction| Ok(delivery::settle(transaction, id, settlement, now)?))
    }

    fn circuit(&self) -> Result<Circuit, StoreError> {
        self.read(delivery::circuit)
    }

    fn set_circuit(&self, circuit: &Circuit) -> Result<(), StoreError> {
        self.write(|transaction| Ok(delivery::set_circuit(transaction, circuit)?))
    }

    fn last_done(&self, what: &str) -> Result<Option<SystemTime>, StoreError> {
        let at: Option<i64> = self.read(|connection| {
            connection.query_row("SELECT max(at) FROM moment WHERE what = ?1", [what], |row| row.get(0))
        })?;
        Ok(at.map(time))
    }

    fn set_done(&self, what: &str, at: SystemTime) -> Result<(), StoreError> {
        self.write(|transaction| {
            let insert = "INSERT OR REPLACE INTO moment (what, at) VALUES (?1, ?2)";
            transaction.execute(insert, rusqlite::params![what, millis(at)])?;
            Ok(())
        })
    }

    fn summary(&self) -> Result<Summary, StoreError> {
        self.read(listing::summary)
    }

    fn list(&self, states: &[State], limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.read(|connection| listing::list(connection, states, limit))
    }

    fn get(&self, id: MailId) -> Result<Option<Entry>, StoreError> {
        self.read(|connection| listing::get(connection, id))
    }

    fn retry(&self, id: MailId, now: SystemTime) -> Result<Result<(), NoRetry>, StoreError> {
        self.write(|transaction| Ok(intake::retry(transaction, id, now)?))
    }

    fn remove(&self, id: MailId) -> Result<bool, StoreError> {
        self.write(|transaction| Ok(transaction.execute("DELETE FROM mail WHERE id = ?1", [id.0])? > 0))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::new(error.to_string())
    }
}

impl From<rusqlite::Error> for EnqueueError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Makes a file that only its owner may read, unless it is there. SQLite gives its side files the same mode.
fn private(path: &Path) -> io::Result<()> {
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

/// Without this, a new file may be gone after a power cut, whatever was written to it.
#[cfg(unix)]
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder_of(_: &Path) -> io::Result<()> {
    Ok(())
}

fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
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

/// Makes the tables in a new file; refuses a file that is something else.
fn prepare(connection: &Connection) -> Result<(), StoreError> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let pragma = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (application, version) {
        (APPLICATION, VERSION) => Ok(()),
        (APPLICATION, 1) => {
            transaction.execute_batch(FROM_VERSION_1)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            Ok(transaction.commit()?)
        }
        (APPLICATION, newer) => Err(StoreError::new(format!(
            "made by another version of this program (layout {newer}, not {VERSION})"
        ))),
        (0, 0) if tables == 0 => {
            transaction.execute_batch(include_str!("schema.sql"))?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            Ok(transaction.commit()?)
        }
        _ => Err(StoreError::new("a database of something else, not an outbox")),
    }
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

/// A count for SQLite, which has no unsigned numbers.
fn bound(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}
