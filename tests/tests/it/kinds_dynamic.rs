//! Sections registered at run time go the same way as those of structs.

use std::collections::BTreeMap;

use settings_core::Settings;
use settings_core::json_schema::json_schema;
use settings_core::mail::EmailSettings;
use settings_core::reference::ServerSettings;
use settings_core::resolve::{Environment, Layers, Registry};
use settings_core::schema::{
    DefaultValue, Deprecated, Details, DynamicSection, Kind, Member, Rule, Section, Setting, Unit,
};
use settings_core::template;
use settings_core::value::Value;

fn calls() -> &'static Section {
    DynamicSection::new("CallsPlugin", "Calls.")
        .setting("Port", "The port for voice.", Kind::Integer { min: 1, max: 65_535 }, "8443")
        .setting("Hosts", "Where to relay.", Kind::List(&Kind::Text), r#"["a"]"#)
        .setting("Idle", "How long.", Kind::Duration { unit: Unit::Seconds, min: 1, max: 60 }, "7")
        .one_of("Codec", "How voice is packed.", &[("opus", "Small."), ("pcm", "Large.")], "opus")
        .secret("Key", "The key.")
        .finish()
}

fn registry() -> Registry<ServerSettings> {
    let mut registry = Registry::new();
    registry.register(calls()).unwrap();
    registry
}

#[test]
fn registered_settings_resolve_beside_the_programs_own() {
    let layers = Layers::new()
        .file(
            "config.json",
            r#"{"EmailSettings": {"SMTPPort": 26}, "CallsPlugin": {"Port": "9000", "Key": "k4n4ry"}}"#,
        )
        .environment(Environment::from_iter([
            ("MM_CALLSPLUGIN_CODEC", "pcm"),
            ("MM_CALLSPLUGIN_HOSTS", "b c"),
        ]));
    let resolution = registry().resolve(layers);
    assert!(resolution.report().diagnostics().is_empty(), "{}", resolution.report());
    assert_eq!(resolution.setting("callsplugin.port").unwrap().origin.to_string(), "config.json:1:61");
    assert_eq!(resolution.setting("CallsPlugin.Key").unwrap().shown(), "\"***\"");
    let Some(Value::Map(section)) = resolution.section("CallsPlugin") else { panic!("no section") };
    let section: BTreeMap<_, _> = section.into_iter().collect();
    assert_eq!(section["Port"], Value::Integer(9000));
    assert_eq!(section["Codec"], Value::Text("pcm".into()));
    assert_eq!(section["Hosts"], Value::List(vec![Value::Text("b".into()), Value::Text("c".into())]));
    assert_eq!(resolution.value().unwrap().email.smtp_port, 26);
    assert_eq!(resolution.section("Calls"), None);
}

