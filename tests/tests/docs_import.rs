//! Pages taken over as Rust: compiled with the derives, and the program's pages say what the originals did.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use settings_core::docs::{self, PageRead};
use settings_tests::shared;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn read(path: &Path) -> PageRead {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    docs::read(&path.display().to_string(), &bytes).unwrap_or_else(|error| panic!("{error}"))
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/docs").join(name)
}

fn rust(names: &[&str]) -> String {
    let pages: Vec<PageRead> = names.iter().map(|name| read(&fixture(name))).collect();
    docs::import::to_rust(&pages)
}

#[test]
fn kinds_and_defaults_are_inferred() {
    let source = rust(&["rules.rst", "modern.rst"]);
    for line in [
        "#[settings(env_prefix = \"APP\")]",
        "#[settings(section = \"MailSettings\", console = \"Server > Mail\")]",
        "#[setting(key = \"RelayHost\", title = \"Relay host\", default = \"localhost\", page = \"rules\")]",
        "pub relay_host: String,",
        "#[setting(key = \"RelayPort\", title = \"Relay port\", range = 1..=65535, default = 25, page = \"rules\")]",
        "pub relay_port: i64,",
        "/// - `true`: Mail is encrypted, or it is not sent at all.",
        "pub encrypt_outgoing_mail: bool,",
        "#[setting(key = \"Watch\", title = \"Überwachung — 監視\", default = \"Nobody\", page = \"rules\")]",
        "pub enum Watch {",
        "pub spool: Spool,",
        "pub folder: Option<String>,",
        "#[setting(key = \"BatchSize\", title = \"Batch size\", default = 50, page = \"modern\")]",
        "// - Sender logo (modern.rst:34): no path in config.json",
    ] {
        assert!(source.lines().any(|found| found.trim() == line), "{line}\n{source}");
    }
    assert!(!source.contains("(Default)"), "the derive places the mark: {source}");
}

#[test]
fn what_cannot_be_told_is_marked() {
    let source = rust(&["drifting.rst"]);
    let todo = "// TODO: the page doesn't say what it takes (drifting.rst:";
    assert!(source.contains(todo), "{source}");
    assert!(source.contains("// TODO: the page contradicts itself on the default"), "{source}");
}

/// A program of the imported structs that holds the original pages against them.
fn program(sets: &[(&str, Vec<PathBuf>)]) -> String {
    let mut main = String::from("#![allow(dead_code)]\nuse settings_core::{Settings, docs};\n");
    for (name, _) in sets {
        let _ = writeln!(main, "mod {name};");
    }
    main.push_str("fn main() {\n");
    for (name, pages) in sets {
        let _ = writeln!(main, "    let schema = {name}::ImportedSettings::SCHEMA;");
        for page in pages {
            let _ = writeln!(main, "    let path = {:?};", page.display().to_string());
            main.push_str(
                "    let read = docs::read(path, &std::fs::read(path).unwrap()).unwrap();\n    \
                 let findings = docs::check(&read, Some(schema), docs::Against::Schema);\n    \
                 print!(\"{}\", docs::format_findings(&findings, docs::FindingFormat::Github));\n",
            );
        }
        // The program's own pages, read back, say what it says.
        main.push_str(
            "    for page in docs::from_schema(schema) {\n        \
             let text = docs::render(&page, docs::Style::Table, docs::Format::Rst);\n        \
             let read = docs::read(\"own.rst\", text.as_bytes()).unwrap();\n        \
             assert_eq!(docs::render(&read.page, docs::Style::Table, docs::Format::Rst), text);\n        \
             let findings = docs::check(&read, Some(schema), docs::Against::Both);\n        \
             print!(\"{}\", docs::format_findings(&findings, docs::FindingFormat::Github));\n    }\n",
        );
    }
    main.push_str("}\n");
    main
}

fn compile_and_run(name: &str, sets: &[(&str, Vec<PathBuf>)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let core = std::fs::canonicalize(Path::new(ROOT).join("settings-core")).unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         settings-core = {{ path = {core:?}, features = [\"docs\"] }}\n\n[profile.dev]\n\
         debug = \"line-tables-only\"\n\n[workspace]\n"
    );
    write("Cargo.toml", &manifest);
    // The same versions as the workspace's: nothing is fetched.
    std::fs::copy(Path::new(ROOT).join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    write("src/main.rs", &program(sets));
    for (set, pages) in sets {
        let pages: Vec<PageRead> = pages.iter().map(|path| read(path)).collect();
        write(&format!("src/{set}.rs"), &docs::import::to_rust(&pages));
    }
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| Path::new(ROOT).join("target"), PathBuf::from);
    let run = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline", "--manifest-path"])
        .arg(folder.path().join("Cargo.toml"))
        .arg("--target-dir")
        .arg(std::path::absolute(target).unwrap())
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn imported_settings_compile_and_say_the_same() {
    let sets = [("own", vec![fixture("rules.rst"), fixture("modern.rst"), fixture("mended.rst")])];
    assert_eq!(compile_and_run("imported-own", &sets), Vec::<String>::new());
}

#[test]
fn the_shared_pages_compile_and_say_the_same() {
    let Some(shared) = shared("docs_import") else { return };
    let pages = |folder: &str| {
        let mut pages: Vec<PathBuf> =
            std::fs::read_dir(shared.join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        pages.sort();
        pages
    };
    let sets = [
        ("seed", vec![shared.join("seed/smtp.clean.rst")]),
        ("now", pages("pages/2026")),
        ("then", pages("pages/2022/2022-11-09")),
    ];
    // What remains are the pages' contradictions with themselves: a struct has one name for each fact.
    let differing = compile_and_run("imported-shared", &sets);
    let unexpected: Vec<&String> = differing
        .iter()
        .filter(|line| {
            !["title=env-name", "title=letter-case", "title=console-path"]
                .iter()
                .any(|rule| line.contains(rule))
        })
        .collect();
    assert!(unexpected.is_empty(), "{unexpected:#?}");
    assert!(differing.len() <= 16, "{differing:#?}");
}
