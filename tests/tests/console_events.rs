//! The audit trail of the System Console. A program of its own, since one process has one listener.

use http::{Method, StatusCode};
use settings_console::Visitor;
use settings_core::reference::ServerSettings;
use settings_tests::console::Site;
use settings_tests::events::Ear;

const CANARY: &str = "k4n4ry";

#[tokio::test]
async fn saves_refusals_and_tests_are_logged_without_values() {
    let ear = Ear::new();
    let site = Site::new::<ServerSettings>(r#"{"EmailSettings": {"SMTPPassword": "k4n4ry"}}"#, &[]);
    let body = r#"{"set": {"EmailSettings.SMTPPassword": "k4n4ry2", "EmailSettings.SMTPPort": 26}}"#;
    assert_eq!(site.patch(body).await.status, StatusCode::OK);
    let refused =
        r#"{"set": {"EmailSettings.SMTPPassword": ["k4n4ry"], "EmailSettings.SMTPServer": "k4n4ry3"}}"#;
    assert_eq!(site.patch(refused).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    site.save("/p/environment-smtp", &[("v.EmailSettings.SMTPPort", "27")]).await;
    site.json(Method::POST, "/api/rollback", Some("*"), r#"{"version": 1}"#).await;
    site.json(Method::POST, "/api/tests/mail", None, r#"{"set": {"EmailSettings.SMTPPort": 1}}"#).await;
    let gate = |_: &http::request::Parts| Ok(Visitor::reader("eve\nx"));
    let reader = Site::with_gate::<ServerSettings>("{}", &[], gate, |it| it);
    reader.json(Method::POST, "/api/tests/mail", None, "").await;
    reader.patch(r#"{"set": {"EmailSettings.SMTPPort": 1}}"#).await;

    let heard: Vec<String> = ear.heard().into_iter().map(|heard| heard.text).collect();
    let audit: Vec<&String> = heard.iter().filter(|text| text.contains("visitor")).collect();
    let said =
        |parts: &[&str]| audit.iter().filter(|text| parts.iter().all(|part| text.contains(part))).count();
    assert_eq!(said(&["save", "written", "ann", "EmailSettings.SMTPPassword"]), 1, "{audit:#?}");
    assert_eq!(said(&["save", "refused", "ann", "EmailSettings.SMTPServer"]), 1, "{audit:#?}");
    assert_eq!(said(&["save", "written", "ann", "EmailSettings.SMTPPort"]), 2, "{audit:#?}");
    assert_eq!(said(&["rollback", "written"]), 1, "{audit:#?}");
    assert_eq!(said(&["test", "started", "ann"]), 1, "{audit:#?}");
    assert_eq!(said(&["test", "refused", "eve\\nx"]), 1, "a name breaks no line: {audit:#?}");
    assert_eq!(said(&["save", "refused", "eve\\nx"]), 1, "{audit:#?}");
    assert!(heard.iter().all(|text| !text.contains(CANARY)), "{heard:#?}");
}
