//! Types of settings: lists of a fixed length, keys of maps, bridges, durations and sizes as text.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::num::{NonZeroI8, NonZeroI64};
use std::sync::Arc;
use std::time::Duration;

use settings_core::resolve::{Code, Layers, Resolution, resolve};
use settings_core::value::ByteSize;
use settings_core::{SettingValue, Settings};

/// A server.
#[derive(Settings)]
#[settings(env_prefix = "TY", rename_all = "snake_case")]
struct Server {
    /// The offset.
    #[setting(default = -1)]
    offset: NonZeroI8,
    /// The offset, or none.
    #[setting]
    other_offset: Option<NonZeroI64>,
    /// Ports.
    #[setting(default = [1, 2, 3])]
    ports: [u16; 3],
    /// A port and its name.
    #[setting(default = (80, "http"))]
    named: (u16, String),
    /// Three values.
    #[setting(default = [true, None, "a"])]
    triple: (bool, Option<u8>, char),
    /// Limits by port.
    #[setting(default = {"80": 1})]
    by_port: HashMap<u16, u32>,
    /// Limits by address.
    #[setting]
    by_address: BTreeMap<IpAddr, u32>,
    /// Limits by level.
    #[setting]
    by_level: BTreeMap<Level, u32>,
    /// A color.
    #[setting(text = "a color such as #2389D7", with = color, default = "#000001")]
    color: u32,
    /// A color, or none.
    #[setting(text = "a color such as #2389D7", with = color)]
    other_color: Option<u32>,
    /// A timeout.
    #[setting(unit = "seconds", default = "1m30s", range = "1s"..="1h")]
    timeout: Duration,
    /// Timeouts.
    #[setting(unit = "milliseconds", default = ["1s", 2])]
    timeouts: Vec<Duration>,
    /// A size.
    #[setting(default = "64KiB", range = "1KiB"..="1GiB")]
    size: ByteSize,
    providers: BTreeMap<Level, Provider>,
    shared: Arc<Provider>,
    #[settings(section = "boxed")]
    boxed: Option<Box<Provider>>,
}

/// A provider.
#[derive(Settings, Debug, PartialEq)]
#[settings(rename_all = "snake_case")]
struct Provider {
    /// The number of attempts.
    #[setting(default = 3)]
    attempts: u8,
}

/// A level.
#[derive(SettingValue, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// Little.
    #[value(text = "low")]
    Low,
    /// Much.
    #[value(text = "high")]
    High,
}

mod color {
    pub(super) fn from_text(text: &str) -> Result<u32, String> {
        let digits = text.strip_prefix('#').ok_or("no # at its start")?;
        u32::from_str_radix(digits, 16).map_err(|error| error.to_string())
    }
}

fn server(file: &str) -> Resolution<Server> {
    resolve(Layers::new().file("config.json", file))
}

#[test]
fn defaults_are_those_of_the_annotations() {
    let server = server("{}").into_result().unwrap();
    assert_eq!((server.offset.get(), server.other_offset), (-1, None));
    assert_eq!((server.ports, server.named), ([1, 2, 3], (80, "http".to_owned())));
    assert_eq!(server.triple, (true, None, 'a'));
    assert_eq!(server.by_port, HashMap::from([(80, 1)]));
    assert_eq!((server.color, server.other_color), (1, None));
    assert_eq!(server.timeout, Duration::from_secs(90));
    assert_eq!(server.timeouts, [Duration::from_secs(1), Duration::from_millis(2)]);
    assert_eq!(server.size, ByteSize(64 << 10));
    assert_eq!((server.shared.attempts, server.boxed), (3, None));
}

