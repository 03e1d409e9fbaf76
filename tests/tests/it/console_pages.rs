//! The pages of the System Console: what they show, and how a form changes the file.

#![allow(dead_code)] // the fields are read as text only

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use http::StatusCode;
use settings_core::mail::EmailSettings;
use settings_core::reference::ServerSettings;
use settings_core::resolve::{Environment, Layers, resolve};
use settings_core::value::{ByteSize, Json};
use settings_core::{Secret, SettingValue, Settings};
use settings_tests::console::{Site, with};
use settings_tests::program::Program;

/// A program with every kind.
#[derive(Settings, Clone, Debug)]
#[settings(env_prefix = "X", console = "Kinds > All")]
struct Kinds {
    email: EmailSettings,
    /// A bool.
    #[setting(key = "Bool", default = true)]
    bool: bool,
    /// An integer with <b>markup</b> & *emphasis*.
    #[setting(key = "Integer", default = 5, range = 1..=200, restart)]
    integer: u8,
    /// A number.
    #[setting(key = "Float", default = 0.5)]
    float: f64,
    /// A text.
    #[setting(key = "Text", default = "one\ntwo")]
    text: String,
    /// An address.
    #[setting(key = "URL", format = "url")]
    url: String,
    /// A secret.
    #[setting(key = "Secret")]
    secret: Secret,
    /// A level.
    #[setting(key = "Level", default = Level::Low, alias = "OldLevel")]
    level: Level,
    /// A time.
    #[setting(key = "Time", unit = "seconds", default = 10)]
    time: Duration,
    /// A size.
    #[setting(key = "Size", default = 1024)]
    size: ByteSize,
    /// A list.
    #[setting(key = "List", default = ["a"])]
    list: Vec<String>,
    /// A set.
    #[setting(key = "Set")]
    set: BTreeSet<Level>,
    /// A map.
    #[setting(key = "Map")]
    map: BTreeMap<String, u16>,
    /// Perhaps a number.
    #[setting(key = "Optional")]
    optional: Option<u16>,
    /// Any JSON.
    #[setting(key = "Json", default = {})]
    json: Json,
    /// Sections that repeat.
    upstreams: Vec<Upstream>,
    /// Secrets by name.
    #[setting(key = "Ring")]
    ring: BTreeMap<String, Secret>,
}

impl AsRef<EmailSettings> for Kinds {
    fn as_ref(&self) -> &EmailSettings {
        &self.email
    }
}

/// How much.
#[derive(SettingValue, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// Little.
    Low,
    /// Much.
    High,
}

/// An upstream.
#[derive(Settings, Clone, Debug)]
struct Upstream {
    /// Its address.
    #[setting(key = "Host", default = "localhost")]
    host: String,
}

const FILE: &str =
    "{\n  // the port\n  \"EmailSettings\": {\"SMTPPort\": 587, \"SMTPPassword\": \"k4n4ry\"}\n}\n";

#[tokio::test]
async fn every_setting_has_one_labelled_control_on_its_page() {
    let site = Site::new::<Kinds>("{}", &[]);
    let mut seen = 0;
    for slug in
        ["kinds-all", "environment-smtp", "environment-smtp-connection", "site-configuration-notifications"]
    {
        let page = site.get(&format!("/p/{slug}")).await;
        assert_eq!(page.status, StatusCode::OK);
        for leaf in Kinds::SCHEMA.leaves() {
            let path = leaf.path.to_string();
            let sections = page.body.matches(&format!("<section class=\"setting\" id=\"{path}\"")).count();
            if sections == 0 {
                continue;
            }
            seen += 1;
            assert_eq!(sections, 1, "{path}");
            assert_eq!(
                page.body.matches(&format!(" id=\"f-{path}\"")).count(),
                1,
                "{path}: one control to go to"
            );
            assert_eq!(page.body.matches(&format!("name=\"was.{path}\"")).count(), 1, "{path}");
            let label = format!("<label for=\"f-{path}\">");
            let group = format!("aria-labelledby=\"t-{path}\"");
            assert!(page.body.contains(&label) != page.body.contains(&group), "{path}: a label or a group");
        }
    }
    assert_eq!(seen, Kinds::SCHEMA.leaf_count());
    let page = site.get("/p/kinds-all").await;
    assert!(page.body.contains("with &lt;b&gt;markup&lt;/b&gt; &amp; <em>emphasis</em>"), "{}", page.body);
}

