//! A server's settings with features that the reference server lacks: a restart, a list, a map, more secrets.

use std::collections::BTreeMap;

use settings_core::mail::EmailSettings;
use settings_core::{Secret, Settings};

/// All settings of a made-up server.
#[derive(Settings, Clone, Debug)]
#[settings(env_prefix = "MM")]
pub struct Program {
    /// Outgoing mail.
    pub email: EmailSettings,
    /// What it serves.
    pub service: ServiceSettings,
}

impl AsRef<EmailSettings> for Program {
    fn as_ref(&self) -> &EmailSettings {
        &self.email
    }
}

/// What the server serves.
#[derive(Settings, Clone, Debug)]
#[settings(
    section = "ServiceSettings",
    page = "Service",
    rule(
        check = |service| service.max_users <= 1000 || !service.licence.is_empty(),
        message = "more than a thousand users need a licence",
        fields("MaxUsers", "Licence")
    )
)]
pub struct ServiceSettings {
    /// Where the server listens.
    #[setting(key = "ListenAddress", title = "Listen address", default = ":8065", restart)]
    pub listen_address: String,

    /// How many users may be logged in.
    #[setting(key = "MaxUsers", title = "Maximum users", default = 100, range = 1..=1_000_000)]
    pub max_users: u32,

    /// The hosts that may embed the server.
    #[setting(key = "AllowedHosts", title = "Allowed hosts", default = [])]
    pub allowed_hosts: Vec<String>,

    /// What is greeted with, line by line.
    #[setting(key = "Greeting", title = "Greeting", default = "it's \"$HOME\" \\ `#1`\n\tsecond: line %d ")]
    pub greeting: String,

    /// Quotas by name.
    #[setting(key = "Quotas", title = "Quotas", default = {})]
    pub quotas: BTreeMap<String, u32>,

    /// The licence's key.
    #[setting(key = "Licence", title = "Licence")]
    pub licence: Secret,
}
