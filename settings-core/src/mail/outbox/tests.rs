#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
use std::{
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::*;
use crate::mail::message::Message;

const HOUR: Duration = Duration::from_hours(1);

/// A folder of the test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("outbox-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn store(&self) -> SqliteStore {
        SqliteStore::open(&self.0.join("outbox.sqlite")).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn start() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn message(text: &str) -> Message {
    Message::new("server@example.com".parse().unwrap())
        .to("a@example.com".parse().unwrap())
        .bcc("b@example.com".parse().unwrap())
        .subject("Private matter")
        .text(text)
}

fn notification(text: &str) -> NewMail {
    NewMail::notification(message(text).to_object().unwrap())
}

fn alert(text: &str) -> NewMail {
    NewMail::alert(message(text).to_object().unwrap())
}

fn put(store: &SqliteStore, mail: &NewMail) -> MailId {
    let enqueued = store.enqueue(mail, &Limits::default(), start()).unwrap();
    assert!(enqueued.is_new);
    enqueued.id
}

fn settlement(due: &Due, progress: [Progress; 2], pending: Pending) -> Settlement {
    let marks = due.object.recipients().iter().cloned().zip(progress);
    Settlement {
        attempts: due.attempts + 1,
        marks: marks.map(|(address, progress)| (address, progress, "words".to_owned())).collect(),
        pending,
        reply: "250 2.0.0 words".to_owned(),
        queue_id: Some("Q1".to_owned()),
    }
}

fn state(store: &SqliteStore, id: MailId) -> State {
    store.get(id).unwrap().unwrap().state
}

#[test]
fn what_was_taken_comes_back_unchanged_after_the_file_is_opened_again() {
    let folder = Folder::new();
    let mail = notification("Hello\n.\nGrüße 🎉");
    let id = put(&folder.store(), &mail);
    let due = folder.store().due(start(), 10, &[]).unwrap().pop().unwrap();
    assert_eq!((due.id, due.attempts), (id, 0));
    assert_eq!(due.object, mail.object);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let store = folder.store();
    put(&store, &notification("Hello"));
    let _claim = store.claim().unwrap().unwrap();
    let files: Vec<_> = std::fs::read_dir(&folder.0).unwrap().map(Result::unwrap).collect();
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
}

#[test]
fn a_file_of_something_else_is_left_alone() {
    let folder = Folder::new();
    let path = folder.0.join("outbox.sqlite");
    std::fs::write(&path, "these are my notes, not a database, and they are long enough").unwrap();
    assert!(SqliteStore::open(&path).is_err());
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("these are my notes"));

    let other = folder.0.join("other.sqlite");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    assert!(SqliteStore::open(&other).unwrap_err().to_string().contains("something else"));
}

#[test]
fn a_key_keeps_a_second_mail_out_for_seven_days_even_if_the_first_is_long_sent() {
    let folder = Folder::new();
    let store = folder.store();
    let limits = Limits::default();
    let mail = notification("Hello").key("event:1");
    let id = put(&store, &mail);
    let due = store.due(start(), 1, &[]).unwrap().pop().unwrap();
    store.settle(id, &settlement(&due, [Progress::Sent; 2], Pending::Deferred(start())), start()).unwrap();
    for (days, is_new) in [(0, false), (6, false), (8, true)] {
        let now = start() + 24 * days * HOUR;
        store.sweep(&limits, now).unwrap();
        let enqueued = store.enqueue(&mail, &limits, now).unwrap();
        assert_eq!(enqueued.is_new, is_new, "after {days} days");
    }
    let lasting = alert("Hello").lasting_key("alert:1");
    let id = put(&store, &lasting);
    assert!(store.remove(id).unwrap());
    store.sweep(&limits, start() + 365 * 24 * HOUR).unwrap();
    assert!(!store.enqueue(&lasting, &limits, start() + 365 * 24 * HOUR).unwrap().is_new);
    assert_eq!(store.find("alert:1").unwrap(), Some(Known { id, state: None, retries: 0 }));
}

