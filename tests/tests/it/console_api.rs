//! The HTTP API of the System Console.

use http::{Method, StatusCode};
use serde_json::{Value as Json, json};
use settings_core::reference::ServerSettings;
use settings_tests::cli::{Folder, settings};
use settings_tests::console::Site;
use settings_tests::faults::Server;
use settings_tests::program::Program;
use settings_tests::{left_out, real};

const FILE: &str =
    "{\n  // the port\n  \"EmailSettings\": {\"SMTPPort\": 587, \"SMTPPassword\": \"k4n4ry\"}\n}\n";

#[tokio::test]
async fn settings_are_those_that_show_prints() {
    let site = Site::new::<ServerSettings>(FILE, &[]);
    let answer = site.get("/api/settings").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.header("etag").starts_with('"'));
    let printed = settings(&["--config", site.path().to_str().unwrap(), "show", "--format", "json"], &[]).out;
    let printed: Json = serde_json::from_str(&printed).unwrap();
    let mut served = answer.json();
    for entry in served.as_array_mut().unwrap() {
        let entry = entry.as_object_mut().unwrap();
        assert!(entry.remove("writable").is_some_and(|writable| writable == json!(true)));
        entry.remove("pending_restart");
    }
    let mut printed = printed;
    for entry in printed.as_array_mut().unwrap() {
        entry.as_object_mut().unwrap().remove("pending_restart");
    }
    assert_eq!(served, printed);
    for path in ["EmailSettings.SMTPPort", "emailsettings.smtpport"] {
        assert_eq!(site.get(&format!("/api/settings/{path}")).await.json()["value"], 587);
    }
    let missing = site.get("/api/settings/EmailSettings.SMTPProt").await;
    assert_eq!(
        (missing.status, missing.header("content-type")),
        (StatusCode::NOT_FOUND, "application/problem+json")
    );
    assert!(site.get("/api/schema").await.body.contains("\"maximum\": 65535"));
}

