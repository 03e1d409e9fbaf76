use settings_core::{Secret, Settings};

const WRONG: &str = "localhost";

/// Texts.
#[derive(Settings)]
#[settings(unknown = "forbid")]
struct Malformed {
    /// A text.
    #[setting(format = "urll")]
    misspelt: String,
    /// A text.
    #[setting(min_len = 5, max_len = 2)]
    contrary: String,
    /// A text.
    #[setting(max_len = "2")]
    no_number: String,
    /// A text.
    #[setting(pattern = "^a.*$")]
    anchored: String,
    /// A text.
    #[setting(pattern = "(a")]
    open: String,
    /// A text.
    #[setting(pattern = "[a-z]+", default = "A")]
    no_match: String,
    /// A port.
    #[setting(default = 25, format = "port")]
    port: u16,
    /// A secret.
    #[setting(min_len = 8)]
    secret: Secret,
}

/// Texts.
#[derive(Settings)]
struct Defaults {
    /// A text.
    #[setting(default = "example.com", format = "url")]
    no_url: String,
    /// A text.
    #[setting(min_len = 1)]
    empty: String,
    /// A text.
    #[setting(default = WRONG, format = "email")]
    constant: String,
    /// Texts.
    #[setting(default = ["a@b", "c"], format = "email")]
    in_a_list: Vec<String>,
}

fn main() {}
