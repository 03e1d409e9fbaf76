//! Logging in with an access token.

use std::time::Duration;

use settings_core::mail::{ConnectionSecurity, EmailSettings, Mailer, MailerOptions, Message, Outcome, Step};
use settings_core::value::Secret;
use settings_tests::certificates::CERTIFICATES;
use settings_tests::faults::{LOGIN, Server, TOKEN};

async fn send(server: &Server, token: &str) -> (Outcome, String) {
    let settings = EmailSettings {
        smtp_server: server.address().ip().to_string(),
        smtp_port: server.address().port(),
        enable_smtp_auth: true,
        smtp_username: LOGIN.0.into(),
        connection_security: ConnectionSecurity::StartTls,
        smtp_server_timeout: Duration::from_secs(30),
        ..EmailSettings::default()
    };
    let options =
        MailerOptions::default().extra_ca_pem(CERTIFICATES.ca_pem.clone()).access_token(Secret::new(token));
    let message = Message::new("server@example.com".parse().unwrap())
        .to("admin@example.com".parse().unwrap())
        .text("x");
    let attempt = Mailer::new(&settings, options).unwrap().send_traced(&message).await;
    (attempt.outcome, attempt.transcript.to_string())
}

#[tokio::test]
async fn a_token_logs_in() {
    let server = Server::start("auth-xoauth2-only", true).await;
    let (outcome, said) = send(&server, TOKEN).await;
    assert!(outcome.is_delivered_to_all(), "{outcome}\n{said}");
    assert!(said.contains("AUTH XOAUTH2 ***"), "{said}");
}

#[tokio::test]
async fn a_wrong_token_is_refused() {
    let server = Server::start("auth-xoauth2-only", true).await;
    let (outcome, said) = send(&server, "stale").await;
    assert_eq!(outcome.failure().map(|failure| failure.step), Some(Step::Auth), "{outcome}\n{said}");
    assert_eq!(outcome.name(), "refused");
}

/// A token is not a password: a server without token mechanisms does not get it.
#[tokio::test]
async fn a_token_is_not_sent_as_a_password() {
    let server = Server::start("ok", true).await;
    let (outcome, said) = send(&server, TOKEN).await;
    assert_eq!(
        (outcome.name(), outcome.failure().map(|failure| failure.step)),
        ("not attempted", Some(Step::Auth))
    );
    assert!(!server.record().said().iter().any(|said| said.line.starts_with("AUTH")), "{said}");
}
