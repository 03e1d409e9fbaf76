//! Security alerts, from a local feed to the mail that arrives.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use settings_core::mail::alerts::{AlertContext, AlertError, AlertReport, AlertWatch, NoticeState};
use settings_core::mail::catch::{CatchOptions, Catcher};
use settings_core::mail::outbox::{ManualClock, Outbox, RemoveOutcome};
use settings_core::mail::{EmailSettings, Mailbox, Mailer, MailerOptions};
use settings_tests::certificates::CERTIFICATES;
use settings_tests::feed::{Answer, FeedServer, Publisher, document};
use settings_tests::lag::Lag;
use settings_tests::sink::{Act, Moment, Sink};
use tempfile::TempDir;

/// The limit of a request: a busy machine answers sooner.
const LIMIT: Duration = Duration::from_secs(4);

/// A server with its administrators.
struct Place {
    folder: TempDir,
    publisher: Publisher,
    feed: FeedServer,
    outbox: Outbox,
    clock: Arc<ManualClock>,
}

impl Place {
    async fn new() -> Self {
        let publisher = Publisher::new();
        let text = "Upgrade to 1.4.3.\r\n\r\n<script>alert(1)</script>\u{1b}[31m\u{202e}!";
        let concerns =
            publisher.alert("2026-0007", ">=1.2.0, <1.4.3", "Sessions outlive\r\nBcc: x@example.com", text);
        let other = publisher.alert("2026-0006", "<1.0.0", "Fixed long ago", "Nothing to do.");
        let feed = Answer::Document(document(&[concerns, other]));
        let feed = FeedServer::start(CERTIFICATES.good.config.clone(), feed).await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), &CERTIFICATES.ca_pem).unwrap();
        let clock = Arc::new(ManualClock::new(SystemTime::now()));
        let outbox = Outbox::open(&folder.path().join("outbox.sqlite")).unwrap().clock(clock.clone());
        Self { folder, publisher, feed, outbox, clock }
    }

    fn watch(&self, version: &str) -> AlertWatch {
        let keys = vec![self.publisher.public_key().parse().unwrap()];
        let watch = AlertWatch::new(&self.feed.url(), keys, version.parse().unwrap()).unwrap();
        watch.extra_ca_file(self.folder.path().join("ca.pem")).time_limit(LIMIT)
    }

    async fn check(&self, context: &AlertContext) -> AlertReport {
        self.watch("1.4.2").check(&self.outbox, context).await.unwrap()
    }
}

fn context(mailer: Option<Mailer>) -> AlertContext {
    let mailbox = |text: &str| text.parse::<Mailbox>().unwrap();
    AlertContext {
        enabled: true,
        administrators: vec![
            mailbox("Ada <ada@example.com>"),
            mailbox("bob@example.com"),
            mailbox("Ada@Example.com"),
        ],
        from: mailbox("Server <server@example.com>"),
        reply_to: None,
        mailer,
    }
}

fn mailer(port: u16) -> Option<Mailer> {
    let settings =
        EmailSettings { smtp_server: "127.0.0.1".to_owned(), smtp_port: port, ..EmailSettings::default() };
    Some(Mailer::new(&settings, MailerOptions::default()).unwrap())
}

fn states(report: &AlertReport) -> Vec<(NoticeState, bool)> {
    report.findings.iter().flat_map(|finding| &finding.notices).map(|one| (one.state, one.is_new)).collect()
}

#[tokio::test]
async fn every_administrator_is_notified_once() {
    let place = Place::new().await;
    let mut catcher = Catcher::start(CatchOptions::default()).await.unwrap();
    let context = context(mailer(catcher.address().port()));
    let report = place.check(&context).await;
    assert_eq!((report.alerts, report.findings.len()), (2, 1));
    assert_eq!(states(&report), [(NoticeState::Delivered, true); 2], "the same address twice is one");
    assert!(report.is_complete());

    let mut recipients = Vec::new();
    for _ in 0..2 {
        let mail = catcher.next().await.unwrap();
        assert_eq!(mail.header("Auto-Submitted").as_deref(), Some("auto-generated"));
        assert_eq!(mail.header("Bcc"), None);
        assert!(mail.header("Content-Type").unwrap().starts_with("text/plain"));
        let text = mail.text();
        assert!(
            text.contains("2026-0007") && text.contains("1.4.2") && text.contains("Upgrade to 1.4.3."),
            "{text}"
        );
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
        recipients.extend(mail.recipients);
    }
    recipients.sort();
    assert_eq!(recipients, ["ada@example.com", "bob@example.com"]);

    for _ in 0..3 {
        place.clock.advance(Duration::from_secs(24 * 3600 * 20));
        assert_eq!(states(&place.check(&context).await), [(NoticeState::Delivered, false); 2]);
    }
    let more = tokio::time::timeout(Duration::from_millis(200), catcher.next()).await;
    assert!(more.is_err(), "notified again: {more:?}");
}

