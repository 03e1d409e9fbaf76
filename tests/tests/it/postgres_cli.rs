//! The commands over settings in PostgreSQL.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use settings_core::external::{External, ExternalConfig};
use settings_postgres::{NodeReport, PostgresSource};
use settings_tests::cli::{Folder, Run, settings};

use crate::postgres_store::{config, server, tables};

fn with(url: &str, arguments: &[&str]) -> Run {
    let run = settings(&[&["--store", url], arguments].concat(), &[]);
    assert!(run.code <= 1, "{run:?}");
    run
}

#[test]
fn settings_are_set_shown_and_restored() {
    let Some(server) = server("settings_are_set_shown_and_restored") else { return };
    let url = server.database();
    let name = url.replace("test@", "");
    let run = with(&url, &["set", "EmailSettings.SMTPPort", "587", "--author", "ann"]);
    assert_eq!(run.out, format!("wrote {name} (version 1)\n"));
    with(&url, &["set", "EmailSettings.SMTPServer=mail.example.com", "EmailSettings.SMTPPassword=k4n4ry"]);
    assert_eq!(with(&url, &["get", "EmailSettings.SMTPServer"]).out, "mail.example.com\n");
    let shown = with(&url, &["show", "--origin"]).out;
    assert!(shown.contains(&format!("{name} version 2, line 3")), "{shown}");
    let explained = with(&url, &["explain", "EmailSettings.SMTPPort"]).out;
    assert!(explained.contains(&format!("{name} version 2, line 3")), "{explained}");
    with(&url, &["unset", "EmailSettings.SMTPPort"]);

    let history = with(&url, &["history"]).out;
    assert!(history.contains("   3  ") && history.contains("<- the file now"), "{history}");
    assert!(history.contains("-> \"mail.example.com\""), "{history}");
    let differing = with(&url, &["diff", "@1", "@3"]);
    assert_eq!(differing.code, 1);
    assert!(differing.out.contains("EmailSettings.SMTPPort: 587"), "{}", differing.out);
    assert_eq!(with(&url, &["diff"]).code, 0);
    let restored = with(&url, &["rollback", "1"]).out;
    assert!(restored.contains("(version 4)"), "{restored}");
    assert_eq!(with(&url, &["get", "EmailSettings.SMTPPort"]).out, "587\n");
    for text in [&shown, &explained, &history, &restored] {
        assert!(!text.contains("k4n4ry"));
    }
    // the password went with the rollback
    let strict = || with(&url, &["validate", "--strict"]);
    assert_eq!(strict().code, 0);
    with(&url, &["set", "EmailSettings.SMTPPassword", "k4n4ry"]);
    let finding = strict();
    assert_eq!(finding.code, 1);
    assert!(
        finding.out.contains("`EmailSettings.SMTPPassword` is a secret, and is stored in clear"),
        "{}",
        finding.out
    );
    assert!(!finding.out.contains("k4n4ry"));
}

/// A look into a database, such as the wrong one, leaves it as it was.
#[test]
fn commands_that_read_create_no_tables() {
    let Some(server) = server("commands_that_read_create_no_tables") else { return };
    let (url, folder) = (server.database(), Folder::new("postgres-read"));
    let copy = folder.path("copy.json");
    for (arguments, expected) in [
        (&["show"][..], "EmailSettings.SMTPPort"),
        (&["show", "--format", "json"], "EmailSettings.SMTPPort"),
        (&["get", "EmailSettings.SMTPPort"], "10025"),
        (&["explain", "EmailSettings.SMTPPort"], "10025"),
        (&["validate"], ""),
        (&["history"], ""),
        (&["diff"], ""),
        (&["nodes"], ""),
        (&["unset", "EmailSettings.SMTPPort"], ""),
    ] {
        let run = with(&url, arguments);
        assert!(run.out.contains(expected), "{arguments:?}: {run:?}");
        assert_eq!(tables(server, &url), "0", "{arguments:?}: {run:?}");
    }
    let copied = settings(&["store", "copy", &url, &copy], &[]);
    assert_eq!(tables(server, &url), "0", "{copied:?}");
    with(&url, &["set", "EmailSettings.SMTPPort", "587"]);
    assert_eq!(with(&url, &["get", "EmailSettings.SMTPPort"]).out, "587\n");
}

