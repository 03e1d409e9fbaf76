use settings_core::Settings;

/// A section.
#[derive(Settings)]
#[settings(rename_all = "kebab-case")]
struct Kebab {
    /// The port.
    #[setting(default = 25)]
    port: u16,
}

/// A section.
#[derive(Settings)]
#[settings(rename_all = "snakecase")]
struct Misspelt {
    /// The port.
    #[setting(default = 25)]
    port: u16,
}

/// A section.
#[derive(Settings)]
#[settings(rename_all = "lowercase")]
struct Clash {
    /// The port.
    #[setting(default = 25)]
    max_port: u16,
    /// The port.
    #[setting(default = 25)]
    maxport: u16,
}

/// A root.
#[derive(Settings)]
#[settings(root, env_prefix = "MM")]
struct Both {
    /// The port.
    #[setting(default = 25)]
    port: u16,
}

fn main() {}
