use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use settings_core::{Secret, SettingValue, Settings};

/// Mail.
#[derive(Settings)]
struct WrongTypes {
    /// On or off.
    #[setting(default = "yes")]
    enable: bool,
    /// A port.
    #[setting(default = "25")]
    port: u16,
    /// A number.
    #[setting(default = 1.5)]
    number: i64,
    /// A ratio.
    #[setting(default = true)]
    ratio: f64,
    /// A host.
    #[setting(default = 127)]
    host: String,
    /// A folder.
    #[setting(default = ["/var"])]
    folder: PathBuf,
    /// A length of time.
    #[setting(default = "10s", unit = "seconds")]
    text: Duration,
    /// A length of time.
    #[setting(default = Duration::from_secs(10), unit = "seconds")]
    call: Duration,
    /// A length of time.
    #[setting(default = -10, unit = "seconds")]
    negative: Duration,
    /// Some hosts.
    #[setting(default = "a,b")]
    hosts: Vec<String>,
    /// Some ports.
    #[setting(default = [25, "587", 70_000])]
    ports: Vec<u16>,
    /// Ports by name.
    #[setting(default = {"smtp": 25, smtps = 465, "starttls": "587"})]
    named: BTreeMap<String, u16>,
    /// A port, if any.
    #[setting(default = Some(25))]
    some: Option<u16>,
    /// A password.
    #[setting(default = "hunter2")]
    password: Secret,
}

/// A default that looks right.
#[derive(Settings)]
struct Expressions {
    /// A host.
    #[setting(default = String::from("localhost"))]
    host: String,
    /// A host.
    #[setting(default = "localhost".to_owned())]
    owned: String,
    /// Some hosts.
    #[setting(default = vec!["a"])]
    hosts: Vec<String>,
    /// Some levels.
    #[setting(default = [Level::Low])]
    levels: Vec<Level>,
    /// A number.
    #[setting(default = 1e400)]
    huge: f64,
    /// Numbers.
    #[setting(default = [1.0, -1e400])]
    huges: Vec<f32>,
}

/// A level.
#[derive(SettingValue)]
enum Level {
    /// Low.
    Low,
}

fn main() {}
