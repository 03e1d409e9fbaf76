//! A writer that is killed at any point leaves the old or the new file, whole.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use settings_core::resolve::{Layers, resolve};
use settings_core::store::{SaveOutcome, Snapshot, Store, VersionStatus, WriteOutcome, history, read, write};
use settings_core::value::json;
use settings_tests::program::Program;

/// The number of writers that are killed; `SETTINGS_CRASHES` sets another.
fn crashes() -> u32 {
    std::env::var("SETTINGS_CRASHES").ok().and_then(|count| count.parse().ok()).unwrap_or(300)
}

/// Returns the stamp that both ends of a whole file have.
fn stamp(text: &str) -> String {
    let raw = json::parse_value(text).unwrap_or_else(|error| panic!("torn: {error:?}: {text:.80}"));
    let entries = raw.entries().unwrap();
    let get = |name: &str| entries.iter().find(|(key, _)| key.name() == name).unwrap().1.string().unwrap();
    assert_eq!(get("First"), get("Last"), "the ends are of different rounds");
    assert!(get("Middle").bytes().all(|byte| byte == b'x'));
    assert!(text.starts_with("{\n  // stays\n") && text.ends_with("\n}\n"), "{text:.80}");
    get("First").into_owned()
}

#[test]
fn a_killed_writer_leaves_the_old_or_the_new_file() {
    let folder = std::env::temp_dir().join(format!("settings-crash-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("config.json");
    let start = "{\n  // stays\n  \"First\": \"0\",\n  \"Middle\": \"\",\n  \"Last\": \"0\"\n}\n";
    write(&path, &Snapshot::absent(), start).unwrap();
    let (mut interrupted, mut progressed, mut seed) = (0, 0, 0x0123_4567_89ab_cdef_u64);
    for crash in 0..crashes() {
        let before = stamp(&fs::read_to_string(&path).unwrap());
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        // every other writer dies at its start, the others once they are at work
        let is_early = crash % 2 == 0;
        let time = Duration::from_micros(seed % if is_early { 10_000 } else { 5_000 });
        kill_after(&path, &[], is_early.then_some(time).ok_or(time), stamp);
        progressed += u32::from(stamp(&fs::read_to_string(&path).unwrap()) != before);
        interrupted += u32::from(has_leftovers(&folder));
    }
    println!("of {} writers, {progressed} had written, {interrupted} died while writing", crashes());
    // the kills must have hit writers at work, or nothing was shown
    assert!(progressed >= crashes() / 2, "{progressed} of {} wrote anything", crashes());
    assert!(interrupted > crashes() / 30, "{interrupted} of {} were hit while they wrote", crashes());
    let before = read(&path).unwrap();
    assert_eq!(write(&path, &before, "{}").unwrap(), WriteOutcome::Written);
    assert!(!has_leftovers(&folder), "the next writer removes what a crash left");
    fs::remove_dir_all(&folder).unwrap();
}

/// Runs a writer, reads its file all the time, and kills it some time after its start (`Ok`) or its first round (`Err`).
fn kill_after(
    path: &Path,
    arguments: &[&str],
    time: Result<Duration, Duration>,
    stamp: impl Fn(&str) -> String,
) {
    let mut writer = Command::new(env!("CARGO_BIN_EXE_store_writer"))
        .arg(path)
        .args(arguments)
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let mine = format!("{} ", writer.id());
    let start = Instant::now();
    while time.is_err() && !stamp(&fs::read_to_string(path).unwrap()).starts_with(&mine) {
        assert!(start.elapsed() < Duration::from_secs(30), "the writer does not write");
    }
    let start = Instant::now();
    while start.elapsed() < time.unwrap_or_else(|time| time) {
        stamp(&fs::read_to_string(path).unwrap());
    }
    writer.kill().unwrap();
    let status = writer.wait().unwrap();
    assert_eq!(status.code(), None, "the writer failed by itself: {status}");
}

/// Returns whether the folder holds more than the file: at most the temporary one.
fn has_leftovers(folder: &Path) -> bool {
    let names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "config.json")
        .collect();
    assert!(names.is_empty() || names == [".config.json.new"], "{names:?}");
    !names.is_empty()
}

/// Returns the stamp that two settings of a whole file have, next to a long one.
fn settings_stamp(text: &str) -> String {
    let settings = resolve::<Program>(Layers::new().file("config.json", text)).into_result().unwrap().service;
    assert_eq!(settings.listen_address, settings.licence.expose(), "the stamps are of different rounds");
    assert!(settings.greeting.bytes().all(|byte| byte == b'x'));
    settings.listen_address
}

#[test]
fn a_killed_store_leaves_whole_versions_and_loses_none() {
    let folder = std::env::temp_dir().join(format!("settings-crash-history-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("config.json");
    let start = r#"{"ServiceSettings": {"ListenAddress": "0", "Greeting": "", "Licence": "0"}}"#;
    write(&path, &Snapshot::absent(), start).unwrap();
    let versions = folder.join(".config.json.history");
    let count = (crashes() / 3).max(1);
    let (mut half_made, mut unrecorded, mut seed) = (0, 0, 0x0fed_cba9_8765_4321_u64);
    for _ in 0..count {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        kill_after(&path, &["history"], Err(Duration::from_micros(seed % 8_000)), settings_stamp);
        let stamp = settings_stamp(&fs::read_to_string(&path).unwrap());
        let kept: Vec<_> =
            history(&path).unwrap().iter().map(|version| settings_stamp(version.text())).collect();
        // before a round prunes, there can be two more: the text before, and the new one
        assert!((1..=7).contains(&kept.len()), "{kept:?}");
        unrecorded += u32::from(kept.last() != Some(&stamp));
        let is_half_made = |name: &str| name.starts_with('.') && name.ends_with(".new");
        half_made += u32::from(names(&versions).iter().any(|name| is_half_made(name)));
    }
    println!("of {count} writers, {half_made} died while they made a version, {unrecorded} before they did");
    assert!(half_made + unrecorded > count / 30, "{half_made} and {unrecorded} of {count} were hit");

    // a crash between the file and its version: the next writer adds the version first
    let lost = start.replace('0', "lost");
    fs::write(&path, &lost).unwrap();
    let mut store = Store::<Program>::open(&path, Layers::new()).unwrap().max_versions(5);
    store.set("ServiceSettings.Greeting", &["x"]).unwrap();
    assert!(matches!(store.save().unwrap(), SaveOutcome::Written { version: VersionStatus::Added(_), .. }));
    let kept = history(&path).unwrap();
    assert_eq!((kept.len(), kept[3].text(), kept[3].author.as_deref()), (5, lost.as_str(), None));
    assert_eq!(names(&versions).len(), 5, "no leftover stays: {:?}", names(&versions));
    assert_eq!(names(&folder), [".config.json.history", "config.json"]);
    fs::remove_dir_all(&folder).unwrap();
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
