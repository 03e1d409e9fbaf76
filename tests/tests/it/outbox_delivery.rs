//! The outbox against a scripted server, with a manual clock.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use settings_core::mail::outbox::{
    Circuit, MailId, MailState, ManualClock, NewMail, Outbox, OutboxEntry, Progress, RetryOutcome,
};
use settings_core::mail::{ConnectionSecurity, EmailSettings, Mailer, MailerOptions, Message};
use settings_tests::sink::{Act, Moment, Sink};
use tempfile::TempDir;

const MINUTE: Duration = Duration::from_secs(60);

/// An outbox in a temporary folder.
struct Office {
    folder: TempDir,
    clock: Arc<ManualClock>,
    outbox: Outbox,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(SystemTime::now()));
        let outbox = open(&folder, &clock);
        Self { folder, clock, outbox }
    }

    fn entry(&self, id: MailId) -> OutboxEntry {
        self.outbox.get(id).unwrap().unwrap()
    }

    async fn notify(&self, recipients: &[&str]) -> MailId {
        let mail = NewMail::notification(message(recipients).to_object().unwrap());
        self.outbox.enqueue(mail).await.unwrap().id
    }

    async fn alert(&self) -> MailId {
        let mail = NewMail::alert(message(&["admin@example.com"]).to_object().unwrap());
        self.outbox.enqueue(mail).await.unwrap().id
    }
}

fn open(folder: &TempDir, clock: &Arc<ManualClock>) -> Outbox {
    Outbox::open(&folder.path().join("outbox.sqlite")).unwrap().clock(clock.clone())
}

fn message(recipients: &[&str]) -> Message {
    let message = Message::new("server@example.com".parse().unwrap()).subject("News").text("Hello!\n.\nBye.");
    recipients.iter().fold(message, |message, to| message.to(to.parse().unwrap()))
}

fn settings(sink: &Sink) -> EmailSettings {
    EmailSettings {
        smtp_server: sink.address().ip().to_string(),
        smtp_port: sink.address().port(),
        smtp_server_timeout: Duration::from_secs(30),
        ..EmailSettings::default()
    }
}

fn mailer(sink: &Sink) -> Mailer {
    Mailer::new(settings(sink), MailerOptions::default()).unwrap()
}

#[tokio::test]
async fn each_recipient_gets_the_mail_once() {
    let first = AtomicBool::new(true);
    let sink = Sink::start(move |moment| match moment {
        Moment::Recipient("gone@example.com") => Act::Answer("550 5.1.1 unknown user"),
        Moment::Recipient("full@example.com") if first.swap(false, Ordering::SeqCst) => {
            Act::Answer("452 4.2.2 mailbox full")
        }
        _ => Act::Well,
    });
    let office = Office::new();
    let id = office.notify(&["a@example.com", "gone@example.com", "full@example.com"]).await;

    let report = office.outbox.run_once(&mailer(&sink)).await.unwrap();
    assert_eq!((report.sent, report.deferred, report.failed), (0, 1, 0), "{report:?}");
    let entry = office.entry(id);
    let progress: Vec<Progress> = entry.recipients.iter().map(|recipient| recipient.progress).collect();
    assert_eq!(progress, [Progress::Sent, Progress::Failed, Progress::Pending]);
    assert!(office.outbox.run_once(&mailer(&sink)).await.unwrap().deferred == 0, "nothing is due yet");

    office.clock.advance(2 * MINUTE);
    let report = office.outbox.run_once(&mailer(&sink)).await.unwrap();
    assert_eq!((report.sent, report.deferred, report.failed), (0, 0, 1), "{report:?}");
    let entry = office.entry(id);
    assert_eq!(entry.state, MailState::Failed);
    assert!(entry.recipients[1].reply.as_deref().unwrap().contains("unknown user"));
    let taken: Vec<Vec<String>> = sink.taken().into_iter().map(|mail| mail.recipients).collect();
    assert_eq!(taken, [["a@example.com"], ["full@example.com"]]);
}

