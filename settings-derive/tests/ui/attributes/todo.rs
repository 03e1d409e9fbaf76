use settings_core::Settings;

/// Mail.
#[derive(Settings)]
struct Mail {
    /// A port.
    #[setting(default = 25, todo)]
    without_words: u16,
    /// A port.
    #[setting(default = 25, todo = " ")]
    empty: u16,
    /// A port.
    #[setting(default = 25, todo = 7)]
    no_text: u16,
    /// A port.
    #[setting(default = 25, todo = "one", todo = "two")]
    twice: u16,
    /// A port.
    #[setting(default = 25, tdoo = "which one?")]
    misspelt: u16,
}

fn main() {}
