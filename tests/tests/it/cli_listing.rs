//! `show --format json` and `explain`: every field that PostgreSQL's `pg_settings` has too.

#![allow(dead_code)] // the fields are read as text only

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value as Json, json};
use settings_core::listing::{Entry, Running, listing};
use settings_core::mail::EmailSettings;
use settings_core::resolve::{Environment, Layers, resolve};
use settings_core::value::ByteSize;
use settings_core::{Secret, SettingValue, Settings};
use settings_tests::cli::{self, Folder, settings};

/// A server.
#[derive(Settings, Debug)]
#[settings(
    env_prefix = "X",
    console = "Server",
    rule(check = |server| server.net.port != 9, message = "port 9 swallows all", fields("Net.Port"), help = "take another")
)]
struct Server {
    net: Net,
    email: EmailSettings,
}

impl AsRef<EmailSettings> for Server {
    fn as_ref(&self) -> &EmailSettings {
        &self.email
    }
}

/// The network.
#[derive(Settings, Debug)]
#[settings(
    section = "Net",
    page = "Network",
    console = "Environment > Net",
    rule(check = |net| !net.tls || net.port != 80, message = "port 80 is in clear", fields("Port", "TLS"), severity = "warning")
)]
struct Net {
    /// The port *to listen on*. Below 1024 it takes `root`.
    ///
    /// Most take 8065.
    #[setting(
        key = "Port",
        title = "Listening port",
        default = 8065,
        range = 1..=65535,
        aliases = ["OldPort", "Service.Listen"],
        restart,
        scope = "system",
        added = "0.1"
    )]
    port: u16,
    /// Encryption.
    ///
    /// - `true`: On.
    /// - `false`: Off.
    #[setting(key = "TLS", default = false)]
    tls: bool,
    /// The site.
    #[setting(format = "url", max_len = 80)]
    site: String,
    /// A name.
    #[setting(pattern = "[a-z]+", min_len = 2, default = "chat")]
    name: String,
    /// The amount that is logged.
    #[setting(default = Level::Low)]
    level: Level,
    /// Levels.
    #[setting]
    levels: BTreeSet<Level>,
    /// How long.
    #[setting(unit = "minutes", range = 1..=90, default = 5)]
    wait: Duration,
    /// How much.
    #[setting(default = 1048576)]
    room: ByteSize,
    /// A limit.
    #[setting(range = 1..=10)]
    limit: Option<u64>,
    /// Counts.
    #[setting]
    counts: BTreeMap<String, i64>,
    /// The key.
    #[setting(restart)]
    key: Secret,
    /// A ratio.
    #[setting(default = 0.5, hidden)]
    ratio: f64,
    /// Workers.
    #[setting(
        default_from = |port| u64::from(*port) * 2,
        default_rule = "twice the `port`",
        deprecated(since = "0.0.1", reason = "it has no use.", replacement = "Limit")
    )]
    workers: u64,
}

/// How much.
#[derive(SettingValue, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// Little.
    Low,
    /// Much.
    #[value(text = "high", label = "All of it")]
    High,
}

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> (bool, String) {
    let run = cli::run::<Server>(arguments, environment);
    assert_eq!(run.error, "");
    (run.code == 0, run.out)
}

fn shown(layers: Layers, running: Option<&Running>) -> BTreeMap<String, Json> {
    let resolution = resolve::<Server>(layers);
    let name = |setting: Json| (setting["name"].as_str().expect("each has a name").to_owned(), setting);
    json(&listing(&resolution, running)).into_iter().map(name).collect()
}

fn json(entries: &[Entry]) -> Vec<Json> {
    entries.iter().map(|entry| serde_json::to_value(entry).expect("an entry is JSON")).collect()
}

const FILE: &str = "{\n  \"Net\": {\n    \"Port\": 80, \"Key\": \"k4n4ry\",\n    \"Wait\": 7\n  }\n}\n";

