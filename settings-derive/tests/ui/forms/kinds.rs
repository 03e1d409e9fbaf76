use std::collections::BTreeSet;

use settings_core::Settings;
use settings_core::value::ByteSize;

/// Kinds.
#[derive(Settings)]
struct Kinds {
    /// A number.
    #[setting(default = 1)]
    wide: u128,
    /// Numbers.
    #[setting]
    wide_list: Vec<i128>,
    /// A size.
    #[setting(default = "10mb")]
    size: ByteSize,
    /// A size.
    #[setting]
    no_size: ByteSize,
    /// A size.
    #[setting(default = "10MB", range = 1..=1000)]
    large: ByteSize,
    /// A set.
    #[setting(default = ["a", "b", "a"])]
    set: BTreeSet<String>,
    /// An unknown value.
    nested: Vec<Vec<Other>>,
}

/// Another.
#[derive(Settings)]
struct Other {}

/// No section.
#[derive(Settings)]
struct Sections {
    list: Vec<NoSection>,
    optional: Option<NoSection>,
}

struct NoSection;

fn main() {}
