//! `set`, `history` and `rollback` as an operator uses them, over real files.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use settings_tests::cli::Folder;

struct Run {
    code: Option<i32>,
    out: String,
    error: String,
}

fn run(config: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_operated"))
        .args(["--config", config])
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: status.code(), out: text(stdout), error: text(stderr) }
}

/// Runs a command that must succeed, and returns its output.
fn good(config: &str, arguments: &[&str]) -> String {
    let run = run(config, arguments, &[]);
    assert_eq!((run.code, run.error.as_str()), (Some(0), ""), "{arguments:?}");
    run.out
}

fn listed(config: &str) -> Vec<Value> {
    serde_json::from_str(&good(config, &["history", "--format", "json"])).unwrap()
}

#[test]
fn the_history_shows_authors_and_changes() {
    let folder = Folder::new("history-who");
    let config =
        folder.write("config.json", "{\n  // by hand\n  \"ServiceSettings\": {\"MaxUsers\": 5}\n}\n");
    assert!(good(&config, &["history"]).starts_with("no versions of "));
    let output = good(&config, &["set", "ServiceSettings.MaxUsers", "7", "--author", "alice\n\u{1b}[31m"]);
    assert!(output.starts_with("wrote ") && output.ends_with("config.json (version 2)\n"), "{output}");
    good(&config, &["set", "ServiceSettings.Licence", "k4n4ry1", "--author", "bob"]);
    good(&config, &["set", "ServiceSettings.Licence", "k4n4ry2"]);
    let output = good(&config, &["set", "ServiceSettings.Licence", "k4n4ry2"]);
    assert!(output.ends_with("stays as it is\n"), "{output}");

    let versions = listed(&config);
    let of = |name: &str| versions.iter().map(|one| one[name].clone()).collect::<Vec<_>>();
    assert_eq!(of("version"), [4, 3, 2, 1]);
    assert_eq!(of("current"), [true, false, false, false]);
    assert!(versions[0]["author"].is_string(), "the user who runs it: {}", versions[0]);
    assert_eq!(of("author")[1..], [Value::from("bob"), Value::from("alice\n\u{1b}[31m"), Value::Null]);
    assert!(versions[0]["time"].as_str().unwrap().starts_with("20"), "{}", versions[0]);
    let licence = &versions[0]["settings"][0];
    assert_eq!((&licence["name"], &licence["secret"]), (&"ServiceSettings.Licence".into(), &true.into()));
    assert_eq!((&licence["old"], &licence["new"]), (&"***".into(), &"***".into()));
    assert_eq!(
        (&versions[2]["settings"][0]["old"], &versions[2]["settings"][0]["new"]),
        (&5.into(), &7.into())
    );
    assert_eq!(versions[3]["settings"], Value::Null);

    let human = good(&config, &["history"]);
    let lines: Vec<_> = human.lines().collect();
    assert!(lines[0].starts_with("   4  20") && lines[0].ends_with("  <- the file now"), "{human}");
    assert_eq!(lines[1], "      ServiceSettings.Licence: \"***\" -> \"***\"");
    assert!(lines[4].ends_with("  alice  [31m"), "{human}");
    assert_eq!(lines[5], "      ServiceSettings.MaxUsers: 5 -> 7");
    assert!(lines[6].ends_with("  changed without `set`"), "{human}");
    assert!(!human.contains("k4n4ry") && !format!("{versions:?}").contains("k4n4ry"));
}

