//! The settings, the only place where they are described.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::num::{NonZeroU16, NonZeroU32};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use settings_core::value::ByteSize;
use settings_core::{Secret, SettingValue, Settings};

/// Settings of the chat server.
#[derive(Settings, Clone, Debug)]
#[settings(env_prefix = "CHAT")]
pub struct ChatSettings {
    /// The name of the server, as users see it.
    #[setting(default = "Chat", min_len = 1, max_len = 64)]
    pub name: Arc<str>,
    /// The address by which users reach the server.
    #[setting(key = "PublicURL", title = "Public URL", format = "url", default = "http://localhost:8065")]
    pub public_url: String,

    /// The HTTP interface.
    pub http: Http,
    /// TLS on the server's own port.
    pub tls: Option<Tls>,
    /// The database.
    pub database: Database,
    /// How users log in.
    pub auth: Auth,
    /// Outgoing mail.
    pub mail: Mail,
    /// Limits on what users send.
    pub limits: Limits,
    /// The log.
    pub log: Log,
    /// Figures for Prometheus.
    pub metrics: Option<Metrics>,
    /// The System Console.
    pub admin: AdminSettings,
}

/// The HTTP interface.
#[derive(Settings, Clone, Debug)]
#[settings(section = "HTTP", page = "HTTP")]
pub struct Http {
    /// The address and the port that the server listens on. Port 0 takes a free one.
    #[setting(default = "127.0.0.1:8065", restart, flag)]
    pub listen: SocketAddr,
    /// The text on the front page.
    #[setting(default = "Welcome!")]
    pub greeting: String,
    /// The largest body of a request.
    #[setting(default = "1MiB", range = 1024..=1_073_741_824)]
    pub max_body: ByteSize,
    /// The time that a request may take.
    #[setting(unit = "seconds", default = 30, range = 1..=600)]
    pub request_timeout: Duration,
    /// The time that an idle connection stays open.
    #[setting(unit = "seconds", default = 90)]
    pub keep_alive: Duration,
    /// The largest number of connections.
    #[setting(default = 1024, restart)]
    pub max_connections: NonZeroU32,
    /// The sites whose pages may call the server.
    #[setting(key = "CORSOrigins", title = "CORS origins", format = "url")]
    pub cors_origins: Vec<String>,
    /// The proxies whose `X-Forwarded-For` is believed.
    #[setting(default = ["127.0.0.1", "::1"])]
    pub trusted_proxies: Vec<IpAddr>,
    /// Whether answers are compressed.
    #[setting(default = true)]
    pub compression: bool,
    /// Headers to add to each answer.
    #[setting(default = {"X-Content-Type-Options": "nosniff"})]
    pub headers: BTreeMap<String, String>,
}

/// TLS on the server's own port.
#[derive(Settings, Clone, Debug)]
#[settings(
    section = "TLS",
    page = "HTTP",
    rule(
        check = |tls| tls.certificate.as_os_str().is_empty() == tls.key.as_os_str().is_empty(),
        message = "the certificate and its key belong together",
        help = "set both, or none",
        fields("Certificate", "Key")
    )
)]
pub struct Tls {
    /// The file with the certificate and those of its authorities, in PEM.
    #[setting(restart)]
    pub certificate: PathBuf,
    /// The file with the private key, in PEM.
    #[setting(restart)]
    pub key: PathBuf,
    /// The oldest accepted version of TLS.
    #[setting(key = "MinimumVersion", default = TlsVersion::V12)]
    pub minimum_version: TlsVersion,
    /// The file with the authorities that sign the certificates of clients. Without it, clients need none.
    #[setting(key = "ClientCA", title = "Client CA")]
    pub client_ca: Option<PathBuf>,
}

/// A version of TLS.
#[derive(SettingValue, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsVersion {
    /// TLS 1.2, for clients of 2008 and later.
    #[value(text = "1.2")]
    V12,
    /// TLS 1.3, for clients of 2018 and later.
    #[value(text = "1.3")]
    V13,
}

