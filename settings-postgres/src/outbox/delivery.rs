//! Delivery: from `due` to `settle`.

use std::time::Duration;

use settings_core::mail::outbox::{
    BeginOutcome, DueMail, DueOrder, LONGEST_WAIT, LeaseToken, MAX_RESENDS, MailId, MailState, Pending,
    Settlement,
};
use settings_core::mail::{Address, MailObject, ReversePath};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use super::clock::{length, millis, time};
use crate::failure::Failure;

const INTERRUPTED: &str = "the program ended while the mail was being sent";
const UNREADABLE: &str = "the stored mail is damaged";

/// The number of rows that one statement changes at most, so that no transaction is long.
pub(crate) const BATCH: i64 = 1000;

/// The lease of a mail, as a condition for its row: the parameters are the number of the mail and the token.
const HELD: &str = "id = $1 AND token = $2 AND lease IS NOT NULL";

pub(crate) async fn recover(client: &Client, now: i64) -> Result<u64, Failure> {
    let statement = "WITH ended AS (\
        SELECT id, may_resend AND resends < $3 AS again FROM outbox_mail \
        WHERE state = 'sending' AND next IS NULL AND lease <= outbox_now() LIMIT $4 FOR UPDATE SKIP LOCKED), \
        marked AS (\
        UPDATE outbox_recipient r SET progress = 'unknown', reply = $2 FROM ended \
        WHERE r.mail = ended.id AND NOT ended.again AND r.progress = 'pending') \
        UPDATE outbox_mail m SET state = 'unknown', since = $1, next = CASE WHEN again THEN $1 END, place = $1, \
        resends = resends + again::integer, reply = $2, token = token + 1, lease = NULL, node = NULL \
        FROM ended WHERE m.id = ended.id";
    let max_resends = i32::try_from(MAX_RESENDS).unwrap_or(i32::MAX);
    let parameters: [(&(dyn ToSql + Sync), Type); 4] =
        [(&now, Type::INT8), (&INTERRUPTED, Type::TEXT), (&max_resends, Type::INT4), (&BATCH, Type::INT8)];
    let mut all = 0;
    loop {
        let some = client.execute_typed(statement, &parameters).await?;
        all += some;
        if some < BATCH.unsigned_abs() {
            return Ok(all);
        }
    }
}

/// Takes mails that are due, with a lease for this node.
pub(crate) async fn take(
    client: &Client,
    now: i64,
    order: DueOrder,
    limit: i64,
    except: &[i64],
    (lease, node): (Duration, &str),
) -> Result<Vec<DueMail>, Failure> {
    let statement = "SELECT * FROM outbox_take($1, $2, $3, $4, $5, $6, $7)";
    let by_attempts = order == DueOrder::LeastTried;
    let (lease, max_resends) = (length(lease), i32::try_from(MAX_RESENDS).unwrap_or(i32::MAX));
    let parameters: [(&(dyn ToSql + Sync), Type); 7] = [
        (&now, Type::INT8),
        (&by_attempts, Type::BOOL),
        (&limit, Type::INT8),
        (&except, Type::INT8_ARRAY),
        (&lease, Type::INT8),
        (&node, Type::TEXT),
        (&max_resends, Type::INT4),
    ];
    let rows = client.query_typed(statement, &parameters).await?;
    let mut due = Vec::with_capacity(rows.len());
    for row in &rows {
        match ready(row)? {
            Ok(mail) => due.push(mail),
            Err(id) => quarantine(client, id, now).await?,
        }
    }
    Ok(due)
}

