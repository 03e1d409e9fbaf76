#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::cloned_ref_to_slice_refs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use super::*;
use crate::resolve::{Environment, Layers};
use crate::sample::Program;

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Long enough to be sure that no event follows.
const SILENCE: Duration = Duration::from_millis(1200);

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("settings-watch-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn watcher(paths: &[&Path], debounce: Debounce) -> (FileWatcher, Receiver<Vec<PathBuf>>) {
    let (sender, changes) = mpsc::channel();
    let paths = paths.iter().map(|path| path.to_path_buf());
    let watcher = FileWatcher::start(paths, debounce, move |changed| drop(sender.send(changed.to_vec())));
    (watcher.unwrap(), changes)
}

fn polling() -> Debounce {
    Debounce { poll: Some(Duration::from_millis(20)), ..Debounce::default() }
}

/// Returns the paths that are reported until it is quiet for a while.
fn reported(changes: &Receiver<Vec<PathBuf>>) -> Vec<PathBuf> {
    let mut all = changes.recv_timeout(PATIENCE).unwrap();
    while let Ok(more) = changes.recv_timeout(SILENCE) {
        all.extend(more);
    }
    all.sort();
    all.dedup();
    all
}

#[test]
fn every_way_of_changing_a_file_is_reported() {
    for (name, debounce) in [("ways", Debounce::default()), ("ways-polled", polling())] {
        let folder = Folder::new(name);
        let path = folder.write("config.json", "1");
        folder.write("other.json", "1");
        let (_watcher, changes) = watcher(&[&path], debounce);
        fs::write(&path, "22").unwrap();
        assert_eq!(reported(&changes), [path.clone()], "in place");
        fs::rename(folder.write("config.json.tmp", "333"), &path).unwrap();
        assert_eq!(reported(&changes), [path.clone()], "by a rename");
        fs::remove_file(&path).unwrap();
        assert_eq!(reported(&changes), [path.clone()], "removed");
        fs::write(&path, "1").unwrap();
        assert_eq!(reported(&changes), [path.clone()], "created again");
        // what editors do to keep a copy
        fs::rename(&path, folder.path("config.json~")).unwrap();
        fs::write(&path, "4").unwrap();
        assert_eq!(reported(&changes), [path.clone()], "moved away and created again");
        fs::write(folder.path("other.json"), "2").unwrap();
        let _ = fs::read(&path).unwrap();
        assert!(changes.recv_timeout(SILENCE).is_err(), "neither another file nor reading is a change");
    }
}

#[test]
fn without_events_the_files_are_polled() {
    let folder = Folder::new("blind");
    let path = folder.write("config.json", "1");
    let (sender, changes) = mpsc::channel();
    let changed = move |changed: &[PathBuf]| drop(sender.send(changed.to_vec()));
    let _watcher = FileWatcher::start_polling(vec![path.clone()], changed).unwrap();
    for text in ["22", "333"] {
        fs::rename(folder.write("config.json.tmp", text), &path).unwrap();
        assert_eq!(reported(&changes), [path.clone()]);
    }
}

#[test]
fn a_missing_file_is_watched_for_its_creation() {
    let folder = Folder::new("absent");
    let path = folder.path("a/b/config.json");
    let (_watcher, changes) = watcher(&[&path], Debounce::default());
    fs::create_dir_all(folder.path("a/b")).unwrap();
    while changes.recv_timeout(SILENCE).is_ok() {}
    fs::write(&path, "1").unwrap();
    assert_eq!(reported(&changes), [path.clone()]);
    fs::remove_dir_all(folder.path("a")).unwrap();
    assert_eq!(reported(&changes), [path.clone()]);
    fs::create_dir_all(folder.path("a/b")).unwrap();
    while changes.recv_timeout(SILENCE).is_ok() {}
    fs::write(&path, "1").unwrap();
    assert_eq!(reported(&changes), [path]);
}

