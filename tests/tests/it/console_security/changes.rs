//! Changes: whole, allowed, and never evaluated.

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::json;
use settings_console::{Access, Refusal, Visitor};
use settings_tests::console::{Site, with};

use super::{MARKUP, Vaulted, site};

/// Sees all but the vault's key and database, and changes the name alone.
fn helper() -> impl Fn(&http::request::Parts) -> Result<Visitor, Refusal> + Send + Sync {
    |_| {
        Ok(Visitor::administrator("bob").rights(|subject| match subject.path {
            "Vault.Name" => Access::Write,
            "Vault.Key" | "Vault.Database" => Access::Hidden,
            _ => Access::Read,
        }))
    }
}

#[tokio::test]
async fn report_14_more_fields_than_the_form_has_are_refused_as_a_whole() {
    let file = r#"{"Vault": {"Key": "k4n4ry", "Name": "old", "Open": true, "Database": "mysql://db/hidden", "Kye": 1}}"#;
    let site = Site::with_gate::<Vaulted>(file, &[], helper(), |it| it);
    for (more, value, status) in [
        ("Vault.Open", "=false", StatusCode::FORBIDDEN),
        ("EmailSettings.SMTPPort", "1", StatusCode::FORBIDDEN),
        ("Vault.Key", "x", StatusCode::UNPROCESSABLE_ENTITY),
        ("Vault.Nothing", "x", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let field = format!("v.{more}");
        let posted = [("page", "vault"), ("v.Vault.Name", "new"), (field.as_str(), value)];
        for path in ["/review", "/save"] {
            let answer = site.post(path, &posted).await;
            assert_eq!(answer.status, status, "{path} {more}: {}", answer.body);
        }
        let json_value = value.strip_prefix('=').map_or(json!(value), |_| json!(false));
        let answer = site.patch(&json!({"set": {"Vault.Name": "new", more: json_value}}).to_string()).await;
        assert_eq!(answer.status, status, "{more}: {}", answer.body);
        let code = answer.json()["errors"][0]["code"].clone();
        assert_eq!(
            code,
            if status == StatusCode::FORBIDDEN { "forbidden" } else { "unknown-path" },
            "{more}"
        );
        assert_eq!(site.text(), file);
    }
    let hidden = site.patch(r#"{"set": {"Vault.Key": 1}}"#).await.body.replace("Vault.Key", "PATH");
    let unknown = site.patch(r#"{"set": {"Vault.Nothing": 1}}"#).await.body.replace("Vault.Nothing", "PATH");
    assert_eq!(hidden, unknown, "a hidden setting is answered like one that is not there");
    for path in [
        "/",
        "/all",
        "/p/vault",
        "/sources",
        "/api/settings",
        "/api/findings",
        "/api/openapi.json",
        "/api/settings/Vault.Database",
        "/s/Vault.Database",
    ] {
        let whole = site
            .get(path)
            .await
            .whole()
            .replace("settings/Vault.Database", "")
            .replace("`Vault.Database`", "");
        assert!(!whole.contains("Vault.Database") && !whole.contains("mysql://db/hidden"), "{path}: {whole}");
    }
    assert_eq!(site.get("/api/schema").await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.patch(r#"{"set": {"Vault.Name": "new"}}"#).await.status, StatusCode::OK);
    // an old version that differs in a hidden setting is not restored by who can't see it
    site.write(&site.text().replace("mysql://db/hidden", "mysql://db/other"));
    let back = site.json(Method::POST, "/api/rollback", Some("*"), r#"{"version": 1}"#).await;
    assert_eq!(back.status, StatusCode::FORBIDDEN, "{}", back.body);
}

#[tokio::test]
async fn report_15_an_answer_of_success_is_what_the_file_says() {
    let site = site();
    let bodies = [
        r#"{"set": {"EmailSettings.SMTPPort": 1}}"#,
        r#"{"set": {"EmailSettings.SMTPPort": 99999}}"#,
        r#"{"set": {"EmailSettings.SMTPServer": "a", "EmailSettings.SMTPPort": "x"}}"#,
        r#"{"set": {"EmailSettings.SMTPServer": "b c"}}"#,
        r#"{"set": {"EmailSettings.SMTPServer": "b.example"}, "unset": ["EmailSettings.SMTPPort"]}"#,
        r#"{"unset": ["EmailSettings.Nothing"]}"#,
        "{}",
    ];
    for body in bodies {
        let before = site.text();
        let answer = site.patch(body).await;
        let listed = site.get("/api/settings").await.json();
        if answer.status.is_success() {
            for change in answer.json()["settings"].as_array().unwrap() {
                let found =
                    listed.as_array().unwrap().iter().find(|entry| entry["name"] == change["name"]).unwrap();
                assert_eq!(found["value"], change["new"], "{body}");
            }
        } else {
            assert_eq!(site.text(), before, "{body}");
        }
    }
}

#[tokio::test]
async fn report_16_markup_in_values_is_text() {
    let name = serde_json::to_string(MARKUP).unwrap();
    let file = format!(
        r#"{{"Vault": {{"Name": {name}, {name}: 1}}, {name}: 2, "EmailSettings": {{"SMTPPort": {name}}}}}"#
    );
    let gate = |_: &http::request::Parts| Ok(Visitor::administrator(MARKUP));
    let site = Site::with_gate::<Vaulted>(&file, &[], gate, |it| it);
    let query = MARKUP.replace(['<', '>', '"', '\'', ' ', '='], "%3C");
    let mut answers = Vec::new();
    for path in [
        "/",
        "/p/vault",
        "/p/environment-smtp",
        "/all",
        &format!("/all?q={query}"),
        &format!("/history?setting={query}"),
        "/all?q=%3Cscript%3E",
        "/s/%3Cscript%3E",
        "/p/%3Cscript%3E",
    ] {
        answers.push(site.get(path).await);
    }
    let typed = [("v.Vault.Name", MARKUP), ("v.Vault.Open", MARKUP)];
    answers.push(site.review("/p/vault", &typed).await);
    answers.push(
        site.post(
            "/review",
            &[("page", MARKUP), (&format!("v.{MARKUP}"), MARKUP), ("rev", MARKUP), ("draft", MARKUP)],
        )
        .await,
    );
    let review = site.review("/p/vault", &[("v.Vault.Open", "=true")]).await;
    answers.push(site.post_fields("/save", &with(review.fields(), &[("reason", MARKUP)])).await);
    answers.push(site.get("/history").await);
    answers.push(site.get("/sources").await);
    for answer in answers {
        let body = answer.body.replace("<script src=", "");
        assert!(!body.contains("<script") && !body.contains("<img"), "{body}");
    }
    assert!(
        site.get("/history").await.body.contains("&lt;script&gt;alert(1)"),
        "the author is shown as text"
    );
}

#[tokio::test]
async fn report_18_locked_settings_are_changed_nowhere() {
    let gate = |_: &http::request::Parts| Ok(Visitor::administrator("ann"));
    let file = r#"{"Vault": {"Open": false}}"#;
    let site = Site::with_gate::<Vaulted>(file, &[], gate, |it| it.locked(["Vault.Open"]));
    assert_eq!(site.patch(r#"{"set": {"Vault.Open": true}}"#).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.patch(r#"{"set": {"vault.open": true}}"#).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.patch(r#"{"unset": ["Vault.Open"]}"#).await.status, StatusCode::FORBIDDEN);
    let posted = site.post("/save", &[("page", "vault"), ("v.Vault.Open", "=true")]).await;
    assert_eq!((posted.status, site.text().as_str()), (StatusCode::FORBIDDEN, file));
    let site = Site::with_gate::<Vaulted>(file, &[], gate, |it| it.read_only());
    assert_eq!(site.patch(r#"{"set": {"Vault.Name": "x"}}"#).await.status, StatusCode::FORBIDDEN);
    assert!(!site.get("/p/vault").await.body.contains("name=\"v."));
}

#[tokio::test]
async fn report_20_values_are_never_evaluated() {
    let site = Site::new::<Vaulted>("{}", &[("HOME", "/root")]);
    for value in ["${HOME}", "#{7*7}", "{{7*7}}", "%0a%0d", "$(id)", "`id`", "%{env:HOME}", "\\u0041"] {
        let set = json!({"set": {"Vault.Name": value}}).to_string();
        assert_eq!(site.patch(&set).await.status, StatusCode::OK, "{value}");
        assert_eq!(site.get("/api/settings/Vault.Name").await.json()["value"], value);
        assert!(
            site.get("/p/vault").await.fields().contains(&("v.Vault.Name".to_owned(), value.to_owned())),
            "{value}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn report_23_no_update_is_lost() {
    let site = Arc::new(Site::new::<Vaulted>("{}", &[]));
    // of two writers with one tag, one is refused and tries again
    let writer = |site: Arc<Site>, key: &'static str| async move {
        for number in 1..=10 {
            loop {
                let tag = site.get("/api/settings").await.header("etag").to_owned();
                let body = json!({"set": {key: format!("{number}")}}).to_string();
                match site.json(Method::PATCH, "/api/settings", Some(&tag), &body).await.status {
                    StatusCode::OK => break,
                    StatusCode::PRECONDITION_FAILED => {}
                    StatusCode::TOO_MANY_REQUESTS => return number - 1,
                    status => panic!("{status}"),
                }
            }
        }
        10
    };
    let (names, feedback) = tokio::join!(
        tokio::spawn(writer(Arc::clone(&site), "Vault.Name")),
        tokio::spawn(writer(Arc::clone(&site), "EmailSettings.FeedbackName"))
    );
    let (names, feedback) = (names.unwrap(), feedback.unwrap());
    assert!(names + feedback >= 10, "the limit allows a good number of changes");
    let value = async |path: &str| site.get(&format!("/api/settings/{path}")).await.json()["value"].clone();
    assert_eq!(value("Vault.Name").await, if names > 0 { json!(names.to_string()) } else { json!("") });
    let expected = if feedback > 0 { json!(feedback.to_string()) } else { json!("") };
    assert_eq!(value("EmailSettings.FeedbackName").await, expected);
}
