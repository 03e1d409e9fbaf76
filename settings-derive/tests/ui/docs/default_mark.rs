use settings_core::Settings;

/// Mail.
#[derive(Settings)]
struct Marks {
    /// Turns it on or off.
    ///
    /// - `true`: it is on.
    /// - `false`: **(Default)** it is off.
    #[setting(default = false)]
    enable: bool,
    /// The port. (Default) 25.
    #[setting(default = 25)]
    port: u16,
    /** The other port.

    25 (Default) */
    #[setting(default = 25)]
    other: u16,
}

fn main() {}
