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
    /// How the connection is protected.
    #[setting]
    security: Security,
}

/// How the connection is protected.
#[derive(SettingValue)]
enum Security {
    /// Not at all.
    None,
}

fn main() {}