#[test]
fn their_mistakes_are_in_the_same_report() {
    let layers = Layers::new()
        .file("config.json", r#"{"CallsPlugin": {"Prot": 1, "Idle": 61}, "EmailSettings": {"SMTPPort": 0}}"#)
        .environment(Environment::from_iter([("MM_CALLSPLUGIN_CODEC", "mp3")]));
    let report = registry().resolve(layers).report().to_lines();
    let expected = [
        "config.json:1:18: warning[unknown-key]: unknown setting `CallsPlugin.Prot` (did you mean `CallsPlugin.Port`?)",
        "config.json:1:37: error[out-of-range]: `CallsPlugin.Idle`: expected from 1 to 60 seconds, found 61 (correct the value, or remove it: \
         the default is `7` seconds)",
        "config.json:1:72: error[out-of-range]: `EmailSettings.SMTPPort`: expected a whole number from 1 to 65535, found 0 (correct the value, or remove it: \
         the default is `10025`)",
        "variable MM_CALLSPLUGIN_CODEC: error[not-in-list]: `CallsPlugin.Codec`: expected `\"opus\"` or `\"pcm\"`, found `\"mp3\"` (correct the value, or remove it: \
         the default is `\"opus\"`)",
    ];
    assert_eq!(report.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn schema_and_templates_know_them() {
    let registry = registry();
    let schema: serde_json::Value =
        serde_json::from_str(&json_schema(registry.schema()).to_string()).unwrap();
    assert_eq!(schema["properties"]["CallsPlugin"]["properties"]["Port"]["default"], 8443);
    let text = template::default_json(registry.schema());
    let resolution = registry.resolve(Layers::new().file("config.json", text.clone()));
    assert!(resolution.report().diagnostics().is_empty(), "{text}");
    assert_eq!(resolution.value(), Some(&ServerSettings::default()));
    assert!(template::env(registry.schema()).contains("MM_CALLSPLUGIN_PORT=8443\n"));
}

const RULE: Rule = Rule::new("no", &["X"]);
const GONE: Deprecated = Deprecated::new("1.2", "Old.").replacement("Y");

#[test]
fn all_that_a_struct_can_say_can_be_said_of_a_registered_setting() {
    let port =
        Setting::new("Port", "port", Kind::Integer { min: 1, max: 65_535 }, DefaultValue::Integer(8443));
    let section = DynamicSection::new("Voice", "Voice.")
        .with(port.details(Details::new().aliases(&["Door"]).restart().leak()))
        .finish();
    let mut registry = Registry::<ServerSettings>::new();
    registry.register(section).unwrap();
    let resolution = registry.resolve(Layers::new().file("c.json", r#"{"Voice": {"Door": 1}}"#));
    assert!(resolution.report().to_lines().contains("`Voice.Door` is an old name of `Voice.Port`"));
    assert_eq!(resolution.setting("Voice.Port").unwrap().shown(), "1");
}

#[test]
fn what_clashes_or_contradicts_itself_is_refused() {
    let port = Kind::Integer { min: 1, max: 65_535 };
    let section = |name: &str, key: &str, default: &str| {
        DynamicSection::new(name, "").setting(key, "", port, default).finish()
    };
    let files =
        DynamicSection::new("New", "").setting("X", "", port, "1").setting("X_File", "", port, "1").finish();
    let setting = |default| Setting::new("X", "x", port, default);
    let computed = DefaultValue::Computed { rule: "none", value: || "0".to_owned() };
    let by_hand = |setting, rules| -> &'static Section {
        let members = Vec::leak(vec![Member::Setting(setting)]);
        Box::leak(Box::new(Section::new("New", members).rules(rules)))
    };
    let below: &'static Kind = Box::leak(Box::new(Kind::Section(section("New", "X", "0"))));
    let list = Setting::new("X", "x", Kind::List(below), DefaultValue::Json("[]"));
    let twice =
        DynamicSection::new("New", "").one_of("X", "", &[("a", ""), ("b", ""), ("a", "")], "b").finish();
    for (section, why) in [
        (calls(), "the path `CallsPlugin`"),
        (section("callsplugin", "X", "1"), "claim one environment variable"),
        (section("EmailSettings", "X", "1"), "the path `EmailSettings`"),
        (section("ServiceSettings_EnableSecurityFixAlert", "X", "1"), "claim one environment variable"),
        (files, "`New.X_File` has the variable that names a file with the value of `New.X`"),
        (section("A.B", "X", "1"), "cannot be a key"),
        (section("", "X", "1"), "cannot be a key"),
        (section("New", "SMTP-Port", "1"), "cannot be a key"),
        (section("New", "X", "0"), "the default doesn't fit: expected a whole number from 1 to 65535"),
        (section("New", "X", "{"), "the default is not JSON"),
        (by_hand(setting(DefaultValue::Integer(0)), &[]), "`New.X`: the default doesn't fit"),
        (by_hand(setting(DefaultValue::Bool(true)), &[]), "`New.X`: the default doesn't fit"),
        (by_hand(setting(DefaultValue::None), &[]), "`New.X`: the default doesn't fit"),
        (by_hand(setting(computed), &[]), "`New.X`: the default doesn't fit"),
        (
            by_hand(setting(computed).details(Details::new().computed_from(&["Y"]).leak()), &[]),
            "`New.X`: only the code of its struct",
        ),
        (by_hand(setting(DefaultValue::Integer(1)), &[RULE]), "`New` has rules, which only the code"),
        (
            by_hand(setting(DefaultValue::Integer(1)).details(Details::new().deprecated(GONE).leak()), &[]),
            "`Y` is the replacement of `X`, but no setting",
        ),
        (by_hand(list, &[]), "`New.X.X`: the default doesn't fit"),
        (twice, "`New.X`: the value `a` is listed twice"),
    ] {
        let mut registry = registry();
        let before = registry.schema().leaf_count();
        let refused = registry.register(section).unwrap_err().to_string();
        assert!(refused.contains(why), "{refused}");
        assert_eq!(registry.schema().leaf_count(), before);
    }
}

#[test]
fn a_section_can_be_the_program() {
    let mut registry = Registry::<EmailSettings>::new();
    registry.register(calls()).unwrap();
    let layers =
        Layers::new().file("c", r#"{"EmailSettings": {"SMTPPort": 26}, "CallsPlugin": {"Port": 1}}"#);
    let resolution = registry.resolve(layers);
    assert_eq!(resolution.value().unwrap().smtp_port, 26);
    assert_eq!(resolution.setting("CallsPlugin.Port").unwrap().shown(), "1");
    assert!(matches!(EmailSettings::SCHEMA.members[0], Member::Setting(_)));
    let plain = Registry::<EmailSettings>::new().resolve(Layers::new()).settings().count();
    assert_eq!(resolution.settings().count(), plain + 5);
}
