//! The command `mail queue`.

use serde_json::Value;
use settings_core::mail::outbox::{MailState, NewMail, Outbox};
use settings_core::mail::{EmailSettings, Mailer, MailerOptions, Message};
use settings_tests::cli::{Folder, Run, settings};
use settings_tests::sink::{Act, Moment, Sink};

/// An outbox with one mail sent, one refused, and one deferred by the mailbox.
fn filled(folder: &Folder) -> Outbox {
    let sink = Sink::start(|moment| match moment {
        Moment::Recipient("gone@example.com") => Act::Answer("550 5.1.1 unknown user"),
        Moment::Recipient("full@example.com") => Act::Answer("452 4.2.2 mailbox full"),
        _ => Act::Well,
    });
    let outbox = Outbox::open(folder.path("outbox.sqlite").as_ref()).unwrap();
    for to in ["here@example.com", "gone@example.com", "full@example.com"] {
        let message =
            Message::new("server@example.com".parse().unwrap()).to(to.parse().unwrap()).text("Hello!");
        outbox.blocking_enqueue(&NewMail::notification(message.to_object().unwrap())).unwrap();
    }
    deliver(&outbox, &sink);
    outbox
}

fn deliver(outbox: &Outbox, sink: &Sink) {
    let settings = EmailSettings {
        smtp_server: "127.0.0.1".to_owned(),
        smtp_port: sink.address().port(),
        ..EmailSettings::default()
    };
    let mailer = Mailer::new(&settings, MailerOptions::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(outbox.run_once(&mailer)).unwrap();
}

fn queue(folder: &Folder, arguments: &[&str]) -> Run {
    let outbox = folder.path("outbox.sqlite");
    let all: Vec<&str> =
        ["mail", "queue"].into_iter().chain(arguments.iter().copied()).chain(["--outbox", &outbox]).collect();
    settings(&all, &[])
}

#[test]
fn dead_letters_are_listed_with_the_servers_replies() {
    let folder = Folder::new("queue-list");
    filled(&folder);
    let run = queue(&folder, &["list"]);
    assert_eq!(run.code, 0, "{run:?}");
    let first = run.out.lines().next().unwrap();
    assert_eq!(first, "1 deferred, 1 sent, 1 failed");
    assert!(run.out.contains("gone@example.com  failed  550 5.1.1 unknown user"), "{}", run.out);
    assert!(run.out.contains("full@example.com    452 4.2.2 mailbox full"), "{}", run.out);
    assert!(run.out.contains("next attempt ") && !run.out.contains("here@example.com"), "{}", run.out);

    let run = queue(&folder, &["list", "--state", "dead", "--format", "json"]);
    let listing: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(listing["summary"]["sent"], 1);
    let [mail] = listing["mails"].as_array().unwrap().as_slice() else { panic!("{listing}") };
    assert_eq!((mail["state"].as_str(), mail["kind"].as_str()), (Some("failed"), Some("notification")));
    assert_eq!(mail["recipients"][0]["address"], "gone@example.com");
}

#[test]
fn dead_letters_are_retried_and_mails_dropped() {
    let folder = Folder::new("queue-retry");
    let outbox = filled(&folder);
    assert_eq!(queue(&folder, &["retry", "2"]).out, "1 due now; the server's program sends them\n");
    assert_eq!(queue(&folder, &["drop", "3"]).out, "1 dropped\n");
    assert_eq!(queue(&folder, &["drop", "3"]).code, 1);
    let well = Sink::start(|_| Act::Well);
    deliver(&outbox, &well);
    assert_eq!(well.taken().len(), 1);

    let run = queue(&folder, &["retry", "2", "77"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("2: already sent\n77: no such mail\n"), "{}", run.out);
    assert_eq!(queue(&folder, &["retry", "--all"]).code, 0);
    assert!(
        outbox.list(&[MailState::Queued, MailState::Deferred, MailState::Failed], 10).unwrap().is_empty()
    );
    assert_eq!(queue(&folder, &["retry"]).code, 2, "which one?");
}

#[test]
fn listing_creates_no_outbox() {
    let folder = Folder::new("queue-none");
    let run = queue(&folder, &["list"]);
    assert_eq!(run.code, 2);
    assert!(run.error.contains("there is no outbox"), "{}", run.error);
    assert!(!std::path::Path::new(&folder.path("outbox.sqlite")).exists());
    let other = folder.write("outbox.sqlite", "not a database, but some text that is long enough to be one");
    let run = queue(&folder, &["list"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.error.contains(&other), "{}", run.error);
}
