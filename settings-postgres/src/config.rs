//! The address of a database, and the limits of its use.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use settings_core::Secret;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

const DEFAULT_PORT: u16 = 5432;

/// The address of a database, and the limits of its use.
///
/// It is parsed from a URL with the parameters of `libpq`:
///
/// ```
/// use settings_postgres::PostgresConfig;
///
/// let config: PostgresConfig = "postgres://chat:k4n4ry@db.example.com/chat".parse()?;
/// assert_eq!(config.name(), "postgres://db.example.com/chat");
/// assert!(!format!("{config:?}").contains("k4n4ry"));
/// # Ok::<(), settings_postgres::ConfigError>(())
/// ```
///
/// The connection is encrypted and the server's certificate checked, unless the URL has `sslmode=disable`, or names only
/// sockets and loopback addresses and no `sslmode`. `sslrootcert` names a PEM file of roots that are trusted in addition
/// to the system's. With several hosts, the one that accepts writes is used.
#[derive(Clone)]
pub struct PostgresConfig {
    pub(crate) postgres: tokio_postgres::Config,
    pub(crate) roots: Option<PathBuf>,
    /// Allows reading from a standby.
    pub(crate) any_server: bool,
    name: String,
    limit: Duration,
    program: String,
    #[cfg(feature = "encryption")]
    pub(crate) keys: Option<std::sync::Arc<crate::Keys>>,
}

impl fmt::Debug for PostgresConfig {
    /// Omits the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresConfig")
            .field("name", &self.name)
            .field("limit", &self.limit)
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

/// The reason why a URL is not the address of a database. Shows nothing of a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; expected postgres://USER@HOST/DATABASE", self.0)
    }
}

impl std::error::Error for ConfigError {}

impl FromStr for PostgresConfig {
    type Err = ConfigError;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(ConfigError("not the URL of a PostgreSQL database".to_owned()));
        }
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut rest, mut mode, mut roots, mut has_target) = (Vec::new(), None, None, false);
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value),
                Some(("sslrootcert", value)) => roots = Some(PathBuf::from(decoded(value))),
                Some((name, _)) => {
                    has_target |= name == "target_session_attrs";
                    rest.push(parameter);
                }
                None => rest.push(parameter),
            }
        }
        let url = format!("{address}?{}", rest.join("&"));
        let parsed = tokio_postgres::Config::from_str(&url);
        // the text of its error names a parameter, and no value
        let mut postgres =
            parsed.map_err(|error| ConfigError(crate::failure::Failure::from(error).to_string()))?;
        if postgres.get_hosts().is_empty() && postgres.get_hostaddrs().is_empty() {
            return Err(ConfigError("the URL names no host".to_owned()));
        }
        let mode = match mode {
            None if is_local(&postgres) => SslMode::Disable,
            Some("disable") => SslMode::Disable,
            Some("prefer") => SslMode::Prefer,
            None | Some("require" | "verify-full") => SslMode::Require,
            Some(other) => {
                let expected = "expected `disable`, `prefer`, `require` or `verify-full`";
                return Err(ConfigError(format!("sslmode `{other}`: {expected}")));
            }
        };
        postgres.ssl_mode(mode);
        if !has_target {
            postgres.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        if postgres.get_application_name().is_none() {
            postgres.application_name("settings");
        }
        let name = name(&postgres);
        let any_server = has_target && postgres.get_target_session_attrs() != TargetSessionAttrs::ReadWrite;
        let program = String::new();
        let config = Self {
            postgres,
            roots,
            any_server,
            name,
            limit: Duration::ZERO,
            program,
            #[cfg(feature = "encryption")]
            keys: None,
        };
        Ok(config.limit(Duration::from_secs(5)))
    }
}

impl PostgresConfig {
    /// Returns the name of the database in origins and reports: `postgres://host/db`, without user and password.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Sets the time that one statement, or one attempt to connect, may take: five seconds by default.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        // a peer that vanished without a word is noticed by the kernel too
        self.postgres
            .connect_timeout(limit)
            .tcp_user_timeout(limit)
            .keepalives_idle(limit.max(Duration::from_secs(1)))
            .keepalives_interval(Duration::from_secs(2))
            .keepalives_retries(3);
        self
    }

    /// Sets the password, if the URL has none.
    #[must_use]
    pub fn password(mut self, password: &Secret) -> Self {
        if self.postgres.get_password().is_none() {
            self.postgres.password(password.expose());
        }
        self
    }

    /// Sets the version of the program, for the list of versions and of nodes: `chat 1.4.2`.
    #[must_use]
    pub fn program(mut self, program: impl Into<String>) -> Self {
        self.program = program.into();
        self
    }

    /// Encrypts new versions with the newest of these keys, and decrypts with all of them.
    #[cfg(feature = "encryption")]
    #[must_use]
    pub fn keys(mut self, keys: crate::Keys) -> Self {
        self.keys = Some(std::sync::Arc::new(keys));
        self
    }

    pub(crate) const fn time_limit(&self) -> Duration {
        self.limit
    }

    pub(crate) fn program_version(&self) -> &str {
        &self.program
    }
}

