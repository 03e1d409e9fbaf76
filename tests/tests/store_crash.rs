//! A writer that is killed at any point leaves the old or the new file, whole.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use settings_core::Settings;
use settings_core::resolve::{Layers, resolve};
use settings_core::store::{SaveOutcome, Snapshot, Store, VersionStatus, WriteOutcome, history, read, write};
use settings_tests::program::Program;

/// The number of writers that are killed; `SETTINGS_CRASHES` sets another.
fn crashes(usual: u32) -> u32 {
    std::env::var("SETTINGS_CRASHES").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

/// A file whose ends have one stamp.
#[derive(Settings)]
struct Stamped {
    /// The stamp.
    #[setting(key = "First", default = "")]
    first: String,
    /// A long text.
    #[setting(key = "Middle", default = "")]
    middle: String,
    /// The stamp again.
    #[setting(key = "Last", default = "")]
    last: String,
}

/// A format with its file at the start.
struct Case {
    name: &'static str,
    start: &'static str,
    /// The ends of the text, which no writer changes.
    ends: [&'static str; 2],
    crashes: u32,
}

impl Case {
    /// Returns the stamp that both ends of a whole file have.
    fn stamp(&self, text: &str) -> String {
        let settings = resolve::<Stamped>(Layers::new().file(self.name, text)).into_result();
        let settings = settings.unwrap_or_else(|report| panic!("torn: {report}: {text:.80}"));
        assert_eq!(settings.first, settings.last, "the ends are of different rounds");
        assert!(settings.middle.bytes().all(|byte| byte == b'x'));
        assert!(text.starts_with(self.ends[0]) && text.ends_with(self.ends[1]), "{text:.80}");
        settings.first
    }
}

#[test]
fn a_killed_writer_leaves_the_old_or_the_new_file() {
    killed_writers(&Case {
        name: "config.json",
        start: "{\n  // stays\n  \"First\": \"0\",\n  \"Middle\": \"\",\n  \"Last\": \"0\"\n}\n",
        ends: ["{\n  // stays\n", "\n}\n"],
        crashes: crashes(300),
    });
}

#[test]
fn a_killed_writer_of_toml_leaves_the_old_or_the_new_file() {
    killed_writers(&Case {
        name: "config.toml",
        start: "# stays\nFirst = '0'\nMiddle = ''\nLast = '0' # stays\n",
        ends: ["# stays\n", " # stays\n"],
        crashes: crashes(80),
    });
}

#[test]
fn a_killed_writer_of_yaml_leaves_the_old_or_the_new_file() {
    killed_writers(&Case {
        name: "config.yaml",
        start: "# stays\nFirst: '0'\nMiddle: ''\nLast: '0' # stays\n",
        ends: ["# stays\n", " # stays\n"],
        crashes: crashes(80),
    });
}

fn killed_writers(case: &Case) {
    let folder = std::env::temp_dir().join(format!("settings-crash-{}-{}", case.name, std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(case.name);
    write(&path, &Snapshot::absent(), case.start).unwrap();
    let stamp = |text: &str| case.stamp(text);
    let (mut interrupted, mut progressed, mut seed) = (0, 0, 0x0123_4567_89ab_cdef_u64);
    for crash in 0..case.crashes {
        let before = stamp(&fs::read_to_string(&path).unwrap());
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        // every other writer dies at its start, the others once they are at work
        let is_early = crash % 2 == 0;
        let time = Duration::from_micros(seed % if is_early { 10_000 } else { 5_000 });
        kill_after(&path, &[], is_early.then_some(time).ok_or(time), stamp);
        progressed += u32::from(stamp(&fs::read_to_string(&path).unwrap()) != before);
        interrupted += u32::from(has_leftovers(&folder, case.name));
    }
    let Case { name, crashes, .. } = case;
    println!("{name}: of {crashes} writers, {progressed} had written, {interrupted} died while writing");
    // the kills must have hit writers at work, or nothing was shown
    assert!(progressed >= crashes / 2, "{name}: {progressed} of {crashes} wrote anything");
    assert!(interrupted > crashes / 50, "{name}: {interrupted} of {crashes} were hit while they wrote");
    let before = read(&path).unwrap();
    assert_eq!(write(&path, &before, "{}").unwrap(), WriteOutcome::Written);
    assert!(!has_leftovers(&folder, case.name), "the next writer removes what a crash left");
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
fn has_leftovers(folder: &Path, file: &str) -> bool {
    let names: Vec<_> = names(folder).into_iter().filter(|name| name != file).collect();
    assert!(names.is_empty() || names == [format!(".{file}.new")], "{names:?}");
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
    let count = (crashes(300) / 3).max(1);
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
