//! The nodes of a cluster, and what each of them runs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::Notify;
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

use crate::document::number_of;
use crate::failure::Failure;

/// The time after which a node reports that it is there, even if nothing changed.
const BEAT: Duration = Duration::from_secs(30);

/// The time after which a node that has not reported is removed from the list.
const FORGET: &str = "7 days";

/// The longest text of a refusal.
const MAX_REFUSAL: usize = 4000;

/// A program that follows the settings, as it reported last.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Node {
    /// The name.
    pub name: String,
    /// The version of the program.
    pub program: String,
    /// The version of the settings that it runs.
    pub version: u64,
    /// The time since which it runs them, by the database's clock.
    pub since: SystemTime,
    /// The newer version that it refuses, and the reason.
    pub refused: Option<(u64, String)>,
    /// A remark, such as a version that is lower than one before, or has the number of one with another text.
    pub note: Option<String>,
    /// The time of its last report, by the database's clock.
    pub seen: SystemTime,
    /// The time since its last report, by the database's clock.
    pub age: Duration,
}

/// The report of a node. Clones share it.
#[derive(Clone, Debug)]
pub struct NodeReport(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    name: String,
    state: Mutex<State>,
    pub(crate) changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    version: Option<u64>,
    /// The identity of that version. A database that went back gives its number again, to another text.
    identity: String,
    refused: Option<(u64, String)>,
    note: Option<String>,
    is_changed: bool,
    /// True until the change is written for the first time.
    is_new: bool,
    reported: Option<Instant>,
}

impl NodeReport {
    /// Creates the report of a node with this name, or with the name of the machine.
    pub fn new(name: Option<String>) -> Self {
        let name = name.or_else(machine_name).unwrap_or_else(|| "unnamed".to_owned());
        Self(Arc::new(Shared { name, state: Mutex::default(), changed: Notify::new() }))
    }

    /// Returns the name of the node.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Reports that the node runs a version: the one of a document of a source, or a state of
    /// [`External`](settings_core::external::External).
    pub fn runs(&self, version: &str) {
        let identity = version;
        let Some(version) = number_of(identity) else { return };
        let mut state = self.state();
        let is_same = state.identity == identity;
        match state.version {
            Some(before) if version < before => {
                state.note = Some(format!("went back from version {before} to {version}"));
            }
            Some(before) if version == before && !is_same => {
                state.note = Some(format!("went back before version {version}, which is another one now"));
            }
            _ => {}
        }
        if !is_same || state.refused.is_some() {
            (state.version, state.refused) = (Some(version), None);
            identity.clone_into(&mut state.identity);
            (state.is_changed, state.is_new) = (true, true);
            self.0.changed.notify_one();
        }
    }

    /// Reports that the node refuses a version, and runs the one before. The reason must not hold secrets.
    pub fn refuses(&self, version: &str, why: impl Into<String>) {
        let Some(version) = number_of(version) else { return };
        let mut why = why.into();
        while why.len() > MAX_REFUSAL {
            why.pop();
        }
        let mut state = self.state();
        let refused = Some((version, why));
        if state.refused != refused {
            (state.refused, state.is_changed, state.is_new) = (refused, true, true);
            self.0.changed.notify_one();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is something to report.
    pub(crate) async fn changed(&self) {
        // an earlier wait may have taken the notification, and ended for another reason
        while !self.state().is_new {
            self.0.changed.notified().await;
        }
    }

    /// Writes the report, if it has changed or the last one is old.
    pub(crate) async fn write(&self, client: &Client, instance: &str, program: &str) -> Result<(), Failure> {
        let (version, refused, note) = {
            let mut state = self.state();
            state.is_new = false;
            let is_old = state.reported.is_none_or(|time| time.elapsed() >= BEAT);
            let Some(version) = state.version.filter(|_| state.is_changed || is_old) else { return Ok(()) };
            // before it is written, so that a change in the meantime is not lost
            state.is_changed = false;
            (version, state.refused.clone(), state.note.clone())
        };
        let version = i64::try_from(version).unwrap_or_default();
        let refused_version =
            refused.as_ref().map(|(version, _)| i64::try_from(*version).unwrap_or_default());
        let why = refused.map(|(_, why)| why);
        let name = self.name();
        let parameters: [(&(dyn ToSql + Sync), Type); 7] = [
            (&instance, Type::TEXT),
            (&name, Type::TEXT),
            (&program, Type::TEXT),
            (&version, Type::INT8),
            (&refused_version, Type::INT8),
            (&why, Type::TEXT),
            (&note, Type::TEXT),
        ];
        let written = client.execute_typed(REPORT, &parameters).await;
        let mut state = self.state();
        match written {
            Ok(_) => state.reported = Some(Instant::now()),
            Err(_) => state.is_changed = true,
        }
        drop(state);
        Ok(written.map(drop)?)
    }
}

const REPORT: &str = "INSERT INTO settings_node AS n (instance, name, program, version, refused_version, refused, note) \
    VALUES ($1, $2, $3, $4, $5, $6, $7) \
    ON CONFLICT (instance) DO UPDATE SET version = $4, refused_version = $5, refused = $6, note = $7, \
    since = CASE WHEN n.version = $4 THEN n.since ELSE clock_timestamp() END, seen = clock_timestamp()";

/// Returns the nodes by name.
pub(crate) async fn list(client: &Client) -> Result<Vec<Node>, Failure> {
    let statement = "SELECT name, program, version, since, refused_version, refused, note, seen, \
        extract(epoch FROM clock_timestamp() - seen)::float8 FROM settings_node ORDER BY name, instance";
    let rows = client.query_typed(statement, &[]).await?;
    let node = |row: &tokio_postgres::Row| -> Result<Node, tokio_postgres::Error> {
        let refused: (Option<i64>, Option<String>) = (row.try_get(4)?, row.try_get(5)?);
        let age: f64 = row.try_get(8)?;
        Ok(Node {
            name: row.try_get(0)?,
            program: row.try_get(1)?,
            version: u64::try_from(row.try_get::<_, i64>(2)?).unwrap_or_default(),
            since: row.try_get(3)?,
            refused: refused
                .0
                .map(|number| (u64::try_from(number).unwrap_or_default(), refused.1.unwrap_or_default())),
            note: row.try_get(6)?,
            seen: row.try_get(7)?,
            age: Duration::try_from_secs_f64(age.max(0.0)).unwrap_or_default(),
        })
    };
    let nodes: Result<Vec<_>, _> = rows.iter().map(node).collect();
    Ok(nodes?)
}

/// Removes nodes that have not reported for days.
pub(crate) async fn forget(client: &Client) -> Result<(), Failure> {
    let statement = format!("DELETE FROM settings_node WHERE seen < clock_timestamp() - interval '{FORGET}'");
    client.execute_typed(&statement, &[]).await?;
    Ok(())
}

pub(crate) fn machine_name() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::NodeReport;

    #[test]
    fn a_database_that_went_back_is_noted() {
        for (versions, note) in [
            (["4@a", "5@b", "6@c"], None),
            (["5@b", "5@b", "5@b"], None),
            (["5@b", "2@d", "5@e"], Some("went back from version 5 to 2")),
            // the node was not told of the versions in between
            (["4@a", "5@b", "5@e"], Some("went back before version 5, which is another one now")),
        ] {
            let report = NodeReport::new(None);
            versions.iter().for_each(|version| report.runs(version));
            // a later report of the same version keeps it
            report.runs(versions[2]);
            assert_eq!(report.state().note.as_deref(), note, "{versions:?}");
        }
    }
}
