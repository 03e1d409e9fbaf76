use std::collections::BTreeMap;
use std::time::Duration;

use settings_core::Settings;

/// `check`, `required`, `range` and lengths.
#[derive(Settings)]
struct Checks {
    /// A check twice.
    #[setting(default = 1, check = good, check = good)]
    check_twice: u8,
    /// Required with a value.
    #[setting(required = "yes")]
    required_value: u8,
    /// Required with a default.
    #[setting(required, default = 5)]
    required_default: u8,
    /// Required and computed.
    #[setting(required, default_from = || 5, default_rule = "five")]
    required_computed: u8,
    /// One bound.
    #[setting(default = 1, range = 1..)]
    one_bound: u8,
    /// An exclusive bound.
    #[setting(default = 1, range = 1..5)]
    exclusive: u8,
    /// A range of a bool.
    #[setting(default = true, range = 0..=1)]
    range_of_bool: bool,
    /// A range of a list of texts.
    #[setting(default = [], range = 0..=1)]
    range_of_texts: Vec<String>,
    /// A range beyond the type.
    #[setting(default = 1, range = 1..=300)]
    beyond: u8,
    /// A length of a number.
    #[setting(default = 1, min_len = 1)]
    length_of_number: u8,
    /// A pattern of a number.
    #[setting(default = 1, pattern = "[0-9]")]
    pattern_of_number: u8,
    /// A broken pattern.
    #[setting(default = "", pattern = "[0-9")]
    broken_pattern: String,
    /// Lengths the wrong way.
    #[setting(default = "", min_len = 5, max_len = 2)]
    lengths: String,
    /// A format that does not exist.
    #[setting(default = "", format = "uri")]
    unknown_format: String,
    /// A unit of a number.
    #[setting(default = 1, unit = "seconds")]
    unit_of_number: u8,
    /// A unit that does not exist.
    #[setting(default = 1, unit = "weeks")]
    unknown_unit: Duration,
}

/// `env`, `alias`, `key` and names.
#[derive(Settings)]
#[settings(env_prefix = "W")]
struct Names {
    /// An empty variable.
    #[setting(default = 1, env = "")]
    empty_variable: u8,
    /// No variable.
    #[setting(default = 1, env = [])]
    no_variable: u8,
    /// A number as a variable.
    #[setting(default = 1, env = 5)]
    number: u8,
    /// A variable with a blank.
    #[setting(default = 1, env = "A B")]
    blank: u8,
    /// One variable twice.
    #[setting(default = 1, env = ["A", "A"])]
    twice: u8,
    /// The end of files.
    #[setting(default = 1, env = "A_FILE")]
    file: u8,
    /// An empty key.
    #[setting(default = 1, key = "")]
    empty_key: u8,
    /// A key with a slash.
    #[setting(default = 1, key = "a/b")]
    slash: u8,
}

/// `text`, `with` and `serde`.
#[derive(Settings)]
struct Bridges {
    /// A text without words.
    #[setting(text, required)]
    no_words: Vec<u8>,
    /// serde with a unit.
    #[setting(serde, default = 1, unit = "seconds")]
    serde_unit: u32,
    /// serde with a pattern.
    #[setting(serde, default = "a", pattern = "a")]
    serde_pattern: String,
    /// serde and a module.
    #[setting(serde, default = 1, with = module)]
    serde_with: u32,
    /// A text with a unit.
    #[setting(text = "words", default = "1", unit = "seconds")]
    text_unit: u32,
    /// A text with a pattern.
    #[setting(text = "words", default = "1", pattern = "a")]
    text_pattern: u32,
    /// A text with a number as its default.
    #[setting(text = "words", default = 1)]
    text_number: u32,
    /// serde twice.
    #[setting(serde, serde, default = 1)]
    serde_twice: u32,
}

/// `default_from`.
#[derive(Settings)]
struct Computed {
    /// Of itself.
    #[setting(default_from = |own| *own, default_rule = "itself")]
    own: u8,
    /// Of nothing that is there.
    #[setting(default_from = |missing| *missing, default_rule = "it")]
    of_missing: u8,
    /// A function without a closure.
    #[setting(default_from = five, default_rule = "five")]
    function: u8,
    /// Without a rule.
    #[setting(default_from = || 5)]
    no_rule: u8,
    /// A rule without a function.
    #[setting(default = 5, default_rule = "five")]
    no_function: u8,
    /// An empty rule.
    #[setting(default_from = || 5, default_rule = "")]
    empty_rule: u8,
}

/// Nested fields.
#[derive(Settings)]
struct Nested {
    #[settings(flatten = false, section = "B")]
    flatten_value: Section,
    #[settings(skip = 5)]
    skip_value: u8,
    #[settings(section)]
    no_section: Section,
    #[settings(section = "")]
    empty_section: Section,
    #[settings(flatten, section = "A")]
    both: Section,
    #[settings(flatten)]
    map: BTreeMap<String, Section>,
    /// Skipped.
    #[settings(skip)]
    #[setting(default = 5)]
    skipped_setting: u8,
    #[settings(rename_all = "snake_case")]
    renamed: Section,
}

/// A section.
#[derive(Settings)]
struct Section {
    /// A number.
    #[setting(default = 1)]
    number: u8,
}

fn main() {}
