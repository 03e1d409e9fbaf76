//! Adding mails, and retrying them.

use std::time::SystemTime;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{IntakeError, bound, length, millis};
use crate::mail::message::MailObject;
use crate::mail::outbox::entry::MailState;
use crate::mail::outbox::error::EnqueueError;
use crate::mail::outbox::limits::OutboxLimits;
use crate::mail::outbox::mail::{MailId, MailKind, NewMail};
use crate::mail::outbox::sender::from_address;
use crate::mail::outbox::store::{Enqueued, KnownMail, RetryOutcome};

pub(super) fn enqueue(
    transaction: &Transaction<'_>,
    mail: &NewMail,
    limits: &OutboxLimits,
    now: SystemTime,
) -> Result<Enqueued, IntakeError> {
    if let Some(key) = &mail.key
        && let Some(id) = known(transaction, &key.name, now)?
    {
        return Ok(Enqueued::known(id));
    }
    make_room(transaction, mail, limits, now)?;
    let id = insert(transaction, mail, now)?;
    if let Some(key) = &mail.key {
        let until = key.lifetime.map(|lifetime| millis(now).saturating_add(length(lifetime)));
        let retries = "SELECT retries FROM key WHERE name = ?1";
        transaction.execute(
            &format!("INSERT OR REPLACE INTO key (name, mail, until, retries) VALUES (?1, ?2, ?3, coalesce(({retries}), 0))"),
            params![key.name, id.0, until],
        )?;
    }
    Ok(Enqueued::added(id))
}

/// Returns the mail of a key that is still in force.
fn known(
    transaction: &Transaction<'_>,
    key: &str,
    now: SystemTime,
) -> Result<Option<MailId>, rusqlite::Error> {
    transaction
        .query_row(
            "SELECT mail FROM key WHERE name = ?1 AND (until IS NULL OR until > ?2)
             AND (sent OR EXISTS (SELECT 1 FROM mail WHERE id = key.mail))",
            params![key, millis(now)],
            |row| row.get(0).map(MailId),
        )
        .optional()
}

/// Fails the oldest notifications until an alert fits. Other mails fit or are refused.
fn make_room(
    transaction: &Transaction<'_>,
    mail: &NewMail,
    limits: &OutboxLimits,
    now: SystemTime,
) -> Result<(), IntakeError> {
    let size = u64::try_from(mail.object.content().len()).unwrap_or(u64::MAX);
    if size > limits.bytes || limits.mails == 0 {
        return Err(IntakeError::Refused(EnqueueError::TooLarge { size, limit: limits.bytes }));
    }
    loop {
        let (mails, bytes): (u64, u64) = transaction.query_row(
            "SELECT count(*), coalesce(sum(size), 0) FROM mail WHERE next IS NOT NULL OR state = 'sending'",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        if mails < limits.mails && bytes.saturating_add(size) <= limits.bytes {
            return Ok(());
        }
        if mail.kind != MailKind::Alert || !push_out(transaction, now)? {
            return Err(IntakeError::Refused(EnqueueError::Full { mails, bytes }));
        }
    }
}

/// Fails the oldest notification that is not being sent.
fn push_out(transaction: &Transaction<'_>, now: SystemTime) -> Result<bool, rusqlite::Error> {
    let oldest: Option<i64> = transaction
        .query_row(
            "SELECT id FROM mail WHERE next IS NOT NULL AND kind = 'notification' ORDER BY id LIMIT 1",
            [],
            |row| row.get(0),
        )
        .optional()?;
    let Some(id) = oldest else { return Ok(false) };
    let why = "given up to make room for a security alert";
    transaction.execute(
        "UPDATE mail SET state = 'failed', since = ?2, next = NULL, reply = ?3 WHERE id = ?1",
        params![id, millis(now), why],
    )?;
    transaction.execute(
        "UPDATE recipient SET progress = 'failed', reply = coalesce(reply, ?2) WHERE mail = ?1 AND progress = 'pending'",
        params![id, why],
    )?;
    Ok(true)
}

fn insert(transaction: &Transaction<'_>, mail: &NewMail, now: SystemTime) -> Result<MailId, rusqlite::Error> {
    let (object, now) = (&mail.object, millis(now));
    let lifetime = length(mail.lifetime);
    transaction.execute(
        "INSERT INTO mail (message_id, kind, may_resend, sender, international, size, lifetime, created, expires,
             state, since, next, header_from)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'queued', ?8, ?8, ?10)",
        params![
            object.message_id().as_str(),
            mail.kind.name(),
            mail.if_unknown.may_resend(),
            object.sender().as_str(),
            object.is_international(),
            bound(object.content().len()),
            lifetime,
            now,
            now.saturating_add(lifetime),
            from_address(object).map(|from| from.to_string()),
        ],
    )?;
    let id = transaction.last_insert_rowid();
    transaction
        .execute("INSERT INTO content (mail, bytes) VALUES (?1, ?2)", params![id, object.content()])?;
    let mut recipient =
        transaction.prepare_cached("INSERT OR IGNORE INTO recipient (mail, address) VALUES (?1, ?2)")?;
    for address in object.recipients() {
        recipient.execute(params![id, address.as_str()])?;
    }
    Ok(MailId(id))
}

