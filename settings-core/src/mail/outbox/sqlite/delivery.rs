//! Delivery: from `due` to `settle`.

use std::time::SystemTime;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{bound, length, millis, time};
use crate::mail::address::Address;
use crate::mail::message::{MailObject, MessageId};
use crate::mail::outbox::circuit::Circuit;
use crate::mail::outbox::entry::{MailState, Progress};
use crate::mail::outbox::mail::{MAX_RESENDS, MailId};
use crate::mail::outbox::schedule::LONGEST_WAIT;
use crate::mail::outbox::store::{BeginOutcome, DueMail, DueOrder, Pending, Settlement};
use crate::mail::reverse_path::ReversePath;

const INTERRUPTED: &str = "the program ended while the mail was being sent";
const UNREADABLE: &str = "the stored mail is damaged";

pub(super) fn recover(transaction: &Transaction<'_>, now: SystemTime) -> Result<u64, rusqlite::Error> {
    let now = millis(now);
    let again = transaction.execute(
        "UPDATE mail SET state = 'unknown', since = ?1, next = ?1, resends = resends + 1, reply = ?2
         WHERE state = 'sending' AND may_resend AND resends < ?3",
        params![now, INTERRUPTED, MAX_RESENDS],
    )?;
    transaction.execute(
        "UPDATE recipient SET progress = 'unknown', reply = ?1
         WHERE progress = 'pending' AND mail IN (SELECT id FROM mail WHERE state = 'sending')",
        [INTERRUPTED],
    )?;
    let left = transaction.execute(
        "UPDATE mail SET state = 'unknown', since = ?1, reply = ?2 WHERE state = 'sending'",
        params![now, INTERRUPTED],
    )?;
    Ok(u64::try_from(again + left).unwrap_or(u64::MAX))
}

/// A mail that is due, as it is stored.
struct Row {
    id: i64,
    message_id: String,
    sender: String,
    international: bool,
    attempts: u32,
    may_resend: bool,
    follows_settings: bool,
    expires: i64,
    content: Option<Vec<u8>>,
}

