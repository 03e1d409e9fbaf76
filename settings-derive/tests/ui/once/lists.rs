use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use settings_core::Settings;

/// A type without a way in.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Nothing;

/// Each field is one error.
#[derive(Settings)]
struct Plain {
    /// A value.
    #[setting(default = 1)]
    value: Nothing,
    /// A list.
    #[setting(default = [])]
    list: Vec<Nothing>,
    /// An option.
    #[setting]
    option: Option<Nothing>,
    /// An optional list.
    #[setting]
    option_of_list: Option<Vec<Nothing>>,
    /// A map.
    #[setting(default = {})]
    map: BTreeMap<String, Nothing>,
    /// A hash map.
    #[setting(default = {})]
    hash_map: HashMap<String, Nothing>,
    /// A set.
    #[setting(default = [])]
    set: BTreeSet<Nothing>,
    /// A pair.
    #[setting(default = (1, 2))]
    pair: (u8, Nothing),
    /// An array.
    #[setting(default = [1, 2])]
    array: [Nothing; 2],
    /// A required value.
    #[setting(required)]
    required: Nothing,
    /// A computed value.
    #[setting(default_from = || Nothing, default_rule = "nothing")]
    computed: Nothing,
    /// A value that depends on another one.
    #[setting(default_from = |number| Nothing, default_rule = "nothing")]
    depends: Nothing,
    /// A checked value.
    #[setting(required, check = is_something)]
    checked: Nothing,
    /// A number.
    #[setting(default = 1)]
    number: u8,
}

fn is_something(_: &Nothing) -> Result<(), String> {
    Ok(())
}

/// Keys.
#[derive(Settings)]
struct Keys {
    /// A map.
    #[setting(default = {})]
    map: BTreeMap<Nothing, u8>,
    /// Numbers with a range.
    #[setting(default = {}, range = 1..=2)]
    range: BTreeMap<Nothing, u8>,
    sections: BTreeMap<Nothing, Section>,
}

/// Sections.
#[derive(Settings)]
struct Sections {
    once: Nothing,
    option: Option<Nothing>,
    list: Vec<Nothing>,
    map: BTreeMap<String, Nothing>,
    boxed: Box<Nothing>,
    shared: Arc<Nothing>,
    #[settings(flatten)]
    flat: Nothing,
}

/// A section.
#[derive(Settings)]
struct Section {
    /// A number.
    #[setting(default = 1)]
    number: u8,
}

fn main() {}
