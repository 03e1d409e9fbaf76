//! Listings, the summary, the state of the queue, and what slows it.

use std::collections::HashMap;
use std::time::Duration;

use settings_core::mail::outbox::{
    Circuit, MailId, MailKind, MailState, OutboxEntry, OutboxSummary, Progress, RecipientEntry,
};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use super::clock::{millis, time};
use super::intake::count;
use crate::failure::Failure;

const COLUMNS: &str = "id, message_id, kind, state, since, next, attempts, resends, created, expires, size, queue_id, \
    reply, EXISTS (SELECT FROM outbox_content WHERE mail = id)";

/// The condition of the tables, which decides how fast the queue is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutboxHealth {
    /// The number of dead rows that vacuum has not removed yet.
    pub dead_rows: u64,
    /// The age of the oldest snapshot of a transaction, which keeps dead rows in the tables.
    pub oldest_snapshot: Option<Duration>,
    /// The name of the program that holds it, as far as this role may see it.
    pub held_by: Option<String>,
}

pub(crate) async fn list(
    client: &Client,
    states: &[MailState],
    limit: usize,
) -> Result<Vec<OutboxEntry>, Failure> {
    let wanted = if states.is_empty() { &MailState::ALL } else { states };
    let names: Vec<&str> = wanted.iter().map(|state| state.name()).collect();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let statement =
        format!("SELECT {COLUMNS} FROM outbox_mail WHERE state = ANY ($1) ORDER BY id DESC LIMIT $2");
    let rows = client.query_typed(&statement, &[(&names, Type::TEXT_ARRAY), (&limit, Type::INT8)]).await?;
    with_recipients(client, rows.iter().map(entry).collect::<Result<_, _>>()?).await
}

pub(crate) async fn get(client: &Client, id: MailId) -> Result<Option<OutboxEntry>, Failure> {
    let statement = format!("SELECT {COLUMNS} FROM outbox_mail WHERE id = $1");
    let row = client.query_typed_opt(&statement, &[(&id.as_i64(), Type::INT8)]).await?;
    let entry = row.as_ref().map(entry).transpose()?;
    Ok(with_recipients(client, entry.into_iter().collect()).await?.pop())
}

pub(crate) async fn summary(client: &Client) -> Result<OutboxSummary, Failure> {
    let mut summary = OutboxSummary::default();
    (summary.circuit, _) = circuit(client).await?;
    let rows = client.query_typed("SELECT state, count(*) FROM outbox_mail GROUP BY state", &[]).await?;
    for row in &rows {
        let (name, number): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        let all = MailState::ALL.iter().zip(&mut summary.counts);
        if let Some((_, counted)) = all.into_iter().find(|(state, _)| state.name() == name) {
            *counted = count(number);
        }
    }
    let statement = "SELECT coalesce(sum(size), 0)::bigint, min(created), \
        (SELECT max(since) FROM outbox_mail WHERE state = 'sent' AND next IS NULL) \
        FROM outbox_mail WHERE next IS NOT NULL OR state = 'sending' AND next IS NULL";
    let row = client.query_typed_one(statement, &[]).await?;
    let (bytes, oldest, last): (i64, Option<i64>, Option<i64>) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    (summary.waiting_bytes, summary.oldest_waiting) = (count(bytes), oldest.map(time));
    summary.last_sent = last.map(time);
    Ok(summary)
}

fn entry(row: &Row) -> Result<OutboxEntry, Failure> {
    let (kind, state): (String, String) = (row.try_get(2)?, row.try_get(3)?);
    let kind: MailKind = kind.parse().map_err(invalid)?;
    let state: MailState = state.parse().map_err(invalid)?;
    let (attempts, resends): (i32, i32) = (row.try_get(6)?, row.try_get(7)?);
    let id = MailId::new(row.try_get(0)?);
    let mut entry = OutboxEntry::stored(id, row.try_get(1)?, kind, state, time(row.try_get(4)?));
    entry.next = row.try_get::<_, Option<i64>>(5)?.map(time);
    (entry.attempts, entry.resends) =
        (u32::try_from(attempts).unwrap_or_default(), u32::try_from(resends).unwrap_or_default());
    (entry.created, entry.expires) = (time(row.try_get(8)?), time(row.try_get(9)?));
    entry.size = count(row.try_get::<_, i64>(10)?);
    (entry.queue_id, entry.reply) = (row.try_get(11)?, row.try_get(12)?);
    entry.has_content = row.try_get(13)?;
    Ok(entry)
}

