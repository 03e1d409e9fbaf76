//! Secrets: in no answer, no field and no mask.

use http::{Method, StatusCode};
use serde_json::json;
use settings_core::reference::ServerSettings;
use settings_tests::console::Site;

use super::{CANARY, FILE, Vaulted, site};

#[tokio::test]
async fn report_07_no_value_is_read_from_a_file() {
    let site = site();
    for path in [
        "EmailSettings.FeedbackName_FILE",
        "MM_EMAILSETTINGS_FEEDBACKNAME_FILE",
        "EmailSettings.FEEDBACKNAME_FILE",
    ] {
        let answer = site.patch(&json!({"set": {path: "/etc/passwd"}}).to_string()).await;
        assert_eq!(answer.json()["errors"][0]["code"], "unknown-path", "{path}");
    }
    let answer = site.patch(r#"{"set": {"EmailSettings.SMTPCAFile": "/etc/passwd", "EmailSettings.FeedbackName": "@/etc/passwd"}}"#).await;
    assert_eq!(answer.status, StatusCode::OK);
    for path in ["/", "/all", "/p/environment-smtp-connection", "/api/settings"] {
        assert!(!site.get(path).await.body.contains("root:"), "{path}");
    }
}

#[tokio::test]
async fn report_10_no_secret_is_in_any_byte_of_any_answer() {
    let files = [
        r#"{"Vault": {"Key": "k4n4ry", "Keys": ["k4n4ry"], "Database": "postgres://u:k4n4ry@db/x"}, "EmailSettings": {"SMTPPassword": "k4n4ry", "EnableSMTPAuth": true}}"#,
        r#"{"Vault": {"Key": ["k4n4ry"], "Keys": "k4n4ry", "Kye": "k4n4ry"}, "EmailSettings": {"SMTPPassword": {"a": "k4n4ry"}}}"#,
        r#"{"Vault": {"OldKey": "k4n4ry", "Database": "postgres://u:k4n4ry@db/x y"}}"#,
        r#"{"Vault": {"Key": "k4n4ry}"#,
    ];
    for file in files {
        let site = Site::new::<Vaulted>(
            file,
            &[("MM_EMAILSETTINGS_SMTPOAUTHCLIENTSECRET", CANARY), ("MM_VAULT_KYE", CANARY)],
        );
        let mut answers = Vec::new();
        for path in [
            "/",
            "/all",
            "/all?q=is:invalid",
            "/history",
            "/sources",
            "/p/vault",
            "/p/vault?replace=Vault.Key",
            "/p/environment-smtp",
            "/status",
            "/api/settings",
            "/api/settings/Vault.Key",
            "/api/settings/Vault.Database",
            "/api/findings",
            "/api/history",
            "/api/schema",
            "/api/openapi.json",
        ] {
            answers.push(site.get(path).await);
        }
        for body in [
            r#"{"set": {"Vault.Key": "k4n4ry2"}}"#,
            r#"{"set": {"Vault.Key": ["k4n4ry"], "Vault.Keys": "k4n4ry", "Vault.Name": 7}}"#,
            r#"{"set": {"Vault.Database": "k4n4ry://u:k4n4ry@"}}"#,
            r#"{"set": {"Vault.Database": "mysql://u:k4n4ry@db/y"}}"#,
            r#"{"set": {"EmailSettings.SMTPPort": 0, "EmailSettings.SMTPPassword": "k4n4ry3"}}"#,
            r#"{"unset": ["Vault.Key"]}"#,
        ] {
            answers.push(site.json(Method::PATCH, "/api/settings?dry_run", Some("*"), body).await);
            answers.push(site.patch(body).await);
        }
        let page = "/p/vault?replace=Vault.Key";
        answers.push(site.review(page, &[("v.Vault.Key", "k4n4ry4"), ("v.Vault.Name", "x")]).await);
        let review = site.review(page, &[("v.Vault.Key", "k4n4ry4"), ("v.Vault.Open", "=maybe")]).await;
        answers.push(site.post_fields("/edit", &review.fields()).await);
        answers.push(review);
        answers.push(
            site.post(
                "/test-mail",
                &[
                    ("page", "environment-smtp"),
                    ("v.EmailSettings.SMTPPassword", "k4n4ry5"),
                    ("v.EmailSettings.SMTPServer", "127.0.0.1"),
                    ("v.EmailSettings.SMTPPort", "1"),
                ],
            )
            .await,
        );
        answers.push(
            site.json(
                Method::POST,
                "/api/tests/mail",
                None,
                r#"{"set": {"EmailSettings.SMTPPassword": "k4n4ry"}}"#,
            )
            .await,
        );
        answers.push(site.post("/rollback", &[("version", "1")]).await);
        for path in ["/history", "/api/history", "/history?setting=Vault.Key"] {
            answers.push(site.get(path).await);
        }
        for answer in answers {
            let whole = answer.whole();
            // the visitor's own words in a URL that is no URL come back, its password apart
            let whole = whole.replace("k4n4ry://", "");
            let at = whole.find(CANARY);
            assert!(at.is_none(), "a secret is shown: {}", &whole[at.unwrap_or(0).saturating_sub(200)..]);
        }
    }
}

#[tokio::test]
async fn report_11_foreign_variables_are_nowhere() {
    let site =
        Site::new::<ServerSettings>("{}", &[("AWS_SECRET_ACCESS_KEY", CANARY), ("MMX_OTHER", "other")]);
    for path in ["/", "/all", "/p/environment-smtp", "/api/settings", "/api/findings"] {
        let whole = site.get(path).await.whole();
        assert!(
            !whole.contains("AWS_SECRET") && !whole.contains(CANARY) && !whole.contains("MMX_OTHER"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn report_12_no_field_holds_a_secret_not_even_the_one_just_typed() {
    let site = site();
    let page = "/p/environment-smtp?replace=EmailSettings.SMTPPassword";
    let opened = site.get(page).await;
    assert!(opened.body.contains("type=\"password\""));
    let failed = site
        .review(page, &[("v.EmailSettings.SMTPPassword", "typed-now"), ("v.EmailSettings.SMTPPort", "0")])
        .await;
    assert_eq!(failed.status, StatusCode::UNPROCESSABLE_ENTITY);
    for answer in [&opened, &failed] {
        assert!(!answer.body.contains("typed-now") && !answer.body.contains(CANARY), "{}", answer.body);
    }
}

#[tokio::test]
async fn report_13_no_mask_is_saved_and_no_password_is_taken_for_one() {
    let page = "/p/environment-smtp?replace=EmailSettings.SMTPPassword";
    for password in
        ["***", "********************************", "   ", "null", "[]", "\"", "\u{2022}\u{2022}\u{2022}"]
    {
        let site = site();
        let saved = site.save(page, &[("v.EmailSettings.SMTPPassword", password)]).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{password}: {}", saved.body);
        let json = serde_json::to_string(password).unwrap();
        assert_eq!(site.text(), FILE.replace("\"k4n4ry\"", &json), "{password}");
    }
    let site = site();
    site.save(page, &[("v.EmailSettings.SMTPPassword", ""), ("v.EmailSettings.SMTPPort", "588")]).await;
    assert_eq!(site.text(), FILE.replace("587", "588"), "an empty field keeps the secret");
    site.patch(r#"{"set": {"EmailSettings.FeedbackName": "x"}}"#).await;
    assert!(site.text().contains("\"SMTPPassword\": \"k4n4ry\""));
}
