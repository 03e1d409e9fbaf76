//! No mail waits forever, or is given up, because of settings that have been corrected since.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use settings_core::mail::outbox::{Circuit, MailId, MailState, ManualClock, NewMail, Outbox, RunReport};
use settings_core::mail::{ConnectionSecurity, EmailSettings, Mailer, MailerOptions, Message};
use settings_core::value::Secret;
use settings_tests::faults::{LOGIN, Server, TOKEN};
use settings_tests::memory_store::MemoryStore;
use settings_tests::sink::{Act, Moment, Sink};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

struct Office {
    outbox: Outbox,
    clock: Arc<ManualClock>,
}

impl Office {
    fn new() -> Self {
        Self::at(SystemTime::now())
    }

    fn at(now: SystemTime) -> Self {
        let clock = Arc::new(ManualClock::new(now));
        Self { outbox: Outbox::new(MemoryStore::default()).clock(clock.clone()).concurrency(1), clock }
    }

    async fn enqueue(&self, from: &str, to: &str, is_alert: bool) -> MailId {
        let message =
            Message::new(from.parse().unwrap()).to(to.parse().unwrap()).subject("News").text("Hello!");
        let object = message.to_object().unwrap();
        let mail = if is_alert { NewMail::alert(object) } else { NewMail::notification(object) };
        self.outbox.enqueue(mail).await.unwrap().id
    }

    async fn run(&self, mailer: &Mailer) -> RunReport {
        self.outbox.run_once(mailer).await.unwrap()
    }

    fn state(&self, id: MailId) -> MailState {
        self.outbox.get(id).unwrap().unwrap().state
    }
}

fn settings(sink: &Sink, from: &str) -> EmailSettings {
    EmailSettings {
        smtp_server: sink.address().ip().to_string(),
        smtp_port: sink.address().port(),
        smtp_server_timeout: Duration::from_secs(30),
        feedback_email: from.to_owned(),
        ..EmailSettings::default()
    }
}

fn mailer(settings: &EmailSettings) -> Mailer {
    Mailer::new(settings, MailerOptions::default()).unwrap()
}

/// Every refusal of yesterday's sender, at every step: after the sender was corrected, the mail arrives from the new one.
#[tokio::test]
async fn corrected_sender_delivers_queued_mail() {
    for is_alert in [false, true] {
        for (step, answer) in [
            ("MAIL", "553 5.7.1 Sender address rejected: not owned by auth user."),
            ("MAIL", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),
            ("MAIL", "550 no"),
            ("RCPT", "550 5.7.1 Client does not have permissions to send as this sender"),
            ("DOT", "554 Message rejected: Email address is not verified."),
            ("DOT", "554 5.2.252 SendAsDenied; wrong@example.com not allowed to send as other"),
            ("DOT", "550 The from address does not match a verified Sender Identity."),
        ] {
            let is_wrong = AtomicBool::new(false);
            let sink = Sink::start(move |moment| {
                if let Moment::Sender(sender) = moment {
                    is_wrong.store(*sender == "wrong@example.com", Ordering::SeqCst);
                }
                match (step, moment) {
                    _ if !is_wrong.load(Ordering::SeqCst) => Act::Well,
                    ("MAIL", Moment::Sender(_)) | ("RCPT", Moment::Recipient(_)) => Act::Answer(answer),
                    ("DOT", Moment::Dot(_)) => Act::Answer(answer),
                    _ => Act::Well,
                }
            });
            let office = Office::new();
            let id = office.enqueue("wrong@example.com", "admin@example.com", is_alert).await;
            let mailer = mailer(&settings(&sink, "wrong@example.com"));
            for _ in 0..3 {
                office.run(&mailer).await;
                office.clock.advance(HOUR * 2);
            }
            assert!(!matches!(office.state(id), MailState::Failed | MailState::Sent), "{step} {answer}");
            mailer.replace(settings(&sink, "right@example.com")).unwrap();
            office.run(&mailer).await;
            assert_eq!(office.state(id), MailState::Sent, "{step} {answer}");
            let taken = sink.taken();
            assert_eq!(taken.len(), 1, "{step} {answer}");
            assert!(taken[0].content.contains("From: <right@example.com>"), "{}", taken[0].content);
        }
    }
}

