#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::*;
use crate::format::FileFormat;
use crate::resolve::{Code, Layer, Layers, resolve};
use crate::sample::Program;

const PATIENCE: Duration = Duration::from_secs(30);

/// The limit of a fetch: a busy machine answers sooner.
const LIMIT: Duration = Duration::from_secs(1);

/// A source whose next answer the test sets.
#[derive(Clone)]
struct Scripted(Arc<Mutex<Answer>>);

#[derive(Clone)]
enum Answer {
    Text(u64, String),
    Error(FetchError),
    Hangs,
}

impl Scripted {
    fn new(version: u64, text: &str) -> Self {
        Self(Arc::new(Mutex::new(Answer::Text(version, text.to_owned()))))
    }

    fn set(&self, answer: Answer) {
        *self.0.lock().unwrap() = answer;
    }

    fn answer(&self, known: Option<&str>) -> Result<Option<Document>, FetchError> {
        match self.0.lock().unwrap().clone() {
            Answer::Text(version, _) if known == Some(&version.to_string()) => Ok(None),
            Answer::Text(version, text) => {
                let origin = format!("test://host/doc version {version}");
                Ok(Some(Document::new(origin, version.to_string(), FileFormat::Json, text)))
            }
            Answer::Error(error) => Err(error),
            Answer::Hangs => Err(FetchError::Invalid("not here".to_owned())),
        }
    }
}

impl Source for Scripted {
    fn name(&self) -> String {
        "test://host/doc".to_owned()
    }

