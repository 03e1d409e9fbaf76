//! Defaults that are computed.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::time::Duration;

use settings_core::resolve::{Environment, Layers, Resolution, resolve};
use settings_core::schema::{DefaultValue, Member, Setting};
use settings_core::template;
use settings_core::{SettingValue, Settings};

/// A server.
#[derive(Settings, Debug, PartialEq)]
#[settings(env_prefix = "X")]
struct Server {
    pool: Pool,
    pools: Vec<Pool>,
}

/// Workers.
#[derive(Settings, Debug, PartialEq)]
struct Pool {
    /// The smallest number.
    #[setting(default_from = |most, mode| if *mode == Mode::Small { 1 } else { *most / 2 }, default_rule = "half of `Most`")]
    least: u16,
    /// The largest number.
    #[setting(default = 8)]
    most: u16,
    /// Large or small.
    #[setting(default = Mode::Large)]
    mode: Mode,
    /// The time that an idle one stays open.
    #[setting(
        unit = "minutes",
        range = 0..=600,
        default_from = |least| Duration::from_secs(u64::from(*least) * 90),
        default_rule = "a minute and a half for each of `Least`"
    )]
    idle: Duration,
    /// The time that any stays, if there is a limit.
    #[setting(unit = "hours", default_from = || Some(Duration::from_secs(1800)), default_rule = "half an hour")]
    longest: Option<Duration>,
    /// A name for logs.
    #[setting(default_from = |mode, most| format!("{mode:?}-{most}"), default_rule = "`Mode` and `Most`")]
    name: String,
}

/// Large or small.
#[derive(SettingValue, Debug, PartialEq)]
enum Mode {
    /// Large.
    Large,
    /// Small.
    Small,
}

fn file(text: &str) -> Resolution<Server> {
    resolve(Layers::new().file("config.json", text))
}

fn setting(key: &str) -> Setting {
    match Pool::SCHEMA.members.iter().find(|member| member.key() == key) {
        Some(Member::Setting(setting)) => *setting,
        _ => panic!("no setting {key}"),
    }
}

#[test]
fn a_default_follows_what_it_is_computed_from() {
    let pool = Server::default().pool;
    assert_eq!((pool.least, pool.idle, pool.name.as_str()), (4, Duration::from_secs(360), "Large-8"));
    assert_eq!(pool.longest, Some(Duration::from_secs(1800)));
    let resolution = file(
        r#"{"Pool": {"Most": 20, "Mode": "Large"}, "Pools": [{"Mode": "Small"}, {"Least": 3, "Most": 5}]}"#,
    );
    let server = resolution.into_result().unwrap();
    assert_eq!((server.pool.least, server.pool.idle), (10, Duration::from_secs(900)));
    assert_eq!((server.pools[0].least, server.pools[0].name.as_str()), (1, "Small-8"));
    assert_eq!((server.pools[1].least, server.pools[1].idle), (3, Duration::from_secs(270)));
}

#[test]
fn a_layer_overrides_it_and_both_are_shown() {
    let layers = Layers::new()
        .file("config.json", r#"{"Pool": {"Most": 20}}"#)
        .environment(Environment::from_iter([("X_POOL_LEAST", "2")]));
    let resolution = resolve::<Server>(layers);
    let least = resolution.setting("Pool.Least").unwrap();
    assert_eq!(least.shown(), "2");
    let overridden: Vec<_> =
        least.overridden_shown().map(|(origin, value)| format!("{origin} {value}")).collect();
    assert_eq!(overridden, ["default 10"]);
    assert_eq!(resolution.setting("Pool.Idle").unwrap().shown(), "3");
    assert_eq!(resolution.setting("Pool.Name").unwrap().shown(), "\"Large-20\"");
    assert_eq!(resolution.setting("Pool.Longest").unwrap().shown(), "\"1800000ms\"");
}

#[test]
fn a_computed_default_refused_by_its_kind_names_its_sources() {
    let resolution = file(r#"{"Pool": {"Least": 60000}}"#);
    let [told] = resolution.report().diagnostics() else { panic!("{}", resolution.report()) };
    let line = resolution.report().to_lines();
    assert!(
        line.starts_with(
            "config.json:1:20: error[out-of-range]: `Pool.Idle`: its default, a minute and a half for each of `Least`, \
             is refused: expected from 0 to 600 minutes, found "
        ),
        "{line}"
    );
    assert!(line.contains("(set `Pool.Idle`, or change `Least`)"), "{line}");
    assert_eq!(told.setting.as_deref(), Some("Pool.Idle"));
    assert!(file(r#"{"Pool": {"Least": 60000, "Idle": 1}}"#).value().is_some());
}

#[test]
fn a_refused_value_is_reported_once() {
    let resolution = file(r#"{"Pool": {"Least": "x"}}"#);
    let codes: Vec<_> = resolution.report().diagnostics().iter().map(|told| told.code.name()).collect();
    assert_eq!(codes, ["wrong-type"]);
}

#[test]
fn documents_know_the_rule() {
    let DefaultValue::Computed { rule, .. } = setting("Least").default else { panic!() };
    assert_eq!(rule, "half of `Most`");
    assert_eq!(setting("Least").computed_from(), ["Most", "Mode"]);
    assert_eq!(setting("Longest").computed_from(), [""; 0]);
    let text = template::commented_json(Server::SCHEMA);
    assert!(text.contains("Default: half of Most.") && text.contains("\"Least\": …"), "{text}");
    assert!(file(&template::default_json(Server::SCHEMA)).report().diagnostics().is_empty());
}

/// A default that the macro can't hold against its kind.
#[derive(Settings, Debug)]
#[settings(env_prefix = "Y")]
#[allow(dead_code)]
struct Refused {
    /// A number.
    #[setting(default_from = || 70u8, default_rule = "seventy", range = 0..=9)]
    number: u8,
}

#[test]
fn a_default_refused_by_its_kind_is_reported() {
    let resolution = resolve::<Refused>(Layers::new());
    let line = resolution.report().to_lines();
    let expected = "error[contradiction]: `Number`: its default, seventy, is refused: expected a whole number from 0 to 9";
    assert!(line.contains(expected), "{line}");
    let panicked = std::panic::catch_unwind(Refused::default).unwrap_err();
    let message = panicked.downcast_ref::<String>().unwrap();
    assert!(message.starts_with("`Number`: its default, seventy, is refused"), "{message}");
}

/// A program whose computed defaults have types of other crates, and checks.
#[derive(Settings, Debug)]
#[settings(env_prefix = "Z")]
struct Bridged {
    /// The port.
    #[setting(default = 80)]
    port: u16,
    /// The address.
    #[setting(
        text = "an address such as `127.0.0.1:80`",
        default_from = |port| Address(*port),
        default_rule = "the port of this machine",
        check = is_reachable
    )]
    address: Address,
    /// Another address, if there is one.
    #[setting(
        text = "an address such as `127.0.0.1:80`",
        default_from = |port| (*port > 1000).then(|| Address(*port + 1)),
        default_rule = "the next port, above 1000"
    )]
    other: Option<Address>,
    /// A color.
    #[setting(
        text = "a color such as `#ff`",
        with = hex,
        default_from = |port| u32::from(*port),
        default_rule = "the port"
    )]
    color: u32,
    /// The first address.
    #[setting(
        text = "an address such as `127.0.0.1:80`",
        default_from = || Address(1),
        default_rule = "the first port"
    )]
    first: Address,
    /// Weights by name.
    #[setting(serde, default_from = |port| Weights { all: vec![*port, 1] }, default_rule = "the port, then one")]
    weights: Weights,
    /// The number of connections.
    #[setting(default_from = |port| *port * 2, default_rule = "twice the port", check = is_small)]
    connections: u16,
}

