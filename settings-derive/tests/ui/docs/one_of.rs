use settings_core::{SettingValue, Settings};

/// Mail.
#[derive(Settings)]
struct OneOf {
    /// How the connection is protected.
    ///
    /// - `Not specified`: not at all.
    #[setting(default = Security::None)]
    misses: Security,
    /// How the connection is protected.
    ///
    /// - `Not specified`: not at all.
    /// - `TLS`: from the first byte on.
    /// - `STARTTLS`: from the handshake on.
    #[setting(default = Security::None)]
    unknown: Security,
    /// How the connection is protected.
    ///
    /// - `""`: not at all.
    /// - `TLS`: from the first byte on.
    /// - `Not specified`: not at all.
    #[setting(default = Security::None)]
    twice: Option<Security>,
}

/// How the connection is protected.
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
