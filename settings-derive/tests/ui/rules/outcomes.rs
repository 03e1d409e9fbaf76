use settings_core::{Secret, Settings};

/// A rule that returns a number.
#[derive(Settings)]
#[settings(rule(check = |number| number.port, message = "a port", fields("Port")))]
struct Number {
    /// A port.
    #[setting(default = 25)]
    port: u16,
}

/// A rule with an error that has no words.
#[derive(Settings)]
#[settings(rule(check = without_words, message = "a port", fields("Port")))]
struct Unit {
    /// A port.
    #[setting(default = 25)]
    port: u16,
}

fn without_words(_: &Unit) -> Result<(), ()> {
    Ok(())
}

/// A check that returns a bool.
#[derive(Settings)]
struct Check {
    /// A port.
    #[setting(default = 25, check = is_even)]
    port: u16,
}

fn is_even(port: &u16) -> bool {
    port % 2 == 0
}

/// A secret.
#[derive(Settings)]
struct Key {
    /// A key.
    #[setting(min_len = 8, max_len = 4)]
    length: Secret,
    /// A key.
    #[setting(pattern = "^a$")]
    pattern: Secret,
    /// A key.
    #[setting(format = "key")]
    format: Secret,
    /// A key.
    #[setting(min_len = 8, default = "12345678")]
    default: Secret,
}

fn main() {}
