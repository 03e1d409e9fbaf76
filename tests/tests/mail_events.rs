//! Log events about mail: enough to monitor it, without contents or credentials.

use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use settings_core::mail::outbox::{NewMail, Outbox};
use settings_core::mail::{
    Attachment, ConnectionSecurity, EmailSettings, Mailer, MailerOptions, Message, doctor,
};
use settings_core::value::Secret;
use settings_tests::certificates::CERTIFICATES;
use settings_tests::cli::Folder;
use settings_tests::events::{Ear, Heard};
use settings_tests::faults::{LOGIN, Server, TOKEN};
use tracing::Level;

const SUBJECT: &str = "canary-subject";
const TEXT: &str = "canary-text";
const RECIPIENT: &str = "canary-recipient";
const FILE: &str = "canary-file";

fn settings(server: &Server, password: &str) -> EmailSettings {
    EmailSettings {
        smtp_server: server.address().ip().to_string(),
        smtp_port: server.address().port(),
        enable_smtp_auth: true,
        smtp_username: LOGIN.0.into(),
        smtp_password: Secret::new(password),
        connection_security: ConnectionSecurity::StartTls,
        smtp_server_timeout: Duration::from_secs(4),
        ..EmailSettings::default()
    }
}

fn options() -> MailerOptions {
    MailerOptions::default().extra_ca_pem(CERTIFICATES.ca_pem.clone())
}

fn message(to: &str) -> Message {
    Message::new("server@example.com".parse().unwrap())
        .to(to.parse().unwrap())
        .subject(SUBJECT)
        .text(TEXT)
        .html(format!("<p>{TEXT}</p>"))
        .attach(Attachment::file(FILE, "text/plain", TEXT).unwrap())
}

async fn queue(path: &Path, mailer: &Mailer) {
    let outbox = Outbox::open(path).unwrap();
    for to in [RECIPIENT, "second", "third"] {
        let mail = message(&format!("{to}@example.com")).to_object().unwrap();
        outbox.enqueue(NewMail::notification(mail).key(format!("{SUBJECT}-{to}"))).await.unwrap();
    }
    outbox.run_once(mailer).await.unwrap();
    let _ = outbox
        .run_once(&Mailer::new_lenient(
            &EmailSettings { smtp_server: "".into(), ..mailer.settings() },
            options(),
        ))
        .await;
}

#[tokio::test]
async fn no_secret_and_no_message_is_logged() {
    let ear = Ear::new();
    let folder = Folder::new("events");
    let to = format!("{RECIPIENT}@example.com");
    for mode in [
        "ok",
        "auth-535",
        "auth-login-only",
        "auth-scram-weak",
        "auth-cram-only",
        "rcpt-mixed",
        "greylist",
        "554-at-dot",
        "drop-at-dot",
        "hang-at-data",
        "starttls-inject-all",
        "banner-http",
        "refuse",
        "size-small",
    ] {
        let server = Server::start(mode, true).await;
        let mailer = Mailer::new(settings(&server, LOGIN.1), options().allow_cram_md5()).unwrap();
        let _ = mailer.send(&message(&to)).await;
        let _ = mailer.send(&message("grüße@example.com")).await;
        queue(Path::new(&folder.path(mode)), &mailer).await;
        let probe = doctor::Probe::default();
        let _ = doctor::examine(&mailer.settings(), options(), &probe).await;
        let _ = mailer.replace(&EmailSettings { smtp_username: String::new(), ..mailer.settings() });
    }
    let server = Server::start("auth-xoauth2-only", true).await;
    let mailer =
        Mailer::new(settings(&server, "unused"), options().access_token(Secret::new(TOKEN))).unwrap();
    assert!(mailer.send(&message(&to)).await.is_delivered_to_all());
    let skipping = EmailSettings { skip_server_certificate_verification: true, ..mailer.settings() };
    mailer.replace(&skipping).unwrap();
    drop(mailer);

    let heard = ear.heard();
    expect(&heard, Level::INFO, &["mail", "recipients=1", "bytes="]);
    expect(&heard, Level::DEBUG, &["mail delivered", "milliseconds="]);
    expect(&heard, Level::INFO, &["mail refused", "step=", "code=554"]);
    expect(&heard, Level::INFO, &["mail deferred", "step="]);
    expect(&heard, Level::INFO, &["mail not attempted"]);
    expect(&heard, Level::INFO, &["mail enqueued", "notification"]);
    expect(&heard, Level::DEBUG, &["connection opened"]);
    expect(&heard, Level::DEBUG, &["connection closed", "failed"]);
    expect(&heard, Level::DEBUG, &["connection closed", "replaced"]);
    expect(&heard, Level::TRACE, &["step", "auth", "failed=true"]);
    expect(&heard, Level::ERROR, &["the queue is halted"]);
    expect(&heard, Level::ERROR, &["the new mail settings cannot be used", "SMTPUsername"]);
    expect(&heard, Level::WARN, &["SkipServerCertificateVerification is true"]);

    let plain = BASE64.encode(format!("\0{}\0{}", LOGIN.0, LOGIN.1));
    let password = BASE64.encode(LOGIN.1);
    for Heard { level, text } in &heard {
        for secret in [LOGIN.1, TOKEN, &plain, &password, SUBJECT, TEXT, FILE] {
            assert!(!text.contains(secret), "{level}: {text}");
        }
        for address in [RECIPIENT, "grüße", "second@"] {
            assert!(*level > Level::INFO || !text.contains(address), "{level}: {text}");
        }
    }
    assert!(heard.len() > 300, "only {} events", heard.len());
}

/// Asserts that an event at this level was logged with all of these parts.
#[track_caller]
fn expect(heard: &[Heard], level: Level, parts: &[&str]) {
    let found =
        heard.iter().any(|one| one.level == level && parts.iter().all(|part| one.text.contains(part)));
    let at_level: Vec<&str> =
        heard.iter().filter(|one| one.level == level).map(|one| one.text.as_str()).collect();
    assert!(found, "no {level} with {parts:?} in\n{}", at_level.join("\n"));
}
