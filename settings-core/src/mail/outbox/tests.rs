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
    assert_eq!(conformance::case_names().count(), 27);
}

/// The tables of version 2, as they were.
const VERSION_2: &str = "
    PRAGMA application_id = 1835100524;
    PRAGMA user_version = 2;
    CREATE TABLE mail (
        id INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('notification', 'alert')), may_resend INTEGER NOT NULL,
        resent INTEGER NOT NULL DEFAULT 0, sender TEXT NOT NULL, international INTEGER NOT NULL, size INTEGER NOT NULL,
        lifetime INTEGER NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL
            CHECK (state IN ('queued', 'sending', 'deferred', 'sent', 'failed', 'unknown')),
        since INTEGER NOT NULL, next INTEGER, queue_id TEXT, reply TEXT) STRICT;
    CREATE INDEX mail_order ON mail (kind, attempts, next) WHERE next IS NOT NULL;
    CREATE TABLE content (mail INTEGER PRIMARY KEY REFERENCES mail (id) ON DELETE CASCADE, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE recipient (mail INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE, address TEXT NOT NULL,
        progress TEXT NOT NULL DEFAULT 'pending', reply TEXT, PRIMARY KEY (mail, address)) STRICT;
    CREATE TABLE key (name TEXT NOT NULL PRIMARY KEY, mail INTEGER NOT NULL, until INTEGER,
        sent INTEGER NOT NULL DEFAULT 0, retries INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE circuit (one INTEGER PRIMARY KEY CHECK (one = 1), halted INTEGER NOT NULL, moment INTEGER NOT NULL,
        failures INTEGER NOT NULL, name_not_found INTEGER NOT NULL, why TEXT NOT NULL) STRICT;
    CREATE TABLE moment (what TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL) STRICT;
    INSERT INTO circuit VALUES (1, 1, 0, 0, 0, 'a name was not found');
    INSERT INTO mail VALUES (1, 'x@example.com', 'alert', 1, 1, 'server@example.com', 0, 40, 86400000, 1800000000000,
        1800086400000, 2, 'deferred', 1800000000000, 1800000000000, NULL, '451 later');
    INSERT INTO content VALUES (1, CAST('From: server@example.com' || char(13, 10, 13, 10) || 'Hello' || char(13, 10) AS BLOB));
    INSERT INTO recipient (mail, address) VALUES (1, 'a@example.com');
";

#[test]
fn file_of_an_older_version_is_upgraded() {
    let folder = Folder::new();
    let path = folder.0.join("outbox.sqlite");
    for version in [2, 1] {
        let _ = std::fs::remove_file(&path);
        let old = rusqlite::Connection::open(&path).unwrap();
        old.execute_batch(VERSION_2).unwrap();
        if version == 1 {
            old.execute_batch("DROP TABLE moment; PRAGMA user_version = 1").unwrap();
        }
        drop(old);
        for _ in 0..2 {
            let store = folder.store();
            store.set_done("a check", start()).unwrap();
            assert_eq!(store.last_done("a check").unwrap(), Some(start()));
            assert_eq!(store.circuit().unwrap(), Circuit::Closed);
            let entry = store.get(MailId(1)).unwrap().unwrap();
            assert_eq!((entry.state, entry.resends, entry.attempts), (MailState::Deferred, 1, 2));
            store
                .adopt_sender(&"server@example.com".parse().unwrap(), &"server@example.com".parse().unwrap())
                .unwrap();
            let due = store.due(start(), DueOrder::Urgent, 1, &[]).unwrap();
            assert!(due[0].follows_settings && due[0].may_resend, "{due:?}");
        }
    }
    let newer = rusqlite::Connection::open(&path).unwrap();
    newer.execute_batch("PRAGMA user_version = 4").unwrap();
    assert!(SqliteStore::open(&path).unwrap_err().to_string().contains("another version"));
}

#[test]
fn file_shrinks_after_mails_are_sent() {
    let folder = Folder::new();
    let store = folder.store();
    let path = folder.0.join("outbox.sqlite");
    let large = notification(&"0123456789".repeat(20_000));
    for _ in 0..20 {
        put(&store, &large);
    }
    for due in store.due(start(), DueOrder::Urgent, 20, &[]).unwrap() {
        store
            .settle(
                due.id,
                due.token,
                &settlement(&due, [Progress::Sent; 2], Pending::Deferred(start())),
                start(),
            )
            .unwrap();
    }
    store.sweep(&OutboxLimits::default(), start()).unwrap();
    drop(store);
    let size = std::fs::metadata(&path).unwrap().len();
    assert!(size < 200_000, "{size} bytes after 20 mails of 200,000 bytes were sent");
}

/// Overwrites one page after another: every damage that is found keeps mails out, and what can be read is still listed.
#[test]
fn damaged_file_accepts_no_mail() {
    let folder = Folder::new();
    let path = folder.0.join("outbox.sqlite");
    let store = folder.store();
    for number in 0..20 {
        put(&store, &notification(&number.to_string().repeat(10_000)));
    }
    drop(store);
    let good = std::fs::read(&path).unwrap();
    let mut refused = 0;
    for page in 1..(good.len() / 4096).min(60) {
        let mut bad = good.clone();
        bad[page * 4096..(page + 1) * 4096].fill(0xa5);
        std::fs::write(&path, &bad).unwrap();
        let Ok(store) = SqliteStore::open(&path) else { continue };
        let mail = notification("one more");
        match store.enqueue(&mail, &OutboxLimits::default(), start()) {
            Ok(_) => assert!(store.due(start(), DueOrder::Urgent, 100, &[]).is_ok(), "page {page}"),
            Err(EnqueueError::Store(error)) => {
                assert_eq!(error.kind(), OutboxErrorKind::Corrupt, "page {page}: {error}");
                assert!(error.to_string().contains("is damaged"), "page {page}: {error}");
                assert!(store.claim().is_err(), "page {page}");
                refused += 1;
            }
            Err(error) => panic!("page {page}: {error}"),
        }
        drop(store);
        for side in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(folder.0.join(format!("outbox.sqlite{side}")));
        }
    }
    assert!(refused > 10, "only {refused} damages were found");
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
    let due = store.due(start(), DueOrder::Urgent, 1, &[]).unwrap().pop().unwrap();
    let done = settlement(&due, [Progress::Sent; 2], Pending::Deferred(start()));
    store.settle(id, due.token, &done, start()).unwrap();
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
    let due: Vec<MailId> =
        store.due(start(), DueOrder::Urgent, 10, &[]).unwrap().iter().map(|due| due.id).collect();
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
    let due = store.due(start(), DueOrder::Urgent, 1, &[]).unwrap();
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

/// A small disk, if this process may mount one.
#[cfg(target_os = "linux")]
struct SmallDisk(Folder);

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = Folder::new();
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(&folder.0);
        let is_mounted =
            mount.stderr(std::process::Stdio::null()).status().is_ok_and(|status| status.success());
        if !is_mounted {
            use std::io::Write as _;
            let text = "LEFT OUT: full_disk_loses_no_result: only root can mount a small disk";
            let _ = writeln!(std::io::stderr(), "\n*** {text}\n");
        }
        is_mounted.then_some(Self(folder))
    }

    /// Fills the disk to the last byte.
    fn fill(&self) -> PathBuf {
        use std::io::Write as _;
        let path = self.0.0.join("ballast");
        let mut file = std::fs::File::create(&path).unwrap();
        for size in [65536, 4096, 1] {
            while file.write_all(&vec![1; size]).is_ok() {}
        }
        path
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("--lazy").arg(&self.0.0).status();
    }
}