#[derive(Debug, Clone, PartialEq)]
struct Address(u16);

impl std::str::FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let port = text.strip_prefix("127.0.0.1:").ok_or("not of this machine")?;
        port.parse().map(Self).map_err(|_| "no port".to_owned())
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "127.0.0.1:{}", self.0)
    }
}

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Weights {
    all: Vec<u16>,
}

mod hex {
    pub(super) fn from_text(text: &str) -> Result<u32, String> {
        let digits = text.strip_prefix('#').ok_or("no # at its start")?;
        u32::from_str_radix(digits, 16).map_err(|error| error.to_string())
    }

    pub(super) fn to_text(color: &u32) -> String {
        format!("#{color:x}")
    }
}

fn is_reachable(address: &Address) -> Result<(), String> {
    if address.0 == 81 { Err("port 81 is taken".to_owned()) } else { Ok(()) }
}

fn is_small(connections: &u16) -> Result<(), String> {
    if *connections > 4000 { Err("too many connections".to_owned()) } else { Ok(()) }
}

fn bridged(text: &str) -> Resolution<Bridged> {
    resolve(Layers::new().file("config.json", text))
}

#[test]
fn defaults_of_other_types_are_computed() {
    let resolution = bridged(r#"{"Port": 1500}"#);
    let shown = |path: &str| resolution.setting(path).unwrap().shown().to_string();
    assert_eq!(shown("Address"), "\"127.0.0.1:1500\"");
    assert_eq!((shown("Other"), shown("Color")), ("\"127.0.0.1:1501\"".to_owned(), "\"#5dc\"".to_owned()));
    assert_eq!(shown("First"), "\"127.0.0.1:1\"");
    assert_eq!(shown("Weights"), r#"{"all":[1500,1]}"#);
    let settings = resolution.into_result().unwrap();
    assert_eq!((settings.address, settings.other), (Address(1500), Some(Address(1501))));
    assert_eq!((settings.color, settings.first), (1500, Address(1)));
    assert_eq!((settings.weights.all, settings.connections, settings.port), (vec![1500, 1], 3000, 1500));

    let file = r##"{"Address": "127.0.0.1:7", "Other": null, "Color": "#ff", "First": "127.0.0.1:8", "Weights": {"all": []}}"##;
    let settings = bridged(file).into_result().unwrap();
    assert_eq!((settings.address, settings.other), (Address(7), None));
    assert_eq!((settings.color, settings.first), (255, Address(8)));
    assert_eq!(settings.weights.all, [0; 0]);
    assert_eq!(Bridged::default().address, Address(80));
    assert!(template::commented_json(Bridged::SCHEMA).contains("Default: the port of this machine."));
}

#[test]
fn a_computed_default_is_checked() {
    for (text, expected) in [
        (r#"{"Port": 81}"#, "error[check]: `Address`: port 81 is taken"),
        (r#"{"Address": "127.0.0.1:81"}"#, "config.json:1:13: error[check]: `Address`: port 81 is taken"),
        (r#"{"Port": 2001}"#, "error[check]: `Connections`: too many connections"),
        (r#"{"Connections": 4001}"#, "config.json:1:17: error[check]: `Connections`: too many connections"),
        (r#"{"Address": "x"}"#, "config.json:1:13: error[wrong-type]: `Address`: expected an address"),
        (r#"{"Weights": {"all": 1}}"#, "config.json:1:13: error[malformed]: `Weights`"),
    ] {
        let lines = bridged(text).report().to_lines();
        assert!(lines.contains(expected), "{text}: {lines}");
        assert_eq!(lines.lines().count(), 1, "{text}: {lines}");
    }
}
