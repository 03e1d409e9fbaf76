//! The Python with docutils, and the pages next to the repository.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Returns the Python that `SETTINGS_PYTHON` names. Without it the caller has nothing to compare with; a line on
/// standard error says so, past the test harness.
pub fn python(what: &str) -> Option<PathBuf> {
    let python = std::env::var_os("SETTINGS_PYTHON").map(PathBuf::from);
    if python.is_none() {
        loudly(&format!("{what}: LEFT OUT, SETTINGS_PYTHON names no Python with docutils 0.23"));
    }
    python
}

/// Runs a Python script and returns its standard output.
pub fn run(python: &Path, arguments: &[&Path]) -> String {
    let output = Command::new(python).args(arguments).output().expect("the Python of SETTINGS_PYTHON starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?} failed:\n{errors}");
    String::from_utf8(output.stdout).expect("scripts write UTF-8")
}

/// Runs a Python script with a text on standard input and returns its standard output.
#[allow(dead_code)] // each test program uses some of these
pub fn run_with(python: &Path, arguments: &[&Path], input: String) -> String {
    let mut child = Command::new(python)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the Python of SETTINGS_PYTHON starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("the script ends");
    writer.join().expect("the writer ends").expect("the script reads its input");
    assert!(output.status.success(), "{arguments:?} failed");
    String::from_utf8(output.stdout).expect("scripts write UTF-8")
}

/// Writes past the test harness.
pub fn loudly(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Returns the root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in the workspace").to_owned()
}
