use settings_core::Settings;

/// Mail.
#[derive(Settings)]
struct Mail {
    /// A port.
    #[setting(default = 25, added = "99.0", restart = "yes")]
    later: u16,
    /// A port.
    #[setting(default = 25, added = "soon", hidden = 1, scope = "")]
    no_version: u16,
    /// A port.
    #[setting(default = 25, deprecated(since = "99.0.1", raeson = "old"))]
    misspelt: u16,
    /// A port.
    #[setting(default = 25, deprecated())]
    empty: u16,
    /// A port.
    #[setting(default = 25, deprecated = "old")]
    no_call: u16,
    /// A port.
    #[setting(default = 25, deprecated(since = "next", reason = "old", replacement = "Itself"))]
    itself: u16,
}

/// Login.
#[derive(Settings)]
struct Login {
    /// The password.
    #[setting(flag)]
    password: settings_core::Secret,
    /// The user.
    #[setting(default = "", flag = "user")]
    user: String,
    /// The retries.
    #[setting(default = 3, flags)]
    retries: u16,
}

fn main() {}
