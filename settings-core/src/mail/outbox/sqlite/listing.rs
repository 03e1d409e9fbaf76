//! Listings and the summary.

use std::str::FromStr;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{bound, delivery, time};
use crate::mail::outbox::entry::{MailState, OutboxEntry, RecipientEntry};
use crate::mail::outbox::error::UnknownName;
use crate::mail::outbox::mail::MailId;
use crate::mail::outbox::summary::OutboxSummary;

const COLUMNS: &str =
    "id, message_id, kind, state, since, next, attempts, resends, created, expires, size, queue_id,
    reply, EXISTS (SELECT 1 FROM content WHERE mail = id)";

pub(super) fn list(
    connection: &Connection,
    states: &[MailState],
    limit: usize,
) -> Result<Vec<OutboxEntry>, rusqlite::Error> {
    let wanted = if states.is_empty() { &MailState::ALL } else { states };
    // Fixed names, not from the caller: nothing to escape.
    let names: Vec<String> = wanted.iter().map(|state| format!("'{state}'")).collect();
    let query =
        format!("SELECT {COLUMNS} FROM mail WHERE state IN ({}) ORDER BY id DESC LIMIT ?1", names.join(", "));
    let entries: Vec<OutboxEntry> =
        connection.prepare(&query)?.query_map([bound(limit)], entry)?.collect::<Result<_, _>>()?;
    entries.into_iter().map(|entry| with_recipients(connection, entry)).collect()
}

pub(super) fn get(connection: &Connection, id: MailId) -> Result<Option<OutboxEntry>, rusqlite::Error> {
    let query = format!("SELECT {COLUMNS} FROM mail WHERE id = ?1");
    let found = connection.query_row(&query, [id.0], entry).optional()?;
    found.map(|entry| with_recipients(connection, entry)).transpose()
}

pub(super) fn summary(connection: &Connection) -> Result<OutboxSummary, rusqlite::Error> {
    let mut summary = OutboxSummary { circuit: delivery::circuit(connection)?, ..OutboxSummary::default() };
    for (state, count) in MailState::ALL.iter().zip(&mut summary.counts) {
        *count = connection
            .prepare_cached("SELECT count(*) FROM mail WHERE state = ?1")?
            .query_row([state.name()], |row| row.get(0))?;
    }
    let (bytes, oldest): (u64, Option<i64>) = connection.query_row(
        "SELECT coalesce(sum(size), 0), min(created) FROM mail WHERE next IS NOT NULL OR state = 'sending'",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let last: Option<i64> =
        connection.query_row("SELECT max(since) FROM mail WHERE state = 'sent'", [], |row| row.get(0))?;
    (summary.waiting_bytes, summary.oldest_waiting) = (bytes, oldest.map(time));
    summary.last_sent = last.map(time);
    Ok(summary)
}

fn entry(row: &Row<'_>) -> Result<OutboxEntry, rusqlite::Error> {
    Ok(OutboxEntry {
        id: MailId(row.get(0)?),
        message_id: row.get(1)?,
        kind: parsed(row, 2)?,
        state: parsed(row, 3)?,
        since: time(row.get(4)?),
        next: row.get::<_, Option<i64>>(5)?.map(time),
        attempts: row.get(6)?,
        resends: row.get(7)?,
        created: time(row.get(8)?),
        expires: time(row.get(9)?),
        size: row.get(10)?,
        queue_id: row.get(11)?,
        reply: row.get(12)?,
        has_content: row.get(13)?,
        recipients: Vec::new(),
    })
}

fn with_recipients(connection: &Connection, mut entry: OutboxEntry) -> Result<OutboxEntry, rusqlite::Error> {
    entry.recipients = connection
        .prepare_cached("SELECT address, progress, reply FROM recipient WHERE mail = ?1 ORDER BY rowid")?
        .query_map(params![entry.id.0], |row| {
            Ok(RecipientEntry { address: row.get(0)?, progress: parsed(row, 1)?, reply: row.get(2)? })
        })?
        .collect::<Result<_, _>>()?;
    Ok(entry)
}

fn parsed<T: FromStr<Err = UnknownName>>(row: &Row<'_>, column: usize) -> Result<T, rusqlite::Error> {
    let name: String = row.get(column)?;
    name.parse().map_err(|error: UnknownName| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into())
    })
}
