#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

mod bounds;
use crate::mail::{Address, EmailSettings, Mailer, MailerOptions, Message, Outcome, Step, doctor};

fn settings(catcher: &Catcher, security: ConnectionSecurity) -> EmailSettings {
    EmailSettings {
        smtp_server: "localhost".into(),
        smtp_port: catcher.address().port(),
        enable_smtp_auth: true,
        smtp_username: "demo".into(),
        smtp_password: Secret::new("p@ss w0rd+=/é"),
        connection_security: security,
        smtp_server_timeout: Duration::from_secs(30),
        ..EmailSettings::default()
    }
}

fn login() -> Login {
    Login::Only { username: "demo".into(), password: Secret::new("p@ss w0rd+=/é") }
}

fn options(catcher: &Catcher) -> MailerOptions {
    match catcher.certificate_pem() {
        Some(pem) => MailerOptions::default().extra_ca_pem(pem),
        None => MailerOptions::default(),
    }
}

fn message() -> Message {
    Message::new("Server <server@example.com>".parse().unwrap())
        .to("admin@example.com".parse().unwrap())
        .bcc("hidden@example.com".parse().unwrap())
        .subject("Grüße")
        .text(".a dot\n..two\n\nend")
}

async fn catcher(security: ConnectionSecurity) -> Catcher {
    Catcher::start(CatchOptions::default().security(security).login(login())).await.unwrap()
}

#[tokio::test]
async fn mail_arrives_with_every_encryption() {
    for security in [ConnectionSecurity::None, ConnectionSecurity::Tls, ConnectionSecurity::StartTls] {
        let mut catcher = catcher(security).await;
        let message = message();
        let mailer = Mailer::new(settings(&catcher, security), options(&catcher)).unwrap();
        let attempt = mailer.send_traced(&message).await;
        let Outcome::Delivered { queue_id, recipients, .. } = &attempt.outcome else {
            panic!("{}\n{}", attempt.outcome, attempt.transcript)
        };
        assert_eq!((queue_id.as_deref(), recipients.len()), (Some("C1"), 2));
        let caught = catcher.next().await.unwrap();
        assert_eq!(caught.encrypted, security != ConnectionSecurity::None);
        assert_eq!(caught.login.as_deref(), Some("demo"));
        assert_eq!(caught.recipients, ["admin@example.com", "hidden@example.com"]);
        let mut sent = message.to_bytes().unwrap();
        if !sent.ends_with(b"\r\n") {
            sent.extend_from_slice(b"\r\n");
        }
        assert_eq!(String::from_utf8_lossy(&caught.bytes), String::from_utf8_lossy(&sent));
        let said = attempt.transcript.to_string();
        assert!(!said.contains("cEBzcyB3MHJkKz0vw6k") && !said.contains("w0rd"), "{said}");
    }
}

#[tokio::test]
async fn wrong_password_is_refused_at_auth() {
    let catcher = catcher(ConnectionSecurity::StartTls).await;
    let settings = EmailSettings {
        smtp_password: Secret::new("wrong"),
        ..settings(&catcher, ConnectionSecurity::StartTls)
    };
    let outcome = Mailer::new(&settings, options(&catcher)).unwrap().send(&message()).await;
    let Outcome::Refused { failure, .. } = &outcome else { panic!("{outcome}") };
    assert_eq!((failure.step, failure.reply().map(|reply| reply.code())), (Step::Auth, Some(535)));
    assert!(outcome.to_string().contains("EmailSettings.SMTPPassword"), "{outcome}");
}

#[tokio::test]
async fn untrusted_certificate_prevents_mail() {
    for security in [ConnectionSecurity::Tls, ConnectionSecurity::StartTls] {
        let catcher = catcher(security).await;
        let elsewhere = super::certificate::fresh().unwrap().0;
        let options = MailerOptions::default().extra_ca_pem(elsewhere);
        let outcome = Mailer::new(settings(&catcher, security), options).unwrap().send(&message()).await;
        let Outcome::NotAttempted { failure } = &outcome else { panic!("{outcome}") };
        assert_eq!(failure.step, Step::Tls);
        assert!(outcome.to_string().contains("self-signed"), "{outcome}");
        let skipping =
            EmailSettings { skip_server_certificate_verification: true, ..settings(&catcher, security) };
        let outcome = Mailer::new(&skipping, MailerOptions::default()).unwrap().send(&message()).await;
        assert!(outcome.is_delivered_to_all(), "{outcome}");
    }
}

