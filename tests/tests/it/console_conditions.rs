//! The System Console asks before a dangerous value is saved, says which settings have no effect, shows every source and
//! the sections of plugins, and gives a change as commands.

#![allow(dead_code)] // the fields are read as text only

use http::{Method, StatusCode};
use serde_json::json;
use settings_console::{Access, Visitor};
use settings_core::mail::EmailSettings;
use settings_core::reference::ServerSettings;
use settings_core::resolve::{Environment, Layers, Registry};
use settings_core::schema::{DynamicSection, Kind};
use settings_core::store::Store;
use settings_core::{Secret, Settings};
use settings_tests::cli::{self, Folder};
use settings_tests::console::{Site, with};

/// A program with dangers of every form.
#[derive(Settings, Clone, Debug)]
#[settings(env_prefix = "X")]
struct Dangers {
    email: EmailSettings,
    /// A switch.
    #[setting(key = "Open", default = false, danger(when = true, text = "Anyone can <enter>."))]
    open: bool,
    /// A number.
    #[setting(key = "Limit", default = 5, danger(when = 0, text = "There is no limit."))]
    limit: u32,
    /// A text.
    #[setting(key = "Name", danger(text = "Everyone must log in again."))]
    name: String,
    /// A secret.
    #[setting(key = "Key", danger(text = "All sessions end."), relevant_if(setting = "Open", is_not = true))]
    key: Secret,
    /// The limit for guests.
    #[setting(key = "Guests", default = 1, relevant_if(setting = "Open", is = true))]
    guests: u32,
}

impl AsRef<EmailSettings> for Dangers {
    fn as_ref(&self) -> &EmailSettings {
        &self.email
    }
}