    fn fetch(&mut self, known: Option<&str>, _: Duration) -> Result<Option<Document>, FetchError> {
        while matches!(&*self.0.lock().unwrap(), Answer::Hangs) {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.answer(known)
    }
}

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("settings-external-{name}-{}-{count}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn quick() -> ExternalConfig {
    ExternalConfig::default().limit(LIMIT).interval(Duration::from_millis(60))
}

fn wait_until(is_done: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_done() {
        assert!(start.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn unavailable() -> Answer {
    Answer::Error(FetchError::Unavailable("connection refused".to_owned()))
}

#[test]
fn a_document_is_a_layer_with_its_version_in_origins_and_findings() {
    let source = Scripted::new(42, "{\n  \"Mail\": {\"Port\": 25,\n    \"Server\": [7]}\n}");
    let external = External::start(source, quick()).unwrap();
    let file = |layers: Layers| layers.file("config.json", r#"{"Mail": {"Port": 26}}"#);
    for (layers, winner, layer) in [
        (file(Layers::new()).external(&external), "config.json:1:19", Layer::File),
        (
            file(Layers::new().external_secrets(&external)),
            "test://host/doc version 42, line 2",
            Layer::Secrets,
        ),
    ] {
        let resolution = resolve::<Program>(layers);
        let port = resolution.setting("Mail.Port").unwrap();
        assert_eq!((port.origin.to_string().as_str(), port.origin.layer()), (winner, layer));
        let [finding] = resolution.report().diagnostics() else { panic!("{}", resolution.report()) };
        assert_eq!(finding.place.to_string(), "test://host/doc version 42, line 3, column 15");
    }
}

#[test]
fn changes_and_failures_are_noticed_and_the_last_version_stays() {
    let source = Scripted::new(1, r#"{"Mail": {"Port": 1}}"#);
    let external = External::start(source.clone(), quick()).unwrap();
    let (sender, changes) = mpsc::channel();
    external.on_change(move || {
        let _ = sender.send(());
    });
    let port = |external: &External| {
        let resolution = resolve::<Program>(Layers::new().external(external));
        let warnings: Vec<_> =
            resolution.report().diagnostics().iter().map(|found| found.message.clone()).collect();
        (resolution.into_parts().0.unwrap().mail.port, warnings.join("; "))
    };
    // a starved machine can report a fetch as late, and its recovery, in between
    let expect = |expected: (u16, &str)| loop {
        changes.recv_timeout(PATIENCE).unwrap();
        let (port, warning) = port(&external);
        if (port, warning.as_str()) == expected {
            break;
        }
    };
    assert_eq!(port(&external).0, 1);
    source.set(Answer::Text(2, r#"{"Mail": {"Port": 2}}"#.to_owned()));
    expect((2, ""));
    source.set(unavailable());
    expect((2, "test://host/doc: not available: connection refused; the last version is used"));
    assert_eq!(external.state().failure, Some(FetchError::Unavailable("connection refused".to_owned())));
    source.set(Answer::Text(2, String::new()));
    expect((2, ""));
    // a fetch that never ends is a failure as well
    source.set(Answer::Hangs);
    wait_until(|| external.state().failure.is_some());
    assert_eq!(port(&external).1, "test://host/doc: no answer within 1s; the last version is used");
    source.set(Answer::Text(3, r#"{"Mail": {"Port": 3}}"#.to_owned()));
    expect((3, ""));
    drop(external);
    while changes.recv_timeout(PATIENCE).is_ok() {}
    assert_eq!(changes.try_recv(), Err(mpsc::TryRecvError::Disconnected));
}

#[test]
fn a_start_without_the_source_uses_the_copy_and_says_so() {
    let folder = Folder::new("copy");
    let path = folder.0.join("copy");
    let config = || quick().copy(&path);
    let source = Scripted::new(7, r#"{"Mail": {"Port": 7, "Password": "k4n4ry"}}"#);
    let first = External::start(source.clone(), config()).unwrap();
    let layers = Layers::new().external(&first);
    // a copy is made of settings that are in use, and of nothing else
    assert!(!path.exists());
    layers.keep_copies();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    drop((first, layers));

    source.set(unavailable());
    let second = External::start(source.clone(), config()).unwrap();
    let resolution = resolve::<Program>(Layers::new().external(&second));
    let [finding] = resolution.report().diagnostics() else { panic!() };
    assert_eq!(finding.code, Code::ExternalSource);
    assert!(finding.message.contains("connection refused; the copy from "), "{}", finding.message);
    assert_eq!(
        resolution.setting("Mail.Port").unwrap().origin.to_string(),
        "test://host/doc version 7, line 1"
    );
    assert!(second.state().copy_of.is_some());
    // it answers again, with the same version
    source.set(Answer::Text(7, String::new()));
    wait_until(|| second.state().copy_of.is_none());
    assert!(resolve::<Program>(Layers::new().external(&second)).report().diagnostics().is_empty());
    drop(second);

    source.set(unavailable());
    let old = External::start(source.clone(), config().max_age(Duration::ZERO).interval(PATIENCE));
    // whole seconds: the copy of this second is not older than none
    let refused = old.is_err() || {
        std::thread::sleep(Duration::from_millis(1100));
        External::start(source.clone(), config().max_age(Duration::ZERO)).is_err()
    };
    assert!(refused);
    let error = External::start(source.clone(), quick()).unwrap_err();
    assert_eq!(error.to_string(), "test://host/doc: not available: connection refused");
}

#[test]
fn a_damaged_or_foreign_copy_is_refused_with_the_reason() {
    let folder = Folder::new("damage");
    let path = folder.0.join("copy");
    let source = Scripted::new(1, r#"{"Mail": {"Port": 1, "Password": "k4n4ry"}}"#);
    let external = External::start(source.clone(), quick().copy(&path)).unwrap();
    Layers::new().external(&external).keep_copies();
    let good = fs::read(&path).unwrap();
    source.set(unavailable());
    let refused = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        External::start(source.clone(), quick().copy(&path)).unwrap_err()
    };
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        assert!(refused(&bytes).copy.unwrap().ends_with("it is damaged"), "byte {at}");
        assert!(refused(&good[..at]).copy.is_some(), "cut at {at}");
    }
    let error = refused(b"");
    assert!(!format!("{error:?}").contains("k4n4ry"));
    fs::remove_file(&path).unwrap();
    assert!(External::start(source.clone(), quick().copy(&path)).unwrap_err().copy.is_some());
    let document = Document::new("other://host version 1", "1", FileFormat::Json, "{}");
    copy::write(&path, "other://host", &document, std::time::SystemTime::now()).unwrap();
    let error = External::start(source.clone(), quick().copy(&path)).unwrap_err();
    assert!(error.copy.unwrap().ends_with("it is a copy of other://host"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::write(&path, &good).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        let error = External::start(source, quick().copy(&path)).unwrap_err();
        assert!(error.copy.unwrap().contains("others can write it"));
    }
}

#[test]
fn a_copy_that_cannot_be_written_is_a_warning() {
    let folder = Folder::new("unwritable");
    let external = External::start(Scripted::new(1, "{}"), quick().copy(folder.0.join("no/copy"))).unwrap();
    Layers::new().external(&external).keep_copies();
    let resolution = resolve::<Program>(Layers::new().external(&external));
    let [finding] = resolution.report().diagnostics() else { panic!() };
    assert!(finding.message.contains("the copy can't be written"), "{}", finding.message);
    assert!(external.state().copy_failure.is_some());
}

#[test]
fn a_start_waits_no_longer_than_the_limit() {
    let source = Scripted::new(1, "{}");
    source.set(Answer::Hangs);
    let start = Instant::now();
    let error = External::start(source.clone(), quick()).unwrap_err();
    assert!(start.elapsed() < PATIENCE / 2);
    assert_eq!(error.fetch, FetchError::Timeout(LIMIT));
    source.set(unavailable());
}

#[cfg(feature = "watch")]
#[test]
fn a_watch_follows_a_document_and_keeps_its_copy() {
    use crate::store::watch::{Debounce, Event, Watch};
    let folder = Folder::new("watch");
    let path = folder.0.join("copy");
    let source = Scripted::new(1, r#"{"Mail": {"Port": 1}}"#);
    let external = External::start(source.clone(), quick().copy(&path)).unwrap();
    let own = external.clone();
    let watch =
        Watch::<Program>::start(move || Ok(Layers::new().external(&own)), Debounce::default()).unwrap();
    assert!(fs::read_to_string(&path).unwrap().contains("\"version\":\"1\""));
    let trigger = watch.trigger();
    external.on_change(move || trigger.read_now());
    let events = watch.subscribe();
    assert!(matches!(&*events.recv().unwrap(), Event::Current(_)));
    source.set(Answer::Text(2, r#"{"Mail": {"Port": 2}}"#.to_owned()));
    assert!(
        matches!(&*events.recv_timeout(PATIENCE).unwrap(), Event::Changed(changed) if changed.value.mail.port == 2)
    );
    // a version that the program refuses replaces neither the settings nor the copy
    source.set(Answer::Text(3, r#"{"Mail": {"Port": 0}}"#.to_owned()));
    assert!(matches!(&*events.recv_timeout(PATIENCE).unwrap(), Event::Refused(_)));
    assert_eq!(watch.current().mail.port, 2);
    assert!(fs::read_to_string(&path).unwrap().contains("\"version\":\"2\""));
}

#[cfg(feature = "tokio")]
mod tasks {
    use super::*;

    /// A source that is informed of changes.
    struct Notified(Scripted, Arc<tokio::sync::Notify>);

    impl AsyncSource for Notified {
        fn name(&self) -> String {
            "test://host/doc".to_owned()
        }

        async fn fetch(&mut self, known: Option<&str>) -> Result<Option<Document>, FetchError> {
            if matches!(&*self.0.0.lock().unwrap(), Answer::Hangs) {
                std::future::pending::<()>().await;
            }
            self.0.answer(known)
        }

        async fn wait(&mut self, _: Option<&str>) {
            self.1.notified().await;
        }
    }

    #[tokio::test]
    async fn a_task_fetches_when_the_source_reports_a_change_or_when_asked() {
        let (source, changed) = (Scripted::new(1, r#"{"Mail": {"Port": 1}}"#), Arc::default());
        // far beyond the test's patience
        let config = || quick().interval(Duration::from_secs(3600));
        let notified = Notified(source.clone(), Arc::clone(&changed));
        let external = External::start_async(notified, config()).await.unwrap();
        let (sender, mut changes) = tokio::sync::mpsc::unbounded_channel();
        external.on_change(move || {
            let _ = sender.send(());
        });
        source.set(Answer::Text(2, "{}".to_owned()));
        changed.notify_one();
        changes.recv().await.unwrap();
        assert_eq!(external.state().version, "2");
        source.set(Answer::Text(3, "{}".to_owned()));
        external.fetch_now();
        changes.recv().await.unwrap();
        assert_eq!(external.state().version, "3");
        source.set(Answer::Hangs);
        external.fetch_now();
        changes.recv().await.unwrap();
        assert_eq!(external.state().failure, Some(FetchError::Timeout(LIMIT)));
        drop(external);
        assert!(changes.recv().await.is_none());
        let hanging = Notified(source, changed);
        let error = External::start_async(hanging, config()).await.unwrap_err();
        assert_eq!(error.fetch, FetchError::Timeout(LIMIT));
    }
}