/// The database.
#[derive(Settings, Clone, Debug)]
#[settings(
    section = "Database",
    page = "Database",
    rule(
        check = |it| u32::from(it.min_connections) <= u32::from(it.max_connections.get()),
        message = "fewer connections are allowed than are kept open",
        fields("MinConnections", "MaxConnections")
    )
)]
pub struct Database {
    /// The address of the database, without its password.
    #[setting(
        key = "URL",
        title = "Database URL",
        format = "url",
        default = "postgres://chat@localhost/chat"
    )]
    pub url: String,
    /// The password for the database.
    #[setting]
    pub password: Secret,
    /// The largest number of connections.
    #[setting(default = 16)]
    pub max_connections: NonZeroU16,
    /// The number of connections that stay open.
    #[setting(default = 2)]
    pub min_connections: u16,
    /// The time to wait for a connection.
    #[setting(unit = "milliseconds", default = 2500, range = 100..=60_000)]
    pub connect_timeout: Duration,
    /// The time that an unused connection stays open.
    #[setting(unit = "minutes", default = 90)]
    pub idle_timeout: Duration,
    /// The time that a statement may take. Without it, statements may take any time.
    #[setting(unit = "seconds")]
    pub statement_timeout: Option<Duration>,
    /// Whether the server only reads, as it does during a migration.
    #[setting(default = false)]
    pub read_only: bool,
    /// Copies of the database that the server reads from.
    pub replicas: Vec<Replica>,
}

/// A copy of the database.
#[derive(Settings, Clone, Debug)]
pub struct Replica {
    /// The address of the copy, without its password.
    #[setting(key = "URL", title = "URL", format = "url", default = "postgres://chat@replica/chat")]
    pub url: String,
    /// The password for the copy.
    #[setting]
    pub password: Secret,
    /// The part of the reads that it gets.
    #[setting(default = 1, range = 0..=100)]
    pub weight: u8,
}

/// How users log in.
#[derive(Settings, Clone, Debug)]
#[settings(section = "Auth", page = "Authentication")]
pub struct Auth {
    /// The key that signs sessions: at least 32 random characters, kept secret.
    #[setting(required, restart)]
    pub session_key: Secret,
    /// The time after which a user has to log in again.
    #[setting(unit = "days", default = 30, range = 1..=365)]
    pub session_length: Duration,
    /// The least number of characters of a password.
    #[setting(default = 12, range = 8..=72)]
    pub password_length: u8,
    /// Whether people may create an account of their own.
    #[setting(default = false)]
    pub sign_up: bool,
    /// The domains whose mail addresses may sign up. Without one, all may.
    #[setting]
    pub domains: BTreeSet<String>,
    /// Other servers by which users log in, by name.
    pub providers: BTreeMap<String, Provider>,
}

/// A server of OpenID Connect.
#[derive(Settings, Clone, Debug)]
pub struct Provider {
    /// The address of the provider.
    #[setting(
        key = "IssuerURL",
        title = "Issuer URL",
        format = "url",
        default = "https://accounts.example.com"
    )]
    pub issuer_url: String,
    /// The name of this server at the provider.
    #[setting(key = "ClientID", title = "Client ID")]
    pub client_id: String,
    /// The secret that belongs to the client ID.
    #[setting]
    pub client_secret: Secret,
    /// The facts about a user to ask for.
    #[setting(default = ["openid", "email"])]
    pub scopes: Vec<String>,
    /// Whether the provider knows PKCE (RFC 7636).
    #[setting(key = "PKCE", title = "PKCE", default = true)]
    pub pkce: bool,
}

/// Outgoing mail.
#[derive(Settings, Clone, Debug)]
#[settings(section = "Mail", page = "Mail")]
pub struct Mail {
    /// The server that takes mail.
    #[setting(default = "localhost", format = "host")]
    pub host: String,
    /// The port of the server.
    #[setting(default = 587)]
    pub port: NonZeroU16,
    /// The name to log in with. Without it, mail is sent without logging in.
    #[setting]
    pub username: Option<String>,
    /// The password that belongs to the name.
    #[setting]
    pub password: Secret,
    /// The sender of all mail.
    #[setting(format = "email", default = "chat@example.com")]
    pub sender: String,
    /// How the connection is encrypted.
    #[setting(default = Encryption::StartTls)]
    pub encryption: Encryption,
}

