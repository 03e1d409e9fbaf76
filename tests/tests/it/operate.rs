//! The flags for the sources of settings, and the rules of writing back, as an operator uses them.

use std::fs;
use std::process::Command;

use serde_json::Value;
use settings_tests::cli::{Folder, Run, settings};

fn get(arguments: &[&str], path: &str) -> String {
    settings(&[arguments, &["get", path]].concat(), &[]).out.trim_end().to_owned()
}

#[test]
fn the_last_of_several_files_is_the_strongest_and_is_written() {
    let folder = Folder::new("several");
    let base = folder.write("base.json", r#"{"EmailSettings": {"SMTPPort": 1, "SMTPServer": "base"}}"#);
    let site = folder.write("site.json", "{\"EmailSettings\": {\"SMTPPort\": 2}}\n");
    let both = ["--config", &base, "--config", &site];
    assert_eq!(get(&both, "EmailSettings.SMTPPort"), "2");
    assert_eq!(get(&both, "EmailSettings.SMTPServer"), "base");
    let run = settings(&[&both[..], &["set", "EmailSettings.SMTPServer", "site"]].concat(), &[]);
    assert_eq!((run.code, run.out), (0, format!("wrote {site} (version 2)\n")), "{}", run.error);
    assert_eq!(get(&both, "EmailSettings.SMTPServer"), "site");
    assert_eq!(get(&["--config", &base], "EmailSettings.SMTPServer"), "base");
    assert_eq!(get(&["--config", &site, "--config", &base], "EmailSettings.SMTPServer"), "base");
    // the later file may be made by the change, an earlier one must be there
    let new = folder.path("new.json");
    let run = settings(&["--config", &base, "--config", &new, "set", "EmailSettings.SMTPPort", "3"], &[]);
    assert_eq!((run.code, run.out), (0, format!("wrote {new} (version 1)\n")), "{}", run.error);
    let missing = folder.path("missing.json");
    let run = settings(&["--config", &missing, "--config", &new, "set", "EmailSettings.SMTPPort", "3"], &[]);
    assert!(run.code == 2 && run.error.contains("missing.json"), "{run:?}");
    // every command that resolves takes them
    for command in [&["show"][..], &["explain", "EmailSettings.SMTPPort"], &["validate"], &["diff"]] {
        let run = settings(&[&both[..], &["--unknown", "deny"], command].concat(), &[]);
        assert_ne!(run.code, 2, "{command:?}: {run:?}");
    }
}

#[test]
fn secrets_directories_are_between_files_and_the_environment() {
    let folder = Folder::new("flags-secrets");
    fs::create_dir(folder.path("one")).unwrap();
    fs::create_dir(folder.path("two")).unwrap();
    folder.write("one/MM_EMAILSETTINGS_SMTPUSERNAME", "one\n");
    folder.write("one/EmailSettings.SMTPServer", "one\n");
    folder.write("two/MM_EMAILSETTINGS_SMTPUSERNAME", "two\n");
    let config = folder.write("config.json", r#"{"EmailSettings": {"SMTPUsername": "file"}}"#);
    let (one, two) = (folder.path("one"), folder.path("two"));
    let flags = ["--config", &config, "--secrets-dir", &one, "--secrets-dir", &two];
    assert_eq!(get(&flags, "EmailSettings.SMTPUsername"), "two");
    assert_eq!(get(&flags, "EmailSettings.SMTPServer"), "one");
    let variables = [("MM_EMAILSETTINGS_SMTPUSERNAME", "environment")];
    let run = settings(&[&flags[..], &["get", "EmailSettings.SMTPUsername"]].concat(), &variables);
    assert_eq!(run.out, "environment\n");
    let shadowed = settings(&[&flags[..], &["set", "EmailSettings.SMTPUsername", "x"]].concat(), &[]);
    assert!(shadowed.code == 1 && shadowed.error.contains("is set by secret "), "{shadowed:?}");
    let missing = settings(&["--secrets-dir", &folder.path("none"), "show"], &[]);
    assert!(missing.code == 2 && missing.error.contains("none"), "{missing:?}");
}

#[test]
fn unknown_names_follow_the_policy() {
    let folder = Folder::new("flags-unknown");
    let config = folder
        .write("config.json", r#"{"EmailSettings": {"Quaternion": 1}, "Elsewhere": {"Quaternion": 1}}"#);
    let severities = |flags: &[&str], variables: &[(&str, &str)]| {
        let arguments = [&["--config", &config], flags, &["validate", "--format", "json"]].concat();
        let run = settings(&arguments, variables);
        let findings: Vec<Value> = serde_json::from_str(&run.out).expect("the report is JSON");
        let severities: Vec<_> =
            findings.iter().map(|one| one["severity"].as_str().unwrap_or_default().to_owned()).collect();
        (run.code, severities)
    };
    let expected =
        |code, severities: &[&str]| (code, severities.iter().map(|one| (*one).to_owned()).collect());
    assert_eq!(severities(&[], &[]), expected(0, &["warning", "note"]));
    assert_eq!(severities(&["--unknown", "allow"], &[]), expected(0, &[]));
    assert_eq!(severities(&["--unknown", "deny"], &[]), expected(1, &["error", "error"]));
    assert_eq!(severities(&["--unknown", "EmailSettings=deny"], &[]), expected(1, &["error", "note"]));
    let both = ["--unknown", "deny", "--unknown", "emailsettings=allow"];
    assert_eq!(severities(&both, &[]), expected(1, &["error"]));
    let variable = [("MM_EMAILSETTINGS_QUATERNION", "1")];
    assert_eq!(severities(&["--unknown", "allow"], &variable), expected(0, &[]));
    assert_eq!(
        severities(&["--unknown", "EmailSettings=deny"], &variable),
        expected(1, &["error", "error", "note"])
    );
    for wrong in ["forbid", "EmailSettings=", "=x"] {
        let run = settings(&["--unknown", wrong, "show"], &[]);
        assert!(run.code == 2 && run.error.contains("expected `allow`, `warn` or `deny`"), "{run:?}");
    }
}

#[test]
fn debug_output_of_arguments_shows_no_secret() {
    let run = settings(&["--set", "EmailSettings.SMTPPort", "show"], &[]);
    assert!(run.code == 2 && run.error.contains("PATH=VALUE"), "{run:?}");
    let cli = <settings_cli::Cli as clap::Parser>::try_parse_from([
        "settings",
        "--set",
        "EmailSettings.SMTPPassword=k4n4ry",
        "set",
        "EmailSettings.SMTPPassword",
        "k4n4ry",
    ]);
    assert!(!format!("{:?}", cli.unwrap()).contains("k4n4ry"));
}

fn set(config: &str, values: &[&str], variables: &[(&str, &str)]) -> Run {
    settings(&[&["--config", config, "set"], values].concat(), variables)
}

#[test]
fn a_shadowed_setting_is_refused_or_reported() {
    let folder = Folder::new("shadow");
    let config = folder.write("config.json", "{}");
    let variables = [("MM_EMAILSETTINGS_SMTPPORT", "2525"), ("MM_EMAILSETTINGS_SMTPPASSWORD", "k4n4ry")];
    let refused = set(&config, &["EmailSettings.SMTPPort", "25"], &variables);
    assert_eq!(refused.code, 1);
    assert!(refused.error.contains("`EmailSettings.SMTPPort` is set by variable MM_EMAILSETTINGS_SMTPPORT"));
    assert_eq!(fs::read_to_string(&config).unwrap(), "{}");
    let run = set(&config, &["EmailSettings.SMTPPort", "25", "--shadowed"], &variables);
    assert_eq!(run.code, 0);
    assert!(
        run.out.contains("variable MM_EMAILSETTINGS_SMTPPORT, so that the change has no effect"),
        "{}",
        run.out
    );
    let text = fs::read_to_string(&config).unwrap();
    assert!(text.contains("25") && !text.contains("2525") && !text.contains("k4n4ry"), "{text}");
}

/// More than a thousand users need a licence, whatever the origins of the two.
#[test]
fn the_stored_and_the_effective_view_are_both_checked() {
    let folder = Folder::new("views");
    let config = folder.path("config.json");
    let run = |path: &str, value: &str, variables: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_operated"));
        command.args(["--config", &config, "set", path, value]).env_clear().envs(variables.iter().copied());
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let is_refused = |(code, error): (Option<i32>, String)| {
        assert!(error.contains("error[rule]: more than a thousand users need a licence"), "{error}");
        code == Some(1) && error.contains("nothing is written") && !error.contains("k4n4ry")
    };
    let (users, licence) = ("ServiceSettings.MaxUsers", "ServiceSettings.Licence");
    // the file alone is right, all layers together are not
    let text = r#"{"ServiceSettings": {"Licence": "k4n4ry"}}"#;
    folder.write("config.json", text);
    assert!(is_refused(run(licence, "", &[("MM_SERVICESETTINGS_MAXUSERS", "2000")])));
    // all layers together are right, the file alone is not
    folder.write("config.json", "{}");
    assert!(is_refused(run(users, "2000", &[("MM_SERVICESETTINGS_LICENCE", "k4n4ry")])));
    assert_eq!(fs::read_to_string(&config).unwrap(), "{}");
    // both are right
    folder.write("config.json", text);
    assert_eq!(run(users, "2000", &[]), (Some(0), String::new()));
}

#[test]
fn values_that_start_with_a_hyphen_follow_two_hyphens() {
    let folder = Folder::new("hyphen");
    let config = folder.write("config.json", "{}");
    assert_eq!(set(&config, &["EmailSettings.SMTPUsername", "-v"], &[]).code, 2);
    assert_eq!(set(&config, &["EmailSettings.SMTPUsername", "--", "-v"], &[]).code, 0);
    assert_eq!(get(&["--config", &config], "EmailSettings.SMTPUsername"), "-v");
    let negative = set(&config, &["EmailSettings.SMTPPort", "-1"], &[]);
    assert!(negative.code == 1 && negative.error.contains("found -1"), "{negative:?}");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &str) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn a_read_only_file_is_read_but_not_written() {
        let folder = Folder::new("read-only");
        let text = r#"{"EmailSettings": {"SMTPPort": 25}}"#;
        let config = folder.write("config.json", text);
        fs::set_permissions(&config, fs::Permissions::from_mode(0o444)).unwrap();
        assert_eq!(get(&["--config", &config], "EmailSettings.SMTPPort"), "25");
        assert_eq!(settings(&["--config", &config, "validate"], &[]).code, 0);
        // a value that is there already needs no writing
        assert_eq!(set(&config, &["EmailSettings.SMTPPort", "25"], &[]).code, 0);
        let refused = set(&config, &["EmailSettings.SMTPPort", "26"], &[]);
        assert!(refused.code == 1 && refused.error.contains("can't open for writing"), "{refused:?}");
        assert_eq!((fs::read_to_string(&config).unwrap().as_str(), mode(&config)), (text, 0o444));
    }

    #[test]
    fn a_new_file_is_private_and_a_link_to_it_stays_one() {
        let folder = Folder::new("new-file");
        fs::create_dir(folder.path("real")).unwrap();
        let config = folder.path("config.json");
        symlink("real/config.json", &config).unwrap();
        let run = set(&config, &["EmailSettings.SMTPPassword", "k4n4ry"], &[]);
        assert_eq!((run.code, run.out), (0, format!("wrote {config} (version 1)\n")), "{}", run.error);
        assert!(fs::symlink_metadata(&config).unwrap().is_symlink());
        assert_eq!(mode(&folder.path("real/config.json")), 0o600);
        assert!(!std::path::Path::new(&folder.path(".config.json.history")).exists());
    }
}
