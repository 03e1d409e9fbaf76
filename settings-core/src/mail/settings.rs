//! How outgoing mail leaves the server: the settings.

use std::net::IpAddr;
use std::time::Duration;

use crate::value::Secret;
use crate::{SettingValue, Settings};

/// Outgoing mail.
#[derive(Settings, Clone, Debug, PartialEq, Eq)]
#[settings(
    section = "EmailSettings",
    page = "SMTP",
    console = "Environment > SMTP",
    rule(
        check = |mail| !mail.enable_smtp_auth || !mail.smtp_username.is_empty(),
        message = "logging in is turned on, but there is no username to log in with",
        help = "set `SMTPUsername`, or turn `EnableSMTPAuth` off",
        fields("EnableSMTPAuth", "SMTPUsername"),
        severity = "warning"
    ),
    rule(
        check = |mail| !mail.enable_smtp_auth || mail.is_encrypted() || mail.is_on_this_machine(),
        message = "the password would travel unencrypted to another machine, so logging in will be refused",
        help = "set `ConnectionSecurity` to `STARTTLS` or `TLS`",
        fields("EnableSMTPAuth", "ConnectionSecurity", "SMTPServer"),
        severity = "warning"
    ),
    rule(
        check = |mail| mail.enable_smtp_auth || mail.smtp_username.is_empty() && mail.smtp_password.is_empty(),
        message = "a username or password is set, but logging in is turned off",
        help = "set `EnableSMTPAuth` to `true`, or remove the credentials",
        fields("EnableSMTPAuth", "SMTPUsername", "SMTPPassword"),
        severity = "warning"
    ),
    rule(
        check = |mail| mail.smtp_port != 465 || mail.connection_security != ConnectionSecurity::StartTls,
        message = "port 465 is for connections that are encrypted from the start, and STARTTLS begins in clear",
        help = "set `ConnectionSecurity` to `TLS`, or `SMTPPort` to 587",
        fields("SMTPPort", "ConnectionSecurity"),
        severity = "warning"
    ),
    rule(
        check = |mail| mail.smtp_port != 587 || mail.connection_security != ConnectionSecurity::Tls,
        message = "port 587 is for connections that begin in clear, and TLS encrypts from the start",
        help = "set `ConnectionSecurity` to `STARTTLS`, or `SMTPPort` to 465",
        fields("SMTPPort", "ConnectionSecurity"),
        severity = "warning"
    ),
    rule(
        check = |mail| !mail.is_encrypted() || !mail.skip_server_certificate_verification,
        message = "the connection is encrypted, but anybody on the way can pose as the server",
        help = "set `SkipServerCertificateVerification` to `false`, and trust the server's authority instead",
        fields("SkipServerCertificateVerification", "ConnectionSecurity"),
        severity = "warning"
    )
)]
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

impl EmailSettings {
    /// Whether the connection is encrypted before mail or a password goes over it.
    pub fn is_encrypted(&self) -> bool {
        self.connection_security != ConnectionSecurity::None
    }

    /// Whether the server's name or address is, without asking anybody, this machine's own.
    pub fn is_on_this_machine(&self) -> bool {
        let host = self.smtp_server.trim_start_matches('[').trim_end_matches(']');
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        name == "localhost"
            || name.ends_with(".localhost")
            || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
    }
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
