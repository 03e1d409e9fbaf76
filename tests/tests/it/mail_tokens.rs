//! OAuth 2.0 access tokens: from a function of the program, and from a token server in the settings.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use settings_core::mail::{
    ConnectionSecurity, EmailSettings, Mailer, MailerOptions, Message, Outcome, Step, TokenError,
    TokenRequest, TokenSource,
};
use settings_core::value::Secret;
use settings_tests::certificates::CERTIFICATES;
use settings_tests::faults::{LOGIN, Server, TOKEN};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn settings(server: &Server) -> EmailSettings {
    EmailSettings {
        smtp_server: server.address().ip().to_string(),
        smtp_port: server.address().port(),
        enable_smtp_auth: true,
        smtp_username: LOGIN.0.into(),
        connection_security: ConnectionSecurity::StartTls,
        smtp_server_timeout: Duration::from_secs(30),
        smtp_idle_timeout: Duration::ZERO,
        ..EmailSettings::default()
    }
}

fn options() -> MailerOptions {
    MailerOptions::default().extra_ca_pem(CERTIFICATES.ca_pem.clone())
}

fn message() -> Message {
    Message::new("server@example.com".parse().unwrap()).to("admin@example.com".parse().unwrap()).text("x")
}

fn logins(server: &Server) -> usize {
    server.record().said().iter().filter(|said| said.line.starts_with("AUTH")).count()
}

fn step(outcome: &Outcome) -> Option<Step> {
    outcome.failure().map(|failure| failure.step)
}

