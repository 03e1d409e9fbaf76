use std::time::Duration;

use settings_core::Settings;

/// Mail.
#[derive(Settings)]
struct Units {
    /// The time that it may take.
    #[setting(default = 10)]
    missing: Duration,
    /// The time that it may take.
    #[setting(default = 10, unit = "second")]
    slip: Duration,
    /// The time that it may take.
    #[setting(default = 10, unit = "fortnights")]
    unknown: Duration,
    /// The time that it may take.
    #[setting(unit = "seconds", default = 25)]
    no_duration: u16,
    /// The time that it may take, if any.
    #[setting()]
    optional: Option<Duration>,
    /// The time that each may take.
    #[setting(unit = seconds)]
    list: Vec<Duration>,
}

fn main() {}
