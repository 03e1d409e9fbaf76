use settings_core::Settings;

/// Computed.
#[derive(Settings)]
struct Computed {
    /// A number.
    #[setting(default = 1)]
    most: u16,
    /// A number.
    #[setting(default_from = |most| most / 2)]
    no_rule: u16,
    /// A number.
    #[setting(default = 1, default_from = |most| *most, default_rule = "as many")]
    two: u16,
    /// A number.
    #[setting(default = 1, default_rule = "as many")]
    rule_alone: u16,
    /// A number.
    #[setting(default_from = |msot| *msot, default_rule = "as many")]
    misspelt: u16,
    /// A number.
    #[setting(default_from = |itself| *itself, default_rule = "as many")]
    itself: u16,
    /// A number.
    #[setting(default_from = |later| *later, default_rule = "as many")]
    earlier: u16,
    /// A number.
    #[setting(default_from = |most| *most, default_rule = "as many")]
    later: u16,
    /// A number.
    #[setting(default_from = 25, default_rule = "as many")]
    no_closure: u16,
    /// A number.
    #[setting(default_from = |most: &u16| *most, default_rule = "as many")]
    typed: u16,
    /// A number.
    #[setting(default_from = |most|, default_rule = "as many")]
    no_body: u16,
}

/// Of another type.
#[derive(Settings)]
struct Types {
    /// A text.
    #[setting]
    text: String,
    /// A number.
    #[setting(default_from = |text| text.clone(), default_rule = "as the text")]
    number: u16,
}

fn main() {}