/// Returns whether all hosts are sockets or loopback addresses.
fn is_local(config: &tokio_postgres::Config) -> bool {
    let is_loopback =
        |host: &str| host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    let hosts = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(host) => is_loopback(host),
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    hosts && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

/// Returns the URL without user, password and parameters, except the folder of a socket.
fn name(config: &tokio_postgres::Config) -> String {
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    let ports = config.get_ports();
    let port_of = |at: usize| ports.get(at).or(ports.first()).copied().unwrap_or(DEFAULT_PORT);
    let (mut hosts, mut sockets) = (Vec::new(), Vec::new());
    for (at, host) in config.get_hosts().iter().enumerate() {
        let port = port_of(at);
        match host {
            Host::Tcp(host) if port == DEFAULT_PORT => hosts.push(host.clone()),
            Host::Tcp(host) => hosts.push(format!("{host}:{port}")),
            #[cfg(unix)]
            Host::Unix(folder) => sockets.push(match port {
                DEFAULT_PORT => format!("host={}", folder.display()),
                port => format!("host={}&port={port}", folder.display()),
            }),
        }
    }
    if hosts.is_empty() && sockets.is_empty() {
        hosts.extend(config.get_hostaddrs().iter().map(IpAddr::to_string));
    }
    let query = if sockets.is_empty() { String::new() } else { format!("?{}", sockets.join("&")) };
    format!("postgres://{}/{database}{query}", hosts.join(","))
}

/// Replaces `%2F` and the like.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> PostgresConfig {
        url.parse().unwrap()
    }

    #[test]
    fn names_show_neither_users_nor_passwords() {
        for (url, name) in [
            ("postgres://ann:k4n4ry@db/chat", "postgres://db/chat"),
            ("postgresql://ann:k4n4ry@db:6432/chat?application_name=x", "postgres://db:6432/chat"),
            ("postgres://ann@a,b:5433/chat", "postgres://a,b:5433/chat"),
            ("postgres:///chat?host=/run/postgresql&user=ann", "postgres:///chat?host=/run/postgresql"),
            (
                "postgres:///chat?host=/tmp/x&port=5433&password=k4n4ry",
                "postgres:///chat?host=/tmp/x&port=5433",
            ),
        ] {
            let config = parsed(url);
            assert_eq!(config.name(), name);
            assert!(!format!("{config:?}").contains("k4n4ry"));
        }
    }

    #[test]
    fn connections_to_other_machines_are_encrypted_by_default() {
        for (url, mode) in [
            ("postgres://db/chat", SslMode::Require),
            ("postgres://db/chat?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem", SslMode::Require),
            ("postgres://db/chat?sslmode=disable", SslMode::Disable),
            ("postgres://127.0.0.1/chat", SslMode::Disable),
            ("postgres://localhost,db/chat", SslMode::Require),
            ("postgres://[::1]/chat?sslmode=require", SslMode::Require),
            ("postgres:///chat?host=/run/postgresql", SslMode::Disable),
        ] {
            assert_eq!(parsed(url).postgres.get_ssl_mode(), mode, "{url}");
        }
        let roots = parsed("postgres://db/chat?sslrootcert=%2Fetc%2Fca.pem").roots;
        assert_eq!(roots, Some(PathBuf::from("/etc/ca.pem")));
    }

    #[test]
    fn a_wrong_address_is_refused_without_its_password() {
        for url in [
            "config.json",
            "mysql://ann:k4n4ry@db/chat",
            "postgres://ann:k4n4ry@db/chat?sslmode=verify-ca",
            "postgres://ann:k4n4ry@db:port/chat",
            "postgres://ann:k4n4ry@db/chat?sslmod=require",
            "postgres:///chat",
        ] {
            let error = PostgresConfig::from_str(url).unwrap_err();
            assert!(!format!("{error}{error:?}").contains("k4n4ry"), "{error}");
            assert!(error.to_string().ends_with("expected postgres://USER@HOST/DATABASE"));
        }
    }
}
