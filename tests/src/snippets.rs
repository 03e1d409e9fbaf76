//! Turns the Rust snippets of README and guides into documentation tests, so that each one compiles.
//!
//! A snippet is compiled as a reader would use it: with the hidden lines of `tests/snippets/DOCUMENT.rs` above it where
//! that file exists, and inside a function that returns a `Result` where it has no `main` of its own.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// The source of a module per snippet; each module's documentation is the snippet.
pub fn modules(root: &Path) -> String {
    let mut source = String::new();
    for document in documents(root) {
        println!("cargo::rerun-if-changed={}", document.display());
        let text = fs::read_to_string(&document).expect("a document can be read");
        let name = document.file_stem().expect("a document has a name").to_string_lossy().to_lowercase();
        let hidden = root.join("tests/snippets").join(format!("{name}.rs"));
        println!("cargo::rerun-if-changed={}", hidden.display());
        let hidden = fs::read_to_string(hidden).unwrap_or_default();
        for (line, code) in snippets(&text, document.extension().is_some_and(|it| it == "md")) {
            let test = format!("```no_run\n{}```\n", program(&hidden, &code));
            let module = format!("{}_{line}", name.replace('-', "_"));
            let _ = writeln!(source, "#[doc = {test:?}]\npub mod {module} {{}}");
        }
    }
    source
}

/// README, the guides and the readme of each crate.
fn documents(root: &Path) -> Vec<PathBuf> {
    let mut documents = vec![root.join("README.md")];
    let guides = fs::read_dir(root.join("docs/guides")).expect("the guides are there");
    println!("cargo::rerun-if-changed={}", root.join("docs/guides").display());
    documents.extend(
        guides
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|it| it == "rst")),
    );
    documents.sort();
    documents
}

/// The Rust snippets of a document, each with its line number.
fn snippets(text: &str, is_markdown: bool) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        let mut code = String::new();
        if is_markdown && line.trim_end() == "```rust" {
            for (_, line) in lines.by_ref().take_while(|(_, line)| !line.starts_with("```")) {
                code.push_str(line);
                code.push('\n');
            }
        } else if !is_markdown && line.trim_start().starts_with(".. code-block:: rust") {
            let indent = line.len() - line.trim_start().len() + 3;
            while let Some((_, line)) = lines.next_if(|(_, line)| is_inside(line, indent)) {
                code.push_str(line.get(indent..).unwrap_or_default());
                code.push('\n');
            }
        } else {
            continue;
        }
        found.push((number + 1, code));
    }
    found
}

fn is_inside(line: &str, indent: usize) -> bool {
    line.trim().is_empty() || line.len() - line.trim_start().len() >= indent
}

/// A snippet as a whole program; lines that start with `# ` are not shown by rustdoc.
fn program(hidden: &str, code: &str) -> String {
    let mut program = String::from("# #![allow(unused, clippy::needless_doctest_main)]\n");
    for line in hidden.lines() {
        let _ = writeln!(program, "# {line}");
    }
    if code.contains("fn main(") {
        program.push_str(code);
    } else {
        let head = if code.contains(".await") { "async fn snippet()" } else { "fn snippet()" };
        let _ = writeln!(program, "# {head} -> Result<(), Box<dyn std::error::Error>> {{");
        program.push_str(code);
        program.push_str("# Ok(())\n# }\n# fn main() {}\n");
    }
    program
}