#[tokio::test]
async fn the_seed_page_has_the_order_of_the_structs() {
    let site = Site::new::<ServerSettings>("{}", &[]);
    let page = site.get("/p/environment-smtp").await.body;
    let wanted: Vec<String> = ServerSettings::SCHEMA
        .leaves()
        .filter(|leaf| leaf.console == Some("Environment > SMTP"))
        .map(|leaf| leaf.path.to_string())
        .collect();
    let mut at = 0;
    for path in &wanted {
        let found =
            page[at..].find(&format!("id=\"{path}\"")).unwrap_or_else(|| panic!("{path} is out of order"));
        at += found;
    }
    assert_eq!(wanted.len(), page.matches("<section class=\"setting\"").count());
    assert!(page.contains("<h1>SMTP</h1>") && page.contains("Environment"), "the name of the page");
}

#[tokio::test]
async fn a_page_shows_every_layer_with_its_place_and_names_what_locks() {
    let environment =
        [("MM_EMAILSETTINGS_SMTPSERVER", "mail.example.com"), ("MM_EMAILSETTINGS_SMTPPORT", "none")];
    let site = Site::new::<ServerSettings>(FILE, &environment);
    let page = site.get("/p/environment-smtp").await.body;
    for text in [
        "Set by <strong>variable MM_EMAILSETTINGS_SMTPSERVER</strong>",
        // a variable that can't be read locks too, since it will win once it is fixed
        "Set by <strong>variable MM_EMAILSETTINGS_SMTPPORT</strong>",
        "The file has <code>587</code>",
        "config.json:3:33",
        "Command <code>settings explain EmailSettings.SMTPPort</code>",
        "Variable <code>MM_EMAILSETTINGS_SMTPPORT</code>",
    ] {
        assert!(page.contains(text), "{text} is missing in {page}");
    }
    assert!(!page.contains("name=\"v.EmailSettings.SMTPServer\""), "a locked setting has no field");
    assert!(!page.contains("disabled"), "a field that can't be changed can be read and focused");
    let layers = Layers::new().file("config.json", FILE).environment(Environment::from_iter(environment));
    let resolution = resolve::<ServerSettings>(layers);
    assert!(resolution.report().has_errors());
    for found in resolution.report().diagnostics() {
        let message = found.message.replace('"', "&quot;");
        let page = site.get("/").await.body;
        assert!(page.contains(&message), "{message}");
    }
}

#[tokio::test]
async fn a_change_is_reviewed_and_written_with_every_other_byte_kept() {
    let site = Site::new::<ServerSettings>(FILE, &[]);
    let review = site.review("/p/environment-smtp", &[("v.EmailSettings.SMTPPort", "2525")]).await;
    assert_eq!(review.status, StatusCode::OK, "{}", review.body);
    assert!(
        review.body.contains("<code>587</code>") && review.body.contains("<code>2525</code>"),
        "{}",
        review.body
    );
    assert_eq!(site.text(), FILE, "a review writes nothing");
    let saved = site.post_fields("/save", &with(review.fields(), &[("reason", "moved")])).await;
    assert_eq!(
        (saved.status, saved.header("location")),
        (StatusCode::SEE_OTHER, "p/environment-smtp?saved=2")
    );
    assert_eq!(site.text(), FILE.replace("587", "2525"));
    let history = site.get("/history?setting=EmailSettings.SMTPPort").await.body;
    assert!(history.contains("ann") && history.contains("moved"), "{history}");
    let review = site.post("/rollback", &[("version", "1")]).await;
    assert_eq!(review.status, StatusCode::OK, "{}", review.body);
    let back = site.post_fields("/rollback", &review.fields()).await;
    assert_eq!((back.status, back.header("location")), (StatusCode::SEE_OTHER, "history?restored=1"));
    assert_eq!(site.text(), FILE);
}

