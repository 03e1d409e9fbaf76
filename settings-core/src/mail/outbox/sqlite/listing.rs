//! Telling what there is.

use rusqlite::{Connection, OptionalExtension, Row, params, types::Type};

use super::{bound, delivery, time};
use crate::mail::outbox::{
    entry::{Entry, Progress, RecipientEntry, State},
    mail::{Kind, MailId},
    summary::Summary,
};

const COLUMNS: &str =
    "id, message_id, kind, state, since, next, attempts, resent, created, expires, size, queue_id,
    reply, EXISTS (SELECT 1 FROM content WHERE mail = id)";

pub(super) fn list(
    connection: &Connection,
    states: &[State],
    limit: usize,
) -> Result<Vec<Entry>, rusqlite::Error> {
    let wanted = if states.is_empty() { &State::ALL } else { states };
    // Names of ours, not of the caller's: nothing to escape.
    let names: Vec<String> = wanted.iter().map(|state| format!("'{state}'")).collect();
    let query =
        format!("SELECT {COLUMNS} FROM mail WHERE state IN ({}) ORDER BY id DESC LIMIT ?1", names.join(", "));
    let entries: Vec<Entry> =
        connection.prepare(&query)?.query_map([bound(limit)], entry)?.collect::<Result<_, _>>()?;
    entries.into_iter().map(|entry| with_recipients(connection, entry)).collect()
}

pub(super) fn get(connection: &Connection, id: MailId) -> Result<Option<Entry>, rusqlite::Error> {
    let query = format!("SELECT {COLUMNS} FROM mail WHERE id = ?1");
    let found = connection.query_row(&query, [id.0], entry).optional()?;
    found.map(|entry| with_recipients(connection, entry)).transpose()
}

pub(super) fn summary(connection: &Connection) -> Result<Summary, rusqlite::Error> {
    let mut summary = Summary { circuit: delivery::circuit(connection)?, ..Summary::default() };
    for (state, count) in State::ALL.iter().zip(&mut summary.counts) {
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

fn entry(row: &Row<'_>) -> Result<Entry, rusqlite::Error> {
    let kind: String = row.get(2)?;
    let state: String = row.get(3)?;
    Ok(Entry {
        id: MailId(row.get(0)?),
        message_id: row.get(1)?,
        kind: if kind == Kind::Alert.name() { Kind::Alert } else { Kind::Notification },
        state: State::of_name(&state).ok_or_else(|| unknown(3, "state"))?,
        since: time(row.get(4)?),
        next: row.get::<_, Option<i64>>(5)?.map(time),
        attempts: row.get(6)?,
        resent: row.get(7)?,
        created: time(row.get(8)?),
        expires: time(row.get(9)?),
        size: row.get(10)?,
        queue_id: row.get(11)?,
        reply: row.get(12)?,
        has_content: row.get(13)?,
        recipients: Vec::new(),
    })
}

fn with_recipients(connection: &Connection, mut entry: Entry) -> Result<Entry, rusqlite::Error> {
    entry.recipients = connection
        .prepare_cached("SELECT address, progress, reply FROM recipient WHERE mail = ?1 ORDER BY rowid")?
        .query_map(params![entry.id.0], |row| {
            let progress: String = row.get(1)?;
            Ok(RecipientEntry {
                address: row.get(0)?,
                progress: Progress::of_name(&progress).ok_or_else(|| unknown(1, "progress"))?,
                reply: row.get(2)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(entry)
}

fn unknown(column: usize, what: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, format!("no {what} of ours").into())
}
