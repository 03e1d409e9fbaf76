//! Changes of settings in a storage that others write to as well.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::SystemTime;

use super::*;
use crate::format::FileFormat;
use crate::resolve::{Layer, Layers};
use crate::sample::Program;

/// A storage in memory, with writers that come in between.
#[derive(Default)]
struct Memory {
    versions: Mutex<Vec<Version>>,
    /// Texts that others write right after the next readings.
    rivals: Mutex<Vec<String>>,
}

impl Memory {
    fn add(&self, text: &str, author: Option<&str>) {
        add(&mut self.versions.lock().unwrap(), text, author);
    }

    fn newest(&self) -> Stored {
        newest(&self.versions.lock().unwrap())
    }
}

fn add(versions: &mut Vec<Version>, text: &str, author: Option<&str>) {
    let number = u64::try_from(versions.len()).unwrap() + 1;
    let mut version = Version::new(number, SystemTime::UNIX_EPOCH, text);
    version.author = author.map(str::to_owned);
    versions.push(version);
}

fn newest(versions: &[Version]) -> Stored {
    let number = versions.last().map_or(0, |version| version.number);
    let stored = Stored::new(format!("memory://test version {number}"), number, "");
    match versions.last() {
        Some(version) => stored.text_in(FileFormat::Json, version.text()),
        None => stored,
    }
}

impl Storage for Memory {
    fn name(&self) -> String {
        "memory://test".to_owned()
    }

    fn read(&self) -> Result<Stored, StorageError> {
        let newest = self.newest();
        if let Some(text) = self.rivals.lock().unwrap().pop() {
            self.add(&text, Some("rival"));
        }
        Ok(newest)
    }

    fn write(&self, base: &Stored, new: &NewVersion<'_>) -> Result<Stored, StorageError> {
        let mut versions = self.versions.lock().unwrap();
        if newest(&versions).version() != base.version() {
            return Err(StorageError::Conflict);
        }
        add(&mut versions, new.text, new.author);
        Ok(newest(&versions))
    }

    fn history(&self, limit: usize) -> Result<Vec<Version>, StorageError> {
        let versions = self.versions.lock().unwrap();
        Ok(versions.iter().skip(versions.len().saturating_sub(limit)).cloned().collect())
    }

    fn version(&self, number: u64) -> Result<Option<Version>, StorageError> {
        Ok(self.versions.lock().unwrap().iter().find(|version| version.number == number).cloned())
    }
}

fn open(storage: &Arc<Memory>, others: Layers) -> Store<Program> {
    let storage: Arc<dyn Storage> = Arc::<Memory>::clone(storage);
    Store::open_storage(storage, others).unwrap()
}

fn set(store: &mut Store<Program>, path: &str, value: &str) -> Result<(), StoreError> {
    store.update(|store| store.set(path, &[value])).map(drop)
}

#[test]
fn versions_are_added_and_restored() {
    let memory = Arc::<Memory>::default();
    let mut store = open(&memory, Layers::new()).author(Some("ann".to_owned()));
    set(&mut store, "Mail.Port", "26").unwrap();
    store.set("Mail.Port", &["27"]).unwrap();
    store.save().unwrap();
    let port = store.effective().setting("Mail.Port").unwrap();
    assert_eq!(port.origin.to_string(), "memory://test version 2, line 3");
    assert_eq!(port.layer(), Layer::External);
    store.update(|store| store.restore(1)).unwrap();
    let history = store.history().unwrap();
    assert_eq!(history.len(), 3);
    assert_eq!(history.last().unwrap().text(), history.first().unwrap().text());
    assert!(history.iter().all(|version| version.author.as_deref() == Some("ann")));
    assert!(matches!(store.restore(4), Err(StoreError::UnknownVersion { number: 4, .. })));
    // nothing changes, and nothing is written
    set(&mut store, "Mail.Port", "26").unwrap();
    assert_eq!(memory.newest().version(), 3);
}

#[test]
fn a_lost_race_is_merged_where_the_settings_differ_and_refused_where_not() {
    let memory = Arc::<Memory>::default();
    let mut store = open(&memory, Layers::new());
    set(&mut store, "Mail.Port", "26").unwrap();
    let rival = |text: &str| memory.rivals.lock().unwrap().push(text.to_owned());
    rival(r#"{"Mail": {"Port": 26, "Server": "rival", "Later": "kept"}}"#);
    set(&mut store, "Mail.Port", "27").unwrap();
    let newest = memory.newest();
    assert_eq!(newest.version(), 3);
    assert_eq!(newest.text().unwrap(), r#"{"Mail": {"Port": 27, "Server": "rival", "Later": "kept"}}"#);

    rival(r#"{"Mail": {"Port": 28}}"#);
    let error = set(&mut store, "Mail.Port", "29").unwrap_err();
    assert!(matches!(&error, StoreError::Raced { paths, .. } if paths == &["Mail.Port"]), "{error}");
    assert!(error.to_string().starts_with("memory://test version 4: another writer changed `Mail.Port`"));
    assert_eq!(memory.newest().version(), 4);

    // entries of one map
    rival(r#"{"Mail": {"Port": 28}, "Limits": {"Quotas": {"a": 1}}}"#);
    set(&mut store, "Limits.Quotas.b", "2").unwrap();
    assert!(memory.newest().text().unwrap().contains(r#"{"a": 1, "b": 2}"#));
    rival(r#"{"Limits": {"Quotas": {"a": 1, "b": 3}}}"#);
    assert!(matches!(set(&mut store, "Limits.Quotas.b", "4"), Err(StoreError::Raced { .. })));

    // both want the same
    rival(r#"{"Mail": {"Port": 30}}"#);
    set(&mut store, "Mail.Port", "30").unwrap();
    assert_eq!(memory.newest().version(), 8);

    // a change that was made to an older version is not merged
    store.set("Mail.Port", &["31"]).unwrap();
    memory.add("{}", None);
    assert!(matches!(store.save(), Err(StoreError::Write(WriteError::Conflict { .. }))));
}

#[test]
fn a_file_above_the_storage_hides_a_change() {
    let memory = Arc::<Memory>::default();
    let mut store = open(&memory, Layers::new().file("local.json", r#"{"Mail": {"Port": 99}}"#));
    let error = set(&mut store, "Mail.Port", "26").unwrap_err();
    assert!(error.to_string().contains("local.json:1:"), "{error}");
    let error = store.update(|store| store.set("Mail.Server", &["a\0b"])).map(drop);
    assert!(error.is_err() || memory.newest().version() == 1);
}

#[test]
fn many_writers_lose_no_update() {
    let memory = Arc::<Memory>::default();
    let paths = ["Mail.Port", "Mail.Server", "Mail.Auth", "Mail.Timeout"];
    let values = [["26", "27"], ["a", "b"], ["true", "false"], ["11s", "12s"]];
    let writers: Vec<_> = paths
        .into_iter()
        .zip(values)
        .map(|(path, values)| {
            let memory = Arc::clone(&memory);
            thread::spawn(move || {
                let mut store = open(&memory, Layers::new());
                for value in values.iter().cycle().take(10) {
                    set(&mut store, path, value).unwrap();
                }
            })
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    let store = open(&memory, Layers::new());
    let shown = |path| store.effective().setting(path).unwrap().shown();
    assert_eq!(paths.map(shown), ["27", "\"b\"", "false", "12"]);
    // one version for each change, except where `unset` defaults are the same
    assert!(memory.newest().version() >= 30, "{}", memory.newest().version());
}
