//! Connections that are kept for further mails.

use std::task::Poll;
use std::time::{Duration, Instant};

use settings_core::mail::{
    ConnectionSecurity, EmailSettings, Mailer, MailerOptions, Message, Outcome, PoolConfig, Step, TlsVersion,
};
use settings_core::value::Secret;
use settings_tests::certificates::CERTIFICATES;
use settings_tests::faults::{LOGIN, Server};
use settings_tests::lag::Lag;
use tokio::task::JoinSet;

fn mailer(server: &Server, security: ConnectionSecurity, pool: PoolConfig) -> Mailer {
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
    let options =
        MailerOptions::default().extra_ca_pem(CERTIFICATES.ca_pem.clone()).connections(3).pool(pool);
    Mailer::new(&settings, options).unwrap()
}

fn message(to: &str) -> Message {
    Message::new("server@example.com".parse().unwrap())
        .to(to.parse().unwrap())
        .subject("Pool")
        .text("One mail.\n")
}

fn count(server: &Server, verb: &str) -> usize {
    server.record().said().iter().filter(|said| said.line.starts_with(verb)).count()
}

async fn send_ten(server: &Server, mailer: &Mailer) {
    for at in 0..10 {
        let attempt = mailer.send_traced(&message("admin@example.com")).await;
        assert!(attempt.outcome.is_delivered_to_all(), "{at}: {}\n{}", attempt.outcome, attempt.transcript);
    }
    assert_eq!(server.record().taken().len(), 10);
}

#[tokio::test]
async fn one_connection_serves_many_mails() {
    for security in [ConnectionSecurity::None, ConnectionSecurity::StartTls] {
        let server = Server::start("ok", true).await;
        let mailer = mailer(&server, security, PoolConfig::default());
        send_ten(&server, &mailer).await;
        assert_eq!((count(&server, "MAIL"), server.record().peak(), count(&server, "QUIT")), (10, 1, 0));
        mailer.close().await;
        assert!(server.closes().await);
        assert_eq!(count(&server, "QUIT"), 1);
    }
}

#[tokio::test]
async fn a_server_that_ends_connections_loses_no_mail() {
    for mode in ["one-mail-only", "one-mail-421", "drop-at-quit"] {
        for pipelining in [true, false] {
            let server = Server::start(mode, pipelining).await;
            send_ten(&server, &mailer(&server, ConnectionSecurity::None, PoolConfig::default())).await;
        }
    }
}

#[tokio::test]
async fn a_refused_mail_does_not_affect_the_next() {
    let server = Server::start("rcpt-mixed", true).await;
    let mailer = mailer(&server, ConnectionSecurity::StartTls, PoolConfig::default());
    for _ in 0..3 {
        let refused = mailer.send(&message("second@example.com")).await;
        assert_eq!(refused.name(), "refused", "{refused}");
        let outcome = mailer.send(&message("admin@example.com")).await;
        assert!(outcome.is_delivered_to_all(), "{outcome}");
    }
    assert_eq!((server.record().peak(), count(&server, "EHLO")), (1, 2));
    assert!(count(&server, "RSET") >= 3);
}

#[tokio::test]
async fn connections_close_by_age_count_and_idle_time() {
    let server = Server::start("ok", true).await;
    let keep = PoolConfig::default().max_mails(5);
    send_ten(&server, &mailer(&server, ConnectionSecurity::None, keep)).await;
    assert!(server.closes().await);
    assert_eq!((count(&server, "EHLO"), count(&server, "QUIT")), (2, 2));

    let server = Server::start("ok", true).await;
    let keep = PoolConfig::default().max_idle(Duration::from_millis(200));
    let idle = mailer(&server, ConnectionSecurity::None, keep);
    let (lag, started) = (Lag::watch(), Instant::now());
    let _ = idle.send(&message("admin@example.com")).await;
    assert!(server.closes().await);
    let took = started.elapsed();
    // well before the default, 8 s
    let limit = Duration::from_secs(5) + lag.so_far();
    assert!(took >= Duration::from_millis(200) && took < limit, "{took:?}");
    assert_eq!(count(&server, "QUIT"), 1);
    let _ = idle.send(&message("admin@example.com")).await;
    assert!(server.closes().await);
    assert_eq!(count(&server, "QUIT"), 2);

    let server = Server::start("ok", true).await;
    let keep = PoolConfig::default().max_age(Duration::ZERO);
    send_ten(&server, &mailer(&server, ConnectionSecurity::None, keep)).await;
    assert_eq!(count(&server, "EHLO"), 10);
}