#[test]
fn alerts_go_first_and_then_what_was_tried_least() {
    let folder = Folder::new();
    let store = folder.store();
    let tried = put(&store, &notification("tried"));
    let fresh = put(&store, &notification("fresh"));
    let urgent = put(&store, &alert("urgent"));
    let due = store.due(start(), 10, &[urgent, fresh]).unwrap().pop().unwrap();
    let settled = settlement(&due, [Progress::Pending; 2], Pending::Deferred(start()));
    assert_eq!(store.settle(tried, &settled, start()).unwrap(), State::Deferred);
    let order: Vec<MailId> = store.due(start(), 10, &[]).unwrap().iter().map(|due| due.id).collect();
    assert_eq!(order, [urgent, fresh, tried]);
    let order: Vec<MailId> = store.due(start(), 1, &[urgent]).unwrap().iter().map(|due| due.id).collect();
    assert_eq!(order, [fresh]);
}

#[test]
fn after_a_crash_only_alerts_are_sent_again_and_only_once() {
    let folder = Folder::new();
    let (quiet, loud) = {
        let store = folder.store();
        let ids = (put(&store, &notification("quiet")), put(&store, &alert("loud")));
        for due in store.due(start(), 10, &[]).unwrap() {
            assert!(store.begin(due.id, 1, start()).unwrap());
            assert_eq!(state(&store, due.id), State::Sending);
        }
        assert!(store.due(start(), 10, &[]).unwrap().is_empty());
        ids
    };
    let store = folder.store();
    assert_eq!(store.recover(start()).unwrap(), 2);
    assert_eq!((state(&store, quiet), state(&store, loud)), (State::Unknown, State::Unknown));
    let due = store.due(start(), 10, &[]).unwrap();
    assert_eq!(due.iter().map(|due| (due.id, due.may_resend)).collect::<Vec<_>>(), [(loud, false)]);
    assert!(store.begin(loud, 2, start()).unwrap());
    assert_eq!(store.recover(start()).unwrap(), 1);
    assert!(store.due(start(), 10, &[]).unwrap().is_empty());
    let entry = store.get(loud).unwrap().unwrap();
    assert!(entry.recipients.iter().all(|recipient| recipient.progress == Progress::Unknown));
    assert!(entry.has_content);
}

#[test]
fn recipients_end_one_by_one() {
    let folder = Folder::new();
    let store = folder.store();
    let id = put(&store, &notification("Hello"));
    let due = store.due(start(), 1, &[]).unwrap().pop().unwrap();
    let half = settlement(&due, [Progress::Sent, Progress::Pending], Pending::Deferred(start() + HOUR));
    assert_eq!(store.settle(id, &half, start()).unwrap(), State::Deferred);
    assert_eq!(store.next_due().unwrap(), Some(start() + HOUR));
    let due = store.due(start() + HOUR, 1, &[]).unwrap().pop().unwrap();
    assert_eq!(due.object.recipients().len(), 1);
    let rest = settlement(&due, [Progress::Failed; 2], Pending::Deferred(start()));
    assert_eq!(store.settle(id, &rest, start()).unwrap(), State::Failed);
    assert_eq!(store.retry(id, start()).unwrap(), Ok(()));
    let due = store.due(start(), 1, &[]).unwrap().pop().unwrap();
    assert_eq!(due.object.recipients().iter().map(|to| to.as_str()).collect::<Vec<_>>(), ["b@example.com"]);
}

#[test]
fn what_is_too_old_is_given_up_and_kept_as_a_dead_letter() {
    let folder = Folder::new();
    let store = folder.store();
    let (day, three) = (put(&store, &notification("day")), put(&store, &alert("three days")));
    let limits = Limits::default();
    assert_eq!(store.sweep(&limits, start() + 23 * HOUR).unwrap(), 0);
    assert_eq!(store.sweep(&limits, start() + 25 * HOUR).unwrap(), 1);
    assert_eq!((state(&store, day), state(&store, three)), (State::Failed, State::Queued));
    assert_eq!(store.sweep(&limits, start() + 73 * HOUR).unwrap(), 1);
    assert_eq!(store.retry(three, start() + 73 * HOUR).unwrap(), Ok(()));
    assert_eq!(store.due(start() + 73 * HOUR, 9, &[]).unwrap().len(), 1);
    store.sweep(&limits, start() + 24 * 60 * HOUR).unwrap();
    assert_eq!(store.get(day).unwrap(), None);
}

