use settings_core::Settings;

#[derive(Settings)]
struct Undocumented {
    #[setting(default = 25)]
    port: u16,
    /// - `true`: on.
    /// - `false`: off.
    #[setting(default = false)]
    enable: bool,
    ///
    #[setting()]
    host: String,
    #[doc(alias = "login")]
    #[setting()]
    user: String,
}

fn main() {}
