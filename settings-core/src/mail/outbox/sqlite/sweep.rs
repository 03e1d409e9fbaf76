//! Gives up mails that have expired, and removes those that are no longer kept.

use std::time::SystemTime;

use rusqlite::{Transaction, params};

use super::{bound, length, millis};
use crate::mail::outbox::limits::OutboxLimits;

const TOO_OLD: &str = "given up, the mail is too old";

/// Dead letters: mails that are not tried again automatically.
const DEAD: &str = "(state = 'failed' OR state = 'unknown' AND next IS NULL)";

pub(super) fn sweep(
    transaction: &Transaction<'_>,
    limits: &OutboxLimits,
    now: SystemTime,
) -> Result<u64, rusqlite::Error> {
    let moment = millis(now);
    let expired = give_up(transaction, moment)?;
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
