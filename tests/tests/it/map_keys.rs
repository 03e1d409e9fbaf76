//! The keys of maps by their kind: each wrong one is refused at its place, in files, variables and arguments alike.
//!
//! A number is written in one way (`1`, not `01`), so that layers merge its entry. Keys of other kinds may have several
//! spellings, and two of one key are refused.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::num::NonZeroU8;

use serde_json::{Value as Json, json};
use settings_core::docs::{self, Dialect, Format, Style};
use settings_core::json_schema::json_schema;
use settings_core::resolve::{Environment, Layers, Place, Resolution, check_defaults, resolve};
use settings_core::schema::{Kind, Segment, TextRules};
use settings_core::value::MapKey;
use settings_core::{FileFormat, SettingValue, Settings};

/// A program with maps of every kind of keys.
#[derive(Settings, Debug)]
#[settings(env_prefix = "MK")]
#[allow(dead_code)] // some are only resolved
struct Program {
    /// Names of ports.
    #[setting(default = {"80": "http"})]
    ports: BTreeMap<u16, String>,
    /// Limits by role.
    #[setting(default = {})]
    limits: HashMap<Role, u8>,
    /// Weights by level.
    #[setting(default = {}, range = 0..=9)]
    weights: BTreeMap<Level, u8>,
    /// Names of hosts.
    #[setting(default = {})]
    hosts: BTreeMap<IpAddr, String>,
    /// Sizes by tenant.
    #[setting(default = {})]
    tenants: BTreeMap<Tenant, u8>,
    /// Sizes by region.
    #[setting(default = {})]
    regions: BTreeMap<Region, u8>,
    /// Switches.
    #[setting(default = {})]
    switches: BTreeMap<bool, u8>,
    /// The shards.
    shards: BTreeMap<NonZeroU8, Shard>,
    /// The sites by role.
    sites: BTreeMap<Role, Shard>,
    /// The peers.
    peers: BTreeMap<IpAddr, Shard>,
}

/// A role.
#[derive(SettingValue, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Role {
    /// Sees everything.
    #[value(text = "admin")]
    Admin,
    /// Writes.
    #[value(text = "user")]
    User,
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

/// One shard.
#[derive(Settings, Debug)]
struct Shard {
    /// The size.
    #[setting(default = 1)]
    size: u32,
}

/// A tenant, whose keys only its type knows.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Tenant(String);

impl MapKey for Tenant {
    fn from_key(key: Cow<'_, str>) -> Result<Self, String> {
        match key.chars().all(|c| c.is_ascii_lowercase()) {
            true => Ok(Self(key.into_owned())),
            false => Err("a tenant has small letters only".to_owned()),
        }
    }

    fn to_key(&self) -> Cow<'_, str> {
        self.0.as_str().into()
    }
}

/// A region, whose keys have a pattern.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Region(String);

impl MapKey for Region {
    const KEY_KIND: Kind = Kind::TextOf(&TextRules::ANY.max_len(4).pattern("[a-z]+-[0-9]+"));

    fn from_key(key: Cow<'_, str>) -> Result<Self, String> {
        Ok(Self(key.into_owned()))
    }

    fn to_key(&self) -> Cow<'_, str> {
        self.0.as_str().into()
    }
}

fn of_file(json: &Json) -> Resolution<Program> {
    resolve(Layers::new().file("config.json", json.to_string()))
}

fn lines(resolution: &Resolution<Program>) -> Vec<String> {
    resolution.report().to_lines().lines().map(str::to_owned).collect()
}

/// Maps with one key, which is right or wrong, and a part of the message about a wrong one.
const KEYS: &[(&str, &str, &str)] = &[
    ("Ports", "443", ""),
    ("Ports", "0", ""),
    (
        "Ports",
        "0443",
        "expected a key that is a whole number from 0 to 65535, found `0443`; write it as `443`",
    ),
    ("Ports", "+1", "write it as `1`"),
    ("Ports", "70000", "expected a key that is a whole number from 0 to 65535, found 70000"),
    ("Ports", "-1", "expected a key that is a whole number from 0 to 65535"),
    ("Ports", "http", "found `http`; correct the key, or remove the entry"),
    ("Ports", "", "expected a key that is a whole number"),
    ("Limits", "admin", ""),
    (
        "Limits",
        "admn",
        "expected a key that is `\"admin\"` or `\"user\"`, found `\"admn\"`; did you mean `\"admin\"`?",
    ),
    ("Limits", "Admin", "did you mean `\"admin\"`?"),
    ("Weights", "low", ""),
    ("Weights", "HIGH", ""),
    ("Weights", "Middle", "expected a key that is `\"Low\"` or `\"High\"`"),
    ("Hosts", "127.0.0.1", ""),
    ("Hosts", "0:0::1", ""),
    ("Hosts", "127.0.0.256", "expected a key that is an IP address such as"),
    ("Hosts", "localhost", "expected a key that is an IP address such as"),
    ("Tenants", "acme", ""),
    ("Regions", "eu-1", ""),
    ("Regions", "eu", "expected a key that is text of at most 4 characters that matches `[a-z]+-[0-9]+`"),
    ("Regions", "eu-10", "expected a key that is text of at most 4 characters"),
    ("Switches", "true", ""),
    ("Switches", "1", "expected a key that is `true` or `false`, found `1`; write it as `true`"),
    ("Shards", "1", ""),
    ("Shards", "0", "expected a key that is a whole number from 1 to 255, found 0"),
    ("Sites", "user", ""),
    ("Sites", "usr", "did you mean `\"user\"`?"),
    ("Peers", "::1", ""),
    ("Peers", "::g", "expected a key that is an IP address such as"),
];

