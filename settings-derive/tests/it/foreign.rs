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
    #[serde(flatten)]
    #[settings(flatten)]
    limits: Limits,
    #[serde(skip)]
    #[settings(skip)]
    cache: u8,
}

/// Limits.
#[derive(Deserialize, Serialize, Settings)]
struct Limits {
    /// The most.
    #[setting(default = 9)]
    most: u16,
}

#[test]
fn unknown_keys_are_denied_as_by_serde() {
    assert_eq!((Strict::SCHEMA.unknown, Lenient::SCHEMA.unknown), (Some(Unknown::Deny), None));
    let file = r#"{"Strict": {"Colour": 1}, "Lenient": {"Colour": 1}}"#;
    let resolution = resolve::<Server>(Layers::new().file("config.json", file));
    let severities: Vec<_> = resolution.report().diagnostics().iter().map(|told| told.severity).collect();
    assert_eq!(severities, [Severity::Error, Severity::Warning]);
}

#[test]
fn a_setting_may_have_any_type_that_serde_reads() {
    /// A point.
    #[derive(Deserialize, Debug, PartialEq)]
    struct Point {
        x: i32,
        y: Option<i32>,
    }

    /// A map.
    #[derive(Settings)]
    #[settings(root)]
    struct Map {
        /// The place.
        #[setting(serde, default = {"x": 1})]
        place: Point,
        /// Another place, or none.
        #[setting(serde, default = None)]
        other: Option<Point>,
        /// A path over points.
        #[setting(serde, required)]
        path: Vec<Point>,
    }

    let read = |file: &str| resolve::<Map>(Layers::new().file("config.json", file));
    let map = read(r#"{"Path": [], "Other": {"x": 2, "y": 3}}"#).into_result().unwrap();
    assert_eq!(map.place, Point { x: 1, y: None });
    assert_eq!((map.other, map.path.len()), (Some(Point { x: 2, y: Some(3) }), 0));
    let wrong = read(r#"{"Path": [{"y": 1}]}"#);
    let lines = wrong.report().to_lines();
    assert!(lines.starts_with("config.json:1:10: error[malformed]: `Path`: missing field `x`"), "{lines}");
    let missing = read("{}").report().to_lines();
    assert!(missing.contains("`Path` is required") && missing.lines().count() == 1, "{missing}");
}
