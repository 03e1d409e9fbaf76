use settings_core::Settings;

/// Mail.
#[derive(Settings)]
#[settings(section = EmailSettings, page = 7, console = ["Environment"], crate = "not a path")]
struct Kinds {
    /// The port.
    #[setting(key = Port, title = 'P', default = 25, alias = 1, aliases = "Old")]
    port: u16,
    /// The other port.
    #[setting(aliases = [Old, "Older"], default = 25, range = 5)]
    other: u16,
}

fn main() {}
