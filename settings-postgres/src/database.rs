//! The operations on the database, over one connection that is made again when it fails.

use std::time::Instant;

use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::sync::Mutex;

#[cfg(feature = "encryption")]
use crate::Keys;
use crate::PostgresConfig;
use crate::connection::{Connection, within};
use crate::document::{self, Addition, Head, Past, hex, pause};
use crate::failure::Failure;
use crate::node::{self, Node};
use crate::schema;

/// The number of limits of one statement within which a write must be confirmed.
const WRITE_LIMITS: u32 = 4;

/// A database, and the connection to it that was used last.
pub(crate) struct Database {
    pub(crate) config: PostgresConfig,
    connection: Mutex<Option<Connection>>,
}

/// The result of a write that was not added.
pub(crate) enum NotWritten {
    /// The base is not the newest version.
    Conflict,
    /// It is not known whether the version was added.
    Unconfirmed(Failure),
    /// It was not added.
    Failed(Failure),
}

/// Reads over the connection, or returns another result if the database has no tables: reading creates none. Reads once
/// more over a new connection if the one at hand has failed in the meantime.
///
/// A function that takes an asynchronous closure would have a future that can't be sent to another thread.
macro_rules! reading {
    ($database:expr, $connection:ident => { $operation:expr, without tables: $empty:expr }) => {{
        let mut slot = $database.connection.lock().await;
        let mut old = slot.take();
        loop {
            let is_old = old.is_some();
            let Some(opened) = $database.connected_to_tables(old.take()).await? else { return Ok($empty) };
            let $connection = &opened;
            match within(&$database.config, $operation).await {
                Err(failure) if is_old && failure.is_passing() => {}
                result => {
                    if result.is_ok() {
                        *slot = Some(opened);
                    }
                    return result;
                }
            }
        }
    }};
}

impl Database {
    pub(crate) fn new(config: PostgresConfig) -> Self {
        Self { config, connection: Mutex::new(None) }
    }

    /// Reads the newest version.
    pub(crate) async fn head(&self) -> Result<Head, Failure> {
        reading!(self, connection => {
            document::head(&self.config, connection, None), without tables: Head::none()
        })
    }

    /// Returns versions, the newest first.
    pub(crate) async fn history(&self, number: Option<u64>, limit: usize) -> Result<Vec<Past>, Failure> {
        reading!(self, connection => {
            document::history(&self.config, connection, number, limit), without tables: Vec::new()
        })
    }

    /// Returns the nodes.
    pub(crate) async fn nodes(&self) -> Result<Vec<Node>, Failure> {
        reading!(self, connection => { node::list(&connection.client), without tables: Vec::new() })
    }

    /// Encrypts the keys of all versions with the newest key. Returns the number of versions that had another one.
    #[cfg(feature = "encryption")]
    pub(crate) async fn rotate(&self) -> Result<usize, Failure> {
        // checked first, since a database without tables is not asked
        let Some(keys) = &self.config.keys else {
            return Err(Failure::Refused("there is no key".to_owned()));
        };
        let mut count = 0;
        loop {
            match self.rotate_some(keys).await? {
                0 => return Ok(count),
                some => count += some,
            }
        }
    }

    #[cfg(feature = "encryption")]
    async fn rotate_some(&self, keys: &Keys) -> Result<usize, Failure> {
        reading!(self, connection => { document::rotate(keys, connection), without tables: 0 })
    }

    /// Adds a version if the base is the newest one.
    ///
    /// The statement is sent again after a failed connection: it names its base and a token, so that it has its effect
    /// at most once, and the version is found if the first one had it.
    pub(crate) async fn write(&self, base: (u64, &str), new: &Addition) -> Result<Head, NotWritten> {
        let end = Instant::now() + self.config.time_limit() * WRITE_LIMITS;
        let mut is_sent = false;
        let mut attempt = 0;
        let mut slot = self.connection.lock().await;
        loop {
            let failure = match self.connected(slot.take()).await {
                Err(failure) => failure,
                Ok(connection) => {
                    let writing = document::write(&self.config, &connection, base, new);
                    let mut result = within(&self.config, writing).await;
                    if matches!(result, Ok(None)) && is_sent {
                        result = within(&self.config, document::written(&connection, &new.token)).await;
                    }
                    match result {
                        Ok(written) => {
                            *slot = Some(connection);
                            return written.ok_or(NotWritten::Conflict);
                        }
                        Err(failure) => {
                            is_sent |= failure.is_passing();
                            failure
                        }
                    }
                }
            };
            if !failure.is_passing() || Instant::now() >= end {
                return Err(match is_sent {
                    true => NotWritten::Unconfirmed(failure),
                    false => NotWritten::Failed(failure),
                });
            }
            tokio::time::sleep(pause(attempt, self.config.time_limit())).await;
            attempt += 1;
        }
    }

    /// Returns a connection for reading, or `None` if the database has no tables.
    async fn connected_to_tables(
        &self,
        connection: Option<Connection>,
    ) -> Result<Option<Connection>, Failure> {
        if let Some(connection) = connection.filter(|connection| !connection.client.is_closed()) {
            return Ok(Some(connection));
        }
        let connection = Connection::connect(&self.config).await?;
        let preparing = async {
            let is_there = schema::SETTINGS.is_there(&connection.client).await?;
            if is_there {
                // those of an earlier release may lack something
                schema::SETTINGS.prepare(&connection.client).await?;
            }
            Ok(is_there)
        };
        let is_there = within(&self.config, preparing).await?;
        Ok(is_there.then_some(connection))
    }

    /// Returns a connection for writing. Creates the tables if they are missing.
    async fn connected(&self, connection: Option<Connection>) -> Result<Connection, Failure> {
        match connection.filter(|connection| !connection.client.is_closed()) {
            Some(connection) => Ok(connection),
            None => Connection::open(&self.config, &schema::SETTINGS).await,
        }
    }
}

/// Returns 128 random bits as text.
pub(crate) fn token() -> Result<String, Failure> {
    let mut bytes = [0; 16];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| Failure::Unavailable("the system has no random numbers".to_owned()))?;
    Ok(hex(&bytes))
}
