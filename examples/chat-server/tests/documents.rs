//! The documents that are checked in: current, complete, and in agreement with the settings.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;

use chat_server::settings::ChatSettings;
use settings_core::docs::generate::{self, Artefact, Mode};
use settings_core::docs::{self, Against, Dialect, Style};
use settings_core::resolve::{Environment, Layers, resolve};
use settings_core::{FileFormat, Settings, json_schema, template};

const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reference");

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(REFERENCE).join(name)).unwrap()
}

#[test]
fn they_are_current() {
    let dialect = Dialect::new("chat.toml").style(Style::Heading);
    let mut artefacts = generate::artefacts_in(ChatSettings::SCHEMA, &dialect);
    artefacts.push(Artefact::new("chat.env", template::env(ChatSettings::SCHEMA)));
    let outcome = generate::update(Path::new(REFERENCE), &artefacts, Mode::Check).unwrap();
    assert!(outcome.is_current(), "run `cargo build -p example-chat-server`:\n{outcome}");
}

#[test]
fn every_setting_is_on_a_page_with_its_path_and_variable() {
    let pages = std::fs::read_dir(REFERENCE).unwrap().map(|entry| entry.unwrap().path());
    let pages: Vec<_> = pages.filter(|path| path.extension().is_some_and(|it| it == "rst")).collect();
    let text: String = pages.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let leaves: Vec<_> = ChatSettings::SCHEMA.leaves_with_entries().collect();
    assert!(leaves.len() >= 60, "{} settings", leaves.len());
    for leaf in leaves {
        let path = format!(
            "setting: ``{}``\n- Environment variable: ``{}``\n",
            leaf.path,
            leaf.path.env_name("CHAT")
        );
        assert!(text.contains(&path), "{path}");
    }
    for path in pages {
        let read = docs::read(&path.display().to_string(), &std::fs::read(&path).unwrap()).unwrap();
        let findings = docs::check(&read, Some(ChatSettings::SCHEMA), Against::Both);
        assert!(findings.is_empty(), "{}: {findings:?}", path.display());
    }
}

#[test]
fn template_schema_and_resolver_agree() {
    let file = read("config.default.toml");
    let layers =
        Layers::new().file_in(FileFormat::Toml, "chat.toml", file).set("Auth.SessionKey", "k", "test");
    let from_file = resolve::<ChatSettings>(layers);
    assert_eq!(from_file.report().diagnostics(), []);
    let mut environment = Environment::default();
    environment.add_file("chat.env", &read("chat.env"));
    let layers = Layers::new().environment(environment).set("Auth.SessionKey", "k", "test");
    let from_env = resolve::<ChatSettings>(layers);
    assert_eq!(from_env.report().diagnostics(), []);
    assert_eq!(format!("{:?}", from_file.value()), format!("{:?}", from_env.value()));

    let schema = read("config.schema.json");
    assert_eq!(schema, json_schema::to_text(&json_schema::json_schema(ChatSettings::SCHEMA)));
    assert!(schema.len() < 45_000, "the schema has {} bytes", schema.len());
    let validator = jsonschema::draft202012::new(&serde_json::from_str(&schema).unwrap()).unwrap();
    for (text, is_good) in [
        (r#"{"Auth": {"Providers": {"google": {"ClientID": "x"}}}}"#, true),
        (r#"{"Auth": {"Providers": {"google": {"ClientId": "x"}}}}"#, false),
        (r#"{"HTTP": {"MaxBody": "20MiB", "RequestTimeout": "1m30s", "Listen": "[::1]:80"}}"#, true),
        (r#"{"HTTP": {"MaxConection": 5}}"#, false),
        (r#"{"Database": {"Replicas": [{"Weight": 101}]}}"#, false),
        (r#"{"TLS": null, "Metrics": {"Buckets": [0.5]}}"#, true),
        (r#"{"Log": {"Level": "loud"}}"#, false),
    ] {
        let value = serde_json::from_str(text).unwrap();
        assert_eq!(validator.is_valid(&value), is_good, "{text}");
        let resolution = resolve::<ChatSettings>(Layers::new().file("chat.json", text).set(
            "Auth.SessionKey",
            "k",
            "test",
        ));
        assert_eq!(resolution.report().diagnostics().is_empty(), is_good, "{text}\n{}", resolution.report());
    }
}
