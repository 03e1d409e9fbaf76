//! The messages of the derives for mistakes: one file for each topic in `ui/`, with the expected messages next to it.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

/// The code of the annotation guide compiles.
#[test]
fn the_guides_code_compiles() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides/annotate.rst");
    let guide = fs::read_to_string(guide).unwrap();
    let blocks = guide.split(".. code-block:: rust\n").skip(1).map(|rest| {
        let lines = rest.lines().take_while(|line| line.is_empty() || line.starts_with("   "));
        lines.map(|line| line.strip_prefix("   ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
    });
    let blocks: Vec<String> = blocks.collect();
    assert!(blocks.len() > 2, "only {} pieces of code", blocks.len());
    let program =
        format!("#![deny(warnings)]\n#![allow(dead_code)]\n{}\nfn main() {{}}\n", blocks.join("\n"));
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guide.rs");
    fs::write(&file, program).unwrap();
    trybuild::TestCases::new().pass(file);
}

/// The compiler whose words the `.stderr` files contain.
const COMPILER: &str = "rustc 1.95.";

/// Runs only with the compiler that made the expected messages, since the next one may word its part of them differently.
/// `SETTINGS_UI_TESTS=1` runs it with any; `TRYBUILD=overwrite` then rewrites the messages.
#[test]
fn mistakes_are_reported_at_their_tokens() {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = std::process::Command::new(compiler).arg("--version").output().unwrap().stdout;
    let version = String::from_utf8_lossy(&version);
    if !version.starts_with(COMPILER) && std::env::var_os("SETTINGS_UI_TESTS").is_none() {
        eprintln!("SKIPPED: the expected messages are those of {COMPILER}x, and this is {version}");
        eprintln!("SKIPPED: set SETTINGS_UI_TESTS=1 to compare them all the same");
        return;
    }
    let tests = trybuild::TestCases::new();
    for topic in [
        "attributes",
        "docs",
        "defaults",
        "names",
        "shapes",
        "enums",
        "forms",
        "rules",
        "pages",
        "required",
        "bridges",
        "types",
        "once",
        "wrong",
    ] {
        tests.compile_fail(format!("tests/ui/{topic}/*.rs"));
    }
}
