use settings_core::Settings;

struct Unknown;

/// Mail.
#[derive(Settings)]
struct Foreign {
    /// A value of a type that is none.
    #[setting(default = "x")]
    value: Unknown,
    nested: Unknown,
}

fn main() {}
