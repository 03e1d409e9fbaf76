use std::time::Duration;

use settings_core::Settings;

/// Mail.
#[derive(Settings)]
struct Units {
    /// How long it may take.
    #[setting(default = 10)]
    missing: Duration,
    /// How long it may take.
    #[setting(default = 10, unit = "second")]
    slip: Duration,
    /// How long it may take.
    #[setting(default = 10, unit = "fortnights")]
    unknown: Duration,
    /// How long it may take.
    #[setting(unit = "seconds", default = 25)]
    no_duration: u16,
    /// How long it may take, if at all.
    #[setting()]
    optional: Option<Duration>,
    /// How long each may take.
    #[setting(unit = seconds)]
    list: Vec<Duration>,
}

fn main() {}
