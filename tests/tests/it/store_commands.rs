//! `set`, `unset`, `history` and `rollback` under load and faults, as whole programs over real files.

#![cfg(unix)]

use std::fs;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use settings_core::store::history;
use settings_tests::cli::Folder;
use settings_tests::real::{left_out, not_permitted};

struct Run {
    code: Option<i32>,
    out: String,
    error: String,
}

fn command(config: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_operated"));
    command.args(["--config", config]).args(arguments).env_clear();
    command
}

fn finished(output: Output) -> Run {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code(), out: text(output.stdout), error: text(output.stderr) }
}

fn run(config: &str, arguments: &[&str]) -> Run {
    finished(command(config, arguments).output().unwrap())
}

fn run_with_input(config: &str, arguments: &[&str], input: &[u8]) -> Run {
    let mut command = command(config, arguments);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    finished(child.wait_with_output().unwrap())
}

fn text(config: &str) -> String {
    fs::read_to_string(config).unwrap()
}

#[test]
fn empty_standard_input_overwrites_nothing() {
    let before = r#"{"ServiceSettings": {"Licence": "old", "Greeting": "old", "AllowedHosts": ["old"]}}"#;
    for setting in ["Licence", "Greeting", "AllowedHosts", "MaxUsers"] {
        let folder = Folder::new("empty-stdin");
        let config = folder.write("config.json", before);
        let setting = format!("ServiceSettings.{setting}");
        let refused = run_with_input(&config, &["set", &setting, "--stdin"], b"");
        assert_eq!(refused.code, Some(1), "{}", refused.error);
        assert!(refused.error.contains("standard input is empty: nothing is written"), "{}", refused.error);
        assert_eq!(text(&config), before);
    }
    // a line break is an empty value that was sent on purpose
    let folder = Folder::new("empty-line");
    let config = folder.write("config.json", before);
    let emptied = run_with_input(&config, &["set", "ServiceSettings.Licence", "--stdin"], b"\n");
    assert_eq!(emptied.code, Some(0), "{}", emptied.error);
    assert_eq!(text(&config), before.replacen("old", "", 1));
    // a hyphen is not standard input, and not a value by accident
    let hyphen = run(&config, &["set", "ServiceSettings.Licence", "-"]);
    assert!(hyphen.code == Some(2) && hyphen.error.contains("use `--stdin`"), "{}", hyphen.error);
    assert_eq!(run(&config, &["set", "ServiceSettings.Licence=-"]).code, Some(0));
    assert!(text(&config).contains(r#""Licence": "-""#));
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_value_from_standard_input() {
    let folder = Folder::new("marked-stdin");
    let config = folder.write("config.json", "{}");
    let set = ["set", "ServiceSettings.Greeting", "--stdin"];
    let refused = run_with_input(&config, &set, b"\xef\xbb\xbf");
    assert!(
        refused.code == Some(1) && refused.error.contains("standard input is empty"),
        "{}",
        refused.error
    );
    assert_eq!(run_with_input(&config, &set, b"\xef\xbb\xbfhello\n").code, Some(0));
    assert!(text(&config).contains(r#""Greeting": "hello""#), "{}", text(&config));
}

#[test]
fn a_pipe_is_read_once_and_its_text_is_used_throughout() {
    let folder = Folder::new("pipes");
    let config = folder.write("config.json", "{}");
    let shell = |line: &str| {
        let line = line.replace("PROGRAM", env!("CARGO_BIN_EXE_operated")).replace("CONFIG", &config);
        finished(Command::new("bash").args(["-c", &line]).env_clear().output().unwrap())
    };
    let got = shell(
        "PROGRAM --config CONFIG --env-file <(echo MM_SERVICESETTINGS_MAXUSERS=31) get ServiceSettings.MaxUsers",
    );
    assert_eq!((got.code, got.out.as_str()), (Some(0), "31\n"), "{}", got.error);
    let set = shell(
        "MM_SERVICESETTINGS_MAXUSERS_FILE=<(echo 41) PROGRAM --config CONFIG set ServiceSettings.Greeting hi",
    );
    assert_eq!(set.code, Some(0), "{}", set.error);
    assert!(text(&config).contains(r#""Greeting": "hi""#), "{}", text(&config));
}

#[test]
fn a_folder_in_place_of_a_file_is_an_error() {
    let folder = Folder::new("folders-for-files");
    let config = folder.write("config.json", "{}");
    let parts = Path::new(&config).with_file_name("conf.d");
    fs::create_dir_all(parts.join("10.json")).unwrap();
    let read = run(parts.to_str().unwrap(), &["validate"]);
    assert!(read.code != Some(0) && read.error.contains("10.json"), "{}{}", read.out, read.error);
    let secrets = Path::new(&config).with_file_name("secrets");
    fs::create_dir_all(secrets.join("ServiceSettings.Licence")).unwrap();
    let read = run(&config, &["--secrets-dir", secrets.to_str().unwrap(), "validate"]);
    let shown = format!("{}{}", read.out, read.error);
    assert!(read.code == Some(1) && shown.contains("an empty folder, not a file"), "{shown}");
}

#[test]
fn several_settings_are_one_change() {
    let folder = Folder::new("several-settings");
    let config = folder.write("config.json", "{\n  // by hand\n  \"ServiceSettings\": {}\n}\n");
    // more than a thousand users need a licence
    assert_eq!(run(&config, &["set", "ServiceSettings.MaxUsers", "2000"]).code, Some(1));
    let both = ["set", "ServiceSettings.MaxUsers=2000", "ServiceSettings.Licence=k4n4ry=1"];
    let changed = run(&config, &both);
    assert_eq!((changed.code, changed.error.as_str()), (Some(0), ""));
    assert!(changed.out.ends_with("(version 2)\n"), "{}", changed.out);
    let expected = "\"MaxUsers\": 2000,\n    \"Licence\": \"k4n4ry=1\"\n";
    assert!(text(&config).contains(expected), "{}", text(&config));
    assert!(text(&config).contains("// by hand"));
    let removed = run(&config, &["unset", "ServiceSettings.MaxUsers", "ServiceSettings.Licence"]);
    assert_eq!((removed.code, removed.error.as_str()), (Some(0), ""));
    assert!(!text(&config).contains("MaxUsers") && !text(&config).contains("Licence"), "{}", text(&config));
    assert_eq!(run(&config, &both).code, Some(0));

    let before = text(&config);
    for (arguments, code, message) in [
        (&["ServiceSettings.MaxUsers=1", "ServiceSettings.Licence"][..], 2, "expected SETTING=VALUE"),
        (&["ServiceSettings.MaxUsers=1", "ServiceSettings.MaxUsers=2"], 2, "is given twice"),
        (&["ServiceSettings.MaxUsers=1", "servicesettings.maxusers=2"], 2, "is given twice"),
        (&["ServiceSettings.MaxUsers=1", "ServiceSettings.Nothing=2"], 2, "ServiceSettings.Nothing"),
        (
            &["ServiceSettings.MaxUsers=1", "EmailSettings.SMTPPort=0"],
            1,
            "`EmailSettings.SMTPPort`: expected",
        ),
        (&["ServiceSettings.Greeting=x", "ServiceSettings.Licence="], 1, "need a licence"),
    ] {
        let refused = run(&config, &[&["set"], arguments].concat());
        assert_eq!(refused.code, Some(code), "{arguments:?}: {}", refused.error);
        assert!(refused.error.contains(message), "{arguments:?}: {}", refused.error);
        assert_eq!(text(&config), before, "nothing is written: {arguments:?}");
    }
}

#[test]
fn a_file_of_changes_is_one_change_in_every_format() {
    let changes = "# the licence for more users\nServiceSettings.MaxUsers=2000\nServiceSettings.Licence='k4n4ry=1 #'\n\
        ServiceSettings.AllowedHosts=[\"a\", \"c\"]\nServiceSettings.Quotas.alice=3\nEmailSettings.SMTPPort=587\n";
    for (name, start, kept) in [
        ("config.json", "{}", &[][..]),
        ("config.json", "// none\n{ /* yet */ }\n", &["// none", "/* yet */"]),
        (
            "config.json",
            "{\"ServiceSettings\": {\n  \"AllowedHosts\": [\n    \"a\", // a\n    \"b\" // b\n  ]\n}}\n",
            &["\"a\", // a", " // b"],
        ),
        ("config.toml", "# none yet\n", &["# none yet\n"]),
        ("config.toml", "ServiceSettings = { Quotas = {} } # s\n", &["} # s\n"]),
        (
            "config.toml",
            "[ServiceSettings]\nAllowedHosts = [\n  'a', # a\n  'b', # b\n]\n[EmailSettings]\n# mail\n",
            &["  'a', # a\n  \"c\", # b\n]\n", "# mail\n"],
        ),
        ("config.yaml", "{}\n", &[]),
        ("config.yaml", "# none yet\n", &["# none yet\n"]),
        ("config.yaml", "---\n", &["---\n"]),
        ("config.yaml", "--- # start\nServiceSettings: {}\n...\n", &["--- # start\n", "\n...\n"]),
        ("config.yaml", "ServiceSettings: {Quotas: {}, EnableX: ~}\n", &["EnableX: ~"]),
        (
            "config.yaml",
            "ServiceSettings:\n  AllowedHosts:\n  # first\n  - a # a\n  - b # b\nEmailSettings:\n",
            &["  # first\n  - a # a\n  - \"c\" # b\n"],
        ),
    ] {
        let folder = Folder::new("file-of-changes");
        let (config, file) = (folder.write(name, start), folder.write("changes", changes));
        let changed = run(&config, &["set", "--from", &file]);
        assert_eq!(changed.code, Some(0), "{start:?}: {}", changed.error);
        assert!(changed.out.ends_with("(version 2)\n"), "one change: {}", changed.out);
        for kept in kept {
            assert!(text(&config).contains(kept), "{start:?}: {kept:?} of\n{}", text(&config));
        }
        for (path, expected) in [
            ("ServiceSettings.MaxUsers", "2000\n"),
            ("ServiceSettings.AllowedHosts", "[\"a\", \"c\"]\n"),
            ("ServiceSettings.Quotas.alice", "3\n"),
            ("EmailSettings.SMTPPort", "587\n"),
        ] {
            let got = run(&config, &["get", path]);
            assert_eq!(got.out, expected, "{start:?}: {}\n{}", got.error, text(&config));
        }
        assert!(text(&config).contains("k4n4ry=1 #"), "{}", text(&config));
        let again = run_with_input(&config, &["set", "--from", "-"], changes.as_bytes());
        assert_eq!((again.code, again.out.as_str()), (Some(0), &*format!("{config} stays as it is\n")));

        // one mistake, and nothing is written
        let before = text(&config);
        for (wrong, code, message) in [
            (
                "ServiceSettings.MaxUsers=1\nEmailSettings.SMTPPort=0\n",
                1,
                "`EmailSettings.SMTPPort`: expected",
            ),
            ("ServiceSettings.MaxUsers=1\nServiceSettings.Nothing=2\n", 2, "ServiceSettings.Nothing"),
            ("ServiceSettings.MaxUsers=1\nServiceSettings.MaxUsers=2\n", 2, "nothing is written"),
            ("ServiceSettings.MaxUsers=1\nno assignment\n", 2, "nothing is written"),
            ("# nothing\n", 2, "no lines of PATH=VALUE"),
        ] {
            let refused = run(&config, &["set", "--from", &folder.write("wrong", wrong)]);
            assert_eq!(refused.code, Some(code), "{wrong:?}: {}", refused.error);
            assert!(refused.error.contains(message), "{wrong:?}: {}", refused.error);
            assert_eq!(text(&config), before, "{wrong:?}");
        }
    }
}

#[test]
fn one_argument_of_a_list_is_one_element() {
    let folder = Folder::new("one-element");
    let config = folder.write("config.json", "{}");
    for (arguments, expected) in [
        (&["ServiceSettings.AllowedHosts", "Ann Lee"][..], r#"["Ann Lee"]"#),
        (&["ServiceSettings.AllowedHosts", "Ann Lee", "Bob"], r#"["Ann Lee", "Bob"]"#),
        (&["ServiceSettings.AllowedHosts=Ann Lee"], r#"["Ann Lee"]"#),
        (&["ServiceSettings.AllowedHosts", r#"["a","b"]"#], r#"["a", "b"]"#),
        (&["ServiceSettings.AllowedHosts", ""], "[]"),
    ] {
        assert_eq!(run(&config, &[&["set"], arguments].concat()).code, Some(0), "{arguments:?}");
        assert!(text(&config).contains(expected), "{arguments:?}: {}", text(&config));
    }
}

#[test]
fn concurrent_changes_are_all_written() {
    let folder = Folder::new("concurrent");
    let config = folder.write("config.json", "{}");
    let children: Vec<_> = (1..=20)
        .flat_map(|number| {
            let port = format!("EmailSettings.SMTPPort={number}");
            let server = format!("EmailSettings.SMTPServer=host{number}");
            [port, server].map(|assignment| {
                let arguments = ["set", &assignment, "--keep", "100", "--author", &assignment];
                command(&config, &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
        })
        .collect();
    for child in children {
        let run = finished(child.wait_with_output().unwrap());
        assert_eq!(run.code, Some(0), "{}{}", run.out, run.error);
    }
    // the file as it was, and a version for each change
    let versions = history(&config).unwrap();
    assert_eq!(versions.len(), 41);
    let mut authors: Vec<_> = versions.iter().filter_map(|version| version.author.clone()).collect();
    authors.sort();
    authors.dedup();
    assert_eq!(authors.len(), 40, "each change is written once");
    let names = fs::read_dir(folder.path("")).unwrap().count();
    assert_eq!(names, 2, "the file and its history");
}

/// A writer that takes no lock, such as a text editor, comes in between.
#[test]
fn a_change_is_made_to_the_text_that_an_editor_left() {
    let folder = Folder::new("editor");
    let config = folder.write("config.json", "{}");
    std::thread::scope(|scope| {
        let editor = scope.spawn(|| {
            for users in 1..=40 {
                let text = format!("{{\"ServiceSettings\": {{\"MaxUsers\": {users}}}}}");
                fs::write(folder.path("config.json~"), text).unwrap();
                fs::rename(folder.path("config.json~"), &config).unwrap();
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        });
        while !editor.is_finished() {
            let run = run(&config, &["set", "EmailSettings.SMTPServer", "host"]);
            assert_eq!(run.code, Some(0), "{}", run.error);
        }
    });
    assert_eq!(run(&config, &["validate"]).code, Some(0), "{}", text(&config));
}

#[test]
fn a_folder_in_the_history_is_not_a_version() {
    let folder = Folder::new("folder-version");
    let config = folder.write("config.json", "{}");
    assert_eq!(run(&config, &["set", "ServiceSettings.MaxUsers", "5"]).code, Some(0));
    for name in ["3.json", "5.json", ".9.json.new"] {
        fs::create_dir(folder.path(&format!(".config.json.history/{name}"))).unwrap();
    }
    let listed = run(&config, &["history"]);
    assert_eq!(listed.code, Some(0), "{}", listed.error);
    assert!(listed.out.contains("   2  ") && !listed.out.contains("   5  "), "{}", listed.out);
    assert_eq!(run(&config, &["diff", "@1", "@2"]).code, Some(1));
    for arguments in [&["rollback", "5"][..], &["diff", "@5"]] {
        let unknown = run(&config, arguments);
        assert!(unknown.code == Some(2) && unknown.error.contains("version 5"), "{}", unknown.error);
    }
    let next = run(&config, &["set", "ServiceSettings.MaxUsers", "6", "--keep", "2"]);
    assert_eq!((next.code, next.error.as_str()), (Some(0), ""));
    assert!(next.out.ends_with("(version 6)\n"), "{}", next.out);
    assert_eq!(run(&config, &["rollback", "2"]).code, Some(0));
}

#[test]
fn leftovers_of_crashed_writers_are_removed() {
    let folder = Folder::new("leftovers");
    let config = folder.write("config.json", "{}");
    for name in [".config.json.new", ".config.json.4711-0.new", ".other.json.new", ".config.json.notes.new"] {
        folder.write(name, "{\"half\":");
    }
    assert!(run(&config, &["history"]).out.starts_with("no versions"));
    assert_eq!(run(&config, &["set", "ServiceSettings.MaxUsers", "5"]).code, Some(0));
    let mut names: Vec<_> =
        fs::read_dir(folder.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(
        names,
        [".config.json.history", ".config.json.notes.new", ".other.json.new", "config.json"],
        "only leftovers of this file"
    );
}

#[test]
fn new_warnings_are_printed() {
    let folder = Folder::new("new-warnings");
    let config =
        folder.write("config.json", r#"{"EmailSettings": {"SMTPServer": "mail.example.com"}, "Other": 1}"#);
    let first = run(&config, &["set", "EmailSettings.SMTPPort", "465"]);
    assert_eq!((first.code, first.error.as_str()), (Some(0), ""), "what is not new is not printed");
    let second = run(&config, &["set", "EmailSettings.ConnectionSecurity", "STARTTLS"]);
    assert_eq!(second.code, Some(0));
    let warnings = run(&config, &["validate"]).out;
    assert!(warnings.contains("warning"), "{warnings}");
    assert!(second.error.contains("warning["), "{}", second.error);
    // the warning is there already
    let third = run(&config, &["set", "ServiceSettings.MaxUsers", "7"]);
    assert_eq!((third.code, third.error.as_str()), (Some(0), ""));
    // and `unset` can add one as well
    let config = folder.write(
        "login.json",
        r#"{"EmailSettings": {"EnableSMTPAuth": true, "SMTPUsername": "u", "SMTPPassword": "p"}}"#,
    );
    let before = run(&config, &["validate"]).out;
    let removed = run(&config, &["unset", "EmailSettings.SMTPUsername"]);
    let after = run(&config, &["validate"]).out;
    assert_eq!(before != after && removed.code == Some(0), !removed.error.is_empty(), "{}", removed.error);
}

/// A file of one user in a folder of another.
#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = Folder::new("foreign-folder");
    let config = folder.write("config.json", "{}");
    let (user, binary) = (65534, folder.path("operated"));
    // a link, since a file that was just written can be busy
    if fs::hard_link(env!("CARGO_BIN_EXE_operated"), &binary).is_err() {
        fs::copy(env!("CARGO_BIN_EXE_operated"), &binary).unwrap();
    }
    let permissions = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode;
    fs::set_permissions(folder.path(""), permissions(0o755)).unwrap();
    if std::os::unix::fs::chown(&config, Some(user), Some(user)).is_err() {
        return not_permitted("a file in another user's folder", "only root can give files away");
    }
    let set = |more: &[&str]| {
        let mut command = Command::new(&binary);
        command.args(["--config", &config, "set", "ServiceSettings.MaxUsers", "7", "--keep", "0"]).args(more);
        command.env_clear().uid(user).gid(user).output()
    };
    let refused = match set(&[]) {
        Ok(output) => finished(output),
        Err(error) => return not_permitted("a file in another user's folder", &error.to_string()),
    };
    assert_eq!(refused.code, Some(1));
    let parent = Path::new(&config).parent().unwrap().display().to_string();
    assert!(
        refused.error.contains(&format!("can't create a file in {parent}: Permission denied"))
            && refused.error.contains(&format!("make {parent} writable, or write the file in place"))
            && refused.error.contains("--in-place"),
        "{}",
        refused.error
    );
    assert_eq!(text(&config), "{}");
    let written = finished(set(&["--in-place"]).unwrap());
    assert_eq!((written.code, written.error.as_str()), (Some(0), ""));
    assert!(text(&config).contains("\"MaxUsers\": 7"));
}

/// As containers mount single files.
#[test]
fn a_file_that_is_mounted_alone_is_written_in_place() {
    let folder = Folder::new("mounted-alone");
    let (real, config) = (folder.write("real.json", "{\n}\n"), folder.write("config.json", "{}"));
    let script = "mount --bind \"$1\" \"$2\" || exit 42; \
                  \"$3\" --config \"$2\" set ServiceSettings.MaxUsers 7 && exit 43; \
                  \"$3\" --config \"$2\" set --in-place ServiceSettings.MaxUsers 7";
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script, "sh", &real, &config])
        .arg(env!("CARGO_BIN_EXE_operated"))
        .output()
        .unwrap();
    let run = finished(output);
    if run.error.starts_with("unshare:") || run.code == Some(42) {
        return not_permitted("a file that is mounted alone", &run.error);
    }
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.error);
    assert!(
        run.error.contains("it is a mount of its own") && run.error.contains("`--in-place`"),
        "{}",
        run.error
    );
    assert_eq!(text(&real), "{\n    \"ServiceSettings\": {\n        \"MaxUsers\": 7\n    }\n}\n");
    assert_eq!(text(&config), "{}");
}

/// Runs a command with `strace`, which can let system calls fail; `None` if this machine can't.
fn traced(config: &str, arguments: &[&str], trace: &[&str]) -> Option<(Run, String)> {
    let log = format!("{config}.strace");
    let output = Command::new("strace")
        .args(["-f", "-y", "-o", &log])
        .args(trace)
        .arg(env!("CARGO_BIN_EXE_operated"))
        .args(["--config", config])
        .args(arguments)
        .output();
    let calls = fs::read_to_string(&log).unwrap_or_default();
    match output {
        Ok(output) if calls.contains("exited with") => Some((finished(output), calls)),
        Ok(output) => {
            not_permitted("a trace of system calls", &String::from_utf8_lossy(&output.stderr));
            None
        }
        Err(error) => {
            left_out("a trace of system calls (strace)", &error.to_string());
            None
        }
    }
}

#[test]
fn a_folder_that_cannot_be_synced_is_reported() {
    let folder = Folder::new("fsync");
    let config = folder.write("config.json", "{}");
    // the first sync is that of the new file, the second that of its folder
    let trace = ["-e", "trace=fsync", "-e", "inject=fsync:error=EIO:when=2"];
    let arguments = ["set", "ServiceSettings.MaxUsers", "7", "--keep", "0"];
    let Some((run, calls)) = traced(&config, &arguments, &trace) else { return };
    assert_eq!(run.code, Some(1), "{calls}");
    assert!(run.error.contains("the change is written, but may be lost in a power failure"), "{}", run.error);
    assert!(text(&config).contains('7'));
}

#[test]
fn the_name_of_a_new_history_is_synced_before_the_file_is_replaced() {
    let folder = Folder::new("history-sync");
    let config = folder.write("config.json", "{}");
    let trace = ["-e", "trace=fsync,rename,renameat,renameat2,mkdir,mkdirat"];
    let Some((run, calls)) = traced(&config, &["set", "ServiceSettings.MaxUsers", "7"], &trace) else {
        return;
    };
    assert_eq!(run.code, Some(0), "{}", run.error);
    let position = |what: &[&str]| {
        let is_it = |line: &&str| what.iter().all(|part| line.contains(part));
        let found = calls.lines().position(|line| is_it(&line));
        found.unwrap_or_else(|| panic!("no {what:?} in {calls}"))
    };
    let parent = format!("<{}>", fs::canonicalize(folder.path("")).unwrap().display());
    let made = position(&["mkdir", ".config.json.history"]);
    let synced = position(&["fsync(", &parent]);
    let renamed = position(&["rename", "config.json\""]);
    assert!(made < synced && synced < renamed, "{calls}");
}

/// Five times the keys take five times the time, not 25 times.
#[test]
fn unknown_keys_take_linear_time() {
    let time = |count: usize| {
        let folder = Folder::new("unknown-keys");
        let keys: String = (0..count).map(|number| format!("\"Key{number}\": {number},")).collect();
        let config = folder.write("config.json", format!("{{\"ServiceSettings\": {{{keys}}}}}"));
        let start = std::time::Instant::now();
        assert_eq!(run(&config, &["set", "ServiceSettings.MaxUsers", "7"]).code, Some(0));
        start.elapsed()
    };
    // the shortest of three
    let time = |count| (0..3).map(|_| time(count)).min().unwrap();
    let (few, many) = (time(200), time(1_000));
    assert!(many < 12 * few + std::time::Duration::from_secs(1), "200: {few:?}, 1,000: {many:?}");
}
