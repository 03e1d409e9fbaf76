//! Parts that a machine may lack.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Reports on standard error, past the test runner's capture, that a test was skipped because a real part is missing.
///
/// # Panics
/// With `SETTINGS_REAL=require` in the environment, which `tests/run` sets: then a missing part is a failure.
pub fn left_out(test: &str, why: &str) {
    let text = format!("LEFT OUT: {test}: {why}");
    assert!(std::env::var("SETTINGS_REAL").as_deref() != Ok("require"), "{text}");
    let _ = writeln!(std::io::stderr(), "\n*** {text}\n");
}

/// Reports, like [`left_out`], that a test was skipped because this machine does not permit it, root or not.
///
/// Nothing that `tests/run` could install helps, so this is not a failure with `SETTINGS_REAL=require` either.
pub fn not_permitted(test: &str, why: &str) {
    let _ = writeln!(std::io::stderr(), "\n*** LEFT OUT: {test}: {why}\n");
}

/// Returns the folder of pages that are test data outside the repository; reports on standard error if it is missing.
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

/// Returns the program that this variable names, else the one in its usual place.
pub fn program(variable: &str, usual: PathBuf) -> Result<PathBuf, String> {
    let path = std::env::var_os(variable).map_or(usual, PathBuf::from);
    if path.exists() { Ok(path) } else { Err(format!("{} is not there ({variable})", path.display())) }
}

/// Returns the first of these files that exists.
pub fn first_of(paths: &[&str]) -> Option<PathBuf> {
    paths.iter().map(PathBuf::from).find(|path| path.exists())
}

/// Runs a program and returns its output, or as the error its status and standard error.
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
