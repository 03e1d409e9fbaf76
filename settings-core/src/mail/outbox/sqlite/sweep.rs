//! Gives up mails that have expired, and removes those that are no longer kept.

use std::time::SystemTime;

use rusqlite::{Connection, Transaction, params};

use super::{bound, delivery, length, millis};
use crate::mail::outbox::limits::OutboxLimits;
use crate::mail::outbox::mail::KEY_LIFETIME;
use crate::mail::outbox::store::{LAST_CHANCE, LONGEST_WAIT};

const TOO_OLD: &str = "given up, the mail is too old";

/// Dead letters: mails that are not tried again automatically.
const DEAD: &str = "(state = 'failed' OR state = 'unknown' AND next IS NULL)";

pub(super) fn sweep(
    transaction: &Transaction<'_>,
    limits: &OutboxLimits,
    now: SystemTime,
) -> Result<u64, rusqlite::Error> {
    let moment = millis(now);
    distrust(transaction, moment)?;
    let expired = give_up(transaction, moment)?;
    delivery::forget_sent(transaction)?;
    let before = |keep| moment.saturating_sub(length(keep));
    transaction
        .execute("DELETE FROM mail WHERE state = 'sent' AND since < ?1", [before(limits.keep_sent)])?;
    transaction
        .execute(&format!("DELETE FROM mail WHERE {DEAD} AND since < ?1"), [before(limits.keep_dead)])?;
    transaction.execute(
        &format!(
            "DELETE FROM mail WHERE id IN
                 (SELECT id FROM mail WHERE {DEAD} ORDER BY since DESC, id DESC LIMIT -1 OFFSET ?1)"
        ),
        [bound(limits.dead_mails)],
    )?;
    transaction.execute(
        &format!(
            "DELETE FROM content WHERE mail IN
                 (SELECT id FROM
                     (SELECT id, sum(size) OVER (ORDER BY since DESC, id DESC) AS total FROM mail WHERE {DEAD})
                  WHERE total > ?1)"
        ),
        [bound(limits.dead_bytes)],
    )?;
    transaction.execute(
        "DELETE FROM key WHERE until <= ?1
         AND NOT EXISTS (SELECT 1 FROM mail WHERE id = key.mail AND (next IS NOT NULL OR state = 'sending'))",
        [moment],
    )?;
    Ok(expired)
}

/// Corrects times that only a clock that was wrong can have recorded, and gives mails that were not tried when they expired
/// a last chance.
fn distrust(transaction: &Transaction<'_>, now: i64) -> Result<(), rusqlite::Error> {
    transaction.execute(
        "UPDATE mail SET expires = ?1 + lifetime WHERE next IS NOT NULL AND expires > ?1 + lifetime",
        [now],
    )?;
    transaction.execute(
        "UPDATE mail SET since = ?1 WHERE since > ?2",
        params![now, now.saturating_add(length(LONGEST_WAIT))],
    )?;
    let until = now.saturating_add(length(KEY_LIFETIME));
    transaction.execute("UPDATE key SET until = ?1 WHERE until > ?1", [until])?;
    let last_chance = length(LAST_CHANCE);
    transaction.execute(
        "UPDATE mail SET expires = ?1, had_last_chance = 1
         WHERE next IS NOT NULL AND expires < ?2 AND NOT had_last_chance",
        params![now.saturating_add(last_chance), now.saturating_sub(last_chance)],
    )?;
    Ok(())
}

/// Returns the pages that are no longer used to the file system. Every step of the statement frees one page.
pub(super) fn shrink(connection: &Connection) -> Result<(), rusqlite::Error> {
    let mut statement = connection.prepare("PRAGMA incremental_vacuum")?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}

fn give_up(transaction: &Transaction<'_>, now: i64) -> Result<u64, rusqlite::Error> {
    let expired: Vec<i64> = transaction
        .prepare_cached("SELECT id FROM mail WHERE next IS NOT NULL AND expires <= ?1")?
        .query_map([now], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in &expired {
        // A mail that may have been delivered is not called failed.
        transaction.execute(
            "UPDATE recipient SET progress = (SELECT iif(state = 'unknown', 'unknown', 'failed') FROM mail WHERE id = ?1),
                 reply = iif(reply IS NULL, ?2, ?2 || '; last result: ' || reply)
             WHERE mail = ?1 AND progress = 'pending'",
            params![id, TOO_OLD],
        )?;
        transaction.execute(
            "UPDATE mail SET state = iif(state = 'unknown', 'unknown', 'failed'), since = ?2, next = NULL,
                 reply = iif(reply IS NULL, ?3, ?3 || '; last result: ' || reply)
             WHERE id = ?1",
            params![id, now, TOO_OLD],
        )?;
    }
    Ok(u64::try_from(expired.len()).unwrap_or(u64::MAX))
}