#[test]
fn one_setting_field_by_field() {
    let layers = Layers::new()
        .custom_defaults("defaults.json", r#"{"Net": {"Port": 1}}"#)
        .file("config.json", FILE)
        .environment(Environment::from_iter([("X_NET_PORT", "9000")]))
        .set("Net.Port", "far", "--set");
    let shown = shown(layers, None);
    let expected = json!({
        "name": "Net.Port",
        "variable": "X_NET_PORT",
        "value": 9000,
        "unit": null,
        "category": "Environment > Net",
        "section": "Net",
        "page": "Network",
        "title": "Listening port",
        "summary": "The port to listen on.",
        "description": "The port to listen on. Below 1024 it takes root.\n\nMost take 8065.",
        "note": "",
        "context": "restart",
        "scope": "system",
        "added": "0.1",
        "deprecated": null,
        "aliases": ["Net.OldPort", "Service.Listen"],
        "hidden": false,
        "required": false,
        "absent": false,
        "todo": null,
        "secret": false,
        "kind": "integer",
        "element": null,
        "nullable": false,
        "min": 1,
        "max": 65535,
        "min_length": null,
        "max_length": null,
        "format": null,
        "pattern": null,
        "values": null,
        "value_docs": [],
        "rules": ["port 80 is in clear", "port 9 swallows all"],
        "default": 8065,
        "default_rule": null,
        "stored": {"value": 80, "origin": {"layer": "file", "file": "config.json", "line": 3, "column": 13}},
        "shadowed": true,
        "origin": {
            "layer": "environment",
            "variable": "X_NET_PORT",
            "env_file": null,
            "line": null,
            "value_file": null,
        },
        "source_file": null,
        "source_line": null,
        "overrides": [
            {"layer": "overrides", "override": "--set", "value": null, "readable": false},
            {"layer": "file", "file": "config.json", "line": 3, "column": 13, "value": 80, "readable": true},
            {
                "layer": "custom defaults",
                "file": "defaults.json",
                "line": 1,
                "column": 18,
                "value": 1,
                "readable": true,
            },
            {"layer": "defaults", "value": 8065, "readable": true},
        ],
        "parts": [],
        "pending_restart": null,
    });
    let port = shown["Net.Port"].as_object().expect("it is an object");
    for (field, expected) in expected.as_object().expect("it is an object") {
        assert_eq!(port.get(field), Some(expected), "{field}");
    }
    assert_eq!(port.len(), expected.as_object().map_or(0, serde_json::Map::len), "{:?}", port.keys());
}

#[test]
fn fields_of_each_kind() {
    let shown = shown(Layers::new().file("config.json", FILE), None);
    let has = |name: &str, expected: Json| {
        for (field, expected) in expected.as_object().expect("it is an object") {
            assert_eq!(&shown[name][field], expected, "{field} of {name}");
        }
    };
    let docs = json!([
        {"value": "true", "label": "true", "text": "On."},
        {"value": "false", "label": "false", "text": "Off."},
    ]);
    has("Net.TLS", json!({"kind": "bool", "values": [true, false], "value_docs": docs, "context": "live"}));
    has("Net.Site", json!({"kind": "string", "format": "url", "max_length": 80, "default": ""}));
    has("Net.Name", json!({"pattern": "[a-z]+", "min_length": 2, "max_length": null, "value": "chat"}));
    let docs = json!([
        {"value": "Low", "label": "Low", "text": "Little."},
        {"value": "high", "label": "All of it", "text": "Much."},
    ]);
    has("Net.Level", json!({"kind": "one-of", "values": ["Low", "high"], "value_docs": docs}));
    has("Net.Levels", json!({"kind": "set", "element": "one-of", "values": ["Low", "high"]}));
    has(
        "Net.Wait",
        json!({"kind": "duration", "unit": "minutes", "min": 1, "max": 90, "value": 7, "source_line": 4}),
    );
    has("Net.Room", json!({"kind": "size", "unit": "bytes", "min": 0, "max": u64::MAX, "default": 1048576}));
    has("Net.Limit", json!({"kind": "integer", "nullable": true, "min": 1, "max": 10, "value": null}));
    has(
        "Net.Counts",
        json!({"kind": "map", "element": "integer", "min": i64::MIN, "max": i64::MAX, "value": {}}),
    );
    has(
        "Net.Key",
        json!({"kind": "secret", "secret": true, "value": "***", "default": "", "source_file": "config.json"}),
    );
    has("Net.Ratio", json!({"kind": "number", "hidden": true, "value": 0.5, "shadowed": false}));
    let deprecated = json!({"since": "0.0.1", "reason": "it has no use.", "replacement": "Limit"});
    has(
        "Net.Workers",
        json!({"default_rule": "twice the port", "default": 160, "value": 160, "deprecated": deprecated}),
    );
    has("EmailSettings.SMTPServer", json!({"category": "Environment > SMTP", "page": "SMTP"}));
}

#[test]
fn unreadable_values_are_marked() {
    let shown = shown(Layers::new().file("config.json", r#"{"Net": {"Port": "far", "Level": "no"}}"#), None);
    for (name, default) in [("Net.Port", json!(8065)), ("Net.Level", json!("Low"))] {
        assert_eq!((&shown[name]["value"], &shown[name]["default"]), (&default, &default));
        assert_eq!(shown[name]["stored"], json!({"value": default, "origin": {"layer": "defaults"}}));
        assert_eq!(shown[name]["overrides"][0]["readable"], false);
        assert_eq!(shown[name]["overrides"].as_array().map(Vec::len), Some(1));
    }
}

#[test]
fn pending_restarts_are_reported() {
    let entries = listing(&resolve::<Server>(Layers::new().file("config.json", FILE)), None);
    let running = entries.iter().collect::<Running>();
    let changed = FILE.replace("80", "81").replace("7", "8").replace("k4n4ry", "an0ther");
    let now = shown(Layers::new().file("config.json", changed), Some(&running));
    assert_eq!(now["Net.Port"]["pending_restart"], true);
    assert_eq!(now["Net.Wait"]["pending_restart"], false, "it takes effect at once");
    assert_eq!(now["Net.Key"]["pending_restart"], Json::Null, "no listing shows secrets");
    let same = shown(Layers::new().file("config.json", FILE), Some(&running));
    assert_eq!(same["Net.Port"]["pending_restart"], false);
    let unknown = shown(Layers::new().file("config.json", FILE), None);
    assert_eq!(unknown["Net.Port"]["pending_restart"], Json::Null);

    let folder = Folder::new("listing");
    let started = folder.write("started.json", Json::Array(json(&entries)).to_string());
    let config = folder.write("config.json", FILE.replace("80", "82"));
    let (_, out) = run(&["--config", &config, "show", "--format", "json", "--running", &started], &[]);
    let shown: Vec<Json> = serde_json::from_str(&out).expect("the listing is JSON");
    assert_eq!(shown[0]["pending_restart"], true, "{}", shown[0]);
    let (_, out) = run(&["--config", &config, "show", "--origin", "--running", &started], &[]);
    let waiting = out.lines().filter(|line| line.contains("restart")).map(str::trim).collect::<Vec<_>>();
    assert_eq!(waiting, ["waits for a restart: the server runs with 80"], "{out}");
    let (_, out) = run(&["--config", &config, "show"], &[]);
    assert!(!out.contains("restart"), "{out}");
    for form in ["human", "json", "env"] {
        let bad = settings(&["show", "--format", form, "--running", &config], &[]);
        assert_eq!((bad.code, bad.out.as_str()), (2, ""), "{form}: {bad:?}");
    }
    let none = settings(&["show", "--format", "json", "--running", &config], &[]);
    assert_eq!(none.code, 2, "{none:?}");
    assert!(none.error.contains("not a listing"), "{none:?}");
}

#[test]
fn every_layer_reports_its_place() {
    let folder = Folder::new("listing-sources");
    let secret = folder.write("secret", "k4n4ry\n");
    std::fs::create_dir(folder.path("secrets")).unwrap();
    let in_dir = folder.write("secrets/X_NET_NAME", "chats\n");
    let mut environment = Environment::from_iter([("X_NET_KEY_FILE", &secret)]);
    environment.add_file("server.env", "# head\nX_NET_LIMIT=3\n");
    let layers = Layers::new().environment(environment).secrets_dir(folder.path("secrets")).unwrap();
    let shown = shown(layers, None);
    let source = |name: &str| (shown[name]["source_file"].clone(), shown[name]["source_line"].clone());
    assert_eq!(source("Net.Key"), (json!(secret), Json::Null));
    assert_eq!(source("Net.Limit"), (json!("server.env"), json!(2)));
    assert_eq!(source("Net.Name"), (json!(in_dir), Json::Null));
    assert_eq!(source("Net.Port"), (Json::Null, Json::Null));
    assert_eq!(shown["Net.Name"]["stored"]["origin"]["layer"], "defaults");
    assert_eq!(shown["Net.Name"]["shadowed"], true);
}

#[test]
fn explain_has_the_same_in_words() {
    let folder = Folder::new("explain");
    let config = folder.write("config.json", FILE);
    let (good, out) = run(&["--config", &config, "explain", "net.oldport"], &[("X_NET_PORT", "9000")]);
    assert!(good);
    let facts = [
        "Net.Port (Listening port)\n",
        "\nThe port to listen on. Below 1024 it takes root.\n",
        "\naccepts   a whole number from 1 to 65535\n",
        "\ndefault   8065\n",
        "\nvariable  X_NET_PORT\n          X_NET_PORT_FILE names a file that holds the value\n",
        "\nconsole   Environment > Net\npage      Network\n",
        "\nwarns     where port 80 is in clear\n",
        "\nrefused   where port 9 swallows all\n          take another\n",
        "\nold name  Net.OldPort, X_NET_OLDPORT\nold name  Service.Listen, X_SERVICE_LISTEN\n",
        "\nadded     0.1\nscope     system\nrestart   a change needs a restart\n",
        "\nvalue     9000\n          from variable X_NET_PORT\n          overrides 80 from ",
        "config.json:3:13\n          overrides default 8065\n",
    ];
    for fact in facts {
        assert!(out.contains(fact), "{fact:?} is missing in\n{out}");
    }
    let explained = |path: &str| run(&["--config", &config, "explain", path], &[]).1;
    let workers = explained("Net.Workers");
    for fact in [
        "\ndefault   twice the port (now 160)\n          computed from Net.Port\n",
        "\ndeprecated since 0.0.1: it has no use.\n          set Net.Limit instead\n",
    ] {
        assert!(workers.contains(fact), "{fact:?} is missing in\n{workers}");
    }
    assert!(explained("Net.Counts").contains("X_NET_COUNTS_KEY sets the entry KEY alone"));
    assert!(explained("Net.Ratio").contains("\nhidden    documents leave it out\n"));
    let key = explained("Net.Key");
    assert!(key.contains("\nsecret    its value is never shown\n") && !key.contains("k4n4ry"), "{key}");
    let tls = explained("Net.TLS");
    assert!(tls.contains("\n  true: On.\n  false: (default) Off.\n"), "{tls}");
    let (_, json) = run(&["--config", &config, "explain", "Net.Port", "--format", "json"], &[]);
    let json: Json = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!((&json["name"], &json["value"]), (&json!("Net.Port"), &json!(80)));
}
