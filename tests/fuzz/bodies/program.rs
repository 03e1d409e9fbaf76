//! A small program with every kind and every sort of section.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use settings_core::resolve::Resolution;
use settings_core::value::{ByteSize, Json, to_json};
use settings_core::{Secret, SettingValue, Settings};

/// All settings.
#[derive(Settings, Debug)]
#[settings(env_prefix = "X")]
pub struct Program {
    pub net: Net,
    #[settings(section = "Spare")]
    pub spare: Option<Relay>,
    /// Relays.
    pub relays: Vec<Relay>,
    /// Relays by name.
    pub named: BTreeMap<String, Relay>,
}

/// The network.
#[derive(Settings, Debug)]
#[settings(section = "Net", rule(check = |net| net.tls || net.port != 443, message = "443 is for TLS", fields("Port", "TLS")))]
pub struct Net {
    /// The port.
    #[setting(default = 80, range = 1..=65535, alias = "Old.Port")]
    pub port: u16,
    /// Encryption.
    #[setting(key = "TLS", default = false)]
    pub tls: bool,
    /// A number.
    #[setting(default = 0)]
    pub number: i64,
    /// A ratio.
    #[setting(default = 0.5)]
    pub ratio: f64,
    /// Text.
    #[setting]
    pub text: String,
    /// A pattern.
    #[setting(pattern = "[a-z]+-[0-9]{1,3}", min_len = 3, default = "a-1")]
    pub pattern: String,
    /// A site.
    #[setting(format = "url")]
    pub site: String,
    /// An address.
    #[setting(format = "email", default = "a@example.com")]
    pub email: String,
    /// The address to listen on.
    #[setting(format = "socket address", default = ":80")]
    pub listen: String,
    /// The amount.
    #[setting(default = Level::Low)]
    pub level: Level,
    /// The duration.
    #[setting(unit = "minutes", range = 1..=90, default = 5)]
    pub wait: Duration,
    /// The size.
    #[setting(default = 1024)]
    pub size: ByteSize,
    /// A key.
    #[setting(alias = "Kee")]
    pub key: Secret,
    /// Keys.
    #[setting]
    pub keys: Vec<Secret>,
    /// Words.
    #[setting]
    pub words: Vec<String>,
    /// Levels.
    #[setting]
    pub levels: BTreeSet<Level>,
    /// Counts.
    #[setting]
    pub counts: BTreeMap<String, Vec<u8>>,
    /// Perhaps.
    #[setting(range = 1..=10)]
    pub perhaps: Option<u8>,
    /// Anything.
    #[setting(default = {"a": 1})]
    pub any: Json,
    /// Twice the number.
    #[setting(default_from = |number| number.saturating_mul(2), default_rule = "twice the number")]
    pub twice: i64,
}

/// Another server.
#[derive(Settings, Debug)]
pub struct Relay {
    /// Its host.
    #[setting(format = "host", default = "localhost")]
    pub host: String,
    /// Its ports.
    #[setting(range = 1..=65535)]
    pub ports: Vec<u16>,
    /// Its key.
    #[setting]
    pub key: Secret,
}

/// The amount.
#[derive(SettingValue, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Little.
    #[value(text = "low")]
    Low,
    /// Much.
    #[value(text = "", label = "Not specified")]
    Much,
}

/// Checks the promises that hold for every resolution, independent of its layers.
pub fn holds(resolution: &Resolution<Program>) {
    let report = resolution.report();
    assert_eq!(resolution.value().is_some(), !report.has_errors(), "{report}");
    let count = report.diagnostics().len();
    assert!(report.diagnostics().iter().all(|it| !it.help.trim().is_empty()), "{report}");
    let json: Vec<serde_json::Value> = serde_json::from_str(&report.to_json()).expect("the report is JSON");
    assert_eq!(json.len(), count);
    assert_eq!(report.to_github().lines().count(), count, "{}", report.to_github());
    assert!(report.to_human(true).len() >= report.to_lines().len() / 2);
    for setting in resolution.settings() {
        let shown: Result<serde_json::Value, _> = serde_json::from_str(&setting.shown());
        assert!(shown.is_ok(), "{} is shown as no JSON: {}", setting.path, setting.shown());
        if setting.setting.kind.is_secret() {
            continue;
        }
        // what a value is written as reads back as the value
        let text = to_json(&setting.setting.kind, &setting.value);
        let raw = settings_core::value::json::parse_value(&text).expect("it is JSON");
        let again = settings_core::value::from_json(&setting.setting.kind, raw);
        let is_lone_default = setting.origin == settings_core::resolve::Origin::Default;
        assert!(
            is_lone_default || again.as_ref() == Ok(&setting.value),
            "{}: {text} reads back as {again:?}",
            setting.path
        );
    }
}
