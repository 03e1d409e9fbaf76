//! The contract of every command: exit codes, each finding once, nearest names, no files left over.

use std::path::Path;

use settings_tests::cli::{Folder, Run, settings};

struct Files {
    folder: Folder,
    good: String,
    bad: String,
    broken: String,
}

impl Files {
    fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        let good = folder.write("good.json", r#"{"EmailSettings": {"SMTPPort": 587}}"#);
        let bad = folder.write("bad.json", r#"{"EmailSettings": {"SMTPPort": 99999, "SMTPServer": true}}"#);
        let broken = folder.write("broken.json", r#"{"EmailSettings": {"#);
        Self { folder, good, bad, broken }
    }

    fn run(&self, config: &str, words: &str) -> Run {
        let words: Vec<String> = words
            .split_whitespace()
            .map(|word| match word.strip_prefix('%') {
                Some(name) => self.folder.path(name),
                None => word.to_owned(),
            })
            .collect();
        let mut arguments = vec!["--config", config];
        arguments.extend(words.iter().map(String::as_str));
        settings(&arguments, &[])
    }
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/docs").join(name);
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn exit_codes_say_good_findings_or_wrong_use() {
    let files = Files::new("contract");
    for page in ["modern.rst", "drifting.rst"] {
        files.folder.write(page, fixture(page));
    }
    files.folder.write("same.json", r#"{"EmailSettings": {"SMTPPort": "587"}}"#);
    let Files { good, bad, broken, .. } = &files;
    let absent = &files.folder.path("absent.json");
    let commands = [
        // (the configuration file, the command, the exit code)
        (good, "show", 0),
        (good, "show --format json --origin", 0),
        (bad, "show", 1),
        (absent, "show", 2),
        (good, "show --running %absent.json", 2),
        (good, "show --format yaml", 2),
        (good, "explain EmailSettings.SMTPPort", 0),
        (bad, "explain EmailSettings.SMTPPort", 1),
        (good, "explain EmailSettings.SMTPPrt", 2),
        (good, "get EmailSettings.SMTPPort", 0),
        (bad, "get EmailSettings.SMTPServer", 1),
        (good, "get EmailSettings.SMTPPrt", 2),
        (good, "validate", 0),
        (bad, "validate", 1),
        (broken, "validate", 1),
        (absent, "validate", 2),
        (good, "--env-file %absent.env validate", 2),
        (good, "--unknown sometimes validate", 2),
        (good, "set EmailSettings.SMTPPort 25", 0),
        (good, "set EmailSettings.SMTPPort=587 EmailSettings.SMTPServer=localhost", 0),
        (good, "set EmailSettings.SMTPPort much", 1),
        (good, "set EmailSettings.SMTPPrt 25", 2),
        (good, "set EmailSettings.SMTPPort", 2),
        (good, "set EmailSettings.SMTPPort 1 2", 2),
        (good, "set EmailSettings.SMTPPassword -", 2),
        (good, "unset EmailSettings.SMTPServer", 0),
        (good, "unset EmailSettings.SMTPPrt", 2),
        (good, "history", 0),
        (good, "rollback 1", 0),
        (good, "rollback 99", 2),
        (good, "diff %good.json %same.json", 0),
        (good, "diff %good.json %bad.json", 1),
        (good, "diff %absent.json", 2),
        (good, "diff %broken.json", 2),
        (good, "diff @99", 2),
        (good, "schema", 0),
        (good, "template --format env", 0),
        (good, "template --format secret --name UPPER", 2),
        (good, "completion zsh", 0),
        (good, "completion tcsh", 2),
        (good, "docs build --out %pages", 0),
        (good, "docs build --out %pages --check", 0),
        (good, "docs build --out %others --check", 1),
        (good, "docs build --out %pages --from %absent.json", 2),
        (good, "docs check %modern.rst", 0),
        (good, "docs check %drifting.rst", 1),
        (good, "docs check %absent.rst", 2),
        (good, "docs sync --dry-run %modern.rst", 0),
        (good, "docs sync %absent.rst", 2),
        (good, "docs import %modern.rst --to json", 0),
        (good, "docs import %absent.rst --to rust", 2),
        (good, "docs todo", 0),
        (good, "rst tree %modern.rst", 0),
        (good, "rst tables %absent.rst", 2),
        (bad, "mail test --to admin@example.com", 1),
        (good, "--set EmailSettings.SMTPPort=1 mail test --to admin@example.com", 1),
        (good, "mail test --to nobody", 2),
        (bad, "mail doctor", 1),
        (good, "--set EmailSettings.SMTPPort=1 mail doctor", 1),
        (good, "mail catch --login nobody", 2),
        (good, "mail queue --outbox %absent.sqlite list", 2),
        (good, "alerts check", 2),
        (good, "watch --poll 1", 2),
        (absent, "watch", 2),
        (good, "nothing", 2),
    ];
    for (config, words, code) in commands {
        let run = files.run(config, words);
        assert_eq!(run.code, code, "{words}: {run:?}");
        // clap's own errors come from its parser; ours begin alike
        assert_eq!(
            run.error.is_empty(),
            code == 0 || (code == 1 && !run.error.starts_with("error: ")),
            "{words}: {run:?}"
        );
    }
}

#[test]
fn each_finding_is_printed_once() {
    let files = Files::new("contract-once");
    for words in [
        "show",
        "validate",
        "diff %good.json",
        "mail test --to admin@example.com",
        "mail doctor",
        "alerts check --feed https://localhost:1/ --public-key 0000000000000000000000000000000000000000000000000000000000000000 --version 1.0.0 --administrator a@example.com",
    ] {
        let run = files.run(&files.bad, words);
        let all = format!("{}{}{}", run.out, run.warnings, run.error);
        let places =
            ["bad.json:1:", "bad.json:1:32", "bad.json:1:53"].map(|place| all.matches(place).count());
        assert_eq!(places, [2, 1, 1], "{words}: {all}");
    }
}

#[test]
fn unknown_settings_get_the_nearest_name() {
    let files = Files::new("contract-names");
    for words in [
        "get EmailSettings.SMTPPrt",
        "explain emailsettings.SMTPPrt",
        "set EmailSettings.SMTPPrt 25",
        "set EmailSettings.SMTPPrt=25 EmailSettings.SMTPServer=localhost",
        "unset EmailSettings.SMTPPrt",
        "--set EmailSettings.SMTPPrt=25 validate",
    ] {
        let run = files.run(&files.good, words);
        let all = format!("{}{}{}", run.out, run.warnings, run.error);
        assert!(run.code > 0 && all.contains("EmailSettings.SMTPPort"), "{words}: {run:?}");
    }
}

#[test]
fn the_default_file_must_be_readable_if_it_is_there() {
    use settings_cli::Sources;
    use settings_core::resolve::Environment;

    let folder = Folder::new("contract-default");
    let sources = |path: &str| Sources::default().with_default_file(path);
    let layers = |path: &str| sources(path).layers(Environment::default()).map(drop);
    assert!(layers(&folder.path("absent.json")).is_ok());
    assert!(layers(&folder.write("there.json", "{}")).is_ok());
    let link = folder.path("link.json");
    std::os::unix::fs::symlink(folder.path("gone.json"), &link).unwrap();
    assert!(layers(&link).is_err(), "a link that leads nowhere is there");
    std::fs::create_dir(folder.path("folder.json")).unwrap();
    assert!(layers(&folder.path("folder.json")).is_err());
    assert!(layers(&folder.path("there.json/config.json")).is_err());
}

#[test]
fn a_shell_reads_what_show_prints_for_it() {
    let folder = Folder::new("contract-shell");
    let text = "it's\n$HOME `x` \\n \"q\"";
    let name = "MM_EMAILSETTINGS_SMTPUSERNAME";
    let run = settings(&["show", "--format", "shell"], &[(name, text)]);
    assert_eq!(run.error, "", "{run:?}");
    let script = folder.write("variables.sh", run.out);
    let output = std::process::Command::new("sh")
        .env_clear()
        .args(["-c", &format!(". '{script}'; printf %s \"${name}\"")])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), text);
    let run = settings(&["show", "--format", "env"], &[(name, text)]);
    let file = folder.write("variables.env", run.out);
    let read = settings(&["--env-file", &file, "get", "EmailSettings.SMTPUsername"], &[]);
    assert_eq!(read.out, format!("{text}\n"), "{read:?}");
}

#[test]
fn the_demo_removes_its_files() {
    let folder = Folder::new("contract-demo");
    let demo = env!("CARGO_BIN_EXE_operated");
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(demo);
        command.env("TMPDIR", folder.path("")).current_dir(folder.path("")).args(arguments).output().unwrap()
    };
    let output = run(&["demo"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert_eq!(std::fs::read_dir(folder.path("")).unwrap().count(), 0);
    assert!(text.contains("= 10 seconds"), "{text}");
    assert_eq!(text.matches("This is a test mail.").count(), 1, "{text}");
    assert_eq!(run(&["demo", "--out", &folder.path("kept")]).status.code(), Some(0));
    assert!(std::fs::read_dir(folder.path("kept")).unwrap().count() > 2);
}