#[tokio::test]
async fn findings_are_those_of_validate() {
    let site = Site::new::<ServerSettings>(r#"{"EmailSettings": {"SMTPPort": 0, "Prot": 1}}"#, &[]);
    let file = site.path();
    let printed = settings(&["--config", file.to_str().unwrap(), "validate", "--format", "json"], &[]).out;
    let printed: Json = serde_json::from_str(&printed).unwrap();
    assert_eq!(site.get("/api/findings").await.json(), printed);
    assert!(printed.as_array().unwrap().len() >= 2);
}

#[tokio::test]
async fn a_change_needs_the_tag_and_is_made_as_one() {
    let site = Site::new::<ServerSettings>(FILE, &[]);
    let tag = site.get("/api/settings").await.header("etag").to_owned();
    let body = r#"{"set": {"EmailSettings.SMTPPort": 2525, "EmailSettings.SMTPServer": "mail.example.com"}, "reason": "moved"}"#;
    let without = site.json(Method::PATCH, "/api/settings", None, body).await;
    assert_eq!(without.status, StatusCode::PRECONDITION_REQUIRED);
    let stale = site.json(Method::PATCH, "/api/settings", Some("\"0\", W/\"1\""), body).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    let dry = site.json(Method::PATCH, "/api/settings?dry_run", Some(&tag), body).await;
    assert_eq!((dry.status, site.text().as_str()), (StatusCode::OK, FILE));
    assert_eq!(dry.json()["settings"].as_array().unwrap().len(), 2);
    let made = site.json(Method::PATCH, "/api/settings", Some(&tag), body).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let made_body = made.json();
    assert_eq!((&made_body["version"], &made_body["dry_run"]), (&json!(2), &json!(false)));
    assert_eq!(made_body["settings"][0]["old"], "localhost");
    assert!(site.text().contains("// the port") && site.text().contains("2525"));
    assert_eq!(
        site.get("/api/settings").await.header("etag"),
        made.header("etag"),
        "the tag for the next change"
    );
    // what moved since is part of the answer
    let stale = site.json(Method::PATCH, "/api/settings", Some(&tag), body).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(stale.json()["moved"][1]["name"], "EmailSettings.SMTPPort");
    let versions = site.get("/api/history").await.json();
    assert_eq!((&versions[0]["author"], &versions[0]["reason"]), (&json!("ann"), &json!("moved")));
    assert_eq!(site.get("/api/history/1").await.json()["version"], 1);
    assert_eq!(site.get("/api/history/x").await.status, StatusCode::NOT_FOUND);
    let unset = site.patch(r#"{"unset": ["EmailSettings.SMTPServer"]}"#).await;
    assert_eq!(unset.status, StatusCode::OK);
    assert!(!site.text().contains("SMTPServer"));
    let back = site.json(Method::POST, "/api/rollback", Some("*"), r#"{"version": 1}"#).await;
    assert_eq!((back.status, site.text().as_str()), (StatusCode::OK, FILE));
    let none = site.json(Method::POST, "/api/rollback", Some("*"), r#"{"version": 99}"#).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_refused_change_reports_every_mistake_with_the_resolvers_codes() {
    let site = Site::new::<ServerSettings>(FILE, &[("MM_EMAILSETTINGS_SMTPUSERNAME", "ann")]);
    let answer = site
        .patch(
            r#"{"set": {"EmailSettings.SMTPPort": 99999, "EmailSettings.EnableSMTPAuth": "maybe",
                "EmailSettings.SMTPProt": 1, "EmailSettings.SMTPUsername": "bob", "EmailSettings.FeedbackName": "fine"}}"#,
        )
        .await;
    assert_eq!((answer.status, site.text().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, FILE));
    let body = answer.json();
    let errors: Vec<_> = body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["pointer"].as_str().unwrap(), it["code"].as_str().unwrap()))
        .collect();
    for expected in [
        ("/set/EmailSettings.SMTPPort", "out-of-range"),
        ("/set/EmailSettings.EnableSMTPAuth", "wrong-type"),
        ("/set/EmailSettings.SMTPProt", "unknown-path"),
        ("/set/EmailSettings.SMTPUsername", "shadowed"),
    ] {
        assert!(errors.contains(&expected), "{expected:?} is missing in {errors:?}");
    }
    assert_eq!(body["errors"].as_array().unwrap().len(), 4);
    for (body, status) in [
        ("{", StatusCode::BAD_REQUEST),
        ("[]", StatusCode::BAD_REQUEST),
        (r#"{"set": []}"#, StatusCode::BAD_REQUEST),
        (r#"{"unset": [1]}"#, StatusCode::BAD_REQUEST),
        (r#"{"sets": {}}"#, StatusCode::BAD_REQUEST),
        (r#"{"set": {"EmailSettings.SMTPPort": null}}"#, StatusCode::UNPROCESSABLE_ENTITY),
        (
            r#"{"set": {"EmailSettings.SMTPPort": 1}, "unset": ["emailsettings.smtpport"]}"#,
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        let answer = site.patch(body).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    assert_eq!(site.text(), FILE);
    let site = Site::new::<Program>("{}", &[]);
    let rule = site.patch(r#"{"set": {"ServiceSettings.MaxUsers": 2000}}"#).await;
    assert_eq!(
        (rule.status, &rule.json()["errors"][0]["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("rule"))
    );
}

#[tokio::test]
async fn a_test_is_streamed_with_what_is_sent() {
    let server = Server::start("ok", true).await;
    let site = Site::new::<ServerSettings>("{}", &[]);
    let address = server.address();
    let body = json!({
        "set": {"EmailSettings.SMTPServer": address.ip().to_string(), "EmailSettings.SMTPPort": address.port()},
        "to": "admin@example.com",
    });
    let answer = site.json(Method::POST, "/api/tests/mail", None, &body.to_string()).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/x-ndjson"));
    let lines: Vec<Json> = answer.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let steps: Vec<_> = lines.iter().filter_map(|line| line["step"].as_str()).collect();
    assert_eq!(
        steps,
        ["settings", "dns", "tcp", "greeting", "ehlo", "mail-from", "rcpt-to"],
        "{}",
        answer.body
    );
    assert_eq!(lines.last().unwrap()["healthy"], true, "{}", answer.body);
    assert_eq!(site.text(), "{}", "a test saves nothing");
    let empty = site.json(Method::POST, "/api/tests/mail", None, "").await;
    assert_eq!(empty.status, StatusCode::OK);
    assert!(empty.body.contains("\"failed\""), "nothing listens on the default port: {}", empty.body);
}

#[tokio::test]
async fn openapi_describes_every_address() {
    let site = Site::new::<ServerSettings>("{}", &[]);
    let document = site.get("/api/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 9);
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().unwrap() {
            assert!(
                operation["operationId"].is_string() && operation["responses"]["200"]["content"].is_object()
            );
            for name in path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()) {
                let parameters = operation["parameters"].as_array().unwrap();
                assert!(
                    parameters.iter().any(|it| it["name"] == name && it["in"] == "path"),
                    "{method} {path}"
                );
            }
            let path = path.replace("{path}", "EmailSettings.SMTPPort").replace("{version}", "1");
            let method: Method = method.to_uppercase().parse().unwrap();
            let answer = site.json(method.clone(), &path, None, "{}").await;
            assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            let described =
                answer.status != StatusCode::NOT_FOUND || answer.json()["code"] == "unknown-version";
            assert!(described, "{method} {path}: {}", answer.body);
        }
    }
    // every schema is one, every reference leads somewhere, and answers are what they say
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let text = document.to_string();
    for reference in
        text.split("\"$ref\":\"#/components/").skip(1).map(|rest| rest.split('"').next().unwrap())
    {
        assert!(document["components"].pointer(&format!("/{reference}")).is_some(), "{reference}");
    }
    let check = |name: &str, instance: &Json| {
        let schema =
            json!({"$ref": format!("#/components/schemas/{name}"), "components": document["components"]});
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let errors: Vec<_> = validator.iter_errors(instance).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    };
    assert!(schemas.contains_key("Configuration"));
    site.get("/api/settings")
        .await
        .json()
        .as_array()
        .unwrap()
        .iter()
        .for_each(|entry| check("Setting", entry));
    check("Changed", &site.patch(r#"{"set": {"EmailSettings.SMTPPort": 465}}"#).await.json());
    site.get("/api/history")
        .await
        .json()
        .as_array()
        .unwrap()
        .iter()
        .for_each(|entry| check("Version", entry));
    site.get("/api/findings")
        .await
        .json()
        .as_array()
        .unwrap()
        .iter()
        .for_each(|entry| check("Finding", entry));
    check("Problem", &site.patch(r#"{"set": {"EmailSettings.SMTPPort": 0}}"#).await.json());
    check("Change", &json!({"set": {"a": 1}, "unset": ["b"], "reason": "c"}));
}

#[tokio::test]
async fn openapi_is_valid() {
    let test = "console_api::openapi_is_valid";
    let usual = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/python-openapi_spec_validator/bin/python");
    let python = match real::program("SETTINGS_OPENAPI", usual.into()) {
        Ok(python) => python,
        Err(why) => return left_out(test, &why),
    };
    let folder = Folder::new("openapi");
    let check = "import json, sys; from openapi_spec_validator import validate; validate(json.load(open(sys.argv[1])))";
    let validate = |document: &Json| {
        let path = folder.write("openapi.json", document.to_string());
        real::output(&python, &["-c", check, &path])
    };
    let site = Site::new::<ServerSettings>("{}", &[]);
    let mut document = site.get("/api/openapi.json").await.json();
    assert_eq!(validate(&document), Ok(String::new()));
    document["paths"]["/api/settings"]["get"]["responses"] = json!("none");
    assert!(validate(&document).is_err(), "the validator finds a mistake");
}
