//! Imported settings compile, and the pages of their program have the facts of the originals.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use settings_core::docs::model::{Bullet, Content, Part};
use settings_core::docs::{self, Page, PageRead};
use settings_tests::shared;

use super::docs_import::{fixture, read, tallies};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Returns the fields of imported structs without what depends on the page: todos, and the pages' names.
fn fields(source: &str) -> Vec<String> {
    let without = |line: &str, name: &str| match line.find(&format!(", {name} = \"")) {
        Some(at) => {
            let start = at + name.len() + 6;
            let mut escaped = false;
            let end = line[start..].find(|c: char| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            format!("{}{}", &line[..at], &line[start + end.unwrap() + 1..])
        }
        None => line.to_owned(),
    };
    let is_field = |line: &&str| {
        line.starts_with("    #[setting(") || line.starts_with("    pub ") || line.starts_with("    #[value(")
    };
    source.lines().filter(is_field).map(|line| without(&without(line, "todo"), "page")).collect()
}

/// The facts of one setting, from all places of a page.
#[derive(Debug, Default, PartialEq, Eq)]
struct Facts {
    titles: BTreeSet<String>,
    consoles: BTreeSet<String>,
    defaults: BTreeSet<String>,
    values: BTreeSet<(String, bool)>,
}

/// Returns the facts of a page by path, and all of its texts.
fn said(page: &Page) -> (BTreeMap<String, Facts>, Vec<String>) {
    let (mut facts, mut words): (BTreeMap<String, Facts>, Vec<String>) = (BTreeMap::new(), Vec::new());
    for entry in &page.entries {
        let mut own = Facts::default();
        let mut paths = BTreeSet::new();
        for placed in entry.parts() {
            match &placed.part {
                Part::Heading(heading) => drop(own.titles.insert(plain(heading.title.as_str()))),
                Part::Directive(directive) => {
                    let path = directive
                        .option("configjson")
                        .map(|path| path.as_str().trim_start_matches('.').to_owned());
                    paths.extend(path.filter(|path| path.contains('.')));
                    words.extend(directive.option("description").map(|text| text.value.clone()));
                    directive.body.iter().for_each(|content| say(content, &mut own, &mut words));
                }
                Part::Table(table) => {
                    for row in &table.rows {
                        row.left.iter().for_each(|content| {
                            say(content, &mut own, &mut words);
                            if let Content::Statement(config) = content {
                                paths.extend(config.name.iter().map(|name| name.value.clone()));
                            }
                        });
                        for bullet in row.right.iter().flatten() {
                            match bullet {
                                Bullet::Console(console) => {
                                    own.consoles.extend(console.name.iter().map(|name| plain(name.as_str())));
                                }
                                Bullet::Config(config) => {
                                    paths.extend(config.name.iter().map(|name| name.value.clone()));
                                    own.defaults
                                        .extend(config.default.iter().map(|text| default(text.as_str())));
                                }
                                Bullet::Env(_) => {}
                                Bullet::Text(text) | Bullet::Verbatim(text) => words.push(text.value.clone()),
                                other => panic!("a bullet that this test does not know: {other:?}"),
                            }
                        }
                    }
                }
                Part::Hint(hint) => say(&Content::Hint(hint.clone()), &mut own, &mut words),
                Part::Values(items) => say(&Content::Values(items.clone()), &mut own, &mut words),
                Part::Text(text) | Part::Badge(text) => words.push(text.value.clone()),
                Part::Verbatim(text) => words.push(text.clone()),
                other => panic!("a part that this test does not know: {other:?}"),
            }
        }
        let whole: Vec<String> = paths.iter().filter(|path| path.contains('.')).cloned().collect();
        if let [path] = whole.as_slice() {
            facts.entry(path.clone()).or_insert(own);
        } else if let (true, Some(path)) = (whole.is_empty(), paths.iter().next()) {
            facts.entry(path.clone()).or_insert(own);
        }
    }
    (facts, words)
}

fn say(content: &Content, own: &mut Facts, words: &mut Vec<String>) {
    match content {
        Content::Text(text) | Content::Verbatim(text) => words.push(text.value.clone()),
        Content::Hint(hint) => {
            own.defaults.extend(hint.default.iter().map(|text| default(text.as_str())));
            words.push(hint.text.value.clone());
        }
        Content::Values(items) => {
            for item in items {
                let value = item.value.as_ref().map(|value| value.value.clone());
                own.values
                    .extend(value.map(|value| (plain(&value), item.default && item.default_if.is_none())));
                words.push(item.text.value.clone());
            }
        }
        Content::Statement(statement) => {
            own.defaults.extend(statement.default.iter().map(|text| default(text.as_str())));
        }
        other => panic!("a content that this test does not know: {other:?}"),
    }
}

fn default(text: &str) -> String {
    text.trim_matches(['"', '”']).to_lowercase()
}

/// Words without markup.
fn plain(text: &str) -> String {
    let text = text.replace("(Default)", " ").replace(['*', '`', '\\', '|', '_', ':', '\n', '-'], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Returns the facts and texts of `before` that `after` does not have.
fn lost(before: &Page, after: &Page) -> Vec<String> {
    let ((facts, words), (facts_after, words_after)) = (said(before), said(after));
    let mut lost = Vec::new();
    for (path, facts) in facts {
        let Some(after) = facts_after.get(&path) else {
            lost.push(format!("{path}: gone"));
            continue;
        };
        if facts.titles != after.titles {
            lost.push(format!("{path}: {:?} became {:?}", facts.titles, after.titles));
        }
        if !facts.consoles.is_subset(&after.consoles) {
            lost.push(format!("{path}: {:?} became {:?}", facts.consoles, after.consoles));
        }
        if !facts.defaults.is_subset(&after.defaults) {
            let marked = |default: &String| {
                after.values.iter().any(|(value, is)| *is && value.contains(default.as_str()))
            };
            if !facts.defaults.iter().all(|default| after.defaults.contains(default) || marked(default)) {
                lost.push(format!("{path}: default {:?} became {:?}", facts.defaults, after.defaults));
            }
        }
        if !facts.values.is_subset(&after.values) {
            lost.push(format!("{path}: {:?} became {:?}", facts.values, after.values));
        }
    }
    let all = words_after.iter().map(|words| plain(words).replace(' ', "")).collect::<Vec<_>>().join("\n");
    for text in &words {
        for sentence in plain(text).split(". ") {
            let sentence = sentence.trim_end_matches('.');
            let is_reworded =
                ["default is", "default value is", "defaults to"].iter().any(|by| sentence.starts_with(by));
            if !is_reworded && !is_kind(sentence) && !all.contains(&sentence.replace(' ', "")) {
                lost.push(format!("words: {sentence}"));
            }
        }
    }
    lost
}

/// `string input`, `numerical value in seconds`: the generated pages word these themselves.
fn is_kind(sentence: &str) -> bool {
    ["input", "value", "seconds", "minutes", "hours", "days"]
        .iter()
        .any(|last| sentence.ends_with(last) && sentence.split(' ').count() <= 4)
}

/// Returns the source of a program with the imported structs that compares the original pages with them.
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
        // A configuration that was made from the pages resolves.
        let _ = writeln!(main, "    let file = {:?};", format!("{name}.json"));
        let _ = writeln!(main, "    {{\n    type Root = {name}::ImportedSettings;");
        main.push_str(
            "    if let Ok(text) = std::fs::read_to_string(file) {\n        \
             let layers = settings_core::resolve::Layers::new().file(file, text);\n        \
             let resolution = settings_core::resolve::resolve::<Root>(layers);\n        \
             for found in resolution.report().errors().diagnostics() {\n            println!(\"::error file={file}::{}\", found.message);\n        }\n        \
             println!(\"::notice file={file}::resolved\");\n    }\n    }\n",
        );
        // The program's own pages agree with it.
        let _ = writeln!(main, "    let folder = {name:?};");
        main.push_str(
            "    std::fs::create_dir_all(folder).unwrap();\n    \
             for page in docs::from_schema(schema) {\n        \
             let text = docs::render(&page, docs::Style::Table, docs::Format::Rst);\n        \
             std::fs::write(format!(\"{folder}/{}.rst\", page.name), &text).unwrap();\n        \
             let read = docs::read(\"own.rst\", text.as_bytes()).unwrap();\n        \
             assert_eq!(docs::render(&read.page, docs::Style::Table, docs::Format::Rst), text);\n        \
             let findings = docs::check(&read, Some(schema), docs::Against::Both);\n        \
             print!(\"{}\", docs::format_findings(&findings, docs::FindingFormat::Github));\n    }\n",
        );
    }
    main.push_str("}\n");
    main
}

/// Checks that the configurations made from the pages resolved, and returns the other lines.
fn without_configurations(lines: Vec<String>) -> Vec<String> {
    let (configurations, others): (Vec<String>, Vec<String>) =
        lines.into_iter().partition(|line| line.contains(".json::"));
    let errors: Vec<&String> = configurations.iter().filter(|line| line.starts_with("::error")).collect();
    assert!(errors.is_empty(), "false errors: {errors:#?}");
    assert!(std::env::var_os("SETTINGS_PYTHON").is_none() || !configurations.is_empty());
    others
}

/// Returns the findings of the program about the pages, and the facts that the pages it builds have lost.
fn compile_and_run(name: &str, sets: &[(&str, Vec<PathBuf>)]) -> (Vec<String>, Vec<String>) {
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
    if let Some(python) = std::env::var_os("SETTINGS_PYTHON").map(PathBuf::from) {
        for (set, pages) in sets {
            let (_, result) = tallies(&python, folder.path(), pages);
            write(&format!("{set}.json"), &result["config"].to_string());
        }
    }
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| Path::new(ROOT).join("target"), PathBuf::from);
    let run = Command::new(env!("CARGO"))
        .current_dir(folder.path())
        .args(["run", "--quiet", "--offline", "--manifest-path"])
        .arg(folder.path().join("Cargo.toml"))
        .arg("--target-dir")
        .arg(std::path::absolute(target).unwrap())
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let mut all_lost = Vec::new();
    for (set, pages) in sets {
        let built = |page: &PathBuf| folder.path().join(set).join(page.file_name().unwrap());
        let again: Vec<PageRead> = pages.iter().map(|page| read(&built(page))).collect();
        let first: Vec<PageRead> = pages.iter().map(|page| read(page)).collect();
        let (first, again) = (fields(&docs::import::to_rust(&first)), fields(&docs::import::to_rust(&again)));
        let moved: Vec<&String> = first.iter().filter(|line| !again.contains(line)).collect();
        assert!(moved.is_empty(), "{set}: the built pages import to other structs: {moved:#?}");
        for page in pages {
            let before = read(page);
            let built = folder.path().join(set).join(format!("{}.rst", before.page.name));
            let lost = lost(&before.page, &read(&built).page);
            all_lost.extend(lost.into_iter().map(|lost| format!("{}: {lost}", before.page.name)));
        }
    }
    (String::from_utf8(run.stdout).unwrap().lines().map(str::to_owned).collect(), all_lost)
}

