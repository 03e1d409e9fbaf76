//! The settings that outgoing mail obeys.

use std::time::Duration;

use crate::value::Secret;

/// Outgoing mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailSettings {
    /// Name or address of the SMTP server. An IPv6 address may stand in brackets.
    pub smtp_server: String,
    /// TCP port of the SMTP server.
    pub smtp_port: u16,
    /// Whether to log in with the username and the password.
    pub enable_smtp_auth: bool,
    /// The name to log in with.
    pub smtp_username: String,
    /// The password that belongs to the username.
    pub smtp_password: Secret,
    /// How the connection is encrypted.
    pub connection_security: ConnectionSecurity,
    /// Whether any certificate of the server is taken without a check.
    pub skip_server_certificate_verification: bool,
    /// Whether administrators are mailed about security fixes.
    pub enable_security_fix_alert: bool,
    /// How long each step of a delivery may take, counted from the step's start.
    pub smtp_server_timeout: Duration,
}

impl Default for EmailSettings {
    fn default() -> Self {
        Self {
            smtp_server: "localhost".into(),
            smtp_port: 10025,
            enable_smtp_auth: false,
            smtp_username: String::new(),
            smtp_password: Secret::default(),
            connection_security: ConnectionSecurity::None,
            skip_server_certificate_verification: false,
            enable_security_fix_alert: true,
            smtp_server_timeout: Duration::from_secs(10),
        }
    }
}

/// How a connection to a mail server is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ConnectionSecurity {
    /// Not encrypted.
    #[default]
    None,
    /// TLS from the first byte.
    Tls,
    /// In clear until both sides agree on TLS; without TLS nothing is sent.
    StartTls,
}

impl ConnectionSecurity {
    /// The value as it is written in a configuration: `""`, `"TLS"` or `"STARTTLS"`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Tls => "TLS",
            Self::StartTls => "STARTTLS",
        }
    }
}