#[test]
fn files_that_are_named_are_stronger_and_others_are_not_read() {
    let Some(server) = server("files_that_are_named_are_stronger_and_others_are_not_read") else { return };
    let (url, folder) = (server.database(), Folder::new("postgres-cli"));
    with(&url, &["set", "EmailSettings.SMTPPort", "26"]);
    let file = folder.write("local.json", "{\"EmailSettings\": {\"SMTPPort\": 27}}");
    assert_eq!(with(&url, &["--config", &file, "get", "EmailSettings.SMTPPort"]).out, "27\n");
    let refused = with(&url, &["--config", &file, "set", "EmailSettings.SMTPPort", "28"]);
    assert_eq!(refused.code, 1);
    assert!(refused.error.contains("local.json:1:"), "{}", refused.error);
    // the variable of the program names the database too, and is no setting
    let by_variable = settings(&["get", "EmailSettings.SMTPPort"], &[("MM_STORE", &url)]);
    assert_eq!((by_variable.out.as_str(), by_variable.warnings.as_str()), ("26\n", ""));
}

#[test]
fn a_wrong_or_silent_database_is_a_failure_without_its_password() {
    let Some(_) = server("a_wrong_or_silent_database_is_a_failure_without_its_password") else { return };
    for (url, expected) in [
        ("config.json", "expected postgres://"),
        ("postgres://ann:k4n4ry@127.0.0.1:1/chat", "postgres://127.0.0.1:1/chat: not available"),
        ("postgres://ann:k4n4ry@127.0.0.1/chat?sslmode=maybe", "sslmode `maybe`"),
    ] {
        for command in [&["show"][..], &["set", "EmailSettings.SMTPPort", "1"], &["history"], &["nodes"]] {
            let run = settings(&[&["--store", url], command].concat(), &[]);
            assert!(run.code > 0 && run.error.contains(expected), "{run:?}");
            assert!(!format!("{run:?}").contains("k4n4ry"));
        }
    }
    let run = settings(&["nodes"], &[]);
    assert_eq!(run.code, 2);
    assert!(run.error.contains("--store"));
}