#[test]
fn a_rename_of_a_folder_far_up_is_reported() {
    for (name, debounce) in [("way", Debounce::default()), ("way-polled", polling())] {
        let folder = Folder::new(name);
        fs::create_dir_all(folder.path("a/b/c")).unwrap();
        fs::create_dir_all(folder.path("new/b/c/tree")).unwrap();
        let path = folder.write("a/b/c/config.json", "1");
        folder.write("new/b/c/config.json", "2");
        let tree = folder.path("a/b/c/tree");
        let (_watcher, changes) = watcher(&[&path, &tree], debounce);
        fs::rename(folder.path("a"), folder.path("old")).unwrap();
        assert!(reported(&changes).contains(&path), "moved away");
        fs::rename(folder.path("new"), folder.path("a")).unwrap();
        assert!(reported(&changes).contains(&path), "another in its place");
        fs::write(&path, "333").unwrap();
        assert_eq!(reported(&changes), [path.clone()], "the new one is followed");
        let below = folder.write("a/b/c/tree/one", "1");
        assert_eq!(reported(&changes), [below], "and so is a folder");
        // the folder that was moved away is no longer watched
        folder.write("old/b/c/config.json", "4");
        folder.write("a/other", "5");
        assert!(changes.recv_timeout(SILENCE).is_err(), "neither the old folder nor another file is watched");
    }
}

#[test]
fn a_folder_is_watched_with_everything_below_it() {
    for (name, debounce) in [("tree", Debounce::default()), ("tree-polled", polling())] {
        let folder = Folder::new(name);
        fs::create_dir_all(folder.path("src/deep")).unwrap();
        let first = folder.write("src/deep/a.rs", "1");
        let (_watcher, changes) = watcher(&[&folder.path("src")], debounce);
        fs::write(&first, "2").unwrap();
        assert_eq!(reported(&changes), [first.clone()]);
        fs::create_dir_all(folder.path("src/new")).unwrap();
        while changes.recv_timeout(SILENCE).is_ok() {}
        let second = folder.write("src/new/b.rs", "1");
        assert_eq!(reported(&changes), [second.clone()]);
        fs::remove_file(&first).unwrap();
        assert_eq!(reported(&changes), [first]);
    }
}

#[test]
fn a_hundred_writes_are_a_few_reports() {
    let folder = Folder::new("burst");
    let path = folder.write("config.json", "0");
    let (_watcher, changes) = watcher(&[&path], Debounce::default());
    let start = Instant::now();
    for round in 0..100 {
        fs::write(&path, format!("{round}")).unwrap();
        std::thread::sleep(Duration::from_millis(2));
    }
    let most = start.elapsed().as_millis() / 100 + 2;
    let mut count = 0;
    while changes.recv_timeout(if count == 0 { PATIENCE } else { SILENCE }).is_ok() {
        count += 1;
    }
    assert!((1..=most).contains(&count), "reported {count} times in {:?}", start.elapsed());
}

