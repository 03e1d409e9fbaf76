//! Adding mails, retrying them, and removing them.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use settings_core::mail::MailObject;
use settings_core::mail::outbox::{
    EnqueueError, Enqueued, KnownMail, MailId, MailKind, MailState, NewMail, OutboxLimits, RemoveOutcome,
    RetryOutcome,
};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, GenericClient};

use super::clock::length;
use crate::failure::Failure;

/// The time for which a count of the waiting mails is good, if there is plenty of room.
const COUNT_LIFETIME: Duration = Duration::from_secs(1);

/// The part of the time that counting may take.
const COUNT_COST: u32 = 100;

/// A mail that was not added.
pub(crate) enum Refused {
    Mail(EnqueueError),
    Database(Failure),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Database(failure)
    }
}

impl From<tokio_postgres::Error> for Refused {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error.into())
    }
}

/// The number of waiting mails when they were last counted, so that not every new mail counts them.
#[derive(Debug, Default)]
pub(crate) struct Room(Mutex<Option<Count>>);

#[derive(Clone, Copy, Debug)]
struct Count {
    mails: u64,
    bytes: u64,
    at: Instant,
    cost: Duration,
}

impl Room {
    fn count(&self) -> MutexGuard<'_, Option<Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns true if there is room without counting: the last count is recent, and less than half of what is allowed.
    fn is_certain(&self, size: u64, limits: &OutboxLimits) -> bool {
        self.count().is_some_and(|count| {
            count.at.elapsed() < COUNT_LIFETIME.max(count.cost * COUNT_COST)
                && count.mails < limits.mails / 2
                && count.bytes.saturating_add(size) <= limits.bytes / 2
        })
    }

    fn add(&self, size: u64) {
        if let Some(count) = self.count().as_mut() {
            (count.mails, count.bytes) = (count.mails.saturating_add(1), count.bytes.saturating_add(size));
        }
    }
}

/// Adds a mail: at a time, or now by the clock of the database.
pub(crate) async fn enqueue<C: GenericClient + Sync>(
    client: &C,
    mail: &NewMail,
    limits: &OutboxLimits,
    now: Option<i64>,
    room: &Room,
) -> Result<Enqueued, Refused> {
    let object = mail.object();
    let size = count(object.content().len());
    if size > limits.bytes || limits.mails == 0 {
        return Err(Refused::Mail(EnqueueError::TooLarge { size, limit: limits.bytes }));
    }
    if !room.is_certain(size, limits)
        && let Some(known) = make_room(client, mail, size, limits, now, room).await?
    {
        return Ok(known);
    }
    let (kind, from) = (mail.kind().name(), mail.from_address().map(|from| from.to_string()));
    let recipients: Vec<&str> = object.recipients().iter().map(|to| to.as_str()).collect();
    let (key, key_lifetime) = mail.event().unzip();
    let (lifetime, key_lifetime) = (length(mail.time_to_live()), key_lifetime.flatten().map(length));
    let parameters: [(&(dyn ToSql + Sync), Type); 12] = [
        (&object.message_id().as_str(), Type::TEXT),
        (&kind, Type::TEXT),
        (&mail.may_resend(), Type::BOOL),
        (&object.sender().as_str(), Type::TEXT),
        (&from, Type::TEXT),
        (&object.is_international(), Type::BOOL),
        (&lifetime, Type::INT8),
        (&object.content(), Type::BYTEA),
        (&recipients, Type::TEXT_ARRAY),
        (&key, Type::TEXT),
        (&key_lifetime, Type::INT8),
        (&now, Type::INT8),
    ];
    let statement =
        "SELECT mail, is_new FROM outbox_enqueue($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let row = client.query_typed_one(statement, &parameters).await?;
    let id: Option<i64> = row.try_get(0)?;
    let id = id.ok_or_else(|| Failure::Unavailable("the mail was removed while it was added".to_owned()))?;
    let id = MailId::new(id);
    if row.try_get(1)? {
        room.add(size);
        Ok(Enqueued::added(id))
    } else {
        Ok(Enqueued::known(id))
    }
}

