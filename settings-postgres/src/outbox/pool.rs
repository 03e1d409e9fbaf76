//! A few connections that are used in turn, and made again when they fail.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::PostgresConfig;
use crate::connection::Connection;
use crate::document::pause;
use crate::failure::Failure;
use crate::schema;

/// The number of connections at most. Operations wait for one: a new one costs more than many statements.
const CONNECTIONS: usize = 4;

/// The time for which an operation is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// No other attempt.
    None,
    /// One more attempt, since a connection that was kept may have ended in the meantime.
    Once,
    /// A few limits of a statement: the result of a delivery must be recorded.
    Long,
    /// One more attempt, each with much time: the operation reads or changes many rows.
    Slow,
}

/// The number of limits of a statement that a slow operation may take, and that an important one is tried again for.
const SLOW_LIMITS: u32 = 12;
const LONG_LIMITS: u32 = 4;

/// The connections to one database.
pub(crate) struct Pool {
    pub(crate) config: PostgresConfig,
    idle: Mutex<Vec<Arc<Connection>>>,
    /// One permit for each connection that is in use or may be made.
    permits: Semaphore,
}

impl Pool {
    pub(crate) fn new(config: PostgresConfig) -> Self {
        Self { config, idle: Mutex::default(), permits: Semaphore::new(CONNECTIONS) }
    }

    /// Runs an operation on a connection, and again on another one if the connection fails.
    ///
    /// An operation gets `true` if an earlier attempt may have had its effect.
    pub(crate) async fn run<T, F>(
        &self,
        patience: Patience,
        operation: impl Fn(Arc<Connection>, bool) -> F + Sync,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let limit = self.config.time_limit();
        let end = Instant::now() + limit * LONG_LIMITS;
        let allowed = if patience == Patience::Slow { limit * SLOW_LIMITS } else { limit };
        let (mut is_sent, mut attempt) = (false, 0);
        loop {
            // it is never closed
            let permit = self.permits.acquire().await;
            let failure = match self.connection().await {
                Err(failure) => failure,
                Ok(connection) => {
                    let operation = operation(Arc::clone(&connection), is_sent);
                    match timeout(allowed, operation).await.unwrap_or(Err(Failure::Timeout(allowed))) {
                        Ok(value) => {
                            self.keep(connection);
                            return Ok(value);
                        }
                        Err(failure) => {
                            is_sent |= failure.is_passing();
                            failure
                        }
                    }
                }
            };
            drop(permit);
            if attempt == 0 && failure.is_passing() && !failure.is_full() {
                // the other idle connections ended with this one, most likely
                self.idle().clear();
            }
            let is_over = match patience {
                Patience::None => true,
                Patience::Once | Patience::Slow => attempt > 0,
                Patience::Long => Instant::now() >= end,
            };
            if is_over || !failure.is_passing() || failure.is_full() {
                return Err(failure);
            }
            if attempt > 0 {
                tokio::time::sleep(pause(attempt, limit)).await;
            }
            attempt += 1;
        }
    }

    async fn connection(&self) -> Result<Arc<Connection>, Failure> {
        while let Some(connection) = self.pop() {
            if !connection.client.is_closed() {
                return Ok(connection);
            }
        }
        Ok(Arc::new(Connection::open(&self.config, &schema::OUTBOX).await?))
    }

    fn pop(&self) -> Option<Arc<Connection>> {
        self.idle().pop()
    }

    fn keep(&self, connection: Arc<Connection>) {
        self.idle().push(connection);
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Arc<Connection>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
