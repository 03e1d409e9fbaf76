//! `upgrade --fix`: the files that it writes, and those that it leaves as they are.

use settings_core::release::{Fixes, Release, Upgrade};
use settings_core::resolve::Layers;
use settings_core::store::StoreError;
use settings_tests::cli::{Folder, Run, run};

use crate::release_cli::{Server, old, upgrade};

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_files_of_a_folder_are_fixed() {
    let folder = Folder::new("fix-folder");
    std::fs::create_dir(folder.path("conf.d")).unwrap();
    let first = folder.write("conf.d/10.json", "{\n  // base\n  \"Connections\": 5, \"Legacy\": true\n}\n");
    let second = folder.write("conf.d/20.toml", "# site\nConnections = 7\n");
    let third = folder.write("conf.d/30.yaml", "# none\nWait: 3\n");
    let other = folder.write("conf.d/README", "Connections = 1");
    let Run { code, out, warnings, .. } =
        upgrade(&folder, &["--config", &folder.path("conf.d"), "--fix"], &[]);
    assert_eq!(code, 0, "{out}{warnings}");
    assert_eq!(read(&first), "{\n  // base\n  \"MaxConnections\": 5\n}\n");
    assert_eq!(read(&second), "# site\nMaxConnections = 7\n");
    assert_eq!((read(&third).as_str(), read(&other).as_str()), ("# none\nWait: 3\n", "Connections = 1"));
    let written = |path: &str| warnings.contains(&format!("wrote {path} (version "));
    assert!(written(&first) && written(&second) && !written(&third), "{warnings}");
    let get = run::<Server>(&["--config", &folder.path("conf.d"), "get", "MaxConnections"], &[]);
    assert_eq!(get.out.trim(), "7");
}

