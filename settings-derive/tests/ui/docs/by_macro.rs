use settings_core::Settings;

/// Mail.
#[derive(Settings)]
struct ByMacro {
    #[doc = concat!("The ", "port.")]
    #[setting(default = 25)]
    port: u16,
    /// The host.
    #[doc = concat!("More ", "of it.")]
    #[setting(defaults = "localhost")]
    host: String,
}

fn main() {}
