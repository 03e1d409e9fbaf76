use settings_core::Settings;

/// Mail.
#[derive(Settings)]
#[settings(sektion = "EmailSettings", colour = "red")]
struct Slips {
    /// The port.
    #[setting(defualt = 25, titel = "Port")]
    port: u16,
    /// The host.
    #[setting(visibility = "all")]
    host: String,
}

/// Mail.
#[derive(Settings)]
#[settings(default = 25, key = "Email")]
struct Misplaced {
    /// The port.
    #[setting(section = "Email", env_prefix = "MM", default = 25)]
    port: u16,
    #[settings(key = "Nested", page = "SMTP")]
    nested: Nested,
}

/// Nested.
#[derive(Settings)]
#[setting(key = "Nested")]
struct Nested {}

fn main() {}
