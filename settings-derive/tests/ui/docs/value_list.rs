use settings_core::Settings;

/// Mail.
#[derive(Settings)]
struct Lists {
    /// Turns it on or off.
    ///
    /// - `true`: it is on.
    #[setting(default = false)]
    misses_false: bool,
    /// Turns it on or off.
    ///
    /// - `true`: it is on.
    /// - `flase`: it is off.
    /// - `perhaps`: who knows.
    #[setting(default = false)]
    unknown: bool,
    /// Turns it on or off.
    ///
    /// - `true`: it is on.
    /// - `false`: it is off.
    /// - `true`: it is on again.
    #[setting(default = false)]
    twice: bool,
    /// Turns it on or off.
    ///
    /// - `true`: it is on.
    /// - false: it is off.
    #[setting(default = false)]
    loose: bool,
    /// Turns it on or off, or leaves it.
    ///
    /// - `true`:
    /// - `false`: it is off.
    #[setting()]
    silent: Option<bool>,
    /// The number of them.
    ///
    /// - `0`: none.
    /// - `0`: as many as there are.
    #[setting(default = 0)]
    number: u8,
}

fn main() {}