#[test]
fn writes_without_a_pause_are_reported() {
    let folder = Folder::new("endless");
    let path = folder.write("config.json", "0");
    let debounce =
        Debounce { quiet: Duration::from_secs(3600), max_delay: Duration::from_millis(300), poll: None };
    let (_watcher, changes) = watcher(&[&path], debounce);
    let start = Instant::now();
    let mut round = 0;
    while changes.try_recv().is_err() {
        assert!(start.elapsed() < PATIENCE);
        round += 1;
        fs::write(&path, format!("{round}")).unwrap();
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[test]
fn extreme_delays_are_accepted() {
    let folder = Folder::new("debounce");
    let path = folder.write("config.json", "0");
    let debounce = Debounce { quiet: Duration::MAX, max_delay: Duration::MAX, poll: Some(Duration::MAX) };
    let (watcher, changes) = watcher(&[&path, Path::new(""), Path::new("\u{0}")], debounce);
    fs::write(&path, "1").unwrap();
    assert!(changes.recv_timeout(SILENCE).is_err());
    drop(watcher);
}

#[test]
fn dropping_a_watcher_ends_its_threads() {
    let folder = Folder::new("drop");
    let path = folder.write("config.json", "0");
    let (watcher, changes) = watcher(&[&path], Debounce::default());
    drop(watcher);
    // the callback, and with it the sender, is gone
    assert_eq!(changes.recv(), Err(mpsc::RecvError));
    // a callback may drop its own watcher
    let slot = Arc::new(std::sync::Mutex::new(None));
    let (sender, done) = mpsc::channel();
    let own = Arc::clone(&slot);
    let watcher = FileWatcher::start([path.clone()], Debounce::default(), move |_| {
        drop(own.lock().unwrap().take());
        let _ = sender.send(());
    });
    *slot.lock().unwrap() = Some(watcher.unwrap());
    fs::write(&path, "1").unwrap();
    done.recv_timeout(PATIENCE).unwrap();
    assert_eq!(done.recv_timeout(PATIENCE), Err(mpsc::RecvTimeoutError::Disconnected));
}

fn follow(path: &Path, environment: &[(&str, &str)]) -> (Watch<Program>, Receiver<Arc<Event<Program>>>) {
    let path = path.to_owned();
    let environment: Environment = environment.iter().copied().collect();
    let read = move || Layers::new().environment(environment.clone()).read_file(&path);
    let debounce = Debounce { quiet: Duration::from_millis(600), ..Debounce::default() };
    let watch = Watch::start(read, debounce).unwrap();
    let events = watch.subscribe();
    assert!(matches!(&*events.recv().unwrap(), Event::Current(_)));
    (watch, events)
}

#[test]
fn only_changed_settings_are_reported_and_the_old_values_stay_after_an_error() {
    let folder = Folder::new("follow");
    let path = folder.write("config.json", r#"{"Mail": {"Port": 25, "Password": "k4n4ry"}}"#);
    let (watch, events) = follow(&path, &[("MM_MAIL_SERVER", "shadowing")]);
    let held = watch.current();
    let next = || events.recv_timeout(PATIENCE).unwrap();

    fs::write(&path, r#"{"Mail": {"Server": "shadowed", "Port": 587, "Password": "k4n4ry2"}}"#).unwrap();
    let Event::Changed(changed) = &*next() else { panic!() };
    let settings: Vec<_> = changed
        .settings
        .iter()
        .map(|one| (one.path.to_string(), one.before.shown.clone(), one.after.shown.clone()))
        .collect();
    let expected = [("Mail.Port", "25", "587"), ("Mail.Password", "\"***\"", "\"***\"")];
    assert_eq!(settings, expected.map(|(path, old, new)| (path.to_owned(), old.to_owned(), new.to_owned())));
    assert_eq!((held.mail.port, watch.current().mail.port, changed.value.mail.port), (25, 587, 587));
    assert!(!format!("{changed:?}").contains("k4n4ry"), "{changed:?}");

    fs::write(&path, r#"{"Mail": {"Port": 0, "Password": ["k4n4ry"]}}"#).unwrap();
    let Event::Refused(Refusal::Invalid(report)) = &*next() else { panic!() };
    assert_eq!(report.count(crate::resolve::Severity::Error), 2, "{report}");
    assert!(!format!("{report}{report:?}").contains("k4n4ry"), "{report}");
    assert_eq!(watch.current().mail.port, 587);

    fs::remove_file(&path).unwrap();
    assert!(matches!(&*next(), Event::Refused(Refusal::Unreadable { .. })));
    fs::write(&path, r#"{"Mail": {"Port": 587, "Password": "k4n4ry2"}}"#).unwrap();
    assert!(matches!(&*next(), Event::Recovered));

    // the same values in another form
    fs::write(&path, r#"{"Mail": {"Password": "k4n4ry2", "Port": "587"}, "Foreign": {}}"#).unwrap();
    assert!(events.recv_timeout(SILENCE).is_err());
    drop(watch);
    assert!(matches!(events.recv_timeout(PATIENCE), Err(mpsc::RecvTimeoutError::Disconnected)));
}

#[test]
fn a_variables_file_is_watched_too() {
    let folder = Folder::new("variable-file");
    let path = folder.write("config.json", "{}");
    let secret = folder.write("password", "one\n");
    let name = secret.to_str().unwrap();
    let (watch, events) = follow(&path, &[("MM_MAIL_PASSWORD_FILE", name)]);
    assert!(watch.files().contains(&secret), "{:?}", watch.files());
    for password in ["two", "three"] {
        fs::remove_file(&secret).unwrap();
        assert!(matches!(&*events.recv_timeout(PATIENCE).unwrap(), Event::Refused(_)));
        fs::write(&secret, password).unwrap();
        let Event::Changed(changed) = &*events.recv_timeout(PATIENCE).unwrap().clone() else { panic!() };
        assert_eq!(changed.value.mail.password.expose(), password);
    }
}

#[test]
fn settings_with_errors_are_not_watched() {
    let folder = Folder::new("wrong");
    let path = folder.write("config.json", r#"{"Mail": {"Port": 0}}"#);
    let read = move || Layers::new().read_file(&path);
    let error = Watch::<Program>::start(read, Debounce::default()).unwrap_err();
    assert!(error.to_string().contains("expected a whole number from 1 to 65535"), "{error}");
}

#[test]
fn a_watch_has_the_warnings_of_the_start() {
    const fn is_shareable<T: Send + Sync>() {}
    is_shareable::<Watch<Program>>();
    let folder = Folder::new("start");
    let path = folder.write("config.json", r#"{"Mail": {"Pass": "k4n4ry"}}"#);
    let (watch, events) = follow(&path, &[]);
    assert_eq!(watch.report().diagnostics()[0].code, crate::resolve::Code::Alias);
    // the report follows the file, although no value changes
    fs::write(&path, r#"{"Mail": {"Password": "k4n4ry"}}"#).unwrap();
    let start = Instant::now();
    while watch.report().warnings() != crate::resolve::Report::default() {
        assert!(start.elapsed() < PATIENCE, "{}", watch.report());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(events.try_recv().is_err());
}

#[test]
fn the_current_state_is_the_first_event_of_each_subscriber() {
    let folder = Folder::new("current");
    let path = folder.write("config.json", r#"{"Mail": {"Port": 25, "Pass": "k4n4ry"}}"#);
    let (watch, events) = follow(&path, &[]);
    fs::write(&path, r#"{"Mail": {"Port": 26}}"#).unwrap();
    assert!(matches!(&*events.recv_timeout(PATIENCE).unwrap(), Event::Changed(_)));
    let late = watch.subscribe();
    let Event::Current(current) = &*late.recv().unwrap() else { panic!() };
    assert_eq!((current.mail.port, current.report.clone()), (26, watch.report()));
    assert!(late.try_recv().is_err());
}

#[test]
fn layers_are_read_at_once_when_asked() {
    // no file, so that there is no event either
    let port = Arc::new(std::sync::atomic::AtomicU16::new(25));
    let read_port = Arc::clone(&port);
    let read = move || {
        let port = read_port.load(std::sync::atomic::Ordering::SeqCst);
        Ok(Layers::new().set("Mail.Port", port.to_string(), "--port"))
    };
    let slow = Debounce { quiet: Duration::from_secs(600), max_delay: Duration::from_secs(600), poll: None };
    let watch = Watch::<Program>::start(read, slow).unwrap();
    let events = watch.subscribe();
    assert!(matches!(&*events.recv().unwrap(), Event::Current(_)));
    let trigger = watch.trigger();
    for number in 26..60 {
        port.store(number, std::sync::atomic::Ordering::SeqCst);
        if number % 2 == 0 {
            watch.read_now()
        } else {
            trigger.read_now()
        }
        let Event::Changed(changed) = &*events.recv_timeout(PATIENCE).unwrap() else { panic!() };
        assert_eq!(changed.value.mail.port, number);
    }
    // nothing changes: no event
    watch.read_now();
    assert!(events.recv_timeout(SILENCE).is_err());
    drop(watch);
    trigger.read_now();
}

#[cfg(feature = "tokio")]
#[tokio::test]
async fn a_stream_and_a_channel_hold_what_the_blocking_events_do() {
    let folder = Folder::new("stream");
    let path = folder.write("config.json", r#"{"Mail": {"Port": 25, "Pass": "k4n4ry"}}"#);
    let (watch, _) = follow(&path, &[]);
    let (mut events, mut channel) = (watch.events(), watch.channel());
    assert!(
        matches!(events.next().await.as_deref(), Some(Event::Current(current)) if current.mail.port == 25)
    );
    assert_eq!(channel.borrow_and_update().report.warnings(), watch.report().warnings());
    assert!(!watch.report().warnings().diagnostics().is_empty());
    fs::write(&path, r#"{"Mail": {"Port": 587}}"#).unwrap();
    channel.changed().await.unwrap();
    let current = Arc::clone(&channel.borrow_and_update());
    assert_eq!((current.mail.port, current.report.count(crate::resolve::Severity::Warning)), (587, 0));
    let next =
        std::future::poll_fn(|cx| futures_core::Stream::poll_next(std::pin::Pin::new(&mut events), cx));
    assert!(matches!(next.await.as_deref(), Some(Event::Changed(changed)) if changed.value.mail.port == 587));
    fs::write(&path, r#"{"Mail": {"Port": 0}}"#).unwrap();
    assert!(matches!(events.next().await.as_deref(), Some(Event::Refused(_))));
    assert!(!channel.has_changed().unwrap());
    drop(watch);
    assert!(events.next().await.is_none());
    assert!(channel.changed().await.is_err());
}

#[test]
fn the_error_of_main_is_readable() {
    let folder = Folder::new("error");
    let path = folder.write("config.json", r#"{"Mail": {"Port": 0}}"#);
    let read = move || Layers::new().read_file(&path);
    let error = Watch::<Program>::start(read, Debounce::default()).unwrap_err();
    assert_eq!(format!("{error:?}"), format!("{error}"));
}

#[test]
fn only_folders_that_decide_where_a_path_leads_are_watched() {
    let folder = Folder::new("folders");
    fs::create_dir_all(folder.path("a/b")).unwrap();
    let path = folder.write("a/b/config.json", "{}");
    let folders = |path: &Path| paths::WatchedPaths::new(&[path.to_owned()]).folders;
    assert_eq!(folders(&path), [folder.path("a/b")].into());
    // of a missing file, the first folder that is there
    assert_eq!(folders(&folder.path("a/c/d/config.json")), [folder.path("a")].into());
}

/// A program that logs each event, to a file next to the watched one, must not wake itself.
#[cfg(target_os = "linux")]
#[test]
fn reading_and_writing_an_open_file_are_no_events() {
    use events::{Depth, Events, Woken};
    use std::io::Write as _;
    let folder = Folder::new("self-feeding");
    let path = folder.write("config.json", "{}");
    let mut log = fs::File::create(folder.path("server.log")).unwrap();
    let mut events = Events::new().unwrap();
    events.watch(&folder.0, Depth::Folder).unwrap();
    for line in 0..100 {
        writeln!(log, "line {line}").unwrap();
        fs::read(&path).unwrap();
    }
    assert_eq!(events.wait(SILENCE), Woken::Timeout);
    fs::write(&path, "1").unwrap();
    assert_eq!(events.wait(PATIENCE), Woken::Changed(vec![path]));
    events.waker().stop();
    assert_eq!(events.wait(PATIENCE), Woken::Stop);
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    /// As Kubernetes mounts a `ConfigMap`: the path leads through `..data`, which gets a new target.
    #[test]
    fn a_new_target_of_a_link_is_a_change() {
        for (name, debounce) in [("links", Debounce::default()), ("links-polled", polling())] {
            let folder = Folder::new(name);
            for version in 1..4 {
                fs::create_dir(folder.path(&format!("..v{version}"))).unwrap();
                folder.write(&format!("..v{version}/config.json"), &format!("{version}"));
            }
            symlink("..v1", folder.path("..data")).unwrap();
            let path = folder.path("config.json");
            symlink("..data/config.json", &path).unwrap();
            // the path of the program leads here from another folder
            let elsewhere = Folder::new(&format!("{name}-outer"));
            symlink(&folder.0, elsewhere.path("mounted")).unwrap();
            let outer = elsewhere.path("mounted/config.json");
            let (_watcher, changes) = watcher(&[&outer], debounce);
            for version in [2, 3] {
                symlink(format!("..v{version}"), folder.path("..data_tmp")).unwrap();
                fs::rename(folder.path("..data_tmp"), folder.path("..data")).unwrap();
                fs::remove_dir_all(folder.path(&format!("..v{}", version - 1))).unwrap();
                assert_eq!(reported(&changes), [outer.clone()]);
                assert_eq!(fs::read_to_string(&outer).unwrap(), version.to_string());
            }
            // the file that the links lead to
            fs::write(folder.path("..v3/config.json"), "four").unwrap();
            assert_eq!(reported(&changes), [outer.clone()]);
            // a link at the start of the path
            let other = Folder::new(&format!("{name}-other"));
            other.write("config.json", "five");
            symlink(&other.0, elsewhere.path("new")).unwrap();
            fs::rename(elsewhere.path("new"), elsewhere.path("mounted")).unwrap();
            assert_eq!(reported(&changes), [outer.clone()]);
            other.write("config.json", "six!!");
            assert_eq!(reported(&changes), [outer]);
        }
    }

    #[test]
    fn a_loop_of_links_is_watched() {
        let folder = Folder::new("circle");
        let (a, b) = (folder.path("a"), folder.path("b"));
        symlink(&a, &b).unwrap();
        symlink(&b, &a).unwrap();
        let (_watcher, changes) = watcher(&[&a], Debounce::default());
        fs::remove_file(&b).unwrap();
        fs::write(&b, "1").unwrap();
        assert_eq!(reported(&changes), [a]);
    }
}
