use settings_core::{SettingValue, Settings};

/// A type without a way in.
struct Nothing;

/// Each field is one error.
#[derive(Settings)]
struct Bridges {
    /// Text.
    #[setting(text = "nothing", required)]
    text: Nothing,
    /// Optional text.
    #[setting(text = "nothing")]
    optional_text: Option<Nothing>,
    /// Text with a default.
    #[setting(text = "nothing", default = "a")]
    text_with_default: Nothing,
    /// By serde.
    #[setting(serde, required)]
    serde: Nothing,
    /// By a module without the function.
    #[setting(text = "nothing", with = empty, required)]
    with: Nothing,
    /// By a module that reads another type.
    #[setting(text = "nothing", with = other, required)]
    with_other: Nothing,
}

mod empty {}

mod other {
    pub fn from_text(text: &str) -> Result<String, String> {
        Ok(text.to_owned())
    }
}

/// A wrapper.
#[derive(SettingValue)]
struct Wrapper(Nothing);

/// A wrapper with a check.
#[derive(SettingValue)]
#[value(check = is_something)]
struct Checked(Nothing);

fn is_something(_: &Nothing) -> Result<(), String> {
    Ok(())
}

/// A wrapper of a list.
#[derive(SettingValue)]
struct List {
    all: Vec<Nothing>,
}

/// Variants.
#[derive(Settings)]
#[settings(tag = "Type")]
enum Tagged {
    /// A section.
    #[settings(default_variant)]
    Section(Nothing),
    /// Fields.
    Fields {
        /// A value.
        #[setting(required)]
        value: Nothing,
    },
}

/// Variants.
#[derive(Settings)]
enum ByKey {
    /// A section.
    Section(Nothing),
    /// Another one.
    Other(Box<Nothing>),
}

fn main() {}
