//! Every kind of value a field can have, its default, and a value of it from a file.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::Duration;

use settings_core::resolve::{Layers, resolve};
use settings_core::schema::{CustomKind, DefaultValue, Kind, Member, Unit};
use settings_core::value::Value;
use settings_core::{Secret, SettingValue, Settings};

const PORT: u16 = 25;
const LEAST: i8 = -5;
const HOST: &str = "mail.example.com";
const RATIO: f64 = 0.5;
const MINUTE: u64 = 60;

/// Everything.
#[derive(Settings, Debug, PartialEq)]
#[settings(env_prefix = "ALL")]
struct Everything {
    /// A bool.
    #[setting(default = true)]
    bool: bool,
    /// A bool by a constant.
    #[setting(default = cfg!(any()))]
    bool_constant: bool,
    /// A number below zero, in a range by a constant.
    #[setting(default = -5, range = LEAST..=127)]
    signed: i8,
    /// A whole number.
    #[setting(default = 0xFFFF_FFFF_FFFF_FFFF)]
    u64: u64,
    /// A whole number.
    #[setting(default = -9_223_372_036_854_775_808)]
    i64: i64,
    /// A whole number by a constant.
    #[setting(default = PORT + 1, range = PORT..=1000)]
    integer_constant: u16,
    /// A number with a fraction.
    #[setting(default = -1.5)]
    f64: f64,
    /// A number with a fraction, written without.
    #[setting(default = 2)]
    f32: f32,
    /// A number by a constant.
    #[setting(default = RATIO)]
    float_constant: f64,
    /// A number with a fraction, in a range.
    #[setting(default = 0.5, range = -0.5..=1)]
    float_range: f64,
    /// Numbers with a fraction, in a range by a constant.
    #[setting(default = [0.5, 1], range = RATIO..=1.0)]
    float_ranges: Vec<f64>,
    /// A type of its own, in a range.
    #[setting(default = 50, range = 10..=60)]
    percent: Percent,
    /// Text.
    #[setting(default = "localhost")]
    text: String,
    /// Text by a constant.
    #[setting(default = HOST)]
    text_constant: String,
    /// Text without a default.
    #[setting]
    text_empty: String,
    /// A path.
    #[setting(default = "/var/mail")]
    path: PathBuf,
    /// A secret.
    #[setting(default = "")]
    secret: Secret,
    /// A length of time.
    #[setting(default = 1500, unit = "milliseconds")]
    milliseconds: Duration,
    /// A length of time by a constant.
    #[setting(default = 2 * MINUTE, unit = "minutes", range = 1..=240)]
    minutes: Duration,
    /// A long time.
    #[setting(default = 3650, unit = "days")]
    days: std::time::Duration,
    /// A list.
    #[setting(default = ["a \"b\"", "ü\n"])]
    list: Vec<String>,
    /// A list of numbers in a range.
    #[setting(default = [25, 587], range = 1..=1000)]
    ports: Vec<u16>,
    /// A list of lengths of time.
    #[setting(default = [1, 2], unit = "hours")]
    retries: Vec<Duration>,
    /// A list of choices.
    #[setting(default = ["Low"])]
    levels: Vec<Level>,
    /// A map.
    #[setting(default = {"smtp": 25, "smtps": 465})]
    map: BTreeMap<String, u16>,
    /// A map without a default.
    #[setting]
    map_empty: HashMap<String, Vec<String>>,
    /// A number, if any.
    #[setting(range = 1..=10)]
    optional: Option<u8>,
    /// A number, if any.
    #[setting(default = 5)]
    optional_some: Option<u8>,
    /// A length of time, if any.
    #[setting(default = 3, unit = "seconds", range = 1..=5)]
    optional_duration: Option<Duration>,
    /// A choice, if any.
    #[setting(default = Level::High)]
    optional_level: Option<Level>,
    /// A choice by its text.
    #[setting(default = "Low")]
    level: Level,
    /// A choice by a constant.
    #[setting(default = Level::DEFAULT)]
    level_constant: Level,
    /// A type of one's own.
    #[setting(default = "#2389D7")]
    colour: Colour,
    /// By a raw name.
    #[setting]
    r#type: String,
}

