//! A program that follows the settings of its cluster.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use settings_core::Settings;
use settings_core::external::{External, ExternalConfig, StartError};
use settings_core::resolve::{Layers, Report, Resolution, Unreadable, resolve};
use settings_core::store::watch::{Debounce, Watch, WatchError};

use crate::{NodeReport, PostgresConfig, PostgresSource};

/// The options of a [`Cluster`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClusterConfig {
    /// The name of the node in the list of nodes; the name of the machine by default.
    pub node: Option<String>,
    /// The longest time between two looks at the newest version, five seconds by default. Lost notifications and
    /// connections cost at most this time and the limit of a statement.
    pub interval: Duration,
    /// The file for the last version that was in use, for a start without the database.
    pub copy: Option<PathBuf>,
    /// The age from which on a copy is refused at the start.
    pub max_age: Option<Duration>,
}

impl Default for ClusterConfig {
    fn default() -> Self {
        Self { node: None, interval: Duration::from_secs(5), copy: None, max_age: None }
    }
}

impl ClusterConfig {
    /// Sets the name of the node.
    #[must_use]
    pub fn node(mut self, name: impl Into<String>) -> Self {
        self.node = Some(name.into());
        self
    }

    /// Sets the longest time between two looks at the newest version.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Sets the file for the last version that was in use.
    #[must_use]
    pub fn copy(mut self, path: impl Into<PathBuf>) -> Self {
        self.copy = Some(path.into());
        self
    }

    /// Sets the age from which on a copy is refused at the start.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }
}

/// The reason why a program can't start with the settings of its cluster.
#[derive(Debug)]
#[non_exhaustive]
pub enum ClusterError {
    /// There is neither the database nor a usable copy.
    Start(StartError),
    /// The settings can't be used, or files can't be watched.
    Watch(WatchError),
}

impl fmt::Display for ClusterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => error.fmt(f),
            Self::Watch(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ClusterError {}

/// A program that follows the settings of its cluster: those of the database below files and the environment.
///
/// A version that the program refuses changes nothing: the values stay, and the refusal is reported in the list of nodes.
///
/// ```no_run
/// use settings_core::resolve::Environment;
/// use settings_postgres::{Cluster, ClusterConfig, PostgresConfig};
/// # use settings_core::Settings;
/// # /// A server.
/// # #[derive(Settings, Debug)]
/// # #[settings(env_prefix = "CHAT")]
/// # struct ServerSettings {
/// #     /// The port.
/// #     #[setting(default = 80)]
/// #     port: u16,
/// # }
///
/// let database: PostgresConfig = "postgres://chat@db.example.com/chat".parse()?;
/// let database = database.program(concat!("chat ", env!("CARGO_PKG_VERSION")));
/// let options = ClusterConfig::default().copy("/var/lib/chat/settings.copy");
/// let cluster = Cluster::<ServerSettings>::start(database, options, |layers| {
///     Ok(layers.environment(Environment::from_process()))
/// })?;
/// println!("listening on port {}", cluster.watch().current().port);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Cluster<T> {
    external: External,
    watch: Arc<Watch<T>>,
    report: NodeReport,
}

impl<T> fmt::Debug for Cluster<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").field("external", &self.external).finish_non_exhaustive()
    }
}

impl<T: Settings + Send + Sync + 'static> Cluster<T> {
    /// Reads the settings of the database, or their copy, and follows them. `others` adds all other layers; it is called
    /// for each version, and when one of the files changes.
    ///
    /// # Errors
    /// If there is neither the database nor a usable copy, or the settings can't be used.
    pub fn start(
        database: PostgresConfig,
        config: ClusterConfig,
        mut others: impl FnMut(Layers) -> Result<Layers, Unreadable> + Send + 'static,
    ) -> Result<Self, ClusterError> {
        let report = NodeReport::new(config.node);
        let mut options =
            ExternalConfig::default().limit(database.time_limit() * 2).interval(config.interval);
        (options.copy, options.max_age) = (config.copy, config.max_age);
        let source = PostgresSource::new(database).report(report.clone());
        let external = External::start(source, options).map_err(ClusterError::Start)?;
        let (own, node) = (external.clone(), report.clone());
        let resolve = move || {
            let (layers, version) = layers_with_version(&own);
            let resolution = resolve::<T>(others(layers)?);
            match errors(&resolution) {
                None => node.runs(&version),
                Some(errors) => node.refuses(&version, errors.to_string()),
            }
            Ok(resolution)
        };
        let watch = Watch::resolving(resolve, Debounce::default()).map_err(ClusterError::Watch)?;
        let trigger = watch.trigger();
        external.on_change(move || trigger.read_now());
        // a version that came before the listener was there
        watch.trigger().read_now();
        Ok(Self { external, watch: Arc::new(watch), report })
    }

    /// Returns the settings, and the events of their changes.
    pub fn watch(&self) -> &Arc<Watch<T>> {
        &self.watch
    }

    /// Returns the document in the database, and the state of the connection.
    pub fn external(&self) -> &External {
        &self.external
    }

    /// Returns the report of this node.
    pub fn report(&self) -> &NodeReport {
        &self.report
    }
}

/// Returns layers with the document, and the version that it has.
fn layers_with_version(external: &External) -> (Layers, String) {
    loop {
        let before = external.state().version;
        let layers = Layers::new().external(external);
        if external.state().version == before {
            return (layers, before);
        }
    }
}

/// Returns the errors for which a watch refuses a resolution.
fn errors<T>(resolution: &Resolution<T>) -> Option<Report> {
    let report = resolution.report();
    report.has_errors().then(|| report.errors())
}