#[test]
fn several_files_and_profiles_are_judged_and_fixed() {
    let folder = Folder::new("fix-files");
    let base = folder.write("base.json", r#"{"Connections": 5}"#);
    let config = folder.write("config.json", r#"{"Wait": 3}"#);
    let profile = folder.write("config.prod.json", r#"{"Connections": 9, "Theme": "dark"}"#);
    let sources = ["--config", &base, "--config", &config, "--profile", "prod"];
    let lines = upgrade(&folder, &[&sources[..], &["--format", "lines"]].concat(), &[]).out;
    for place in [format!("{base}:1:17: changed[renamed]"), format!("{profile}:1:17: changed[renamed]")] {
        assert!(lines.contains(&place), "{place}\n{lines}");
    }
    assert!(lines.contains(&format!("{profile}:1:29: broken[removed]: `Theme`")), "{lines}");
    let Run { code, out, .. } = upgrade(&folder, &[&sources[..], &["--fix"]].concat(), &[]);
    assert!(code == 1 && out.contains("1 broken, 0 changed"), "{out}");
    assert_eq!(read(&base), r#"{"MaxConnections": 5}"#);
    assert_eq!(read(&config), r#"{"Wait": 3}"#);
    assert_eq!(read(&profile), r#"{"MaxConnections": 9, "Theme": "dark"}"#);
}

#[test]
fn pinned_defaults_go_into_the_strongest_file() {
    let folder = Folder::new("fix-pins");
    let base = folder.write("base.json", "{}");
    let config = folder.path("config.json");
    let sources = ["--config", &base, "--config", &config];
    // a file that is named must exist
    assert_eq!(upgrade(&folder, &[&sources[..], &["--fix", "--pin-defaults"]].concat(), &[]).code, 2);
    folder.write("config.json", "{\n}\n");
    let Run { code, out, .. } = upgrade(&folder, &[&sources[..], &["--fix", "--pin-defaults"]].concat(), &[]);
    assert_eq!(code, 0, "{out}");
    assert_eq!((read(&base).as_str(), read(&config).as_str()), ("{}", "{\n    \"MaxConnections\": 300\n}\n"));
}

#[test]
fn nothing_is_written_if_one_file_cannot_be() {
    let folder = Folder::new("fix-broken");
    let first = folder.write("10.json", r#"{"Connections": 5}"#);
    // the fix is an error of the new release, which the old name hid from it
    let second = folder.write("20.json", r#"{"Connections": 7, "#);
    let Run { code, out, error, .. } =
        upgrade(&folder, &["--config", &first, "--config", &second, "--fix"], &[]);
    assert_eq!(code, 1, "{out}{error}");
    assert!(
        out.contains("broken[syntax]: nothing in the file is judged") || error.contains("20.json"),
        "{out}{error}"
    );
    let input = upgrade(&folder, &["--config", "-", "--fix"], &[]);
    assert!(input.code == 2 && input.error.contains("standard input"), "{input:?}");
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_files_that_cannot_be_written_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let folder = Folder::new("fix-links");
    let target = folder.write("target.json", r#"{"Connections": 5}"#);
    let link = folder.path("config.json");
    symlink("target.json", &link).unwrap();
    let Run { code, out, .. } = upgrade(&folder, &["--config", &link, "--fix"], &[]);
    assert_eq!(code, 0, "{out}");
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(read(&target), r#"{"MaxConnections": 5}"#);

    let locked = Folder::new("fix-locked");
    let config = locked.write("config.json", r#"{"Connections": 5}"#);
    std::fs::set_permissions(locked.path(""), std::fs::Permissions::from_mode(0o555)).unwrap();
    let is_root = std::fs::write(locked.path("probe"), "").is_ok();
    let Run { code, error, .. } = upgrade(&folder, &["--config", &config, "--fix"], &[]);
    std::fs::set_permissions(locked.path(""), std::fs::Permissions::from_mode(0o755)).unwrap();
    if !is_root {
        assert!(code == 1 && error.contains("config.json"), "{error}");
        assert_eq!(read(&config), r#"{"Connections": 5}"#);
    }
}

#[test]
fn secrets_are_in_no_output() {
    let folder = Folder::new("fix-secrets");
    let text = read(&old(&folder));
    let secret = r#"{"path":"Gone","kind":"secret","default":""},
    {"path":"Theme","kind":"secret"},
    {"path":"Wait","kind":"secret"},"#;
    let theme = r#"{"path":"Theme","kind":"text","default":""},"#;
    let wait = r#"{"path":"Wait","kind":{"type":"integer","min":0,"max":900},"default":30},"#;
    assert!(text.contains(theme) && text.contains(wait));
    let text = text
        .replace(wait, "")
        .replace(theme, secret)
        .replace("\"Connections\",", "\"Connections\",\"secret\":true,");
    let from = folder.write("secret.json", text);
    let config = folder.write("config.json", r#"{"Theme": "hunter2", "Wait": "hunter3", "Gone": "hunter4"}"#);
    for format in ["human", "lines", "json"] {
        for more in [&["--all"][..], &["--fix"]] {
            let arguments = ["upgrade", "--from", &from, "--config", &config, "--format", format];
            let variables = [("CHAT_THEME", "hunter5"), ("CHAT_WAIT", "hunter6")];
            let run = run::<Server>(&[&arguments[..], more].concat(), &variables);
            assert_eq!(run.code, 1, "{run:?}");
            assert!(
                run.out.contains("Theme") && run.out.contains("Wait") && run.out.contains("Gone"),
                "{run:?}"
            );
            assert!(!format!("{run:?}").contains("hunter"), "{run:?}");
        }
    }
}

#[test]
fn a_file_that_changes_meanwhile_keeps_the_change() {
    let folder = Folder::new("fix-meanwhile");
    let config = folder.write("config.json", r#"{"Connections": 5}"#);
    let kept = Release::parse(&read(&old(&folder))).unwrap();
    let way = Upgrade::to_program::<Server>(kept, Some("2.0"));
    let judgement = way.judge(Layers::new().read_file(&config).unwrap());
    let mut store = way.open(&config, Layers::new()).unwrap();
    folder.write("config.json", r#"{"Connections": 6, "Wait": 3}"#);
    store.update(|store| Ok::<_, StoreError>(way.fix(&judgement, Fixes::Names, store))).unwrap();
    assert_eq!(read(&config), r#"{"MaxConnections": 6, "Wait": 3}"#);
}

#[test]
fn wrong_release_files_are_wrong_use() {
    let folder = Folder::new("fix-wrong");
    let whole = read(&old(&folder));
    let truncated = folder.write("truncated.json", &whole[..whole.len() / 2]);
    let text = folder.write("text.json", "releases");
    let binary = folder.write("binary.json", [0xff, 0xfe, 0, 1]);
    let huge = folder.path("huge.json");
    std::fs::File::create(&huge).unwrap().set_len(1 << 33).unwrap();
    for (path, wanted) in [
        (&truncated, "truncated.json: line "),
        (&text, "text.json: line 1, column 1"),
        (&binary, "binary.json: stream did not contain valid UTF-8"),
        (&huge, "huge.json: larger than 32 MiB"),
    ] {
        for more in [&[][..], &["--fix"], &["--gate"]] {
            let run = run::<Server>(&[&["upgrade", "--from", path], more].concat(), &[]);
            assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
            assert!(run.error.contains(wanted), "{wanted}: {run:?}");
        }
        let run = run::<Server>(&["schema", "--release", "--check", path], &[]);
        assert!(run.code == 2 && run.error.contains(wanted), "{run:?}");
    }
}