#[test]
fn values_are_read_from_files() {
    let file = r##"{
        "offset": -7, "other_offset": 5, "ports": [4, 5, 6], "named": [443, "https"], "triple": [false, 9, "b"],
        "by_port": {"8080": 2}, "by_address": {"::1": 3}, "by_level": {"high": 4}, "color": "#ff",
        "other_color": "#10", "timeout": "1.5m", "timeouts": ["PT2S"], "size": "1MiB",
        "providers": {"low": {"attempts": 1}}, "shared": {"attempts": 2}, "boxed": {}
    }"##;
    let resolution = server(file);
    assert!(resolution.report().diagnostics().is_empty(), "{}", resolution.report().to_lines());
    let server = resolution.into_result().unwrap();
    assert_eq!((server.offset.get(), server.other_offset.map(NonZeroI64::get)), (-7, Some(5)));
    assert_eq!((server.ports, server.named), ([4, 5, 6], (443, "https".to_owned())));
    assert_eq!(server.triple, (false, Some(9), 'b'));
    // layers merge maps, and the default is the weakest
    assert_eq!(server.by_port, HashMap::from([(80, 1), (8080, 2)]));
    assert_eq!(server.by_address, BTreeMap::from([("::1".parse().unwrap(), 3)]));
    assert_eq!(server.by_level, BTreeMap::from([(Level::High, 4)]));
    assert_eq!((server.color, server.other_color), (255, Some(16)));
    assert_eq!((server.timeout, server.size), (Duration::from_secs(90), ByteSize(1 << 20)));
    assert_eq!(server.timeouts, [Duration::from_secs(2)]);
    assert_eq!(server.providers, BTreeMap::from([(Level::Low, Provider { attempts: 1 })]));
    assert_eq!((server.shared.attempts, server.boxed.unwrap().attempts), (2, 3));
}

#[test]
fn what_a_type_refuses_is_an_error_at_its_place() {
    for (file, code, words) in [
        (r#"{"offset": 0}"#, Code::Malformed, "`offset`: expected a whole number other than 0, found 0"),
        (
            r#"{"ports": [1, 2]}"#,
            Code::WrongType,
            "a list of 3 elements, each a whole number from 0 to 65535",
        ),
        (r#"{"named": [80]}"#, Code::WrongType, "then text, found 1 element"),
        (r#"{"named": [80, true]}"#, Code::WrongType, "`named[1]`: expected text"),
        (
            r#"{"by_port": {"x": 1}}"#,
            Code::WrongType,
            "`by_port.x`: expected a key that is a whole number from 0 to 65535, found `x`",
        ),
        (
            r#"{"by_port": {"1": 1, "01": 2}}"#,
            Code::Malformed,
            "`by_port.01`: expected a key that is a whole",
        ),
        (
            r#"{"by_level": {"mid": 1}}"#,
            Code::NotInList,
            "`by_level.mid`: expected a key that is `\"low\"` or `\"high\"`, found `\"mid\"`",
        ),
        (r#"{"providers": {"mid": {}}}"#, Code::NotInList, "`providers.mid`: expected a key that is"),
        (r#"{"color": "ff"}"#, Code::WrongType, "a color such as #2389D7, found `ff`: no # at its start"),
        (r#"{"timeout": "2h"}"#, Code::OutOfRange, "from 1 to 3600 seconds"),
        (r#"{"size": 1}"#, Code::OutOfRange, "a size from 1KiB to 1GiB"),
    ] {
        let resolution = server(file);
        let [found] = resolution.report().diagnostics() else {
            panic!("{file}: {}", resolution.report().to_lines())
        };
        let line = resolution.report().to_lines();
        assert!(found.code == code && line.contains(words), "{file}: {line}");
        assert!(line.starts_with("config.json:1:"), "{line}");
        assert!(resolution.into_result().is_err());
    }
}

#[test]
fn variables_set_lists_of_a_fixed_length() {
    let environment = [("TY_PORTS", "7 8 9"), ("TY_NAMED", "22,ssh")].into_iter().collect();
    let server = resolve::<Server>(Layers::new().environment(environment)).into_result().unwrap();
    assert_eq!((server.ports, server.named), ([7, 8, 9], (22, "ssh".to_owned())));
}
