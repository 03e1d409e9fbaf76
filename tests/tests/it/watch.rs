//! `settings watch` and the watcher below it, as a whole program over real files.

#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::symlink;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use serde_json::Value;
use settings_core::store::watch::{Debounce, FileWatcher};
use settings_tests::cli::Folder;

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Long enough to be sure that no event follows.
const SILENCE: Duration = Duration::from_millis(1500);

/// A running `watch`, killed at the end.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    /// Starts it and waits until it watches.
    fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_operated"))
            .args(arguments)
            .env_clear()
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let watching = Self { child, lines };
        let first = watching.line();
        assert!(first.contains("watching"), "{first}");
        watching
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("the program prints a line")
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.line()).expect("each line is JSON")
    }

    fn is_silent(&self) -> bool {
        self.lines.recv_timeout(SILENCE).is_err()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn edits_are_reported_setting_by_setting() {
    for poll in [&[][..], &["--poll", "20"]] {
        let folder = Folder::new(&format!("watch-edits-{}", poll.len()));
        let config =
            folder.write("config.json", r#"{"ServiceSettings": {"MaxUsers": 5, "Licence": "k4n4ry1"}}"#);
        // longer than a busy machine may take between a file's truncation and its new text
        let arguments =
            [&["--config", &config, "watch", "--format", "json", "--quiet", "700"], poll].concat();
        let watching = Watching::start(&arguments, &[("MM_EMAILSETTINGS_SMTPPORT", "2525")]);
        let mut seen = String::new();

        // by a rename, as careful editors do
        let new = r#"{"ServiceSettings": {"MaxUsers": 7, "ListenAddress": ":80", "Licence": "k4n4ry2"},
            "EmailSettings": {"SMTPPort": 26}}"#;
        fs::rename(folder.write("config.json.swp", new), &config).unwrap();
        let line = watching.line();
        seen.push_str(&line);
        let changed: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(changed["event"], "changed");
        let settings = changed["settings"].as_array().unwrap();
        let names_and_values: Vec<_> =
            settings.iter().map(|one| (one["name"].as_str(), &one["old"], &one["new"])).collect();
        assert_eq!(
            names_and_values,
            [
                (Some("ServiceSettings.ListenAddress"), &Value::from(":8065"), &Value::from(":80")),
                (Some("ServiceSettings.MaxUsers"), &Value::from(5), &Value::from(7)),
                (Some("ServiceSettings.Licence"), &Value::from("***"), &Value::from("***")),
            ],
            "what a variable shadows has not changed"
        );
        assert_eq!(settings[0]["old_origin"]["layer"], "defaults");
        assert_eq!((&settings[1]["new_origin"]["line"], &settings[1]["restart"]), (&1.into(), &false.into()));
        assert_eq!(
            (&changed["restart"], &changed["pending_restart"][0]),
            (&true.into(), &settings[0]["name"])
        );

        // in place; the listener is still to be restarted, though this change does not ask for it
        fs::write(&config, new.replace('7', "8")).unwrap();
        let changed = watching.json();
        assert_eq!(changed["settings"].as_array().map(Vec::len), Some(1));
        assert_eq!(
            (&changed["restart"], &changed["pending_restart"][0]),
            (&false.into(), &settings[0]["name"])
        );

        // wrong, and right again
        fs::write(&config, r#"{"ServiceSettings": {"MaxUsers": 0, "Licence": ["k4n4ry3"]}}"#).unwrap();
        let line = watching.line();
        seen.push_str(&line);
        let refused: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(refused["event"], "refused");
        assert_eq!(refused["findings"].as_array().map(Vec::len), Some(2), "{refused}");
        assert_eq!(refused["findings"][0]["code"], "out-of-range");
        fs::write(&config, new.replace('7', "8")).unwrap();
        assert_eq!(watching.json()["event"], "recovered");
        fs::write(&config, format!("// a comment\n{}", new.replace('7', "8"))).unwrap();
        assert!(watching.is_silent(), "a comment changes no setting");
        assert!(!seen.contains("k4n4ry"), "{seen}");
    }
}

#[test]
fn the_human_form_shows_changes_and_restarts() {
    let folder = Folder::new("watch-human");
    let config = folder.write("config.json", "{}");
    let watching = Watching::start(&["--config", &config, "watch", "--quiet", "700"], &[]);
    fs::write(&config, r#"{"ServiceSettings": {"ListenAddress": ":80"}}"#).unwrap();
    assert_eq!(watching.line(), "changed: 1 setting");
    let line = watching.line();
    assert!(line.starts_with("  ServiceSettings.ListenAddress: \":8065\" (default) -> \":80\" ("), "{line}");
    assert!(line.ends_with("config.json:1:39), needs a restart"), "{line}");
    assert_eq!(watching.line(), "  a restart is pending for ServiceSettings.ListenAddress");
    fs::write(&config, "").unwrap();
    assert_eq!(watching.line(), "refused: the values stay as they are");
    assert!(watching.line().starts_with("error[empty-file]"));
}

#[test]
fn a_mounted_config_map_and_its_secrets_are_followed() {
    let folder = Folder::new("watch-mounted");
    let mount = |version: u32| {
        let below = folder.path(&format!("..{version}"));
        fs::create_dir(&below).unwrap();
        let text = format!("{{\"ServiceSettings\": {{\"MaxUsers\": {version}}}}}");
        fs::write(format!("{below}/config.json"), text).unwrap();
        fs::create_dir(format!("{below}/secrets")).unwrap();
        fs::write(format!("{below}/secrets/MM_SERVICESETTINGS_LICENCE"), format!("k4n4ry{version}")).unwrap();
        symlink(format!("..{version}"), folder.path("..data_tmp")).unwrap();
        fs::rename(folder.path("..data_tmp"), folder.path("..data")).unwrap();
    };
    mount(1);
    symlink("..data/config.json", folder.path("config.json")).unwrap();
    symlink("..data/secrets", folder.path("secrets")).unwrap();
    let (config, secrets) = (folder.path("config.json"), folder.path("secrets"));
    let arguments = ["--config", &config, "--secrets-dir", &secrets, "watch", "--format", "json"];
    let watching = Watching::start(&arguments, &[]);
    for version in [2, 3] {
        mount(version);
        fs::remove_dir_all(folder.path(&format!("..{}", version - 1))).unwrap();
        let changed = watching.json();
        let names: Vec<_> =
            changed["settings"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
        assert_eq!(names, ["ServiceSettings.MaxUsers", "ServiceSettings.Licence"], "{changed}");
        assert_eq!(changed["settings"][0]["new"], version);
    }
}

#[test]
fn a_burst_of_writes_is_a_few_events() {
    let folder = Folder::new("watch-burst");
    let config = folder.write("config.json", "{}");
    let watching = Watching::start(&["--config", &config, "watch", "--format", "json"], &[]);
    let start = Instant::now();
    for users in 201..=300 {
        fs::write(&config, format!("{{\"ServiceSettings\": {{\"MaxUsers\": {users}}}}}")).unwrap();
    }
    let most = start.elapsed().as_millis() / 100 + 2;
    let (mut count, mut last) = (0, Value::Null);
    while last != 300 {
        last = watching.json()["settings"][0]["new"].clone();
        count += 1;
    }
    assert!(count <= most, "{count} events in {:?}", start.elapsed());
    assert!(watching.is_silent());
}

#[test]
fn files_that_appear_later_are_followed() {
    let folder = Folder::new("watch-appear");
    let env_file = folder.write("server.env", "");
    let mut child = Command::new(env!("CARGO_BIN_EXE_operated"))
        .args(["--env-file", &env_file, "watch", "--format", "json"])
        .current_dir(folder.path(""))
        .env_clear()
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(|line| line.unwrap());
    assert!(lines.next().unwrap().contains("\"config.json\""));
    folder.write("config.json", r#"{"ServiceSettings": {"MaxUsers": 1}}"#);
    assert!(lines.next().unwrap().contains("ServiceSettings.MaxUsers"));
    folder.write("server.env", "MM_SERVICESETTINGS_MAXUSERS=2\n");
    assert!(lines.next().unwrap().contains("MM_SERVICESETTINGS_MAXUSERS"));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn settings_with_errors_end_the_command() {
    let folder = Folder::new("watch-wrong");
    let config = folder.write("config.json", r#"{"ServiceSettings": {"MaxUsers": 0}}"#);
    let run = |config: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_operated"))
            .args(["--config", config, "watch"])
            .env_clear()
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut error = String::new();
        child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
        (child.wait().unwrap().code(), error)
    };
    let (code, error) = run(&config);
    assert!(code == Some(1) && error.contains("error[out-of-range]"), "{code:?} {error}");
    let (code, error) = run(&folder.path("none.json"));
    assert!(code == Some(2) && error.contains("none.json"), "{code:?} {error}");
}

/// The names of this process's threads that belong to watchers.
#[cfg(target_os = "linux")]
fn watching_threads() -> Vec<String> {
    let tasks = fs::read_dir("/proc/self/task").unwrap().flatten();
    let names = tasks.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.starts_with("settings-watch") || name.starts_with("notify")).collect()
}

#[cfg(target_os = "linux")]
fn wait_for_threads(count: usize) {
    let start = Instant::now();
    while watching_threads().len() != count {
        assert!(start.elapsed() < PATIENCE, "expected {count}, found {:?}", watching_threads());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_thread_outlives_its_watcher() {
    // other tests watch as well
    if !settings_tests::alone::is_alone("watch::no_thread_outlives_its_watcher") {
        return;
    }
    let folder = Folder::new("watch-threads");
    let path = folder.write("config.json", "{}");
    let watchers: Vec<_> = (0..5)
        .map(|_| FileWatcher::start([path.clone().into()], Debounce::default(), |_| ()).unwrap())
        .collect();
    // one for each; a thread names itself once it runs
    wait_for_threads(5);
    drop(watchers);
    wait_for_threads(0);
}
