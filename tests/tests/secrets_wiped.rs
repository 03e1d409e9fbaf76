//! Secrets of every layer are gone from the process's memory once the settings are dropped.
//!
//! The process looks through its own memory, so this test has the file to itself.

#![cfg(target_os = "linux")]
#![allow(dead_code)] // the fields are never looked at

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use settings_core::resolve::{Environment, Layers, resolve};
use settings_core::store::watch::{Debounce, Event, Watch};
use settings_core::store::{SaveOutcome, Store, VersionStatus, differences};
use settings_core::{Secret, Settings};
use settings_tests::cli::Folder;
use zeroize::Zeroizing;

/// A program full of secrets.
#[derive(Settings)]
#[settings(env_prefix = "X")]
struct Program {
    vault: Vault,
    /// More of them.
    vaults: Vec<Vault>,
}

/// A vault.
#[derive(Settings)]
struct Vault {
    /// The key.
    #[setting]
    key: Secret,
    /// Another key.
    #[setting]
    other: Option<Secret>,
    /// Keys.
    #[setting]
    keys: Vec<Secret>,
    /// Keys by name.
    #[setting]
    ring: BTreeMap<String, Secret>,
    /// From a secrets directory.
    #[setting]
    kept: Secret,
    /// From a file that a variable names.
    #[setting]
    named: Secret,
    /// From an env file.
    #[setting]
    listed: Secret,
    /// Overridden.
    #[setting]
    told: Secret,
    /// Whether it is open.
    #[setting(default = false)]
    open: bool,
    /// Made of another one.
    #[setting(default_from = |key| key.clone(), default_rule = "as `Key`")]
    made_up: Secret,
}

/// The canary, each letter changed, so that the program's own text does not hold it.
const CANARY: &[u8] = b"}plg3qx3{h{lg3rg{l3ivw}v3pq|qzg3sg3m{{3/'&*";
const CHANGE: u8 = 0x1e;

/// `%` as the canary, never as a whole in this process's memory.
fn write(path: &Path, text: &str) {
    let mut file = File::create(path).unwrap();
    for byte in text.bytes() {
        match byte {
            b'%' => {
                // what is freed loses its first bytes to the allocator, and would not be found
                file.write_all(&[b'.'; 48]).unwrap();
                CANARY.iter().for_each(|byte| file.write_all(&[byte ^ CHANGE]).unwrap());
            }
            byte => file.write_all(&[byte]).unwrap(),
        }
    }
}

/// A file's text, in memory of its own.
fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// A text with `%` for a secret, put together in one piece of memory: growing would leave copies.
fn with(pattern: &str, secret: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(pattern.len() + secret.len()));
    let (before, after) = pattern.split_once('%').unwrap();
    [before, secret, after].iter().for_each(|part| out.push_str(part));
    out
}

/// Counts the canary in the process's writable memory.
fn found() -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mut memory = File::open("/proc/self/mem").unwrap();
    let mut buffer = vec![0; 1 << 16];
    let own = buffer.as_ptr_range();
    let [from, to] = [own.start, own.end].map(|at| at as u64);
    maps.lines()
        .filter(|line| line.contains(" rw-p ") && !line.ends_with("[vvar]"))
        .flat_map(|line| {
            let (start, rest) = line.split_once('-').unwrap();
            let end = rest.split_once(' ').unwrap().0;
            let [start, end] = [start, end].map(|at| u64::from_str_radix(at, 16).unwrap());
            // read into itself, the buffer would repeat the text before it
            [(start, end.min(from.max(start))), (start.max(to.min(end)), end)]
        })
        .map(|(start, end)| found_between(&mut memory, start, end, &mut buffer))
        .sum()
}

fn found_between(memory: &mut File, mut at: u64, end: u64, buffer: &mut [u8]) -> usize {
    let mut count = 0;
    while at < end {
        let len = buffer.len().min((end - at) as usize);
        memory.seek(SeekFrom::Start(at)).unwrap();
        let Ok(read) = memory.read(&mut buffer[..len]) else { break };
        count += matches(&buffer[..read]);
        // what was read must not be found in the buffer
        buffer.fill(0);
        // a canary across two parts is in the overlap, which is too short for a whole one
        at += if read == len && at + (len as u64) < end {
            (read + 1 - CANARY.len()) as u64
        } else {
            len as u64
        };
    }
    count
}

fn matches(memory: &[u8]) -> usize {
    let is_canary = |part: &&[u8]| part.iter().zip(CANARY).all(|(byte, canary)| byte ^ CHANGE == *canary);
    memory.windows(CANARY.len()).filter(is_canary).count()
}