/// A level.
#[derive(SettingValue, Clone, Copy, Debug, PartialEq)]
enum Level {
    /// Low.
    Low,
    /// High.
    High,
}

impl Level {
    const DEFAULT: Self = Self::High;
}

/// A colour.
#[derive(Debug, PartialEq)]
struct Colour(u32);

impl SettingValue for Colour {
    const KIND: Kind = Kind::Custom(&CustomKind::new("a colour such as #2389D7", |text| {
        match text.strip_prefix('#').map(|digits| u32::from_str_radix(digits, 16)) {
            Some(Ok(_)) => Ok(()),
            _ => Err("not six hexadecimal digits after a #".to_owned()),
        }
    }));

    fn from_value(value: Value<'_>) -> Option<Self> {
        u32::from_str_radix(value.as_text()?.strip_prefix('#')?, 16).ok().map(Self)
    }

    fn to_value(&self) -> Value<'_> {
        Value::Text(format!("#{:06X}", self.0).into())
    }
}

/// A percentage.
#[derive(Debug, PartialEq)]
struct Percent(u8);

impl SettingValue for Percent {
    const KIND: Kind = Kind::Integer { min: 0, max: 100 };

    fn from_value(value: Value<'_>) -> Option<Self> {
        u8::from_value(value).map(Self)
    }

    fn to_value(&self) -> Value<'_> {
        Value::Integer(self.0.into())
    }
}

#[test]
fn numbers_keep_to_their_ranges() {
    assert_eq!(kind("FloatRange"), Kind::Float { min: -0.5, max: 1.0 });
    assert_eq!(kind("FloatRanges"), Kind::List(&Kind::Float { min: 0.5, max: 1.0 }));
    assert_eq!(kind("Percent"), Kind::Integer { min: 10, max: 60 });
    let file =
        r#"{"FloatRange": 1.5, "FloatRanges": [0.25], "Percent": 61, "F32": 1e39, "FloatConstant": 1e39}"#;
    let resolution = resolve::<Everything>(Layers::new().file("c.json", file));
    let lines = resolution.report().to_lines();
    let told: Vec<_> = lines.lines().map(|line| line.split(" (").next().unwrap()).collect();
    assert_eq!(
        told,
        [
            "c.json:1:16: error[out-of-range]: `FloatRange`: expected a number from -0.5 to 1.0, found 1.5",
            "c.json:1:37: error[out-of-range]: `FloatRanges[0]`: expected a number from 0.5 to 1.0, found 0.25",
            "c.json:1:55: error[out-of-range]: `Percent`: expected a whole number from 10 to 60, found 61",
            "c.json:1:66: error[out-of-range]: `F32`: expected a number from -3.4028234663852886e38 to 3.4028234663852886e38, found 1e39",
        ]
    );
}

fn kind(key: &str) -> Kind {
    match Everything::SCHEMA.members.iter().find(|member| member.key() == key) {
        Some(Member::Setting(setting)) => setting.kind,
        _ => panic!("no setting {key}"),
    }
}

