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
    assert_eq!(
        server["description"],
        "The host that takes mail.\n\nA name or an address.\n\nDefault: \"localhost\". Variable: MM_MAIL_SERVER"
    );
    assert_eq!(server["default"], "localhost");
    let auth = &mail["properties"]["Auth"];
    assert_eq!(
        auth["description"],
        "Logging in.\n\n- true: logs in\n- false: does not\n\nDefault: false. Variable: MM_MAIL_AUTH"
    );
}

#[test]
fn values_have_bounds_lists_and_defaults() {
    let schema = program();
    let mail = &schema["properties"]["Mail"]["properties"];
    assert_eq!(mail["Port"]["anyOf"][0], json!({"type": "integer", "minimum": 1, "maximum": 65535}));
    assert_eq!(mail["Port"]["default"], 25);
    assert!(mail["Port"]["description"].as_str().unwrap().contains("from 1 to 65535"));
    assert_eq!(mail["Security"]["enum"], json!(["", "TLS", "STARTTLS"]));
    let security = mail["Security"]["description"].as_str().unwrap();
    assert!(
        security.starts_with("- Not specified: no encryption\n- TLS: encrypted from the start\n"),
        "{security}"
    );
    let limits = &schema["properties"]["Limits"]["properties"];
    assert_eq!(limits["Hosts"]["default"], json!(["a b", "it's"]));
    assert_eq!(limits["Quotas"]["additionalProperties"]["anyOf"][0]["maximum"], u32::MAX);
    assert_eq!(limits["Banner"]["default"], Json::Null);
    assert_eq!(limits["Threads"].get("default"), None);
    let threads = limits["Threads"]["description"].as_str().unwrap();
    assert!(threads.starts_with("Default: the number of processors. Accepts:"), "{threads}");
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
    assert_eq!(lenient["properties"]["Mail"]["additionalProperties"], false);
    assert_eq!(strict["properties"]["Mail"]["additionalProperties"], false);
    assert_eq!(strict["properties"].get("Old"), None);
    assert_eq!(strict["properties"]["Mail"]["properties"].get("Pass"), None);
    assert_eq!(
        (&lenient["additionalProperties"], &strict["additionalProperties"]),
        (&json!(true), &json!(true))
    );
}

#[test]
fn the_programs_policies_close_and_open_objects() {
    use crate::schema::Unknown;

    let open = |options: SchemaOptions| {
        let schema = parsed(&json_schema_with(Program::SCHEMA, &options));
        let of = |section: &serde_json::Value| section["additionalProperties"].as_bool().unwrap();
        (of(&schema), of(&schema["properties"]["Mail"]), of(&schema["properties"]["Limits"]))
    };
    assert_eq!(open(SchemaOptions::new()), (true, false, false));
    assert_eq!(open(SchemaOptions::new().unknown(Unknown::Deny)), (false, false, false));
    assert_eq!(open(SchemaOptions::new().unknown(Unknown::Allow)), (true, true, true));
    assert_eq!(open(SchemaOptions::new().unknown_in("mail", Unknown::Allow)), (true, true, false));
    let options = SchemaOptions::new().unknown(Unknown::Deny).unknown_in("Mail", Unknown::Allow);
    assert_eq!(open(options), (false, true, false));
    assert_eq!(open(SchemaOptions::new().unknown_in("", Unknown::Deny)), (false, false, false));
}

#[test]
fn a_section_can_be_the_root() {
    let schema = parsed(&json_schema(Mail::SCHEMA));
    assert_eq!(schema["properties"]["Mail"]["properties"]["Port"]["default"], 25);
    assert_eq!(schema["type"], "object");
    let port = &schema["properties"]["Mail"]["properties"]["Port"]["description"];
    assert!(port.as_str().unwrap().ends_with("Variable: MAIL_PORT"), "{port}");
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
    assert_eq!(lenient["properties"]["Key"]["deprecated"], true);
    let editor = items(editor_json_schema(&PROGRAM));
    let message = &editor["properties"]["Key"]["deprecationMessage"];
    assert_eq!(message, "Deprecated since 1.2: Nobody needs it. Set Port instead.");
}

#[test]
fn editors_get_their_keywords_and_no_dead_links() {
    let schema = parsed(&editor_json_schema(Program::SCHEMA));
    let mail = &schema["properties"]["Mail"]["properties"];
    assert_eq!(
        mail["Server"]["markdownDescription"],
        "The **host** that takes mail.\n\nA name or an address.\n\nDefault: `\"localhost\"` · Variable: `MM_MAIL_SERVER`"
    );
    assert_eq!(
        mail["Security"]["enumDescriptions"],
        json!(["Not specified: no encryption", "encrypted from the start", ""])
    );
    for (markdown, live) in [
        (
            "See [the guide](https://example.com/a) and [SAML](:doc:/x/saml).",
            "See [the guide](https://example.com/a) and SAML.",
        ),
        ("[`Kind`] in `[a](b)` [0, 1]", "`Kind` in `[a](b)` [0, 1]"),
    ] {
        assert_eq!(texts::with_live_links(markdown), live);
    }
}

