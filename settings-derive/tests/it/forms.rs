//! Text held to rules, sizes, sets, and sections that may be absent or repeat.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet, HashSet};

use settings_core::resolve::{Code, Environment, Layers, Resolution, Severity, resolve};
use settings_core::schema::{Format, Kind, Member, Setting, TextRules};
use settings_core::template;
use settings_core::value::ByteSize;
use settings_core::{Secret, Settings};

/// Everything.
#[derive(Settings, Debug, PartialEq)]
#[settings(env_prefix = "X")]
struct Program {
    forms: Forms,
    /// The other destinations of mail.
    relay: Option<Relay>,
    /// The copies of the database.
    replicas: Vec<Replica>,
    /// The plugins.
    #[settings(section = "PluginStates")]
    plugins: BTreeMap<String, Plugin>,
}

/// Forms of text.
#[derive(Settings, Debug, PartialEq)]
struct Forms {
    /// The address of the server.
    #[setting(key = "SiteURL", format = "url")]
    site_url: String,
    /// The recipients of mail.
    #[setting(default = ["a@example.com"], format = "email")]
    admins: Vec<String>,
    /// The address to listen on.
    #[setting(default = ":8065", format = "socket address")]
    listen: String,
    /// A proxy, if any.
    #[setting(format = "host")]
    proxy: Option<String>,
    /// A name.
    #[setting(default = "chat", min_len = 2, max_len = 8, pattern = "[a-z]+")]
    name: String,
    /// The largest file.
    #[setting(default = "10MB", range = 1..=1_000_000_000)]
    largest: ByteSize,
    /// A cache.
    #[setting(default = ByteSize(1 << 20))]
    cache: ByteSize,
    /// Languages.
    #[setting(default = ["de", "en"])]
    languages: BTreeSet<String>,
    /// Ports.
    #[setting]
    ports: HashSet<u16>,
}

/// Another way for mail.
#[derive(Settings, Debug, PartialEq)]
struct Relay {
    /// The host.
    #[setting(default = "relay")]
    host: String,
    /// The port.
    #[setting(default = 25)]
    port: u16,
}

/// A copy of the database.
#[derive(Settings, Debug, PartialEq)]
#[settings(rule(check = |replica| replica.lag < 100, message = "the lag is hopeless", fields("Lag")))]
struct Replica {
    /// The address.
    #[setting]
    data_source: Secret,
    /// The longest lag.
    #[setting(default = 7)]
    lag: u32,
    #[settings(section = "Inner")]
    inner: Option<Relay>,
}

/// A plugin.
#[derive(Settings, Debug, PartialEq)]
struct Plugin {
    /// Turns it on or off.
    #[setting(default = false)]
    enable: bool,
}

fn file(text: &str) -> Resolution<Program> {
    resolve(Layers::new().file("config.json", text))
}

fn env(variables: &[(&str, &str)]) -> Resolution<Program> {
    resolve(
        Layers::new()
            .file(
                "config.json",
                r#"{"PluginStates": {"com.example.a-b": {}, "com.example.c": {"Enable": true}}}"#,
            )
            .environment(Environment::from_iter(variables.iter().copied())),
    )
}

fn lines(resolution: &Resolution<Program>) -> Vec<String> {
    resolution.report().to_lines().lines().map(str::to_owned).collect()
}

fn setting(key: &str) -> Setting {
    match Forms::SCHEMA.members.iter().find(|member| member.key() == key) {
        Some(Member::Setting(setting)) => *setting,
        _ => panic!("no setting {key}"),
    }
}

#[test]
fn the_kinds_follow_from_types_and_attributes() {
    let Kind::TextOf(url) = setting("SiteURL").kind else { panic!("{:?}", setting("SiteURL").kind) };
    assert_eq!(*url, TextRules::ANY.format(Format::Url).or_empty());
    let Kind::List(Kind::TextOf(email)) = setting("Admins").kind else { panic!() };
    assert_eq!((email.format, email.or_empty), (Some(Format::Email), false));
    let Kind::Optional(Kind::TextOf(host)) = setting("Proxy").kind else { panic!() };
    assert_eq!((host.format, host.or_empty), (Some(Format::Host), false));
    let Kind::TextOf(name) = setting("Name").kind else { panic!() };
    assert_eq!(
        (name.min_len, name.max_len, name.pattern.map(|pattern| pattern.as_str())),
        (2, 8, Some("[a-z]+"))
    );
    assert_eq!(setting("Largest").kind, Kind::Size { min: 1, max: 1_000_000_000 });
    assert_eq!(setting("Languages").kind, Kind::Set(&Kind::Text));
}

