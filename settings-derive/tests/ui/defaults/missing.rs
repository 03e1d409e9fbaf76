use std::time::Duration;

use settings_core::{SettingValue, Settings};

/// Mail.
#[derive(Settings)]
struct Missing {
    /// On or off.
    #[setting()]
    enable: bool,
    /// A port.
    #[setting(title = "Port")]
    port: u16,
    /// A ratio.
    #[setting]
    ratio: f32,
    /// A length of time.
    #[setting(unit = "seconds")]
    timeout: Duration,
    /// The protection of the connection.
    #[setting]
    security: Security,
}

/// The protection of the connection.
#[derive(SettingValue)]
enum Security {
    /// Not at all.
    None,
}

fn main() {}
