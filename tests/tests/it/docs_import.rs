//! Pages imported as Rust: the kinds, defaults and names that are inferred, and the questions that stay open.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use settings_core::docs::{self, PageRead};
use settings_tests::shared;

pub(crate) fn read(path: &Path) -> PageRead {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    docs::read(&path.display().to_string(), &bytes).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn fixture(name: &str) -> PathBuf {
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
        ".. config:entry:: MailSettings.RelayPort",
    ] {
        assert!(source.lines().any(|found| found.trim() == line), "{line}\n{source}");
    }
    assert!(!source.contains("(Default)"), "the derive places the mark: {source}");
}

#[test]
fn open_questions_are_todos() {
    let source = rust(&["drifting.rst"]);
    let line = |words: &str| source.lines().any(|line| line.contains("todo = ") && line.contains(words));
    assert!(line("the page doesn't say what it takes"), "{source}");
    assert!(line("the page contradicts itself on the default"), "{source}");
    assert!(line("the page states no default"), "{source}");
    assert!(line("(drifting.rst:"), "{source}");
    assert!(!source.contains("TODO"), "what is open is said by attributes: {source}");
}

#[test]
fn facts_in_words_are_read() {
    let source = rust(&["jobs.rst"]);
    for line in [
        "#[setting(key = \"KeepDays\", title = \"Keep finished jobs\", unit = \"days\", default = 30)]",
        "#[setting(key = \"IntervalSeconds\", title = \"Interval\", unit = \"seconds\", range = 5..=72, default = 10)]",
        "#[setting(key = \"RetryMinutes\", title = \"Retry\", default = -1)]",
        "pub retry_minutes: i64,",
        "#[setting(key = \"QueueName\", title = \"Queue name\", max_len = 30, default = \"jobs\")]",
        "pub extra: Option<Json>,",
        "pub push: Option<Json>,",
        "/// - `true`: Every step is logged.",
        "#[setting(key = \"Verbose\", title = \"Verbose\", default = false)]",
        "pub contradictory: Option<bool>,",
        "#[setting(key = \"UseGossip\", title = \"Use gossip\", default = true)]",
        "#[setting(key = \"StartTime\", title = \"Start time\", default = \"02:00\")]",
        "pub mode: Mode,",
        "#[value(text = \"slow\")]",
    ] {
        let begins = line.trim_end_matches(")]");
        assert!(source.lines().any(|found| found.trim().starts_with(begins)), "{line}\n{source}");
    }
    let setting = |key: &str| {
        let key = format!("#[setting(key = {key:?}");
        source.lines().find(|line| line.trim().starts_with(&key)).unwrap_or_else(|| panic!("{key}\n{source}"))
    };
    assert!(setting("BatchSize").contains("..=500"), "{source}");
    assert!(setting("Workers").contains("the page's bounds don't admit its default `0`"), "{source}");
    assert!(setting("OldLimit").contains("deprecated(since = \"5.26\""), "{source}");
    assert!(setting("OldLimit").contains("replacement = \"BatchSize\""), "{source}");
    assert!(setting("Extra").contains("the page doesn't say what it takes"), "{source}");
    assert!(setting("Push").contains("the page's default is \\\"Use the small service\\\""), "{source}");
    assert!(
        setting("Contradictory").contains("the page contradicts itself on the default: `false`, `true`"),
        "{source}"
    );
    // What `docs check` reports about a setting is part of its `todo`.
    let drifting = rust(&["drifting.rst"]);
    let page = read(&fixture("drifting.rst"));
    let findings = docs::check(&page, None, docs::Against::Itself);
    let finding = findings.iter().find(|finding| finding.setting == "MailSettings.One").expect("a finding");
    let message = finding.message.replace('"', "\\\"");
    assert!(
        drifting.lines().any(|line| line.contains("todo = ") && line.contains(&message)),
        "{message}\n{drifting}"
    );
}