/// A sender of the program's own is not replaced, and its refusal does not halt the queue.
#[tokio::test]
async fn other_senders_are_kept() {
    let sink = Sink::start(|moment| match moment {
        Moment::Sender("other@example.com") => Act::Answer("553 5.7.1 Sender address rejected"),
        _ => Act::Well,
    });
    let office = Office::new();
    let refused = office.enqueue("other@example.com", "admin@example.com", false).await;
    let accepted = office.enqueue("ada@example.com", "admin@example.com", false).await;
    let report = office.run(&mailer(&settings(&sink, "server@example.com"))).await;
    assert_eq!((office.state(refused), office.state(accepted)), (MailState::Failed, MailState::Sent));
    assert_eq!(report.circuit, Circuit::Closed);
    assert!(sink.taken()[0].content.contains("From: <ada@example.com>"));
}

/// A queue that stopped for any reason tries again by itself within two hours, and immediately with other settings.
#[tokio::test]
async fn stopped_queue_looks_again() {
    for (step, answer) in [
        ("GREETING", "554 5.3.2 go away"),
        ("GREETING", "421 4.3.2 not now"),
        ("MAIL", "530 5.7.0 authentication required"),
        ("MAIL", "550 5.7.1 sender rejected"),
    ] {
        for changed in [false, true] {
            let is_well = Arc::new(AtomicBool::new(false));
            let sink = Sink::start({
                let is_well = is_well.clone();
                move |moment| match (step, moment) {
                    _ if is_well.load(Ordering::SeqCst) => Act::Well,
                    ("GREETING", Moment::Greeting) | ("MAIL", Moment::Sender(_)) => Act::Answer(answer),
                    _ => Act::Well,
                }
            });
            let office = Office::new();
            let id = office.enqueue("server@example.com", "admin@example.com", false).await;
            let before = settings(&sink, "server@example.com");
            let mailer = mailer(&before);
            for _ in 0..4 {
                let report = office.run(&mailer).await;
                assert_ne!(report.circuit, Circuit::Closed, "{step} {answer}");
                assert!(report.next.is_some(), "{step} {answer}: {report:?}");
            }
            is_well.store(true, Ordering::SeqCst);
            if changed {
                let after = EmailSettings { smtp_idle_timeout: Duration::from_secs(7), ..before };
                mailer.replace(&after).unwrap();
            } else {
                office.clock.advance(HOUR * 2);
            }
            assert_eq!(office.run(&mailer).await.sent, 1, "{step} {answer}, changed: {changed}");
            assert_eq!(office.state(id), MailState::Sent);
        }
    }
}

#[tokio::test]
async fn unknown_host_name_is_tried_again_every_hour() {
    let office = Office::new();
    office.enqueue("server@example.com", "admin@example.com", false).await;
    let nowhere = EmailSettings {
        smtp_server: "no-such-host.invalid".to_owned(),
        smtp_server_timeout: Duration::from_secs(30),
        ..EmailSettings::default()
    };
    let wrong = mailer(&nowhere);
    for _ in 0..6 {
        let report = office.run(&wrong).await;
        assert!(matches!(report.circuit, Circuit::Open { .. }), "{report:?}");
        let until = report.circuit.until().unwrap();
        assert!(until <= office.outbox.now() + HOUR * 2, "{report:?}");
        office.clock.set(until);
    }
    let good = Sink::start(|_| Act::Well);
    assert_eq!(office.run(&mailer(&settings(&good, ""))).await.sent, 1);
}

/// A server that refuses one mail only: the others are delivered in the same run, at whichever step it is refused.
#[tokio::test]
async fn one_refused_mail_does_not_delay_the_others() {
    for (step, act) in [
        ("RCPT", Act::Answer("451 4.3.0 temporary failure")),
        ("RCPT", Act::Answer("421 4.3.2 closing")),
        ("DOT", Act::Answer("451 4.3.0 temporary failure")),
        ("DOT", Act::Answer("452 4.3.1 insufficient storage")),
        ("RCPT", Act::Answer("530 5.7.1 authentication required")),
        ("RCPT", Act::Answer("554 5.7.1 relay access denied")),
        ("DOT", Act::Close),
        ("RCPT", Act::Close),
    ] {
        for is_alert in [false, true] {
            let answer = act.clone();
            let sink = Sink::start(move |moment| match (step, moment) {
                ("RCPT", Moment::Recipient("bad@example.com")) => answer.clone(),
                ("DOT", Moment::Dot(mail)) if mail.recipients == ["bad@example.com"] => answer.clone(),
                _ => Act::Well,
            });
            let office = Office::new();
            office.enqueue("server@example.com", "bad@example.com", is_alert).await;
            for _ in 0..20 {
                office.enqueue("server@example.com", "good@example.com", false).await;
            }
            let report = office.run(&mailer(&settings(&sink, "server@example.com"))).await;
            assert_eq!((report.sent, &report.circuit), (20, &Circuit::Closed), "{step} {act:?} {report:?}");
        }
    }
}

