//! Flattened sections, skipped fields, fields under conditions, choices in any letter case.

#![allow(clippy::unwrap_used)]

use std::sync::Mutex;

use settings_core::resolve::{Code, Layers, Resolution, resolve};
use settings_core::schema::Names;
use settings_core::{SettingValue, Settings};

/// A server.
#[derive(Settings)]
#[settings(env_prefix = "SH")]
struct Server {
    /// The name.
    #[setting(default = "a")]
    name: String,
    #[settings(flatten)]
    listen: Listen,
    #[settings(skip)]
    connections: Mutex<Vec<u8>>,
    /// The level.
    #[setting(default = Level::Low)]
    level: Level,
    /// A setting of another platform.
    #[cfg(any())]
    #[setting(default = 1)]
    other: Missing,
    workers: Vec<Worker>,
}

/// The place to listen.
#[derive(Settings)]
#[settings(rule(check = |listen| listen.low <= listen.high, message = "low is above high", fields("Low", "High")))]
struct Listen {
    /// The lowest port.
    #[setting(default = 1)]
    low: u16,
    /// The highest port.
    #[setting(default_from = |low| low + 1, default_rule = "one more")]
    high: u16,
    inner: Inner,
}

/// An inner section.
#[derive(Settings)]
struct Inner {
    /// The depth.
    #[setting(default = 2)]
    depth: u8,
}

/// A worker.
#[derive(Settings)]
struct Worker {
    #[settings(flatten)]
    listen: Listen,
    /// The name.
    #[setting(default = "w")]
    name: String,
}

/// A level.
#[derive(SettingValue, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[value(ignore_case)]
enum Level {
    /// Little.
    Low,
    /// Much.
    High,
}

fn server(file: &str) -> Resolution<Server> {
    resolve(Layers::new().file("config.json", file))
}

#[test]
fn the_settings_of_a_flattened_section_are_those_of_the_struct() {
    let paths: Vec<String> = Server::SCHEMA.leaves().map(|leaf| leaf.path.to_string()).collect();
    assert_eq!(paths, ["Name", "Low", "High", "Inner.Depth", "Level", "Workers"]);
    let names = Names::of(Server::SCHEMA);
    assert_eq!(names.path(Listen::HIGH).to_string(), "High");
    assert_eq!(names.variable(Inner::DEPTH).as_deref(), Some("SH_INNER_DEPTH"));
    assert_eq!(Server::LEVEL.key(), "Level");
    let file =
        r#"{"Low": 5, "Inner": {"Depth": 6}, "Level": "HIGH", "Workers": [{"Low": 7, "Name": "x"}, {}]}"#;
    let resolution = server(file);
    assert!(resolution.report().diagnostics().is_empty(), "{}", resolution.report().to_lines());
    assert_eq!(resolution.setting("Level").unwrap().shown(), "\"High\"");
    let server = resolution.into_result().unwrap();
    assert_eq!((server.listen.low, server.listen.high, server.listen.inner.depth), (5, 6, 6));
    assert_eq!((server.name.as_str(), &server.level), ("a", &Level::High));
    assert!(server.connections.lock().unwrap().is_empty());
    let workers: Vec<_> =
        server.workers.iter().map(|worker| (worker.listen.low, worker.listen.high)).collect();
    assert_eq!(workers, [(7, 8), (1, 2)]);
    assert_eq!(server.workers.last().unwrap().name, "w");
}

#[test]
fn the_rules_of_a_flattened_section_apply() {
    for file in [r#"{"Low": 5, "High": 4}"#, r#"{"Workers": [{"Low": 5, "High": 4}]}"#] {
        let resolution = server(file);
        let [broken] = resolution.report().diagnostics() else {
            panic!("{}", resolution.report().to_lines())
        };
        assert!(broken.code == Code::Rule && broken.message.ends_with("low is above high"), "{broken:?}");
    }
    let refused = server(r#"{"Level": "medium"}"#);
    assert!(refused.report().to_lines().contains("expected `\"Low\"` or `\"High\"`"));
}

#[test]
fn a_default_has_every_field() {
    let server = Server::default();
    assert_eq!((server.listen.high, server.level), (2, Level::Low));
}

/// A generic section.
#[derive(Settings, Debug, PartialEq)]
struct Limited<T: SettingValue, S: Settings> {
    /// The value.
    #[setting(default = 7)]
    value: T,
    /// Some values.
    #[setting(default = [1, 2], range = 1..=9)]
    values: Vec<u8>,
    nested: S,
}

/// A server.
#[derive(Settings, Debug, PartialEq)]
#[settings(env_prefix = "GE")]
struct Generic {
    #[settings(section = "Small")]
    small: Limited<u8, Worker2>,
    #[settings(section = "Float")]
    float: Limited<f64, Worker2>,
}

/// A worker.
#[derive(Settings, Debug, PartialEq)]
struct Worker2 {
    /// The name.
    #[setting(default = "w")]
    name: String,
}

#[test]
fn a_generic_section_has_concrete_uses() {
    let file = r#"{"Small": {"Value": 3, "Nested": {"Name": "x"}}, "Float": {"Value": 0.5}}"#;
    let environment = [("GE_FLOAT_VALUES", "9")].into_iter().collect();
    let resolution = resolve::<Generic>(Layers::new().file("config.json", file).environment(environment));
    assert!(resolution.report().diagnostics().is_empty(), "{}", resolution.report().to_lines());
    let generic = resolution.into_result().unwrap();
    assert_eq!((generic.small.value, generic.small.values.as_slice()), (3, [1, 2].as_slice()));
    assert_eq!((generic.float.value, generic.float.values.as_slice()), (0.5, [9].as_slice()));
    assert_eq!((generic.small.nested.name.as_str(), generic.float.nested.name.as_str()), ("x", "w"));
    let wrong = Layers::new().file("config.json", r#"{"Small": {"Value": 300}}"#);
    assert!(resolve::<Generic>(wrong).report().to_lines().contains("from 0 to 255"));
    assert_eq!(Limited::<u8, Worker2>::VALUE.key(), "Value");
}
