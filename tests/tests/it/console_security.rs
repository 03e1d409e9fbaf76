//! The security reports that the System Console was built against, each by its number.
//!
//! The reports that only a browser can show (8, 9, 16, 21) are in `console_browser` too.

#![allow(dead_code)] // the fields are read as text only

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{Method, Request, StatusCode, header};
use http_body_util::Full;
use serde_json::json;
use settings_console::{Access, Refusal, Visitor};
use settings_core::mail::EmailSettings;
use settings_core::reference::ServerSettings;
use settings_core::{Secret, Settings};
use settings_tests::console::{Answer, Site, with};
use settings_tests::faults::{LOGIN, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const CANARY: &str = "k4n4ry";

const FILE: &str =
    "{\n  // the port\n  \"EmailSettings\": {\"SMTPPort\": 587, \"SMTPPassword\": \"k4n4ry\"}\n}\n";

/// A program with secrets in every form.
#[derive(Settings, Clone, Debug)]
#[settings(env_prefix = "MM")]
struct Vaulted {
    email: EmailSettings,
    vault: Vault,
}

/// A vault.
#[derive(Settings, Clone, Debug)]
#[settings(section = "Vault")]
struct Vault {
    /// A key.
    #[setting(key = "Key", alias = "OldKey")]
    key: Secret,
    /// Keys.
    #[setting(key = "Keys")]
    keys: Vec<Secret>,
    /// A database.
    #[setting(key = "Database", format = "url")]
    database: String,
    /// A name.
    #[setting(key = "Name")]
    name: String,
    /// A list of addresses of the console itself.
    #[setting(key = "Open", default = false)]
    open: bool,
}

impl AsRef<EmailSettings> for Vaulted {
    fn as_ref(&self) -> &EmailSettings {
        &self.email
    }
}

fn site() -> Site {
    Site::new::<ServerSettings>(FILE, &[])
}

/// A file with a login at this server.
fn with_login(server: &Server, more: &str) -> String {
    let address = server.address();
    format!(
        r#"{{"EmailSettings": {{"SMTPServer": "{}", "SMTPPort": {}, "EnableSMTPAuth": true, "SMTPUsername": "{}", "SMTPPassword": "{}"{more}}}}}"#,
        address.ip(),
        address.port(),
        LOGIN.0,
        LOGIN.1
    )
}

fn was_asked_to_log_in(server: &Server) -> bool {
    server.record().said().iter().any(|said| said.line.to_ascii_uppercase().starts_with("AUTH"))
}

#[tokio::test]
async fn report_01_a_stored_secret_goes_only_to_the_endpoint_that_it_is_stored_for() {
    let (stored, other) = (Server::start("ok", true).await, Server::start("ok", true).await);
    let file = with_login(&stored, "");
    let site = Site::new::<ServerSettings>(&file, &[]);
    let test = async |set: serde_json::Value| {
        site.json(Method::POST, "/api/tests/mail", None, &json!({ "set": set }).to_string()).await
    };
    for (key, value) in [
        ("SMTPPort", json!(other.address().port())),
        ("SMTPServer", json!("localhost")),
        ("ConnectionSecurity", json!("STARTTLS")),
        ("SkipServerCertificateVerification", json!(true)),
        ("SMTPUsername", json!("eve")),
    ] {
        let answer = test(json!({ format!("EmailSettings.{key}"): value })).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{key}: {}", answer.body);
        let errors = &answer.json()["errors"];
        assert_eq!(
            (&errors[0]["setting"], &errors[0]["code"]),
            (&json!("EmailSettings.SMTPPassword"), &json!("secret-endpoint"))
        );
    }
    assert!(!was_asked_to_log_in(&other) && !was_asked_to_log_in(&stored));
    // saving does not get around it
    let port = json!({"set": {"EmailSettings.SMTPPort": other.address().port()}}).to_string();
    let saved = site.patch(&port).await;
    assert_eq!((saved.status, site.text()), (StatusCode::UNPROCESSABLE_ENTITY, file.clone()));
    let page = site.review("/p/environment-smtp", &[("v.EmailSettings.SMTPPort", "2525")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("type it again") && page.body.contains("type=\"password\""), "{}", page.body);
    // nor is saving without a login first
    let off = json!({"set": {"EmailSettings.EnableSMTPAuth": false, "EmailSettings.SMTPPort": other.address().port()}});
    assert_eq!(site.patch(&off.to_string()).await.status, StatusCode::OK);
    let on = site.patch(r#"{"set": {"EmailSettings.EnableSMTPAuth": true}}"#).await;
    assert_eq!(on.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", on.body);
    // with the secret typed, both work
    site.write(&file);
    let typed = json!({"set": {"EmailSettings.SMTPPort": other.address().port(), "EmailSettings.SMTPPassword": "typed"}});
    assert_eq!(site.patch(&typed.to_string()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn report_02_a_test_needs_the_right_to_test() {
    let (connections, port) = listener().await;
    let gate = |_: &http::request::Parts| Ok(Visitor::reader("eve"));
    let file = format!(r#"{{"EmailSettings": {{"SMTPServer": "127.0.0.1", "SMTPPort": {port}}}}}"#);
    let site = Site::with_gate::<ServerSettings>(&file, &[], gate, |it| it);
    let answer = site.json(Method::POST, "/api/tests/mail", None, "{}").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(site.post("/test-mail", &[("page", "environment-smtp")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

/// Counts the connections to a port.
async fn listener() -> (Arc<AtomicUsize>, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (count, port) = (Arc::new(AtomicUsize::new(0)), listener.local_addr().unwrap().port());
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    (count, port)
}

#[tokio::test]
async fn report_03_reading_never_acts() {
    let site = site();
    for path in ["/review", "/edit", "/save", "/rollback", "/test-mail", "/api/rollback", "/api/tests/mail"] {
        for method in [Method::GET, Method::HEAD] {
            let request = Site::request(method.clone(), path).body(Full::default()).unwrap();
            assert_eq!(site.send(request).await.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
    }
    for method in [Method::OPTIONS, Method::PUT, Method::DELETE, Method::TRACE] {
        let request = Site::request(method.clone(), "/api/settings").body(Full::default()).unwrap();
        let status = site.send(request).await.status;
        assert!(status.is_client_error(), "{method}: {status}");
    }
    assert_eq!(site.text(), FILE);
}

#[tokio::test]
async fn report_04_a_test_reads_back_little_and_nothing_of_the_local_link() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\nthe-body-of-an-inner-service\r\n")
                .await;
            let _ = stream.read(&mut [0; 64]).await;
        }
    });
    let site = Site::new::<ServerSettings>("{}", &[]);
    let body = json!({"set": {"EmailSettings.SMTPServer": "127.0.0.1", "EmailSettings.SMTPPort": port, "EmailSettings.SMTPServerTimeout": 2}});
    let answer = site.json(Method::POST, "/api/tests/mail", None, &body.to_string()).await;
    assert!(answer.body.contains("\"failed\""), "{}", answer.body);
    assert!(!answer.body.contains("the-body-of-an-inner-service"), "{}", answer.body);
    for host in ["169.254.169.254", "[fe80::1]", "::ffff:169.254.169.254", "224.0.0.1"] {
        let body = json!({"set": {"EmailSettings.SMTPServer": host}});
        let answer = site.json(Method::POST, "/api/tests/mail", None, &body.to_string()).await;
        let code = if answer.status == StatusCode::OK {
            json!(null)
        } else {
            answer.json()["errors"][0]["code"].clone()
        };
        assert_eq!(code, "refused-address", "{host}: {}", answer.body);
    }
}

#[tokio::test]
async fn report_05_without_a_visitor_there_is_only_the_stylesheet() {
    let gate = |_: &http::request::Parts| Err::<Visitor, _>(Refusal::Unauthorized);
    let site = Site::with_gate::<ServerSettings>(FILE, &[], gate, |it| it);
    for path in [
        "/",
        "/p/environment-smtp",
        "/all",
        "/history",
        "/sources",
        "/status",
        "/api/settings",
        "/api/schema",
        "/api/openapi.json",
        "/no/such/path",
    ] {
        let answer = site.get(path).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        assert!(!answer.body.contains("EmailSettings"), "{path}");
    }
    assert_eq!(site.post("/save", &[]).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(site.patch("{}").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(site.get("/assets/console.css").await.status, StatusCode::OK);
    let login = |_: &http::request::Parts| Err::<Visitor, _>(Refusal::Login("/login".to_owned()));
    let site = Site::with_gate::<ServerSettings>(FILE, &[], login, |it| it);
    let request =
        Site::request(Method::GET, "/").header(header::ACCEPT, "text/html").body(Full::default()).unwrap();
    assert_eq!(site.send(request).await.header("location"), "/login");
    assert_eq!(site.get("/api/settings").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn report_06_a_path_is_checked_as_text_and_its_file_is_never_shown() {
    let folder = settings_tests::cli::Folder::new("console-paths");
    let secret = folder.write("shadow", "root:k4n4ry:19000:0:99999:7:::\n");
    let server = Server::start("ok", true).await;
    let address = server.address();
    let site = Site::new::<ServerSettings>("{}", &[]);
    let mut paths = vec![secret, "/dev/zero".to_owned(), folder.path("missing")];
    #[cfg(unix)]
    {
        let pipe = folder.path("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        paths.push(pipe);
    }
    for path in paths {
        let body = json!({"set": {
            "EmailSettings.SMTPServer": address.ip().to_string(), "EmailSettings.SMTPPort": address.port(),
            "EmailSettings.SMTPCAFile": path, "EmailSettings.ConnectionSecurity": "STARTTLS",
        }});
        let body = body.to_string();
        let asked = site.json(Method::POST, "/api/tests/mail", None, &body);
        let answer = tokio::time::timeout(Duration::from_secs(20), asked)
            .await
            .unwrap_or_else(|_| panic!("{path} hangs"));
        assert!(
            !answer.body.contains(CANARY) && answer.body.contains("\"failed\""),
            "{path}: {}",
            answer.body
        );
    }
}

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
async fn report_08_other_sites_change_nothing() {
    let site = site();
    let send = async |headers: &[(&str, &str)]| {
        let mut request = Site::request(Method::PATCH, "/api/settings")
            .header("content-type", "application/json")
            .header("if-match", "*");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        site.send(request.body(Full::from(r#"{"set": {"EmailSettings.SMTPPort": 1}}"#)).unwrap()).await.status
    };
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "null")],
        &[("origin", "http://localhost:1")],
        &[("origin", "https://evil.example")],
        &[("origin", "http://localhost.evil.example")],
    ] {
        assert_eq!(send(headers).await, StatusCode::FORBIDDEN, "{headers:?}");
    }
    for kind in ["text/plain", "multipart/form-data; boundary=x", "application/json"] {
        let request = Site::request(Method::POST, "/save")
            .header("content-type", kind)
            .body(Full::from("page=x"))
            .unwrap();
        assert_eq!(site.send(request).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
    }
    assert_eq!(site.text(), FILE);
    assert_eq!(send(&[("origin", "https://localhost")]).await, StatusCode::OK, "behind a TLS proxy");
    assert_eq!(send(&[("sec-fetch-site", "same-origin")]).await, StatusCode::OK);
}

#[tokio::test]
async fn report_09_only_known_host_names_are_served() {
    let site = site();
    let ask = async |hosts: &[&str], uri: &str| {
        let mut request = Request::builder().uri(uri);
        for host in hosts {
            request = request.header("host", *host);
        }
        site.send(request.body(Full::default()).unwrap()).await.status
    };
    for hosts in [
        &[][..],
        &["evil.example"],
        &["evil.example:8471"],
        &["localhost", "localhost"],
        &["localhost", "evil.example"],
        &["localhost."],
        &["localhost.evil.example"],
        &["evil.example@localhost"],
        &["localhost@evil.example"],
        &["127.0.0.1.evil.example"],
        &["[::ffff:1.2.3.4]"],
        &[""],
    ] {
        assert_eq!(ask(hosts, "/").await, StatusCode::MISDIRECTED_REQUEST, "{hosts:?}");
    }
    assert_eq!(ask(&["localhost"], "http://evil.example/").await, StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(ask(&[], "http://evil.example/").await, StatusCode::MISDIRECTED_REQUEST);
    for host in ["localhost", "LOCALHOST:8471", "127.0.0.1:1", "[::1]:80"] {
        assert_eq!(ask(&[host], "/").await, StatusCode::OK, "{host}");
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

const MARKUP: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";

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
async fn report_17_what_a_server_says_is_bounded_text() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut number = 0;
        while let Ok((mut stream, _)) = listener.accept().await {
            number += 1;
            let text = match number {
                1 => format!("554 {MARKUP} \x1b[31m \u{202e}evil\0\r\n").into_bytes(),
                2 => [b"554 ".as_slice(), &vec![b'x'; 1 << 20], b"\r\n"].concat(),
                _ => vec![0; 1000],
            };
            let _ = stream.write_all(&text).await;
        }
    });
    let site = Site::new::<ServerSettings>("{}", &[]);
    let port = port.to_string();
    for _ in 0..3 {
        let fields = [
            ("page", "environment-smtp"),
            ("v.EmailSettings.SMTPServer", "127.0.0.1"),
            ("v.EmailSettings.SMTPPort", port.as_str()),
        ];
        let answer = site.post("/test-mail", &fields).await;
        let body = answer.body.replace("<script src=", "");
        assert!(
            body.contains("The test failed") && !body.contains("<script") && !body.contains("<img"),
            "{body}"
        );
        assert!(!body.contains(['\x1b', '\0', '\u{202e}']) && body.len() < 200_000, "{} bytes", body.len());
    }
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
async fn report_19_headers_that_anyone_can_send_change_nothing() {
    let site = site();
    let plain = site.get("/").await;
    let mut request = Site::request(Method::GET, "/");
    for (name, value) in [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-for", "10.0.0.1"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-prefix", "/evil"),
        ("forwarded", "for=10.0.0.1;host=evil.example"),
        ("x-real-ip", "10.0.0.1"),
        ("remote-user", "eve"),
        ("x-original-url", "/evil"),
        ("x-http-method-override", "PATCH"),
    ] {
        request = request.header(name, value);
    }
    let dressed = site.send(request.body(Full::default()).unwrap()).await;
    assert_eq!((dressed.status, dressed.body), (plain.status, plain.body));
    let mut request = Site::request(Method::PATCH, "/api/settings")
        .header("if-match", "*")
        .header("content-type", "application/json");
    request = request.header("remote-user", "eve").header("x-forwarded-user", "eve");
    let body = r#"{"set": {"EmailSettings.SMTPPort": 1}}"#;
    assert_eq!(site.send(request.body(Full::from(body)).unwrap()).await.status, StatusCode::OK);
    assert_eq!(site.get("/api/history").await.json()[0]["author"], "ann");
    // a limit that counts by header would not end
    let mut last = StatusCode::OK;
    for number in 0..40 {
        let request = Site::request(Method::PATCH, "/api/settings")
            .header("if-match", "*")
            .header("content-type", "application/json");
        let request =
            request.header("x-forwarded-for", format!("10.0.0.{number}")).body(Full::from("{}")).unwrap();
        last = site.send(request).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
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

#[tokio::test]
async fn report_21_every_answer_has_the_headers_that_keep_it_to_itself() {
    let site = site();
    let mut answers = vec![
        site.post("/save", &[]).await,
        site.patch("{").await,
        site.json(Method::PATCH, "/api/settings", None, "{}").await,
    ];
    for path in ["/", "/p/environment-smtp", "/p/none", "/api/settings", "/assets/console.css", "/none"] {
        answers.push(site.get(path).await);
    }
    let request = Request::builder().uri("/").header("host", "evil.example").body(Full::default()).unwrap();
    answers.push(site.send(request).await);
    for Answer { status, headers, .. } in answers {
        let get = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let policy = get("content-security-policy");
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.contains(part), "{status}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(get(name), value, "{status}");
        }
        assert!(
            get("cache-control") == "no-store" || get("content-type").starts_with("text/css"),
            "{status}"
        );
    }
    let page = site.get("/p/environment-smtp").await.body;
    assert!(
        !page.contains("style=\"") && !page.contains("onclick") && !page.contains("<style"),
        "nothing is inline"
    );
}

#[tokio::test]
async fn report_22_odd_paths_are_asked_of_the_gate_and_found_nowhere() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let gate = move |_: &http::request::Parts| {
        counted.fetch_add(1, Ordering::SeqCst);
        Ok(Visitor::administrator("ann"))
    };
    let site = Site::with_gate::<ServerSettings>(FILE, &[], gate, |it| it);
    let paths = [
        "/p/environment-smtp;x",
        "//p/environment-smtp",
        "/p//environment-smtp",
        "/p/%2e%2e/all",
        "/p/..%2fall",
        "/p/..%5call",
        "/api//settings",
        "/api/settings/",
        "/%61pi/settings",
        "/assets/../all",
        "/assets/%2e%2e/all",
        "/P/environment-smtp",
        "/all/",
    ];
    for path in paths {
        assert_eq!(site.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), paths.len());
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

#[tokio::test]
async fn report_24_guessing_and_repeating_is_limited() {
    let (connections, port) = listener().await;
    let site = Site::new::<ServerSettings>("{}", &[]);
    let body = json!({"set": {"EmailSettings.SMTPServer": "127.0.0.1", "EmailSettings.SMTPPort": port, "EmailSettings.SMTPServerTimeout": 1}}).to_string();
    let mut statuses = Vec::new();
    for _ in 0..7 {
        let answer = site.json(Method::POST, "/api/tests/mail", None, &body).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
        }
        statuses.push(answer.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == StatusCode::OK).count(), 6, "{statuses:?}");
    assert_eq!(statuses[6], StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(connections.load(Ordering::SeqCst), 6);
    assert_eq!(
        site.post("/test-mail", &[("page", "environment-smtp")]).await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    let large = "x".repeat((1 << 20) + 1);
    assert_eq!(
        site.json(Method::PATCH, "/api/settings", Some("*"), &large).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
}