/// A server that refuses every mail stops the queue after three mails, not after all.
#[tokio::test]
async fn server_that_refuses_every_mail_is_left_alone() {
    let tried = Arc::new(AtomicUsize::new(0));
    let sink = Sink::start({
        let tried = tried.clone();
        move |moment| match moment {
            Moment::Dot(_) => {
                tried.fetch_add(1, Ordering::SeqCst);
                Act::Answer("452 4.3.1 insufficient storage")
            }
            _ => Act::Well,
        }
    });
    let office = Office::new();
    for _ in 0..20 {
        office.enqueue("server@example.com", "good@example.com", false).await;
    }
    let mailer = mailer(&settings(&sink, "server@example.com"));
    let report = office.run(&mailer).await;
    assert!(matches!(report.circuit, Circuit::Open { .. }), "{report:?}");
    assert_eq!(tried.load(Ordering::SeqCst), 3);
    office.run(&mailer).await;
    assert_eq!(tried.load(Ordering::SeqCst), 3, "the queue waits");
}

/// A clock that was ahead by any time, at any point of a mail's life, delays no mail and fails none.
#[tokio::test]
async fn clock_that_was_ahead_stops_no_mail() {
    let start = UNIX_EPOCH + YEAR * 56;
    for ahead in [HOUR * 13, YEAR, YEAR * 10, YEAR * 400] {
        for failing in ["server", "mail", "nothing"] {
            for enqueued_ahead in [false, true] {
                let is_well = Arc::new(AtomicBool::new(false));
                let sink = Sink::start({
                    let is_well = is_well.clone();
                    move |moment| match (failing, moment) {
                        _ if is_well.load(Ordering::SeqCst) => Act::Well,
                        ("server", Moment::Greeting) => Act::Answer("421 4.3.2 not now"),
                        ("mail", Moment::Recipient(_)) => Act::Answer("451 4.7.1 later"),
                        _ => Act::Well,
                    }
                });
                let office = Office::at(start);
                let what = format!("{ahead:?} {failing} {enqueued_ahead}");
                let mailer = mailer(&settings(&sink, "server@example.com"));
                let mut ids = vec![office.enqueue("server@example.com", "a@example.com", false).await];
                office.clock.set(start + ahead);
                if enqueued_ahead {
                    ids.push(office.enqueue("server@example.com", "b@example.com", false).await);
                }
                office.run(&mailer).await;
                is_well.store(true, Ordering::SeqCst);
                office.clock.set(start + MINUTE * 5);
                ids.push(office.enqueue("server@example.com", "c@example.com", false).await);
                office.run(&mailer).await;
                for id in ids {
                    assert_eq!(office.state(id), MailState::Sent, "{what}");
                }
            }
        }
    }
}

/// A new access token sets a halted queue going, with the same settings.
#[tokio::test]
async fn new_access_token_resumes_a_halted_queue() {
    let server = Server::start("auth-xoauth2-only", true).await;
    let settings = EmailSettings {
        smtp_server: server.address().ip().to_string(),
        smtp_port: server.address().port(),
        enable_smtp_auth: true,
        smtp_username: LOGIN.0.into(),
        connection_security: ConnectionSecurity::StartTls,
        skip_server_certificate_verification: true,
        smtp_server_timeout: Duration::from_secs(30),
        ..EmailSettings::default()
    };
    let with_token = |token: &str| {
        Mailer::new(&settings, MailerOptions::default().access_token(Secret::new(token))).unwrap()
    };
    let office = Office::new();
    office.enqueue("server@example.com", "admin@example.com", true).await;
    for _ in 0..2 {
        let report = office.run(&with_token("expired")).await;
        assert!(matches!(report.circuit, Circuit::Halted { .. }), "{report:?}");
    }
    let report = office.run(&with_token(TOKEN)).await;
    assert_eq!((report.sent, report.circuit), (1, Circuit::Closed));
}