/// Builds a mail for the recipients that are still pending, or returns its number if what is stored is not a valid mail.
fn ready(row: &Row) -> Result<Result<DueMail, i64>, Failure> {
    let (id, token, attempts): (i64, i64, i32) = (row.try_get(0)?, row.try_get(1)?, row.try_get(5)?);
    let (message_id, sender): (String, String) = (row.try_get(2)?, row.try_get(3)?);
    let (content, addresses): (Option<Vec<u8>>, Vec<String>) = (row.try_get(9)?, row.try_get(10)?);
    let is_international = row.try_get(4)?;
    let object = || {
        let recipients: Vec<Address> =
            addresses.iter().map(|text| text.parse().ok()).collect::<Option<_>>()?;
        let (sender, message_id) = (sender.parse().ok()?, message_id.parse().ok()?);
        MailObject::new(sender, recipients, message_id, content?, is_international).ok()
    };
    let Some(object) = object() else { return Ok(Err(id)) };
    let mut due = DueMail::new(MailId::new(id), object, time(row.try_get(8)?));
    due.token = LeaseToken::new(token);
    due.attempts = u32::try_from(attempts).unwrap_or_default();
    (due.may_resend, due.follows_settings) = (row.try_get(6)?, row.try_get(7)?);
    Ok(Ok(due))
}

/// Turns a mail that cannot be sent into a dead letter, so that it does not delay the others.
async fn quarantine(client: &Client, id: i64, now: i64) -> Result<(), Failure> {
    let statement = "WITH marked AS (\
        UPDATE outbox_recipient SET progress = 'failed', reply = $3 WHERE mail = $1 AND progress = 'pending') \
        UPDATE outbox_mail SET state = 'failed', since = $2, next = NULL, reply = $3, token = token + 1, lease = NULL, \
        node = NULL WHERE id = $1";
    let parameters: [(&(dyn ToSql + Sync), Type); 3] =
        [(&id, Type::INT8), (&now, Type::INT8), (&UNREADABLE, Type::TEXT)];
    client.execute_typed(statement, &parameters).await?;
    Ok(())
}

pub(crate) async fn renew(
    client: &Client,
    ids: &[i64],
    tokens: &[i64],
    lease: Duration,
) -> Result<(), Failure> {
    let statement = "UPDATE outbox_mail m SET lease = outbox_now() + $3 FROM unnest($1, $2) AS l (id, token) \
        WHERE m.id = l.id AND m.id = ANY ($1) AND m.token = l.token AND m.lease IS NOT NULL";
    let parameters: [(&(dyn ToSql + Sync), Type); 3] =
        [(&ids, Type::INT8_ARRAY), (&tokens, Type::INT8_ARRAY), (&length(lease), Type::INT8)];
    client.execute_typed(statement, &parameters).await?;
    Ok(())
}

pub(crate) async fn release(client: &Client, id: MailId, token: LeaseToken) -> Result<(), Failure> {
    let statement =
        format!("UPDATE outbox_mail SET lease = NULL, node = NULL WHERE {HELD} AND next IS NOT NULL");
    client.execute_typed(&statement, &[(&id.as_i64(), Type::INT8), (&token.as_i64(), Type::INT8)]).await?;
    Ok(())
}

/// Marks a mail as `sending`. `is_again` is true if an attempt before may have done so.
pub(crate) async fn begin(
    client: &Client,
    (id, token): (MailId, LeaseToken),
    attempt: u32,
    now: i64,
    lease: Duration,
    is_again: bool,
) -> Result<BeginOutcome, Failure> {
    let statement = "SELECT outbox_begin($1, $2, $3, $4, $5, $6)";
    let attempt = count(attempt);
    let parameters: [(&(dyn ToSql + Sync), Type); 6] = [
        (&id.as_i64(), Type::INT8),
        (&token.as_i64(), Type::INT8),
        (&attempt, Type::INT4),
        (&now, Type::INT8),
        (&length(lease), Type::INT8),
        (&is_again, Type::BOOL),
    ];
    let is_begun: bool = client.query_typed_one(statement, &parameters).await?.try_get(0)?;
    Ok(if is_begun { BeginOutcome::Started } else { BeginOutcome::NotPending })
}

/// Takes back the mark of a mail of which nothing was sent: it is due.
pub(crate) async fn take_back(
    client: &Client,
    (id, token): (MailId, LeaseToken),
    now: i64,
) -> Result<(), Failure> {
    let statement = format!(
        "UPDATE outbox_mail SET state = 'deferred', since = $3, next = $3, place = $3, lease = NULL, node = NULL \
         WHERE {HELD} AND state = 'sending'"
    );
    let parameters: [(&(dyn ToSql + Sync), Type); 3] =
        [(&id.as_i64(), Type::INT8), (&token.as_i64(), Type::INT8), (&now, Type::INT8)];
    client.execute_typed(&statement, &parameters).await?;
    Ok(())
}

