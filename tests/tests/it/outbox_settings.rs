//! An outbox whose mailer gets new settings while it runs.

use std::sync::mpsc;
use std::time::Duration;

use settings_core::mail::outbox::{Circuit, MailState, NewMail, Outbox};
use settings_core::mail::{EmailSettings, Mailer, MailerOptions, Message};
use settings_tests::memory_store::MemoryStore;
use settings_tests::sink::{Act, Moment, Sink};

fn settings(sink: &Sink) -> EmailSettings {
    EmailSettings {
        smtp_server: sink.address().ip().to_string(),
        smtp_port: sink.address().port(),
        ..EmailSettings::default()
    }
}

async fn outbox(mails: usize) -> Outbox {
    let outbox = Outbox::new(MemoryStore::default());
    for _ in 0..mails {
        let message = Message::new("server@example.com".parse().unwrap());
        let message = message.to("admin@example.com".parse().unwrap()).text("Hello!\n");
        outbox.enqueue(NewMail::notification(message.to_object().unwrap())).await.unwrap();
    }
    outbox
}

#[tokio::test]
async fn other_settings_resume_a_halted_queue() {
    let (refusing, good) =
        (Sink::start(|_| Act::Answer("530 5.7.0 authentication required")), Sink::start(|_| Act::Well));
    let mailer = Mailer::new(settings(&refusing), MailerOptions::default()).unwrap();
    let outbox = outbox(3).await;
    for _ in 0..2 {
        let report = outbox.run_once(&mailer).await.unwrap();
        assert!(matches!(report.circuit, Circuit::Halted { .. }), "{report:?}");
    }
    let tried = refusing.connections();

    let unusable = EmailSettings { smtp_server: String::new(), ..settings(&good) };
    assert!(mailer.replace(&unusable).is_err());
    let report = outbox.run_once(&mailer).await.unwrap();
    let Circuit::Halted { why, .. } = report.circuit else { panic!("{report:?}") };
    assert!(why.contains("EmailSettings.SMTPServer is empty"), "{why}");

    mailer.replace(settings(&good)).unwrap();
    let report = outbox.run_once(&mailer).await.unwrap();
    assert_eq!((report.sent, report.circuit), (3, Circuit::Closed));
    assert_eq!((refusing.connections(), good.taken().len()), (tried, 3));
}

/// The old server refuses after the settings were replaced, which must not halt the queue.
#[tokio::test(flavor = "multi_thread")]
async fn late_refusal_does_not_halt_the_new_settings() {
    let (arrived, arrivals) = mpsc::channel();
    let (go, gone) = mpsc::channel();
    let gates = std::sync::Mutex::new((arrived, gone));
    let old = Sink::start(move |moment| match moment {
        Moment::Sender(_) => {
            let gates = gates.lock().unwrap();
            let _ = gates.0.send(());
            let _ = gates.1.recv_timeout(Duration::from_secs(30));
            Act::Answer("530 5.7.0 authentication required")
        }
        _ => Act::Well,
    });
    let good = Sink::start(|_| Act::Well);
    let mailer = Mailer::new(settings(&old), MailerOptions::default()).unwrap();
    let outbox = outbox(3).await.concurrency(1);
    let running = {
        let (outbox, mailer) = (outbox.clone(), mailer.clone());
        tokio::spawn(async move { outbox.run_once(&mailer).await })
    };
    tokio::task::spawn_blocking(move || arrivals.recv()).await.unwrap().unwrap();
    mailer.replace(settings(&good)).unwrap();
    go.send(()).unwrap();
    let report = running.await.unwrap().unwrap();
    assert_eq!((report.sent, report.circuit), (3, Circuit::Closed));
    assert_eq!((outbox.summary().unwrap().count(MailState::Sent), good.taken().len()), (3, 3));
}