/// Returns whether a report has one finding, with the parts of `message`.
fn says(lines: &[String], message: &str) -> bool {
    matches!(lines, [only] if message.split("; ").all(|part| only.contains(part)))
}

fn value_of(map: &str) -> Json {
    match map {
        "Ports" | "Hosts" => json!("x"),
        "Shards" | "Sites" | "Peers" => json!({"Size": 5}),
        _ => json!(5),
    }
}

#[test]
fn schema_and_resolver_judge_keys_alike_in_every_format() {
    assert_eq!(check_defaults::<Program>().to_lines(), "");
    let schema: Json = serde_json::from_str(&json_schema(Program::SCHEMA).to_string()).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for (map, key, message) in KEYS {
        let file = json!({ *map: { *key: value_of(map) } });
        let resolution = of_file(&file);
        assert_eq!(validator.is_valid(&file), message.is_empty(), "{file}");
        assert_eq!(resolution.report().has_errors(), !message.is_empty(), "{file}: {:?}", lines(&resolution));
        for format in [FileFormat::Json, FileFormat::Yaml, FileFormat::Toml] {
            let text = match format {
                FileFormat::Toml => {
                    let value = value_of(map).to_string().replace(':', "=");
                    format!("[{map}]\n{} = {value}\n", json!(key))
                }
                _ => file.to_string(),
            };
            let resolution: Resolution<Program> =
                resolve(Layers::new().file_in(format, "config", text.as_str()));
            let lines = lines(&resolution);
            if message.is_empty() {
                assert!(lines.is_empty(), "{format}: {text}: {lines:?}");
                continue;
            }
            assert!(says(&lines, message), "{format}: {text}: {lines:?}");
            // the caret is at the key, not at the whole map
            let Place::File { line, column, .. } = &resolution.report().diagnostics()[0].place else {
                panic!("{lines:?}")
            };
            let at = text.lines().nth(*line - 1).unwrap().get(*column - 1..).unwrap();
            assert!(at.starts_with(&json!(key).to_string()), "{format}: {text}: {line}:{column}");
        }
    }
}

/// A map is merged where more than one layer has it, or its default has entries.
#[test]
fn wrong_keys_are_refused_in_merged_maps_in_variables_and_in_arguments() {
    for (map, key, message) in KEYS.iter().filter(|(_, key, _)| !key.is_empty()) {
        let file = json!({ *map: { *key: value_of(map) } });
        let layers = Layers::new().file("base.json", format!("{{\"{map}\": {{}}}}"));
        let merged: Resolution<Program> = resolve(layers.file("config.json", file.to_string()));
        let value = match value_of(map) {
            Json::String(text) => text,
            value => value.to_string(),
        };
        let set =
            resolve(Layers::new().set(format!("{map}{}", Segment::Key((*key).to_owned())), &value, "--set"));
        let variable = format!("MK_{}_{key}", map.to_uppercase());
        let environment = Environment::from_iter([(variable, value)]);
        let variable = resolve(Layers::new().environment(environment));
        let whole = Environment::from_iter([(format!("MK_{}", map.to_uppercase()), file[*map].to_string())]);
        let whole = resolve(Layers::new().environment(whole));
        for (layer, resolution) in
            [("file", merged), ("--set", set), ("variable", variable), ("whole", whole)]
        {
            let lines = lines(&resolution);
            match message.is_empty() {
                true => assert!(lines.is_empty(), "{layer}: {map}.{key}: {lines:?}"),
                // an unknown choice in capitals
                false if layer == "variable" && *key == "Admin" => assert!(lines.is_empty(), "{lines:?}"),
                false => {
                    assert!(says(&lines, message), "{layer}: {map}.{key}: {lines:?}");
                }
            }
        }
    }
}

