use std::collections::BTreeMap;
use std::time::Duration;

use settings_core::Settings;
use settings_core::value::ByteSize;

/// Lists of a fixed length.
#[derive(Settings)]
struct Fixed {
    /// A list.
    #[setting]
    absent: [u8; 2],
    /// A pair.
    #[setting]
    no_default: (u8, u8),
    /// A pair.
    #[setting(default = (1, 2, 3))]
    too_many: (u8, u8),
    /// A pair.
    #[setting(default = (1, "a"))]
    wrong: (u8, u8),
    /// A pair.
    #[setting(default = {"a": 1})]
    braces: (u8, u8),
    /// A list.
    #[setting(default = [1, 2], range = 1..=2)]
    range: [u8; 2],
    nested: [u8; 2],
}

/// Text in place of numbers.
#[derive(Settings)]
struct Texts {
    /// A duration.
    #[setting(unit = "seconds", default = "1 minute")]
    words: Duration,
    /// A duration.
    #[setting(unit = "seconds", default = "1500ms")]
    fraction: Duration,
    /// A duration.
    #[setting(unit = "minutes", default = 1, range = "1s"..="1h")]
    bound: Duration,
    /// A duration.
    #[setting(unit = "minutes", default = 1, range = "2h"..="1h")]
    empty: Duration,
    /// A duration.
    #[setting(unit = "minutes", default = "3h", range = "1h"..="2h")]
    outside: Duration,
    /// A size.
    #[setting(default = "1KiB", range = "1K"..="1GiB")]
    size: ByteSize,
    /// A number.
    #[setting(default = 1, range = "1"..="2")]
    number: u8,
}

/// Bridges.
#[derive(Settings)]
struct Bridges {
    /// A color.
    #[setting(with = hex, default = "#1")]
    unnamed: u32,
    /// A color.
    #[setting(text = "a color", serde, default = "#1")]
    both: u32,
    /// A color.
    #[setting(serde)]
    no_default: u32,
    /// A color.
    #[setting(serde, default = Vec::new())]
    expression: Vec<u8>,
    /// A color.
    #[setting(serde, default = 1, range = 1..=2)]
    range: u32,
    /// A color.
    #[setting(serde = true, default = 1)]
    flag: u32,
    /// Colors.
    #[setting(with, text = "a color", default = "#1")]
    nothing: BTreeMap<String, u8>,
}

fn main() {}
