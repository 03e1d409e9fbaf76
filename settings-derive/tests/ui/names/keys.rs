use settings_core::Settings;

/// Mail.
#[derive(Settings)]
#[settings(section = "Email Settings")]
struct Keys {
    /// A port.
    #[setting(key = "", default = 25)]
    empty: u16,
    /// A port.
    #[setting(key = "SMTP Port", default = 25)]
    dot: u16,
    /// A port.
    #[setting(key = "-SMTPPort", default = 25)]
    dash: u16,
    /// A port.
    #[setting(key = "Port", default = 25)]
    port: u16,
    /// A port.
    #[setting(key = "Port", default = 25)]
    same: u16,
    /// A port.
    #[setting(key = "PORT", default = 25)]
    other_case: u16,
    /// A port, with an empty title.
    #[setting(title = "", default = 25)]
    title: u16,
    #[settings(section = "port")]
    nested: Nested,
    /// By its name.
    #[setting]
    größe: String,
}

/// Nested.
#[derive(Settings)]
struct Nested {}

fn main() {}
