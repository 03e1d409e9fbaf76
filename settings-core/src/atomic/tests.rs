#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

use super::{overwrite, replace};

/// A folder of a test's own, removed on drop.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("settings-atomic-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_file_is_created_and_replaced() {
    let folder = Folder::new("replace");
    let path = folder.0.join("page.rst");
    for text in ["one", "a longer one", ""] {
        replace(&path, text.as_bytes()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    assert_eq!(folder.names(), ["page.rst"]);
}

#[test]
fn a_leftover_of_the_same_process_number_is_no_obstacle() {
    let folder = Folder::new("leftover");
    let leftover = format!(".page.rst.{}-0.new", std::process::id());
    fs::write(folder.0.join(&leftover), "half").unwrap();
    replace(folder.0.join("page.rst"), b"whole").unwrap();
    assert_eq!(folder.names(), [leftover, "page.rst".to_owned()]);
}

#[test]
fn an_overwritten_file_has_the_new_text_alone() {
    let folder = Folder::new("overwrite");
    let path = folder.0.join("config.json");
    fs::write(&path, "a long old text").unwrap();
    for text in ["short", "a text that is longer than both of the others"] {
        overwrite(&path, text.as_bytes()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    assert_eq!(folder.names(), ["config.json"]);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::super::FileError;
    use super::*;

    #[test]
    fn a_replaced_file_keeps_its_mode_and_its_link() {
        let folder = Folder::new("mode");
        let (path, link) = (folder.0.join("page.rst"), folder.0.join("link.rst"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("page.rst", &link).unwrap();
        replace(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn a_read_only_file_is_not_replaced() {
        let folder = Folder::new("read-only");
        let path = folder.0.join("page.rst");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        let error = replace(&path, b"new").unwrap_err();
        assert!(matches!(error, FileError::Io { tried: "open for writing", .. }), "{error}");
        assert_eq!(folder.names(), ["page.rst"]);
    }
}
