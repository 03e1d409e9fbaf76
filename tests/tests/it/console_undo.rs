//! Taking changes back in the System Console: a save, and a whole page.

use http::StatusCode;
use settings_console::Visitor;
use settings_tests::console::Site;
use settings_tests::program::Program;

const FILE: &str = r#"{
  // kept
  "ServiceSettings": {"MaxUsers": 7, "Licence": "k4n4ry", "Quotas": {"a": 1}, "AllowedHosts": ["a"]},
  "EmailSettings": {"SMTPPort": 26, "EnableSMTPAuth": true, "SMTPPassword": "k4n4ry"}
}
"#;

#[tokio::test]
async fn the_last_save_is_taken_back_after_a_review() {
    let site = Site::new::<Program>(FILE, &[]);
    let page = "/p/servicesettings";
    assert!(!site.get(page).await.body.contains("Undo"));
    let saved = site.save(page, &[("v.ServiceSettings.MaxUsers", "8")]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let notice = site.get(&format!("/{}", saved.header("location"))).await;
    assert!(notice.body.contains("Saved as version 2.") && notice.body.contains("Undo…"), "{}", notice.body);
    assert_eq!(notice.field("version"), "1");
    let review = site.post("/rollback", &[("version", "1")]).await;
    assert!(review.body.contains("ServiceSettings.MaxUsers"), "{}", review.body);
    assert_ne!(site.text(), FILE, "the review writes nothing");
    let undone = site.post_fields("/rollback", &review.fields()).await;
    assert_eq!((undone.status, site.text().as_str()), (StatusCode::SEE_OTHER, FILE), "{}", undone.body);
}

#[tokio::test]
async fn a_first_save_has_nothing_to_go_back_to() {
    let site = Site::new::<Program>("", &[]);
    std::fs::remove_file(site.path()).unwrap();
    let saved = site.save("/p/servicesettings", &[("v.ServiceSettings.MaxUsers", "8")]).await;
    let notice = site.get(&format!("/{}", saved.header("location"))).await;
    assert!(notice.body.contains("Saved as version 1.") && !notice.body.contains("Undo"), "{}", notice.body);
}

#[tokio::test]
async fn a_page_is_reset_as_a_whole_and_no_other_page_with_it() {
    let site = Site::new::<Program>(FILE, &[]);
    let page = "/p/servicesettings";
    // what is typed on the page is dropped, and so is what would be refused
    let typed = [
        ("v.ServiceSettings.ListenAddress", ":1"),
        ("v.ServiceSettings.MaxUsers", "many"),
        ("reset", "page"),
    ];
    let review = site.review(page, &typed).await;
    assert_eq!(review.status, StatusCode::OK, "{}", review.body);
    for path in ["MaxUsers", "Licence", "Quotas", "AllowedHosts"] {
        assert!(review.body.contains(&format!(">ServiceSettings.{path}</a>")), "{path}: {}", review.body);
    }
    assert!(!review.body.contains("ListenAddress") && !review.body.contains("k4n4ry"), "{}", review.body);
    assert_eq!(site.text(), FILE);
    let saved = site.post_fields("/save", &review.fields()).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let text = site.text();
    assert!(!text.contains("MaxUsers") && !text.contains("Quotas") && !text.contains("Licence"), "{text}");
    assert!(text.contains("// kept") && text.contains("\"SMTPPort\": 26"), "{text}");
    // nothing is left to reset
    assert!(!site.get(page).await.body.contains("Reset page"));
    let again = site.review(page, &[("reset", "page")]).await;
    assert!(again.header("location").ends_with("?same=1"), "{}", again.whole());
}

#[tokio::test]
async fn a_reset_leaves_what_is_locked_and_finds_what_others_changed() {
    let gate = |_: &http::request::Parts| Ok(Visitor::administrator("ann"));
    let variables = [("MM_SERVICESETTINGS_QUOTAS", "{}")];
    let locked = ["ServiceSettings.Licence"];
    let site = Site::with_gate::<Program>(FILE, &variables, gate, |it| it.locked(locked));
    let page = "/p/servicesettings";
    let opened = site.get(page).await;
    let mut fields = opened.fields();
    fields.push(("reset".to_owned(), "page".to_owned()));
    let review = site.post_fields("/review", &fields).await;
    assert!(!review.body.contains("Licence") && !review.body.contains("Quotas"), "{}", review.body);
    // an editor changes one of them after the page was opened
    site.write(&FILE.replace("7", "9"));
    let conflict = site.post_fields("/review", &fields).await;
    assert_eq!(conflict.status, StatusCode::CONFLICT, "{}", conflict.body);
    let saved = site.post_fields("/save", &review.fields()).await;
    assert_eq!(saved.status, StatusCode::CONFLICT, "{}", saved.body);
    assert_eq!(site.text(), FILE.replace("7", "9"));
}