#[test]
fn an_item_is_a_setting_or_is_listed() {
    let source = rust(&["jobs.rst"]);
    let listed: Vec<&str> = source.lines().filter(|line| line.starts_with("// - ")).collect();
    for words in ["ButtonColor", "documented more than once; the fuller place is"] {
        assert!(listed.iter().any(|line| line.contains(words)), "{words}: {listed:#?}");
    }
    // A cell that names a setting in words of its own.
    for words in [
        "The ``config.json`` setting for this is ``\"ASettings.Z\": 5``.",
        "Set ``ASettings.Z`` in *config.json*.",
    ] {
        let text = format!("Title\n~~~~~\n\n{}\n", table(words));
        let source = docs::import::to_rust(&[docs::read("a.rst", text.as_bytes()).unwrap()]);
        assert!(source.contains("// - Title (a.rst:4): it names config.json"), "{source}");
    }
    for number in 1..=8 {
        // A sentence that names a setting, in a form that no rule reads.
        let text =
            format!("Title\n~~~~~\n\nThis option's config.json setting is{} ``Key``.\n", " ".repeat(number));
        let page = docs::read("a.rst", text.as_bytes()).unwrap();
        assert!(
            docs::import::to_rust(&[page]).contains("// - Title (a.rst:4): it names config.json"),
            "{text}"
        );
    }
}

#[test]
fn bare_keys_get_a_section_that_is_proven_or_stay_apart() {
    let source = rust(&["jobs.rst"]);
    let (root, apart) = source.split_once("pub struct SettingsWithoutSection").expect("settings apart");
    assert!(apart.contains("key = \"ButtonColor\""), "{source}");
    assert!(!root.contains("key = \"ButtonColor\""), "{source}");
    assert!(apart.contains("which section? the page has the bare key `ButtonColor`"), "{source}");
    for (key, evidence) in [
        ("Port", "`JobSettings` is taken from its variable `APP_JOBSETTINGS_PORT`"),
        ("Mode", "`JobSettings` is taken from the heading \\\"Job settings\\\""),
    ] {
        let line = root.lines().find(|line| line.contains(&format!("key = {key:?}"))).expect(key);
        assert!(line.contains(evidence), "{line}");
    }
    assert!(!source.contains("APP_BUTTONCOLOR"), "{source}");
    // The same key on another page, with its section and the same title.
    let page = |name: &str, setting: &str| {
        let text = "Title of it\n~~~~~~~~~~~\n\n+---------+\n| x       |\n+---------+\n".replace(
            "+---------+\n| x       |\n+---------+",
            &table(&format!(
                "This feature's ``config.json`` setting is ``\"{setting}\": \"a\"`` with string input."
            )),
        );
        docs::read(name, text.as_bytes()).unwrap()
    };
    let source = docs::import::to_rust(&[page("a.rst", "Key"), page("b.rst", "SomeSettings.Key")]);
    assert!(!source.contains("SettingsWithoutSection"), "{source}");
    assert!(source.contains("documented more than once"), "{source}");
    // The heading names the section, and another page has the key in it under another title.
    let titled = |name: &str, title: &str, above: &str, setting: &str| {
        let line =
            format!("This feature's ``config.json`` setting is ``\"{setting}\": \"a\"`` with string input.");
        let mark = "~".repeat(title.len());
        let text = format!("{above}{title}\n{mark}\n\n{}\n", table(&line));
        docs::read(name, text.as_bytes()).unwrap()
    };
    let source = docs::import::to_rust(&[
        titled("a.rst", "Email login color", "", "LoginColor"),
        titled("b.rst", "Login color", "", "EmailSettings.LoginColor"),
    ]);
    assert!(!source.contains("SettingsWithoutSection"), "{source}");
    assert!(source.contains("the heading \\\"Email login color\\\" and the page `b`"), "{source}");
    // The heading is the section's name.
    let above = "GitLabSettings\n==============\n\n";
    let source = docs::import::to_rust(&[titled("a.rst", "Scope", above, "Scope")]);
    assert!(!source.contains("SettingsWithoutSection"), "{source}");
    assert!(source.contains("section = \"GitLabSettings\""), "{source}");
}

