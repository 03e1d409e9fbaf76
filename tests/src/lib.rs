//! Harness for the tests with real parts.

pub mod certificates;
pub mod cli;
pub mod faults;
pub mod sink;

use std::io::Write as _;
use std::path::PathBuf;

/// Says, past the test runner's capture, that a test's real part is missing. Fails where it must not be.
///
/// # Panics
/// Where `SETTINGS_REAL=require`, which `tests/run` sets.
pub fn left_out(test: &str, part: &str) {
    assert!(!real_parts_are_required(), "{test} needs {part}, which is not there");
    let _ = writeln!(std::io::stderr(), "LEFT OUT: {test}: {part} is not there; `tests/run` installs it");
}

/// Whether a missing real part is a failure.
pub fn real_parts_are_required() -> bool {
    std::env::var_os("SETTINGS_REAL").is_some_and(|value| value == "require")
}

/// The folder of pages that are test data but no part of the repository; says so where it is absent.
pub fn shared(test: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let path = std::env::var_os("SETTINGS_SHARED").map_or_else(beside, PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    let _ = writeln!(std::io::stderr(), "LEFT OUT: {test}: the shared pages are not there (SETTINGS_SHARED)");
    None
}
