//! serde's attributes on a struct of settings.

#![allow(clippy::unwrap_used, dead_code)]

use serde::{Deserialize, Serialize};
use settings_core::Settings;
use settings_core::resolve::{Layers, Severity, resolve};
use settings_core::schema::Unknown;

/// A server.
#[derive(Settings)]
#[settings(env_prefix = "X")]
struct Server {
    strict: Strict,
    lenient: Lenient,
}

/// Nothing unknown.
#[derive(Deserialize, Serialize, Settings)]
#[serde(deny_unknown_fields, bound = "", crate = "serde")]
struct Strict {
    /// The port.
    #[setting(default = 25)]
    port: u16,
}

/// As it comes.
#[derive(Deserialize, Serialize, Settings)]
struct Lenient {
    /// The port.
    #[setting(default = 25)]
    port: u16,
}

#[test]
fn unknown_keys_are_denied_as_by_serde() {
    assert_eq!((Strict::SCHEMA.unknown, Lenient::SCHEMA.unknown), (Some(Unknown::Deny), None));
    let file = r#"{"Strict": {"Colour": 1}, "Lenient": {"Colour": 1}}"#;
    let resolution = resolve::<Server>(Layers::new().file("config.json", file));
    let severities: Vec<_> = resolution.report().diagnostics().iter().map(|told| told.severity).collect();
    assert_eq!(severities, [Severity::Error, Severity::Warning]);
}
