use settings_core::Settings;

/// Mail.
#[derive(Settings)]
struct ByMacro {
    #[doc = include_str!("value_list.stderr")]
    #[setting(default = 25)]
    port: u16,
    /// The host.
    #[doc = concat!("More ", "of it.")]
    #[setting(defaults = "localhost")]
    host: String,
}

fn main() {}