#[test]
fn defaults() {
    let program = Program::default();
    assert_eq!((program.forms.largest, program.forms.cache), (ByteSize(10_000_000), ByteSize(1_048_576)));
    assert_eq!(program.forms.languages, BTreeSet::from(["de".to_owned(), "en".to_owned()]));
    assert_eq!((program.relay, program.replicas.len(), program.plugins.len()), (None, 0, 0));
}

#[test]
fn values_are_read() {
    let resolution = file(
        r#"{"Forms": {"SiteURL": "https://example.com", "Admins": ["b@c"], "Listen": "[::1]:80", "Proxy": "::1",
            "Name": "ab", "Largest": "512KiB", "Cache": 7, "Languages": ["fr"], "Ports": [1, "2"]},
            "Relay": {"Port": 26},
            "Replicas": [{"DataSource": "k4n4ry"}, {"Lag": 1, "Inner": {"Host": "x"}}],
            "PluginStates": {"a.b": {"Enable": true}}}"#,
    );
    assert_eq!(lines(&resolution), [""; 0]);
    let shown = resolution.setting("Replicas").unwrap().shown();
    assert_eq!(
        shown,
        r#"[{"DataSource": "***", "Lag": 7, "Inner": null}, {"DataSource": "", "Lag": 1, "Inner": {"Host": "x", "Port": 25}}]"#
    );
    let program = resolution.into_result().unwrap();
    assert_eq!((program.forms.largest, program.forms.cache), (ByteSize(524_288), ByteSize(7)));
    assert_eq!(program.forms.ports, HashSet::from([1, 2]));
    assert_eq!(program.relay, Some(Relay { host: "relay".to_owned(), port: 26 }));
    assert_eq!(program.replicas[0].data_source.expose(), "k4n4ry");
    assert_eq!(program.replicas[1].inner, Some(Relay { host: "x".to_owned(), port: 25 }));
    assert_eq!(program.plugins, BTreeMap::from([("a.b".to_owned(), Plugin { enable: true })]));
}

#[test]
fn every_fault_is_reported_at_its_place() {
    let resolution = file(
        r#"{"Forms": {
  "SiteURL": "example.com",
  "Admins": ["a@b", "a b"],
  "Name": "CHAT",
  "Largest": "2GB",
  "Cache": "10mb",
  "Languages": ["de", "en", "de"]},
 "Replicas": [
  {"Lag": 5},
  {"Lga": 5,
   "Lag": "x",
   "Inner": {"Port": 0.5}}],
 "PluginStates": {"a": {"Enable": "yes"},
  "b": 1}}"#,
    );
    let expected = [
        "config.json:2:14: error[malformed]: `Forms.SiteURL`: expected a URL such as `https://example.com`, or nothing, found `\"example.com\"` (did you mean `\"https://example.com\"`?)",
        "config.json:3:21: error[malformed]: `Forms.Admins[1]`: expected an e-mail address such as `chat@example.com`, found `\"a b\"` (correct the value, or remove it)",
        "config.json:4:11: error[malformed]: `Forms.Name`: expected text of 2 to 8 characters that matches `[a-z]+`, found `\"CHAT\"` (did you mean `\"chat\"`?)",
        "config.json:5:14: error[out-of-range]: `Forms.Largest`: expected a size from 1B to 1GB, found 2GB (correct the value, or remove it: the default is `10000000` bytes)",
        "config.json:6:12: error[wrong-type]: `Forms.Cache`: expected a whole number of bytes, or a size such as `10MB` or `512KiB`, found `10mb` (did you mean `\"10MB\"`?)",
        "config.json:7:29: error[duplicate-element]: `Forms.Languages`: expected a list without duplicates, each element text, found `\"de\"` twice (remove one of the two)",
        "config.json:10:4: warning[unknown-key]: unknown setting `Replicas[1].Lga` (did you mean `Lag`?)",
        "config.json:11:11: error[wrong-type]: `Replicas[1].Lag`: expected a whole number from 0 to 4294967295, found the text \"x\" (correct the value, or remove it)",
        "config.json:12:22: error[out-of-range]: `Replicas[1].Inner.Port`: expected a whole number from 0 to 65535, found 0.5 (correct the value, or remove it)",
        "config.json:13:35: error[wrong-type]: `PluginStates.a.Enable`: expected `true` or `false`, found a string (did you mean `true`?)",
        "config.json:14:8: error[wrong-type]: `PluginStates.b`: expected an object with the keys `Enable`, found a number (correct the value, or remove it)",
    ];
    assert_eq!(lines(&resolution), expected, "{}", resolution.report());
}

