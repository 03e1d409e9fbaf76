//! Secrets planted in every layer, every rule broken, and all that comes out searched for them.

#![allow(dead_code)] // the fields are read as text only

use std::collections::BTreeMap;

use settings_cli::{Cli, Sources};
use settings_core::json_schema::{json_schema, strict_json_schema};
use settings_core::listing::{Running, listing};
use settings_core::resolve::{Environment, Layer, Layers, Registry, Resolution};
use settings_core::schema::{DynamicSection, Kind};
use settings_core::store::watch::{Debounce, Event, Watch};
use settings_core::store::{Change, Store, differences, read};
use settings_core::template;
use settings_core::value::json::Tree;
use settings_core::value::{SettingValue, from_json, from_text, json};
use settings_core::{Secret, Settings};
use settings_tests::cli::{Folder, settings};

use clap::Parser;

/// Whatever holds this came from a secret.
const CANARY: &str = "k4n4ry";

/// A program full of secrets.
#[derive(Settings, Debug)]
#[settings(env_prefix = "X", rule(check = |_| false, message = "always broken", fields("Vault.Key", "Vault.Open")))]
struct Program {
    vault: Vault,
    #[settings(section = "Spare")]
    spare: Option<Vault>,
    /// More of them.
    vaults: Vec<Vault>,
    /// Named ones.
    named: BTreeMap<String, Vault>,
}

/// A vault.
#[derive(Settings, Debug)]
#[settings(rule(check = |_| false, message = "broken", fields("Key", "Keys", "Open"), severity = "warning"))]
struct Vault {
    /// The key.
    #[setting(
        alias = "OldKey",
        deprecated(since = "0.0.1", reason = "keys are lost.", replacement = "Keys")
    )]
    key: Secret,
    /// Keys.
    #[setting]
    keys: Vec<Secret>,
    /// Keys by name.
    #[setting]
    ring: BTreeMap<String, Secret>,
    /// A key, if any.
    #[setting]
    other: Option<Secret>,
    /// Whether it is open.
    #[setting(default = false)]
    open: bool,
    /// A key made up when it is needed.
    #[setting(default_from = |open| Secret::new(if *open { "" } else { "k4n4ry-computed" }), default_rule = "a new one")]
    made_up: Secret,
}

/// The same without the rule that is always broken.
#[derive(Settings, Debug)]
#[settings(env_prefix = "X")]
struct Quiet {
    vault: Vault,
    /// More of them.
    vaults: Vec<Vault>,
    /// Named ones.
    named: BTreeMap<String, Vault>,
}

fn registry() -> Registry<Program> {
    let mut registry = Registry::new();
    registry.register(DynamicSection::new("Plugin", "").secret("Key", "A key.").finish()).unwrap();
    registry
}

/// All that can be shown of a resolution.
fn shown(resolution: &Resolution<Program>) -> String {
    let report = resolution.report();
    let mut out =
        format!("{report}{report:?}{}{}{}", report.to_json(), report.to_lines(), report.to_human(true));
    out.push_str(&report.to_github());
    out.push_str(&report.clone().strict().to_string());
    let listed = listing(resolution, None);
    let running = listed.iter().collect::<Running>();
    for entry in listing(resolution, Some(&running)) {
        out.push_str(&format!("{} {entry:?}", Tree::from(entry.to_json())));
    }
    for setting in resolution.settings() {
        out.push_str(&format!("{setting:?} {} {:?}\n", setting.shown(), setting.stored_shown()));
        out.push_str(&format!("{:?} {:?} {}\n", setting.value, setting.overridden, setting.default_shown()));
        for (origin, value) in setting.overridden_shown() {
            out.push_str(&format!("{origin} {origin:?} {value}\n"));
        }
    }
    out.push_str(&format!("{:?}", resolution.value()));
    out
}

#[track_caller]
fn search(out: &str) {
    if let Some(at) = out.find(CANARY) {
        let start = out[..at].rfind('\n').map_or(0, |line| line + 1);
        panic!("a secret is shown: {}", out[start..].lines().next().unwrap_or_default());
    }
}