/// The encryption of a connection to a mail server.
#[derive(SettingValue, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// Nothing is encrypted, for a server on this machine.
    #[value(text = "", label = "None")]
    None,
    /// The connection is encrypted from the first byte on.
    #[value(text = "TLS")]
    Tls,
    /// The connection is encrypted after the greeting.
    #[value(text = "STARTTLS")]
    StartTls,
}

/// Limits on what users send.
#[derive(Settings, Clone, Debug)]
#[settings(section = "Limits", page = "Limits")]
pub struct Limits {
    /// The largest message.
    #[setting(default = "4KB", range = 1..=65_536)]
    pub message_size: ByteSize,
    /// The most messages that are kept; older ones are dropped.
    #[setting(default = 1000, range = 1..=100_000)]
    pub messages: u32,
    /// The most members of a room. Without it, rooms have any number.
    #[setting(range = 2..=100_000)]
    pub room_size: Option<u32>,
    /// The requests in a minute that a user may make, by the user's plan.
    #[setting(default = {"free": 60, "team": 600}, range = 1..=1_000_000)]
    pub requests_per_minute: BTreeMap<String, u32>,
    /// The factor by which a short burst may exceed the requests in a minute.
    #[setting(default = 1.5, range = 1.0..=10.0)]
    pub burst: f64,
    /// The largest file.
    #[setting(default = "25MiB")]
    pub upload_size: ByteSize,
    /// The endings of files that may be uploaded.
    #[setting(default = ["gif", "jpg", "pdf", "png"], pattern = "[a-z0-9]+")]
    pub upload_types: BTreeSet<String>,
}

/// The log.
#[derive(Settings, Clone, Debug)]
#[settings(section = "Log", page = "Log")]
pub struct Log {
    /// The least severe messages that are written.
    #[setting(default = Level::Info)]
    pub level: Level,
    /// The form of the messages.
    #[setting(default = LogFormat::Text)]
    pub format: LogFormat,
    /// The file to write to. Without it, messages go to standard error.
    #[setting]
    pub file: Option<PathBuf>,
    /// The size at which a new file begins.
    #[setting(default = "64MiB")]
    pub rotate_at: ByteSize,
    /// The number of old files to keep.
    #[setting(default = 5)]
    pub keep: u16,
    /// The character between the columns of the text form.
    #[setting(default = ' ')]
    pub separator: char,
}

/// The severity of a message.
#[derive(SettingValue, Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(SettingValue, Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Figures for Prometheus.
#[derive(Settings, Clone, Debug)]
#[settings(section = "Metrics", page = "Metrics")]
pub struct Metrics {
    /// The address and the port of the figures.
    #[setting(default = "127.0.0.1:9090", restart)]
    pub listen: SocketAddr,
    /// The path of the figures.
    #[setting(default = "/metrics", pattern = "/[A-Za-z0-9/_-]*")]
    pub path: String,
    /// The upper bounds of the histogram of response times, in seconds.
    #[setting(default = [0.01, 0.1, 1.0, 10.0])]
    pub buckets: Vec<f64>,
    /// The token that a reader has to send. Without it, the figures are public.
    #[setting]
    pub token: Option<Secret>,
}

/// The System Console.
#[derive(Settings, Clone, Debug)]
#[settings(section = "Admin", page = "Admin")]
pub struct AdminSettings {
    /// The password of the administrator. If empty, nobody logs in with a password.
    #[setting(key = "Password", restart)]
    pub password: Secret,

    /// The IP address of a proxy that logs people in and sends their names. If empty, there is none.
    #[setting(key = "Proxy", restart)]
    pub proxy: String,

    /// The host name that browsers use, if it is not that of this machine.
    #[setting(key = "Host", restart)]
    pub host: String,
}
