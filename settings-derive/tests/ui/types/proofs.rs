use std::collections::BTreeMap;

use settings_core::Settings;

/// Lists of another length, and keys of no map.
#[derive(Settings)]
struct Fixed {
    /// A list.
    #[setting(default = [1, 2, 3])]
    length: [u8; 2],
    /// Numbers.
    #[setting]
    keys: BTreeMap<Vec<u8>, u8>,
}

/// A color.
#[derive(Settings)]
struct Bridge {
    /// A color.
    #[setting(text = "a color", with = missing, default = "#1")]
    color: u32,
    /// A color.
    #[setting(text = "a color", with = of_another_type, default = "#1")]
    other: u32,
}

mod of_another_type {
    pub fn from_text(text: &str) -> Result<String, String> {
        Ok(text.to_owned())
    }
}

fn main() {}
