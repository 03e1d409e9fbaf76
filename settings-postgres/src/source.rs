//! The settings in a database as a source that is followed.

use std::time::Duration;

use settings_core::external::{AsyncSource, Document, FetchError, Source};
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, timeout};

use crate::PostgresConfig;
use crate::connection::{Connection, within};
use crate::database::token;
use crate::document::{self, CHANNEL, Head, pause, random_part};
use crate::failure::Failure;
use crate::node::{self, NodeReport};
use crate::schema;
use crate::storage::document;

/// The time that a report may take. The settings do not wait longer.
const REPORT_LIMIT: Duration = Duration::from_secs(1);

/// The time until a report, varied by a half: other nodes are still reading the version, and another may follow.
const REPORT_DELAY: Duration = Duration::from_secs(1);

/// The longest pause between two attempts to connect.
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// The settings in a database as a source for an [`External`](settings_core::external::External), for asynchronous and
/// for blocking programs.
///
/// One connection is kept. Notifications of the database wake the source, and it believes only what it then reads: after
/// it starts to listen, after each notification, and at the interval of the `External`, so that lost notifications and
/// connections that swallow everything only cost time.
///
/// ```no_run
/// use std::time::Duration;
///
/// use settings_core::external::{External, ExternalConfig};
/// use settings_core::resolve::Layers;
/// use settings_postgres::{PostgresConfig, PostgresSource};
///
/// let config: PostgresConfig = "postgres://chat@db.example.com/chat".parse()?;
/// let options = ExternalConfig::default().interval(Duration::from_secs(3)).copy("/var/lib/chat/settings.copy");
/// let external = External::start(PostgresSource::new(config), options)?;
/// let layers = Layers::new().external(&external);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct PostgresSource(State, Option<Runtime>);

/// The part that runs on a runtime.
struct State {
    config: PostgresConfig,
    connection: Option<Connection>,
    report: Option<NodeReport>,
    instance: String,
    /// The attempts to fetch that failed since the last one that did not.
    failures: u32,
    /// The time for the report of a change. It stays if more changes come before.
    report_due: Option<Instant>,
    /// Whether a notification came since the last fetch.
    is_notified: bool,
}

impl std::fmt::Debug for PostgresSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresSource").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl PostgresSource {
    /// Creates a source. It connects when it is first asked.
    pub fn new(config: PostgresConfig) -> Self {
        let state = State {
            config,
            connection: None,
            report: None,
            instance: String::new(),
            failures: 0,
            report_due: None,
            is_notified: false,
        };
        Self(state, None)
    }

    /// Writes a report to the list of nodes, over the connection of the source.
    #[must_use]
    pub fn report(mut self, report: NodeReport) -> Self {
        self.0.report = Some(report);
        self
    }

    /// Returns the runtime on which the operations of a blocking caller run, and the state.
    fn blocking(&mut self) -> Result<(&mut Runtime, &mut State), FetchError> {
        if self.1.is_none() {
            let made = Builder::new_current_thread().enable_all().build();
            self.1 = Some(made.map_err(|error| FetchError::Unavailable(error.to_string()))?);
        }
        let missing = || FetchError::Unavailable("no runtime".to_owned());
        Ok((self.1.as_mut().ok_or_else(missing)?, &mut self.0))
    }
}

impl State {
    async fn fetch(&mut self, known: Option<&str>) -> Result<Option<Document>, Failure> {
        self.failures = self.failures.saturating_add(1);
        // taken, so that a fetch that is given up leaves no connection that may be in a black hole
        let open = self.connection.take().filter(|connection| !connection.client.is_closed());
        let connection = match open {
            Some(connection) => connection,
            None => {
                let connection = Connection::open(&self.config, &schema::SETTINGS).await?;
                // before the first read, so that no version comes in between unnoticed
                let listen =
                    async { Ok(connection.client.batch_execute(&format!("LISTEN {CHANNEL}")).await?) };
                within(&self.config, listen).await?;
                connection
            }
        };
        let reading = async {
            let newer = match std::mem::take(&mut self.is_notified) {
                true => document::newer(&self.config, &connection, known).await?,
                false => None,
            };
            match newer {
                Some(head) => Ok(head),
                None => document::head(&self.config, &connection, known).await,
            }
        };
        let head = within(&self.config, reading).await?;
        // a new version is applied first, and reported while the source waits
        if known == Some(&*head.identity()) {
            self.report_over(&connection).await;
        }
        self.connection = Some(connection);
        self.failures = 0;
        self.found(&head, known)
    }

    /// Returns the document, if it is not the known one.
    fn found(&self, head: &Head, known: Option<&str>) -> Result<Option<Document>, Failure> {
        if known == Some(&*head.identity()) {
            return Ok(None);
        }
        if head.content.is_none() && head.version > 0 {
            let why = format!("the row of version {} is missing", head.version);
            return Err(Failure::Invalid(why));
        }
        Ok(Some(document(head, &self.config)))
    }

    /// Writes the report of the node, if there is something to report. Settings do not depend on it: a failure is tried
    /// again at the next fetch.
    async fn report_over(&mut self, connection: &Connection) {
        self.report_due = None;
        let Some(report) = &self.report else { return };
        if self.instance.is_empty() {
            let Ok(instance) = token() else { return };
            self.instance = instance;
            let _ = within(&self.config, node::forget(&connection.client)).await;
        }
        let writing = report.write(&connection.client, &self.instance, self.config.program_version());
        let _ = timeout(REPORT_LIMIT, writing).await;
    }

    /// Waits for a notification, or before another attempt to connect. Writes the report of the node in the meantime:
    /// returning for it would cost a fetch, and the next notification would wait for the shortest time between two.
    async fn wait(&mut self) {
        loop {
            let Some(connection) =
                self.connection.as_ref().filter(|connection| !connection.client.is_closed())
            else {
                return tokio::time::sleep(pause(self.failures, MAX_PAUSE)).await;
            };
            let Some(report) = &self.report else {
                connection.news.notified().await;
                self.is_notified = true;
                return;
            };
            let changed = async {
                report.changed().await;
                let delay = || Instant::now() + REPORT_DELAY.mul_f64(0.5 + random_part());
                tokio::time::sleep_until(*self.report_due.get_or_insert_with(delay)).await;
            };
            tokio::select! {
                () = connection.news.notified() => {
                    self.is_notified = true;
                    return;
                }
                () = changed => {}
            }
            let Some(connection) = self.connection.take() else { return };
            self.report_over(&connection).await;
            self.connection = Some(connection);
        }
    }
}

impl AsyncSource for PostgresSource {
    fn name(&self) -> String {
        self.0.config.name().to_owned()
    }

    async fn fetch(&mut self, known: Option<&str>) -> Result<Option<Document>, FetchError> {
        Ok(self.0.fetch(known).await?)
    }

    async fn wait(&mut self, _: Option<&str>) {
        self.0.wait().await;
    }
}

impl Source for PostgresSource {
    fn name(&self) -> String {
        self.0.config.name().to_owned()
    }

    fn fetch(&mut self, known: Option<&str>, limit: Duration) -> Result<Option<Document>, FetchError> {
        let (runtime, state) = self.blocking()?;
        let fetched = runtime.block_on(async { timeout(limit, state.fetch(known)).await });
        Ok(fetched.unwrap_or(Err(Failure::Timeout(limit)))?)
    }

    fn wait(&mut self, _: Option<&str>, limit: Duration) -> Option<Result<(), FetchError>> {
        let waited = self.blocking().map(|(runtime, state)| {
            let _ = runtime.block_on(async { timeout(limit, state.wait()).await });
        });
        Some(waited)
    }
}
