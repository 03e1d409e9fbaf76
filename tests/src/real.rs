//! Parts that a machine may lack.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Says loudly, past the test runner's capture, that a test was left out because a real part is missing.
///
/// # Panics
/// With `SETTINGS_REAL=require` in the environment, which `tests/run` sets: then a missing part is a failure.
pub fn left_out(test: &str, why: &str) {
    let text = format!("LEFT OUT: {test}: {why}");
    assert!(std::env::var("SETTINGS_REAL").as_deref() != Ok("require"), "{text}");
    let _ = writeln!(std::io::stderr(), "\n*** {text}\n");
}

/// The folder of pages that are test data but no part of the repository; says so where it is absent.
pub fn shared(test: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let path = std::env::var_os("SETTINGS_SHARED").map_or_else(beside, PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    let _ = writeln!(
        std::io::stderr(),
        "\n*** LEFT OUT: {test}: the shared pages are not there (SETTINGS_SHARED)\n"
    );
    None
}

/// The program that this variable names, else the one in its usual place.
pub fn program(variable: &str, usual: PathBuf) -> Result<PathBuf, String> {
    let path = std::env::var_os(variable).map_or(usual, PathBuf::from);
    if path.exists() { Ok(path) } else { Err(format!("{} is not there ({variable})", path.display())) }
}

/// The first of these files that exists.
pub fn first_of(paths: &[&str]) -> Option<PathBuf> {
    paths.iter().map(PathBuf::from).find(|path| path.exists())
}

/// Runs a program; its output where it exited with 0, else what it said.
pub fn output(program: impl AsRef<Path>, arguments: &[&str]) -> Result<String, String> {
    let program = program.as_ref();
    let run = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let run = run.map_err(|error| format!("{}: {error}", program.display()))?;
    if run.status.success() {
        Ok(String::from_utf8_lossy(&run.stdout).into_owned())
    } else {
        Err(format!("{}: {}{}", program.display(), run.status, String::from_utf8_lossy(&run.stderr)))
    }
}
