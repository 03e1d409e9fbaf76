//! Tests of the connection: where secrets go, and what is read back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::{Method, StatusCode};
use http_body_util::Full;
use serde_json::json;
use settings_console::Visitor;
use settings_core::reference::ServerSettings;
use settings_tests::console::Site;
use settings_tests::faults::{LOGIN, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{FILE, MARKUP, site};

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
pub(super) async fn listener() -> (Arc<AtomicUsize>, u16) {
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
