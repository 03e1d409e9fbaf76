#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::resolve::{Code, Layers};
use crate::sample::Program;

/// A folder of a test's own, removed on drop.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("settings-store-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn open(path: &Path) -> Store<Program> {
    Store::open(path, Layers::new()).unwrap()
}

fn open_with(path: &Path, variables: &[(&str, &str)]) -> Store<Program> {
    Store::open(path, Layers::new().environment(variables.iter().copied().collect())).unwrap()
}

#[test]
fn values_are_written_in_the_form_of_their_setting() {
    let folder = Folder::new("form");
    let path = folder.file("config.json", "{\n  // mail\n  \"Mail\": {\"Port\": \"25\"}\n}\n");
    let mut store = open(&path);
    assert!(store.set("Mail.Port", &["587"]).unwrap().is_changed());
    assert!(store.set("mail.timeout", &["1m30s"]).unwrap().is_changed());
    assert!(store.set("Mail.Auth", &["1"]).unwrap().is_changed());
    assert!(store.set("Mail.Server", &["25"]).unwrap().is_changed());
    assert!(store.set("Limits.Hosts", &["a b", "c"]).unwrap().is_changed());
    assert!(store.set("Limits.Quotas", &[r#"{"x":"5"}"#]).unwrap().is_changed());
    assert!(store.set("Limits.Workers", &["null"]).unwrap().is_changed());
    assert!(matches!(store.save().unwrap(), SaveOutcome::Written { version: VersionStatus::Added(_), .. }));
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        r#"{
  // mail
  "Mail": {"Port": 587, "Timeout": "1m30s", "Auth": true, "Server": "25"},
  "Limits": {
    "Hosts": ["a b", "c"],
    "Quotas": {"x": 5},
    "Workers": null
  }
}
"#
    );
    assert!(store.unset("Limits.Quotas").unwrap().is_changed());
    assert!(!store.unset("Limits.Ratio").unwrap().is_changed());
    assert!(store.set::<&str>("Limits.Hosts", &[]).unwrap().is_changed());
    store.save().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"Hosts\": [],\n    \"Workers\"") && !text.contains("Quotas"), "{text}");
}

#[test]
fn a_value_that_the_file_has_stays_as_it_is_written() {
    let folder = Folder::new("same");
    let text = "{\"Mail\": {\"Port\": \"587\", \"Timeout\": \"1m\"}}";
    let path = folder.file("config.json", text);
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    let mut store = open(&path);
    assert!(!store.set("Mail.Port", &["587"]).unwrap().is_changed());
    assert!(!store.set("Mail.Timeout", &["60"]).unwrap().is_changed());
    assert!(matches!(store.save().unwrap(), SaveOutcome::Unchanged));
    // a default is written, too
    assert!(store.set("Mail.Auth", &["false"]).unwrap().is_changed());
    assert!(store.unset("Mail.Auth").unwrap().is_changed());
    assert!(matches!(store.save().unwrap(), SaveOutcome::Unchanged));
    assert_eq!(store.text(), text);
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
}

