//! How outgoing mail leaves the server: the settings.

use std::time::Duration;

use crate::value::Secret;
use crate::{SettingValue, Settings};

/// Outgoing mail.
#[derive(Settings, Clone, Debug, PartialEq, Eq)]
#[settings(section = "EmailSettings", page = "SMTP", console = "Environment > SMTP")]
pub struct EmailSettings {
    /// The host name or address of the SMTP server that takes outgoing mail.
    #[setting(key = "SMTPServer", title = "SMTP server", default = "localhost")]
    pub smtp_server: String,

    /// The port on which the SMTP server listens.
    ///
    /// Usual are 587 with STARTTLS, 465 with TLS, and 25 between servers.
    #[setting(key = "SMTPPort", title = "SMTP server port", default = 10025, range = 1..=65535)]
    pub smtp_port: u16,

    /// Turns logging in to the SMTP server on or off.
    ///
    /// - `true`: The SMTP username and password are presented to the server.
    /// - `false`: Mail is handed over without logging in.
    #[setting(key = "EnableSMTPAuth", title = "Enable SMTP authentication", default = false)]
    pub enable_smtp_auth: bool,

    /// The name to log in to the SMTP server with.
    #[setting(key = "SMTPUsername", title = "SMTP server username")]
    pub smtp_username: String,

    /// The password that belongs to the SMTP username.
    #[setting(key = "SMTPPassword", title = "SMTP server password")]
    pub smtp_password: Secret,

    /// How the connection to the SMTP server is protected.
    ///
    /// - `Not specified`: Mail travels unencrypted. Logging in is refused, except to a server on the same machine.
    /// - `TLS`: The connection is encrypted from its first byte on.
    /// - `STARTTLS`: The connection starts in clear and is encrypted before anything else is said. A server that
    ///   can't do this is refused.
    #[setting(key = "ConnectionSecurity", title = "SMTP connection security", default = ConnectionSecurity::None)]
    pub connection_security: ConnectionSecurity,

    /// Whether the SMTP server's certificate is taken unseen.
    ///
    /// - `true`: Any certificate is accepted, so that anybody on the way can pose as the server.
    /// - `false`: The certificate must be valid, name the server, and lead to a trusted authority.
    #[setting(
        key = "SkipServerCertificateVerification",
        title = "Skip server certificate verification",
        default = false
    )]
    pub skip_server_certificate_verification: bool,

    /// Turns mails about security fixes on or off.
    ///
    /// - `true`: Administrators get a mail when a fix that concerns their version is announced.
    /// - `false`: Nothing is looked for and nobody is told.
    #[setting(
        key = "EnableSecurityFixAlert",
        title = "Enable security alerts",
        default = true,
        alias = "ServiceSettings.EnableSecurityFixAlert"
    )]
    pub enable_security_fix_alert: bool,

    /// How long the SMTP server may take for each step of a delivery, from the name lookup to its last answer.
    #[setting(
        key = "SMTPServerTimeout",
        title = "SMTP server timeout",
        unit = "seconds",
        default = 10,
        range = 1..=3600
    )]
    pub smtp_server_timeout: Duration,
}

/// How the connection to the SMTP server is protected.
#[derive(SettingValue, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionSecurity {
    /// Mail travels unencrypted.
    #[value(text = "", label = "Not specified")]
    None,
    /// The connection is encrypted from its first byte on.
    #[value(text = "TLS")]
    Tls,
    /// The connection starts in clear and is encrypted before anything else is said.
    #[value(text = "STARTTLS")]
    StartTls,
}