fn table(line: &str) -> String {
    let border = format!("+-{}-+", "-".repeat(line.len()));
    format!("{border}\n| {line} |\n{border}")
}

#[test]
fn pages_without_variables_make_no_variables_and_no_section_of_the_root() {
    let text = format!(
        "T\n~\n\n{}\n",
        table("This feature's ``config.json`` setting is ``\"ASettings.Key\": 3`` with numerical input.")
    );
    let source = docs::import::to_rust(&[docs::read("a.rst", text.as_bytes()).unwrap()]);
    assert!(source.contains("#[settings(root)]"), "{source}");
    assert!(!source.contains("env_prefix ="), "{source}");
}

#[test]
fn a_directive_of_another_setting_is_a_setting_of_its_own() {
    let page = |env: &str| {
        let bullets = "| - **true**: Encrypted.               | - ``config.json`` setting: ``ASettings`` > ``EnableEncryption`` |\n\
                       | - **false**: **(Default)** In plain.  | - Environment variable: ``MM_ASETTINGS_ENABLEENCRYPTION``        |";
        let line = bullets.lines().next().unwrap();
        let at = 1 + line[1..].find('|').unwrap();
        let border = format!("+{}+{}+", "-".repeat(at - 1), "-".repeat(line.len() - at - 2));
        format!(
            ".. config:setting:: ha-usegossip\n  :displayname: Use gossip (HA)\n  :configjson: .ASettings.UseGossip\n  \
             :environment: {env}\n\n  - **true**: **(Default)** By gossip.\n  - **false**: By port.\n\n\
             Enable encryption\n~~~~~~~~~~~~~~~~~\n\n{border}\n{bullets}\n{border}\n"
        )
    };
    for env in ["MM_ASETTINGS_USEGOSSIP", "MM_ASETTINGS_USEGOSSIPP", "N/A"] {
        let read = docs::read("ha.rst", page(env).as_bytes()).unwrap();
        let source = docs::import::to_rust(&[read]);
        for line in [
            "#[setting(key = \"UseGossip\", title = \"Use gossip\", default = true",
            "#[setting(key = \"EnableEncryption\", title = \"Enable encryption\", default = false",
            "/// - `true`: By gossip.",
            "/// - `true`: Encrypted.",
            ".. config:entry:: ASettings.UseGossip",
            ".. config:entry:: ASettings.EnableEncryption",
        ] {
            assert!(source.contains(line), "{env}: {line}\n{source}");
        }
        assert_eq!(source.matches(":id: ha-usegossip").count(), 1, "{source}");
    }
}

#[test]
fn ranges_and_units_that_are_not_read_are_todos() {
    let setting = |key: &str, words: &str| {
        let line = format!(
            "This feature's ``config.json`` setting is ``\"ASettings.{key}\": 3`` with numerical input."
        );
        let text = format!("Title\n~~~~~\n\n{words}\n\n{}\n", table(&line));
        let source = docs::import::to_rust(&[docs::read("a.rst", text.as_bytes()).unwrap()]);
        source.lines().find(|line| line.contains("#[setting(")).expect("a setting").to_owned()
    };
    for (words, wanted) in [
        ("A number between 1 and 10.", "range = 1..=10"),
        ("Range: 1-100.", "range = 1..=100"),
        ("No more than 64.", "..=64"),
        ("Must be greater than 0.", "range = 1..="),
        ("Maximum 1,000 users.", "does the page limit the values? \\\"Maximum 1,000 users.\\\""),
    ] {
        let line = setting("Key", words);
        assert!(line.contains(wanted), "{words}: {line}");
        assert_eq!(line.contains("limit the values"), wanted.contains("limit the values"), "{line}");
    }
    assert!(setting("PollMs", "Words.").contains("unit = \"milliseconds\""));
    assert!(setting("WaitSecs", "Words.").contains("unit = \"seconds\""));
    assert!(setting("KeepWeeks", "Words.").contains("its name counts Weeks"));
}

