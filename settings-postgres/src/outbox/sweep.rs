//! Gives up mails that have expired, and removes those that are no longer kept.
//!
//! Each statement changes a batch of rows and is a transaction of its own, so that no lock is long and no snapshot old.
//! Programs that sweep at the same time skip each other's rows.

use settings_core::mail::outbox::{KEY_LIFETIME, LAST_CHANCE, OutboxLimits};
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

use super::clock::length;
use super::delivery::{BATCH, latest};
use crate::failure::Failure;

const TOO_OLD: &str = "given up, the mail is too old";

/// Dead letters: mails that are not tried again automatically.
const DEAD: &str = "next IS NULL AND state IN ('failed', 'unknown')";

/// The number of batches of one kind in a sweep. The next sweep goes on.
const MAX_BATCHES: u32 = 20;

type Parameters<'a> = [(&'a (dyn ToSql + Sync), Type)];

/// Sweeps. `distrusts` is true if all times are to be checked, which reads the whole table.
pub(crate) async fn sweep(
    client: &Client,
    limits: &OutboxLimits,
    now: i64,
    distrusts: bool,
) -> Result<u64, Failure> {
    if distrusts {
        distrust(client, now).await?;
    }
    give_last_chance(client, now).await?;
    let expired = give_up(client, now).await?;
    let before = |keep| now.saturating_sub(length(keep));
    remove(client, "next IS NULL AND state = 'sent' AND since < $2", before(limits.keep_sent)).await?;
    remove(client, &format!("{DEAD} AND since < $2"), before(limits.keep_dead)).await?;
    bound_dead(client, limits).await?;
    let keys = "DELETE FROM outbox_key WHERE name IN (\
        SELECT name FROM outbox_key k WHERE until <= $2 AND NOT EXISTS (\
        SELECT FROM outbox_mail m WHERE m.id = k.mail AND (m.next IS NOT NULL OR m.state = 'sending')) LIMIT $1)";
    in_batches(client, keys, &[(&BATCH, Type::INT8), (&now, Type::INT8)]).await?;
    Ok(expired)
}

/// Corrects times that only a clock that was wrong can have recorded.
async fn distrust(client: &Client, now: i64) -> Result<(), Failure> {
    let latest = latest(now);
    let parameters: [(&(dyn ToSql + Sync), Type); 2] = [(&now, Type::INT8), (&latest, Type::INT8)];
    for statement in [
        "UPDATE outbox_mail SET expires = least(expires, $1 + lifetime), since = CASE WHEN since > $2 THEN $1 ELSE since END, \
         next = CASE WHEN next > $2 THEN $1 ELSE next END, \
         place = CASE WHEN next > $2 AND attempts > 0 THEN $1 ELSE place END \
         WHERE since > $2 OR next IS NOT NULL AND (expires > $1 + lifetime OR next > $2)",
        // the turn of a sender with many mails may be late, but not as late as after a clock that was wrong
        "UPDATE outbox_mail SET place = $1 WHERE next IS NOT NULL AND attempts = 0 AND created > $2 AND place > $1",
    ] {
        client.execute_typed(statement, &parameters).await?;
    }
    let until = now.saturating_add(length(KEY_LIFETIME));
    let statement = "UPDATE outbox_key SET until = $1 WHERE until > $1";
    client.execute_typed(statement, &[(&until, Type::INT8)]).await?;
    Ok(())
}

/// Gives mails that were not tried when they expired a last chance.
async fn give_last_chance(client: &Client, now: i64) -> Result<(), Failure> {
    let last_chance = length(LAST_CHANCE);
    let statement = "UPDATE outbox_mail SET expires = $1, had_last_chance = true \
        WHERE next IS NOT NULL AND expires < $2 AND NOT had_last_chance";
    let (until, since) = (now.saturating_add(last_chance), now.saturating_sub(last_chance));
    client.execute_typed(statement, &[(&until, Type::INT8), (&since, Type::INT8)]).await?;
    Ok(())
}

async fn give_up(client: &Client, now: i64) -> Result<u64, Failure> {
    // a mail that may have been delivered is not called failed
    let statement = "WITH old AS (\
        SELECT id, CASE WHEN state = 'unknown' THEN 'unknown' ELSE 'failed' END AS ended FROM outbox_mail \
        WHERE next IS NOT NULL AND expires <= $2 AND (lease IS NULL OR lease <= outbox_now()) \
        ORDER BY expires LIMIT $1 FOR UPDATE SKIP LOCKED), \
        marked AS (\
        UPDATE outbox_recipient r SET progress = old.ended, reply = concat_ws('; last result: ', $3, r.reply) FROM old \
        WHERE r.mail = old.id AND r.progress = 'pending') \
        UPDATE outbox_mail m SET state = old.ended, since = $2, next = NULL, \
        reply = concat_ws('; last result: ', $3, m.reply), token = token + 1, lease = NULL, node = NULL \
        FROM old WHERE m.id = old.id";
    in_batches(client, statement, &[(&BATCH, Type::INT8), (&now, Type::INT8), (&TOO_OLD, Type::TEXT)]).await
}

/// Removes mails that fulfil a condition on a time.
async fn remove(client: &Client, condition: &str, time: i64) -> Result<u64, Failure> {
    let statement = format!(
        "WITH old AS (SELECT id FROM outbox_mail WHERE {condition} ORDER BY state, since LIMIT $1 FOR UPDATE SKIP LOCKED), \
         content AS (DELETE FROM outbox_content c USING old WHERE c.mail = old.id), \
         recipients AS (DELETE FROM outbox_recipient r USING old WHERE r.mail = old.id) \
         DELETE FROM outbox_mail m USING old WHERE m.id = old.id"
    );
    in_batches(client, &statement, &[(&BATCH, Type::INT8), (&time, Type::INT8)]).await
}

/// Removes the oldest dead letters beyond the number that is kept, and the content of the oldest beyond the bytes.
async fn bound_dead(client: &Client, limits: &OutboxLimits) -> Result<(), Failure> {
    let [mails, bytes] =
        [limits.dead_mails, limits.dead_bytes].map(|limit| i64::try_from(limit).unwrap_or(i64::MAX));
    let statement = format!("SELECT count(*), coalesce(sum(size), 0)::bigint FROM outbox_mail WHERE {DEAD}");
    let row = client.query_typed_one(&statement, &[]).await?;
    let (count, size): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    if count > mails {
        let beyond = format!(
            "id IN (SELECT id FROM outbox_mail WHERE {DEAD} ORDER BY since DESC, id DESC OFFSET $2) AND next IS NULL"
        );
        remove(client, &beyond, mails).await?;
    }
    if size > bytes {
        let statement = format!(
            "DELETE FROM outbox_content WHERE mail IN (SELECT id FROM (\
             SELECT id, sum(size) OVER (ORDER BY since DESC, id DESC) AS total FROM outbox_mail WHERE {DEAD}) AS dead \
             WHERE total > $1)"
        );
        client.execute_typed(&statement, &[(&bytes, Type::INT8)]).await?;
    }
    Ok(())
}

/// Runs a statement until it changes less than a batch of rows, or has changed as many as one sweep may. Returns their
/// number.
async fn in_batches(client: &Client, statement: &str, parameters: &Parameters<'_>) -> Result<u64, Failure> {
    let mut all = 0;
    for _ in 0..MAX_BATCHES {
        let some = client.execute_typed(statement, parameters).await?;
        all += some;
        if some < BATCH.unsigned_abs() {
            break;
        }
    }
    Ok(all)
}
