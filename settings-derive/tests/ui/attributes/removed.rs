use settings_core::Settings;

/// Mail.
#[derive(Settings)]
#[settings(
    removed(path = "Port", since = "12", reason = "Old."),
    removed(path = "OldPort", since = "12", reason = "Old."),
    removed(path = "Host", since = "twelve", reason = ""),
    removed(path = "Host", since = "12", reason = "Old."),
    removed(path = "A..B", since = "12", reason = "Old.", replacement = "A B"),
    removed(pth = "Name", since = "12"),
    removed()
)]
struct Mail {
    /// A port.
    #[setting(default = 25, alias = "OldPort", removed(path = "X", since = "1", reason = "Old."))]
    port: u16,
    /// A port.
    #[setting(default = 25, deprecated(since = "1.0", until = "soon", reason = "Old."))]
    until: u16,
    /// A port.
    #[setting(default = 25, allow_change(name = "default-chnaged", reason = "A leak."))]
    misspelt: u16,
    /// A port.
    #[setting(default = 25, allow_change(name = "default-changed"), allow_change(name = "kind-changed", reason = " "))]
    no_reason: u16,
}

fn main() {}
