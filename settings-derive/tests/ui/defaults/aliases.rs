use settings_core::Settings;

const PORT: u16 = 25;

type Port = u16;

/// A type with another name, which the derive does not recognize.
#[derive(Settings)]
struct Aliases {
    /// A port.
    #[setting(default = PORT)]
    constant: Port,
}

fn main() {}