#[tokio::test]
async fn failing_server_is_probed_by_one_mail() {
    let well = Arc::new(AtomicBool::new(false));
    let sink = Sink::start({
        let well = well.clone();
        move |moment| match moment {
            Moment::Greeting if !well.load(Ordering::SeqCst) => Act::Answer("421 4.3.2 not now"),
            _ => Act::Well,
        }
    });
    let office = Office::new();
    for _ in 0..20 {
        office.notify(&["a@example.com"]).await;
    }
    let outbox = office.outbox.clone().concurrency(1);
    let report = outbox.run_once(&mailer(&sink)).await.unwrap();
    assert_eq!(sink.connections(), 1);
    assert!(matches!(report.circuit, Circuit::Open { failures: 1, .. }), "{report:?}");
    outbox.run_once(&mailer(&sink)).await.unwrap();
    assert_eq!(sink.connections(), 1, "the pause is kept");

    office.clock.advance(2 * MINUTE);
    let report = outbox.run_once(&mailer(&sink)).await.unwrap();
    assert_eq!(sink.connections(), 2, "one mail tries");
    assert!(matches!(report.circuit, Circuit::Open { failures: 2, .. }), "{report:?}");

    well.store(true, Ordering::SeqCst);
    office.clock.advance(10 * MINUTE);
    let report = outbox.run_once(&mailer(&sink)).await.unwrap();
    assert_eq!((report.sent, report.circuit), (20, Circuit::Closed));
    assert_eq!(sink.taken().len(), 20);
}

#[tokio::test]
async fn unusable_settings_are_tried_once_an_hour_until_they_change() {
    let sink = Sink::start(|_| Act::Well);
    let office = Office::new();
    let id = office.notify(&["a@example.com"]).await;
    let wrong = EmailSettings {
        connection_security: ConnectionSecurity::StartTls,
        skip_server_certificate_verification: true,
        ..settings(&sink)
    };
    let wrong = Mailer::new(&wrong, MailerOptions::default()).unwrap();
    let report = office.outbox.run_once(&wrong).await.unwrap();
    assert!(matches!(&report.circuit, Circuit::Halted { why, .. } if why.contains("STARTTLS")), "{report:?}");
    assert_eq!((sink.connections(), office.entry(id).state), (1, MailState::Queued));
    for (minutes, connections) in [(59, 1), (2, 2), (59, 2), (2, 3)] {
        office.clock.advance(minutes * MINUTE);
        office.outbox.run_once(&wrong).await.unwrap();
        assert_eq!(sink.connections(), connections, "the same settings are tried once an hour");
    }

    let report = office.outbox.run_once(&mailer(&sink)).await.unwrap();
    assert_eq!((report.sent, report.circuit), (1, Circuit::Closed));
}

#[tokio::test]
async fn administrator_resumes_a_halted_queue() {
    let refuses = Arc::new(AtomicBool::new(true));
    let sink = Sink::start({
        let refuses = refuses.clone();
        move |moment| match moment {
            Moment::Sender(_) if refuses.load(Ordering::SeqCst) => Act::Answer("530 5.7.0 log in first"),
            _ => Act::Well,
        }
    });
    let office = Office::new();
    office.notify(&["a@example.com"]).await;
    office.outbox.run_once(&mailer(&sink)).await.unwrap();
    refuses.store(false, Ordering::SeqCst);
    assert_eq!(office.outbox.run_once(&mailer(&sink)).await.unwrap().sent, 0);
    office.outbox.resume().unwrap();
    assert_eq!(office.outbox.run_once(&mailer(&sink)).await.unwrap().sent, 1);
}

#[tokio::test]
async fn lost_reply_causes_a_second_copy_of_an_alert_only() {
    let dots = AtomicUsize::new(0);
    let sink = Sink::start(move |moment| match moment {
        Moment::Dot(_) if dots.fetch_add(1, Ordering::SeqCst) < 2 => Act::TakeAndClose,
        _ => Act::Well,
    });
    let office = Office::new();
    let (quiet, loud) = (office.notify(&["a@example.com"]).await, office.alert().await);
    for _ in 0..10 {
        office.outbox.run_once(&mailer(&sink)).await.unwrap();
        office.clock.advance(10 * MINUTE);
    }
    assert_eq!(office.entry(quiet).state, MailState::Unknown);
    let alert = office.entry(loud);
    assert_eq!((alert.state, alert.resends), (MailState::Sent, 1));
    let taken = sink.taken();
    let copies: Vec<_> = taken.iter().filter(|mail| mail.message_id() == alert.message_id).collect();
    assert_eq!((taken.len(), copies.len()), (3, 2));
    assert_eq!(copies[0].content, copies[1].content);
}