#[test]
fn aliases_and_letter_cases_are_corrected() {
    let folder = Folder::new("names");
    let path =
        folder.file("config.json", r#"{"Mail": {"port": 25, "Pass": "x"}, "Old": {"Mail": {"Port": 1}}}"#);
    let mut store = open(&path);
    assert!(store.set("Mail.Port", &["25"]).unwrap().is_changed());
    assert!(store.set("Mail.Pass", &["x"]).unwrap().is_changed());
    assert_eq!(store.text(), r#"{"Mail": {"Port": 25, "Password": "x"}, "Old": {"Mail": {}}}"#);
}

#[test]
fn errors_are_refused_before_the_file_is_written() {
    let folder = Folder::new("mistakes");
    let path = folder.file("config.json", r#"{"Mail": {"Port": 0, "Prot": 1}}"#);
    let mut store = open(&path);
    let message = |result: Result<EditOutcome, StoreError>| result.unwrap_err().to_string();
    assert_eq!(
        message(store.set("Mail.Port", &["99999"])),
        "`Mail.Port`: expected a whole number from 1 to 65535, found 99999"
    );
    assert_eq!(
        message(store.set("Mail.Security", &["tls"])),
        "`Mail.Security`: expected `\"\"`, `\"TLS\"` or `\"STARTTLS\"`, found `\"tls\"` (did you mean `\"TLS\"`?)"
    );
    assert_eq!(
        message(store.set("Mail.Prot", &["1"])),
        "unknown setting `Mail.Prot`; did you mean `Mail.Port`?"
    );
    assert_eq!(message(store.set("Mail.Port", &["1", "2"])), "`Mail.Port` takes one value, not several");
    // one error can be fixed while another stays
    assert!(store.set("Mail.Port", &["25"]).unwrap().is_changed());
    assert!(matches!(store.save().unwrap(), SaveOutcome::Written { version: VersionStatus::Added(_), .. }));
    assert_eq!(fs::read_to_string(&path).unwrap(), r#"{"Mail": {"Port": 25, "Prot": 1}}"#);
}

#[test]
fn a_change_that_adds_an_error_is_not_saved() {
    let folder = Folder::new("new-mistakes");
    let text = r#"{"Mail": {"Port": 1}}"#;
    let path = folder.file("config.json", text);
    let mut store = open(&path);
    store.replace_text(r#"{"Mail": {"Port": 0}}"#.to_owned().into());
    let StoreError::Invalid(report) = store.save().unwrap_err() else { panic!() };
    assert_eq!(report.diagnostics()[0].code, Code::OutOfRange);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_shadowed_setting_is_refused_unless_allowed() {
    let folder = Folder::new("shadowed");
    let path = folder.file("config.json", "{}");
    let variables = [("MM_MAIL_PORT", "2525"), ("MM_MAIL_TIMEOUT", "soon"), ("MM_MAIL_PASSWORD", "k4n4ry")];
    let mut store = open_with(&path, &variables);
    for (setting, variable) in [
        ("Mail.Port", "MM_MAIL_PORT"),
        ("Mail.Timeout", "MM_MAIL_TIMEOUT"),
        ("Mail.Pass", "MM_MAIL_PASSWORD"),
    ] {
        let error = store.set(setting, &["7"]).unwrap_err();
        assert!(error.to_string().contains(&format!("is set by variable {variable}")), "{error}");
        assert!(matches!(store.unset(setting), Err(StoreError::Shadowed { .. })));
    }
    let mut store = store.shadowed(true);
    assert!(store.set("Mail.Port", &["7"]).unwrap().is_changed());
    store.save().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\n    \"Mail\": {\n        \"Port\": 7\n    }\n}");
    let overridden = Layers::new().set("Mail.Port", "9", "--set");
    assert!(Store::<Program>::open(&path, overridden).unwrap().set("Mail.Port", &["8"]).is_err());
    let weaker = Layers::new().file("base.json", r#"{"Mail": {"Port": 9}}"#);
    assert!(Store::<Program>::open(&path, weaker).unwrap().set("Mail.Port", &["8"]).unwrap().is_changed());
}

#[test]
fn no_error_shows_a_secret() {
    let folder = Folder::new("secret");
    let canary = "k4n4ry";
    let path =
        folder.file("config.json", &format!("{{\"Mail\": {{\"Password\": \"{canary}\", \"Port\": 0}}}}"));
    let mut store = open_with(&path, &[("MM_MAIL_PASSWORD", canary)]);
    let mut shown = format!("{store:?}");
    let mut note = |error: StoreError| shown.push_str(&format!("{error}{error:?}"));
    note(store.set("Mail.Password", &[canary]).unwrap_err());
    note(store.set("Mail.Password", &[canary, canary]).unwrap_err());
    note(store.set("Mail.Passwort", &[canary]).unwrap_err());
    store.replace_text(format!("{{\"Mail\": {{\"Password\": [\"{canary}\"]}}}}").into());
    note(store.save().unwrap_err());
    let path =
        folder.file("config.json", &format!("{{\"Mail\": {{\"Password\": \"{canary}\"; \"Port\": 0}}}}"));
    note(open(&path).set("Mail.Port", &["1"]).unwrap_err());
    assert!(!shown.contains(canary), "{shown}");
}

#[test]
fn a_file_that_was_changed_since_is_a_conflict() {
    let folder = Folder::new("conflict");
    let path = folder.file("config.json", "{}");
    let mut store = open(&path);
    store.set("Mail.Port", &["7"]).unwrap();
    fs::write(&path, "{ }").unwrap();
    assert!(matches!(store.save(), Err(StoreError::Write(WriteError::Conflict { .. }))));
    assert_eq!(fs::read_to_string(&path).unwrap(), "{ }");
    fs::remove_file(&path).unwrap();
    assert!(matches!(store.save(), Err(StoreError::Write(WriteError::Conflict { .. }))));
    let mut store = open(&path);
    store.set("Mail.Port", &["7"]).unwrap();
    fs::write(&path, "{}").unwrap();
    assert!(matches!(store.save(), Err(StoreError::Write(WriteError::Conflict { .. }))));
    assert_eq!(folder.names(), ["config.json"]);
}

#[test]
fn a_store_can_be_saved_repeatedly() {
    let folder = Folder::new("again");
    let path = folder.0.join("config.json");
    let mut store = open(&path);
    assert!(matches!(store.save().unwrap(), SaveOutcome::Unchanged));
    assert!(!path.exists());
    for port in ["7", "8"] {
        store.set("Mail.Port", &[port]).unwrap();
        assert!(matches!(
            store.save().unwrap(),
            SaveOutcome::Written { version: VersionStatus::Added(_), .. }
        ));
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\n    \"Mail\": {\n        \"Port\": 8\n    }\n}\n");
    assert_eq!(folder.names(), [".config.json.history", "config.json"]);
}

#[test]
fn other_bytes_and_folders_are_refused() {
    let folder = Folder::new("no-text");
    let path = folder.0.join("config.json");
    fs::write(&path, b"{\n\"\xff\": 1}").unwrap();
    let error = Store::<Program>::open(&path, Layers::new()).unwrap_err();
    assert!(
        error.to_string().ends_with("config.json:2: not UTF-8; save the file in that encoding"),
        "{error}"
    );
    let error = Store::<Program>::open(&folder.0, Layers::new()).unwrap_err();
    assert!(error.to_string().ends_with("can't read: not a regular file"), "{error}");
    let path = folder.0.join("no/such/folder.json");
    let mut store = open(&path);
    store.set("Mail.Port", &["7"]).unwrap();
    assert!(matches!(
        store.save(),
        Err(StoreError::Write(WriteError::File(FileError::Io { tried: "create", .. })))
    ));
}

#[test]
fn concurrent_writers_lose_no_change() {
    let folder = Folder::new("turns");
    let path = folder.file("config.json", "0");
    let mut won = 0;
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let path = &path;
                scope.spawn(move || {
                    let outcome = |round: usize| {
                        let before = read(path).unwrap();
                        match write(path, &before, &format!("{writer} {round} {}", "x".repeat(5000))) {
                            Ok(written) => usize::from(written == WriteOutcome::Written),
                            Err(WriteError::Conflict { .. }) => 0,
                            Err(error) => panic!("{error}"),
                        }
                    };
                    (0..25).map(outcome).sum::<usize>()
                })
            })
            .collect();
        won = writers.into_iter().map(|writer| writer.join().unwrap()).sum();
    });
    assert!(won >= 25, "{won}");
    assert_eq!(folder.names(), ["config.json"]);
}

/// Syncing a file takes a while; a writer that takes no lock can come in between.
#[test]
fn a_change_during_the_sync_is_a_conflict() {
    let folder = Folder::new("between");
    let path = folder.file("config.json", "0");
    let before = read(&path).unwrap();
    let text = "x".repeat(64 << 20);
    let temporary = folder.0.join(".config.json.new");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !temporary.exists() {
                std::thread::yield_now();
            }
            fs::write(&path, "theirs").unwrap();
        });
        assert!(matches!(write(&path, &before, &text), Err(WriteError::Conflict { .. })));
    });
    assert_eq!((folder.names().len(), fs::read_to_string(&path).unwrap().as_str()), (1, "theirs"));
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn the_mode_stays_and_a_new_file_is_private() {
        let folder = Folder::new("mode");
        let path = folder.0.join("config.json");
        assert_eq!(write(&path, &Snapshot::absent(), "1").unwrap(), WriteOutcome::Written);
        assert_eq!(mode(&path), 0o600);
        for bits in [0o644, 0o640, 0o664] {
            fs::set_permissions(&path, fs::Permissions::from_mode(bits)).unwrap();
            let owner = fs::metadata(&path).map(|metadata| (metadata.uid(), metadata.gid())).unwrap();
            assert_eq!(
                write(&path, &read(&path).unwrap(), &format!("{bits}")).unwrap(),
                WriteOutcome::Written
            );
            assert_eq!(mode(&path), bits);
            assert_eq!(fs::metadata(&path).map(|metadata| (metadata.uid(), metadata.gid())).unwrap(), owner);
        }
    }

    #[test]
    fn a_symbolic_link_stays_one() {
        let folder = Folder::new("link");
        fs::create_dir(folder.0.join("data")).unwrap();
        let target = folder.file("data/real.json", "0");
        let (link, outer) = (folder.0.join("link.json"), folder.0.join("outer.json"));
        symlink("data/real.json", &link).unwrap();
        symlink(&link, &outer).unwrap();
        assert_eq!(write(&outer, &read(&outer).unwrap(), "1").unwrap(), WriteOutcome::Written);
        assert_eq!(fs::read_to_string(&target).unwrap(), "1");
        assert!(fs::symlink_metadata(&outer).unwrap().is_symlink());
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        fs::remove_file(&target).unwrap();
        assert_eq!(read(&outer).unwrap(), Snapshot::absent());
        assert_eq!(write(&outer, &Snapshot::absent(), "2").unwrap(), WriteOutcome::Written);
        assert_eq!(fs::read_to_string(&target).unwrap(), "2");
        let (a, b) = (folder.0.join("a"), folder.0.join("b"));
        symlink(&a, &b).unwrap();
        symlink(&b, &a).unwrap();
        assert!(matches!(
            write(&a, &Snapshot::absent(), "x"),
            Err(WriteError::File(FileError::Io { tried: "follow the link", .. }))
        ));
    }

    #[test]
    fn a_read_only_file_is_not_replaced() {
        let folder = Folder::new("read-only");
        let path = folder.file("config.json", "0");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        let before = read(&path).unwrap();
        assert!(matches!(
            write(&path, &before, "1"),
            Err(WriteError::File(FileError::Io { tried: "open for writing", .. }))
        ));
        assert_eq!((before.text(), fs::read_to_string(&path).unwrap().as_str()), (Some("0"), "0"));
    }

    #[test]
    fn leftovers_of_a_crash_are_removed() {
        let folder = Folder::new("left");
        let path = folder.file("config.json", "0");
        folder.file(".config.json.new", "half");
        assert_eq!(write(&path, &Snapshot::new("0"), "1").unwrap(), WriteOutcome::Written);
        assert_eq!(folder.names(), ["config.json"]);
    }
}

