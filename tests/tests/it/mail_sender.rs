//! The sender's settings: each does what it says, and they can be replaced while mail is sent.

use std::time::{Duration, Instant};

use settings_core::mail::catch::{CatchOptions, Catcher};
use settings_core::mail::{
    Cause, CloseReason, ConnectionSecurity, EmailSettings, Failure, Mailer, MailerOptions, Message,
    Replacement, Step, TlsFault, TlsVersion,
};
use settings_core::value::Secret;
use settings_tests::certificates::CERTIFICATES;
use settings_tests::cli::Folder;
use settings_tests::faults::{LOGIN, Server, eventually};
use settings_tests::lag::Lag;
use tokio::task::JoinSet;
use tokio::time::sleep;

fn settings(server: &Server, security: ConnectionSecurity) -> EmailSettings {
    EmailSettings {
        smtp_server: server.address().ip().to_string(),
        smtp_port: server.address().port(),
        connection_security: security,
        smtp_server_timeout: Duration::from_secs(30),
        ..EmailSettings::default()
    }
}

fn for_catcher(catcher: &Catcher) -> EmailSettings {
    EmailSettings {
        smtp_server: catcher.address().ip().to_string(),
        smtp_port: catcher.address().port(),
        ..EmailSettings::default()
    }
}

fn mailer(settings: &EmailSettings) -> Mailer {
    Mailer::new(settings, MailerOptions::default()).unwrap()
}

fn message() -> Message {
    to("admin@example.com")
}

fn to(address: &str) -> Message {
    Message::new("server@example.com".parse().unwrap())
        .to(address.parse().unwrap())
        .subject("Settings")
        .text("One mail.\n")
}

fn said(server: &Server, verb: &str) -> Vec<String> {
    let said = server.record().said();
    said.into_iter().map(|said| said.line).filter(|line| line.starts_with(verb)).collect()
}

fn trusting(server: &Server, security: ConnectionSecurity, folder: &Folder) -> EmailSettings {
    let smtp_ca_file = folder.write("ca.pem", &CERTIFICATES.ca_pem);
    EmailSettings { smtp_ca_file, ..settings(server, security) }
}

#[tokio::test]
async fn mails_have_the_sender_of_the_settings() {
    let mut catcher = Catcher::start(CatchOptions::default()).await.unwrap();
    let settings = EmailSettings {
        feedback_name: "Café: Chat".into(),
        feedback_email: "chat@bücher.example".into(),
        reply_to_address: "help@example.com".into(),
        ..for_catcher(&catcher)
    };
    let mailer = mailer(&settings);
    let message = mailer.message().unwrap().to("admin@example.com".parse().unwrap()).text("Hello!\n");
    let outcome = mailer.send(&message).await;
    assert!(outcome.is_delivered_to_all(), "{outcome}");
    let caught = catcher.next().await.unwrap();
    assert_eq!(caught.sender, "chat@xn--bcher-kva.example");
    let from = caught.header("From").unwrap();
    assert!(from.ends_with("<chat@xn--bcher-kva.example>") && from.contains("=?utf-8?"), "{from}");
    let reply_to = caught.header("Reply-To").unwrap();
    assert!(reply_to.ends_with("<help@example.com>"), "{reply_to}");
    assert!(caught.header("Message-ID").unwrap().ends_with("@xn--bcher-kva.example>"));
}

#[tokio::test]
async fn a_missing_sender_names_the_setting() {
    let server = Server::start("ok", true).await;
    let failure = mailer(&settings(&server, ConnectionSecurity::None)).message().unwrap_err();
    assert_eq!(failure.step, Step::Settings);
    assert!(failure.to_string().contains("EmailSettings.FeedbackEmail is empty"), "{failure}");
}

#[tokio::test]
async fn the_ehlo_name_is_sent() {
    for (name, expected) in [("", "EHLO [127.0.0.1]"), ("chat.example.com", "EHLO chat.example.com")] {
        let server = Server::start("ok", true).await;
        let settings =
            EmailSettings { ehlo_name: name.into(), ..settings(&server, ConnectionSecurity::None) };
        assert!(mailer(&settings).send(&message()).await.is_delivered_to_all());
        assert_eq!(said(&server, "EHLO"), [expected]);
    }
}