#[tokio::test]
async fn no_more_connections_than_allowed() {
    for keep in [PoolConfig::default(), PoolConfig::default().max_mails(1)] {
        let server = Server::start("ok", true).await;
        let mailer = mailer(&server, ConnectionSecurity::None, keep);
        let mut sends = JoinSet::new();
        for _ in 0..40 {
            let mailer = mailer.clone();
            sends.spawn(async move { mailer.send(&message("admin@example.com")).await });
        }
        let outcomes: Vec<Outcome> = sends.join_all().await;
        assert!(outcomes.iter().all(Outcome::is_delivered_to_all));
        assert_eq!(server.record().taken().len(), 40);
        assert!(server.record().peak() <= 3, "{} at a time", server.record().peak());
    }
}

#[tokio::test]
async fn unsolicited_replies_end_a_pooled_connection() {
    let server = Server::start("421-at-quit", true).await;
    let mailer = mailer(&server, ConnectionSecurity::None, PoolConfig::default());
    assert!(mailer.send(&message("admin@example.com")).await.is_delivered_to_all());
    server.shout(b"421 4.3.2 going down\r\n").await;
    assert!(mailer.send(&message("admin@example.com")).await.is_delivered_to_all());
    server.shout(b"250 2.0.0 surprise\r\n").await;
    let outcome = mailer.send(&message("admin@example.com")).await;
    assert!(outcome.is_delivered_to_all(), "{outcome}");
    assert_eq!(count(&server, "EHLO"), 3);
}

#[tokio::test]
async fn a_pooled_connection_does_not_wait() {
    let server = Server::start("ok", true).await;
    let mailer = mailer(&server, ConnectionSecurity::None, PoolConfig::default());
    let mut times = Vec::new();
    for _ in 0..50 {
        let started = Instant::now();
        assert!(mailer.send(&message("admin@example.com")).await.is_delivered_to_all());
        times.push(started.elapsed());
    }
    // an answer that waits for a delayed acknowledgement costs every mail at least 40 ms
    assert!(times.iter().min() < Some(&Duration::from_millis(40)), "{times:?}");
}

/// Polls a send once and drops it: no server can have answered by then.
async fn begin_and_cancel(mailer: &Mailer, message: &Message) {
    let mut send = Box::pin(mailer.send(message));
    let begun = std::future::poll_fn(|context| Poll::Ready(send.as_mut().poll(context).is_pending())).await;
    assert!(begun);
}

#[tokio::test]
async fn everything_is_counted() {
    let server = Server::start("rcpt-mixed", true).await;
    let mailer = mailer(&server, ConnectionSecurity::None, PoolConfig::default());
    for to in ["admin@example.com", "second@example.com", "third@example.com", "admin@example.com"] {
        let _ = mailer.send(&message(to)).await;
    }
    let _ = mailer.send(&message("admin@example.com").cc("second@example.com".parse().unwrap())).await;
    begin_and_cancel(&mailer, &message("admin@example.com")).await;
    let counts = mailer.counts();
    assert_eq!((counts.delivered, counts.delivered_in_part, counts.refused, counts.deferred), (2, 1, 1, 1));
    assert_eq!((counts.opened, counts.reused, counts.cancelled), (1, 4, 1));
    assert!(!counts.took.is_zero());
}

#[tokio::test]
async fn old_tls_can_be_ruled_out() {
    let server = Server::start("tls-1.2", true).await;
    let settings = EmailSettings {
        smtp_server: server.address().ip().to_string(),
        smtp_port: server.address().port(),
        connection_security: ConnectionSecurity::Tls,
        ..EmailSettings::default()
    };
    let options = MailerOptions::default().extra_ca_pem(CERTIFICATES.ca_pem.clone());
    let mailer = Mailer::new(&settings, options.clone()).unwrap();
    let attempt = mailer.send_traced(&message("admin@example.com")).await;
    assert!(attempt.outcome.is_delivered_to_all() && attempt.transcript.to_string().contains("TLS 1.2"));
    let strict = Mailer::new(&settings, options.oldest_tls(TlsVersion::Tls13)).unwrap();
    let outcome = strict.send(&message("admin@example.com")).await;
    assert_eq!(outcome.failure().map(|failure| failure.step), Some(Step::Tls), "{outcome}");
}
