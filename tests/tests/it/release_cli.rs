//! `schema --release` and `upgrade`: the file of a release, the judgement of a configuration, and fixes.

use settings_core::Settings;
use settings_core::mail::EmailSettings;
use settings_core::resolve::{Code, Layers, resolve};
use settings_core::value::json::Tree;
use settings_tests::cli::{Folder, Run, run, settings};

/// A server in its second major version.
#[derive(Settings)]
#[allow(clippy::duplicated_attributes, reason = "one release removes several settings")]
#[allow(dead_code, reason = "only the metadata is used")]
#[settings(
    env_prefix = "CHAT",
    removed(
        path = "Theme",
        since = "2.0",
        reason = "Clients choose their own.",
        replacement = "Look.Scheme"
    ),
    removed(path = "Legacy", since = "2.0", reason = "No client needs it.")
)]
pub(crate) struct Server {
    /// The number of connections.
    #[setting(default = 100, alias = "Connections")]
    max_connections: u32,
    /// The time to wait.
    #[setting(default = 30, range = 0..=60)]
    wait: u32,
    #[settings(section = "Look")]
    look: Look,
    #[settings(section = "EmailSettings")]
    email: EmailSettings,
}

/// The look.
#[derive(Settings)]
#[allow(dead_code, reason = "only the metadata is used")]
#[settings(removed(path = "Font", since = "2.0", reason = "There is one font."))]
struct Look {
    /// The colours.
    #[setting(default = "light")]
    scheme: String,
}

impl AsRef<EmailSettings> for Server {
    fn as_ref(&self) -> &EmailSettings {
        &self.email
    }
}

/// The first version's settings, next to those of mail.
pub(crate) fn old(folder: &Folder) -> String {
    let own = run::<Server>(&["schema", "--release", "--program-version", "1.4"], &[]).out;
    let settings = r#""settings": [
    {"path":"Connections","variable":"CHAT_CONNECTIONS","kind":"integer","default":300},
    {"path":"Theme","kind":"text","default":""},
    {"path":"Legacy","kind":"bool","default":false},
    {"path":"Wait","kind":{"type":"integer","min":0,"max":900},"default":30},
    {"path":"Look.Font","kind":"text","default":""},
"#;
    let mail: Vec<&str> = own.lines().filter(|line| line.contains("\"EmailSettings.")).collect();
    let mail = mail.join("\n");
    let head = own.split("\"settings\": [").next().unwrap();
    folder.write("1.4.json", format!("{head}{settings}{}\n  ]\n}}\n", mail.trim_end_matches(',')))
}

pub(crate) fn upgrade(folder: &Folder, more: &[&str], environment: &[(&str, &str)]) -> Run {
    let old = old(folder);
    let mut arguments = vec!["upgrade", "--from", &old, "--program-version", "2.0"];
    arguments.extend(more);
    run::<Server>(&arguments, environment)
}

#[test]
fn the_file_of_a_release_is_checked() {
    let folder = Folder::new("release-file");
    let Run { code, out, .. } = settings(&["schema", "--release", "--program-version", "11.0"], &[]);
    assert_eq!(code, 0);
    assert!(
        out.contains("\"program_version\": \"11.0\"") && out.contains("\"EmailSettings.SMTPPort\""),
        "{out}"
    );
    let kept = folder.write("11.0.json", out.as_str());
    assert_eq!(settings(&["schema", "--release", "--check", &kept], &[]).code, 0);
    let older = folder.write("old.json", out.replace("\"default\":10025", "\"default\":25"));
    let Run { code, out, .. } = settings(&["schema", "--release", "--check", &older], &[]);
    assert_eq!(code, 1);
    assert!(out.contains("the default is 10025, was 25"), "{out}");
    assert!(out.contains("schema --release --program-version 11.0 >"), "{out}");
    let wrong = folder.write("wrong.json", "{}");
    assert_eq!(settings(&["schema", "--release", "--check", &wrong], &[]).code, 2);
    assert_eq!(settings(&["schema", "--check", &kept], &[]).code, 2);
}

