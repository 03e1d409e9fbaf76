//! Tests that count what the whole process has, such as open files or threads.

use std::process::Command;

/// Tells a test that it is the only one of its process.
const ALONE: &str = "SETTINGS_ALONE";

/// Runs a test in a process of its own. Returns true in that process, and false in the one that other tests share, where
/// nothing is left to do.
///
/// # Panics
/// If the test fails there, or has another name.
pub fn is_alone(test: &str) -> bool {
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let program = std::env::current_exe().expect("a test has a program");
    let output = Command::new(program).args(["--exact", test]).env(ALONE, "1").output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{errors}");
    false
}