#[test]
fn no_layer_leaves_a_secret_in_memory() {
    let folder = Folder::new("wiped");
    let path = |name: &str| Path::new(&folder.path("")).join(name);
    write(
        &path("escaped.json"),
        r#"{"Vault": {"Key": "%\n", "Keys": ["%", "%\t"]}, "Vaults": [{"Key": "\u0041%"}]} // %"#,
    );
    write(
        &path("config.json"),
        r#"{"Vault": {"Key": "%", "Other": "%"}, "Vaults": [{"Ring": {"a": "%"}}]} // %"#,
    );
    write(&path("defaults.json"), r#"{"Vault": {"Key": "%", "Open": "", "Kye": "%"}}"#);
    write(&path("broken.json"), r#"{"Vault": {"Key": ["%"], "Key": "%", "Other": {"a": "%"}}, "Ring": % }"#);
    write(&path("server.env"), "X_VAULT_LISTED=\"a\\n%\"\nX_VAULT_KEYS=\"% %\"\nX_VAULT_RING_a='%'\n");
    write(&path("named"), "%\n");
    write(&path("told"), "%");
    write(&path("bytes"), "%\n");
    File::options().append(true).open(path("bytes")).unwrap().write_all(&[0xff]).unwrap();
    std::fs::create_dir(path("secrets")).unwrap();
    write(&path("secrets/X_VAULT_KEPT"), "%\n");
    write(&path("secrets/X_VAULT_KYE"), "%");
    std::fs::copy(path("bytes"), path("secrets/X_VAULT_OTHER")).unwrap();
    assert_eq!(found(), 0, "the test itself shows the canary");

    let named = path("named").display().to_string();
    let mut environment = Environment::from_iter([("X_VAULT_NAMED_FILE", named.as_str()), ("Y", "1")]);
    {
        let listed = Zeroizing::new(text(&path("server.env")));
        environment.add_file("server.env", &listed);
    }
    let layers = Layers::new()
        .read_custom_defaults(path("defaults.json"))
        .unwrap()
        .read_file(path("broken.json"))
        .unwrap()
        .read_file(path("config.json"))
        .unwrap()
        .secrets_dir(path("secrets"))
        .unwrap()
        .environment(environment)
        .set("Vault.Told", text(&path("told")), "--set");
    assert!(Layers::new().read_file(path("bytes")).is_err());
    let copy = layers.clone();
    let resolution = resolve::<Program>(layers);
    let human = resolution.report().to_string();
    assert!(resolution.report().count(settings_core::resolve::Severity::Error) > 4, "{human}");
    for setting in resolution.settings().filter(|setting| setting.setting.kind.is_secret()) {
        assert!(setting.shown().contains("***"), "{} is not set: {human}", setting.path);
    }
    assert!(found() >= 15, "the memory is not searched");
    drop(resolution);

    let settings = resolve::<Program>(copy.clone().set("Vault.Open", "true", "--set"));
    drop(copy);
    let value = settings.value().is_some();
    assert!(!value, "the broken file stands against it");
    drop(settings);
    assert_eq!(found(), 0, "secrets are left in memory");

    let clean = Layers::new().read_file(path("escaped.json")).unwrap();
    let program = resolve::<Program>(clean).into_result().unwrap();
    assert_eq!(found(), 6, "the program has them");
    let clone = program.vault.key.clone();
    drop(program);
    assert_eq!(found(), 1, "all but the clone");
    drop(clone);
    assert_eq!(found(), 0, "secrets are left in memory");

    looking_leaves_none(&path("escaped.json"));
    changing_leaves_none(&path("changed.json"), &path("told"));
    following_leaves_none(&path("changed.json"));
    other_formats_leave_none(
        &path("config.toml"),
        "[Vault]\nKey = \"%\\n\" # %\nKeys = ['%', \"\"\"\n%\"\"\"]\n",
        &path("told"),
    );
    other_formats_leave_none(
        &path("config.yaml"),
        "Vault:\n  Key: \"%\\n\" # %\n  Keys: ['%', %]\n",
        &path("told"),
    );
}

/// Reading and changing a file in another format than JSON.
fn other_formats_leave_none(config: &Path, pattern: &str, secret: &Path) {
    write(config, pattern);
    let layers = Layers::new().read_file(config).unwrap();
    let resolution = resolve::<Program>(layers);
    assert_eq!(
        resolution.report().count(settings_core::resolve::Severity::Error),
        0,
        "{}",
        resolution.report()
    );
    assert!(found() >= 3, "the memory is not searched");
    let program = resolution.into_result().unwrap();
    assert_eq!(found(), 4, "{}: the program has them", config.display());
    drop(program);
    assert_eq!(found(), 0, "{}: reading leaves secrets in memory", config.display());
    let secret = Zeroizing::new(text(secret));
    let mut store = Store::<Program>::open(config, Layers::new()).unwrap();
    assert!(store.set("Vault.Key", &[&*secret]).unwrap().is_changed());
    assert!(store.set("Vault.Other", &[&*secret]).unwrap().is_changed());
    assert!(store.unset("Vault.Keys").unwrap().is_changed());
    assert!(matches!(store.save().unwrap(), SaveOutcome::Written { version: VersionStatus::Added(2), .. }));
    drop((store, secret));
    std::fs::remove_dir_all(
        config.with_file_name(format!(".{}.history", config.file_name().unwrap().display())),
    )
    .unwrap();
    assert_eq!(found(), 0, "{}: changing leaves secrets in memory", config.display());
}

/// Secrets that are written with escapes are copies for every reader.
fn looking_leaves_none(escaped: &Path) {
    let listed = with("[\"\\u0041%\"]", &Zeroizing::new(text(&escaped.with_file_name("told"))));
    let environment = Environment::from_iter([("X_VAULT_KEYS", listed.as_str())]);
    let layers = Layers::new().read_file(escaped).unwrap().environment(environment);
    drop(listed);
    let resolution = resolve::<Program>(layers);
    let before = found();
    for _ in 0..3 {
        for setting in resolution.settings() {
            assert!(!setting.shown().is_empty() && !setting.default_shown().is_empty());
            assert!(!setting.stored_shown().1.is_empty());
            assert!(setting.overridden_shown().all(|(_, shown)| !shown.is_empty()));
        }
        assert!(resolution.setting("Vault.Key").unwrap().value.as_text().unwrap().ends_with('\n'));
        assert!(resolution.section("Vault").is_some());
    }
    assert!((before..before + 8).contains(&found()), "each look makes a copy");
    let other = resolve::<Program>(Layers::new().read_file(escaped).unwrap());
    assert_eq!(differences(&resolution, &other).len(), 1);
    drop((resolution, other));
    assert_eq!(found(), 0, "looking at secrets leaves them in memory");
}

/// Editing a file, checking it, writing it, and keeping its versions.
fn changing_leaves_none(config: &Path, told: &Path) {
    write(
        config,
        "{\n  \"Vault\": {\"Key\": \"%\\n\", \"Key\": \"%\", \"Keys\": [\n    \"%\", // %\n    \"%\\t\"\n  ]}\n}\n",
    );
    let told = || Zeroizing::new(text(told));
    let mut store =
        Store::<Program>::open(config, Layers::new().set("Vault.Told", told().as_str(), "--set")).unwrap();
    assert!(store.set("Vault.Key", &[with("%\n", &told())]).unwrap().is_changed());
    assert!(store.set("Vault.Keys", &[told(), with("%\r", &told()), told()]).unwrap().is_changed());
    assert!(store.set("Vault.Ring", &[with("{\"a\": \"\\t%\"}", &told())]).unwrap().is_changed());
    assert!(store.set("Vault.Told", &[told()]).is_err());
    assert!(store.set("Vaults", &[with("[{\"Key\": [\"%\"]}]", &told())]).is_err());
    assert!(store.unset("Vault.Other").is_ok());
    assert_eq!(store.changes().len(), 4);
    assert!(matches!(store.save().unwrap(), SaveOutcome::Written { version: VersionStatus::Added(2), .. }));
    assert!(matches!(store.save().unwrap(), SaveOutcome::Unchanged));
    assert!(store.set("Vault.Open", &["true"]).unwrap().is_changed());
    assert!(matches!(store.save().unwrap(), SaveOutcome::Written { version: VersionStatus::Added(3), .. }));
    assert!(store.restore(2).unwrap().is_changed());
    File::options().append(true).open(config).unwrap().write_all(b" ").unwrap();
    assert!(store.save().is_err(), "it was changed meanwhile");
    assert_eq!(store.history().unwrap().len(), 3);
    drop(store);
    assert_eq!(found(), 0, "changing a file leaves secrets in memory");
}

/// Reading a file again when it changes.
fn following_leaves_none(config: &Path) {
    let read_path = config.to_owned();
    let read = move || Layers::new().read_file(&read_path);
    let watch = Watch::<Program>::start(read, Debounce::default()).unwrap();
    let events = watch.subscribe();
    assert!(matches!(&*events.recv().unwrap(), Event::Current(_)));
    for vault in [r#"{"Key": "%%"}"#, r#"{"Key": ["%\n"]}"#, r#"{"Key": "%\n"}"#] {
        write(config, &format!("{{\"Vault\": {vault}}}"));
        let event = events.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
        assert_eq!(matches!(&*event, Event::Refused(_)), vault.contains('['));
    }
    assert!(found() > 1, "the memory is not searched");
    drop((watch, events));
    assert_eq!(found(), 0, "following a file leaves secrets in memory");
}