/// Values of a vault, good and bad, each with canaries in it.
const VAULTS: [&str; 18] = [
    r#"{"Key": "k4n4ry"}"#,
    r#"{"Key": ["k4n4ry"]}"#,
    r#"{"Key": {"a": "k4n4ry"}}"#,
    r#"{"Key": true, "Keys": "k4n4ry"}"#,
    r#"{"Keys": ["k4n4ry", 1, ["k4n4ry"]]}"#,
    r#"{"Keys": {"k": "k4n4ry"}}"#,
    r#"{"Ring": {"a": "k4n4ry", "b": ["k4n4ry"]}}"#,
    r#"{"Ring": ["k4n4ry"]}"#,
    r#"{"Other": ["k4n4ry"], "Open": "yes"}"#,
    r#"{"Other": "k4n4ry", "OldKey": "k4n4ry", "MadeUp": "k4n4ry"}"#,
    r#"{"Key": "k4n4ry", "Key": "k4n4ry"}"#,
    r#"{"Kye": "k4n4ry", "Keyss": ["k4n4ry"], "Unknown": "k4n4ry"}"#,
    r#"{"key": "k4n4ry", "KEYS": ["k4n4ry"]}"#,
    r#""k4n4ry""#,
    r#"["k4n4ry"]"#,
    r#"{"Key": "k4n4ry}"#,
    r#"{"Key": k4n4ry}"#,
    r#"{"Key": 'k4n4ry', // k4n4ry"#,
];

#[test]
fn no_file_shows_a_secret() {
    let mut told = 0;
    for vault in VAULTS {
        for file in [
            format!("{{\"Vault\": {vault}}}"),
            format!("{{\"Spare\": {vault}}}"),
            format!("{{\"Vaults\": [{vault}, {{\"Open\": true}}]}}"),
            format!("{{\"Vaults\": {vault}}}"),
            format!("{{\"Named\": {{\"a\": {vault}}}}}"),
            format!("{{\"Plugin\": {vault}}}"),
            format!("{{\n  \"Vault\":\n{vault}\n,\n \"Vautls\": {vault}}}"),
        ] {
            let layers = Layers::new()
                .custom_defaults("defaults.json", file.clone())
                .file("first.json", file.replace(['\n', ' '], "\n"))
                .file("config.json", file);
            let resolution = registry().resolve(layers.clone());
            told += resolution.report().diagnostics().len();
            search(&shown(&resolution));
            search(&format!("{layers:?} {resolution:?}"));
            search(&panic_of(move || drop(registry().resolve(layers).into_result().unwrap())));
        }
    }
    assert!(told > 300, "only {told} diagnostics");
}

/// Returns the message of a panic; the resolutions here all have errors.
fn panic_of(act: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let payload = std::panic::catch_unwind(act).expect_err("a rule is broken");
    payload.downcast_ref::<String>().expect("the panic has a message").clone()
}

#[test]
fn neither_an_env_file_nor_credentials_show_a_secret() {
    let folder = Folder::new("canary-files");
    std::fs::create_dir(folder.path("credentials")).unwrap();
    for name in ["X_VAULT_KEY", "vault.ring", "VAULTS", "Vault.Kyes"] {
        folder.write(&format!("credentials/{name}"), "{\"a\": [k4n4ry\n");
    }
    let credentials = folder.path("credentials");
    let lines = [
        "X_VAULT_OTHER=k4n4ry",
        "export X_VAULT_KEYS='[k4n4ry'",
        "X_NAMED=\"{k4n4ry\\n\"",
        "X_VAULT_KYE=k4n4ry",
        "X_VAULT_RING_A='k4n4ry' ",
        "X_VAULT_OLDKEY=k4n4ry",
    ];
    let mut environment = Environment::from_iter([("CREDENTIALS_DIRECTORY", credentials.as_str())]);
    environment.add_file("server.env", &lines.join("\n"));
    search(&format!("{environment:?}"));
    for broken in
        ["X_VAULT_KEY=\"k4n4ry", "X_VAULT_KEY='k4n4ry", "X_VAULT_KEY k4n4ry", "X_VAULT_KEY=\"k4n4ry\"k4n4ry"]
    {
        let mut environment = environment.clone();
        environment.add_file("broken.env", broken);
        let resolution = registry().resolve(Layers::new().environment(environment));
        assert!(resolution.report().to_lines().contains("broken.env:1:1: error[syntax]"));
        search(&shown(&resolution));
    }
    let layers = Layers::new().credentials(&environment).unwrap().environment(environment);
    search(&format!("{layers:?}"));
    let resolution = registry().resolve(layers);
    assert!(resolution.report().diagnostics().len() > 7, "{}", resolution.report());
    search(&shown(&resolution));
}