#[tokio::test]
async fn a_dangerous_value_is_saved_only_once_it_is_confirmed() {
    let site = Site::new::<Dangers>("{}", &[]);
    let typed = [("v.Open", "=true"), ("v.Limit", "7"), ("v.Name", "a")];
    let review = site.review("/p/general", &typed).await;
    assert_eq!(review.status, StatusCode::OK, "{}", review.body);
    assert!(review.body.contains("Anyone can &lt;enter&gt;."), "{}", review.body);
    assert!(
        review.body.contains("Everyone must log in again."),
        "without `when`, every change is asked about"
    );
    assert!(!review.body.contains("There is no limit."), "7 is not dangerous");
    // the boxes are not checked
    let fields = review.fields();
    assert!(fields.iter().all(|(name, _)| name != "confirmed"), "{fields:?}");
    for confirmed in [&[][..], &[("confirmed", "Open")], &[("confirmed", "Limit")]] {
        let fields = fields.iter().cloned();
        let fields =
            fields.chain(confirmed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let refused = site.post_fields("/save", &fields.collect::<Vec<_>>()).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{confirmed:?}");
        assert!(refused.body.contains("`Name`: the value must be confirmed"), "{}", refused.body);
        assert_eq!(site.text(), "{}");
        // nothing that was typed is lost, and the page that comes back asks again
        let again = site.post_fields("/review", &refused.fields()).await;
        assert!(again.body.contains("Anyone can"), "{}", again.body);
        assert!(again.fields().iter().all(|(name, _)| name != "confirmed"));
    }
    let confirmed = ["Open", "Name"].map(|path| ("confirmed".to_owned(), path.to_owned()));
    let saved = site.post_fields("/save", &[&fields[..], &confirmed].concat()).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    assert!(site.text().contains("\"Open\": true"), "{}", site.text());
    // back to the value that is not dangerous
    let saved = site.save("/p/general", &[("v.Open", "-")]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    // and back to the dangerous one by the history
    let review = site.post("/rollback", &[("version", "2")]).await;
    assert!(review.body.contains("Anyone can"), "{}", review.body);
    let refused = site.post_fields("/rollback", &review.fields()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
    assert!(!site.text().contains("\"Open\""), "{}", site.text());
    let back = site.post_fields("/rollback", &with(review.fields(), &[("confirmed", "Open")])).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.body);
    assert!(site.text().contains("\"Open\": true"), "{}", site.text());
}

#[tokio::test]
async fn the_api_names_a_dangerous_value_and_writes_it() {
    let site = Site::new::<Dangers>("{}", &[]);
    let change = r#"{"set": {"Limit": 0, "Key": "k4n4ry", "Guests": 2}}"#;
    let dry = site.json(Method::PATCH, "/api/settings?dry_run", Some("*"), change).await;
    assert_eq!(site.text(), "{}");
    let saved = site.patch(change).await;
    for answer in [&dry, &saved] {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let named: Vec<_> = answer.json()["settings"].as_array().unwrap().clone();
        let named: Vec<_> =
            named.iter().map(|change| (change["name"].clone(), change["danger"].clone())).collect();
        let expected = [
            ("Limit", json!("There is no limit.")),
            ("Key", json!("All sessions end.")),
            ("Guests", json!(null)),
        ];
        assert_eq!(named, expected.map(|(name, danger)| (json!(name), danger)));
        assert!(!answer.whole().contains("k4n4ry"));
    }
    assert!(site.text().contains("\"Limit\": 0"), "{}", site.text());
    assert_eq!(site.patch(r#"{"set": {"Limit": 1}}"#).await.status, StatusCode::OK);
    let back = site.json(Method::POST, "/api/rollback", Some("*"), r#"{"version": 2}"#).await;
    assert_eq!(
        (back.status, &back.json()["settings"][0]["danger"]),
        (StatusCode::OK, &json!("There is no limit."))
    );
}

#[tokio::test]
async fn certificate_checks_are_not_switched_off_unasked() {
    let site = Site::new::<ServerSettings>("{}", &[]);
    let path = "EmailSettings.SkipServerCertificateVerification";
    let review = site.review("/p/environment-smtp", &[(&format!("v.{path}"), "=true")]).await;
    assert!(review.body.contains("pose as the mail server"), "{}", review.body);
    let refused = site.post_fields("/save", &review.fields()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
    assert_eq!(site.text(), "{}");
    let saved = site.post_fields("/save", &with(review.fields(), &[("confirmed", path)])).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    assert!(site.text().contains("\"SkipServerCertificateVerification\": true"), "{}", site.text());
}

#[tokio::test]
async fn settings_without_effect_are_named_with_the_reason() {
    let site = Site::new::<Dangers>("{}", &[]);
    let idle = "Has no effect while <a href=\"../s/Open\">Open</a> is <code>false</code>.";
    let page = site.get("/p/general").await.body;
    assert_eq!(page.matches("Has no effect while").count(), 1);
    assert!(page.contains(idle), "{page}");
    assert!(page.contains("name=\"v.Guests\""), "it can be changed all the same");
    site.write(r#"{"Open": true}"#);
    let page = site.get("/p/general").await.body;
    assert!(page.contains(&idle.replace("false", "true")) && !page.contains(idle), "{page}");
    // the value of a hidden setting does not appear through another
    let gate = |_: &http::request::Parts| {
        let visitor = Visitor::administrator("ann");
        Ok(visitor.rights(|subject| if subject.path == "Open" { Access::Hidden } else { Access::Write }))
    };
    let site = Site::with_gate::<Dangers>("{}", &[], gate, |it| it);
    assert!(!site.get("/p/general").await.body.contains("Has no effect"));
    let explained = |variables: &[(&str, &str)]| {
        let ran = cli::run::<ServerSettings>(&["explain", "EmailSettings.SMTPPassword"], variables);
        assert_eq!(ran.code, 0, "{}", ran.error);
        ran.out
    };
    let idle = "effect    none while EmailSettings.EnableSMTPAuth is false";
    assert!(explained(&[]).contains(idle), "{}", explained(&[]));
    assert!(!explained(&[("MM_EMAILSETTINGS_ENABLESMTPAUTH", "true")]).contains("effect"));
}

#[tokio::test]
async fn every_source_is_shown_with_what_it_sets() {
    let folder = Folder::new("console-sources");
    let weaker =
        folder.write("base.json", r#"{"EmailSettings": {"SMTPPort": 25, "SMTPPassword": "k4n4ry"}}"#);
    let gate = |_: &http::request::Parts| Ok(Visitor::administrator("ann"));
    let file = folder.write("config.json", r#"{"EmailSettings": {"SMTPPort": 587}}"#);
    let others = {
        let weaker = weaker.clone();
        move || {
            let environment = Environment::from_iter([
                ("MM_EMAILSETTINGS_SMTPPORT", "465"),
                ("MM_EMAILSETTINGS_SMTPPASSWORD", "k4n4ry"),
                ("UNRELATED", "k4n4ry"),
            ]);
            let text = std::fs::read_to_string(&weaker).unwrap();
            Ok(Layers::new().file(weaker.clone(), text).environment(environment))
        }
    };
    let console = settings_console::Console::<ServerSettings>::new(&file, others, gate);
    let site = Site::of(folder, console.into_service());
    let page = site.get("/sources").await.body;
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is missing in {page}"));
    let (environment, own, weaker) =
        (at("<h2>Environment</h2>"), at(&format!("<h2>{file}</h2>")), at(&format!("<h2>{weaker}</h2>")));
    assert!(environment < own && environment < weaker, "the strongest is the first");
    assert!(page[own..].contains("This console writes it."), "{page}");
    for text in
        ["variable MM_EMAILSETTINGS_SMTPPORT", "<code>465</code>", "<code>587</code>", "<code>25</code>"]
    {
        at(text);
    }
    assert_eq!(page.matches("(a stronger source sets it)").count(), 3, "{page}");
    assert!(!page.contains("k4n4ry") && !page.contains("UNRELATED"), "{page}");
}

#[tokio::test]
async fn a_review_gives_the_change_as_commands() {
    let site = Site::new::<Dangers>(r#"{"Guests": 3}"#, &[]);
    let review = site
        .review(
            "/p/general?replace=Key",
            &[("v.Name", "it's $HOME"), ("v.Limit", "7"), ("d.Guests", "1"), ("v.Key", "k4n4ry")],
        )
        .await;
    assert_eq!(review.status, StatusCode::OK, "{}", review.body);
    for command in [
        "<pre>settings set Limit=7 'Name=it'\\''s $HOME'</pre>",
        "settings unset Guests</pre>",
        "settings set Key --stdin</pre>",
    ] {
        assert!(review.body.contains(command), "{command} is missing in {}", review.body);
    }
    assert!(!review.body.contains("k4n4ry"));
}

#[tokio::test]
async fn sections_of_plugins_are_on_pages_and_can_be_changed() {
    let mut registry = Registry::<ServerSettings>::new();
    let port = Kind::Integer { min: 1, max: 65535 };
    let section =
        DynamicSection::new("CallsPlugin", "Calls.").setting("Port", "The port.", port, "8443").finish();
    registry.register(section).unwrap();
    let gate = |_: &http::request::Parts| Ok(Visitor::administrator("ann"));
    let site = Site::with_gate::<ServerSettings>("{}", &[], gate, |it| it.registry(registry));
    let page = site.get("/p/callsplugin").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains("name=\"v.CallsPlugin.Port\""), "{}", page.body);
    let refused = site.review("/p/callsplugin", &[("v.CallsPlugin.Port", "0")]).await;
    assert!(
        refused.body.contains("`CallsPlugin.Port`: expected a whole number from 1 to 65535"),
        "{}",
        refused.body
    );
    let saved = site.save("/p/callsplugin", &[("v.CallsPlugin.Port", "9000")]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    assert!(site.text().contains("\"CallsPlugin\"") && site.text().contains("9000"), "{}", site.text());
    let history = site.get("/history").await.body;
    assert!(history.contains("CallsPlugin.Port"), "{history}");
    let settings = site.get("/api/settings/CallsPlugin.Port").await.json();
    assert_eq!(settings["value"], 9000, "{settings}");
    assert!(site.get("/api/schema").await.body.contains("CallsPlugin"));
    // the same for a store alone
    let mut registry = Registry::<ServerSettings>::new();
    registry.register(section).unwrap();
    let mut store = Store::<ServerSettings>::open(site.path(), Layers::new()).unwrap().registry(&registry);
    store.set("CallsPlugin.Port", &["9001"]).unwrap();
    store.save().unwrap();
    assert!(site.text().contains("9001"), "{}", site.text());
}
