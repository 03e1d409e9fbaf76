use settings_core::Settings;

const PORT: u16 = 25;

type Port = u16;

/// Under another name a type tells the derive nothing.
#[derive(Settings)]
struct Aliases {
    /// A port.
    #[setting(default = PORT)]
    constant: Port,
}

fn main() {}