#[test]
fn imported_settings_compile_and_say_the_same() {
    let sets = [
        ("own", vec![fixture("rules.rst"), fixture("modern.rst"), fixture("mended.rst")]),
        ("jobs", vec![fixture("jobs.rst")]),
    ];
    let (differing, lost) = compile_and_run("imported-own", &sets);
    let differing = without_configurations(differing);
    // The page about jobs contradicts itself, but no page that is built from the import has an error.
    let jobs = |line: &&String| line.contains("jobs.rst");
    assert_eq!(differing.iter().filter(|line| !jobs(line)).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(
        !differing.iter().any(|line| line.starts_with("::error") && line.contains("file=own.rst")),
        "{differing:#?}"
    );
    assert_eq!(
        lost.iter().filter(|line| !line.starts_with("jobs:")).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
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
    let (differing, lost) = compile_and_run("imported-shared", &sets);
    let differing = without_configurations(differing);
    // Where the page states two defaults, the struct has none or one; and code holds no secret.
    let contradictory: Vec<String> = sets
        .iter()
        .flat_map(|(_, pages)| pages)
        .flat_map(|page| docs::check(&read(page), None, docs::Against::Itself))
        .filter(|finding| finding.rule == docs::Rule::Default)
        .map(|finding| format!(": {}: ", finding.setting))
        .collect();
    let is_known = |line: &&String| {
        contradictory.iter().any(|setting| line.contains(setting)) || line.contains("ApiSecret: default")
    };
    let lost: Vec<&String> = lost.iter().filter(|line| !is_known(line)).collect();
    println!("{} lost, {} findings", lost.len(), differing.len());
    // Five are open: value texts of three settings, and a default that the value list alone states.
    assert!(lost.len() <= 5, "{lost:#?}");
    let unexpected: Vec<&String> = differing
        .iter()
        .filter(|line| {
            !["title=env-name", "title=letter-case", "title=console-path", "title=default"]
                .iter()
                .any(|rule| line.contains(rule))
        })
        .collect();
    // Two are open: a value that only a sentence names, and a label without a path.
    assert!(unexpected.len() <= 2, "{unexpected:#?}");
    assert!(differing.len() <= 16, "{differing:#?}");
}
