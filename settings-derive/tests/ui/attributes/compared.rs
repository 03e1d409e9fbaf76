use std::time::Duration;

use settings_core::{Secret, SettingValue, Settings};

/// Mail.
#[derive(Settings)]
struct Mail {
    /// Not a value of the type.
    #[setting(default = false, danger(when = "yes", text = "Everything is lost."))]
    no_bool: bool,
    /// Not a value of the type.
    #[setting(default = Level::Low, danger(when = "Hihg", text = "Everything is lost."))]
    no_choice: Level,
    /// Not a value of the type.
    #[setting(default = 1, danger(when = "many", text = "Everything is lost."))]
    no_number: u8,
    /// Never compared.
    #[setting(danger(when = "password", text = "Everything is lost."))]
    secret: Secret,
    /// Never compared.
    #[setting(default = 1, unit = "seconds", danger(when = 0, text = "Everything is lost."))]
    time: Duration,
    /// Not a value of the other setting.
    #[setting(relevant_if(setting = "NoBool", is = "on"))]
    other: String,
    /// All of these are right.
    #[setting(default = -1, danger(when = -1, text = "Everything is lost."), relevant_if(setting = "NoChoice", is_not = "Low"))]
    right: i8,
}

/// A level.
#[derive(SettingValue, Debug)]
enum Level {
    /// Low.
    Low,
    /// High.
    High,
}

fn main() {}
