//! Requests: who is let in, and from where.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{Method, Request, StatusCode, header};
use http_body_util::Full;
use serde_json::json;
use settings_console::{Refusal, Visitor};
use settings_core::reference::ServerSettings;
use settings_tests::console::{Answer, Site};
use settings_tests::faults::Server;

use super::connection::listener;
use super::{CANARY, FILE, site};

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