/// The disk becomes full while mails are sent: no result is lost, nothing is sent whose result could not be recorded,
/// and the mails can be listed.
#[cfg(target_os = "linux")]
#[test]
fn full_disk_loses_no_result() {
    let Some(disk) = SmallDisk::mount() else { return };
    let store = disk.0.store();
    let ids: Vec<MailId> =
        (0..6).map(|number| put(&store, &notification(&number.to_string().repeat(20_000)))).collect();
    let due = store.due(start(), DueOrder::Urgent, 6, &[]).unwrap();
    for due in &due[..4] {
        assert_eq!(store.begin(due.id, due.token, 1, start()).unwrap(), BeginOutcome::Started);
    }
    let ballast = disk.fill();
    let done = |due: &DueMail| settlement(due, [Progress::Sent; 2], Pending::Deferred(start()));
    for due in &due[..4] {
        assert_eq!(store.settle(due.id, due.token, &done(due), start()).unwrap(), Some(MailState::Sent));
    }
    disk.fill();
    let error = store.begin(ids[4], due[4].token, 1, start()).unwrap_err();
    assert_eq!(error.kind(), OutboxErrorKind::DiskFull, "{error}");
    assert!(error.to_string().contains("nothing is sent"), "{error}");
    let check_states = |store: &SqliteStore| {
        let states: Vec<MailState> = ids.iter().map(|id| state(store, *id)).collect();
        let (sent, queued) = (MailState::Sent, MailState::Queued);
        assert_eq!(states, [sent, sent, sent, sent, queued, queued]);
        assert_eq!(store.list(&[], 10).unwrap().len(), 6);
    };
    check_states(&store);
    match store.enqueue(&notification(&"more".repeat(500_000)), &OutboxLimits::default(), start()) {
        Err(EnqueueError::Store(error)) => assert_eq!(error.kind(), OutboxErrorKind::DiskFull, "{error}"),
        other => panic!("{other:?}"),
    }
    // opening writes too: it fails with the reason, and finds everything once there is space
    drop(store);
    disk.fill();
    let error = SqliteStore::open(&disk.0.0.join("outbox.sqlite")).unwrap_err();
    assert_eq!(error.kind(), OutboxErrorKind::DiskFull, "{error}");
    std::fs::remove_file(ballast).unwrap();
    let store = disk.0.store();
    check_states(&store);
    assert_eq!(store.begin(ids[4], due[4].token, 1, start()).unwrap(), BeginOutcome::Started);
    assert_eq!(store.settle(ids[4], due[4].token, &done(&due[4]), start()).unwrap(), Some(MailState::Sent));
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