#[test]
fn a_full_outbox_gives_notifications_up_for_alerts_never_the_reverse() {
    let folder = Folder::new();
    let store = folder.store();
    let limits = Limits::default().waiting(2, 1024 * 1024);
    let put = |mail: &NewMail| store.enqueue(mail, &limits, start()).map(|enqueued| enqueued.id);
    let oldest = put(&notification("1")).unwrap();
    let newer = put(&notification("2")).unwrap();
    assert!(matches!(put(&notification("3")), Err(EnqueueError::Full { mails: 2, .. })));
    put(&alert("4")).unwrap();
    assert_eq!((state(&store, oldest), state(&store, newer)), (State::Failed, State::Queued));
    put(&alert("5")).unwrap();
    assert!(matches!(put(&alert("6")), Err(EnqueueError::Full { .. })));
    assert!(matches!(put(&notification("7")), Err(EnqueueError::Full { .. })));
    assert_eq!(store.retry(oldest, start()).unwrap(), Ok(()));

    let small = Limits::default().waiting(100, 10);
    let refused = store.enqueue(&alert("too large"), &small, start());
    assert!(matches!(refused, Err(EnqueueError::TooLarge { limit: 10, .. })));
}

#[test]
fn a_mail_on_its_way_is_not_given_up_for_an_alert() {
    let folder = Folder::new();
    let store = folder.store();
    let limits = Limits::default().waiting(1, 1024 * 1024);
    let id = store.enqueue(&notification("1"), &limits, start()).unwrap().id;
    assert!(store.begin(id, 1, start()).unwrap());
    assert!(matches!(store.enqueue(&alert("2"), &limits, start()), Err(EnqueueError::Full { .. })));
    assert_eq!(state(&store, id), State::Sending);
}

#[test]
fn dead_letters_are_bounded_by_count_and_by_bytes() {
    let folder = Folder::new();
    let store = folder.store();
    let ids: Vec<MailId> = (0..5).map(|n| put(&store, &notification(&format!("{n}")))).collect();
    let size = store.get(MailId(1)).unwrap().unwrap().size;
    store.sweep(&Limits::default().dead(3, 2 * size + size / 2), start() + 25 * HOUR).unwrap();
    let left: Vec<(MailId, bool)> =
        store.list(&[State::Failed], 10).unwrap().iter().map(|entry| (entry.id, entry.has_content)).collect();
    let [_, _, third, fourth, fifth] = ids[..] else { panic!("five mails") };
    assert_eq!(left, [(fifth, true), (fourth, true), (third, false)]);
    assert_eq!(store.retry(third, start()).unwrap(), Err(NoRetry::NoContent));
}

#[test]
fn what_is_sent_leaves_no_content_in_the_files() {
    let folder = Folder::new();
    let store = folder.store();
    let id = put(&store, &notification("the reset link is 8c1f2a"));
    let due = store.due(start(), 1, &[]).unwrap().pop().unwrap();
    store.settle(id, &settlement(&due, [Progress::Sent; 2], Pending::Deferred(start())), start()).unwrap();
    assert_eq!(store.retry(id, start()).unwrap(), Err(NoRetry::Sent));
    drop(store);
    for file in std::fs::read_dir(&folder.0).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"8c1f2a"));
    }
}

#[test]
fn a_mail_that_was_removed_is_not_sent() {
    let folder = Folder::new();
    let store = folder.store();
    let id = put(&store, &notification("Hello"));
    assert!(store.remove(id).unwrap());
    assert!(!store.begin(id, 1, start()).unwrap());
    assert!(!store.remove(id).unwrap());
    assert_eq!(store.retry(id, start()).unwrap(), Err(NoRetry::NotFound));
}

#[test]
fn a_damaged_mail_does_not_hold_up_the_others() {
    let folder = Folder::new();
    let store = folder.store();
    let (damaged, fine) = (put(&store, &notification("1")), put(&store, &notification("2")));
    let other = rusqlite::Connection::open(folder.0.join("outbox.sqlite")).unwrap();
    other.execute("UPDATE content SET bytes = ?1 WHERE mail = ?2", (b"a\n.\n".to_vec(), damaged.0)).unwrap();
    let due: Vec<MailId> = store.due(start(), 10, &[]).unwrap().iter().map(|due| due.id).collect();
    assert_eq!(due, [fine]);
    assert_eq!(state(&store, damaged), State::Failed);
}

#[test]
fn one_process_delivers_at_a_time() {
    let folder = Folder::new();
    let (first, second) = (folder.store(), folder.store());
    let claim = first.claim().unwrap();
    assert!(claim.is_some());
    assert!(second.claim().unwrap().is_none());
    drop(claim);
    assert!(second.claim().unwrap().is_some());
}

