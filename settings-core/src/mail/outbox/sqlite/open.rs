//! Opening the file, and the lock of the process that delivers.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use super::sql_error;
use crate::mail::outbox::error::{OutboxError, OutboxErrorKind};

/// Marks the file as an outbox (`PRAGMA application_id`): "mail".
const APPLICATION: i32 = 0x6d61_696c;
/// The version of the tables (`PRAGMA user_version`).
const VERSION: i32 = 3;
/// Upgrades the tables of earlier versions.
const UPGRADE: &str = include_str!("upgrade.sql");
/// The longest time to wait for another process that holds the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Opens the outbox in a file, and creates it if it does not exist. Returns the damage of a damaged file as well.
pub(super) fn open(path: &Path) -> Result<(Connection, Option<OutboxError>), OutboxError> {
    let place = || path.display().to_string();
    create_private(path).map_err(|error| OutboxError::with_source(place(), error))?;
    let connection = connect(path, Sharing::Shared).or_else(|error| match error.sqlite_error_code() {
        // Without room for the shared index of the log, the file can still be read by one process.
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
            connect(path, Sharing::Exclusive)
        }
        _ => Err(error),
    });
    let connection = connection.map_err(|error| sql_error(place(), error))?;
    prepare(&connection, path)?;
    let damage = damage(&connection).map_err(|error| sql_error(place(), error)).err();
    Ok((connection, damage))
}

/// The way in which processes share the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sharing {
    Shared,
    Exclusive,
}

fn connect(path: &Path, sharing: Sharing) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    if sharing == Sharing::Exclusive {
        connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE")?;
    }
    // FULL: a commit is on disk when it returns. secure_delete: deleted content cannot be read from the file.
    connection.execute_batch(
        "PRAGMA auto_vacuum = INCREMENTAL;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA journal_size_limit = 16777216;",
    )?;
    // The first access to the log: without room for its index, this fails.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

/// Fails with `SQLITE_CORRUPT` if the file is damaged.
fn damage(connection: &Connection) -> Result<(), rusqlite::Error> {
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" {
        return Ok(());
    }
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    Err(rusqlite::Error::SqliteFailure(code, Some(found)))
}

/// Creates the tables in a new file, and refuses a file that is something else.
fn prepare(connection: &Connection, path: &Path) -> Result<(), OutboxError> {
    let failed = |error| sql_error(path.display().to_string(), error);
    let refused = |why: &str| {
        OutboxError::new(format!("{}: {why}", path.display())).with_kind(OutboxErrorKind::Incompatible)
    };
    // An outbox of this version is only read, which needs no room on the disk.
    let found = marks(connection).map_err(failed)?;
    if found == (APPLICATION, VERSION) {
        return Ok(());
    }
    match create_tables(connection).map_err(failed)? {
        None => Ok(()),
        Some((APPLICATION, version)) => Err(refused(&format!(
            "created by another version of this program (version {version}, expected {VERSION})"
        ))),
        Some(_) => Err(refused("not an outbox but another database")),
    }
}

/// Returns the application and the version of the file.
fn marks(connection: &Connection) -> Result<(i32, i32), rusqlite::Error> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    Ok((pragma("application_id")?, pragma("user_version")?))
}

/// Creates or upgrades the tables. Returns the marks of a file that is not an outbox of this version.
fn create_tables(connection: &Connection) -> Result<Option<(i32, i32)>, rusqlite::Error> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match marks(&transaction)? {
        (APPLICATION, VERSION) => return Ok(None),
        (APPLICATION, 1 | 2) => transaction.execute_batch(UPGRADE)?,
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

/// Takes the lock of the process that delivers. It is a lock of SQLite on an empty database: the system releases it
/// when the process ends, and it works on every platform.
pub(super) fn lock(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::ZERO)?;
    connection.execute_batch("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE")?;
    Ok(connection)
}

/// Creates a file that only its owner may read, unless it exists. SQLite gives its side files the same mode.
pub(super) fn create_private(path: &Path) -> io::Result<()> {
    match private(OpenOptions::new().write(true).create_new(true)).open(path) {
        Ok(_) => sync_folder_of(path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Restricts a new file to its owner.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Makes sure that a new file survives a power failure.
#[cfg(unix)]
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder_of(_: &Path) -> io::Result<()> {
    Ok(())
}
