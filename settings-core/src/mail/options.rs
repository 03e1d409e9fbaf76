//! Options that a program sets for a mailer in addition to the settings.

use std::path::PathBuf;
use std::time::Duration;

use super::settings::TlsVersion;
use super::token::TokenSource;
use crate::schema::Names;
use crate::value::Secret;

/// Options that a program sets for a mailer, in addition to the settings or instead of them.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct MailerOptions {
    /// A PEM file with certificate authorities to trust in addition to those of the system and the settings.
    pub extra_ca_file: Option<PathBuf>,
    /// PEM text with certificate authorities to trust in addition to those of the system and the settings.
    pub extra_ca_pem: Option<String>,
    /// The name to send with EHLO, instead of `EmailSettings.EHLOName`.
    pub ehlo_name: Option<String>,
    /// An OAuth 2.0 access token to log in with instead of the password (XOAUTH2, OAUTHBEARER).
    pub access_token: Option<Secret>,
    /// A source of OAuth 2.0 access tokens to log in with instead of the password (XOAUTH2, OAUTHBEARER).
    pub token_source: Option<TokenSource>,
    /// Allows CRAM-MD5 as a last resort even if `EmailSettings.AllowCRAMMD5` is false.
    pub allow_cram_md5: bool,
    /// The oldest TLS version to use, instead of `EmailSettings.SMTPMinimumTLSVersion`.
    pub oldest_tls: Option<TlsVersion>,
    /// The maximum number of connections, instead of `EmailSettings.SMTPConnections`.
    pub connections: Option<usize>,
    /// The time limit for the reply to a complete message, instead of five minutes or six times
    /// `EmailSettings.SMTPServerTimeout`, whichever is longer.
    pub final_reply_timeout: Option<Duration>,
    /// The limits for reusing connections, instead of `EmailSettings.SMTPIdleTimeout`.
    pub pool: Option<PoolConfig>,
    /// The names of the settings in the program, for errors and hints.
    pub names: Names,
}

/// The limits for reusing a connection for further mails.
///
/// ```
/// use settings_core::mail::PoolConfig;
///
/// let config = PoolConfig::default().max_mails(10);
/// assert_eq!(config.max_mails, 10);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolConfig {
    /// The maximum time without a mail. Some servers close idle connections after ten seconds.
    pub max_idle: Duration,
    /// The maximum time since the connection was opened.
    pub max_age: Duration,
    /// The maximum number of mails per connection.
    pub max_mails: u32,
}

impl PoolConfig {
    /// Opens a new connection for each mail.
    pub const DISABLED: Self = Self { max_idle: Duration::ZERO, max_age: Duration::ZERO, max_mails: 1 };

    /// Sets the maximum time without a mail.
    #[must_use]
    pub const fn max_idle(mut self, max_idle: Duration) -> Self {
        self.max_idle = max_idle;
        self
    }

    /// Sets the maximum time since the connection was opened.
    #[must_use]
    pub const fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age;
        self
    }

    /// Sets the maximum number of mails per connection.
    #[must_use]
    pub const fn max_mails(mut self, max_mails: u32) -> Self {
        self.max_mails = max_mails;
        self
    }

    /// Keeps idle connections for this long; zero disables the pool.
    pub(crate) fn from_idle_timeout(idle: Duration) -> Self {
        if idle.is_zero() { Self::DISABLED } else { Self::default().max_idle(idle) }
    }
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self { max_idle: Duration::from_secs(8), max_age: Duration::from_secs(5 * 60), max_mails: 100 }
    }
}

impl MailerOptions {
    /// Trusts the certificate authorities in this PEM file in addition to the system's.
    #[must_use]
    pub fn extra_ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.extra_ca_file = Some(path.into());
        self
    }

    /// Trusts the certificate authorities in this PEM text in addition to the system's.
    #[must_use]
    pub fn extra_ca_pem(mut self, pem: impl Into<String>) -> Self {
        self.extra_ca_pem = Some(pem.into());
        self
    }

    /// Sets the name to send with EHLO.
    #[must_use]
    pub fn ehlo_name(mut self, name: impl Into<String>) -> Self {
        self.ehlo_name = Some(name.into());
        self
    }

    /// Logs in with this OAuth 2.0 access token instead of the password.
    #[must_use]
    pub fn access_token(mut self, token: Secret) -> Self {
        self.access_token = Some(token);
        self
    }

    /// Logs in with OAuth 2.0 access tokens from this source instead of the password.
    #[must_use]
    pub fn token_source(mut self, source: TokenSource) -> Self {
        self.token_source = Some(source);
        self
    }

    /// Sets the time limit for the reply to a complete message.
    ///
    /// A server may take minutes to store or scan a message (RFC 5321, 4.5.3.2.6). A mail whose reply comes later may have
    /// been delivered, and is then delivered a second time when it is sent again.
    #[must_use]
    pub fn final_reply_timeout(mut self, timeout: Duration) -> Self {
        self.final_reply_timeout = Some(timeout);
        self
    }

    /// Allows CRAM-MD5 where the server offers nothing better.
    ///
    /// CRAM-MD5 does not send the password, but it requires the server to store it in clear text, and MD5 is no longer
    /// considered secure.
    #[must_use]
    pub fn allow_cram_md5(mut self) -> Self {
        self.allow_cram_md5 = true;
        self
    }

    /// Sets the oldest TLS version to use.
    #[must_use]
    pub fn oldest_tls(mut self, version: TlsVersion) -> Self {
        self.oldest_tls = Some(version);
        self
    }

    /// Sets the maximum number of connections.
    #[must_use]
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = Some(connections);
        self
    }

    /// Sets the names of the settings in the program, for errors and hints.
    ///
    /// Required only if the program nests [`EmailSettings`](super::EmailSettings) in another section, or gives the section
    /// another key.
    ///
    /// ```
    /// use settings_core::Settings;
    /// use settings_core::mail::MailerOptions;
    /// use settings_core::reference::ServerSettings;
    /// use settings_core::schema::Names;
    ///
    /// let options = MailerOptions::default().names(Names::of(ServerSettings::SCHEMA));
    /// ```
    #[must_use]
    pub fn names(mut self, names: Names) -> Self {
        self.names = names;
        self
    }

    /// Sets the limits for reusing connections. [`Mailer::close`](super::Mailer::close) closes idle ones.
    #[must_use]
    pub fn pool(mut self, pool: PoolConfig) -> Self {
        self.pool = Some(pool);
        self
    }
}
