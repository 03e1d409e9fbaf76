use settings_core::Settings;

const MOST: f64 = 1.5;

/// Numbers with a fraction.
#[derive(Settings)]
struct Floats {
    /// Beyond 32 bits.
    #[setting(default = 1e39)]
    single: f32,
    /// Beyond 32 bits, in a list.
    #[setting(default = [1, -1e39])]
    singles: Vec<f32>,
    /// Beyond a constant.
    #[setting(default = 2, range = 0.0..=MOST)]
    constant_bound: f64,
}

/// Bounds.
#[derive(Settings)]
struct Bounds {
    /// Beyond 32 bits.
    #[setting(default = 1, range = -1.0..=1e39)]
    wide: f32,
}

fn main() {}