pub(super) fn due(
    transaction: &Transaction<'_>,
    now: SystemTime,
    order: DueOrder,
    limit: usize,
    except: &[MailId],
) -> Result<Vec<DueMail>, rusqlite::Error> {
    let query = match order {
        DueOrder::Urgent => {
            "SELECT id FROM mail WHERE next <= ?1 OR next > ?2 ORDER BY kind, attempts, next, id LIMIT ?3"
        }
        DueOrder::LeastTried => {
            "SELECT id FROM mail WHERE next <= ?1 OR next > ?2 ORDER BY attempts, kind, next, id LIMIT ?3"
        }
    };
    let moment = millis(now);
    let latest = moment.saturating_add(length(LONGEST_WAIT));
    let count = bound(limit.saturating_add(except.len()));
    let ids: Vec<i64> = transaction
        .prepare_cached(query)?
        .query_map(params![moment, latest, count], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut due = Vec::new();
    for id in ids.into_iter().filter(|id| !except.contains(&MailId(*id))).take(limit) {
        let row = row(transaction, id)?;
        match ready(transaction, &row)? {
            Some(mail) => due.push(mail),
            None => quarantine(transaction, id, now)?,
        }
    }
    Ok(due)
}

fn row(transaction: &Transaction<'_>, id: i64) -> Result<Row, rusqlite::Error> {
    transaction
        .prepare_cached(
            "SELECT message_id, sender, international, attempts, may_resend AND resends < ?2, expires,
                 (SELECT bytes FROM content WHERE mail = id), follows_settings
             FROM mail WHERE id = ?1",
        )?
        .query_row(params![id, MAX_RESENDS], |row| {
            Ok(Row {
                id,
                message_id: row.get(0)?,
                sender: row.get(1)?,
                international: row.get(2)?,
                attempts: row.get(3)?,
                may_resend: row.get(4)?,
                expires: row.get(5)?,
                content: row.get(6)?,
                follows_settings: row.get(7)?,
            })
        })
}

/// Builds the mail for the recipients that are still pending. Returns `None` if what is stored is not a valid mail.
fn ready(transaction: &Transaction<'_>, row: &Row) -> Result<Option<DueMail>, rusqlite::Error> {
    let addresses: Vec<String> = transaction
        .prepare_cached(
            "SELECT address FROM recipient WHERE mail = ?1 AND progress = 'pending' ORDER BY rowid",
        )?
        .query_map([row.id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let object = || {
        let recipients: Vec<Address> =
            addresses.iter().map(|text| text.parse().ok()).collect::<Option<_>>()?;
        let message_id: MessageId = row.message_id.parse().ok()?;
        let content = row.content.clone()?;
        MailObject::new(row.sender.parse().ok()?, recipients, message_id, content, row.international).ok()
    };
    Ok(object().map(|object| DueMail {
        attempts: row.attempts,
        may_resend: row.may_resend,
        follows_settings: row.follows_settings,
        ..DueMail::new(MailId(row.id), object, time(row.expires))
    }))
}

/// Turns a mail that cannot be sent into a dead letter, so that it does not delay the others.
fn quarantine(transaction: &Transaction<'_>, id: i64, now: SystemTime) -> Result<(), rusqlite::Error> {
    transaction.execute(
        "UPDATE mail SET state = 'failed', since = ?2, next = NULL, reply = ?3 WHERE id = ?1",
        params![id, millis(now), UNREADABLE],
    )?;
    transaction.execute(
        "UPDATE recipient SET progress = 'failed', reply = ?2 WHERE mail = ?1 AND progress = 'pending'",
        params![id, UNREADABLE],
    )?;
    Ok(())
}

pub(super) fn begin(
    transaction: &Transaction<'_>,
    id: MailId,
    attempt: u32,
    now: SystemTime,
) -> Result<BeginOutcome, rusqlite::Error> {
    let changed = transaction.execute(
        "UPDATE mail SET state = 'sending', since = ?2, next = NULL, attempts = ?3
         WHERE id = ?1 AND next IS NOT NULL",
        params![id.0, millis(now), attempt],
    )?;
    Ok(if changed == 1 { BeginOutcome::Started } else { BeginOutcome::NotPending })
}

pub(super) fn settle(
    transaction: &Transaction<'_>,
    id: MailId,
    settlement: &Settlement,
    now: SystemTime,
) -> Result<MailState, rusqlite::Error> {
    let mut mark = transaction.prepare_cached(
        "UPDATE recipient SET progress = ?3, reply = ?4 WHERE mail = ?1 AND address = ?2 AND progress = 'pending'",
    )?;
    for (address, progress, reply) in &settlement.marks {
        mark.execute(params![id.0, address.as_str(), progress.name(), reply])?;
    }
    let left = |progress: Progress| {
        transaction
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM recipient WHERE mail = ?1 AND progress = ?2)")?
            .query_row(params![id.0, progress.name()], |row| row.get::<_, bool>(0))
    };
    let (state, next) = if left(Progress::Pending)? {
        match settlement.pending {
            Pending::Deferred(next) => (MailState::Deferred, Some(next)),
            Pending::Unknown(next) => (MailState::Unknown, Some(next)),
        }
    } else if left(Progress::Unknown)? {
        (MailState::Unknown, None)
    } else if left(Progress::Failed)? {
        (MailState::Failed, None)
    } else {
        (MailState::Sent, None)
    };
    transaction.execute(
        "UPDATE mail SET state = ?2, since = ?3, next = ?4, attempts = ?5, reply = ?6, queue_id = ?7,
             resends = resends + (?2 = 'unknown' AND ?4 IS NOT NULL)
         WHERE id = ?1",
        params![
            id.0,
            state.name(),
            millis(now),
            next.map(millis),
            settlement.attempts,
            settlement.reply,
            settlement.queue_id
        ],
    )?;
    if state == MailState::Sent {
        transaction.execute("UPDATE key SET sent = 1 WHERE mail = ?1", [id.0])?;
    }
    Ok(state)
}

/// Deletes the content of mails that were sent.
pub(super) fn forget_sent(transaction: &Transaction<'_>) -> Result<(), rusqlite::Error> {
    transaction
        .prepare_cached("DELETE FROM content WHERE mail IN (SELECT id FROM mail WHERE state = 'sent')")?
        .execute([])
        .map(drop)
}

pub(super) fn adopt_sender(
    transaction: &Transaction<'_>,
    from: &Address,
    envelope: &ReversePath,
) -> Result<(), rusqlite::Error> {
    transaction
        .prepare_cached(
            "UPDATE mail SET follows_settings = 1
             WHERE NOT follows_settings AND state <> 'sent' AND header_from = ?1 AND sender = ?2",
        )?
        .execute(params![from.as_str(), envelope.as_str()])
        .map(drop)
}

pub(super) fn make_due(transaction: &Transaction<'_>, now: SystemTime) -> Result<(), rusqlite::Error> {
    transaction
        .prepare_cached("UPDATE mail SET next = ?1 WHERE state = 'deferred' AND next > ?1")?
        .execute([millis(now)])
        .map(drop)
}

pub(super) fn circuit(connection: &Connection) -> Result<Circuit, rusqlite::Error> {
    let circuit = connection
        .query_row("SELECT since, until, failures, why FROM circuit", [], |row| {
            let (since, until): (Option<i64>, i64) = (row.get(0)?, row.get(1)?);
            let (until, why) = (time(until), row.get(3)?);
            Ok(match since {
                Some(since) => Circuit::Halted { since: time(since), until, why },
                None => Circuit::Open { until, failures: row.get(2)?, why },
            })
        })
        .optional()?;
    Ok(circuit.unwrap_or_default())
}

pub(super) fn set_circuit(transaction: &Transaction<'_>, circuit: &Circuit) -> Result<(), rusqlite::Error> {
    transaction.execute("DELETE FROM circuit", [])?;
    let insert = "INSERT INTO circuit (one, since, until, failures, why) VALUES (1, ?1, ?2, ?3, ?4)";
    match circuit {
        Circuit::Closed => 0,
        Circuit::Open { until, failures, why } => {
            transaction.execute(insert, params![None::<i64>, millis(*until), failures, why])?
        }
        Circuit::Halted { since, until, why } => {
            transaction.execute(insert, params![millis(*since), millis(*until), 0, why])?
        }
    };
    Ok(())
}
