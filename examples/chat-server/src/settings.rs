//! The settings, the only place where they are described.

use settings_core::{Secret, Settings};

/// Settings of the chat server.
#[derive(Settings, Clone, Debug)]
#[settings(env_prefix = "CHAT")]
pub(crate) struct ChatSettings {
    /// The HTTP interface.
    pub(crate) http: HttpSettings,
    /// Limits on what users send.
    pub(crate) limits: LimitSettings,
    /// The System Console.
    pub(crate) admin: AdminSettings,
}

/// The HTTP interface.
#[derive(Settings, Clone, Debug)]
#[settings(section = "HTTP")]
pub(crate) struct HttpSettings {
    /// The port on loopback that the server listens on; 0 takes a free one.
    #[setting(key = "Port", default = 8065, restart)]
    pub(crate) port: u16,

    /// The text on the front page.
    #[setting(key = "Greeting", default = "Welcome!")]
    pub(crate) greeting: String,
}

/// Limits on what users send.
#[derive(Settings, Clone, Debug)]
#[settings(section = "Limits")]
pub(crate) struct LimitSettings {
    /// The most bytes that a message may have.
    #[setting(key = "MessageBytes", default = 4000, range = 1..=65_536)]
    pub(crate) message_bytes: u32,

    /// The most messages that are kept; older ones are dropped.
    #[setting(key = "Messages", default = 1000, range = 1..=100_000)]
    pub(crate) messages: u32,
}

/// The System Console.
#[derive(Settings, Clone, Debug)]
#[settings(section = "Admin")]
pub(crate) struct AdminSettings {
    /// The password of the administrator. If empty, nobody logs in with a password.
    #[setting(key = "Password", restart)]
    pub(crate) password: Secret,

    /// The IP address of a proxy that logs people in and sends their names. If empty, there is none.
    #[setting(key = "Proxy", restart)]
    pub(crate) proxy: String,

    /// The host name that browsers use, if it is not that of this machine.
    #[setting(key = "Host", restart)]
    pub(crate) host: String,
}