#[tokio::test]
async fn every_kind_is_changed_by_its_control() {
    let site = Site::new::<Kinds>("{}", &[]);
    let saved = site
        .save(
            "/p/kinds-all?replace=Secret",
            &[
                ("v.Bool", "=false"),
                ("v.Integer", " 7 "),
                ("v.Float", "2.5"),
                ("v.Text", "three\r\nfour"),
                ("v.URL", "https://example.com"),
                ("v.Secret", "***"),
                ("v.Level", "=High"),
                ("v.Time", "2m"),
                ("v.Size", "1MiB"),
                ("e.List", "[1]"),
                ("e.Set", "High"),
                ("k.Map", "alice"),
                ("m.Map", "9"),
                ("v.Optional", "3"),
                ("-n.Optional", ""),
                ("v.Json", "{\"a\": [1]}"),
                ("v.Upstreams", "[{\"Host\": \"a\"}]"),
                ("v.Ring", "{\"x\": \"y\"}"),
            ],
        )
        .await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let resolution = resolve::<Kinds>(Layers::new().file("config.json", site.text()));
    let kinds = resolution.into_result().unwrap();
    assert_eq!((kinds.bool, kinds.integer, kinds.float), (false, 7, 2.5));
    assert_eq!((kinds.text.as_str(), kinds.url.as_str()), ("three\nfour", "https://example.com"));
    assert_eq!((kinds.secret.expose(), kinds.level), ("***", Level::High));
    assert_eq!((kinds.time, kinds.size), (Duration::from_secs(120), ByteSize(1 << 20)));
    assert_eq!(kinds.list, ["[1]"], "an element is never read as a list");
    assert_eq!((kinds.set.len(), kinds.map["alice"], kinds.optional), (1, 9, Some(3)));
    assert_eq!((kinds.upstreams[0].host.as_str(), kinds.ring["x"].expose()), ("a", "y"));
    // nothing typed is nothing changed
    let text = site.text();
    let same = site.review("/p/kinds-all", &[]).await;
    assert_eq!((same.status, same.header("location")), (StatusCode::SEE_OTHER, "p/kinds-all?same=1"));
    assert_eq!(site.text(), text);
}

#[tokio::test]
async fn a_setting_is_unset_set_or_set_to_its_default() {
    let site = Site::new::<ServerSettings>("{}", &[]);
    let port = "EmailSettings.SMTPPort";
    let page = site.get("/p/environment-smtp").await;
    assert!(page.body.contains("Use the default (10025)"));
    site.save("/p/environment-smtp", &[("-d.EmailSettings.SMTPPort", "")]).await;
    assert!(site.text().contains("\"SMTPPort\": 10025"), "set to the default: {}", site.text());
    let page = site.get("/p/environment-smtp").await;
    assert!(page.body.contains("set to the default"));
    site.save("/p/environment-smtp", &[("v.EmailSettings.SMTPPort", "25")]).await;
    assert!(site.text().contains("\"SMTPPort\": 25"), "{}", site.text());
    site.save("/p/environment-smtp", &[("d.EmailSettings.SMTPPort", "1")]).await;
    assert!(!site.text().contains("SMTPPort"), "{}", site.text());
    site.save("/p/environment-smtp", &[("v.EmailSettings.ConnectionSecurity", "=TLS")]).await;
    site.save("/p/environment-smtp", &[("v.EmailSettings.ConnectionSecurity", "-")]).await;
    assert!(!site.text().contains("ConnectionSecurity"), "{}", site.text());
    assert!(!site.get("/all?q=is:set").await.body.contains(port));
}

