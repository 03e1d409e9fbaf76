//! Derived structs, resolved.

use settings_core::{Secret, SettingValue, Settings};
use std::time::Duration;

/// Outgoing mail.
#[derive(Settings, Clone, Debug)]
#[settings(section = "EmailSettings", page = "SMTP", console = "Environment > SMTP")]
pub struct EmailSettings {
    /// Turns logging in to the SMTP server on or off.
    ///
    /// - `true`: the SMTP username and password are presented to the server.
    /// - `false`: mail is handed over without logging in.
    #[setting(key = "EnableSMTPAuth", title = "Enable SMTP authentication", default = false)]
    pub enable_smtp_auth: bool,

    /// The password that belongs to the SMTP username.
    #[setting(key = "SMTPPassword", title = "SMTP server password")]
    pub smtp_password: Secret,

    /// How long the server may take.
    #[setting(key = "SMTPServerTimeout", title = "SMTP server timeout", unit = "seconds", default = 10)]
    pub smtp_server_timeout: Duration,

    /// How the connection is protected.
    ///
    /// - `Not specified`: not at all.
    /// - `TLS`: from the first byte on.
    #[setting(default = Security::None)]
    pub security: Security,
}

/// How the connection is protected.
#[derive(SettingValue, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Not at all.
    #[value(text = "", label = "Not specified")]
    None,
    /// From the first byte on.
    #[value(text = "TLS")]
    Tls,
}

/// All of a server's settings.
#[derive(Settings)]
#[settings(env_prefix = "MM")]
pub struct ServerSettings {
    /// Outgoing mail.
    pub email: EmailSettings,
}

#[test]
fn smoke() {
    let settings = ServerSettings::default();
    assert_eq!(settings.email.smtp_server_timeout, Duration::from_secs(10));
    assert_eq!(settings.email.security, Security::None);
}
