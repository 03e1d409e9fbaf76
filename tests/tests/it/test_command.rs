//! `tests/run`: a few tests that fail run once more, alone, and no failure is missed.

#![cfg(unix)]

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};

use settings_tests::cli::Folder;
use settings_tests::left_out;

const ONE: &str = "failures:\n\n---- a::b stdout ----\nerror[E1]: shown\n    word\n\nfailures:\n    a::b\n\n\
    test result: FAILED. 1 passed; 1 failed\n\nerror: test failed, to rerun pass `-p settings-tests --test it`\n";

const DOCUMENTATION: &str = "failures:\n    src/lib.rs - f (line 2)\n\ntest result: FAILED. 0 passed; 1 failed\n\n\
    error: doctest failed, to rerun pass `-p settings-core --doc`\n";

const CRASH: &str = "running 9 tests\nerror: test failed, to rerun pass `-p settings-core --lib`\n";

const PASSED: &str = "test result: ok. 1 passed; 0 failed\n";

/// Runs it with a `cargo` that prints `first` and fails, and prints `second`, and may fail, when a test runs alone.
fn run(first: &str, second: &str, passes: bool) -> Output {
    let folder = Folder::new("test-command");
    let (first, second) = (folder.write("first", first), folder.write("second", second));
    let code = if passes { 0 } else { 101 };
    let cargo = format!(
        "#!/bin/sh\ncase \"$*\" in\n*--exact*) echo \"alone: $*\"; cat {second}; exit {code} ;;\nesac\ncat {first}\nexit 101\n"
    );
    let cargo = folder.write("cargo", cargo);
    set_permissions(&cargo, Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.path(""), std::env::var("PATH").unwrap_or_default());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/run");
    Command::new(script).arg("--without-real").env("PATH", path).output().unwrap()
}

fn summary(targets: usize) -> String {
    format!("error: {targets} target{} failed:\n    `--a`\n", if targets == 1 { "" } else { "s" })
}

#[test]
fn a_test_that_fails_runs_again_alone() {
    if Command::new("python3").arg("--version").output().is_err() {
        return left_out("a_test_that_fails_runs_again_alone", "python3 is missing");
    }
    let first = ONE.to_owned() + &summary(1);
    let passed = run(&first, PASSED, true);
    let (out, error) =
        (String::from_utf8_lossy(&passed.stdout), String::from_utf8_lossy(&passed.stderr).into_owned());
    assert!(passed.status.success(), "{out}{error}");
    assert!(out.contains("alone: test --workspace --test it -- --exact a::b\n"), "{out}");
    assert!(error.contains("UNSTABLE: a::b failed once"), "{error}");

    let failed = run(&first, "test result: FAILED. 0 passed; 1 failed\n", false);
    assert_eq!(failed.status.code(), Some(101));
    // no test has the name
    assert_eq!(run(&first, "test result: ok. 0 passed; 0 failed\n", true).status.code(), Some(101));
}

#[test]
fn other_failures_do_not_run_again() {
    let many = ONE.replace("    a::b\n\n", "    a::b\n    a::c\n    a::d\n    a::e\n\n");
    for (what, first) in [
        ("a documentation test", DOCUMENTATION.to_owned() + &summary(1)),
        ("a test and a documentation test", format!("{ONE}{DOCUMENTATION}{}", summary(2))),
        ("a crash", CRASH.to_owned() + &summary(1)),
        ("a test and a crash", format!("{ONE}{CRASH}{}", summary(2))),
        ("four tests", many + &summary(1)),
        ("a compile error", "error: could not compile `settings-core`\n".to_owned()),
        ("no summary", ONE.to_owned()),
    ] {
        let output = run(&first, PASSED, true);
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(!output.status.success() && !out.contains("alone:"), "{what}: {out}");
    }
}
