//! Laws of the System Console over random layers and random rights.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use http::StatusCode;
use serde_json::{Value as Json, json};
use settings_console::{Access, Visitor};
use settings_core::Settings as _;
use settings_core::resolve::{Layer, Layers, Resolution, resolve};
use settings_tests::cli::run;
use settings_tests::console::Site;
use settings_tests::program::Program;
use settings_tests::random::Random;

/// Settings of most kinds: two values as JSON, and what a variable can say, the last of which is wrong unless the kind
/// takes every text.
const VALUES: [(&str, [&str; 2], [&str; 2]); 9] = [
    ("ServiceSettings.ListenAddress", [r#"":1""#, r#"":2""#], [":3", ""]),
    ("ServiceSettings.MaxUsers", ["11", "12"], ["13", "many"]),
    ("ServiceSettings.AllowedHosts", [r#"["a","b"]"#, "[]"], ["c d", "[1"]),
    ("ServiceSettings.Quotas", [r#"{"a":1}"#, "{}"], [r#"{"b":2}"#, "{"]),
    ("ServiceSettings.Licence", [r#""l-one""#, r#""l-two""#], ["l-three", "l-four"]),
    ("EmailSettings.SMTPPort", ["26", "27"], ["28", "99999"]),
    ("EmailSettings.ConnectionSecurity", [r#""TLS""#, r#""STARTTLS""#], ["", "SSL"]),
    ("EmailSettings.EnableSMTPAuth", ["true", "false"], ["true", "maybe"]),
    ("EmailSettings.SMTPServerTimeout", ["20", "30"], ["40", "soon"]),
];

/// Returns a file with these values.
fn file(values: &[(&str, &str)]) -> String {
    let mut sections = json!({});
    for (path, value) in values {
        let (section, key) = path.split_once('.').unwrap();
        sections[section][key] = serde_json::from_str(value).unwrap();
    }
    serde_json::to_string_pretty(&sections).unwrap()
}

fn variable(path: &str) -> String {
    format!("MM_{}", path.replace('.', "_").to_uppercase())
}

/// Returns text as HTML shows it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Returns whether a text names this setting, and not one whose name only starts the same.
fn names(text: &str, path: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
    text.split(path).skip(1).any(ends)
}

/// Returns the part of a page that shows a setting.
fn section<'p>(page: &'p str, path: &str) -> &'p str {
    let at = page.find(&format!("<section class=\"setting\" id=\"{path}\"")).unwrap();
    page[at..].split("</section>").next().unwrap()
}

#[tokio::test]
async fn pages_and_the_api_show_what_explain_prints_and_lock_what_stronger_layers_set() {
    let mut random = Random::seeded(141);
    let (mut locked, mut wrong) = (0, 0);
    for round in 0..40 {
        let mut values = Vec::new();
        let mut variables: Vec<(String, &str)> = Vec::new();
        for (path, json, text) in &VALUES {
            if random.below(2) == 0 {
                values.push((*path, random.pick(json)));
            }
            if random.below(3) == 0 {
                variables.push((variable(path), random.pick(text)));
            }
        }
        let text = file(&values);
        let variables: Vec<(&str, &str)> =
            variables.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let site = Site::new::<Program>(&text, &variables);
        let name = site.path().to_str().unwrap().to_owned();
        let layers = Layers::new().file(&name, &text).environment(variables.iter().copied().collect());
        let resolution: Resolution<Program> = resolve(layers);
        for (path, [value, _], _) in &VALUES {
            let explained =
                run::<Program>(&["--config", &name, "explain", path, "--format", "json"], &variables);
            let mut explained: Json = serde_json::from_str(&explained.out).unwrap();
            let mut served = site.get(&format!("/api/settings/{path}")).await.json();
            let writable = served.as_object_mut().unwrap().remove("writable").unwrap();
            for entry in [&mut explained, &mut served] {
                entry.as_object_mut().unwrap().remove("pending_restart");
            }
            assert_eq!(served, explained, "{round}: {path} {text} {variables:?}");

            let effective = resolution.setting(path).unwrap();
            let page = site.get(&format!("/s/{path}")).await;
            let page = site.get(page.header("location").trim_start_matches("..")).await.body;
            let shown = section(&page, path);
            let all = effective.overridden_shown().chain([(&effective.origin, effective.shown())]);
            for (origin, value) in all {
                assert!(shown.contains(&escaped(&origin.to_string())), "{round}: {path} {origin}: {shown}");
                // a default is shown by its label, if it has one
                let is_shown = origin.layer() == Layer::Defaults || shown.contains(&escaped(&value));
                assert!(is_shown, "{round}: {path} {value}: {shown}");
            }
            let above = variables.iter().find(|(name, _)| *name == variable(path));
            let is_empty = above.is_some_and(|(_, text)| text.is_empty());
            let is_locked = above.is_some() && !(is_empty && effective.layer() != Layer::Environment);
            assert_eq!(writable, json!(!is_locked), "{round}: {path} {above:?}");
            let is_field =
                ["v", "e", "k"].iter().any(|what| shown.contains(&format!("name=\"{what}.{path}\"")));
            let is_button = shown.contains("replace=");
            assert_eq!(is_field || is_button, !is_locked, "{round}: {path} {shown}");
            if is_locked {
                assert!(shown.contains(" readonly "), "what is locked can be focused and read: {shown}");
                assert!(shown.contains(&format!("Set by <strong>variable {}", variable(path))), "{shown}");
                let body = format!(r#"{{"set": {{"{path}": {value}}}}}"#);
                let refused = site.patch(&body).await;
                assert_eq!(
                    refused.status,
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "{round}: {path} {}",
                    refused.body
                );
                assert!(refused.body.contains(&variable(path)), "{}", refused.body);
                assert_eq!(site.text(), text, "{round}: {path}");
                locked += 1;
                wrong += usize::from(effective.layer() != Layer::Environment);
            }
        }
    }
    assert!(locked > 50 && wrong > 10, "{locked} locked, {wrong} of them by wrong values");
}

#[tokio::test]
async fn rights_hold_for_every_page_and_every_request() {
    let rights = Arc::new(Mutex::new(HashMap::<String, Access>::new()));
    let gate = {
        let rights = Arc::clone(&rights);
        move |_: &http::request::Parts| {
            let rights = rights.lock().unwrap().clone();
            let of = move |path: &str| rights.get(path).copied().unwrap_or(Access::Read);
            Ok(Visitor::administrator("ann").rights(move |subject| of(subject.path)))
        }
    };
    let values: Vec<(&str, String)> = VALUES
        .iter()
        .map(|(path, [value, _], _)| match *path {
            "ServiceSettings.ListenAddress" => (*path, "\"can-ary-0\"".to_owned()),
            "ServiceSettings.AllowedHosts" => (*path, "[\"can-ary-2\"]".to_owned()),
            "ServiceSettings.Quotas" => (*path, "{\"can-ary-3\": 1}".to_owned()),
            _ => (*path, (*value).to_owned()),
        })
        .collect();
    let text = file(&values.iter().map(|(path, value)| (*path, value.as_str())).collect::<Vec<_>>());
    let site = Site::with_gate::<Program>(&text, &[], gate, |it| it.saves_per_minute(usize::MAX));
    let mut random = Random::seeded(142);
    for round in 0..30 {
        site.write(&text);
        let all: HashMap<String, Access> = Program::SCHEMA
            .leaves()
            .map(|leaf| (leaf.path.to_string(), random.pick(&[Access::Hidden, Access::Read, Access::Write])))
            .collect();
        rights.lock().unwrap().clone_from(&all);
        let mut answers = Vec::new();
        for address in ["/", "/all", "/all?q=canary", "/all?q=is:set", "/sources", "/history", "/status"] {
            answers.push(site.get(address).await.whole());
        }
        for page in ["servicesettings", "environment-smtp", "site-configuration-notifications"] {
            answers.push(site.get(&format!("/p/{page}")).await.whole());
        }
        for address in ["settings", "findings", "history", "schema", "openapi.json"] {
            answers.push(site.get(&format!("/api/{address}")).await.whole());
        }
        for (path, access) in all.iter().filter(|(_, access)| **access == Access::Hidden) {
            let canary = values.iter().position(|(found, _)| found == path).map(|at| format!("can-ary-{at}"));
            for answer in &answers {
                assert!(!names(answer, path), "{round}: {path} {access:?} in {answer}");
                let is_there = canary.as_ref().is_some_and(|canary| answer.contains(canary.as_str()));
                assert!(!is_there, "{round}: the value of {path} in {answer}");
            }
            assert_eq!(site.get(&format!("/s/{path}")).await.status, StatusCode::NOT_FOUND);
            assert_eq!(site.get(&format!("/api/settings/{path}")).await.status, StatusCode::NOT_FOUND);
        }
        for (path, [_, other], _) in &VALUES {
            let expected = match all[*path] {
                Access::Write => StatusCode::OK,
                Access::Read => StatusCode::FORBIDDEN,
                Access::Hidden => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let before = site.text();
            let changed = site.patch(&format!(r#"{{"set": {{"{path}": {other}}}}}"#)).await;
            assert_eq!(changed.status, expected, "{round}: {path} {}", changed.body);
            let unset = site.patch(&format!(r#"{{"unset": ["{path}"]}}"#)).await;
            assert_eq!(unset.status, expected, "{round}: {path} {}", unset.body);
            assert_eq!(site.text() == before, expected != StatusCode::OK, "{round}: {path}");
            if expected != StatusCode::OK {
                let (reset, choice) = (format!("d.{path}"), format!("v.{path}"));
                let fields = [("page", "servicesettings"), (&*reset, "on"), (&*choice, "-")];
                let saved = site.post("/save", &fields).await;
                assert_eq!(saved.status, expected, "{round}: {path} {}", saved.body);
                assert_eq!(site.text(), before, "{round}: {path}");
            }
        }
    }
}
