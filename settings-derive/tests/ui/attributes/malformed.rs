use settings_core::Settings;

/// Mail.
#[derive(Settings)]
#[settings = "EmailSettings"]
struct Malformed {
    /// The port.
    #[setting(key "Port", default = 25)]
    port: u16,
    /// The host.
    #[setting(key, title = )]
    host: String,
    /// The name.
    #[setting(key = "Name" title = "Name")]
    name: String,
    /// The user.
    #[setting("User")]
    user: String,
    /// The group.
    #[setting(key("Group"))]
    group: String,
    /// The home.
    #[setting(restart("always"), hidden = "yes", deprecated, skip, skip_if("x"))]
    home: String,
}

fn main() {}