#[tokio::test]
async fn requested_wait_is_honoured() {
    let first = AtomicBool::new(true);
    let sink = Sink::start(move |moment| match moment {
        Moment::Recipient(_) if first.swap(false, Ordering::SeqCst) => {
            Act::Answer("450 4.7.1 greylisted, try again in 20 minutes")
        }
        _ => Act::Well,
    });
    let office = Office::new();
    office.notify(&["a@example.com"]).await;
    for (minutes, sent) in [(0, 0), (19, 0), (2, 1)] {
        office.clock.advance(minutes * MINUTE);
        assert_eq!(office.outbox.run_once(&mailer(&sink)).await.unwrap().sent, sent, "after {minutes} more");
    }
}

#[tokio::test]
async fn dead_letter_is_kept_and_can_be_retried() {
    let well = Arc::new(AtomicBool::new(false));
    let sink = Sink::start({
        let well = well.clone();
        move |moment| match moment {
            Moment::Dot(_) if !well.load(Ordering::SeqCst) => Act::Answer("451 4.7.1 later"),
            _ => Act::Well,
        }
    });
    let office = Office::new();
    let id = office.notify(&["a@example.com"]).await;
    for _ in 0..26 {
        office.outbox.run_once(&mailer(&sink)).await.unwrap();
        office.clock.advance(60 * MINUTE);
    }
    let entry = office.entry(id);
    assert_eq!(entry.state, MailState::Failed);
    assert!(entry.reply.as_deref().unwrap().contains("too old"), "{:?}", entry.reply);
    assert!((8..=30).contains(&entry.attempts), "{entry:?}");
    well.store(true, Ordering::SeqCst);
    office.outbox.run_once(&mailer(&sink)).await.unwrap();
    assert!(sink.taken().is_empty(), "a dead letter is not tried by itself");
    assert_eq!(office.outbox.retry(id).unwrap(), RetryOutcome::Queued);
    assert_eq!(office.outbox.run_once(&mailer(&sink)).await.unwrap().sent, 1);
    assert_eq!(sink.taken()[0].message_id(), entry.message_id);
}

#[tokio::test]
async fn one_process_delivers_at_a_time() {
    let sink = Sink::start(|_| Act::Well);
    let office = Office::new();
    for _ in 0..30 {
        office.notify(&["a@example.com"]).await;
    }
    let (first, second) = (office.outbox.clone(), open(&office.folder, &office.clock));
    let (mine, other) = (mailer(&sink), mailer(&sink));
    let (mine, other) = tokio::join!(first.run_once(&mine), second.run_once(&other));
    let (mine, other) = (mine.unwrap(), other.unwrap());
    assert_eq!(mine.sent + other.sent, 30);
    assert!(mine.busy != other.busy, "{mine:?} {other:?}");
    assert_eq!(sink.taken().len(), 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loop_wakes_up_for_a_new_mail() {
    let sink = Sink::start(|_| Act::Well);
    let office = Office::new();
    let (outbox, sender) = (office.outbox.clone(), mailer(&sink));
    let running = tokio::spawn(async move { outbox.run(|| sender.clone()).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let id = office.notify(&["a@example.com"]).await;
    let sent = async {
        while office.entry(id).state != MailState::Sent {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    // half of the time after which it looks by itself
    let arrived = tokio::time::timeout(Duration::from_secs(15), sent).await;
    running.abort();
    assert!(arrived.is_ok(), "{:?}", office.entry(id));
}

/// Polls a future at most `polls` times, and then drops it.
async fn cancelled<F: Future>(future: F, polls: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    for _ in 0..polls {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Some(output);
        }
        tokio::time::sleep(Duration::from_micros(300)).await;
    }
    None
}

#[tokio::test]
async fn run_may_be_dropped_at_any_point() {
    let sink = Sink::start(|_| Act::Well);
    let office = Office::new();
    let (mut ids, mut dropped) = (Vec::new(), 0);
    for polls in (0..60).map(|run| 1 + run % 15) {
        ids.push(office.notify(&["a@example.com"]).await);
        ids.push(office.alert().await);
        let sender = mailer(&sink);
        dropped += usize::from(cancelled(office.outbox.run_once(&sender), polls).await.is_none());
    }
    office.outbox.run_once(&mailer(&sink)).await.unwrap();
    let taken = sink.taken();
    for id in ids {
        let entry = office.entry(id);
        let copies = taken.iter().filter(|mail| mail.message_id() == entry.message_id).count();
        let agrees = match entry.state {
            MailState::Sent => (1..=1 + entry.resends as usize).contains(&copies),
            MailState::Unknown => copies <= 1 + entry.resends as usize,
            _ => false,
        };
        assert!(agrees, "{copies} copies of {entry:?}");
    }
    assert!(dropped >= 30, "only {dropped} of 60 runs were dropped");
}
