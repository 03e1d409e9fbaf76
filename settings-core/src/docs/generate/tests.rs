use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("settings-generate-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn artefacts() -> Vec<Artefact> {
    vec![Artefact::new("a.rst", "one\ntwo\n"), Artefact::new("sub/b.json", "{}\n")]
}

#[test]
fn writes_what_differs_and_leaves_the_rest_untouched() {
    let folder = Folder::new();
    let first = run(&folder.0, &artefacts(), Mode::Write).unwrap();
    assert_eq!(first.changes.len(), 2);
    assert!(first.changes.iter().all(|change| change.is_new));
    let path = folder.0.join("a.rst");
    let written = std::fs::metadata(&path).unwrap().modified().unwrap();
    let second = run(&folder.0, &artefacts(), Mode::Write).unwrap();
    assert!(second.is_current());
    assert_eq!(second.unchanged, 2);
    assert_eq!(std::fs::metadata(&path).unwrap().modified().unwrap(), written);
    let left: Vec<_> =
        std::fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "no half-written file stays: {left:?}");
}

#[test]
fn removes_what_it_wrote_and_no_longer_writes() {
    let folder = Folder::new();
    let there = |name: &str| folder.0.join(name).exists();
    std::fs::write(folder.0.join("own.rst"), "not generated\n").unwrap();
    update(&folder.0, &artefacts(), Mode::Write).unwrap();
    assert!(there(MANIFEST) && there("a.rst") && there("sub/b.json"));

    // renamed: the check names the page, and removes nothing
    let renamed = vec![Artefact::new("c.rst", "one\ntwo\n"), Artefact::new("sub/b.json", "{}\n")];
    let checked = update(&folder.0, &renamed, Mode::Check).unwrap();
    let removed: Vec<_> = checked.changes.iter().filter(|change| change.is_removed).collect();
    assert!(
        matches!(removed.as_slice(), [one] if one.path.ends_with("a.rst") && one.diff.contains("-two\n"))
    );
    assert!(there("a.rst") && !there("c.rst"));

    update(&folder.0, &renamed, Mode::Write).unwrap();
    assert!(!there("a.rst") && there("c.rst") && there("sub/b.json") && there("own.rst"));
    assert!(update(&folder.0, &renamed, Mode::Check).unwrap().is_current());
}

#[test]
fn a_list_that_leads_elsewhere_removes_nothing() {
    let folder = Folder::new();
    let inside = folder.0.join("docs");
    std::fs::create_dir_all(&inside).unwrap();
    std::fs::write(folder.0.join("a.rst"), "elsewhere\n").unwrap();
    let names = format!("../a.rst\n{}\n./../a.rst\n", folder.0.join("a.rst").display());
    std::fs::write(inside.join(MANIFEST), names).unwrap();
    update(&inside, &artefacts(), Mode::Write).unwrap();
    assert_eq!(std::fs::read_to_string(folder.0.join("a.rst")).unwrap(), "elsewhere\n");
}

#[test]
fn checking_writes_nothing_and_shows_a_diff() {
    let folder = Folder::new();
    run(&folder.0, &artefacts(), Mode::Write).unwrap();
    let path = folder.0.join("a.rst");
    std::fs::write(&path, "one\n2\n").unwrap();
    for mode in [Mode::Check, Mode::DryRun] {
        let outcome = run(&folder.0, &artefacts(), mode).unwrap();
        assert_eq!(outcome.changes.len(), 1);
        let diff = outcome.to_string();
        assert!(diff.contains("-2\n+two\n") && diff.starts_with("--- a/"), "{diff}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\n2\n");
    }
    let stale = BuildError::Stale(run(&folder.0, &artefacts(), Mode::Check).unwrap());
    let text = stale.to_string();
    assert!(text.starts_with("1 file is out of date:\n--- a/") && text.contains("-2\n+two\n"), "{text}");
    assert!(
        text.ends_with(&format!("run `cargo build` without {CHECK_VARIABLE}, and commit the result")),
        "{text}"
    );
    assert_eq!(format!("{stale:?}"), text, "`?` in main prints Debug");
}

#[test]
fn says_which_file_cannot_be_written() {
    let folder = Folder::new();
    std::fs::write(folder.0.join("sub"), "a file where a folder should be").unwrap();
    let error = run(&folder.0, &artefacts(), Mode::Write).unwrap_err();
    assert!(error.to_string().contains("sub"), "{error}");
}
