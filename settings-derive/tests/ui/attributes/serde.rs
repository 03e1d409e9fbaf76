use serde::Deserialize;
use settings_core::{SettingValue, Settings};

/// Mail.
#[derive(Deserialize, Settings)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Serde {
    /// The port.
    #[serde(rename = "Port", default)]
    #[setting(default = 25)]
    port: u16,
    /// The host.
    #[serde(skip)]
    #[setting()]
    host: String,
    #[serde(flatten)]
    nested: Nested,
}

/// Nested.
#[derive(Deserialize, Settings)]
struct Nested {}

/// A level.
#[derive(Deserialize, SettingValue)]
enum Level {
    /// Low.
    #[serde(rename = "low")]
    Low,
    /// Any other.
    #[serde(other)]
    Other,
}

/// Contradictions.
#[derive(Deserialize, Settings)]
#[serde(deny_unknown_fields)]
#[settings(unknown = "allow")]
struct Contradiction {}

fn main() {}
