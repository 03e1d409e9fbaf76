//! The settings of `examples/chat-server` with confique, serde where it has no form of its own, and the crates that are common next to them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::num::{NonZeroU16, NonZeroU32};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytesize::ByteSize;
use confique::Config;
use confique::env::parse::list_by_comma;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

/// Settings of the chat server.
#[derive(Config, Clone, Debug)]
pub struct ChatSettings {
    /// The name of the server, as users see it.
    #[config(env = "CHAT_NAME", default = "Chat")]
    pub name: Arc<str>,
    /// The address by which users reach the server.
    #[config(env = "CHAT_PUBLIC_URL", default = "http://localhost:8065")]
    pub public_url: Url,

    /// The HTTP interface.
    #[config(nested)]
    pub http: Http,
    /// TLS on the server's own port.
    pub tls: Option<Tls>,
    /// The database.
    #[config(nested)]
    pub database: Database,
    /// How users log in.
    #[config(nested)]
    pub auth: Auth,
    /// Outgoing mail.
    #[config(nested)]
    pub mail: Mail,
    /// Limits on what users send.
    #[config(nested)]
    pub limits: Limits,
    /// The log.
    #[config(nested)]
    pub log: Log,
    /// Figures for Prometheus.
    pub metrics: Option<Metrics>,
    /// The System Console.
    #[config(nested)]
    pub admin: AdminSettings,
}

impl ChatSettings {
    /// Reads the file and the environment, and checks the values.
    pub fn load(file: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let settings = Self::builder().env().file(file).load()?;
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), String> {
        within("name", self.name.chars().count(), 1, 64)?;
        self.http.check()?;
        self.tls.iter().try_for_each(Tls::check)?;
        self.database.check()?;
        self.auth.check()?;
        self.limits.check()?;
        self.metrics.iter().try_for_each(Metrics::check)
    }
}

fn within<T: PartialOrd + std::fmt::Debug>(name: &str, value: T, least: T, most: T) -> Result<(), String> {
    match value >= least && value <= most {
        true => Ok(()),
        false => Err(format!("{name}: {value:?} is not from {least:?} to {most:?}")),
    }
}

/// The HTTP interface.
#[derive(Config, Clone, Debug)]
pub struct Http {
    /// The address and the port that the server listens on. Port 0 takes a free one.
    #[config(env = "CHAT_HTTP_LISTEN", default = "127.0.0.1:8065")]
    pub listen: SocketAddr,
    /// The text on the front page.
    #[config(env = "CHAT_HTTP_GREETING", default = "Welcome!")]
    pub greeting: String,
    /// The largest body of a request.
    #[config(env = "CHAT_HTTP_MAX_BODY", default = "1MiB")]
    pub max_body: ByteSize,
    /// The time that a request may take.
    #[config(env = "CHAT_HTTP_REQUEST_TIMEOUT", default = "30s", deserialize_with = humantime_serde::deserialize)]
    pub request_timeout: Duration,
    /// The time that an idle connection stays open.
    #[config(env = "CHAT_HTTP_KEEP_ALIVE", default = "90s", deserialize_with = humantime_serde::deserialize)]
    pub keep_alive: Duration,
    /// The largest number of connections.
    #[config(env = "CHAT_HTTP_MAX_CONNECTIONS", default = 1024)]
    pub max_connections: NonZeroU32,
    /// The sites whose pages may call the server.
    #[config(env = "CHAT_HTTP_CORS_ORIGINS", parse_env = list_by_comma, default = [])]
    pub cors_origins: Vec<Url>,
    /// The proxies whose `X-Forwarded-For` is believed.
    #[config(env = "CHAT_HTTP_TRUSTED_PROXIES", parse_env = list_by_comma, default = ["127.0.0.1", "::1"])]
    pub trusted_proxies: Vec<IpAddr>,
    /// Whether answers are compressed.
    #[config(env = "CHAT_HTTP_COMPRESSION", default = true)]
    pub compression: bool,
    /// Headers to add to each answer.
    #[config(default = { "X-Content-Type-Options": "nosniff" })]
    pub headers: BTreeMap<String, String>,
}

