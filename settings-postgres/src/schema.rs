//! The tables, and the steps that create them.

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::failure::Failure;

/// Tables that belong together.
#[derive(Debug)]
pub(crate) struct Schema {
    /// The steps that create them, the oldest first. A step that was released never changes, and leaves the tables usable
    /// for programs that know only the steps before.
    steps: &'static [&'static str],
    /// The table of the steps that were done.
    done: &'static str,
    /// The key of the advisory lock.
    lock: &'static str,
}

/// The tables of settings.
pub(crate) const SETTINGS: Schema = Schema {
    steps: &[include_str!("schema/1.sql")],
    done: "settings_schema",
    // `settings` in ASCII
    lock: "8315180330343360371",
};

/// The tables of an outbox.
#[cfg(feature = "outbox")]
pub(crate) const OUTBOX: Schema = Schema {
    steps: &[
        include_str!("schema/outbox_1.sql"),
        include_str!("schema/outbox_2.sql"),
        include_str!("schema/outbox_3.sql"),
        include_str!("schema/outbox_4.sql"),
        include_str!("schema/outbox_5.sql"),
    ],
    done: "outbox_schema",
    // `outbox` in ASCII
    lock: "122550254464888",
};

/// Returns the statements that create all tables, for a role that may create them. Steps that were done are left out when
/// they run, so that they also bring tables of an earlier release up to date.
///
/// The role that a program uses needs no more than `SELECT`, `INSERT`, `UPDATE` and `DELETE` on them.
pub fn schema() -> String {
    SETTINGS.text()
}

/// Returns the statements that create the tables of an outbox, for a role that may create them. Steps that were done are
/// left out when they run, so that they also bring tables of an earlier release up to date.
///
/// The role that a program uses needs no more than `SELECT`, `INSERT`, `UPDATE` and `DELETE` on them, and `USAGE` on the
/// sequence `outbox_mail_id`.
#[cfg(feature = "outbox")]
pub fn outbox_schema() -> String {
    OUTBOX.text()
}

impl Schema {
    fn text(&self) -> String {
        let steps = self.steps.iter().zip(1..).map(|(step, number)| {
            let (done, statements) = (self.done, self.statements(step, number));
            format!(
                "DO $do$ BEGIN IF NOT EXISTS (SELECT FROM {done} WHERE step = {number}) THEN EXECUTE $step$\n{statements}\
                 $step$; END IF; END $do$;\n"
            )
        });
        format!("BEGIN;\n{}{}COMMIT;\n", self.table(), steps.collect::<String>())
    }

    fn table(&self) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {} (step integer PRIMARY KEY, made timestamptz NOT NULL DEFAULT clock_timestamp());\n",
            self.done
        )
    }

    fn statements(&self, step: &str, number: i32) -> String {
        format!("{step}INSERT INTO {} (step) VALUES ({number});\n", self.done)
    }

    /// Creates the tables that are missing. Programs that start at the same time wait for each other.
    pub(crate) async fn prepare(&self, client: &Client) -> Result<(), Failure> {
        if self.is_complete(client).await? {
            return Ok(());
        }
        match self.create(client).await {
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

    async fn is_complete(&self, client: &Client) -> Result<bool, tokio_postgres::Error> {
        Ok(self.is_there(client).await? && self.last_step(client).await? >= self.steps.len())
    }

    /// Returns whether the tables were created, by this release or an earlier one.
    pub(crate) async fn is_there(&self, client: &Client) -> Result<bool, tokio_postgres::Error> {
        let statement = format!("SELECT to_regclass('{}') IS NOT NULL", self.done);
        client.query_typed_one(&statement, &[]).await?.try_get(0)
    }

    async fn last_step(&self, client: &Client) -> Result<usize, tokio_postgres::Error> {
        let last = format!("SELECT coalesce(max(step), 0) FROM {}", self.done);
        let row = client.query_typed_one(&last, &[]).await?;
        Ok(usize::try_from(row.try_get::<_, i32>(0)?).unwrap_or_default())
    }

    async fn create(&self, client: &Client) -> Result<(), tokio_postgres::Error> {
        // a lock of the transaction, since one of the session would stay with a pooled connection
        let begin = format!(
            "BEGIN; SET LOCAL lock_timeout = '10s'; SELECT pg_advisory_xact_lock({}); {}",
            self.lock,
            self.table()
        );
        client.batch_execute(&begin).await?;
        let done = self.last_step(client).await?;
        for (step, number) in self.steps.iter().zip(1..).skip(done) {
            client.batch_execute(&self.statements(step, number)).await?;
        }
        client.batch_execute("COMMIT").await
    }
}