/// Records the result of an attempt. `is_again` is true if an attempt before may have done so.
pub(crate) async fn settle(
    client: &Client,
    (id, token): (MailId, LeaseToken),
    settlement: &Settlement,
    now: i64,
    is_again: bool,
) -> Result<Option<MailState>, Failure> {
    let statement = "SELECT outbox_settle($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let addresses: Vec<&str> = settlement.marks.iter().map(|(address, ..)| address.as_str()).collect();
    let progress: Vec<&str> = settlement.marks.iter().map(|(_, progress, _)| progress.name()).collect();
    let replies: Vec<&str> = settlement.marks.iter().map(|(.., reply)| reply.as_str()).collect();
    let (state, next) = pending(settlement);
    let attempts = count(settlement.attempts);
    let parameters: [(&(dyn ToSql + Sync), Type); 12] = [
        (&id.as_i64(), Type::INT8),
        (&token.as_i64(), Type::INT8),
        (&addresses, Type::TEXT_ARRAY),
        (&progress, Type::TEXT_ARRAY),
        (&replies, Type::TEXT_ARRAY),
        (&state, Type::TEXT),
        (&next, Type::INT8),
        (&now, Type::INT8),
        (&attempts, Type::INT4),
        (&settlement.reply, Type::TEXT),
        (&settlement.queue_id, Type::TEXT),
        (&is_again, Type::BOOL),
    ];
    let state: Option<String> = client.query_typed_one(statement, &parameters).await?.try_get(0)?;
    let Some(state) = state else { return Ok(None) };
    state.parse().map(Some).map_err(|error| Failure::Invalid(format!("{error}")))
}

/// Returns the state of a mail with recipients that are still pending, and the time of its next attempt.
pub(super) fn pending(settlement: &Settlement) -> (&'static str, i64) {
    let (state, next) = match settlement.pending {
        Pending::Deferred(next) => (MailState::Deferred, next),
        Pending::Unknown(next) => (MailState::Unknown, next),
    };
    (state.name(), millis(next))
}

/// Converts a number of attempts.
pub(super) fn count(attempts: u32) -> i32 {
    i32::try_from(attempts).unwrap_or(i32::MAX)
}

pub(crate) async fn adopt_sender(
    client: &Client,
    from: &Address,
    envelope: &ReversePath,
) -> Result<(), Failure> {
    let statement = "WITH known AS (\
        UPDATE outbox_sender SET header_from = $1, sender = $2 \
        WHERE header_from IS DISTINCT FROM $1 OR sender IS DISTINCT FROM $2) \
        UPDATE outbox_mail SET follows_settings = true \
        WHERE NOT follows_settings AND state <> 'sent' AND header_from = $1 AND sender = $2";
    let parameters: [(&(dyn ToSql + Sync), Type); 2] =
        [(&from.as_str(), Type::TEXT), (&envelope.as_str(), Type::TEXT)];
    client.execute_typed(statement, &parameters).await?;
    Ok(())
}

pub(crate) async fn make_due(client: &Client, now: i64) -> Result<(), Failure> {
    let statement = "UPDATE outbox_mail SET next = $1, place = $1 WHERE state = 'deferred' AND next > $1";
    client.execute_typed(statement, &[(&now, Type::INT8)]).await?;
    Ok(())
}

/// Returns the time at which the next mail is due that has no lease.
pub(crate) async fn next_due(client: &Client) -> Result<Option<i64>, Failure> {
    Ok(client.query_typed_one("SELECT outbox_next_due()", &[]).await?.try_get(0)?)
}

/// Returns the time from which on the time of an attempt is not trusted.
pub(crate) fn latest(now: i64) -> i64 {
    now.saturating_add(length(LONGEST_WAIT))
}
