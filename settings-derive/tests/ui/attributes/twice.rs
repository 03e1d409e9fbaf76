use settings_core::Settings;

/// Mail.
#[derive(Settings)]
#[settings(section = "A", section = "B", page = "X")]
#[settings(page = "Y")]
struct Twice {
    /// The port.
    #[setting(key = "Port", default = 25, key = "Prot")]
    #[setting(default = 26)]
    port: u16,
    #[settings(section = "C", section = "C")]
    nested: Nested,
}

/// Nested.
#[derive(Settings)]
struct Nested {}

fn main() {}
