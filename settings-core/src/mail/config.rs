//! The configuration of a mailer, independent of where it comes from.

use std::error::Error;
use std::fmt;
use std::path::Path as FilePath;
use std::time::Duration;

use super::address::Mailbox;
use super::settings::{AuthMechanism, ConnectionSecurity, EmailSettings, TlsVersion, server_advice};
use crate::schema::{Key, Names};
use crate::value::Secret;

/// The configuration of a [`Mailer`](super::Mailer).
///
/// [`EmailSettings`] is one way to get it: a mailer accepts a reference to them. A server with other settings creates it from
/// its own: a URL and a password, for example, or single values.
///
/// ```
/// use settings_core::mail::{Mailer, MailConfig, MailerOptions};
/// use settings_core::value::Secret;
///
/// let config = MailConfig::from_url("smtps://chat@mail.example.com", Secret::new("correct horse"))?
///     .sender("Chat <chat@example.com>".parse()?)
///     .called("Mail.URL", "Mail.Password", "Mail.Sender");
/// let mailer = Mailer::new(config, MailerOptions::default())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailConfig {
    pub(crate) settings: EmailSettings,
    pub(crate) called: Option<Called>,
}

/// The names of the settings that a configuration was created from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Called {
    server: String,
    password: String,
    sender: String,
}

/// The reason why a text is not the URL of a mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailUrlError {
    reason: String,
}

impl MailConfig {
    /// Creates a configuration for a server, with STARTTLS on port 587 and without a login.
    pub fn new(server: impl Into<String>) -> Self {
        let settings = EmailSettings {
            smtp_server: server.into(),
            smtp_port: 587,
            connection_security: ConnectionSecurity::StartTls,
            ..EmailSettings::default()
        };
        Self { settings, called: None }
    }

    /// Creates a configuration from a URL such as `smtps://user@mail.example.com:465`.
    ///
    /// The scheme is `smtps` for TLS from the first byte (port 465), `smtp` for STARTTLS (port 587), or `smtp+plain` for a
    /// server without encryption (port 25). A username turns logging in on; an `@` in it is written as `%40`. The password is
    /// not part of the URL, which may appear in logs.
    ///
    /// # Errors
    /// If the text is not such a URL.
    pub fn from_url(url: &str, password: Secret) -> Result<Self, MailUrlError> {
        let fail = |reason: &str| Err(MailUrlError { reason: reason.to_owned() });
        let Some((scheme, rest)) = url.trim().split_once("://") else {
            return fail("it has no scheme: expected smtps://, smtp:// or smtp+plain://");
        };
        let (security, port) = match scheme.to_ascii_lowercase().as_str() {
            "smtps" => (ConnectionSecurity::Tls, 465),
            "smtp" => (ConnectionSecurity::StartTls, 587),
            "smtp+plain" => (ConnectionSecurity::None, 25),
            _ => return fail("its scheme is unknown: expected smtps://, smtp:// or smtp+plain://"),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '?', '#']) {
            return fail("it has a path or query, which mean nothing for a mail server");
        }
        let (user, address) = match authority.rsplit_once('@') {
            Some((user, address)) => (Some(user), address),
            None => (None, authority),
        };
        if user.is_some_and(|user| user.contains(':')) {
            return fail("it contains a password, which has to be given separately");
        }
        let (host, port) = match server_advice(address) {
            None => (address, port),
            Some(advice) if !advice.host.is_empty() => match advice.port {
                Some(port) if port > 0 => (advice.host, port),
                _ => return fail("its port is not a number from 1 to 65535"),
            },
            Some(_) => return fail("it has no host name"),
        };
        let mut config = Self::new(host).port(port).security(security);
        if let Some(user) = user {
            let Some(user) = percent_decoded(user).filter(|user| !user.is_empty()) else {
                return fail("its username is empty or not percent-encoded text");
            };
            config = config.login(user, password);
        }
        Ok(config)
    }

    /// Sets the port.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.settings.smtp_port = port;
        self
    }

    /// Sets the encryption of the connection.
    #[must_use]
    pub fn security(mut self, security: ConnectionSecurity) -> Self {
        self.settings.connection_security = security;
        self
    }

    /// Turns logging in on.
    #[must_use]
    pub fn login(mut self, username: impl Into<String>, password: Secret) -> Self {
        self.settings.enable_smtp_auth = true;
        self.settings.smtp_username = username.into();
        self.settings.smtp_password = password;
        self
    }

    /// Sets the mechanism for logging in.
    #[must_use]
    pub fn auth_mechanism(mut self, mechanism: AuthMechanism) -> Self {
        self.settings.smtp_auth_mechanism = mechanism;
        self
    }

    /// Sets the sender of [`Mailer::message`](super::Mailer::message).
    #[must_use]
    pub fn sender(mut self, sender: Mailbox) -> Self {
        sender.name().unwrap_or_default().clone_into(&mut self.settings.feedback_name);
        sender.address().as_str().clone_into(&mut self.settings.feedback_email);
        self
    }

    /// Sets the name to send with EHLO.
    #[must_use]
    pub fn ehlo_name(mut self, name: impl Into<String>) -> Self {
        self.settings.ehlo_name = name.into();
        self
    }

    /// Sets the time limit for each step of a delivery.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.smtp_server_timeout = timeout;
        self
    }

    /// Trusts the certificate authorities in this PEM file in addition to the system's.
    #[must_use]
    pub fn ca_file(mut self, file: &FilePath) -> Self {
        self.settings.smtp_ca_file = file.to_string_lossy().into_owned();
        self
    }

    /// Trusts only the certificate with this SHA-256, in hexadecimal digits.
    #[must_use]
    pub fn certificate_fingerprint(mut self, sha256: impl Into<String>) -> Self {
        self.settings.smtp_certificate_fingerprint = sha256.into();
        self
    }

    /// Sets the oldest TLS version to use.
    #[must_use]
    pub fn oldest_tls(mut self, version: TlsVersion) -> Self {
        self.settings.smtp_minimum_tls_version = version;
        self
    }

    /// Sets the maximum number of connections.
    #[must_use]
    pub fn connections(mut self, connections: u16) -> Self {
        self.settings.smtp_connections = connections;
        self
    }

    /// Sets the names of the settings that the server, the password and the sender come from, for errors and hints.
    #[must_use]
    pub fn called(
        mut self,
        server: impl Into<String>,
        password: impl Into<String>,
        sender: impl Into<String>,
    ) -> Self {
        let (server, password, sender) = (server.into(), password.into(), sender.into());
        self.called = Some(Called { server, password, sender });
        self
    }
}

