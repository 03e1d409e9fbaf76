//! The Python with docutils, and the pages that others keep beside the repository.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The Python that `SETTINGS_PYTHON` names. Without it the caller has nothing to compare with, and that is said
/// where no test harness swallows it.
pub fn python(what: &str) -> Option<PathBuf> {
    let python = std::env::var_os("SETTINGS_PYTHON").map(PathBuf::from);
    if python.is_none() {
        loudly(&format!("{what}: LEFT OUT, SETTINGS_PYTHON names no Python with docutils 0.23"));
    }
    python
}

/// Runs a Python script; its standard output.
pub fn run(python: &Path, arguments: &[&Path]) -> String {
    let output = Command::new(python).args(arguments).output().expect("the Python of SETTINGS_PYTHON starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?} failed:\n{errors}");
    String::from_utf8(output.stdout).expect("scripts write UTF-8")
}

/// Writes past the test harness.
pub fn loudly(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate stands in the workspace").to_owned()
}
