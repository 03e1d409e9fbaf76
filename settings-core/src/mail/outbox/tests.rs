#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::mail::message::Message;

/// A temporary folder, removed on drop.
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

fn put(store: &SqliteStore, mail: &NewMail) -> MailId {
    let enqueued = store.enqueue(mail, &OutboxLimits::default(), start()).unwrap();
    assert!(enqueued.is_new);
    enqueued.id
}

fn settlement(due: &DueMail, progress: [Progress; 2], pending: Pending) -> Settlement {
    let marks = due.object.recipients().iter().cloned().zip(progress);
    Settlement {
        marks: marks.map(|(address, progress)| (address, progress, "words".to_owned())).collect(),
        reply: "250 2.0.0 words".to_owned(),
        queue_id: Some("Q1".to_owned()),
        ..Settlement::new(due.attempts + 1, pending)
    }
}

fn state(store: &SqliteStore, id: MailId) -> MailState {
    store.get(id).unwrap().unwrap().state
}

#[test]
fn sqlite_store_conforms() {
    let folder = Folder::new();
    conformance::check(|place| SqliteStore::open(&folder.0.join(place))).unwrap();
    assert_eq!(conformance::case_names().count(), 16);
}

#[test]
fn file_of_an_older_version_is_upgraded() {
    let folder = Folder::new();
    let path = folder.0.join("outbox.sqlite");
    let id = put(&folder.store(), &notification("Hello"));
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch("DROP TABLE moment; PRAGMA user_version = 1").unwrap();
    drop(old);
    for _ in 0..2 {
        let store = folder.store();
        store.set_done("a check", start()).unwrap();
        assert_eq!(
            (store.last_done("a check").unwrap(), state(&store, id)),
            (Some(start()), MailState::Queued)
        );
    }
    let newer = rusqlite::Connection::open(&path).unwrap();
    newer.execute_batch("PRAGMA user_version = 3").unwrap();
    assert!(SqliteStore::open(&path).unwrap_err().to_string().contains("another version"));
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
fn file_of_another_program_is_left_alone() {
    let folder = Folder::new();
    let path = folder.0.join("outbox.sqlite");
    std::fs::write(&path, "these are my notes, not a database, and they are long enough").unwrap();
    assert!(SqliteStore::open(&path).is_err());
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("these are my notes"));

    let other = folder.0.join("other.sqlite");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    assert!(SqliteStore::open(&other).unwrap_err().to_string().contains("another database"));
}

#[test]
fn sent_mail_leaves_no_content_in_the_files() {
    let folder = Folder::new();
    let store = folder.store();
    let id = put(&store, &notification("the reset link is 8c1f2a"));
    let due = store.due(start(), 1, &[]).unwrap().pop().unwrap();
    store.settle(id, &settlement(&due, [Progress::Sent; 2], Pending::Deferred(start())), start()).unwrap();
    assert_eq!(store.retry(id, start()).unwrap(), RetryOutcome::AlreadySent);
    drop(store);
    for file in std::fs::read_dir(&folder.0).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"8c1f2a"));
    }
}

#[test]
fn damaged_mail_does_not_delay_the_others() {
    let folder = Folder::new();
    let store = folder.store();
    let (damaged, fine) = (put(&store, &notification("1")), put(&store, &notification("2")));
    let other = rusqlite::Connection::open(folder.0.join("outbox.sqlite")).unwrap();
    other.execute("UPDATE content SET bytes = ?1 WHERE mail = ?2", (b"a\n.\n".to_vec(), damaged.0)).unwrap();
    let due: Vec<MailId> = store.due(start(), 10, &[]).unwrap().iter().map(|due| due.id).collect();
    assert_eq!(due, [fine]);
    assert_eq!(state(&store, damaged), MailState::Failed);
}

#[test]
fn debug_shows_neither_addresses_nor_subjects() {
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
async fn failing_disk_causes_no_second_copy() {
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
        || -> Vec<MailState> { (1..=4).map(|id| outbox.get(MailId(id)).unwrap().unwrap().state).collect() };
    assert_eq!(states(), [MailState::Queued, MailState::Sending, MailState::Sent, MailState::Sent]);

    disk.execute_batch("DROP TRIGGER before_send; DROP TRIGGER after_send").unwrap();
    let report = outbox.run_once(&mailer).await.unwrap();
    assert_eq!((report.sent, report.recovered), (1, 1));
    assert_eq!(states(), [MailState::Sent, MailState::Unknown, MailState::Sent, MailState::Sent]);
    catcher.shutdown().await;
    let mut caught = 0;
    while catcher.next().await.is_some() {
        caught += 1;
    }
    assert_eq!(caught, 4);
}
