use std::collections::BTreeMap;
use std::sync::Mutex;

use settings_core::{SettingValue, Settings};

/// A section.
#[derive(Settings)]
struct Inner {
    /// A port.
    #[setting(default = 25)]
    port: u16,
}

/// Mistakes.
#[derive(Settings)]
struct Wrong {
    #[settings(flatten)]
    optional: Option<Inner>,
    #[settings(flatten)]
    list: Vec<Inner>,
    #[settings(flatten, section = "Inner")]
    key: Inner,
    #[settings(flatten = true)]
    value: Inner,
    #[settings(skip, section = "Inner")]
    section: Mutex<u8>,
    #[settings(skip, flatten)]
    both: Inner,
    #[settings(skip)]
    #[setting(default = 1)]
    setting: u8,
    /// A setting.
    #[setting(skip)]
    skipped: u8,
    /// A setting.
    #[setting(flatten)]
    flattened: BTreeMap<String, String>,
    #[settings(skipp)]
    misspelt: Inner,
}

/// A level.
#[derive(SettingValue)]
#[value(ignore_case)]
enum Level {
    /// Little.
    Low,
    /// Little, too.
    LOW,
    /// Much.
    #[value(ignore_case)]
    High,
}

/// A level.
#[derive(SettingValue)]
#[value(ignore_case = "yes")]
enum Other {
    /// Little.
    Low,
}

fn main() {}
