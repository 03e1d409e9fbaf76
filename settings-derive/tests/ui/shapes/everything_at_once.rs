//! Several wrong items in one file: no mistake hides another.

use settings_core::{SettingValue, Settings};

#[derive(Settings)]
#[settings(sektion = "EmailSettings", page = 1)]
struct EmailSettings {
    #[setting(key = "SMTP Port", default = "25", range = 1..=70_000, unit = "seconds", titel = "Port")]
    port: u16,
    /// Turns it on or off.
    ///
    /// - `true`: on.
    #[setting(key = "Enable", default = 1)]
    enable: bool,
    /// The same key.
    #[setting(key = "ENABLE", alias = "Enable")]
    again: String,
    host: String,
}

#[derive(Settings)]
#[settings(env_prefix = "MM_")]
struct ServerSettings {
    email: EmailSettings,
    log: LogSettings,
}

#[derive(Settings)]
struct LogSettings {
    #[setting(default = Level::Low)]
    level: Level,
}

#[derive(SettingValue)]
enum Level {
    #[value(text = "")]
    Low,
    High(u8),
}

fn main() {
    let settings = ServerSettings::default();
    let _ = (settings.email.port, settings.log.level);
}