#[test]
fn variables_name_choices_in_capitals() {
    let environment = Environment::from_iter([
        ("MK_LIMITS_ADMIN", "7"),
        ("MK_WEIGHTS_HIGH", "3"),
        ("MK_SITES_USER_SIZE", "9"),
        ("MK_PORTS_443", "https"),
        ("MK_SHARDS_2_SIZE", "8"),
    ]);
    let resolution: Resolution<Program> = resolve(Layers::new().environment(environment));
    assert_eq!(lines(&resolution), [""; 0]);
    let program = resolution.into_result().unwrap();
    assert_eq!((program.limits[&Role::Admin], program.weights[&Level::High]), (7, 3));
    assert_eq!(
        (program.sites[&Role::User].size, &*program.ports[&443], &*program.ports[&80]),
        (9, "https", "http")
    );
    assert_eq!(program.shards[&NonZeroU8::new(2).unwrap()].size, 8);

    let environment = Environment::from_iter([("MK_LIMITS_ADMN", "7")]);
    let resolution: Resolution<Program> = resolve(Layers::new().environment(environment));
    let lines = lines(&resolution);
    assert!(lines.len() == 1 && lines[0].contains("did you mean `\"admin\"`?"), "{lines:?}");
}

#[test]
fn a_number_has_one_spelling_and_two_of_another_key_are_refused() {
    for (file, message) in [
        (json!({"Ports": {"1": "a", "01": "b"}}), "write it as `1`"),
        (json!({"Weights": {"Low": 1, "LOW": 2}}), "found `LOW` twice"),
        (json!({"Hosts": {"::1": "a", "0::1": "b"}}), "the key `::1` appears twice in two spellings"),
        (json!({"Peers": {"::1": {}, "0::1": {}}}), "it appears twice, in two spellings"),
    ] {
        let lines = lines(&of_file(&file));
        assert!(lines.len() == 1 && lines[0].contains(message), "{file}: {lines:?}");
    }
    // of two layers, the stronger has the entry of the weaker, in its own letter case
    let layers = Layers::new().file("a.json", r#"{"Weights": {"Low": 1, "High": 2}}"#);
    let resolution: Resolution<Program> = resolve(layers.file("b.json", r#"{"Weights": {"LOW": 5}}"#));
    assert_eq!(lines(&resolution), [""; 0]);
    let weights = resolution.into_result().unwrap().weights;
    assert_eq!(weights, BTreeMap::from([(Level::Low, 5), (Level::High, 2)]));
}

/// The key of a type that is written by hand is checked by its type, at the key.
#[test]
fn a_type_of_the_programs_own_refuses_keys_in_its_own_words() {
    let resolution = of_file(&json!({"Tenants": {"acme": 1, "Acme": 2}}));
    let lines = lines(&resolution);
    let message = "`Tenants.Acme`: expected a key that is accepted by its type, found `Acme`: a tenant has small letters";
    assert!(
        lines.len() == 1 && lines[0].contains(message) && lines[0].starts_with("config.json:1:"),
        "{lines:?}"
    );
}

#[test]
fn a_wrong_key_does_not_hide_a_wrong_value() {
    let file = r#"{"Ports": {"x": 5, "80": []}, "Limits": {"y": "z"}, "Shards": {"0": {"Size": "a"}}}"#;
    for layers in [Layers::new(), Layers::new().file("base.json", r#"{"Limits": {}, "Shards": {"1": {}}}"#)] {
        let resolution: Resolution<Program> = resolve(layers.file("config.json", file));
        let lines = lines(&resolution).join("\n");
        for path in ["`Ports.x`", "`Ports.80`", "`Limits.y`", "`Shards.0`", "`Shards.0.Size`"] {
            assert!(lines.contains(&format!("{path}: expected")), "{path}: {lines}");
        }
        assert_eq!(lines.matches("`Limits.y`").count(), 2, "{lines}");
    }
}

#[test]
fn pages_name_the_keys() {
    for format in [Format::Rst, Format::Markdown] {
        let pages = docs::from_schema_in(Program::SCHEMA, &Dialect::new("app.toml"));
        let text: String = pages.iter().map(|page| docs::render(page, Style::Heading, format)).collect();
        for keys in [
            "each key is a whole number from 0 to 65535, each value is text",
            "each entry has a name (a whole number from 1 to 255), and the settings below",
            "each key is an IP address such as",
        ] {
            assert!(text.contains(keys), "{format:?}: {keys}\n{text}");
        }
        assert!(!text.contains("accepted by its type"), "{text}");
    }
}

#[test]
fn the_schema_of_keys_is_small() {
    let schema: Json = serde_json::from_str(&json_schema(Program::SCHEMA).to_string()).unwrap();
    let names = |map: &str| schema.pointer(&format!("/properties/{map}/propertyNames")).cloned();
    assert_eq!(names("Limits"), Some(json!({"type": "string", "enum": ["admin", "user"]})));
    assert_eq!(names("Switches"), Some(json!({"type": "string", "enum": ["true", "false"]})));
    assert_eq!(names("Tenants"), None);
    assert!(names("Ports").unwrap().to_string().len() < 200);
    assert!(names("Hosts").unwrap().to_string().len() < 300);
}
