use settings_core::Settings;

/// Mail.
#[derive(Settings)]
#[settings(sektion = "EmailSettings", colour = "red")]
struct Slips {
    /// The port.
    #[setting(defualt = 25, titel = "Port")]
    port: u16,
    /// The host.
    #[setting(visibility = "all", rename = "Host", env = "HOST")]
    host: String,
}

/// Mail.
#[derive(Settings)]
#[settings(default = 25, key = "Email", hidden)]
struct Misplaced {
    /// The port.
    #[setting(section = "Email", env_prefix = "MM", default = 25)]
    port: u16,
    #[settings(key = "Nested", page = "SMTP", rule(check = |nested| true, message = "..."))]
    nested: Nested,
}

/// Nested.
#[derive(Settings)]
#[setting(key = "Nested")]
struct Nested {}

fn main() {}