async fn with_recipients(
    client: &Client,
    mut entries: Vec<OutboxEntry>,
) -> Result<Vec<OutboxEntry>, Failure> {
    let ids: Vec<i64> = entries.iter().map(|entry| entry.id.as_i64()).collect();
    if ids.is_empty() {
        return Ok(entries);
    }
    let statement = "SELECT mail, address, progress, reply FROM outbox_recipient WHERE mail = ANY ($1) \
        ORDER BY mail, number";
    let rows = client.query_typed(statement, &[(&ids, Type::INT8_ARRAY)]).await?;
    let mut found: HashMap<i64, Vec<RecipientEntry>> = HashMap::new();
    for row in &rows {
        let (mail, address, progress): (i64, String, String) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let mut recipient = RecipientEntry::new(address);
        recipient.progress = progress.parse::<Progress>().map_err(invalid)?;
        recipient.reply = row.try_get(3)?;
        found.entry(mail).or_default().push(recipient);
    }
    for entry in &mut entries {
        entry.recipients = found.remove(&entry.id.as_i64()).unwrap_or_default();
    }
    Ok(entries)
}

/// Returns whether the queue runs, and the time of the database.
pub(crate) async fn circuit(client: &Client) -> Result<(Circuit, i64), Failure> {
    let statement = "SELECT since, until, failures, why, outbox_now() FROM outbox_circuit";
    let row = client.query_typed_one(statement, &[]).await?;
    let (since, until, failures): (Option<i64>, Option<i64>, i32) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    let why = row.try_get(3)?;
    let circuit = match (since, until.map(time)) {
        (_, None) => Circuit::Closed,
        (Some(since), Some(until)) => Circuit::Halted { since: time(since), until, why },
        (None, Some(until)) => {
            Circuit::Open { until, failures: u32::try_from(failures).unwrap_or_default(), why }
        }
    };
    Ok((circuit, row.try_get(4)?))
}

/// Records whether the queue runs, if it is still recorded as it was known. Returns false if it is not.
pub(crate) async fn set_circuit(
    client: &Client,
    known: Option<&Circuit>,
    circuit: &Circuit,
) -> Result<bool, Failure> {
    let statement = "UPDATE outbox_circuit SET since = $1, until = $2, failures = $3, why = $4 \
        WHERE $5 OR (since, until, failures, why) IS NOT DISTINCT FROM ($6, $7, $8, $9)";
    let (new, old) = (columns(circuit), columns(known.unwrap_or(&Circuit::Closed)));
    let is_any = known.is_none();
    let parameters: [(&(dyn ToSql + Sync), Type); 9] = [
        (&new.0, Type::INT8),
        (&new.1, Type::INT8),
        (&new.2, Type::INT4),
        (&new.3, Type::TEXT),
        (&is_any, Type::BOOL),
        (&old.0, Type::INT8),
        (&old.1, Type::INT8),
        (&old.2, Type::INT4),
        (&old.3, Type::TEXT),
    ];
    Ok(client.execute_typed(statement, &parameters).await? > 0)
}

fn columns(circuit: &Circuit) -> (Option<i64>, Option<i64>, i32, &str) {
    match circuit {
        Circuit::Closed => (None, None, 0, ""),
        Circuit::Open { until, failures, why } => {
            (None, Some(millis(*until)), i32::try_from(*failures).unwrap_or(i32::MAX), why)
        }
        Circuit::Halted { since, until, why } => (Some(millis(*since)), Some(millis(*until)), 0, why),
    }
}

pub(crate) async fn health(client: &Client) -> Result<OutboxHealth, Failure> {
    let statement = "SELECT (SELECT coalesce(sum(n_dead_tup), 0)::bigint FROM pg_stat_user_tables \
        WHERE relid IN ('outbox_mail'::regclass, 'outbox_content'::regclass, 'outbox_recipient'::regclass)), \
        extract(epoch FROM clock_timestamp() - a.xact_start)::float8, a.application_name \
        FROM (SELECT 1) AS one LEFT JOIN (\
        SELECT xact_start, application_name FROM pg_stat_activity WHERE backend_xmin IS NOT NULL \
        AND pid <> pg_backend_pid() ORDER BY age(backend_xmin) DESC, xact_start LIMIT 1) AS a ON true";
    let row = client.query_typed_one(statement, &[]).await?;
    let age: Option<f64> = row.try_get(1)?;
    Ok(OutboxHealth {
        dead_rows: count(row.try_get::<_, i64>(0)?),
        oldest_snapshot: age.and_then(|age| Duration::try_from_secs_f64(age.max(0.0)).ok()),
        held_by: row.try_get::<_, Option<String>>(2)?.filter(|name| !name.is_empty()),
    })
}

fn invalid(error: impl std::fmt::Display) -> Failure {
    Failure::Invalid(error.to_string())
}