impl Http {
    fn check(&self) -> Result<(), String> {
        within("http.max_body", self.max_body, ByteSize::kib(1), ByteSize::gib(1))?;
        within("http.request_timeout", self.request_timeout, Duration::from_secs(1), Duration::from_secs(600))
    }
}

/// TLS on the server's own port.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// The file with the certificate and those of its authorities, in PEM.
    pub certificate: PathBuf,
    /// The file with the private key, in PEM.
    pub key: PathBuf,
    /// The oldest accepted version of TLS.
    pub minimum_version: TlsVersion,
    /// The file with the authorities that sign the certificates of clients. Without it, clients need none.
    pub client_ca: Option<PathBuf>,
}

impl Tls {
    fn check(&self) -> Result<(), String> {
        match self.certificate.as_os_str().is_empty() == self.key.as_os_str().is_empty() {
            true => Ok(()),
            false => Err("the certificate and its key belong together: set both, or none".to_owned()),
        }
    }
}

/// A version of TLS.
#[derive(Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsVersion {
    /// TLS 1.2, for clients of 2008 and later.
    #[default]
    #[serde(rename = "1.2")]
    V12,
    /// TLS 1.3, for clients of 2018 and later.
    #[serde(rename = "1.3")]
    V13,
}

/// The database.
#[derive(Config, Clone, Debug)]
pub struct Database {
    /// The address of the database, without its password.
    #[config(env = "CHAT_DATABASE_URL", default = "postgres://chat@localhost/chat")]
    pub url: Url,
    /// The password for the database.
    #[config(env = "CHAT_DATABASE_PASSWORD", default = "")]
    pub password: SecretString,
    /// The largest number of connections.
    #[config(env = "CHAT_DATABASE_MAX_CONNECTIONS", default = 16)]
    pub max_connections: NonZeroU16,
    /// The number of connections that stay open.
    #[config(env = "CHAT_DATABASE_MIN_CONNECTIONS", default = 2)]
    pub min_connections: u16,
    /// The time to wait for a connection.
    #[config(env = "CHAT_DATABASE_CONNECT_TIMEOUT", default = "2500ms", deserialize_with = humantime_serde::deserialize)]
    pub connect_timeout: Duration,
    /// The time that an unused connection stays open.
    #[config(env = "CHAT_DATABASE_IDLE_TIMEOUT", default = "90m", deserialize_with = humantime_serde::deserialize)]
    pub idle_timeout: Duration,
    /// The time that a statement may take. Without it, statements may take any time.
    #[config(env = "CHAT_DATABASE_STATEMENT_TIMEOUT", deserialize_with = humantime_serde::deserialize)]
    pub statement_timeout: Option<Duration>,
    /// Whether the server only reads, as it does during a migration.
    #[config(env = "CHAT_DATABASE_READ_ONLY", default = false)]
    pub read_only: bool,
    /// Copies of the database that the server reads from.
    #[config(default = [])]
    pub replicas: Vec<Replica>,
}

impl Database {
    fn check(&self) -> Result<(), String> {
        if self.min_connections > self.max_connections.get() {
            return Err("fewer connections are allowed than are kept open".to_owned());
        }
        let (least, most) = (Duration::from_millis(100), Duration::from_secs(60));
        within("database.connect_timeout", self.connect_timeout, least, most)?;
        self.replicas.iter().try_for_each(|replica| within("weight", replica.weight, 0, 100))
    }
}

/// A copy of the database.
#[derive(Deserialize, Clone, Debug)]
#[serde(default, deny_unknown_fields)]
pub struct Replica {
    /// The address of the copy, without its password.
    pub url: Url,
    /// The password for the copy.
    pub password: SecretString,
    /// The part of the reads that it gets.
    pub weight: u8,
}

impl Default for Replica {
    fn default() -> Self {
        let url = Url::parse("postgres://chat@replica/chat").expect("a URL");
        Self { url, password: SecretString::default(), weight: 1 }
    }
}