#[test]
fn json_values_are_set_as_a_file_has_them() {
    let folder = Folder::new("set-json");
    let path = folder.0.join("config.json");
    let mut store = Store::<Program>::open(&path, Layers::new()).unwrap();
    for (path, value) in [
        ("Mail.Port", "587"),
        ("Mail.Server", "\"[a\""),
        ("Mail.Auth", "true"),
        ("Mail.Password", "\"null\""),
    ] {
        assert_eq!(store.set_json(path, value).unwrap(), EditOutcome::Changed, "{path}");
        assert_eq!(store.set_json(path, value).unwrap(), EditOutcome::Unchanged, "{path}");
    }
    assert!(store.check().unwrap().is_some());
    assert!(!path.exists(), "a check writes nothing");
    assert!(store.snapshot().text().is_none());
    for (value, code, message) in [
        ("0", Code::OutOfRange, "`Mail.Port`: expected a whole number from 1 to 65535, found 0"),
        (
            "{",
            Code::WrongType,
            "`Mail.Port`: expected a whole number from 1 to 65535, found text that is not JSON",
        ),
    ] {
        let report = store.set_json("Mail.Port", value).unwrap_err().report().unwrap();
        let [found] = report.diagnostics() else { panic!("{report}") };
        assert_eq!((found.code, found.message.as_str()), (code, message));
        assert_eq!(found.setting.as_deref(), Some("Mail.Port"));
    }
    let unknown = store.set_json("Mail.Prot", "1").unwrap_err().report().unwrap();
    assert_eq!(unknown.diagnostics()[0].code, Code::UnknownPath);
    assert!(unknown.diagnostics()[0].help.contains("Mail.Port"));
    let mut store = store.reason(Some("by\n\"hand\"".to_owned()));
    store.save().unwrap();
    assert_eq!(store.effective().value().unwrap().mail.port, 587);
    assert_eq!(store.history().unwrap().last().unwrap().reason.as_deref(), Some("by\n\"hand\""));
}