#[tokio::test]
async fn the_ca_file_is_trusted() {
    let (server, folder) = (Server::start("ok", true).await, Folder::new("sender-ca"));
    let trusting = trusting(&server, ConnectionSecurity::StartTls, &folder);
    let outcome = mailer(&trusting).send(&message()).await;
    assert!(outcome.is_delivered_to_all(), "{outcome}");
    let outcome = mailer(&settings(&server, ConnectionSecurity::StartTls)).send(&message()).await;
    let hint = &outcome.failure().unwrap().hints;
    assert!(hint.iter().any(|hint| hint.contains("EmailSettings.SMTPCAFile")), "{outcome}");
    for (file, expected) in [
        (folder.path("none.pem"), "cannot be read"),
        (folder.write("empty.pem", ""), "does not contain a PEM certificate"),
    ] {
        let settings = EmailSettings { smtp_ca_file: file.clone(), ..trusting.clone() };
        let failure = Mailer::new(&settings, MailerOptions::default()).unwrap_err().to_string();
        let named = format!("EmailSettings.SMTPCAFile ({file})");
        assert!(failure.contains(&named) && failure.contains(expected), "{failure}");
    }
}

#[tokio::test]
async fn only_the_fingerprint_is_trusted() {
    for (mode, security) in [
        ("cert-selfsigned", ConnectionSecurity::StartTls),
        ("cert-expired-tls", ConnectionSecurity::Tls),
        ("cert-wronghost", ConnectionSecurity::StartTls),
    ] {
        let server = Server::start(mode, true).await;
        let wrong = EmailSettings {
            smtp_certificate_fingerprint: "0".repeat(64),
            skip_server_certificate_verification: true,
            ..settings(&server, security)
        };
        let outcome = mailer(&wrong).send(&message()).await;
        let Some(Failure {
            cause: Cause::Tls(TlsFault::WrongFingerprint { presented }),
            step: Step::Tls,
            ..
        }) = outcome.failure()
        else {
            panic!("{mode}: {outcome}");
        };
        assert!(outcome.to_string().contains("SMTPCertificateFingerprint"), "{outcome}");
        assert!(said(&server, "MAIL").is_empty());
        let pairs: Vec<&str> =
            presented.as_bytes().chunks(2).map(|two| str::from_utf8(two).unwrap()).collect();
        let right = EmailSettings {
            smtp_certificate_fingerprint: pairs.join(":").to_uppercase(),
            ..settings(&server, security)
        };
        let attempt = mailer(&right).send_traced(&message()).await;
        assert!(attempt.outcome.is_delivered_to_all(), "{mode}: {}", attempt.outcome);
        assert!(attempt.transcript.to_string().contains("trusted by its fingerprint"));
    }
}

#[tokio::test]
async fn the_minimum_tls_version_is_respected() {
    let (server, folder) = (Server::start("tls-1.2", true).await, Folder::new("sender-tls"));
    let trusting = trusting(&server, ConnectionSecurity::Tls, &folder);
    assert!(mailer(&trusting).send(&message()).await.is_delivered_to_all());
    let strict = EmailSettings { smtp_minimum_tls_version: TlsVersion::Tls13, ..trusting };
    let outcome = mailer(&strict).send(&message()).await;
    assert_eq!(outcome.failure().map(|failure| failure.step), Some(Step::Tls), "{outcome}");
}

#[tokio::test]
async fn cram_md5_must_be_allowed() {
    let (server, folder) = (Server::start("auth-cram-only", true).await, Folder::new("sender-cram"));
    let refusing = EmailSettings {
        enable_smtp_auth: true,
        smtp_username: LOGIN.0.into(),
        smtp_password: Secret::new(LOGIN.1),
        ..trusting(&server, ConnectionSecurity::StartTls, &folder)
    };
    let outcome = mailer(&refusing).send(&message()).await;
    assert_eq!(outcome.name(), "not attempted", "{outcome}");
    assert!(said(&server, "AUTH").is_empty());
    assert!(outcome.to_string().contains("AllowCRAMMD5"), "{outcome}");
    let _ = mailer(&EmailSettings { allow_cram_md5: true, ..refusing }).send(&message()).await;
    assert_eq!(said(&server, "AUTH"), ["AUTH CRAM-MD5"]);
}

