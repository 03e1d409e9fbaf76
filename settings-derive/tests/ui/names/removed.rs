use settings_core::Settings;

/// A server.
#[derive(Settings)]
#[settings(env_prefix = "X", removed(path = "OldPort", since = "12", reason = "Old.", replacement = "Listen.Port"))]
struct Server {
    /// The port.
    #[setting(default = 25)]
    port: u16,
}

fn main() {}