/// How users log in.
#[derive(Config, Clone, Debug)]
pub struct Auth {
    /// The key that signs sessions: at least 32 random characters, kept secret.
    #[config(env = "CHAT_AUTH_SESSION_KEY")]
    pub session_key: SecretString,
    /// The time after which a user has to log in again.
    #[config(env = "CHAT_AUTH_SESSION_LENGTH", default = "30d", deserialize_with = humantime_serde::deserialize)]
    pub session_length: Duration,
    /// The least number of characters of a password.
    #[config(env = "CHAT_AUTH_PASSWORD_LENGTH", default = 12)]
    pub password_length: u8,
    /// Whether people may create an account of their own.
    #[config(env = "CHAT_AUTH_SIGN_UP", default = false)]
    pub sign_up: bool,
    /// The domains whose mail addresses may sign up. Without one, all may.
    #[config(env = "CHAT_AUTH_DOMAINS", parse_env = list_by_comma, default = [])]
    pub domains: BTreeSet<String>,
    /// Other servers by which users log in, by name.
    #[config(default = {})]
    pub providers: BTreeMap<String, Provider>,
}

impl Auth {
    fn check(&self) -> Result<(), String> {
        if self.session_key.expose_secret().is_empty() {
            return Err("auth.session_key is required".to_owned());
        }
        let days = |days: u64| Duration::from_secs(days * 24 * 3600);
        within("auth.session_length", self.session_length, days(1), days(365))?;
        within("auth.password_length", self.password_length, 8, 72)
    }
}

/// A server of OpenID Connect.
#[derive(Deserialize, Clone, Debug)]
#[serde(default, deny_unknown_fields)]
pub struct Provider {
    /// The address of the provider.
    pub issuer_url: Url,
    /// The name of this server at the provider.
    pub client_id: String,
    /// The secret that belongs to the client ID.
    pub client_secret: SecretString,
    /// The facts about a user to ask for.
    pub scopes: Vec<String>,
    /// Whether the provider knows PKCE (RFC 7636).
    pub pkce: bool,
}

impl Default for Provider {
    fn default() -> Self {
        Self {
            issuer_url: Url::parse("https://accounts.example.com").expect("a URL"),
            client_id: String::new(),
            client_secret: SecretString::default(),
            scopes: vec!["openid".to_owned(), "email".to_owned()],
            pkce: true,
        }
    }
}

/// Outgoing mail.
#[derive(Config, Clone, Debug)]
pub struct Mail {
    /// The server that takes mail.
    #[config(env = "CHAT_MAIL_HOST", default = "localhost")]
    pub host: String,
    /// The port of the server.
    #[config(env = "CHAT_MAIL_PORT", default = 587)]
    pub port: NonZeroU16,
    /// The name to log in with. Without it, mail is sent without logging in.
    #[config(env = "CHAT_MAIL_USERNAME")]
    pub username: Option<String>,
    /// The password that belongs to the name.
    #[config(env = "CHAT_MAIL_PASSWORD", default = "")]
    pub password: SecretString,
    /// The sender of all mail.
    #[config(env = "CHAT_MAIL_SENDER", default = "chat@example.com")]
    pub sender: String,
    /// How the connection is encrypted.
    #[config(env = "CHAT_MAIL_ENCRYPTION", default = "STARTTLS")]
    pub encryption: Encryption,
}

/// The encryption of a connection to a mail server.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// Nothing is encrypted, for a server on this machine.
    #[serde(rename = "")]
    None,
    /// The connection is encrypted from the first byte on.
    #[serde(rename = "TLS")]
    Tls,
    /// The connection is encrypted after the greeting.
    #[serde(rename = "STARTTLS")]
    StartTls,
}