/// Returns true if the mail with this number is the one with this Message-ID.
pub(crate) async fn is_of(client: &Client, id: MailId, mail: &NewMail) -> Result<bool, Failure> {
    let statement = "SELECT EXISTS (SELECT FROM outbox_mail WHERE id = $1 AND message_id = $2)";
    let parameters: [(&(dyn ToSql + Sync), Type); 2] =
        [(&id.as_i64(), Type::INT8), (&mail.object().message_id().as_str(), Type::TEXT)];
    Ok(client.query_typed_one(statement, &parameters).await?.try_get(0)?)
}

/// Fails the oldest notifications until an alert fits. Other mails fit or are refused, unless they are known.
async fn make_room<C: GenericClient + Sync>(
    client: &C,
    mail: &NewMail,
    size: u64,
    limits: &OutboxLimits,
    now: Option<i64>,
    room: &Room,
) -> Result<Option<Enqueued>, Refused> {
    loop {
        let asked = Instant::now();
        let statement = "SELECT count(*), coalesce(sum(size), 0)::bigint FROM outbox_mail \
            WHERE next IS NOT NULL OR state = 'sending' AND next IS NULL";
        let row = client.query_typed_one(statement, &[]).await?;
        let (mails, bytes): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        let (mails, bytes) = (count(mails), count(bytes));
        *room.count() = Some(Count { mails, bytes, at: Instant::now(), cost: asked.elapsed() });
        if mails < limits.mails && bytes.saturating_add(size) <= limits.bytes {
            return Ok(None);
        }
        if let Some((key, _)) = mail.event()
            && let Some(known) = in_force(client, key, now).await?
        {
            return Ok(Some(known));
        }
        if mail.kind() != MailKind::Alert || !push_out(client, now).await? {
            return Err(Refused::Mail(EnqueueError::Full { mails, bytes }));
        }
    }
}

/// Returns the mail of a key that rejects a second one.
async fn in_force<C: GenericClient + Sync>(
    client: &C,
    key: &str,
    now: Option<i64>,
) -> Result<Option<Enqueued>, Failure> {
    let statement = "SELECT mail FROM outbox_key WHERE name = $1 AND (until IS NULL OR until > coalesce($2, outbox_now())) \
        AND (sent OR EXISTS (SELECT FROM outbox_mail WHERE id = mail))";
    let row = client.query_typed_opt(statement, &[(&key, Type::TEXT), (&now, Type::INT8)]).await?;
    row.map(|row| Ok(Enqueued::known(MailId::new(row.try_get(0)?)))).transpose()
}

/// Fails the oldest notification that is not being delivered.
async fn push_out<C: GenericClient + Sync>(client: &C, now: Option<i64>) -> Result<bool, Failure> {
    let statement = "WITH oldest AS (\
        SELECT id FROM outbox_mail WHERE next IS NOT NULL AND kind = 'notification' \
        AND (lease IS NULL OR lease <= outbox_now()) ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED), \
        marked AS (\
        UPDATE outbox_recipient r SET progress = 'failed', reply = coalesce(r.reply, $2) FROM oldest \
        WHERE r.mail = oldest.id AND r.progress = 'pending') \
        UPDATE outbox_mail m SET state = 'failed', since = coalesce($1, outbox_now()), next = NULL, reply = $2, \
        token = token + 1, lease = NULL, node = NULL FROM oldest WHERE m.id = oldest.id";
    let why = "given up to make room for a security alert";
    Ok(client.execute_typed(statement, &[(&now, Type::INT8), (&why, Type::TEXT)]).await? > 0)
}

