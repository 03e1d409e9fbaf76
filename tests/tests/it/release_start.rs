//! The release that last ran, next to a program's file.

use settings_core::Settings;
use settings_core::release::{LastRunError, Release, since, since_last_run};
use settings_core::resolve::Layers;
use settings_tests::cli::Folder;

/// A server.
#[derive(Settings)]
#[allow(dead_code, reason = "only the metadata is used")]
#[settings(env_prefix = "CHAT")]
struct Server {
    /// The number of connections.
    #[setting(default = 100, alias = "Conns")]
    connections: u32,
    /// The password.
    #[setting(title = "Password")]
    password: settings_core::value::Secret,
}

fn layers() -> Layers {
    Layers::new().file("config.json", r#"{"Conns": 5, "Password": "hunter2"}"#)
}

fn older() -> String {
    Release::of::<Server>().with_version("1.0").to_text().replace("\"Connections\"", "\"Conns\"")
}

#[test]
fn a_new_release_is_reported_once() {
    let folder = Folder::new("last-run");
    let path = folder.path("config.json.release");
    assert!(since_last_run::<Server>(&path, "1.0", layers()).unwrap().is_none(), "the first run");
    assert!(since_last_run::<Server>(&path, "1.0", layers()).unwrap().is_none(), "the same release");
    folder.write("config.json.release", older());
    let judgement = since_last_run::<Server>(&path, "2.0", layers()).unwrap().unwrap();
    assert_eq!(
        judgement.to_lines(),
        "config.json:1:11: changed[renamed]: `Conns` is called `Connections` now (write it as `Connections`; the old name still works)\n"
    );
    assert_eq!((judgement.from.as_deref(), judgement.to.as_deref()), (Some("1.0"), Some("2.0")));
    assert!(since_last_run::<Server>(&path, "2.0", layers()).unwrap().is_none());
    let kept = std::fs::read_to_string(&path).unwrap();
    assert_eq!(Release::parse(&kept).unwrap(), Release::of::<Server>().with_version("2.0"));
    assert!(!kept.contains("hunter2"));
    // a release that changes no setting is reported too, with nothing to do
    let judgement = since_last_run::<Server>(&path, "2.1", layers()).unwrap().unwrap();
    assert!(judgement.findings.is_empty() && judgement.changes.is_empty());
    // from a database
    assert_eq!(since::<Server>(&older(), "2.0", layers()).unwrap().findings.len(), 1);
    assert!(since::<Server>("{", "2.0", layers()).is_err());
}

#[test]
fn a_file_that_is_no_release_stays_and_is_reported() {
    let folder = Folder::new("last-run-broken");
    for text in [
        "",
        "{",
        "{}",
        "\u{0}\u{1}",
        r#"{"format": "settings-release", "format_version": 7, "settings": []}"#,
    ] {
        let path = folder.write("config.json.release", text);
        let error = since_last_run::<Server>(&path, "2.0", layers()).unwrap_err();
        assert!(matches!(error, LastRunError::NotARelease { .. }), "{text:?} {error}");
        assert!(error.to_string().contains("config.json.release: line 1"), "{error}");
        assert!(error.to_string().ends_with("remove the file to start again"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
    let error = since_last_run::<Server>(folder.path(""), "2.0", layers()).unwrap_err();
    assert!(matches!(error, LastRunError::Io { .. }), "{error}");
    let error = since_last_run::<Server>(folder.path("absent/file"), "2.0", layers()).unwrap_err();
    assert!(matches!(error, LastRunError::Io { .. }) && error.to_string().contains("absent"), "{error}");
}

/// Several processes of one server start at once: each sees a whole file.
#[test]
fn processes_that_start_together_see_whole_files() {
    let folder = Folder::new("last-run-together");
    let path = folder.write("config.json.release", older());
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| since_last_run::<Server>(&path, "2.0", layers()).unwrap()))
            .collect();
        let reports = runs.into_iter().filter_map(|run| run.join().unwrap()).count();
        assert!((1..=8).contains(&reports), "{reports}");
    });
    assert!(since_last_run::<Server>(&path, "2.0", layers()).unwrap().is_none());
}