/// Limits on what users send.
#[derive(Config, Clone, Debug)]
pub struct Limits {
    /// The largest message.
    #[config(env = "CHAT_LIMITS_MESSAGE_SIZE", default = "4KB")]
    pub message_size: ByteSize,
    /// The most messages that are kept; older ones are dropped.
    #[config(env = "CHAT_LIMITS_MESSAGES", default = 1000)]
    pub messages: u32,
    /// The most members of a room. Without it, rooms have any number.
    #[config(env = "CHAT_LIMITS_ROOM_SIZE")]
    pub room_size: Option<u32>,
    /// The requests in a minute that a user may make, by the user's plan.
    #[config(default = { "free": 60, "team": 600 })]
    pub requests_per_minute: BTreeMap<String, u32>,
    /// The factor by which a short burst may exceed the requests in a minute.
    #[config(env = "CHAT_LIMITS_BURST", default = 1.5)]
    pub burst: f64,
    /// The largest file.
    #[config(env = "CHAT_LIMITS_UPLOAD_SIZE", default = "25MiB")]
    pub upload_size: ByteSize,
    /// The endings of files that may be uploaded.
    #[config(env = "CHAT_LIMITS_UPLOAD_TYPES", parse_env = list_by_comma, default = ["gif", "jpg", "pdf", "png"])]
    pub upload_types: BTreeSet<String>,
}

impl Limits {
    fn check(&self) -> Result<(), String> {
        within("limits.message_size", self.message_size, ByteSize::b(1), ByteSize::b(65_536))?;
        within("limits.messages", self.messages, 1, 100_000)?;
        self.room_size.iter().try_for_each(|size| within("limits.room_size", *size, 2, 100_000))?;
        for requests in self.requests_per_minute.values() {
            within("limits.requests_per_minute", *requests, 1, 1_000_000)?;
        }
        within("limits.burst", self.burst, 1.0, 10.0)?;
        let is_ending = |text: &String| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        match self.upload_types.iter().find(|text| !is_ending(text)) {
            Some(wrong) => Err(format!("limits.upload_types: {wrong:?} is no ending")),
            None => Ok(()),
        }
    }
}

/// The log.
#[derive(Config, Clone, Debug)]
pub struct Log {
    /// The least severe messages that are written.
    #[config(env = "CHAT_LOG_LEVEL", default = "Info")]
    pub level: Level,
    /// The form of the messages.
    #[config(env = "CHAT_LOG_FORMAT", default = "Text")]
    pub format: LogFormat,
    /// The file to write to. Without it, messages go to standard error.
    #[config(env = "CHAT_LOG_FILE")]
    pub file: Option<PathBuf>,
    /// The size at which a new file begins.
    #[config(env = "CHAT_LOG_ROTATE_AT", default = "64MiB")]
    pub rotate_at: ByteSize,
    /// The number of old files to keep.
    #[config(env = "CHAT_LOG_KEEP", default = 5)]
    pub keep: u16,
    /// The character between the columns of the text form.
    #[config(env = "CHAT_LOG_SEPARATOR", default = " ")]
    pub separator: char,
}

/// The severity of a message.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Failures that someone has to look at.
    Error,
    /// Events that may need a change.
    Warn,
    /// Starts, stops and changed settings.
    Info,
    /// Every request.
    Debug,
}

/// The form of the log.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Figures for Prometheus.
#[derive(Deserialize, Clone, Debug)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// The address and the port of the figures.
    pub listen: SocketAddr,
    /// The path of the figures.
    pub path: String,
    /// The upper bounds of the histogram of response times, in seconds.
    pub buckets: Vec<f64>,
    /// The token that a reader has to send. Without it, the figures are public.
    pub token: Option<SecretString>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 9090)),
            path: "/metrics".to_owned(),
            buckets: vec![0.01, 0.1, 1.0, 10.0],
            token: None,
        }
    }
}

impl Metrics {
    fn check(&self) -> Result<(), String> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || "/_-".contains(c);
        match self.path.starts_with('/') && self.path.chars().all(is_part) {
            true => Ok(()),
            false => Err(format!("metrics.path: {:?} is no path", self.path)),
        }
    }
}

/// The System Console.
#[derive(Config, Clone, Debug)]
pub struct AdminSettings {
    /// The password of the administrator. If empty, nobody logs in with a password.
    #[config(env = "CHAT_ADMIN_PASSWORD", default = "")]
    pub password: SecretString,

    /// The IP address of a proxy that logs people in and sends their names. If empty, there is none.
    #[config(env = "CHAT_ADMIN_PROXY", default = "")]
    pub proxy: String,

    /// The host name that browsers use, if it is not that of this machine.
    #[config(env = "CHAT_ADMIN_HOST", default = "")]
    pub host: String,
}
