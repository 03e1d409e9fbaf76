//! `settings diff`: two files, versions of the history, and a file against the effective settings.

use serde_json::Value;
use settings_tests::cli::{Folder, Run, settings};

fn json(run: &Run) -> Vec<Value> {
    serde_json::from_str(&run.out).expect("the listing is JSON")
}

#[test]
fn files_are_compared_by_value() {
    let folder = Folder::new("diff-files");
    let a = folder.write(
        "a.json",
        r#"{"EmailSettings": {"SMTPPort": "25", "SMTPPassword": "k4n4ry1", "SMTPServer": "localhost"}}"#,
    );
    let b = folder.write(
        "b.json",
        "{\n  // the same port\n  \"EmailSettings\": {\"SMTPPassword\": \"k4n4ry2\", \"SMTPPort\": 25, \"ConnectionSecurity\": \"TLS\"}}",
    );
    let run = settings(&["diff", &a, &b, "--format", "json"], &[("MM_EMAILSETTINGS_SMTPPORT", "1")]);
    assert_eq!((run.code, run.error.as_str()), (1, ""));
    let found: Vec<_> = json(&run)
        .iter()
        .map(|one| (one["name"].clone(), one["old"].clone(), one["new"].clone(), one["secret"].clone()))
        .collect();
    let expected = [
        ("EmailSettings.SMTPPassword", "***", "***", true),
        ("EmailSettings.ConnectionSecurity", "", "TLS", false),
    ];
    let mut expected =
        expected.map(|(name, old, new, secret)| (name.into(), old.into(), new.into(), secret.into()));
    let mut found = found;
    found.sort_by_key(|one| one.0.to_string());
    expected.sort_by_key(|one: &(Value, Value, Value, Value)| one.0.to_string());
    assert_eq!(found, expected);
    let human = settings(&["diff", &a, &b], &[]);
    assert_eq!(human.code, 1);
    assert!(human.out.starts_with(&format!("{a} -> {b}: 2 settings differ\n")), "{}", human.out);
    let place = format!("  EmailSettings.ConnectionSecurity: \"\" (default) -> \"TLS\" ({b}:3:");
    assert!(human.out.contains(&place), "{}", human.out);
    assert!(!human.out.contains("k4n4ry") && !run.out.contains("k4n4ry"));
    let same = settings(&["diff", &a, &a], &[]);
    assert_eq!((same.code, same.out), (0, format!("{a} -> {a}: no setting differs\n")));
    assert_eq!(settings(&["diff", &a, &a, "--format", "json"], &[]).out, "[]\n");
}

#[test]
fn a_file_against_the_effective_settings() {
    let folder = Folder::new("diff-effective");
    let config =
        folder.write("config.json", r#"{"EmailSettings": {"SMTPPort": 25, "SMTPPassword": "k4n4ry1"}}"#);
    let defaults =
        folder.write("defaults.json", r#"{"EmailSettings": {"SMTPPort": 1, "SMTPServer": "relay"}}"#);
    let layers = ["--config", &config, "--custom-defaults", &defaults, "diff", "--format", "json"];
    let variables = [("MM_EMAILSETTINGS_SMTPPASSWORD", "k4n4ry2"), ("MM_EMAILSETTINGS_SMTPPORT", "25")];
    let run = settings(&layers, &variables);
    assert_eq!(run.code, 1);
    let found = json(&run);
    let names: Vec<_> = found.iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["EmailSettings.SMTPServer", "EmailSettings.SMTPPassword"]);
    assert_eq!(found[0]["new_origin"]["layer"], "custom defaults");
    assert_eq!(found[1]["new_origin"]["variable"], "MM_EMAILSETTINGS_SMTPPASSWORD");
    assert!(!run.out.contains("k4n4ry"));
    let same = settings(&["--config", &config, "diff"], &[]);
    assert_eq!(
        (same.code, same.out.as_str()),
        (0, "the configuration file -> the effective settings: no setting differs\n")
    );
    // another file against it
    let other = folder.write("other.json", "{}");
    assert_eq!(settings(&["--config", &config, "diff", &other], &[]).code, 1);
}

#[test]
fn versions_are_compared_too() {
    let folder = Folder::new("diff-versions");
    let config = folder.write("config.json", "{}");
    assert_eq!(settings(&["--config", &config, "set", "EmailSettings.SMTPPort", "587"], &[]).code, 0);
    let run = settings(&["--config", &config, "diff", "@1", "@2"], &[]);
    assert_eq!(run.code, 1);
    assert!(run.out.starts_with("version 1 -> version 2: 1 setting differs\n"), "{}", run.out);
    assert_eq!(settings(&["--config", &config, "diff", "@2", &config], &[]).code, 0);
    let none = settings(&["--config", &config, "diff", "@3"], &[]);
    assert!(none.code == 2 && none.error.contains("no version 3 of "), "{none:?}");
}

#[test]
fn unreadable_files_are_not_differences() {
    let folder = Folder::new("diff-broken");
    let good = folder.write("good.json", "{}");
    for (name, text) in [("broken.json", "{"), ("empty.json", "")] {
        let broken = folder.write(name, text);
        let run = settings(&["diff", &good, &broken], &[]);
        assert_eq!((run.code, run.error), (2, format!("error: {broken} can't be compared")));
    }
    assert_eq!(settings(&["diff", &good, &folder.path("none.json")], &[]).code, 2);
    // a mistake in one setting is no reason not to compare the others
    let wrong = folder.write("wrong.json", r#"{"EmailSettings": {"SMTPPort": 0, "SMTPServer": "x"}}"#);
    let run = settings(&["diff", &good, &wrong, "--format", "json"], &[]);
    assert_eq!((run.code, json(&run).len()), (1, 1));
}

#[test]
fn a_mistake_of_both_sides_is_reported_once() {
    let folder = Folder::new("diff-mistakes");
    let config = folder.write("config.json", r#"{"EmailSettings": {"SMTPPort": 99999}}"#);
    let found = |arguments: &[&str]| {
        let program = env!("CARGO_BIN_EXE_operated");
        let run = std::process::Command::new(program).args(arguments).env_clear().output().unwrap();
        (run.status.code(), String::from_utf8(run.stderr).unwrap())
    };
    for arguments in [&["--config", &config, "diff"][..], &["diff", &config, &config]] {
        let (code, found) = found(arguments);
        assert_eq!((code, found.matches("error[out-of-range]").count()), (Some(0), 1), "{found}");
    }
    let (broken, bare) = (folder.write("broken.json", "{"), folder.write("bare.json", ""));
    let (code, found) = found(&["diff", &broken, &bare]);
    assert_eq!(code, Some(2));
    for part in ["error[syntax]", "error[empty-file]", "broken.json can't be compared"] {
        assert!(found.contains(part), "{found}");
    }
}