#[test]
fn rules_hold_in_every_element() {
    let resolution = file(r#"{"Replicas": [{}, {"Lag": 100}]}"#);
    let told = &resolution.report().diagnostics()[0];
    assert_eq!((told.code, told.setting.as_deref()), (Code::Rule, Some("Replicas[1]")));
    assert_eq!(told.message, "`Replicas[1]`: the lag is hopeless");
}

#[test]
fn an_absent_section_is_none_until_a_layer_names_it() {
    assert_eq!(file("{}").value().unwrap().relay, None);
    assert!(file(r#"{"Relay": {}}"#).value().unwrap().relay.is_some());
    assert_eq!(file(r#"{"Relay": null}"#).value().unwrap().relay, None);
    assert_eq!(env(&[("X_RELAY_PORT", "7")]).value().unwrap().relay.as_ref().unwrap().port, 7);
    let layers = Layers::new()
        .custom_defaults("defaults.json", r#"{"Relay": {"Port": 7}}"#)
        .file("config.json", r#"{"Relay": null}"#);
    assert_eq!(resolve::<Program>(layers).value().unwrap().relay, None);
    for text in [template::default_json(Program::SCHEMA), template::commented_json(Program::SCHEMA)] {
        let resolution = file(&text);
        assert_eq!(lines(&resolution), [""; 0], "{text}");
        assert_eq!(resolution.into_result().unwrap(), Program::default());
    }
    let mut environment = Environment::default();
    environment.add_file(".env", &template::env(Program::SCHEMA));
    let resolution = resolve::<Program>(Layers::new().environment(environment));
    assert_eq!(resolution.into_result().unwrap(), Program::default());
}

#[test]
fn one_entry_of_a_map_has_its_own_variable() {
    let resolution = env(&[
        ("X_PLUGINSTATES_COM_EXAMPLE_A_B", r#"{"Enable": true}"#),
        ("X_PLUGINSTATES_new.plugin", r#"{"Enable": true}"#),
    ]);
    assert_eq!(lines(&resolution), [""; 0]);
    let origin = resolution.setting("PluginStates").unwrap();
    assert_eq!(origin.origin.to_string(), "variable X_PLUGINSTATES_COM_EXAMPLE_A_B");
    assert_eq!(origin.overridden.len(), 3);
    let on = Plugin { enable: true };
    let keys: Vec<_> =
        resolution.value().unwrap().plugins.iter().map(|(key, plugin)| (key.as_str(), plugin)).collect();
    assert_eq!(keys, [("com.example.a-b", &on), ("com.example.c", &on), ("new.plugin", &on)]);
}

#[test]
fn an_entry_of_no_map_is_reported() {
    for (name, value, code) in [
        ("X_PLUGINSTATES_NEW", "{}", "unknown-key"),
        ("X_PLUGINSTATES_new", "{", "unparsable"),
        ("X_PLUGINSTATES_new", r#"{"Enable": 1}"#, "unparsable"),
        ("X_PLUGINSTATES_", "{}", "unknown-variable"),
    ] {
        let resolution = env(&[(name, value)]);
        let told = &resolution.report().diagnostics()[0];
        assert_eq!(told.code.name(), code, "{}", resolution.report());
        assert_eq!(resolution.value().is_none(), told.severity == Severity::Error, "{}", resolution.report());
    }
    let layers = Layers::new()
        .file("config.json", r#"{"PluginStates": {"a.b": {}, "a-b": {}}}"#)
        .environment(Environment::from_iter([("X_PLUGINSTATES_A_B", "{}")]));
    assert!(lines(&resolve(layers))[0].contains(
        "error[ambiguous-name]: `X_PLUGINSTATES_A_B` can mean `PluginStates[\"a.b\"]` or `PluginStates.a-b`"
    ));
    // neither of two that mean one key is stronger, and none hides another
    let (small, capital) = (("X_PLUGINSTATES_new", "{}"), ("X_PLUGINSTATES_NEW", r#"{"Enable": true}"#));
    for (variables, why) in [
        ([small, capital], "set the same entry, `PluginStates.new`"),
        ([capital, small], "set the same entry, `PluginStates.new`"),
        ([capital, ("X_PLUGINSTATES_other", "{}")], "the map has no such key yet"),
    ] {
        let resolution = env(&variables);
        let [told] = &lines(&resolution)[..] else { panic!("{}", resolution.report()) };
        assert!(told.starts_with("variable X_PLUGINSTATES_NEW: ") && told.contains(why), "{told}");
        assert!(resolution.value().is_none(), "{told}");
    }
}

#[test]
fn whole_values_come_from_variables_too() {
    let resolution = env(&[
        ("X_REPLICAS", r#"[{"DataSource": "a", "Lag": 2}]"#),
        ("X_FORMS_LANGUAGES", "en, fr"),
        ("X_FORMS_LARGEST", "1MiB"),
        ("X_FORMS_SITEURL", ""),
        ("X_FORMS_PORTS", "[1, 2]"),
    ]);
    assert_eq!(lines(&resolution), [""; 0]);
    let program = resolution.into_result().unwrap();
    assert_eq!((program.replicas[0].lag, program.forms.largest), (2, ByteSize(1 << 20)));
    assert_eq!(program.forms.languages, BTreeSet::from(["en".to_owned(), "fr".to_owned()]));
    let resolution = env(&[("X_FORMS_LANGUAGES", "en,en"), ("X_REPLICAS", r#"[{"Lag": -1}]"#)]);
    let codes: Vec<_> = resolution.report().diagnostics().iter().map(|told| told.code).collect();
    assert_eq!(codes, [Code::DuplicateElement, Code::OutOfRange]);
}

/// Random bytes in a file or a variable are resolved or reported.
#[test]
fn no_text_makes_the_resolver_panic() {
    let parts = [
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"Forms\"",
        "\"Relay\"",
        "\"Replicas\"",
        "\"PluginStates\"",
        "\"DataSource\"",
        "\"Lag\"",
        "\"Inner\"",
        "\"Port\"",
        "\"SiteURL\"",
        "\"Largest\"",
        "\"Languages\"",
        "null",
        "1",
        "-1",
        "1e999",
        "\"https://a\"",
        "\"10MB\"",
        "\"99999999999999999999TiB\"",
        "\"é\\u0000\\ud800\"",
        "// x\n",
        "\"",
        "\\",
    ];
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |bound: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 33) as usize % bound
    };
    let whole = r#"{"Forms": {"SiteURL": "https://a", "Largest": "10MB", "Languages": ["a", "b"]}, "Relay": {"Port": 1},
        "Replicas": [{"DataSource": "x", "Lag": 1, "Inner": {"Port": 2}}], "PluginStates": {"a": {"Enable": true}}}"#;
    let (mut good, mut bad) = (0, 0);
    for round in 0..6_000 {
        let mut text = if round % 2 == 0 { whole.to_owned() } else { String::new() };
        for _ in 0..next(if round % 2 == 0 { 3 } else { 12 }) {
            let part = parts[next(parts.len())];
            let mut at = next(text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            match next(3) {
                0 => text.truncate(at),
                1 => text.insert_str(at, part),
                _ => text.push_str(part),
            }
        }
        let names = [
            "X_REPLICAS",
            "X_PLUGINSTATES",
            "X_PLUGINSTATES_a",
            "X_PLUGINSTATES_A",
            "X_FORMS_LANGUAGES",
            "X_RELAY",
        ];
        let variable = (round % 3 == 0).then(|| (names[next(names.len())], text.clone()));
        let environment = Environment::from_iter(variable);
        let resolution = resolve::<Program>(Layers::new().file("c", text).environment(environment));
        assert!(resolution.settings().count() > 0);
        if resolution.value().is_some() { good += 1 } else { bad += 1 }
    }
    assert!(good > 10 && bad > 3_000, "{good} good, {bad} bad");
}
