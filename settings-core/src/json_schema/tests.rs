#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use serde_json::{Value as Json, json};

use super::*;
use crate::resolve::Settings;
use crate::sample::{Mail, Program};

fn parsed(schema: &Tree) -> Json {
    serde_json::from_str(&to_text(schema)).unwrap()
}

fn program() -> Json {
    parsed(&json_schema(Program::SCHEMA))
}

#[test]
fn sections_nest_and_settings_are_described() {
    let schema = program();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["description"], "A server's settings.");
    assert_eq!(schema.get("$id"), None);
    let mail = &schema["properties"]["Mail"];
    assert_eq!((&mail["title"], &mail["description"]), (&json!("SMTP"), &json!("Outgoing mail.")));
    let server = &mail["properties"]["Server"];
    assert_eq!(server["title"], "SMTP server");
    assert_eq!(server["description"], "The host that takes mail.\n\nA name or an address.");
    assert_eq!(server["default"], "localhost");
    assert_eq!(
        server["markdownDescription"],
        "The **host** that takes mail.\n\nA name or an address.\n\nDefault: `\"localhost\"` · Variable: `MM_MAIL_SERVER`"
    );
    let auth = &mail["properties"]["Auth"];
    assert_eq!(auth["description"], "Logging in.\n\n- true: logs in\n- false: does not");
}

#[test]
fn values_have_bounds_lists_and_defaults() {
    let schema = program();
    let mail = &schema["properties"]["Mail"]["properties"];
    assert_eq!(mail["Port"]["anyOf"][0], json!({"type": "integer", "minimum": 1, "maximum": 65535}));
    assert_eq!(mail["Port"]["default"], 25);
    assert!(mail["Port"]["markdownDescription"].as_str().unwrap().contains("from 1 to 65535"));
    assert_eq!(mail["Security"]["enum"], json!(["", "TLS", "STARTTLS"]));
    assert_eq!(
        mail["Security"]["enumDescriptions"],
        json!(["Not specified: no encryption", "encrypted from the start", ""])
    );
    let limits = &schema["properties"]["Limits"]["properties"];
    assert_eq!(limits["Hosts"]["default"], json!(["a b", "it's"]));
    assert_eq!(limits["Quotas"]["additionalProperties"]["anyOf"][0]["maximum"], u32::MAX);
    assert_eq!(limits["Banner"]["default"], Json::Null);
    assert_eq!(limits["Threads"].get("default"), None);
    assert_eq!(limits["Threads"]["description"], "Default: the number of processors.");
}

#[test]
fn secrets_are_write_only_and_not_shown() {
    let schema = program();
    let password = &schema["properties"]["Mail"]["properties"]["Password"];
    assert_eq!((&password["writeOnly"], &password["default"]), (&json!(true), &json!("")));
    let key = &schema["properties"]["Limits"]["properties"]["Key"];
    assert_eq!((&key["writeOnly"], key.get("default")), (&json!(true), None));
    assert!(!schema.to_string().contains("d3f4ult"));
    assert_eq!(schema["properties"]["Mail"]["properties"]["Server"].get("writeOnly"), None);
}

#[test]
fn old_names_are_deprecated_properties() {
    let schema = program();
    let old = &schema["properties"]["Old"]["properties"]["Mail"]["properties"]["Port"];
    assert_eq!((&old["deprecated"], &old["description"]), (&json!(true), &json!("Old name of Mail.Port.")));
    assert_eq!(old["anyOf"], schema["properties"]["Mail"]["properties"]["Port"]["anyOf"]);
    assert_eq!(schema["properties"]["Mail"]["properties"]["Pass"]["writeOnly"], true);
}

#[test]
fn warnings_are_errors_in_the_strict_schema() {
    let (lenient, strict) = (program(), parsed(&strict_json_schema(Program::SCHEMA)));
    assert_eq!(lenient["properties"]["Mail"]["additionalProperties"], true);
    assert_eq!(strict["properties"]["Mail"]["additionalProperties"], false);
    assert_eq!(strict["properties"].get("Old"), None);
    assert_eq!(strict["properties"]["Mail"]["properties"].get("Pass"), None);
    assert_eq!(
        (&lenient["additionalProperties"], &strict["additionalProperties"]),
        (&json!(true), &json!(true))
    );
}

#[test]
fn a_section_can_be_the_root() {
    let schema = parsed(&json_schema(Mail::SCHEMA));
    assert_eq!(schema["properties"]["Mail"]["properties"]["Port"]["default"], 25);
    assert_eq!(schema["type"], "object");
    let port = &schema["properties"]["Mail"]["properties"]["Port"]["markdownDescription"];
    assert!(port.as_str().unwrap().ends_with("Variable: `MAIL_PORT`"), "{port}");
}

#[test]
fn repeated_sections_have_aliases_and_deprecated_settings() {
    use crate::schema::{DefaultValue, Deprecated, Details, Kind, Member, Section, Setting};

    const OLD: Deprecated = Deprecated::new("1.2", "Nobody needs it.").replacement("Port");
    const REPLICA: Section = Section::new(
        "Replica",
        &[
            Member::Setting(
                Setting::new("Port", "port", Kind::Bool, DefaultValue::Bool(true))
                    .details(&Details::new().aliases(&["Door", "Old.Port"])),
            ),
            Member::Setting(
                Setting::new("Key", "key", Kind::Secret, DefaultValue::Text(""))
                    .details(&Details::new().deprecated(OLD).aliases(&["Lock"])),
            ),
        ],
    );
    const REPLICAS: Setting =
        Setting::new("Replicas", "replicas", Kind::List(&Kind::Section(&REPLICA)), DefaultValue::Json("[]"));
    const PROGRAM: Section = Section::new("", &[Member::Setting(REPLICAS)]);
    let items = |schema: Tree| parsed(&schema)["properties"]["Replicas"]["items"].clone();
    let (lenient, strict) = (items(json_schema(&PROGRAM)), items(strict_json_schema(&PROGRAM)));
    let door = &lenient["properties"]["Door"];
    assert_eq!((&door["deprecated"], &door["type"]), (&json!(true), &json!("boolean")));
    assert_eq!(lenient["properties"].get("Old.Port"), None);
    assert_eq!(lenient["properties"]["Lock"]["writeOnly"], true);
    assert_eq!((strict["properties"].get("Door"), &strict["additionalProperties"]), (None, &json!(false)));
    for schema in [&lenient, &strict] {
        let message = &schema["properties"]["Key"]["deprecationMessage"];
        assert_eq!(message, "Deprecated since 1.2: Nobody needs it. Set Port instead.");
    }
}