#[tokio::test]
async fn the_connection_limit_is_respected() {
    let server = Server::start("ok", true).await;
    let settings = EmailSettings { smtp_connections: 2, ..settings(&server, ConnectionSecurity::None) };
    let mailer = mailer(&settings);
    let mut sends = JoinSet::new();
    for _ in 0..20 {
        let mailer = mailer.clone();
        sends.spawn(async move { mailer.send(&message()).await.is_delivered_to_all() });
    }
    assert!(sends.join_all().await.into_iter().all(|delivered| delivered));
    assert_eq!((server.record().peak(), mailer.counts().idle), (2, 2));
}

#[tokio::test]
async fn the_idle_timeout_is_respected() {
    let server = Server::start("ok", true).await;
    let at_once =
        EmailSettings { smtp_idle_timeout: Duration::ZERO, ..settings(&server, ConnectionSecurity::None) };
    let mailer_at_once = mailer(&at_once);
    for _ in 0..3 {
        assert!(mailer_at_once.send(&message()).await.is_delivered_to_all());
    }
    assert_eq!((said(&server, "EHLO").len(), said(&server, "QUIT").len()), (3, 3));
    assert_eq!(mailer_at_once.counts().closed_for(CloseReason::Mails), 3);

    // the default is longer than this test
    let kept = mailer(&settings(&server, ConnectionSecurity::None));
    assert!(kept.send(&message()).await.is_delivered_to_all());
    assert!(eventually(|| kept.counts().idle == 1).await);
    assert_eq!((server.record().open(), kept.counts().open()), (1, 1));

    let server = Server::start("ok", true).await;
    let a_second = EmailSettings {
        smtp_idle_timeout: Duration::from_secs(1),
        ..settings(&server, ConnectionSecurity::None)
    };
    let mailer = mailer(&a_second);
    let (lag, started) = (Lag::watch(), Instant::now());
    assert!(mailer.send(&message()).await.is_delivered_to_all());
    assert!(server.closes().await);
    let took = started.elapsed();
    // well before the default, 8 s
    let limit = Duration::from_secs(5) + lag.so_far();
    assert!(took >= Duration::from_secs(1) && took < limit, "{took:?}");
    assert_eq!(said(&server, "QUIT").len(), 1);
    assert!(eventually(|| mailer.counts().open() == 0).await);
    let counts = mailer.counts();
    assert_eq!((counts.closed_for(CloseReason::Idle), counts.idle), (1, 0));
}

#[tokio::test]
async fn connections_come_from_the_source_address() {
    let mut catcher = Catcher::start(CatchOptions::default()).await.unwrap();
    let settings = EmailSettings { smtp_source_address: "127.0.0.9".into(), ..for_catcher(&catcher) };
    let outcome = mailer(&settings).send(&message()).await;
    assert!(outcome.is_delivered_to_all(), "{outcome}");
    assert_eq!(catcher.next().await.unwrap().peer.ip().to_string(), "127.0.0.9");
    let foreign = EmailSettings { smtp_source_address: "192.0.2.1".into(), ..for_catcher(&catcher) };
    let outcome = mailer(&foreign).send(&message()).await;
    assert!(outcome.to_string().contains("SMTPSourceAddress"), "{outcome}");
}

