use settings_core::{SettingValue, Settings};

/// Mail.
#[derive(Settings)]
struct OneOf {
    /// The protection of the connection.
    ///
    /// - `Not specified`: not at all.
    #[setting(default = Security::None)]
    misses: Security,
    /// The protection of the connection.
    ///
    /// - `Not specified`: not at all.
    /// - `TLS`: from the first byte on.
    /// - `STARTTLS`: from the handshake on.
    #[setting(default = Security::None)]
    unknown: Security,
    /// The protection of the connection.
    ///
    /// - `""`: not at all.
    /// - `TLS`: from the first byte on.
    /// - `Not specified`: not at all.
    #[setting(default = Security::None)]
    twice: Option<Security>,
}

/// The protection of the connection.
#[derive(SettingValue)]
enum Security {
    /// Not at all.
    #[value(text = "", label = "Not specified")]
    None,
    /// From the first byte on.
    #[value(text = "TLS")]
    Tls,
}

fn main() {}