/// Counts of one kind of fact.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    stated: u64,
    claimed: u64,
    right: u64,
}

/// Returns the tallies of an import by kind of fact, by docutils and regular expressions in Python.
pub(crate) fn tallies(
    python: &Path,
    folder: &Path,
    pages: &[PathBuf],
) -> (BTreeMap<String, Tally>, serde_json::Value) {
    let read: Vec<PageRead> = pages.iter().map(|path| self::read(path)).collect();
    let rust = folder.join("imported.rs");
    std::fs::write(&rust, docs::import::to_rust(&read)).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/import_facts.py");
    let output = Command::new(python).arg(script).arg(&rust).args(pages).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let result: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let count = |tally: &serde_json::Value, name: &str| tally[name].as_u64().unwrap();
    let tallies = result["tally"].as_object().unwrap().iter().map(|(kind, tally)| {
        let tally = Tally {
            stated: count(tally, "stated"),
            claimed: count(tally, "claimed"),
            right: count(tally, "right"),
        };
        (kind.clone(), tally)
    });
    (tallies.collect(), result)
}

#[test]
fn precision_and_recall_of_each_kind_of_fact() {
    let Some(python) = std::env::var_os("SETTINGS_PYTHON").map(PathBuf::from) else {
        let _ = writeln!(std::io::stderr(), "precision and recall: LEFT OUT, SETTINGS_PYTHON is not set");
        return;
    };
    let mut sets = vec![("own", ["rules.rst", "modern.rst", "jobs.rst"].map(fixture).to_vec())];
    if let Some(shared) = shared("docs_import") {
        for (name, folder) in [("2026", "pages/2026"), ("2022", "pages/2022/2022-11-09")] {
            let entries = std::fs::read_dir(shared.join(folder)).unwrap();
            let mut pages: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
            pages.sort();
            sets.push((name, pages));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    println!(
        "{:6} {:11} {:>7} {:>7} {:>7} {:>9} {:>7}",
        "pages", "fact", "stated", "ours", "right", "precision", "recall"
    );
    for (name, pages) in sets {
        let (tallies, result) = tallies(&python, folder.path(), &pages);
        let differences = &result["differences"];
        for (kind, Tally { stated, claimed, right }) in tallies {
            let share = |of: u64| if of == 0 { 1.0 } else { right as f64 / of as f64 };
            let (precision, recall) = (share(claimed), share(stated));
            println!("{name:6} {kind:11} {stated:7} {claimed:7} {right:7} {precision:9.3} {recall:7.3}");
            // Own fixtures have settings that no reader can take: slips, contradictions.
            let (least_precision, least_recall) = if name == "own" { (0.98, 0.80) } else { (0.98, 0.95) };
            assert!(precision >= least_precision, "{name} {kind}: {:#?}", differences[&kind]);
            assert!(recall >= least_recall, "{name} {kind}: {:#?}", differences[&kind]);
        }
    }
}

#[test]
fn a_page_without_settings_is_not_imported() {
    let folder = settings_tests::cli::Folder::new("import");
    let page = folder.write("plain.rst", "Title\n=====\n\nText.\n");
    let run = settings_tests::cli::settings(&["docs", "import", &page, "--to", "rust"], &[]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.error.contains("no settings found on") && run.error.contains("plain.rst"), "{}", run.error);
    // Next to a page with settings it is listed.
    let jobs = fixture("jobs.rst").display().to_string();
    let run = settings_tests::cli::settings(&["docs", "import", &jobs, &page, "--to", "rust"], &[]);
    assert_eq!(run.code, 0, "{}", run.error);
    assert!(run.out.contains("// - plain (plain.rst:1): no settings found on this page"), "{}", run.out);
    let run = settings_tests::cli::settings(&["docs", "import", &page, "--to", "json"], &[]);
    assert_eq!(run.code, 0, "{}", run.error);
}