pub(super) fn find(connection: &Connection, key: &str) -> Result<Option<KnownMail>, rusqlite::Error> {
    connection
        .query_row(
            "SELECT key.mail, key.sent, key.retries, mail.state
             FROM key LEFT JOIN mail ON mail.id = key.mail WHERE key.name = ?1",
            [key],
            |row| {
                let sent: bool = row.get(1)?;
                let state: Option<String> = row.get(3)?;
                let state =
                    if sent { Some(MailState::Sent) } else { state.and_then(|name| name.parse().ok()) };
                Ok(KnownMail::new(MailId(row.get(0)?), state, row.get(2)?))
            },
        )
        .optional()
}

pub(super) fn retry(
    transaction: &Transaction<'_>,
    id: MailId,
    now: SystemTime,
) -> Result<RetryOutcome, rusqlite::Error> {
    let found: Option<(String, bool)> = transaction
        .query_row(
            "SELECT state, EXISTS (SELECT 1 FROM content WHERE mail = id) FROM mail WHERE id = ?1",
            [id.0],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    match found {
        None => return Ok(RetryOutcome::NotFound),
        Some((state, _)) if state == "sent" => return Ok(RetryOutcome::AlreadySent),
        Some((state, _)) if state == "sending" => return Ok(RetryOutcome::Sending),
        Some((_, false)) => return Ok(RetryOutcome::NoContent),
        Some((_, true)) => {}
    }
    transaction.execute(
        "UPDATE mail SET state = 'queued', since = ?2, next = ?2, expires = ?2 + lifetime, attempts = 0, resends = 0,
             had_last_chance = 0
         WHERE id = ?1",
        params![id.0, millis(now)],
    )?;
    transaction.execute(
        "UPDATE recipient SET progress = 'pending' WHERE mail = ?1 AND progress IN ('failed', 'unknown')",
        [id.0],
    )?;
    transaction.execute("UPDATE key SET retries = retries + 1 WHERE mail = ?1", [id.0])?;
    Ok(RetryOutcome::Queued)
}

pub(super) fn replace(
    transaction: &Transaction<'_>,
    id: MailId,
    mail: &MailObject,
    now: SystemTime,
) -> Result<RetryOutcome, rusqlite::Error> {
    let state: Option<String> =
        transaction.query_row("SELECT state FROM mail WHERE id = ?1", [id.0], |row| row.get(0)).optional()?;
    if matches!(state.as_deref(), None | Some("sent" | "sending")) {
        return retry(transaction, id, now);
    }
    transaction.execute(
        "UPDATE mail SET message_id = ?2, sender = ?3, header_from = ?4, follows_settings = 0, international = ?5,
             size = ?6
         WHERE id = ?1",
        params![
            id.0,
            mail.message_id().as_str(),
            mail.sender().as_str(),
            from_address(mail).map(|from| from.to_string()),
            mail.is_international(),
            bound(mail.content().len()),
        ],
    )?;
    transaction.execute(
        "INSERT OR REPLACE INTO content (mail, bytes) VALUES (?1, ?2)",
        params![id.0, mail.content()],
    )?;
    retry(transaction, id, now)
}

/// Removes a mail. Its key is removed as well, unless the mail was sent or is being sent.
pub(super) fn remove(transaction: &Transaction<'_>, id: MailId) -> Result<bool, rusqlite::Error> {
    transaction.execute(
        "DELETE FROM key WHERE mail = ?1 AND NOT sent
         AND NOT EXISTS (SELECT 1 FROM mail WHERE id = ?1 AND state = 'sending')",
        [id.0],
    )?;
    Ok(transaction.execute("DELETE FROM mail WHERE id = ?1", [id.0])? > 0)
}