/// Returns these tokens in turn; the last one is repeated. Counts the requests of both kinds.
fn tokens(tokens: &[&'static str]) -> (TokenSource, Arc<[AtomicUsize; 2]>) {
    let counts = Arc::new([const { AtomicUsize::new(0) }; 2]);
    let (left, counted) = (Arc::new(Mutex::new(VecDeque::from(tokens.to_vec()))), Arc::clone(&counts));
    let source = TokenSource::new(move |request| {
        counted[usize::from(request == TokenRequest::Fresh)].fetch_add(1, Ordering::SeqCst);
        let mut left = left.lock().unwrap();
        let token = if left.len() > 1 { left.pop_front() } else { left.front().copied() };
        async move { token.map(Secret::new).ok_or(TokenError::Rejected("no token".into())) }
    });
    (source, counts)
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let server = Server::start("auth-xoauth2-only", true).await;
    let (source, counts) = tokens(&["expired", TOKEN]);
    let mailer = Mailer::new(settings(&server), options().token_source(source)).unwrap();
    for _ in 0..2 {
        let outcome = mailer.send(&message()).await;
        assert!(outcome.is_delivered_to_all(), "{outcome}");
    }
    assert_eq!((counts[0].load(Ordering::SeqCst), counts[1].load(Ordering::SeqCst)), (2, 1));
    assert_eq!(logins(&server), 3);

    // The same token is not tried twice, and another wrong one only once.
    for (list, expected) in [(&["same"][..], 1), (&["first", "second", "third"][..], 2)] {
        let server = Server::start("auth-xoauth2-only", true).await;
        let mailer = Mailer::new(settings(&server), options().token_source(tokens(list).0)).unwrap();
        let outcome = mailer.send(&message()).await;
        assert_eq!((outcome.name(), step(&outcome)), ("refused", Some(Step::Auth)), "{outcome}");
        assert_eq!(logins(&server), expected);
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    for (error, name) in [
        (TokenError::Unavailable("the token server is down".into()), "deferred"),
        (TokenError::Rejected("the grant was revoked".into()), "not attempted"),
    ] {
        let server = Server::start("auth-xoauth2-only", true).await;
        let source = TokenSource::new(move |_| {
            let error = error.clone();
            async move { Err(error) }
        });
        let mailer = Mailer::new(settings(&server), options().token_source(source)).unwrap();
        let outcome = mailer.send(&message()).await;
        assert_eq!((outcome.name(), step(&outcome)), (name, Some(Step::Auth)), "{outcome}");
        assert_eq!(logins(&server), 0);
    }
}

/// A token server that sends these replies in turn, and keeps the requests.
struct TokenServer {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl TokenServer {
    async fn start(replies: &[(u16, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let (kept, mut replies) = (Arc::clone(&requests), VecDeque::from_iter(owned(replies)));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                let mut chunk = [0; 4096];
                while !is_complete(&request) {
                    match stream.read(&mut chunk).await {
                        Ok(count) if count > 0 => request.extend_from_slice(&chunk[..count]),
                        _ => break,
                    }
                }
                kept.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
                let (status, body) =
                    if replies.len() > 1 { replies.pop_front().unwrap() } else { replies[0].clone() };
                let head = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            }
        });
        Self { url, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn owned(replies: &[(u16, &str)]) -> Vec<(u16, String)> {
    replies.iter().map(|(status, body)| (*status, (*body).to_owned())).collect()
}

fn is_complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    length.is_none_or(|length| body.len() >= length.trim().parse().unwrap_or(0))
}

fn with_token_server(server: &Server, tokens: &TokenServer) -> EmailSettings {
    EmailSettings {
        smtp_oauth_token_url: tokens.url.clone(),
        smtp_oauth_client_id: "chat".into(),
        smtp_oauth_client_secret: Secret::new("client-s3cret"),
        smtp_oauth_refresh_token: Secret::new("refresh-t0ken"),
        smtp_oauth_scope: "https://mail.example.com/.default".into(),
        ..settings(server)
    }
}

#[tokio::test]
async fn tokens_come_from_the_token_server_in_the_settings() {
    let server = Server::start("auth-xoauth2-only", true).await;
    let first = r#"{"access_token": "expired", "expires_in": 3600, "token_type": "Bearer"}"#;
    let second = format!(r#"{{"access_token": "{TOKEN}", "expires_in": 3600, "refresh_token": "rotated"}}"#);
    let third = format!(r#"{{"access_token": "{TOKEN}", "expires_in": 1}}"#);
    let tokens = TokenServer::start(&[(200, first), (200, &second), (200, &third)]).await;
    let mailer = Mailer::new(with_token_server(&server, &tokens), options()).unwrap();
    for _ in 0..3 {
        let outcome = mailer.send(&message()).await;
        assert!(outcome.is_delivered_to_all(), "{outcome}");
    }
    let requests = tokens.requests();
    assert_eq!((requests.len(), logins(&server)), (2, 4), "the second token is kept until it expires");
    for part in [
        "grant_type=refresh_token",
        "refresh_token=refresh-t0ken",
        "client_id=chat",
        "scope=https%3A%2F%2Fmail",
    ] {
        assert!(requests[0].contains(part), "{part} in {}", requests[0]);
    }
}

#[tokio::test]
async fn a_token_server_that_refuses_stops_mail_without_a_secret_in_the_error() {
    for (status, body, name, words) in [
        (
            400,
            r#"{"error": "invalid_grant", "error_description": "expired"}"#,
            "not attempted",
            "invalid_grant: expired",
        ),
        (401, r#"{"error": "bad client-s3cret"}"#, "not attempted", "***"),
        (503, "busy", "deferred", "503"),
        (200, "{}", "not attempted", "no access_token"),
        (200, r#"{"access_token": "a b"}"#, "not attempted", "not allowed in a token"),
    ] {
        let server = Server::start("auth-xoauth2-only", true).await;
        let tokens = TokenServer::start(&[(status, body)]).await;
        let mailer = Mailer::new(with_token_server(&server, &tokens), options()).unwrap();
        let attempt = mailer.send_traced(&message()).await;
        let text = format!("{}\n{}", attempt.outcome, attempt.transcript);
        assert_eq!((attempt.outcome.name(), step(&attempt.outcome)), (name, Some(Step::Auth)), "{text}");
        assert!(text.contains(words), "{words} in {text}");
        assert!(!text.contains("s3cret") && !text.contains("t0ken"), "{text}");
    }
}

#[tokio::test]
async fn settings_of_the_token_server_are_checked() {
    let server = Server::start("ok", true).await;
    let tokens = TokenServer::start(&[(200, "{}")]).await;
    let good = with_token_server(&server, &tokens);
    for (wrong, words) in [
        (
            EmailSettings { smtp_oauth_token_url: "http://login.example.com/token".into(), ..good.clone() },
            "not an https URL",
        ),
        (EmailSettings { smtp_oauth_token_url: "login".into(), ..good.clone() }, "not a URL"),
        (EmailSettings { smtp_oauth_client_id: String::new(), ..good.clone() }, "SMTPOAuthClientID is empty"),
    ] {
        let error = Mailer::new(&wrong, options()).unwrap_err().to_string();
        assert!(error.contains("EmailSettings.SMTPOAuthTokenURL") && error.contains(words), "{error}");
    }
}
