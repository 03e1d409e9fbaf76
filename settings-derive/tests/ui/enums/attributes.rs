use settings_core::{SettingValue, Settings};

/// A level.
#[derive(SettingValue)]
#[value(text = "low", create = "settings_core")]
enum Level {
    /// Low.
    #[value(txt = "low")]
    Low,
    /// High.
    #[value(text = "high", text = "HIGH", label = 7)]
    High,
    /// Middle.
    #[value(crate = "settings_core", alias = "mid")]
    Middle,
}

// What uses the failed enum gives no second wave of errors.
/// A log.
#[derive(Settings)]
struct Log {
    /// The level.
    ///
    /// - `Low`: low.
    #[setting(default = Level::Low)]
    level: Level,
}

fn uses<T: SettingValue>() {}

fn main() {
    uses::<Level>();
    let _ = Log::default();
}
