//! Every page of the System Console shows the settings as they are at that moment, whichever layer has changed.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use http::StatusCode;
use settings_console::{Console, Visitor};
use settings_core::reference::ServerSettings;
use settings_core::resolve::{Environment, Layers};
use settings_tests::cli::Folder;
use settings_tests::console::Site;

/// Asks twice, so that the second answer could be an old one.
async fn name_and_origin(site: &Site) -> (String, String) {
    let first = site.get("/api/settings/EmailSettings.FeedbackName").await;
    let second = site.get("/api/settings/EmailSettings.FeedbackName").await;
    assert_eq!((first.status, second.status), (StatusCode::OK, StatusCode::OK), "{}", second.body);
    assert_eq!(first.body, second.body);
    let entry = second.json();
    let text = |name: &str| entry[name].as_str().map(str::to_owned).unwrap_or_default();
    let page = site.get("/p/environment-smtp").await;
    assert!(page.status == StatusCode::OK && page.body.contains("EmailSettings.SMTPServer"), "{}", page.body);
    (text("value"), entry["origin"].to_string())
}

#[tokio::test]
async fn an_answer_shows_what_every_layer_has_now() {
    let folder = Folder::new("console-fresh");
    let (file, value) = (folder.write("config.json", "{}"), folder.write("name.txt", "from a file"));
    let secrets = PathBuf::from(folder.path("secrets"));
    fs::create_dir(&secrets).unwrap();
    let variables = Arc::new(Mutex::new(Vec::<(String, String)>::new()));
    let others = {
        let (variables, secrets) = (Arc::clone(&variables), secrets.clone());
        move || {
            let variables = variables.lock().unwrap();
            let environment = variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            Layers::new().environment(Environment::from_iter(environment)).secrets_dir(&secrets)
        }
    };
    let gate = |_: &http::request::Parts| Ok(Visitor::administrator("ann"));
    let site = Site::of(folder, Console::<ServerSettings>::new(&file, others, gate).into_service());
    let set = |name: &str, value: &str| {
        *variables.lock().unwrap() = vec![(name.to_owned(), value.to_owned())];
    };

    assert_eq!(name_and_origin(&site).await.0, "");
    fs::write(&file, r#"{"EmailSettings": {"FeedbackName": "one"}}"#).unwrap();
    let (one, origin) = name_and_origin(&site).await;
    assert_eq!(one, "one");
    fs::write(&file, r#"{"EmailSettings":  {"FeedbackName": "one"}}"#).unwrap();
    assert_ne!(name_and_origin(&site).await.1, origin, "the value has moved by one column");
    fs::write(secrets.join("EmailSettings.FeedbackName"), "two").unwrap();
    assert_eq!(name_and_origin(&site).await.0, "two");
    set("MM_EMAILSETTINGS_FEEDBACKNAME", "three");
    assert_eq!(name_and_origin(&site).await.0, "three");
    set("MM_EMAILSETTINGS_FEEDBACKNAME", "four");
    assert_eq!(name_and_origin(&site).await.0, "four");
    set("MM_EMAILSETTINGS_FEEDBACKNAME_FILE", &value);
    assert_eq!(name_and_origin(&site).await.0, "from a file");
    fs::write(&value, "from the same file").unwrap();
    assert_eq!(name_and_origin(&site).await.0, "from the same file");
    fs::remove_file(&value).unwrap();
    assert_eq!(name_and_origin(&site).await.0, "two", "a value that can't be read leaves the next layer's");
    let findings = site.get("/api/findings").await;
    assert!(findings.body.contains("MM_EMAILSETTINGS_FEEDBACKNAME_FILE"), "{}", findings.body);
    set("OTHER", "");
    fs::remove_file(secrets.join("EmailSettings.FeedbackName")).unwrap();
    fs::remove_file(&file).unwrap();
    assert_eq!(name_and_origin(&site).await.0, "");
    fs::write(&file, "{").unwrap();
    assert!(site.get("/api/findings").await.body.contains("syntax"), "a broken file is reported at once");
    // settings that wait for a restart are those of this moment, too
    fs::write(&file, r#"{"EmailSettings": {"SMTPServer": "mail.example.com"}}"#).unwrap();
    let marks = [site.get("/status").await.body, site.get("/status").await.body];
    fs::write(&file, r#"{"EmailSettings": {"SMTPServer": "mail.example.org"}}"#).unwrap();
    let later = site.get("/status").await.body;
    assert!(marks[0] == marks[1] && marks[1] != later, "{marks:?} {later}");
}
