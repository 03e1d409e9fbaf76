//! A store is current exactly if opening its file and its layers again would give the same settings.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::*;
use crate::format::FileFormat;
use crate::resolve::{Environment, Layers, References};
use crate::sample::Program;
use crate::schema::{EmptyVariables, Unknown};

/// A folder with files for the layers, removed on drop.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("settings-current-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        for folder in ["a", "b", "conf.d"] {
            fs::create_dir_all(path.join(folder)).unwrap();
        }
        fs::write(path.join("a/MM_MAIL_PASSWORD"), "pa55").unwrap();
        fs::write(path.join("b/MM_MAIL_PASSWORD"), "w0rd").unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn variables(variables: &[(&str, &str)]) -> Layers {
    Layers::new().environment(variables.iter().copied().collect())
}

fn env_file(text: &str) -> Layers {
    let mut environment = Environment::default();
    environment.add_file(".env", text);
    Layers::new().environment(environment)
}

/// Layers that differ from one another in one respect each.
fn all(folder: &Path) -> Vec<Layers> {
    let expanded = |references| variables(&[("A", "1")]).expand(references);
    vec![
        Layers::new(),
        variables(&[("MM_MAIL_PORT", "26")]),
        variables(&[("MM_MAIL_PORT", "27")]),
        variables(&[("OTHER", "26")]),
        env_file("MM_MAIL_PORT=26"),
        env_file("\nMM_MAIL_PORT=26"),
        env_file("MM_MAIL_PORT"),
        Layers::new().file("weaker.json", "{}"),
        Layers::new().file("weaker.json", "{ }"),
        Layers::new().file("other.json", "{}"),
        Layers::new().file_in(FileFormat::Json, "weaker", "{}"),
        Layers::new().custom_defaults("weaker.json", "{}"),
        Layers::new().set("Mail.Port", "26", "--set"),
        Layers::new().set("Mail.Port", "26", "--port"),
        Layers::new().set("Mail.Port", "27", "--set"),
        Layers::new().unknown(Unknown::Deny),
        Layers::new().unknown_in("Mail", Unknown::Deny),
        Layers::new().empty_variables(EmptyVariables::Unset),
        Layers::new().depends_on("elsewhere"),
        Layers::new().secrets_dir(folder.join("a")).unwrap(),
        Layers::new().secrets_dir(folder.join("b")).unwrap(),
        Layers::new().read_folder(folder.join("conf.d")).unwrap(),
        variables(&[("A", "1")]),
        expanded(References::new()),
        expanded(References::new().environment(Environment::from_iter([("A", "1")]))),
        expanded(References::new().environment(Environment::from_iter([("A", "2")]))),
    ]
}

#[test]
fn a_store_is_current_for_equal_layers_and_no_others() {
    let folder = Folder::new("layers");
    let path = folder.0.join("config.json");
    for (number, layers) in all(&folder.0).into_iter().enumerate() {
        let store = Store::<Program>::open(&path, layers).unwrap();
        store.effective();
        store.stored();
        let current = all(&folder.0).into_iter().enumerate();
        let current = current.filter(|(_, others)| store.is_current(others).unwrap());
        assert_eq!(current.map(|(number, _)| number).collect::<Vec<_>>(), [number]);
    }
}

#[test]
fn a_store_is_current_until_its_file_changes() {
    let folder = Folder::new("file");
    let path = folder.0.join("config.json");
    let is_current = |store: &Store<Program>| store.is_current(&Layers::new());
    let absent = Store::open(&path, Layers::new()).unwrap();
    assert!(is_current(&absent).unwrap());
    fs::write(&path, "{}").unwrap();
    assert!(!is_current(&absent).unwrap());
    let mut store = Store::open(&path, Layers::new()).unwrap();
    fs::write(&path, "{}\n").unwrap();
    assert!(!is_current(&store).unwrap(), "the bytes count, not the settings");
    fs::write(&path, "{}").unwrap();
    assert!(is_current(&store).unwrap());
    store.set("Mail.Port", &["26"]).unwrap();
    assert!(is_current(&store).unwrap(), "a change in memory is none of the file");
    store.save().unwrap();
    assert!(is_current(&store).unwrap());
    fs::write(&path, b"\xff").unwrap();
    is_current(&store).unwrap_err();
}

#[test]
fn a_store_that_read_other_files_is_never_current() {
    let folder = Folder::new("others");
    let path = folder.0.join("config.json");
    let secret = folder.0.join("a/MM_MAIL_PASSWORD");
    let (secret, missing) = (secret.to_str().unwrap(), folder.0.join("missing"));
    let missing = missing.to_str().unwrap();
    let of_password = |file| vec![("MM_MAIL_PASSWORD_FILE", file)];
    for environment in [of_password(secret), of_password(missing)] {
        let store = Store::<Program>::open(&path, variables(&environment)).unwrap();
        store.effective();
        assert!(!store.is_current(&variables(&environment)).unwrap(), "{environment:?}");
    }
    let unused = [("MM_OTHER_FILE", secret)];
    let store = Store::<Program>::open(&path, variables(&unused)).unwrap();
    store.effective();
    assert!(store.is_current(&variables(&unused)).unwrap(), "the variable is no setting's");
    let references = || Layers::new().expand(References::new().files_in(&folder.0));
    let store = Store::<Program>::open(&path, references()).unwrap();
    store.effective();
    assert!(!store.is_current(&references()).unwrap());
}

/// A storage with a version that tests replace.
struct Replaced(Mutex<Stored>);

impl Storage for Replaced {
    fn name(&self) -> String {
        "memory://test".to_owned()
    }

    fn read(&self) -> Result<Stored, StorageError> {
        Ok(self.0.lock().unwrap().clone())
    }

    fn write(&self, _: &Stored, _: &NewVersion<'_>) -> Result<Stored, StorageError> {
        Err(StorageError::Conflict)
    }

    fn history(&self, _: usize) -> Result<Vec<Version>, StorageError> {
        Ok(Vec::new())
    }

    fn version(&self, _: u64) -> Result<Option<Version>, StorageError> {
        Ok(None)
    }
}

#[test]
fn a_store_is_current_until_its_storage_has_another_version() {
    let version = |number, text| Stored::new("memory://test", number, "").text_in(FileFormat::Json, text);
    let storage = Arc::new(Replaced(Mutex::new(version(1, "{}"))));
    let store = Store::<Program>::open_storage(Arc::clone(&storage) as _, Layers::new()).unwrap();
    assert!(store.is_current(&Layers::new()).unwrap());
    *storage.0.lock().unwrap() = version(2, "{}");
    assert!(!store.is_current(&Layers::new()).unwrap(), "origins name the version");
}
