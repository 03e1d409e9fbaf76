//! The tables, and the steps that create them.

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::failure::Failure;

/// The steps, the oldest first. A step that was released never changes, and leaves the tables usable for programs that
/// know only the steps before.
const STEPS: [&str; 1] = [include_str!("schema/1.sql")];

/// The key of the advisory lock: `settings` in ASCII.
const LOCK: &str = "8315161672264443763";

const TABLE: &str = "CREATE TABLE IF NOT EXISTS settings_schema (\
    step integer PRIMARY KEY, made timestamptz NOT NULL DEFAULT clock_timestamp());\n";

/// Returns the statements that create all tables in an empty database, for a role that may create them.
///
/// The role that a program uses needs no more than `SELECT`, `INSERT`, `UPDATE` and `DELETE` on them.
pub fn schema() -> String {
    let steps = STEPS.iter().zip(1..).map(|(step, number)| statements(step, number));
    format!("BEGIN;\n{TABLE}{}COMMIT;\n", steps.collect::<String>())
}

fn statements(step: &str, number: i32) -> String {
    format!("{step}INSERT INTO settings_schema (step) VALUES ({number});\n")
}

/// Creates the tables that are missing. Programs that start at the same time wait for each other.
pub(crate) async fn prepare(client: &Client) -> Result<(), Failure> {
    if is_complete(client).await? {
        return Ok(());
    }
    match create(client).await {
        Ok(()) => Ok(()),
        Err(error) => {
            // the transaction has failed, and must not be what a pooled connection is left in
            let _ = client.batch_execute("ROLLBACK").await;
            match error.code() {
                Some(&SqlState::INSUFFICIENT_PRIVILEGE) => Err(Failure::NoTables),
                _ => Err(error.into()),
            }
        }
    }
}

async fn is_complete(client: &Client) -> Result<bool, tokio_postgres::Error> {
    let there = client.query_typed_one("SELECT to_regclass('settings_schema') IS NOT NULL", &[]).await?;
    Ok(there.try_get(0)? && last_step(client).await? >= STEPS.len())
}

async fn last_step(client: &Client) -> Result<usize, tokio_postgres::Error> {
    let row = client.query_typed_one("SELECT coalesce(max(step), 0) FROM settings_schema", &[]).await?;
    Ok(usize::try_from(row.try_get::<_, i32>(0)?).unwrap_or_default())
}

async fn create(client: &Client) -> Result<(), tokio_postgres::Error> {
    // a lock of the transaction, since one of the session would stay with a pooled connection
    let begin =
        format!("BEGIN; SET LOCAL lock_timeout = '10s'; SELECT pg_advisory_xact_lock({LOCK}); {TABLE}");
    client.batch_execute(&begin).await?;
    let done = last_step(client).await?;
    for (step, number) in STEPS.iter().zip(1..).skip(done) {
        client.batch_execute(&statements(step, number)).await?;
    }
    client.batch_execute("COMMIT").await
}