#[test]
fn upgrade_has_the_exit_codes_of_the_contract() {
    let folder = Folder::new("upgrade-codes");
    let config = folder.write("config.json", r#"{"Connections": 5}"#);
    assert_eq!(upgrade(&folder, &["--config", &config], &[]).code, 1);
    let config = folder.write("new.json", r#"{"MaxConnections": 5}"#);
    assert_eq!(upgrade(&folder, &["--config", &config], &[]).code, 0);
    assert_eq!(run::<Server>(&["upgrade", "--from", &folder.path("absent.json")], &[]).code, 2);
    assert_eq!(run::<Server>(&["upgrade", "--from", &config], &[]).code, 2);
    assert_eq!(run::<Server>(&["upgrade"], &[]).code, 2);
    let newer =
        folder.write("newer.json", r#"{"format": "settings-release", "format_version": 9, "settings": []}"#);
    let Run { code, error, .. } = run::<Server>(&["upgrade", "--from", &newer], &[]);
    assert!(code == 2 && error.contains("use a newer program"), "{error}");
}

#[test]
fn upgrade_names_what_concerns_the_configuration() {
    let folder = Folder::new("upgrade-human");
    let config = folder.write("config.json", "{\n  \"Theme\": \"dark\",\n  \"Wait\": 300\n}\n");
    let Run { code, out, .. } = upgrade(&folder, &["--config", &config], &[("CHAT_LOOK_FONT", "mono")]);
    assert_eq!(code, 1);
    let config = config.as_str();
    for wanted in [
        format!(
            "broken[removed]: `Theme` is removed in 2.0: Clients choose their own\n  --> {config}:2:12\n  = help: set `Look.Scheme` instead\n"
        ),
        "`CHAT_LOOK_FONT` sets nothing any more: `Look.Font` is removed in 2.0: There is one font".to_owned(),
        "broken[range-narrowed]: ".to_owned(),
        "changed[default-changed]: `MaxConnections` is not set, and its default is 100, was 300".to_owned(),
        "1.4 -> 2.0: 3 broken, 1 changed".to_owned(),
    ] {
        assert!(out.contains(&wanted), "{wanted}\n{out}");
    }
    let all = upgrade(&folder, &["--all"], &[]).out;
    assert!(all.contains("  `Look.Scheme`: added\n"), "{all}");
    let lines = upgrade(&folder, &["--config", config, "--format", "lines"], &[]).out;
    assert_eq!(lines.lines().count(), 3, "{lines}");
    let json = upgrade(&folder, &["--config", config, "--format", "json"], &[]).out;
    let json = Tree::parse(&json).unwrap();
    let findings = json.as_object().unwrap().get("findings").unwrap().as_array().unwrap();
    let codes: Vec<_> = findings
        .iter()
        .map(|found| found.as_object().unwrap().get("code").unwrap().as_str().unwrap())
        .collect();
    assert_eq!(codes, ["removed", "range-narrowed", "default-changed"]);
}

#[test]
fn fixes_are_one_change_with_a_version() {
    let folder = Folder::new("upgrade-fix");
    let text = "{\n  // many\n  \"Connections\": 5,\n  \"Legacy\": true\n}\n";
    let config = folder.write("config.json", text);
    let Run { code, out, warnings, .. } = upgrade(&folder, &["--config", &config, "--fix"], &[]);
    assert_eq!(code, 0, "{out}{warnings}");
    assert!(warnings.contains("(version "), "{warnings}");
    assert_eq!(std::fs::read_to_string(&config).unwrap(), "{\n  // many\n  \"MaxConnections\": 5\n}\n");
    let history = run::<Server>(&["--config", &config, "history"], &[]).out;
    assert!(history.lines().count() >= 2, "{history}");

    // what has no single answer stays, and is reported
    let config = folder.write("theme.json", r#"{"Theme": "dark", "Connections": 5}"#);
    let Run { code, out, .. } = upgrade(&folder, &["--config", &config, "--fix"], &[]);
    assert!(code == 1 && out.contains("`Theme` is removed"), "{out}");
    let text = std::fs::read_to_string(&config).unwrap();
    assert!(text.contains("\"Theme\": \"dark\"") && text.contains("\"MaxConnections\": 5"), "{text}");

    let config = folder.write("empty.json", "{}");
    let Run { code, .. } = upgrade(&folder, &["--config", &config, "--fix", "--pin-defaults"], &[]);
    assert_eq!(code, 0);
    assert!(std::fs::read_to_string(&config).unwrap().contains("\"MaxConnections\": 300"));
    let untouched = folder.write("config.toml", "# none\nWait = 5\n");
    assert_eq!(upgrade(&folder, &["--config", &untouched, "--fix"], &[]).code, 1);
    assert_eq!(std::fs::read_to_string(&untouched).unwrap(), "# none\nWait = 5\n");
}

#[test]
fn removed_settings_are_errors_in_every_layer() {
    let layers = Layers::new()
        .custom_defaults("defaults.json", r#"{"theme": "x"}"#)
        .file("config.json", r#"{"Legacy": true, "Look": {"Font": "mono"}}"#)
        .environment([("CHAT_THEME", "dark")].into_iter().collect())
        .set("Look.Font", "x", "--set");
    let resolution = resolve::<Server>(layers);
    let report = resolution.report();
    let found: Vec<String> = report
        .diagnostics()
        .iter()
        .map(|found| {
            assert_eq!(found.code, Code::Removed, "{report}");
            format!("{}: {} ({})", found.place, found.message, found.help)
        })
        .collect();
    assert_eq!(
        found,
        [
            "defaults.json:1:2: `Theme` was removed in 2.0: Clients choose their own (set `Look.Scheme` instead)",
            "config.json:1:2: `Legacy` was removed in 2.0: No client needs it (remove it)",
            "config.json:1:27: `Look.Font` was removed in 2.0: There is one font (remove it)",
            "variable CHAT_THEME: `CHAT_THEME` sets `Theme`, which was removed in 2.0: Clients choose their own (set `Look.Scheme` instead)",
            "--set Look.Font: `Look.Font` was removed in 2.0: There is one font (remove it)",
        ]
    );
    let folder = Folder::new("removed-secrets");
    folder.write("Theme", "dark");
    let secrets = Layers::new().secrets_dir(folder.path("")).unwrap();
    let resolution = resolve::<Server>(secrets);
    assert!(
        resolution.report().to_string().contains("`Theme` was removed in 2.0"),
        "{}",
        resolution.report()
    );
}

#[test]
fn the_gate_fails_with_the_rule() {
    let folder = Folder::new("upgrade-gate");
    let old = old(&folder);
    let gate = |version: &str| {
        run::<Server>(&["upgrade", "--from", &old, "--program-version", version, "--gate"], &[])
    };
    let Run { code, out, .. } = gate("1.5");
    assert_eq!(code, 1);
    for rule in ["default-changed", "range-narrowed", "removal-in-minor", "removal-unannounced"] {
        assert!(out.contains(&format!("error[{rule}]")), "{rule}\n{out}");
    }
    let Run { code, out, .. } = gate("2.0");
    assert!(code == 1 && !out.contains("default-changed") && out.contains("removal-unannounced"), "{out}");
    let own = run::<Server>(&["schema", "--release", "--program-version", "2.0"], &[]).out;
    let same = folder.write("2.0.json", own);
    assert_eq!(run::<Server>(&["upgrade", "--from", &same, "--gate"], &[]).code, 0);
    let arguments = ["upgrade", "--from", &old, "--program-version", "2.0", "--gate", "--format"];
    let formatted = |format: &str| run::<Server>(&[&arguments[..], &[format]].concat(), &[]);
    let Run { code, out, .. } = formatted("lines");
    assert_eq!(code, 1);
    assert_eq!(
        out.lines().next(),
        Some(
            "removal-unannounced: `Legacy`: removed in 2.0: No client needs it. (keep it for one release with `deprecated(since = ..., until = ..., reason = ...)`)"
        )
    );
    let Run { code, out, .. } = formatted("json");
    let json = Tree::parse(&out).unwrap();
    let json = json.as_object().unwrap();
    assert!(code == 1 && json.get("passes").unwrap() == &Tree::Bool(false), "{out}");
    let violations = json.get("violations").unwrap().as_array().unwrap();
    assert!(violations.iter().all(|found| found.as_object().unwrap().get("rule").is_some()), "{out}");
    // wrong use
    for more in [["--gate", "--fix"], ["--gate", "--all"], ["--to", &same]] {
        let run = run::<Server>(&[&arguments[..6], &more].concat(), &[]);
        assert_eq!(run.code, 2, "{more:?} {run:?}");
    }
}

#[test]
fn a_folder_of_releases_is_read_as_a_whole() {
    let folder = Folder::new("upgrade-kept-all");
    std::fs::create_dir(folder.path("releases")).unwrap();
    let releases = folder.path("releases");
    let Run { code, error, .. } = run::<Server>(&["upgrade", "--from", &releases], &[]);
    assert!(code == 2 && error.contains("no release file"), "{error}");
    let text = std::fs::read_to_string(old(&folder)).unwrap();
    // an older release announced what the newest of them, from another branch, did not
    let deprecated = r#","deprecated":{"since":"1.0","until":"2.0","reason":"Old."}}"#;
    let announced = |line: &str| match ["Theme", "Legacy", "Font"].iter().any(|key| line.contains(key)) {
        true => line.replace("},", &format!("{deprecated},")),
        false => line.to_owned(),
    };
    let older: Vec<_> = text.replace("\"1.4\"", "\"1.2\"").lines().map(announced).collect();
    folder.write("releases/a.json", text);
    let gate = || run::<Server>(&["upgrade", "--from", &releases, "--program-version", "2.0", "--gate"], &[]);
    assert!(gate().out.contains("removal-unannounced"));
    folder.write("releases/b.json", older.join("\n"));
    let Run { code, out, .. } = gate();
    assert!(code == 0 && out.contains("1.4 -> 2.0: no change breaks"), "{out}");
    // the new release may be in the folder already
    let own = run::<Server>(&["schema", "--release", "--program-version", "2.0"], &[]).out;
    folder.write("releases/c.json", own);
    assert!(gate().out.contains("1.4 -> 2.0"));
    let Run { code, out, .. } =
        run::<Server>(&["upgrade", "--from", &releases, "--program-version", "2.0"], &[]);
    assert!(code == 1 && out.contains("1.4 -> 2.0: 0 broken, 1 changed"), "{out}");
    folder.write("releases/d.json", "{}");
    assert_eq!(gate().code, 2);
}

#[test]
fn pages_show_the_history_of_settings_and_are_checked() {
    let folder = Folder::new("upgrade-notes");
    let releases = Folder::new("upgrade-kept");
    let own = settings(&["schema", "--release", "--program-version", "11.0"], &[]).out;
    releases
        .write("10.json", own.replace("\"11.0\"", "\"10.0\"").replace("\"default\":10025", "\"default\":25"));
    let (out, kept) = (folder.path("pages"), releases.path(""));
    let build = |more: &[&str]| {
        let mut arguments = vec!["docs", "build", "--out", &out, "--releases", &kept];
        arguments.extend(more);
        settings(&arguments, &[])
    };
    // one release only, and the program's own after it
    assert_eq!(build(&[]).code, 0);
    let page = std::fs::read_to_string(format!("{out}/smtp.rst")).unwrap();
    assert!(
        page.contains("**Changed in version next**: ``10025`` where nothing sets it, before ``25``."),
        "{page}"
    );
    let notes = std::fs::read_to_string(format!("{out}/upgrade.rst")).unwrap();
    assert!(
        notes.contains("To decide\n~~~~~~~~~") && notes.contains("``EmailSettings.SMTPPort``"),
        "{notes}"
    );
    assert_eq!(build(&["--check"]).code, 0);
    releases.write("11.json", own.as_str());
    let Run { code, out: diff, .. } = build(&["--check"]);
    assert!(code == 1 && diff.contains("+") && diff.contains("--releases"), "{diff}");
    assert_eq!(build(&["--format", "md"]).code, 0);
    let notes = std::fs::read_to_string(format!("{out}/upgrade.md")).unwrap();
    assert!(notes.contains("From 10.0 to 11.0"), "{notes}");
    // the pages agree with the settings
    assert_eq!(build(&[]).code, 0);
    let (page, notes) = (format!("{out}/smtp.rst"), format!("{out}/upgrade.rst"));
    let Run { code, out: findings, .. } = settings(&["docs", "check", &page, &notes], &[]);
    assert_eq!(code, 0, "{findings}");
}

#[test]
fn pages_without_a_change_are_the_same_with_releases_in_every_dialect() {
    let folder = Folder::new("upgrade-dialects");
    let releases = Folder::new("upgrade-one");
    releases.write("11.json", settings(&["schema", "--release", "--program-version", "11.0"], &[]).out);
    let (plain, kept) = (folder.path("plain"), folder.path("kept"));
    let mut seen = Vec::new();
    for style in ["table", "directive", "confval", "heading"] {
        for format in ["rst", "md"] {
            for more in [&[][..], &["--file", "server.toml", "--console", "https://admin.example.com/"]] {
                let build = |out: &str, last: &[&str]| {
                    let first = ["docs", "build", "--out", out, "--style", style, "--format", format];
                    let run = settings(&[&first[..], more, last].concat(), &[]);
                    assert_eq!(run.code, 0, "{}", run.error);
                    std::fs::read_to_string(format!("{out}/smtp.{format}")).unwrap()
                };
                let page = build(&plain, &[]);
                assert_eq!(
                    build(&kept, &["--releases", &releases.path("")]),
                    page,
                    "{style} {format} {more:?}"
                );
                seen.push(page);
            }
        }
    }
    seen.sort();
    seen.dedup();
    assert!(seen.len() >= 8, "{} pages differ", seen.len());
    // the template has the format of the named file
    for out in [plain, kept] {
        assert!(std::path::Path::new(&out).join("config.default.toml").exists());
    }
}

#[test]
fn every_layer_is_judged_and_shows_no_value() {
    let folder = Folder::new("upgrade-layers");
    std::fs::create_dir(folder.path("secrets")).unwrap();
    folder.write("secrets/Theme", "hush1");
    let theme = folder.write("theme", "hush2");
    let defaults = folder.write("defaults.json", r#"{"Theme": "hush3", "Connections": 9}"#);
    let variables = folder.write("server.env", "CHAT_LOOK_FONT=hush4\n");
    let config = folder.write("config.yaml", "Theme: hush5\n");
    let secrets = folder.path("secrets");
    let sources = [
        "--config",
        &config,
        "--custom-defaults",
        &defaults,
        "--secrets-dir",
        &secrets,
        "--env-file",
        &variables,
        "--set",
        "Theme=hush6",
        "--format",
        "lines",
    ];
    let Run { code, out, .. } = upgrade(&folder, &sources, &[("CHAT_THEME_FILE", &theme)]);
    assert_eq!(code, 1);
    for wanted in [
        format!("{config}:1:8: broken[removed]: `Theme` is removed in 2.0"),
        format!("{defaults}:1:11: broken[removed]: `Theme` is removed in 2.0"),
        format!("{defaults}:1:35: changed[renamed]: `Connections` is called `MaxConnections` now"),
        "CHAT_LOOK_FONT` sets nothing any more".to_owned(),
        "CHAT_THEME_FILE` sets nothing any more".to_owned(),
        "--set".to_owned(),
        format!("{secrets}/Theme"),
    ] {
        assert!(out.contains(&wanted), "{wanted}\n{out}");
    }
    assert!(!out.contains("hush"), "{out}");
    assert_eq!(out.lines().count(), 7, "{out}");
    // only files that are the operator's are changed
    let before = std::fs::read_to_string(&defaults).unwrap();
    upgrade(&folder, &[&sources[..], &["--fix"]].concat(), &[]);
    assert_eq!(std::fs::read_to_string(&defaults).unwrap(), before);
}