#[test]
fn the_circuit_outlives_the_program() {
    let folder = Folder::new();
    for circuit in [
        Circuit::Open { until: start(), failures: 3, why: "refused".to_owned(), name_not_found: true },
        Circuit::Halted { since: start(), why: "535".to_owned() },
        Circuit::Closed,
    ] {
        folder.store().set_circuit(&circuit).unwrap();
        assert_eq!(folder.store().circuit().unwrap(), circuit);
    }
}

#[test]
fn debug_and_errors_show_neither_addresses_nor_subjects() {
    let folder = Folder::new();
    let store = folder.store();
    let mail = notification("Hello").key("reset:a@example.com");
    let id = put(&store, &mail);
    let entry = store.get(id).unwrap().unwrap();
    let due = store.due(start(), 1, &[]).unwrap();
    let settled = settlement(&due[0], [Progress::Failed; 2], Pending::Deferred(start()));
    for shown in [
        format!("{mail:?}"),
        format!("{entry:?}"),
        format!("{due:?}"),
        format!("{settled:?}"),
        format!("{store:?}"),
        format!("{:?}", Outbox::new(store)),
    ] {
        assert!(!shown.contains("example.com") && !shown.contains("Private"), "{shown}");
    }
}

#[cfg(feature = "mail-catch")]
#[tokio::test]
async fn a_disk_that_fails_sends_nothing_twice_and_cuts_nothing_off() {
    use crate::mail::{EmailSettings, Mailer, MailerOptions, catch};

    let folder = Folder::new();
    let outbox = Outbox::new(folder.store());
    for number in 0..4 {
        outbox.enqueue(notification(&number.to_string())).await.unwrap();
    }
    let disk = rusqlite::Connection::open(folder.0.join("outbox.sqlite")).unwrap();
    disk.execute_batch(
        "CREATE TRIGGER before_send BEFORE UPDATE ON mail WHEN NEW.state = 'sending' AND NEW.id = 1
             BEGIN SELECT RAISE(ABORT, 'disk full'); END;
         CREATE TRIGGER after_send BEFORE UPDATE ON mail WHEN NEW.state = 'sent' AND NEW.id = 2
             BEGIN SELECT RAISE(ABORT, 'disk full'); END;",
    )
    .unwrap();
    let mut catcher = catch::Catcher::start(catch::CatchOptions::default()).await.unwrap();
    let settings = EmailSettings {
        smtp_server: "127.0.0.1".to_owned(),
        smtp_port: catcher.address().port(),
        ..EmailSettings::default()
    };
    let mailer = Mailer::new(&settings, MailerOptions::default()).unwrap();
    let error = outbox.run_once(&mailer).await.unwrap_err();
    assert!(error.to_string().contains("disk full"), "{error}");
    let states =
        || -> Vec<State> { (1..=4).map(|id| outbox.get(MailId(id)).unwrap().unwrap().state).collect() };
    assert_eq!(states(), [State::Queued, State::Sending, State::Sent, State::Sent]);

    disk.execute_batch("DROP TRIGGER before_send; DROP TRIGGER after_send").unwrap();
    let report = outbox.run_once(&mailer).await.unwrap();
    assert_eq!((report.sent, report.recovered), (1, 1));
    assert_eq!(states(), [State::Sent, State::Unknown, State::Sent, State::Sent]);
    catcher.shutdown().await;
    let mut caught = 0;
    while catcher.next().await.is_some() {
        caught += 1;
    }
    assert_eq!(caught, 4);
}

#[test]
fn the_summary_counts() {
    let folder = Folder::new();
    let store = folder.store();
    let sent = put(&store, &notification("1"));
    let due = store.due(start(), 1, &[]).unwrap().pop().unwrap();
    put(&store, &notification("2"));
    store.settle(sent, &settlement(&due, [Progress::Sent; 2], Pending::Deferred(start())), start()).unwrap();
    let summary = store.summary().unwrap();
    assert_eq!((summary.count(State::Sent), summary.count(State::Queued), summary.waiting()), (1, 1, 1));
    assert_eq!((summary.last_sent, summary.oldest_waiting), (Some(start()), Some(start())));
    assert!(summary.waiting_bytes > 0);
}