#[test]
fn nodes_are_listed_with_what_they_refuse() {
    let Some(server) = server("nodes_are_listed_with_what_they_refuse") else { return };
    let url = server.database();
    with(&url, &["set", "EmailSettings.SMTPPort", "587"]);
    let report = NodeReport::new(Some("node-a".to_owned()));
    let source = PostgresSource::new(config(&url)).report(report.clone());
    let external = External::start(source, ExternalConfig::default()).unwrap();
    report.runs(&external.state().version);
    let listed = || with(&url, &["nodes"]);
    let wait_for = |text: &str| {
        let start = std::time::Instant::now();
        while !listed().out.contains(text) {
            assert!(start.elapsed().as_secs() < 30, "{}", listed().out);
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        listed()
    };
    let good = wait_for("node-a  version 1 since ");
    assert_eq!(good.code, 0);
    assert!(good.out.contains("chat 1.4.2"), "{}", good.out);
    with(&url, &["set", "EmailSettings.SMTPPort", "588"]);
    report.refuses("2@sum", "the port is taken\nby another");
    let refused = wait_for("refuses version 2:\n        the port is taken\n        by another\n");
    assert_eq!(refused.code, 1);
    assert!(refused.out.contains("<- not the newest"));
    let json = with(&url, &["nodes", "--json"]).out;
    assert!(json.contains("\"refused_version\": 2"), "{json}");
}

#[test]
fn settings_are_copied_with_their_history_and_back() {
    let Some(server) = server("settings_are_copied_with_their_history_and_back") else { return };
    let (url, folder) = (server.database(), Folder::new("postgres-copy-cli"));
    let (from, to) = (folder.path("from.json"), folder.path("to.json"));
    for port in ["25", "26", "27"] {
        let run =
            settings(&["--config", &from, "set", "EmailSettings.SMTPPort", port, "--author", "ann"], &[]);
        assert_eq!(run.code, 0, "{run:?}");
    }
    // a change without `set` is a version of its own
    std::fs::write(&from, "{\"EmailSettings\": {\"SMTPPort\": 28}} // by hand\n").unwrap();
    let run = settings(&["store", "copy", &from, &url], &[]);
    assert!(run.out.starts_with("copied 4 versions from "), "{run:?}");
    assert_eq!(settings(&["store", "copy", &from, &url], &[]).code, 1);
    let history = with(&url, &["history"]).out;
    assert!(history.contains("SMTPPort: 27 -> 28") && history.contains("  ann\n"), "{history}");
    let run = settings(&["store", "copy", &url, &to], &[]);
    assert!(run.out.starts_with("copied 4 versions from "), "{run:?}");
    assert_eq!(std::fs::read_to_string(&to).unwrap(), std::fs::read_to_string(&from).unwrap());
    let lines = |text: &str| text.lines().filter(|line| line.starts_with("  ")).count();
    let copied = settings(&["--config", &to, "history"], &[]).out;
    assert_eq!(lines(&copied), lines(&history), "{copied}\n{history}");
    assert_eq!(settings(&["store", "copy", &url, &to], &[]).code, 1);
    assert!(settings(&["store", "schema"], &[]).out.contains("CREATE TABLE settings_version"));
    assert!(settings(&["store", "schema", "--outbox"], &[]).out.contains("CREATE TABLE outbox_mail"));
}

#[test]
fn keys_come_from_a_file_or_a_variable() {
    let Some(server) = server("keys_come_from_a_file_or_a_variable") else { return };
    let url = server.database();
    let line = settings(&["store", "key", "2026-11"], &[]).out;
    let encrypted = |arguments: &[&str]| {
        settings(arguments, &[("MM_STORE", url.as_str()), ("MM_STORE_KEY", line.as_str())])
    };
    let run = encrypted(&["set", "EmailSettings.SMTPPassword=k4n4ry", "EmailSettings.SMTPPort=587"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(encrypted(&["get", "EmailSettings.SMTPPort"]).out, "587\n");
    assert!(!encrypted(&["validate"]).out.contains("is stored in clear"));
    let rows = server.sql(&url, "SELECT document IS NULL, key_id FROM settings_version").unwrap();
    assert_eq!(rows, "t|2026-11");
    // the file of the option is stronger, and a wrong text is not shown
    let folder = Folder::new("postgres-keys");
    let file = folder.write("keys", &line);
    #[cfg(unix)]
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let by_file = ["--store", &url, "--store-keys", &file, "get", "EmailSettings.SMTPPort"];
    assert_eq!(settings(&by_file, &[("MM_STORE_KEY", "2026-11 k4n4ry")]).out, "587\n");
    let wrong = settings(&["show"], &[("MM_STORE", url.as_str()), ("MM_STORE_KEY", "2026-11 k4n4ry")]);
    assert!(wrong.code > 0 && wrong.error.contains("line 1: expected a name and 64"), "{wrong:?}");
    assert!(!format!("{wrong:?}").contains("k4n4ry"));
}

#[test]
fn a_watch_follows_the_database() {
    let Some(server) = server("a_watch_follows_the_database") else { return };
    let url = server.database();
    with(&url, &["set", "EmailSettings.SMTPPort", "587"]);
    let mut watch = Command::new(env!("CARGO_BIN_EXE_operated"))
        .args(["--store", &url, "watch"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.starts_with("watching postgres://127.0.0.1:"), "{first}");
    with(&url, &["set", "EmailSettings.SMTPPort", "588"]);
    let found = lines.map_while(Result::ok).find(|line| line.contains("SMTPPort"));
    let found = found.unwrap();
    assert!(found.contains(": 587 (postgres://") && found.contains(" version 2, line 3)"), "{found}");
    watch.kill().unwrap();
    watch.wait().unwrap();
}