#[tokio::test]
async fn request_does_not_identify_the_installation() {
    let place = Place::new().await;
    place.check(&context(None)).await;
    let requests = place.feed.requests();
    let [request] = requests.as_slice() else { panic!("one request: {requests:?}") };
    let mut lines: Vec<String> = request.trim_end().lines().map(str::to_lowercase).collect();
    lines.sort();
    let host = place.feed.url().replace("https://", "host: ").replace("/alerts.json", "");
    let mut expected = vec![
        "accept: application/json".to_owned(),
        "get /alerts.json http/1.1".to_owned(),
        host,
        "user-agent: security-alert-check".to_owned(),
    ];
    expected.sort();
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn disabled_check_does_not_request_the_feed() {
    let place = Place::new().await;
    let report = place.check(&AlertContext { enabled: false, ..context(None) }).await;
    assert!(!report.enabled && report.findings.is_empty());
    assert_eq!(place.feed.requests(), Vec::<String>::new());
}

/// The loop uses tokio's clock, which runs ahead here. The outbox's clock moves on request only.
#[tokio::test(start_paused = true)]
async fn last_check_is_remembered_across_restarts() {
    let place = Place::new().await;
    let hours = |count: u64| Duration::from_secs(count * 3600);
    let run_for = async |time: Duration| {
        let outbox = Outbox::open(&place.folder.path().join("outbox.sqlite")).unwrap();
        let (outbox, watch) = (outbox.clock(place.clock.clone()), place.watch("1.4.2"));
        let _ = tokio::time::timeout(time, watch.run(&outbox, || context(None))).await;
        place.feed.requests().len()
    };
    assert_eq!(run_for(hours(2)).await, 1, "soon after the first start");
    for _ in 0..3 {
        assert_eq!(run_for(hours(10)).await, 1, "not again after a restart");
    }
    place.clock.advance(hours(20));
    assert_eq!(run_for(hours(5)).await, 2, "when the day is over");
    place.clock.advance(hours(48));
    assert_eq!(run_for(hours(1)).await, 3, "soon, where the day has long been over");

    place.feed.answer(Answer::Document("<html></html>".to_owned()));
    place.clock.advance(hours(48));
    assert_eq!(run_for(hours(1) / 2).await, 4, "a check that failed");
    assert_eq!(run_for(hours(1) / 2).await, 5, "does not count");
    assert!(run_for(hours(5)).await >= 9, "and is made again every hour");
}

#[tokio::test]
async fn other_versions_are_not_affected() {
    let place = Place::new().await;
    for (version, findings) in [("1.4.3", 0), ("1.4.3-rc.1", 1), ("0.9.0", 1), ("1.1.0", 0)] {
        let report = place.watch(version).check(&place.outbox, &context(None)).await.unwrap();
        assert_eq!(report.findings.len(), findings, "{version}");
    }
}

#[tokio::test]
async fn undelivered_mail_does_not_count() {
    let place = Place::new().await;
    let well = Arc::new(AtomicBool::new(false));
    let sink = Sink::start({
        let well = well.clone();
        move |moment| match moment {
            Moment::Recipient("bob@example.com") if !well.load(Ordering::SeqCst) => {
                Act::Answer("550 5.1.1 unknown")
            }
            Moment::Dot(_) if !well.load(Ordering::SeqCst) => Act::Answer("451 4.3.0 later"),
            _ => Act::Well,
        }
    });
    let context = context(mailer(sink.address().port()));
    let report = place.check(&context).await;
    assert_eq!(states(&report), [(NoticeState::Waiting, true), (NoticeState::Failed, true)]);
    let why = report.findings[0].notices[1].why.clone().unwrap();
    assert!(why.contains("550 5.1.1 unknown") && !report.is_complete(), "{why}");

    well.store(true, Ordering::SeqCst);
    place.clock.advance(Duration::from_secs(24 * 3600));
    let report = place.check(&context).await;
    assert_eq!(states(&report), [(NoticeState::Delivered, false); 2]);
    assert_eq!(sink.taken().len(), 2);
}

#[tokio::test]
async fn mails_wait_without_a_mailer() {
    let place = Place::new().await;
    assert_eq!(states(&place.check(&context(None)).await), [(NoticeState::Waiting, true); 2]);
    let sink = Sink::start(|_| Act::Well);
    let report = place.check(&context(mailer(sink.address().port()))).await;
    assert_eq!(states(&report), [(NoticeState::Delivered, false); 2]);
}

#[tokio::test]
async fn unsigned_alerts_are_not_mailed() {
    let place = Place::new().await;
    let forged = Publisher::new().alert("2026-0009", "*", "Download this", "From evil.example.com.");
    place.feed.answer(Answer::Document(document(&[forged])));
    let sink = Sink::start(|_| Act::Well);
    let report = place.check(&context(mailer(sink.address().port()))).await;
    assert_eq!((report.findings.len(), report.rejected.len(), report.is_complete()), (0, 1, false));
    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn unavailable_feed_is_an_error_within_the_time_limit() {
    let place = Place::new().await;
    let raw = |text: &str| Answer::Raw(text.to_owned());
    for (answer, expected) in [
        (Answer::Silence, "not received within 4 s"),
        (Answer::Drip, "not received within 4 s"),
        (Answer::Endless, "longer than 1048576 bytes"),
        (raw("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), "answered 404"),
        (
            raw("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"),
            "redirects are not",
        ),
        (raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"), "feed of security alerts"),
        (raw("SMTP is something else\r\n"), "feed of security alerts"),
        (Answer::Document("<html></html>".to_owned()), "not valid JSON"),
        (Answer::Document("{}".to_owned()), "`format` is missing"),
    ] {
        place.feed.answer(answer.clone());
        let lag = Lag::watch();
        let started = Instant::now();
        let error = place.watch("1.4.2").check(&place.outbox, &context(None)).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{answer:?}: {error}");
        let took = started.elapsed();
        assert!(took < LIMIT * 2 + lag.so_far(), "{answer:?} took {took:?}");
    }
}

#[tokio::test]
async fn server_must_have_a_trusted_certificate() {
    let place = Place::new().await;
    for identity in [&CERTIFICATES.expired, &CERTIFICATES.wrong_host, &CERTIFICATES.self_signed] {
        let feed = FeedServer::start(identity.config.clone(), Answer::Document(document(&[]))).await;
        let watch = AlertWatch::new(&feed.url(), Vec::new(), "1.0.0".parse().unwrap()).unwrap();
        let watch = watch.extra_ca_file(place.folder.path().join("ca.pem"));
        let error = watch.check(&place.outbox, &context(None)).await.unwrap_err();
        assert!(matches!(error, AlertError::Fetch(_)), "{error}");
        assert!(feed.requests().is_empty());
    }
    for url in [
        "http://localhost/alerts.json",
        "ftp://localhost/",
        "https://",
        "localhost",
        "https://a:b@localhost/",
    ] {
        assert!(AlertWatch::new(url, Vec::new(), "1.0.0".parse().unwrap()).is_err(), "{url}");
    }
}

fn context_from(from: &str, mailer: Option<Mailer>) -> AlertContext {
    AlertContext { from: from.parse().unwrap(), ..context(mailer) }
}

fn mailer_from(port: u16, from: &str) -> Option<Mailer> {
    let settings = EmailSettings {
        smtp_server: "127.0.0.1".to_owned(),
        smtp_port: port,
        feedback_email: from.to_owned(),
        ..EmailSettings::default()
    };
    Some(Mailer::new(&settings, MailerOptions::default()).unwrap())
}

/// A sender that is refused at any step, named by the settings or not: after the correction, the next check delivers.
#[tokio::test]
async fn corrected_sender_delivers_a_refused_alert() {
    for in_settings in [true, false] {
        for (step, answer) in [
            ("MAIL", "553 5.7.1 Sender address rejected: not owned by auth user."),
            ("RCPT", "550 5.7.1 Client does not have permissions to send as this sender"),
            ("DOT", "554 Message rejected: Email address is not verified."),
        ] {
            let place = Place::new().await;
            let is_wrong = AtomicBool::new(false);
            let sink = Sink::start(move |moment| {
                if let Moment::Sender(sender) = moment {
                    is_wrong.store(*sender == "wrong@example.com", Ordering::SeqCst);
                }
                match (step, moment) {
                    _ if !is_wrong.load(Ordering::SeqCst) => Act::Well,
                    ("MAIL", Moment::Sender(_))
                    | ("RCPT", Moment::Recipient(_))
                    | ("DOT", Moment::Dot(_)) => Act::Answer(answer),
                    _ => Act::Well,
                }
            });
            let port = sink.address().port();
            let context = |from: &str| match in_settings {
                true => context_from(from, mailer_from(port, from)),
                false => context_from(from, mailer(port)),
            };
            for _ in 0..7 {
                let report = place.check(&context("wrong@example.com")).await;
                let all = states(&report);
                assert!(all.iter().all(|(state, _)| *state != NoticeState::Delivered), "{step}: {all:?}");
                assert!(
                    report.findings[0].notices.iter().all(|notice| notice.why.is_some()),
                    "{step}: {report:?}"
                );
            }
            let report = place.check(&context("right@example.com")).await;
            assert_eq!(states(&report), [(NoticeState::Delivered, false); 2], "{step} {in_settings}");
            let taken = sink.taken();
            assert_eq!(taken.len(), 2, "{step} {in_settings}");
            assert!(taken.iter().all(|mail| mail.content.contains("<right@example.com>")));
        }
    }
}

/// A check that an administrator requests tries every time, whatever happened in the checks before.
#[tokio::test]
async fn requested_check_is_a_reason_to_try() {
    for (step, answer) in [
        ("GREETING", "421 4.3.2 not now"),
        ("GREETING", "554 5.3.2 no"),
        ("MAIL", "530 5.7.0 authentication required"),
        ("RCPT", "554 5.7.1 Relay access denied"),
        ("RCPT", "550 5.1.1 user unknown"),
        ("RCPT", "450 4.7.1 greylisted, try again in 2 hours"),
    ] {
        let place = Place::new().await;
        let well = Arc::new(AtomicBool::new(false));
        let refused = Arc::new(AtomicUsize::new(0));
        let sink = Sink::start({
            let (well, refused) = (well.clone(), refused.clone());
            move |moment| match (step, moment) {
                _ if well.load(Ordering::SeqCst) => Act::Well,
                ("GREETING", Moment::Greeting)
                | ("MAIL", Moment::Sender(_))
                | ("RCPT", Moment::Recipient(_)) => {
                    refused.fetch_add(1, Ordering::SeqCst);
                    Act::Answer(answer)
                }
                _ => Act::Well,
            }
        });
        let context = context(mailer(sink.address().port()));
        for check in 0..8 {
            let before = refused.load(Ordering::SeqCst);
            place.check(&context).await;
            assert!(refused.load(Ordering::SeqCst) > before, "{step} {answer}: check {check} did not try");
        }
        well.store(true, Ordering::SeqCst);
        let report = place.check(&context).await;
        assert_eq!(states(&report), [(NoticeState::Delivered, false); 2], "{step} {answer}");
    }
}

#[tokio::test]
async fn removed_alert_is_created_again() {
    let place = Place::new().await;
    let sink = Sink::start(|_| Act::Well);
    place.check(&context(None)).await;
    for entry in place.outbox.list(&[], 10).unwrap() {
        assert_eq!(place.outbox.remove(entry.id).unwrap(), RemoveOutcome::Removed);
    }
    let report = place.check(&context(mailer(sink.address().port()))).await;
    assert_eq!(states(&report), [(NoticeState::Delivered, true); 2]);
    for entry in place.outbox.list(&[], 10).unwrap() {
        place.outbox.remove(entry.id).unwrap();
    }
    let report = place.check(&context(mailer(sink.address().port()))).await;
    assert_eq!(states(&report), [(NoticeState::Delivered, false); 2], "what was sent stays sent");
    assert_eq!(sink.taken().len(), 2);
}