#[tokio::test]
async fn mistakes_have_the_resolvers_words_and_lose_nothing_typed() {
    let site = Site::new::<ServerSettings>(FILE, &[]);
    let typed = [("v.EmailSettings.SMTPPort", "99999x"), ("v.EmailSettings.SMTPServer", "mail.example.com")];
    let refused = site.review("/p/environment-smtp", &typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in [
        "<title>Error: Environment &gt; SMTP",
        "href=\"#f-EmailSettings.SMTPPort\"",
        "`EmailSettings.SMTPPort`: expected a whole number from 1 to 65535",
        "aria-invalid=\"true\"",
        "value=\"99999x\"",
        "value=\"mail.example.com\"",
    ] {
        assert!(refused.body.contains(text), "{text} is missing in {}", refused.body);
    }
    assert_eq!(site.text(), FILE);
    // the page that came back can be corrected and posted again
    let again = with(refused.fields(), &[("v.EmailSettings.SMTPPort", "26")]);
    let review = site.post_fields("/review", &again).await;
    assert_eq!(review.status, StatusCode::OK, "{}", review.body);
    assert!(review.body.contains("mail.example.com"), "the other change is still there");
    // a rule over several settings
    let site = Site::new::<Program>("{}", &[]);
    let refused = site.review("/p/servicesettings", &[("v.ServiceSettings.MaxUsers", "2000")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("more than a thousand users need a licence"), "{}", refused.body);
}

#[tokio::test]
async fn a_file_that_changed_underneath_is_merged_or_asked_about() {
    let site = Site::new::<ServerSettings>(FILE, &[]);
    let page = site.get("/p/environment-smtp").await;
    site.write(&FILE.replace("\"SMTPPort\": 587", "\"SMTPPort\": 465"));
    let other = with(page.fields(), &[("v.EmailSettings.SMTPServer", "mail.example.com")]);
    let review = site.post_fields("/review", &other).await;
    assert!(review.body.contains("The file was changed since"), "{}", review.body);
    assert_eq!(site.post_fields("/save", &review.fields()).await.status, StatusCode::SEE_OTHER);
    assert!(site.text().contains("465") && site.text().contains("mail.example.com"), "{}", site.text());

    let same = with(page.fields(), &[("v.EmailSettings.SMTPPort", "25")]);
    let asked = site.post_fields("/review", &same).await;
    assert_eq!(asked.status, StatusCode::CONFLICT);
    for text in ["Mine: <code>25", "Theirs: <code>465", "Before: <code>587"] {
        assert!(asked.body.contains(text), "{text} is missing in {}", asked.body);
    }
    let before = site.text();
    let theirs =
        site.post_fields("/review", &with(asked.fields(), &[("r.EmailSettings.SMTPPort", "theirs")])).await;
    assert_eq!((theirs.status, site.text()), (StatusCode::SEE_OTHER, before));
    let mine =
        site.post_fields("/review", &with(asked.fields(), &[("r.EmailSettings.SMTPPort", "mine")])).await;
    assert_eq!(mine.status, StatusCode::OK, "{}", mine.body);
    assert_eq!(site.post_fields("/save", &mine.fields()).await.status, StatusCode::SEE_OTHER);
    assert!(site.text().contains("\"SMTPPort\": 25"), "{}", site.text());
}

#[tokio::test]
async fn a_secret_is_replaced_removed_or_kept() {
    let site = Site::new::<ServerSettings>(FILE, &[]);
    let page = site.get("/p/environment-smtp").await;
    assert!(page.body.contains("Set, from") && page.body.contains("Replace…"), "{}", page.body);
    assert!(!page.body.contains("type=\"password\""), "no field until it is asked for");
    let page = "/p/environment-smtp?replace=EmailSettings.SMTPPassword";
    let review = site.review(page, &[("v.EmailSettings.SMTPPassword", "f00b4r")]).await;
    assert!(!review.body.contains("f00b4r"), "the page must not hold what was typed");
    assert_eq!(site.post_fields("/save", &review.fields()).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.text(), FILE.replace("k4n4ry", "f00b4r"));
    // back to editing keeps it, without showing it
    let review = site.review(page, &[("v.EmailSettings.SMTPPassword", "qux")]).await;
    let edit = site.post_fields("/edit", &review.fields()).await;
    assert!(edit.body.contains("A new value was typed") && !edit.body.contains("qux"), "{}", edit.body);
    let review = site.post_fields("/review", &edit.fields()).await;
    assert_eq!(site.post_fields("/save", &review.fields()).await.status, StatusCode::SEE_OTHER);
    assert!(site.text().contains("\"qux\""));
    // a draft that is gone is asked for again
    let review = site.review(page, &[("v.EmailSettings.SMTPPassword", "new")]).await;
    let lost = site.post_fields("/save", &with(review.fields(), &[("draft", "gone")])).await;
    assert_eq!(lost.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(lost.body.contains("type it again"), "{}", lost.body);
    site.save("/p/environment-smtp", &[("d.EmailSettings.SMTPPassword", "1")]).await;
    assert!(!site.text().contains("SMTPPassword"), "{}", site.text());
}

#[tokio::test]
async fn settings_are_found_by_words_and_filters() {
    let site = Site::new::<Kinds>(FILE, &[("X_EMAILSETTINGS_SMTPSERVER", "mail.example.com")]);
    let found = |body: &str| -> Vec<String> {
        Kinds::SCHEMA
            .leaves()
            .map(|leaf| leaf.path.to_string())
            .filter(|path| body.contains(&format!("<span class=\"path\">{path}</span>")))
            .collect()
    };
    for (query, expected) in [
        ("is%3Aset", vec!["EmailSettings.SMTPPort", "EmailSettings.SMTPPassword"]),
        ("is:locked", vec!["EmailSettings.SMTPServer"]),
        ("is:restart", vec!["Integer"]),
        ("OldLevel", vec!["Level"]),
        ("X_LEVEL", vec!["Level"]),
        ("a+level+much", vec!["Level"]),
        ("is:secret+ring", vec!["Ring"]),
        ("nothing-has-this", vec![]),
    ] {
        assert_eq!(found(&site.get(&format!("/all?q={query}")).await.body), expected, "{query}");
    }
    assert_eq!(found(&site.get("/all").await.body).len(), Kinds::SCHEMA.leaf_count());
    site.save("/p/kinds-all", &[("v.Integer", "9")]).await;
    assert_eq!(found(&site.get("/all?q=has:history").await.body), ["Integer"]);
}

#[tokio::test]
async fn links_lead_to_settings_by_every_name() {
    let site = Site::new::<Kinds>("{}", &[]);
    for (path, location) in [
        ("/s/Level", "../p/kinds-all#Level"),
        ("/s/OldLevel", "../p/kinds-all#Level"),
        ("/s/emailsettings.smtpport", "../p/environment-smtp#EmailSettings.SMTPPort"),
    ] {
        let answer = site.get(path).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, location), "{path}");
    }
    assert_eq!(site.get("/s/Nothing").await.status, StatusCode::NOT_FOUND);
    let gate = |_: &http::request::Parts| Ok(settings_console::Visitor::administrator("ann"));
    let site =
        Site::with_gate::<ServerSettings>("{}", &[], gate, |it| it.reference("https://docs.example.com/r"));
    let page = site.get("/p/environment-smtp").await.body;
    assert!(page.contains("https://docs.example.com/r/smtp.html#emailsettings-smtpport"), "{page}");
}

#[tokio::test]
async fn a_restart_is_pending_until_the_value_is_the_one_of_the_start() {
    let site = Site::new::<Kinds>("{}", &[]);
    assert!(!site.get("/").await.body.contains("A restart is needed"));
    site.save("/p/kinds-all", &[("v.Integer", "9"), ("v.Float", "3")]).await;
    let page = site.get("/").await.body;
    assert!(
        page.contains("A restart is needed") && page.contains("s/Integer") && !page.contains("s/Float"),
        "{page}"
    );
    site.save("/p/kinds-all", &[("d.Integer", "1")]).await;
    assert!(!site.get("/").await.body.contains("A restart is needed"));
}

#[tokio::test]
async fn a_mount_without_the_last_slash_leads_to_the_one_with_it() {
    use http_body_util::{BodyExt, Full};
    use tower::ServiceExt;

    let site = Site::new::<ServerSettings>("{}", &[]);
    let app = axum::Router::new().nest_service("/a/b", site.service());
    for (path, status, text) in [
        ("/a/b", StatusCode::SEE_OTHER, "./b/"),
        ("/a/b/", StatusCode::OK, "href=\"p/environment-smtp\""),
        ("/a/b/p/environment-smtp", StatusCode::OK, "href=\"../p/environment-smtp\""),
        ("/a/b/api/settings/EmailSettings.SMTPPort", StatusCode::OK, "10025"),
    ] {
        let request =
            Site::request(http::Method::GET, path).body(Full::<axum::body::Bytes>::default()).unwrap();
        let answer = app.clone().oneshot(request.map(axum::body::Body::new)).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let whole = format!("{:?} {}", parts.headers, String::from_utf8_lossy(&body));
        assert_eq!(parts.status, status, "{path}");
        assert!(whole.contains(text), "{path}: {whole}");
        assert!(!whole.contains("=\"/"), "{path}: an absolute link");
    }
}

#[test]
fn the_stylesheet_has_no_left_and_no_right() {
    let style = include_str!("../../../settings-console/src/assets/console.css");
    for physical in ["-left", "-right", "left:", "right:", ": left", ": right"] {
        assert!(!style.contains(physical), "`{physical}` would be wrong in right-to-left text");
    }
    // a margin of four values names the left and the right
    for line in style.split([';', '{', '}']).map(str::trim) {
        let values =
            line.strip_prefix("margin:").or_else(|| line.strip_prefix("padding:")).unwrap_or_default();
        let values: Vec<_> = values.split_whitespace().collect();
        assert!(values.len() < 4 || values[1] == values[3], "{line}");
    }
}
