//! The generated reference and the guides, built by a real Sphinx that takes warnings as errors.

use std::process::Command;

use settings_tests::cli::{Folder, settings};
use settings_tests::left_out;

#[test]
fn sphinx_builds_the_documentation_without_a_warning() {
    let Some(python) = std::env::var_os("SETTINGS_SPHINX") else {
        return left_out("sphinx_builds_the_documentation_without_a_warning", "Sphinx (SETTINGS_SPHINX)");
    };
    let folder = Folder::new("sphinx");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");
    let out = folder.path("html");
    let run = Command::new(python)
        .args([
            "-m",
            "sphinx",
            "-W",
            "--keep-going",
            "-q",
            "-b",
            "html",
            "-d",
            &folder.path("doctrees"),
            source,
            &out,
        ])
        .output()
        .expect("Sphinx starts");
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success() && errors.trim().is_empty(), "{errors}");
    let page = std::fs::read_to_string(folder.path("html/reference/smtp.html")).expect("the page is built");
    for part in ["MM_EMAILSETTINGS_SMTPSERVER", "id=\"emailsettings-smtpport\"", "<strong>STARTTLS</strong>"]
    {
        assert!(page.contains(part), "{part} is not on the page");
    }
    assert!(!page.contains("+----"), "a table was not understood");
}

#[test]
fn the_checked_in_reference_is_what_the_structs_say() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference");
    let run = settings(&["docs", "build", "--check", "--out", folder], &[]);
    assert_eq!(run.code, 0, "{}", run.out);
}

#[test]
fn a_stale_file_is_told_with_a_diff_and_the_repair() {
    let folder = Folder::new("stale");
    let out = folder.path("reference");
    assert_eq!(settings(&["docs", "build", "--out", &out], &[]).code, 0);
    let page = folder.path("reference/smtp.rst");
    let text = std::fs::read_to_string(&page).expect("the page is written");
    let modified =
        std::fs::metadata(&page).and_then(|metadata| metadata.modified()).expect("the page has a time");
    assert_eq!(settings(&["docs", "build", "--out", &out], &[]).code, 0);
    let again =
        std::fs::metadata(&page).and_then(|metadata| metadata.modified()).expect("the page has a time");
    assert_eq!(modified, again, "a file that is as it should be is not touched");
    folder
        .write("reference/smtp.rst", text.replace("MM_EMAILSETTINGS_SMTPPORT", "MM_EMAILSETTINGS_SMTPPROT"));
    let run = settings(&["docs", "build", "--check", "--out", &out], &[]);
    assert_eq!(run.code, 1);
    let diff_line =
        |mark: char, name: &str| run.out.lines().any(|line| line.starts_with(mark) && line.contains(name));
    assert!(
        diff_line('-', "MM_EMAILSETTINGS_SMTPPROT") && diff_line('+', "MM_EMAILSETTINGS_SMTPPORT"),
        "{}",
        run.out
    );
    assert!(run.out.contains(&format!("settings docs build --out {out}")), "{}", run.out);
    assert_eq!(settings(&["docs", "build", "--out", &out], &[]).code, 0);
    assert_eq!(std::fs::read_to_string(&page).expect("the page is written"), text);
}

#[test]
fn our_own_page_has_no_drift() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/smtp.rst");
    let run = settings(&["docs", "check", page], &[]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
}