#[test]
fn a_rollback_restores_every_byte_and_is_a_version_itself() {
    let folder = Folder::new("rollback");
    let text = "{\r\n\t// by hand\r\n\t\"ServiceSettings\": {\"MaxUsers\": 5,},\r\n\t\"Foreign\": 1\r\n}";
    let config = folder.write("config.json", text);
    good(&config, &["set", "ServiceSettings.MaxUsers", "7"]);
    good(&config, &["set", "ServiceSettings.Licence", "k4n4ry"]);
    let output = good(&config, &["rollback", "1", "--author", "carol"]);
    assert_eq!(fs::read_to_string(&config).unwrap(), text);
    assert!(output.contains("(version 4)\n") && output.contains("ServiceSettings.MaxUsers: 7 ("), "{output}");
    assert!(output.contains("ServiceSettings.Licence: \"***\" (") && !output.contains("k4n4ry"), "{output}");
    let newest = &listed(&config)[0];
    assert_eq!((&newest["restored"], &newest["author"]), (&1.into(), &"carol".into()));
    assert!(good(&config, &["history"]).lines().next().unwrap().contains("carol, restored version 1"));
    assert!(good(&config, &["rollback", "1"]).ends_with("stays as it is\n"));
    // and forward again
    good(&config, &["rollback", "3"]);
    assert!(fs::read_to_string(&config).unwrap().contains("k4n4ry"));
    // a removed file is created again, for its owner alone
    fs::remove_file(&config).unwrap();
    let run = run(&config, &["rollback", "2"], &[]);
    // a named configuration file need not exist to be written
    assert_eq!((run.code, run.error.as_str()), (Some(0), ""), "{}", run.out);
    assert!(fs::read_to_string(&config).unwrap().contains("\"MaxUsers\": 7"));
}

#[test]
fn a_version_with_a_byte_order_mark_is_a_settings_file_too() {
    let folder = Folder::new("byte-order");
    let text = "\u{feff}{\r\n\t\"ServiceSettings\": {\"MaxUsers\": 5}\r\n}";
    let config = folder.write("config.json", text);
    good(&config, &["set", "ServiceSettings.MaxUsers", "7"]);
    let version = folder.path(".config.json.history/1.json");
    assert_eq!(good(&version, &["get", "ServiceSettings.MaxUsers"]), "5\n");
    good(&config, &["rollback", "1"]);
    assert_eq!(fs::read_to_string(&config).unwrap(), text);
}

