//! What the derives say of mistakes: one file a topic in `ui/`, the expected words beside it.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

/// What the author's guide shows is a program as it stands.
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

#[test]
fn mistakes_are_told_at_their_tokens() {
    let tests = trybuild::TestCases::new();
    for topic in ["attributes", "docs", "defaults", "names", "shapes", "enums", "forms", "rules", "pages"] {
        tests.compile_fail(format!("tests/ui/{topic}/*.rs"));
    }
}