#[tokio::test]
async fn wrong_encryption_is_reported() {
    let clear_first = catcher(ConnectionSecurity::StartTls).await;
    let settings = settings(&clear_first, ConnectionSecurity::Tls);
    let outcome = Mailer::new(&settings, options(&clear_first)).unwrap().send(&message()).await;
    assert!(outcome.to_string().contains("EmailSettings.ConnectionSecurity to \"STARTTLS\""), "{outcome}");
    let no_tls = catcher(ConnectionSecurity::None).await;
    let settings = EmailSettings {
        smtp_port: no_tls.address().port(),
        connection_security: ConnectionSecurity::StartTls,
        ..settings
    };
    let outcome = Mailer::new(&settings, options(&clear_first)).unwrap().send(&message()).await;
    let Outcome::NotAttempted { failure } = &outcome else { panic!("{outcome}") };
    assert_eq!(failure.step, Step::StartTls);
}

#[tokio::test]
async fn doctor_reports_every_step() {
    let catcher = catcher(ConnectionSecurity::StartTls).await;
    let settings = settings(&catcher, ConnectionSecurity::StartTls);
    let probe = doctor::Probe::default()
        .sender("server@example.com".parse::<Address>().unwrap())
        .recipient("admin@example.com".parse().unwrap());
    let report = doctor::examine(&settings, options(&catcher), &probe).await;
    let steps: Vec<&str> = report.checks.iter().map(|check| check.step).collect();
    assert_eq!(
        steps,
        [
            "settings",
            "dns",
            "tcp",
            "greeting",
            "ehlo",
            "starttls",
            "tls",
            "ehlo",
            "auth",
            "mail-from",
            "rcpt-to"
        ]
    );
    assert!(report.healthy, "{report}");
    assert!(report.to_string().contains("TLS 1.3"), "{report}");

    let wrong = EmailSettings { smtp_password: Secret::new("wrong"), ..settings };
    let report = doctor::examine(&wrong, options(&catcher), &probe).await;
    let states: Vec<(&str, doctor::CheckStatus)> =
        report.checks.iter().skip(7).map(|check| (check.step, check.status)).collect();
    use doctor::CheckStatus::{Failed, Ok, Skipped};
    assert_eq!(states, [("ehlo", Ok), ("auth", Failed), ("mail-from", Skipped), ("rcpt-to", Skipped)]);
    assert!(!report.healthy);
}

#[tokio::test]
async fn blocking_works_outside_and_inside_a_runtime() {
    let mut catcher = catcher(ConnectionSecurity::None).await;
    let mailer = crate::mail::blocking::Mailer::new(
        settings(&catcher, ConnectionSecurity::None),
        MailerOptions::default(),
    )
    .unwrap();
    let outside = tokio::task::spawn_blocking(move || (mailer.send(&message()), mailer)).await.unwrap();
    assert!(outside.0.is_delivered_to_all(), "{}", outside.0);
    catcher.next().await.unwrap();
    drop(outside.1);
}

#[tokio::test]
async fn login_and_encryption_are_required() {
    let catcher = catcher(ConnectionSecurity::StartTls).await;
    let mut stream = TcpStream::connect(catcher.address()).await.unwrap();
    let said = b"EHLO x\r\nMAIL FROM:<a@b>\r\nAUTH PLAIN AGEAYg==\r\nSTARTTLS\r\nEHLO y\r\n";
    stream.write_all(said).await.unwrap();
    let mut heard = String::new();
    stream.read_to_string(&mut heard).await.unwrap();
    for code in ["530 5.7.0", "538 5.7.11", "554 5.5.1"] {
        assert!(heard.contains(code), "{heard}");
    }
}

#[tokio::test]
async fn mails_beyond_the_limit_are_deferred() {
    let options = CatchOptions { waiting_limit: 1, ..CatchOptions::default() };
    let mut catcher = Catcher::start(options).await.unwrap();
    let settings = EmailSettings { enable_smtp_auth: false, ..settings(&catcher, ConnectionSecurity::None) };
    let mailer = Mailer::new(&settings, MailerOptions::default()).unwrap();
    assert_eq!(mailer.send(&message()).await.name(), "delivered");
    assert_eq!(mailer.send(&message()).await.name(), "deferred");
    catcher.shutdown().await;
    assert!(catcher.next().await.is_some());
    assert!(catcher.next().await.is_none());
    let outcome = mailer.send(&message()).await;
    assert_eq!(outcome.failure().map(|failure| failure.step), Some(Step::Connect));
}

#[tokio::test]
async fn other_addresses_are_refused() {
    let options = CatchOptions::default().address("0.0.0.0:0".parse().unwrap());
    assert_eq!(Catcher::start(options).await.unwrap_err().kind(), io::ErrorKind::InvalidInput);
}