#[test]
fn a_secret_is_set_without_being_an_argument() {
    let folder = Folder::new("stdin");
    let config = folder.write("config.json", "{}");
    let set = |input: &[u8], more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_operated"));
        command
            .args(["--config", &config, "set", "ServiceSettings.Licence", "--stdin"])
            .args(more)
            .env_clear();
        let pipe = || std::process::Stdio::piped();
        let mut child = command.stdin(pipe()).stdout(pipe()).stderr(pipe()).spawn().unwrap();
        // a program that refuses its arguments reads no input
        let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), input);
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        (status.code(), String::from_utf8([stdout, stderr].concat()).unwrap())
    };
    assert!(set(b"k4n4ry \"1\"\r\n", &[]).1.ends_with("(version 2)\n"));
    assert!(fs::read_to_string(&config).unwrap().contains(r#""k4n4ry \"1\"""#));
    assert!(set(b"k4n4ry\n2\n", &[]).1.ends_with("(version 3)\n"));
    assert!(
        fs::read_to_string(&config).unwrap().contains(r#""k4n4ry\n2""#),
        "only the last line break is removed"
    );
    for (input, more) in [(&b"k4n4ry\xff"[..], &[][..]), (b"k4n4ry", &["k4n4ry"])] {
        let (code, output) = set(input, more);
        assert!(code == Some(2) && output.starts_with("error: "), "{output}");
        assert!(more.len() == 1 || !output.contains("k4n4ry"), "{output}");
    }
    assert_eq!(good(&config, &["get", "ServiceSettings.Licence"]), "***\n");
}

#[test]
fn a_manual_edit_becomes_a_version_before_it_is_replaced() {
    let folder = Folder::new("by-hand");
    let config = folder.write("config.json", "{}");
    good(&config, &["set", "ServiceSettings.MaxUsers", "7"]);
    folder.write("config.json", r#"{"ServiceSettings": {"MaxUsers": 8}}"#);
    let human = good(&config, &["history"]);
    assert!(
        human.starts_with(&format!("{config} was changed without `set` since the newest version")),
        "{human}"
    );
    good(&config, &["set", "ServiceSettings.MaxUsers", "9"]);
    let versions = listed(&config);
    let output: Vec<_> =
        versions.iter().map(|one| (one["author"].is_null(), one["settings"][0]["new"].clone())).collect();
    assert_eq!(output[..3], [(false, 9.into()), (true, 8.into()), (false, 7.into())]);
    good(&config, &["rollback", "3"]);
    assert!(fs::read_to_string(&config).unwrap().contains('8'));
}

#[test]
fn a_rollback_is_checked_like_every_change() {
    let folder = Folder::new("rollback-checked");
    let config = folder.write("config.json", r#"{"ServiceSettings": {"MaxUsers": 0}}"#);
    let text = || fs::read_to_string(&config).unwrap();
    good_with_findings(&config, &["set", "ServiceSettings.MaxUsers", "7"]);
    let before = text();
    let refused = run(&config, &["rollback", "1"], &[]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.error.contains("nothing is written") && refused.error.contains("out-of-range"),
        "{}",
        refused.error
    );
    assert_eq!(text(), before);
    let unknown = run(&config, &["rollback", "9"], &[]);
    assert_eq!(unknown.code, Some(2));
    assert_eq!(unknown.error, "error: the history has no version 9; it has 1 to 2\n");
    good(&config, &["set", "ServiceSettings.MaxUsers", "8"]);
    // a shadowed setting is reported, and the variable's value is not written
    let output = run(&config, &["rollback", "2"], &[("MM_SERVICESETTINGS_MAXUSERS", "99")]);
    assert_eq!(output.code, Some(0), "{}", output.error);
    assert!(
        output.out.contains("`ServiceSettings.MaxUsers` is set by variable MM_SERVICESETTINGS_MAXUSERS"),
        "{}",
        output.out
    );
    assert_eq!(text(), before);
}

/// Runs a command that fixes an error of the file.
fn good_with_findings(config: &str, arguments: &[&str]) {
    assert_eq!(run(config, arguments, &[]).code, Some(0), "{arguments:?}");
}

#[test]
fn the_number_of_versions_is_limited() {
    let folder = Folder::new("prune");
    let config = folder.write("config.json", "{}");
    let set = |users: u32, keep: &str| {
        good(&config, &["set", "ServiceSettings.MaxUsers", &users.to_string(), "--keep", keep])
    };
    (1..=15).for_each(|users| drop(good(&config, &["set", "ServiceSettings.MaxUsers", &users.to_string()])));
    let numbers = || listed(&config).iter().map(|one| one["version"].as_u64().unwrap()).collect::<Vec<_>>();
    assert_eq!(numbers(), (7..=16).rev().collect::<Vec<_>>());
    set(16, "3");
    assert_eq!(numbers(), [17, 16, 15]);
    let output = set(17, "0");
    assert!(output.ends_with("config.json\n"), "{output}");
    assert_eq!(numbers(), [0_u64; 0]);
    assert!(!Path::new(&folder.path(".config.json.history")).exists());
}

#[test]
fn a_history_that_cannot_be_written_is_a_warning() {
    let folder = Folder::new("no-history");
    let config = folder.write("config.json", "{}");
    folder.write(".config.json.history", "no folder");
    let run = run(&config, &["set", "ServiceSettings.MaxUsers", "7"], &[]);
    assert_eq!(run.code, Some(0));
    assert!(
        run.error.contains("warning: the change is written, but the history could not be: "),
        "{}",
        run.error
    );
    assert!(run.error.contains(".config.json.history: can't read: "), "{}", run.error);
    assert!(fs::read_to_string(&config).unwrap().contains('7'));
    assert_eq!(fs::read_to_string(folder.path(".config.json.history")).unwrap(), "no folder");
}

#[test]
fn broken_versions_are_ignored() {
    let folder = Folder::new("broken-history");
    let config = folder.write("config.json", "{}");
    good(&config, &["set", "ServiceSettings.MaxUsers", "7"]);
    for (name, text) in [
        (
            ".config.json.history/1.json",
            "// settings-history {\"time\": -1}\n{\"ServiceSettings\": {\"MaxUsers\": 6}}",
        ),
        (".config.json.history/007.json", "{}"),
        (".config.json.history/notes.txt", "{}"),
        (".config.json.history/18446744073709551616.json", "{}"),
    ] {
        folder.write(name, text);
    }
    fs::write(folder.path(".config.json.history/3.json"), [0xff, 0xfe]).unwrap();
    let versions = listed(&config);
    assert_eq!(versions.len(), 2);
    assert_eq!((&versions[1]["version"], &versions[1]["author"]), (&1.into(), &Value::Null));
    let output = good(&config, &["set", "ServiceSettings.MaxUsers", "9"]);
    assert!(
        output.ends_with("(version 5)\n"),
        "after the file, which is no newer than the newest version: {output}"
    );
    folder.write(".config.json.history/18446744073709551615.json", "{}");
    let run = run(&config, &["set", "ServiceSettings.MaxUsers", "8"], &[]);
    assert!(run.code == Some(0) && run.error.contains("the history could not be"), "{}", run.error);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    fn mode(path: &str) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    /// As containers mount single files.
    #[test]
    fn a_mounted_file_is_refused_with_advice() {
        let folder = Folder::new("mount");
        let (real, config) = (folder.write("real.json", "{}"), folder.write("config.json", "{}"));
        let script =
            "mount --bind \"$1\" \"$2\" || exit 42; \"$3\" --config \"$2\" set ServiceSettings.MaxUsers 7";
        let Output { status, stderr, .. } = Command::new("unshare")
            .args(["--map-root-user", "--mount", "sh", "-c", script, "sh", &real, &config])
            .arg(env!("CARGO_BIN_EXE_operated"))
            .output()
            .unwrap();
        let output = String::from_utf8(stderr).unwrap();
        if output.starts_with("unshare:") || status.code() == Some(42) {
            let _ = std::io::Write::write_all(
                &mut std::io::stderr(),
                format!(
                    "SKIPPED: a file that is a mount of its own, as nothing can be mounted here: {output}"
                )
                .as_bytes(),
            );
            return;
        }
        assert_eq!(status.code(), Some(1), "{output}");
        assert!(
            output.contains("it is a mount of its own") && output.contains("mount its folder instead"),
            "{output}"
        );
        assert_eq!(fs::read_to_string(&real).unwrap(), "{}");
    }

    #[test]
    fn a_link_in_place_of_the_history_is_refused() {
        let folder = Folder::new("history-link");
        let config = folder.write("config.json", "{}");
        fs::create_dir(folder.path("elsewhere")).unwrap();
        symlink("elsewhere", folder.path(".config.json.history")).unwrap();
        let run = run(&config, &["set", "ServiceSettings.MaxUsers", "7"], &[]);
        assert_eq!(run.code, Some(0));
        assert!(
            run.error.contains("the history could not be: ")
                && run.error.contains("its name is taken by something else")
        );
        assert_eq!(fs::read_dir(folder.path("elsewhere")).unwrap().count(), 0);
    }

    #[test]
    fn versions_are_private_and_next_to_the_real_file() {
        let folder = Folder::new("history-mode");
        fs::create_dir(folder.path("real")).unwrap();
        let real = folder.write("real/config.json", "{}");
        fs::set_permissions(&real, fs::Permissions::from_mode(0o644)).unwrap();
        let owner = std::os::unix::fs::chown(&real, Some(12345), Some(12345))
            .map_or((None, None), |()| (Some(12345), Some(12345)));
        let config = folder.path("config.json");
        symlink("real/config.json", &config).unwrap();
        good(&config, &["set", "ServiceSettings.Licence", "k4n4ry"]);
        let history = folder.path("real/.config.json.history");
        let version = format!("{history}/2.json");
        assert_eq!((mode(&real), mode(&history), mode(&version)), (0o644, 0o700, 0o600));
        for path in [&real, &history, &version] {
            let found = fs::metadata(path).unwrap();
            let expected = (owner.0.unwrap_or(found.uid()), owner.1.unwrap_or(found.gid()));
            assert_eq!((found.uid(), found.gid()), expected, "{path}");
        }
        assert!(fs::symlink_metadata(&config).unwrap().is_symlink());
        assert!(fs::read_to_string(&version).unwrap().contains("k4n4ry"), "a version is whole");
        // a version is a settings file itself
        assert_eq!(good(&version, &["get", "ServiceSettings.Licence"]), "***\n");
    }
}
