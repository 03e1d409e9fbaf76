use settings_core::Settings;

/// A server.
#[derive(Settings, Debug)]
#[settings(env_prefix = "CHAT")]
pub struct ServerSettings {
    /// The port.
    #[setting(default = 80)]
    pub port: u16,
}
