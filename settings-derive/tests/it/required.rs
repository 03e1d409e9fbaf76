//! Required settings.

#![allow(dead_code)] // some fields are only resolved
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::time::Duration;

use settings_core::resolve::{Environment, Layers, Resolution, resolve};
use settings_core::schema::Kind;
use settings_core::{Secret, SettingValue, Settings};

/// A server.
#[derive(Settings, Debug)]
#[settings(env_prefix = "RQ")]
struct Server {
    /// The address of the database.
    #[setting(required, format = "url")]
    url: String,
    /// The key of sessions.
    #[setting(required)]
    session_key: Secret,
    /// The port.
    #[setting(required, range = 1..=65535)]
    port: u16,
    /// The level.
    #[setting(required)]
    level: Level,
    /// The color.
    #[setting(required)]
    color: Color,
    /// The time to wait.
    #[setting(required, unit = "seconds")]
    timeout: Duration,
    /// The administrators.
    #[setting(required)]
    admins: Vec<String>,
    /// The name.
    #[setting]
    name: String,
    cache: Option<Cache>,
    relays: Vec<Relay>,
    named: BTreeMap<String, Relay>,
}

/// A cache.
#[derive(Settings, Debug)]
struct Cache {
    /// The host.
    #[setting(required)]
    host: String,
    /// The size.
    #[setting(default = 1)]
    size: u32,
}

/// Another server.
#[derive(Settings, Debug)]
struct Relay {
    /// The host.
    #[setting(required)]
    host: String,
    /// The port.
    #[setting(default = 25)]
    port: u16,
}

/// A level.
#[derive(SettingValue, Clone, Copy, Debug, PartialEq)]
enum Level {
    /// All.
    Debug,
    /// Errors alone.
    Error,
}

/// A type without an empty value.
#[derive(Debug, PartialEq)]
struct Color(u32);

impl SettingValue for Color {
    const KIND: Kind = Kind::Custom(&settings_core::schema::CustomKind::new("a color", |text| {
        u32::from_str_radix(text, 16).map(drop).map_err(|error| error.to_string())
    }));

    fn from_value(value: settings_core::value::Value<'_>) -> Option<Self> {
        u32::from_str_radix(value.as_text()?, 16).ok().map(Self)
    }

    fn to_value(&self) -> settings_core::value::Value<'_> {
        settings_core::value::Value::Text(format!("{:06x}", self.0).into())
    }
}

const WHOLE: &str = r#"{
    "Url": "https://a.example.com", "SessionKey": "s3cret", "Port": 1, "Level": "Error", "Color": "00ff00",
    "Timeout": 5, "Admins": ["a"]
}"#;

fn lines(resolution: &Resolution<Server>) -> String {
    resolution.report().to_lines()
}

#[test]
fn all_missing_settings_are_reported_at_once() {
    let resolution = resolve::<Server>(Layers::new().file("config.json", r#"{"Name": 1, "Bogus": 2}"#));
    let report = lines(&resolution);
    for path in ["Url", "SessionKey", "Port", "Level", "Color", "Timeout", "Admins"] {
        assert!(report.contains(&format!("`{path}` is required, and no layer sets it")), "{path}: {report}");
    }
    assert!(!report.contains("contradiction") && !report.contains("Cache") && !report.contains("Relays"));
    assert!(resolution.value().is_none());
    let human = resolution.report().to_human(false);
    let help = "set `Url` in config.json; or set the variable RQ_URL, or RQ_URL_FILE to the path of a file with the value";
    assert!(human.contains("config.json:1:1") && human.contains(help), "{human}");
}

#[test]
fn a_value_of_any_layer_is_enough() {
    let resolution = resolve::<Server>(Layers::new().file("config.json", WHOLE));
    assert!(resolution.report().diagnostics().is_empty(), "{}", lines(&resolution));
    let server = resolution.into_result().unwrap();
    assert_eq!((server.level, server.color, server.port), (Level::Error, Color(0xff00), 1));
    let file =
        r#"{"SessionKey": "s3cret", "Port": 1, "Level": "Debug", "Color": "0", "Timeout": 5, "Admins": []}"#;
    let environment = Environment::from_iter([("RQ_URL", "https://b.example.com")]);
    let resolution = resolve::<Server>(Layers::new().file("config.json", file).environment(environment));
    assert_eq!(resolution.into_result().unwrap().url, "https://b.example.com");
}

#[test]
fn an_empty_text_is_missing() {
    let layers =
        Layers::new().file("config.json", WHOLE).environment(Environment::from_iter([("RQ_SESSIONKEY", "")]));
    let resolution = resolve::<Server>(layers);
    let report = lines(&resolution);
    assert!(report.contains("`SessionKey` is required, and its value is empty"), "{report}");
    assert!(report.contains("variable RQ_SESSIONKEY"), "{report}");
    assert_eq!(resolution.report().diagnostics().len(), 1, "{report}");
}

#[test]
fn without_a_file_the_variable_is_named() {
    let resolution = resolve::<Server>(Layers::new());
    let human = resolution.report().to_human(false);
    assert!(human.contains("variable RQ_PORT") && !human.contains("config.json"), "{human}");
}

#[test]
fn a_section_that_is_there_must_be_complete() {
    let with = |extra: &str| {
        let text = WHOLE.trim_end().trim_end_matches('}').to_owned() + ", " + extra + "}";
        resolve::<Server>(Layers::new().file("config.json", text))
    };
    let report = lines(&with(r#""Cache": {"Size": 3}"#));
    assert!(report.contains("`Cache.Host` is required, and no layer sets it"), "{report}");
    let report = lines(&with(r#""Relays": [{"Host": "a"}, {"Port": 1}, {"Host": ""}]"#));
    assert!(!report.contains("Relays[0]"), "{report}");
    assert!(report.contains("`Relays[1].Host`") && report.contains("`Relays[2].Host`"), "{report}");
    let report = lines(&with(r#""Named": {"x": {}}"#));
    assert!(report.contains("`Named.x.Host`"), "{report}");
    assert_eq!(with(r#""Relays": [{"Host": "a"}]"#).into_result().unwrap().relays.len(), 1);
}

#[test]
fn the_metadata_shows_it() {
    assert!(Server::PORT.setting().required() && !Server::NAME.setting().required());
    // a struct of defaults has empty values
    assert_eq!(Relay::default().host, "");
}