pub(crate) async fn find(client: &Client, key: &str) -> Result<Option<KnownMail>, Failure> {
    let statement = "SELECT k.mail, k.sent, k.retries, m.state FROM outbox_key k \
        LEFT JOIN outbox_mail m ON m.id = k.mail WHERE k.name = $1";
    let Some(row) = client.query_typed_opt(statement, &[(&key, Type::TEXT)]).await? else { return Ok(None) };
    let (is_sent, retries, state): (bool, i32, Option<String>) =
        (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
    let state = match is_sent {
        true => Some(MailState::Sent),
        false => state.and_then(|name| name.parse().ok()),
    };
    Ok(Some(KnownMail::new(MailId::new(row.try_get(0)?), state, u32::try_from(retries).unwrap_or_default())))
}

/// The changes of a mail that is made due now, with its whole lifetime ahead. A lease that it has ends.
const DUE_AGAIN: &str = "state = 'queued', since = $2, next = $2, place = $2, expires = $2 + lifetime, attempts = 0, \
    resends = 0, had_last_chance = false, token = token + 1, lease = NULL, node = NULL";

/// The changes of other tables that belong to it.
const WITH_RECIPIENTS: &str = "recipients AS (\
    UPDATE outbox_recipient r SET progress = 'pending' FROM changed \
    WHERE r.mail = changed.id AND r.progress IN ('failed', 'unknown')), \
    counted AS (UPDATE outbox_key k SET retries = retries + 1 FROM changed WHERE k.mail = changed.id) \
    SELECT id FROM changed";

pub(crate) async fn retry(client: &Client, id: MailId, now: i64) -> Result<RetryOutcome, Failure> {
    let statement = format!(
        "WITH changed AS (UPDATE outbox_mail SET {DUE_AGAIN} WHERE id = $1 AND state NOT IN ('sent', 'sending') \
         AND EXISTS (SELECT FROM outbox_content WHERE mail = $1) RETURNING id), {WITH_RECIPIENTS}"
    );
    let id = id.as_i64();
    if client.query_typed_opt(&statement, &[(&id, Type::INT8), (&now, Type::INT8)]).await?.is_some() {
        return Ok(RetryOutcome::Queued);
    }
    let row =
        client.query_typed_opt("SELECT state FROM outbox_mail WHERE id = $1", &[(&id, Type::INT8)]).await?;
    let state: Option<String> = row.map(|row| row.try_get(0)).transpose()?;
    Ok(match state.as_deref() {
        None => RetryOutcome::NotFound,
        Some("sent") => RetryOutcome::AlreadySent,
        Some("sending") => RetryOutcome::Sending,
        Some(_) => RetryOutcome::NoContent,
    })
}

pub(crate) async fn replace(
    client: &Client,
    id: MailId,
    (mail, from): (&MailObject, Option<String>),
    now: i64,
) -> Result<RetryOutcome, Failure> {
    let statement = format!(
        "WITH changed AS (UPDATE outbox_mail SET message_id = $3, sender = $4, header_from = $5, follows_settings = false, \
         international = $6, size = length($7), {DUE_AGAIN} WHERE id = $1 AND state NOT IN ('sent', 'sending') \
         RETURNING id), \
         content AS (INSERT INTO outbox_content (mail, bytes) SELECT id, $7 FROM changed \
         ON CONFLICT (mail) DO UPDATE SET bytes = excluded.bytes), {WITH_RECIPIENTS}"
    );
    let parameters: [(&(dyn ToSql + Sync), Type); 7] = [
        (&id.as_i64(), Type::INT8),
        (&now, Type::INT8),
        (&mail.message_id().as_str(), Type::TEXT),
        (&mail.sender().as_str(), Type::TEXT),
        (&from, Type::TEXT),
        (&mail.is_international(), Type::BOOL),
        (&mail.content(), Type::BYTEA),
    ];
    match client.query_typed_opt(&statement, &parameters).await? {
        Some(_) => Ok(RetryOutcome::Queued),
        None => retry(client, id, now).await,
    }
}

pub(crate) async fn remove(client: &Client, id: MailId) -> Result<RemoveOutcome, Failure> {
    let statement = "WITH gone AS (DELETE FROM outbox_mail WHERE id = $1 RETURNING id, state), \
        content AS (DELETE FROM outbox_content c USING gone WHERE c.mail = gone.id), \
        recipients AS (DELETE FROM outbox_recipient r USING gone WHERE r.mail = gone.id), \
        keys AS (DELETE FROM outbox_key k USING gone WHERE k.mail = gone.id AND NOT k.sent AND gone.state <> 'sending') \
        SELECT id FROM gone";
    let row = client.query_typed_opt(statement, &[(&id.as_i64(), Type::INT8)]).await?;
    Ok(row.map_or(RemoveOutcome::NotFound, |_| RemoveOutcome::Removed))
}

/// Converts a count of PostgreSQL, which has no unsigned numbers, or of this machine.
pub(crate) fn count(number: impl TryInto<u64>) -> u64 {
    number.try_into().unwrap_or_default()
}