#[test]
fn the_portable_schema_has_keywords_of_the_standard_only() {
    fn keywords(schema: &Json, found: &mut Vec<String>) {
        let Some(object) = schema.as_object() else { return };
        for (key, value) in object {
            found.push(key.clone());
            match key.as_str() {
                "properties" => value.as_object().unwrap().values().for_each(|below| keywords(below, found)),
                "anyOf" | "allOf" => {
                    value.as_array().unwrap().iter().for_each(|below| keywords(below, found))
                }
                "items" | "additionalProperties" => keywords(value, found),
                _ => {}
            }
        }
    }
    const STANDARD: [&str; 23] = [
        "$schema",
        "title",
        "description",
        "type",
        "properties",
        "additionalProperties",
        "anyOf",
        "allOf",
        "items",
        "enum",
        "const",
        "default",
        "deprecated",
        "writeOnly",
        "pattern",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "uniqueItems",
        "required",
        "$defs",
        "$ref",
    ];
    for root in [Program::SCHEMA, crate::sample::proxy::Proxy::SCHEMA] {
        let mut found = Vec::new();
        keywords(&parsed(&json_schema(root)), &mut found);
        assert!(found.iter().all(|key| STANDARD.contains(&key.as_str())), "{found:?}");
    }
}

#[test]
fn entries_name_their_variables() {
    let schema = parsed(&json_schema(crate::sample::proxy::Proxy::SCHEMA));
    let entry = &schema["properties"]["Upstreams"]["items"];
    assert_eq!(entry["additionalProperties"], false);
    let url = entry["properties"]["URL"]["description"].as_str().unwrap();
    assert!(url.ends_with("Variable: PROXY_UPSTREAMS_0_URL"), "{url}");
    let retry = &entry["properties"]["Retries"]["additionalProperties"]["properties"]["Count"];
    let retry = retry["description"].as_str().unwrap();
    assert!(retry.ends_with("Variable: PROXY_UPSTREAMS_0_RETRIES_<NAME>_COUNT"), "{retry}");
    let body = schema["properties"]["Limits"]["properties"]["Body"]["description"].as_str().unwrap();
    let expected = "Default: 10MiB. Accepts: a whole number of bytes, or with a unit such as 500KB or 10MiB, from 1KiB to 1GiB.";
    assert!(body.contains(expected), "{body}");
}

/// No pattern of kilobytes: what is beyond a line is left to the program.
#[test]
fn patterns_are_short() {
    let text =
        to_text(&json_schema(crate::sample::proxy::Proxy::SCHEMA)) + &to_text(&json_schema(Program::SCHEMA));
    let patterns: Vec<_> =
        text.lines().filter_map(|line| line.trim().strip_prefix("\"pattern\": ")).collect();
    assert!(patterns.len() > 5 && patterns.iter().all(|pattern| pattern.len() < 700), "{patterns:#?}");
    use crate::schema::Format::{Email, Host, Path, Port, SocketAddress, Url};
    for format in [Url, Email, Host, Port, Path, SocketAddress] {
        assert!(pattern::format(format).len() < 650, "{format:?}");
    }
}

#[cfg(feature = "schemars")]
#[test]
fn the_schema_of_a_settings_own_type_is_part_of_it() {
    use crate::schema::{DefaultValue, Details, Kind, Member, Section, Setting};
    use crate::value::{ByteSize, Secret};

    const DETAILS: Details = Details::new().json_schema(type_schema::<Vec<Option<(u8, ByteSize, Secret)>>>);
    const FILTERS: Setting =
        Setting::new("Filters", "filters", Kind::Json, DefaultValue::Json("[]")).details(&DETAILS);
    const PROGRAM: Section = Section::new("", &[Member::Setting(FILTERS)]);
    let schema = parsed(&json_schema(&PROGRAM));
    let filters = &schema["properties"]["Filters"];
    assert_eq!(
        (&filters["type"], &filters["default"], filters.get("$schema")),
        (&json!("array"), &json!([]), None)
    );
    let tuple =
        filters["items"]["prefixItems"].as_array().or(filters["items"]["anyOf"][0]["prefixItems"].as_array());
    assert!(tuple.is_some(), "{filters:#}");
    let tuple = tuple.unwrap();
    assert_eq!((&tuple[0]["maximum"], &tuple[2]["writeOnly"]), (&json!(255), &json!(true)));
    let converted = to_schemars(&json_schema(&PROGRAM));
    assert_eq!(converted.pointer("/properties/Filters/type"), Some(&json!("array")));
}
