use std::time::Duration;

use settings_core::Settings;

/// Mail.
#[derive(Settings)]
struct Ranges {
    /// A port.
    #[setting(default = 25, range = 1..=70_000)]
    beyond_the_type: u16,
    /// A port.
    #[setting(default = 25, range = 100..=1)]
    empty: u16,
    /// A port.
    #[setting(default = 25, range = 1..100)]
    half_open: u16,
    /// A port.
    #[setting(default = 25, range = 1..)]
    one_bound: u16,
    /// A port.
    #[setting(default = 25, range = "1"..="2")]
    strings: u16,
    /// A name.
    #[setting(range = 1..=2)]
    text: String,
    /// A port.
    #[setting(default = 0, range = 1..=65_535)]
    default_below: u16,
    /// A length of time.
    #[setting(default = 7200, range = 1..=3600, unit = "seconds")]
    default_above: Duration,
    /// A length of time.
    #[setting(default = 10, range = -1..=3600, unit = "seconds")]
    negative: Duration,
    /// A ratio.
    #[setting(default = 1.5, range = 0.0..=1.0)]
    ratio: f64,
    /// Ratios.
    #[setting(default = [0.5, -1, 2], range = 0..=1)]
    ratios: Vec<f32>,
    /// A ratio.
    #[setting(default = 0.5, range = 1.5..=-0.5)]
    empty_ratio: f64,
    /// A port.
    #[setting(default = 25, range = 0.5..=65.5)]
    fraction: u16,
}

fn main() {}
