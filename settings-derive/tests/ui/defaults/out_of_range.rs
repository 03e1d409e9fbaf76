use std::time::Duration;

use settings_core::Settings;

/// Mail.
#[derive(Settings)]
struct OutOfRange {
    /// A port.
    #[setting(default = 70_000)]
    port: u16,
    /// A number.
    #[setting(default = -1)]
    unsigned: u8,
    /// A number.
    #[setting(default = 0x1_0000_0000_0000_0000_0000_0000_0000_0000)]
    huge: u64,
    /// A number.
    #[setting(default = 25i32)]
    suffix: u16,
    /// A number.
    #[setting(default = 200)]
    optional: Option<i8>,
    /// A length of time.
    #[setting(default = 18_446_744_073_709_551_615, unit = "days")]
    long: Duration,
    /// Some ports.
    #[setting(default = [25, 70, 587], range = 1..=100)]
    ports: Vec<u16>,
}

fn main() {}
