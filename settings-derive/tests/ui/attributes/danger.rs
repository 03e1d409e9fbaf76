use settings_core::Settings;

/// Mail.
#[derive(Settings)]
struct Mail {
    /// Without a text.
    #[setting(default = false, danger(when = true))]
    no_text: bool,
    /// An empty text.
    #[setting(default = false, danger(text = " "))]
    empty: bool,
    /// Not a call.
    #[setting(default = false, danger = "Everything is lost.")]
    no_call: bool,
    /// Not a literal.
    #[setting(default = 1, danger(when = 1 + 1, text = "Everything is lost."))]
    no_literal: u8,
    /// Misspelt.
    #[setting(default = 1, danger(wen = 1, text = "Everything is lost."))]
    misspelt: u8,
}

fn main() {}
