use settings_core::{SettingValue, Settings};

/// A server.
#[derive(Settings)]
struct Server {
    /// The color.
    #[setting(text = "a color", range = 1..=2, default = "red")]
    color: Color,
    /// Another color.
    #[setting(text = "", default = "red")]
    other: Color,
    /// The port.
    #[setting(default = 25, check)]
    port: u16,
    /// The name.
    #[setting(text = 5)]
    name: Color,
    /// The least.
    #[setting(default_from = |port| *port, check = is_even)]
    least: u16,
}

/// A type that is neither a setting's nor parsed.
struct Color;

/// A section.
#[derive(Settings)]
struct Unparsed {
    /// The color.
    #[setting(text = "a color", default = "red")]
    color: Color,
}

/// A section.
#[derive(Settings)]
struct WrongCheck {
    /// The port.
    #[setting(default = 25, check = is_even)]
    port: u8,
}

fn is_even(port: &u16) -> Result<(), String> {
    let _ = port;
    Ok(())
}

/// Two fields.
#[derive(SettingValue)]
struct Pair(u8, u8);

/// A named field.
#[derive(SettingValue)]
struct Named {
    port: u8,
}

/// A generic struct.
#[derive(SettingValue)]
struct Generic<T>(T);

/// A field of no setting type.
#[derive(SettingValue)]
struct Inner(Color);

fn main() {}
