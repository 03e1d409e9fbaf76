//! The reference server's settings, over which the `settings` program and the reference pages are built.

use crate::Settings;
use crate::mail::EmailSettings;

/// All settings of the reference server.
#[derive(Settings, Clone, Debug, PartialEq, Eq)]
#[settings(env_prefix = "MM", list_separator = " ")]
pub struct ServerSettings {
    /// Outgoing mail.
    pub email: EmailSettings,
}

impl AsRef<EmailSettings> for ServerSettings {
    fn as_ref(&self) -> &EmailSettings {
        &self.email
    }
}