#[tokio::test]
async fn the_next_mail_uses_replaced_settings() {
    let (old, new) = (Server::start("slow-replies", true).await, Server::start("ok", true).await);
    let slow = EmailSettings {
        smtp_server_timeout: Duration::from_secs(60),
        ..settings(&old, ConnectionSecurity::None)
    };
    let mailer = mailer(&slow);
    let running = {
        let mailer = mailer.clone();
        tokio::spawn(async move { mailer.send(&message()).await })
    };
    while said(&old, "EHLO").is_empty() {
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(mailer.replace(&slow), Ok(Replacement::Unchanged));
    let changed = settings(&new, ConnectionSecurity::None);
    assert_eq!(mailer.replace(&changed), Ok(Replacement::Applied));
    assert_eq!(mailer.settings(), changed);
    assert!(mailer.send(&message()).await.is_delivered_to_all());
    assert_eq!(new.record().taken().len(), 1);
    assert!(old.record().taken().is_empty(), "the slow mail has to be under way still");

    assert!(running.await.unwrap().is_delivered_to_all());
    assert_eq!((old.record().taken().len(), new.record().taken().len()), (1, 1));
    assert!(old.closes().await);
    assert_eq!(said(&old, "QUIT").len(), 1);
    assert_eq!(mailer.counts().closed_for(CloseReason::Replaced), 1);
}

#[tokio::test]
async fn idle_connections_quit_when_settings_change_and_when_the_mailer_is_dropped() {
    let (old, new) = (Server::start("ok", true).await, Server::start("ok", true).await);
    let mailer = mailer(&settings(&old, ConnectionSecurity::None));
    assert!(mailer.send(&message()).await.is_delivered_to_all());
    assert_eq!(old.record().open(), 1);
    let handle = mailer.clone();
    let changed = settings(&new, ConnectionSecurity::None);
    // From a thread that knows no runtime, as a watcher of files has one.
    std::thread::spawn(move || handle.replace(&changed)).join().unwrap().unwrap();
    assert!(old.closes().await);
    assert_eq!(said(&old, "QUIT").len(), 1);

    assert!(mailer.send(&message()).await.is_delivered_to_all());
    assert_eq!(new.record().open(), 1);
    drop(mailer);
    assert!(new.closes().await);
    assert_eq!(said(&new, "QUIT").len(), 1);
}

#[tokio::test]
async fn waiting_mails_use_the_new_settings() {
    let (old, new) = (Server::start("hang-at-mail", true).await, Server::start("ok", true).await);
    let one = EmailSettings { smtp_connections: 1, ..settings(&old, ConnectionSecurity::None) };
    let mailer = mailer(&EmailSettings { smtp_server_timeout: Duration::from_secs(2), ..one });
    let mut sends = JoinSet::new();
    for _ in 0..5 {
        let mailer = mailer.clone();
        sends.spawn(async move { mailer.send(&message()).await.is_delivered_to_all() });
    }
    while said(&old, "MAIL").is_empty() {
        sleep(Duration::from_millis(5)).await;
    }
    mailer.replace(settings(&new, ConnectionSecurity::None)).unwrap();
    let delivered = sends.join_all().await.into_iter().filter(|delivered| *delivered).count();
    assert_eq!((delivered, new.record().taken().len(), said(&old, "MAIL").len()), (4, 4, 1));
}

#[tokio::test]
async fn unusable_settings_stop_mail_until_they_are_fixed() {
    let server = Server::start("ok", true).await;
    let good = settings(&server, ConnectionSecurity::None);
    let blank = EmailSettings { smtp_server: String::new(), ..good.clone() };
    let mailer = Mailer::new_lenient(&blank, MailerOptions::default());
    let outcome = mailer.send(&message()).await;
    assert_eq!(outcome.name(), "not attempted");
    assert!(outcome.to_string().contains("EmailSettings.SMTPServer is empty"), "{outcome}");

    mailer.replace(&good).unwrap();
    assert!(mailer.failure().is_none() && mailer.send(&message()).await.is_delivered_to_all());

    let failure = mailer.replace(&blank).unwrap_err();
    assert_eq!(mailer.failure(), Some(failure.clone()));
    assert_eq!(mailer.replace(&blank), Err(failure), "the same settings cannot be obeyed still");
    assert_eq!(mailer.send(&message()).await.name(), "not attempted");
    assert!(server.closes().await);
    assert_eq!(server.record().taken().len(), 1);
}

#[tokio::test]
async fn refresh_reloads_the_ca_file() {
    let (server, folder) = (Server::start("ok", true).await, Folder::new("sender-refresh"));
    let smtp_ca_file = folder.write("ca.pem", &CERTIFICATES.self_signed.chain_pem);
    let settings = EmailSettings { smtp_ca_file, ..settings(&server, ConnectionSecurity::StartTls) };
    let mailer = mailer(&settings);
    assert_eq!(mailer.send(&message()).await.name(), "not attempted");
    folder.write("ca.pem", &CERTIFICATES.ca_pem);
    mailer.refresh().unwrap();
    let outcome = mailer.send(&message()).await;
    assert!(outcome.is_delivered_to_all(), "{outcome}");
}

#[tokio::test]
async fn domains_outside_ascii_reach_every_server() {
    let server = Server::start("ok", true).await;
    let outcome = mailer(&settings(&server, ConnectionSecurity::None)).send(&to("info@bücher.example")).await;
    assert!(outcome.is_delivered_to_all(), "{outcome}");
    assert_eq!(said(&server, "RCPT"), ["RCPT TO:<info@xn--bcher-kva.example>"]);
    assert!(!said(&server, "MAIL").concat().contains("SMTPUTF8"));
    let taken = String::from_utf8(server.record().taken().remove(0)).unwrap();
    assert!(taken.is_ascii() && taken.contains("To: <info@xn--bcher-kva.example>"), "{taken}");
}

#[tokio::test]
async fn local_parts_outside_ascii_need_a_server_that_offers_them() {
    let server = Server::start("ok", true).await;
    let outcome =
        mailer(&settings(&server, ConnectionSecurity::None)).send(&to("grüße@bücher.example")).await;
    assert_eq!(outcome.name(), "not attempted");
    let text = outcome.to_string();
    assert!(text.contains("grüße@bücher.example") && text.contains("does not offer SMTPUTF8"), "{text}");
    assert!(said(&server, "MAIL").is_empty());

    let mut catcher = Catcher::start(CatchOptions::default()).await.unwrap();
    let outcome = mailer(&for_catcher(&catcher)).send(&to("grüße@bücher.example")).await;
    assert!(outcome.is_delivered_to_all(), "{outcome}");
    let caught = catcher.next().await.unwrap();
    assert_eq!(caught.recipients, ["grüße@bücher.example"]);
    assert_eq!(caught.header("To").unwrap(), "<grüße@bücher.example>");
}

#[tokio::test]
async fn a_mailer_follows_the_configuration_file() {
    use settings_core::reference::ServerSettings;
    use settings_core::resolve::Layers;
    use settings_core::store::watch::{Debounce, Event, Watch};

    let (old, new) = (Server::start("ok", true).await, Server::start("ok", true).await);
    let folder = Folder::new("sender-watch");
    let config = |server: &Server| {
        let (ip, port) = (server.address().ip(), server.address().port());
        format!(r#"{{ "EmailSettings": {{ "SMTPServer": "{ip}", "SMTPPort": {port} }} }}"#)
    };
    let path = folder.write("config.json", config(&old));
    let read = move || Layers::new().read_file(&path);
    let watch = Watch::<ServerSettings>::start(read, Debounce::default()).unwrap();
    let mailer = mailer(&watch.current().email);
    assert!(mailer.send(&message()).await.is_delivered_to_all());

    let (events, follower) = (watch.subscribe(), mailer.clone());
    std::thread::spawn(move || {
        for event in events {
            if let Event::Changed(changed) = &*event {
                let _ = follower.replace(&changed.value.email);
            }
        }
    });
    folder.write("config.json", config(&new));
    for _ in 0..1000 {
        if mailer.settings().smtp_port == new.address().port() {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    assert!(mailer.send(&message()).await.is_delivered_to_all());
    assert_eq!((old.record().taken().len(), new.record().taken().len()), (1, 1));
    assert!(old.closes().await);
    assert_eq!(said(&old, "QUIT").len(), 1);
}
