//! A store in one SQLite file.

mod delivery;
mod intake;
mod listing;
mod open;
mod reserve;
mod sweep;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use self::open::{create_private, lock};
use self::reserve::Reserve;
use crate::mail::address::Address;
use crate::mail::message::MailObject;
use crate::mail::outbox::circuit::Circuit;
use crate::mail::outbox::entry::{MailState, OutboxEntry};
use crate::mail::outbox::error::{EnqueueError, OutboxError, OutboxErrorKind};
use crate::mail::outbox::limits::OutboxLimits;
use crate::mail::outbox::mail::{MailId, NewMail};
use crate::mail::outbox::store::{
    BeginOutcome, Claim, DueMail, DueOrder, Enqueued, KnownMail, LeaseToken, OutboxStore, RemoveOutcome,
    RetryOutcome, Settlement,
};
use crate::mail::outbox::summary::OutboxSummary;
use crate::mail::reverse_path::ReversePath;

/// A store in one SQLite file, with a lock file next to it for the process that delivers.
///
/// Several processes on one machine may use the file at the same time. SQLite's locks are not reliable on network file
/// systems.
///
/// A damaged file is still opened, so that its mails can be listed, but it accepts and delivers no mails.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Mutex<Connection>,
    path: PathBuf,
    lock_path: PathBuf,
    reserve: Reserve,
    /// The damage, once it was found.
    damage: OnceLock<OutboxError>,
}

impl SqliteStore {
    /// Opens the file, or creates it. Only its owner may read it.
    ///
    /// # Errors
    /// Returns an error if the file cannot be opened or created, or is not an outbox.
    pub fn open(path: &Path) -> Result<Self, OutboxError> {
        let (connection, damage) = open::open(path)?;
        let mut lock_path = path.as_os_str().to_owned();
        lock_path.push(".lock");
        let store = Self {
            connection: Mutex::new(connection),
            path: path.to_owned(),
            lock_path: lock_path.into(),
            reserve: Reserve::new(path),
            damage: OnceLock::new(),
        };
        if let Some(error) = damage {
            store.remember_damage(&error);
        }
        Ok(store)
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
        let error = sql_error(self.path.display().to_string(), error);
        if error.kind() == OutboxErrorKind::Corrupt {
            self.remember_damage(&error);
        }
        error
    }

    fn remember_damage(&self, error: &OutboxError) {
        if self.damage.set(error.clone()).is_ok() {
            tracing::error!(%error, "the outbox is damaged");
        }
    }

    /// Refuses a damaged file: what is written to it may be lost.
    fn intact(&self) -> Result<(), OutboxError> {
        let Some(damage) = self.damage.get() else { return Ok(()) };
        let advice = "the file is damaged, so that no mail is accepted or delivered: stop the program, save the mails \
                      with `sqlite3 FILE .recover`, and move the file away";
        Err(OutboxError::with_source(advice, damage.clone()).with_kind(OutboxErrorKind::Corrupt))
    }
}

impl OutboxStore for SqliteStore {
    fn enqueue(
        &self,
        mail: &NewMail,
        limits: &OutboxLimits,
        now: SystemTime,
    ) -> Result<Enqueued, EnqueueError> {
        self.intact()?;
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
        self.intact()?;
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
        self.read(sweep::shrink)?;
        Ok(expired)
    }

    fn due(
        &self,
        now: SystemTime,
        order: DueOrder,
        limit: usize,
        except: &[MailId],
    ) -> Result<Vec<DueMail>, OutboxError> {
        self.write(|transaction| delivery::due(transaction, now, order, limit, except))
    }

    fn adopt_sender(&self, from: &Address, envelope: &ReversePath) -> Result<(), OutboxError> {
        self.write(|transaction| delivery::adopt_sender(transaction, from, envelope))
    }

    fn make_due(&self, now: SystemTime) -> Result<(), OutboxError> {
        self.write(|transaction| delivery::make_due(transaction, now))
    }

    fn next_due(&self) -> Result<Option<SystemTime>, OutboxError> {
        let next: Option<i64> = self.read(|connection| {
            connection.query_row("SELECT min(next) FROM mail WHERE next IS NOT NULL", [], |row| row.get(0))
        })?;
        Ok(next.map(time))
    }

    fn begin(
        &self,
        id: MailId,
        _: LeaseToken,
        attempt: u32,
        now: SystemTime,
    ) -> Result<BeginOutcome, OutboxError> {
        self.reserve.fill().map_err(|error| {
            let message =
                format!("{}: no room for the result of a delivery, so nothing is sent", self.path.display());
            OutboxError::with_source(message, error).with_kind(OutboxErrorKind::DiskFull)
        })?;
        self.write(|transaction| delivery::begin(transaction, id, attempt, now))
    }

    fn settle(
        &self,
        id: MailId,
        _: LeaseToken,
        settlement: &Settlement,
        now: SystemTime,
    ) -> Result<Option<MailState>, OutboxError> {
        let settle = || self.transact(|transaction| delivery::settle(transaction, id, settlement, now));
        let state = match settle() {
            Err(error) if is_disk_full(&error) && self.reserve.release() => settle(),
            settled => settled,
        };
        let state = state.map_err(|error| self.failed(error))?;
        if state == MailState::Sent
            && let Err(error) = self.write(delivery::forget_sent)
        {
            // Overwriting the content takes room. The next sweep tries again.
            tracing::warn!(%error, "the content of a sent mail is not deleted yet");
        }
        Ok(Some(state))
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

    fn replace(&self, id: MailId, mail: &MailObject, now: SystemTime) -> Result<RetryOutcome, OutboxError> {
        self.write(|transaction| intake::replace(transaction, id, mail, now))
    }

    fn remove(&self, id: MailId) -> Result<RemoveOutcome, OutboxError> {
        self.write(|transaction| {
            Ok(if intake::remove(transaction, id)? {
                RemoveOutcome::Removed
            } else {
                RemoveOutcome::NotFound
            })
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

/// Returns true if the disk may be full.
fn is_disk_full(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure))
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