#[test]
fn defaults_follow_the_annotations() {
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    let expected = Everything {
        bool: true,
        bool_constant: false,
        signed: -5,
        u64: u64::MAX,
        i64: i64::MIN,
        integer_constant: 26,
        f64: -1.5,
        f32: 2.0,
        float_constant: 0.5,
        float_range: 0.5,
        float_ranges: vec![0.5, 1.0],
        percent: Percent(50),
        text: "localhost".to_owned(),
        text_constant: "mail.example.com".to_owned(),
        text_empty: String::new(),
        path: PathBuf::from("/var/mail"),
        secret: Secret::default(),
        milliseconds: Duration::from_millis(1500),
        minutes: hours(2),
        days: hours(3650 * 24),
        list: vec!["a \"b\"".to_owned(), "ü\n".to_owned()],
        ports: vec![25, 587],
        retries: vec![hours(1), hours(2)],
        levels: vec![Level::Low],
        map: BTreeMap::from([("smtp".to_owned(), 25), ("smtps".to_owned(), 465)]),
        map_empty: HashMap::new(),
        optional: None,
        optional_some: Some(5),
        optional_duration: Some(Duration::from_secs(3)),
        optional_level: Some(Level::High),
        level: Level::Low,
        level_constant: Level::High,
        colour: Colour(0x2389D7),
        r#type: String::new(),
    };
    assert_eq!(Everything::default(), expected);
}

#[test]
fn units_and_ranges_narrow_the_innermost_kind() {
    const PORT_RANGE: Kind = Kind::Integer { min: 1, max: 1000 };
    const SECONDS: Kind = Kind::Duration { unit: Unit::Seconds, min: 1, max: 5 };
    assert_eq!(kind("Signed"), Kind::Integer { min: -5, max: 127 });
    assert_eq!(kind("IntegerConstant"), Kind::Integer { min: 25, max: 1000 });
    assert_eq!(kind("Minutes"), Kind::Duration { unit: Unit::Minutes, min: 1, max: 240 });
    assert_eq!(kind("Ports"), Kind::List(&PORT_RANGE));
    assert_eq!(kind("OptionalDuration"), Kind::Optional(&SECONDS));
    assert!(matches!(kind("Retries"), Kind::List(Kind::Duration { unit: Unit::Hours, .. })));
}

#[test]
fn every_kind_is_read_from_a_file() {
    let file = r##"{
        "Signed": -4, "U64": 0, "F64": 1.25, "Path": "/tmp", "Secret": "s", "Milliseconds": 7, "Days": 1,
        "List": ["x"], "Ports": [1], "Retries": [3], "Levels": ["High", "Low"], "Map": {"a": 1},
        "MapEmpty": {"a": ["b"]}, "Optional": 3, "OptionalSome": null, "OptionalDuration": 4,
        "OptionalLevel": null, "Level": "High", "Colour": "#000001", "Type": "t"
    }"##;
    let all = resolve::<Everything>(Layers::new().file("config.json", file)).into_result().unwrap();
    assert_eq!((all.signed, all.u64, all.f64), (-4, 0, 1.25));
    assert_eq!((all.path, all.secret.expose()), (PathBuf::from("/tmp"), "s"));
    assert_eq!((all.milliseconds, all.days), (Duration::from_millis(7), Duration::from_secs(86_400)));
    assert_eq!((all.list, all.ports), (vec!["x".to_owned()], vec![1]));
    assert_eq!((all.retries, all.levels), (vec![Duration::from_secs(10_800)], vec![Level::High, Level::Low]));
    // merged with the default
    assert_eq!(
        all.map,
        BTreeMap::from([("a", 1), ("smtp", 25), ("smtps", 465)].map(|(key, value)| (key.to_owned(), value)))
    );
    assert_eq!(all.map_empty, HashMap::from([("a".to_owned(), vec!["b".to_owned()])]));
    assert_eq!((all.optional, all.optional_some), (Some(3), None));
    assert_eq!((all.optional_duration, all.optional_level), (Some(Duration::from_secs(4)), None));
    assert_eq!((all.level, all.colour, all.r#type.as_str()), (Level::High, Colour(1), "t"));
}

#[test]
fn every_default_is_accepted_by_its_own_kind() {
    for member in Everything::SCHEMA.members {
        let Member::Setting(setting) = member else { continue };
        let is_nothing = matches!(setting.default, DefaultValue::None);
        assert_eq!(setting.default_value() == Value::Null, is_nothing, "{}", setting.key);
    }
}