#[test]
fn no_change_of_a_file_shows_a_secret() {
    let folder = Folder::new("canary-store");
    for vault in VAULTS {
        let config = folder.write("config.json", format!("{{\n\"Vault\": {vault}\n}}"));
        let others = Layers::new().set("Vault.Other", "k4n4ry", "--set");
        let mut store = Store::<Program>::open(&config, others).unwrap().shadowed(true);
        let mut out = format!("{store:?}");
        for (path, values) in [
            ("Vault.Keys", &["[k4n4ry"][..]),
            ("Vault.Ring", &["k4n4ry"]),
            ("Vault.Key", &["k4n4ry", "k4n4ry"]),
            ("Vaults", &[r#"[{"Key": ["k4n4ry"]}]"#]),
            ("Vault.Other", &["k4n4ry"]),
            ("Vault.Kye", &["k4n4ry"]),
            ("Vault.Open", &["true"]),
        ] {
            out.push_str(&format!(
                "{:?}\n",
                store.set(path, values).map_err(|error| (error.to_string(), error))
            ));
        }
        out.push_str(&format!("{:?}", store.save().map_err(|error| (error.to_string(), error))));
        out.push_str(&format!("{:?}", store.unset("Vault.Key").map_err(|error| (error.to_string(), error))));
        search(&out);
    }
}

#[test]
fn neither_a_history_nor_a_difference_shows_a_secret() {
    let folder = Folder::new("canary-history");
    let config = folder.write("config.json", r#"{"Vault": {"Key": "k4n4ry", "Ring": {"a": "k4n4ry"}}}"#);
    let path: &std::path::Path = config.as_ref();
    let mut out = String::new();
    for vaults in [r#"[{"Key": "k4n4ry-1"}]"#, r#"[{"Key": "k4n4ry-2", "Ring": {"b": "k4n4ry"}}]"#] {
        let mut store =
            Store::<Quiet>::open(path, Layers::new().set("Vault.Other", "k4n4ry", "--set")).unwrap();
        assert!(
            store.set("Vaults", &[vaults]).unwrap().is_changed()
                && store.set("Vault.Key", &[vaults]).unwrap().is_changed()
        );
        out.push_str(&format!("{:?} {store:?}", store.changes()));
        out.push_str(&format!("{:?} {:?} {store:?}", store.save().unwrap(), store.history().unwrap()));
    }
    let mut store = Store::<Quiet>::open(path, Layers::new()).unwrap();
    assert!(store.restore(1).unwrap().is_changed());
    out.push_str(&format!("{:?} {:?}", store.changes(), read(path).unwrap()));
    folder.write("config.json", r#"{"Vault": {"Key": "k4n4ry"}} "#);
    let conflict = store.save().unwrap_err();
    out.push_str(&format!("{conflict} {conflict:?}"));
    let sides = ["{}", r#"{"Vault": {"Keys": ["k4n4ry\n"]}, "Named": {"x": {"Key": "k4n4ry"}}, "Plugin": {"Key": "k4n4ry"}}"#]
        .map(|text| Registry::<Quiet>::new().resolve(Layers::new().file("config.json", text)));
    let differing = differences(&sides[0], &sides[1]);
    assert_eq!(differing.len(), 2);
    out.push_str(&format!("{differing:?} {:?}", differing[0].after));
    let change = Change::set(["Vault", "Key"], "\"k4n4ry\"");
    out.push_str(&format!("{change:?} {:?}", change.action));
    assert!(out.matches("***").count() > 8, "{out}");
    search(&out);
}

#[test]
fn nothing_that_is_told_of_followed_files_shows_a_secret() {
    let folder = Folder::new("canary-watch");
    let config = folder.write("config.json", "{}");
    let read_path = std::path::PathBuf::from(&config);
    let watch =
        Watch::<Quiet>::start(move || Layers::new().read_file(&read_path), Debounce::default()).unwrap();
    let notices = watch.subscribe();
    let (mut out, mut refused) = (format!("{:?}\n", notices.recv().unwrap()), 0);
    for (number, vault) in VAULTS.iter().enumerate() {
        // each is a change, whatever was before
        folder.write(
            "config.json",
            format!("{{\"Vault\": {vault}, \"Vaults\": [{{\"Key\": \"k4n4ry{number}\"}}]}}"),
        );
        let notice = notices.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
        out.push_str(&format!("{notice:?} {watch:?} {:?}\n", watch.current()));
        if let Event::Refused(refusal) = &*notice {
            out.push_str(&refusal.to_string());
            refused += 1;
        }
    }
    std::fs::remove_file(&config).unwrap();
    out.push_str(&format!("{:?}", notices.recv_timeout(std::time::Duration::from_secs(20)).unwrap()));
    assert!((5..VAULTS.len()).contains(&refused), "{refused} of {} were refused", VAULTS.len());
    search(&out);
}

#[test]
fn no_part_of_a_text_shows_a_secret() {
    let text = r#"{"Vault": {"Key": "k4n4ry", "Keys": ["k4n4ry\n"]}}"#;
    let root = json::parse_value(text).unwrap();
    let mut out = format!("{root:?} {:?} {:?}", root.entries(), json::Scanner::new(text));
    for (kind, json) in [
        (Kind::Secret, r#""k4n4ry""#),
        (<Vec<Secret>>::KIND, r#"["k4n4ry", "k4n4ry\t"]"#),
        (
            Kind::List(&Kind::Section(<Vault as Settings>::SCHEMA)),
            r#"[{"Key": "k4n4ry", "Ring": {"a": "k4n4ry"}}]"#,
        ),
        (<Option<Secret>>::KIND, r#""k4n4ry""#),
        (Kind::Secret, r#"["k4n4ry"]"#),
    ] {
        out.push_str(&format!("{:?} ", from_json(&kind, json::parse_value(json).unwrap())));
        out.push_str(&format!("{:?} ", from_text(&kind, json)));
    }
    out.push_str(&format!("{:?}", Secret::new("k4n4ry").to_value()));
    assert!(out.matches("***").count() > 8, "{out}");
    search(&out);
}

#[test]
fn arguments_do_not_show_a_secret() {
    let set = Cli::try_parse_from(["settings", "set", "EmailSettings.SMTPPassword", "k4n4ry"]).unwrap();
    search(&format!("{set:?}"));
    let arguments = ["settings", "--set", "EmailSettings.SMTPPassword=k4n4ry", "show"];
    let cli = Cli::try_parse_from(arguments).unwrap();
    let Sources { overrides, .. } = &cli.sources;
    assert_eq!(overrides.len(), 1);
    let out = format!("{cli:?}");
    assert!(out.contains("EmailSettings.SMTPPassword"), "{out}");
    search(&out);
}

#[test]
fn no_variable_shows_a_secret() {
    let names = [
        "VAULT_KEY",
        "VAULT_KEYS",
        "VAULT_RING",
        "VAULT_OTHER",
        "VAULT_MADEUP",
        "VAULT_OLDKEY",
        "PLUGIN_KEY",
    ];
    let others =
        ["VAULTS", "NAMED", "NAMED_a", "VAULT_RING_a", "VAULT_RING_NEW", "VAULT_KYE", "VAULT_OPEN_KEY"];
    let mut told = 0;
    for name in names.into_iter().chain(others) {
        for text in [
            "k4n4ry",
            "[k4n4ry",
            r#"["k4n4ry"]"#,
            r#"{"a": "k4n4ry"}"#,
            r#"[{"Key": ["k4n4ry"]}]"#,
            VAULTS[2],
        ] {
            let name = format!("X_{name}");
            let environment = Environment::from_iter([(name.as_str(), text)]);
            let file = Layers::new().file("config.json", r#"{"Named": {"A": {}}}"#);
            let resolution = registry().resolve(file.environment(environment.clone()));
            told += resolution.report().diagnostics().len();
            search(&shown(&resolution));
            search(&format!("{environment:?}"));
        }
    }
    assert!(told > 100, "only {told} diagnostics");
}

#[test]
fn neither_a_secrets_directory_nor_an_override_shows_a_secret() {
    let folder = Folder::new("canary");
    for name in
        ["X_VAULT_KEY", "Vault.Keys", "x_vault_ring", "X_VAULTS", "X_VAULT_OPEN", "X_VAULT_KYE", "Plugin.Key"]
    {
        folder.write(name, "[k4n4ry\n");
    }
    let file = folder.path("X_VAULT_KEY");
    let mut layers =
        Layers::new().secrets_dir(folder.path("")).unwrap().environment(Environment::from_iter([
            ("X_VAULT_OTHER_FILE", file.as_str()),
            ("X_VAULT_OPEN_FILE", "none"),
        ]));
    for path in ["Vault.Key", "Vault.Keys", "Vault.Ring", "Vaults", "Named", "Vault.Kye", "Plugin.Key"] {
        layers = layers.set(path, "[k4n4ry", "--set");
    }
    search(&format!("{layers:?}"));
    let resolution = registry().resolve(layers);
    assert!(resolution.report().diagnostics().len() > 8, "{}", resolution.report());
    let layer = |path: &str| resolution.setting(path).unwrap().layer();
    assert_eq!((layer("Vault.Key"), layer("Vault.Other")), (Layer::Overrides, Layer::Environment));
    // the value of a setting that is no secret is shown, even if it looks like one
    let out = shown(&resolution).replace("found `[k4n4ry`", "");
    search(&out);
}

#[test]
fn no_document_shows_a_secret() {
    let registry = registry();
    let root = registry.schema();
    search(&template::default_json(root));
    search(&template::commented_json(root));
    search(&template::env(root));
    search(&json_schema(root).to_string());
    search(&strict_json_schema(root).to_string());
    search(&format!("{:?}", Program::default()));
}

#[test]
fn no_command_shows_a_secret() {
    let folder = Folder::new("canary-cli");
    let members = [
        r#""SMTPPassword": "k4n4ry""#,
        r#""SMTPPassword": ["k4n4ry"]"#,
        r#""SMTPPasswrod": "k4n4ry""#,
        r#""SMTPPassword": "k4n4ry", "SMTPPassword": "k4n4ry""#,
        r#""SMTPPassword": "k4n4ry" "x": 1"#,
        r#""EnableSMTPAuth": true, "SMTPPassword": "k4n4ry", "SMTPServer": "a.example.com""#,
    ];
    for member in members {
        let config = folder.write("config.json", format!("{{\"EmailSettings\": {{{member}}}}}"));
        for command in [
            &["validate"][..],
            &["validate", "--format", "json"],
            &["validate", "--format", "lines", "--strict"],
            &["validate", "--format", "github"],
            &["show", "--origin"],
            &["show", "--format", "json"],
            &["show", "--format", "env"],
            &["explain", "EmailSettings.SMTPPassword"],
            &["explain", "EmailSettings.SMTPPassword", "--format", "json"],
            &["schema"],
            &["template"],
            &["template", "--commented"],
            &["template", "--format", "env"],
            &["template", "--format", "systemd"],
            &["template", "--format", "configmap"],
            &["template", "--format", "secret"],
            &["diff"],
            &["diff", "--format", "json"],
            &["docs", "build", "--out", "-"],
            &["get", "EmailSettings.SMTPPassword"],
            &["set", "EmailSettings.SMTPUsername", "u"],
            &["history"],
            &["history", "--format", "json"],
            &["rollback", "1"],
            &["unset", "EmailSettings.SMTPPassword"],
            &["diff", "@1", &config],
            &["mail", "doctor"],
        ] {
            let arguments = [
                &["--config", &config, "--set", "EmailSettings.SMTPPort=k4n4", "--color", "always"],
                command,
            ]
            .concat();
            let run = settings(&arguments, &[("MM_EMAILSETTINGS_SMTPPASSWORD", "k4n4ry-of-the-environment")]);
            assert!(!run.out.is_empty() || !run.error.is_empty());
            search(&format!("{}{}", run.out, run.error));
        }
    }
}