impl From<EmailSettings> for MailConfig {
    fn from(settings: EmailSettings) -> Self {
        Self { settings, called: None }
    }
}

impl From<&EmailSettings> for MailConfig {
    fn from(settings: &EmailSettings) -> Self {
        settings.clone().into()
    }
}

impl From<&MailConfig> for MailConfig {
    fn from(config: &MailConfig) -> Self {
        config.clone()
    }
}

/// The names of settings in errors and hints.
#[derive(Clone, Debug, Default)]
pub(crate) struct SettingNames {
    names: Names,
    called: Option<Called>,
}

impl SettingNames {
    pub(crate) fn new(names: Names, called: Option<Called>) -> Self {
        Self { names, called }
    }

    pub(crate) fn called(&self) -> Option<&Called> {
        self.called.as_ref()
    }

    /// Returns the name of a setting: its path in the program, or the part of the setting that it came from.
    pub(crate) fn name(&self, key: Key) -> String {
        let Some(called) = &self.called else { return self.names.path(key).to_string() };
        let part = |setting: &str, part: &str| format!("{setting} ({part})");
        if key == EmailSettings::SMTP_PASSWORD {
            return called.password.clone();
        }
        if key == EmailSettings::FEEDBACK_EMAIL || key == EmailSettings::FEEDBACK_NAME {
            return called.sender.clone();
        }
        for (other, name) in [
            (EmailSettings::SMTP_SERVER, "host"),
            (EmailSettings::SMTP_PORT, "port"),
            (EmailSettings::CONNECTION_SECURITY, "encryption"),
            (EmailSettings::ENABLE_SMTP_AUTH, "login"),
            (EmailSettings::SMTP_USERNAME, "username"),
        ] {
            if key == other {
                return part(&called.server, name);
            }
        }
        format!("the option \"{}\"", key.setting().title)
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte != b'%' {
            bytes.push(byte);
            rest = after;
            continue;
        }
        let (digits, after) = after.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

impl fmt::Display for MailUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the URL of the mail server cannot be used: {}", self.reason)
    }
}

impl Error for MailUrlError {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn config(url: &str) -> Result<EmailSettings, MailUrlError> {
        MailConfig::from_url(url, Secret::new("x")).map(|config| config.settings)
    }

    #[test]
    fn urls_name_server_encryption_and_user() {
        for (url, host, port, security, user) in [
            ("smtps://mail.example.com", "mail.example.com", 465, ConnectionSecurity::Tls, ""),
            ("smtp://tim@mail.example.com/", "mail.example.com", 587, ConnectionSecurity::StartTls, "tim"),
            ("SMTP://tim%40example.com@h:2525", "h", 2525, ConnectionSecurity::StartTls, "tim@example.com"),
            ("smtp+plain://[::1]:1025", "[::1]", 1025, ConnectionSecurity::None, ""),
        ] {
            let settings = config(url).unwrap();
            assert_eq!((settings.smtp_server.as_str(), settings.smtp_port), (host, port), "{url}");
            assert_eq!((settings.connection_security, settings.smtp_username.as_str()), (security, user));
            assert_eq!(settings.enable_smtp_auth, !user.is_empty());
        }
    }

    #[test]
    fn other_urls_are_refused_without_a_secret() {
        for (url, words) in [
            ("mail.example.com", "no scheme"),
            ("https://mail.example.com", "scheme is unknown"),
            ("smtps://", "no host name"),
            ("smtps://tim:s3cret@mail.example.com", "contains a password"),
            ("smtps://mail.example.com:0", "port"),
            ("smtps://mail.example.com:99999", "port"),
            ("smtps://mail.example.com/path", "path or query"),
            ("smtps://%zz@mail.example.com", "username"),
        ] {
            let error = config(url).unwrap_err().to_string();
            assert!(error.contains(words) && !error.contains("s3cret"), "{url}: {error}");
        }
    }
}
