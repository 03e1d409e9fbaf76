//! A writer that is killed at any point leaves the old or the new file, whole.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use settings_core::store::{Snapshot, read, write};
use settings_core::value::json;

/// How many writers die; `SETTINGS_CRASHES` asks for more.
fn crashes() -> u32 {
    std::env::var("SETTINGS_CRASHES").ok().and_then(|count| count.parse().ok()).unwrap_or(300)
}

/// The stamp that both ends of a whole file bear.
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
        kill_after(&path, is_early, Duration::from_micros(seed % if is_early { 10_000 } else { 5_000 }));
        progressed += u32::from(stamp(&fs::read_to_string(&path).unwrap()) != before);
        interrupted += u32::from(left_behind(&folder));
    }
    println!("of {} writers, {progressed} had written, {interrupted} died while writing", crashes());
    // the kills must have hit writers at work, or nothing was shown
    assert!(progressed >= crashes() / 2, "{progressed} of {} wrote anything", crashes());
    assert!(interrupted > crashes() / 30, "{interrupted} of {} were hit while they wrote", crashes());
    let before = read(&path).unwrap();
    assert!(write(&path, &before, "{}").unwrap());
    assert!(!left_behind(&folder), "the next writer clears away what a crash has left");
    fs::remove_dir_all(&folder).unwrap();
}

/// Runs a writer, reading what it writes all the while, and kills it so long after its start or its first round.
fn kill_after(path: &Path, is_early: bool, time: Duration) {
    let mut writer =
        Command::new(env!("CARGO_BIN_EXE_store_writer")).arg(path).stdin(Stdio::null()).spawn().unwrap();
    let mine = format!("{} ", writer.id());
    let start = Instant::now();
    while !is_early && !stamp(&fs::read_to_string(path).unwrap()).starts_with(&mine) {
        assert!(start.elapsed() < Duration::from_secs(30), "the writer does not write");
    }
    let start = Instant::now();
    while start.elapsed() < time {
        stamp(&fs::read_to_string(path).unwrap());
    }
    writer.kill().unwrap();
    let status = writer.wait().unwrap();
    assert_eq!(status.code(), None, "the writer failed by itself: {status}");
}

/// Whether there is more than the file: at most the one that was being written.
fn left_behind(folder: &Path) -> bool {
    let names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "config.json")
        .collect();
    assert!(names.is_empty() || names == [".config.json.new"], "{names:?}");
    !names.is_empty()
}
