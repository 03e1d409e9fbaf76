//! A send that is given up at any moment says nothing false about the next one.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use settings_core::mail::{ConnectionSecurity, EmailSettings, Mailer, MailerOptions, Message, PoolConfig};
use settings_core::value::Secret;
use settings_tests::certificates::CERTIFICATES;
use settings_tests::faults::{LOGIN, Server};

fn mailer(server: &Server, security: ConnectionSecurity, keep: bool) -> Mailer {
    let settings = EmailSettings {
        smtp_server: server.address().ip().to_string(),
        smtp_port: server.address().port(),
        enable_smtp_auth: security != ConnectionSecurity::None,
        smtp_username: LOGIN.0.into(),
        smtp_password: Secret::new(LOGIN.1),
        connection_security: security,
        smtp_server_timeout: Duration::from_secs(30),
        ..EmailSettings::default()
    };
    let options = MailerOptions::default().extra_ca_pem(CERTIFICATES.ca_pem.clone());
    Mailer::new(&settings, options.pool(if keep { PoolConfig::default() } else { PoolConfig::DISABLED }))
        .unwrap()
}

fn message(subject: &str) -> Message {
    Message::new("server@example.com".parse().unwrap())
        .to("admin@example.com".parse().unwrap())
        .subject(subject)
        .text("One mail.\n")
}

/// Polls a future `count` times at most and drops it; its value, if it was ready by then.
async fn poll_and_drop<T>(future: impl Future<Output = T>, count: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut polls = 0;
    poll_fn(|cx| {
        if polls == count {
            return Poll::Ready(None);
        }
        polls += 1;
        future.as_mut().poll(cx).map(Some)
    })
    .await
}

/// Returns true if the server accepted a mail with this subject.
fn took(server: &Server, subject: &str) -> bool {
    let line = format!("Subject: {subject}\r\n");
    let taken = server.record().taken();
    taken.iter().any(|body| String::from_utf8_lossy(body).contains(&line))
}

async fn cancel_everywhere(mode: &str, security: ConnectionSecurity, keep: bool) {
    let server = Server::start(mode, true).await;
    let mailer = mailer(&server, security, keep);
    let mut given_up = 0;
    for count in 1..=200 {
        let (first, second) = (format!("first{count}"), format!("second{count}"));
        let cancelled = poll_and_drop(mailer.send(&message(&first)), count).await;
        given_up += usize::from(cancelled.is_none());
        if let Some(outcome) = cancelled {
            assert_eq!(outcome.is_delivered_to_all(), took(&server, &first), "{mode} {count}: {outcome}");
        }
        let outcome = mailer.send(&message(&second)).await;
        assert_eq!(outcome.is_delivered_to_all(), took(&server, &second), "{mode} {count}: {outcome}");
        assert_eq!(outcome.is_delivered_to_all(), !mode.starts_with("554"), "{mode} {count}: {outcome}");
    }
    let least = if mode == "drip-gently" { 50 } else { 3 };
    assert!(given_up >= least, "only {given_up} sends were given up");
}

#[tokio::test]
async fn cancelled_sends_leave_plain_connections_consistent() {
    cancel_everywhere("ok", ConnectionSecurity::None, false).await;
    cancel_everywhere("554-at-dot", ConnectionSecurity::None, false).await;
}

#[tokio::test]
async fn cancelled_sends_leave_encrypted_connections_consistent() {
    cancel_everywhere("ok", ConnectionSecurity::StartTls, false).await;
}

#[tokio::test]
async fn cancelled_sends_leave_pooled_connections_consistent() {
    cancel_everywhere("drip-gently", ConnectionSecurity::None, true).await;
    cancel_everywhere("554-at-dot", ConnectionSecurity::None, true).await;
    cancel_everywhere("drip-gently", ConnectionSecurity::StartTls, true).await;
}

/// The mail that waits for its late answer is given up; the answer must not be taken for the next mail's.
#[tokio::test]
async fn a_late_reply_does_not_reach_the_next_mail() {
    let server = Server::start("late-dot-552", true).await;
    let mailer = mailer(&server, ConnectionSecurity::StartTls, true);
    let has_all = async {
        while server.record().bodies().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let first = message("first");
    tokio::select! {
        outcome = mailer.send(&first) => panic!("answered too early: {outcome}"),
        () = has_all => {}
    }
    let mut names = Vec::new();
    for subject in ["second", "third", "fourth"] {
        let outcome = mailer.send(&message(subject)).await;
        assert_eq!(outcome.is_delivered_to_all(), took(&server, subject), "{subject}: {outcome}");
        names.push(outcome.name());
    }
    assert_eq!(names, ["delivered", "refused", "refused"]);
}
