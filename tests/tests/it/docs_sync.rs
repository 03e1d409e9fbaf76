//! Pages fixed in place.

use std::path::Path;

use settings_core::Settings;
use settings_core::docs::{self, Synced};
use settings_core::reference::ServerSettings;
use settings_tests::shared;

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn sync(name: &str, bytes: &[u8]) -> Synced {
    let synced =
        docs::sync(name, bytes, Some(ServerSettings::SCHEMA)).unwrap_or_else(|error| panic!("{error}"));
    let again = docs::sync(name, &synced.bytes, Some(ServerSettings::SCHEMA)).unwrap();
    assert_eq!(again.bytes, synced.bytes, "{name}: a second run changes nothing");
    assert!(!again.is_changed(), "{name}: {:#?}", again.fixed);
    synced
}

#[test]
fn damage_with_one_answer_is_undone() {
    let synced = sync("damaged.rst", fixture("damaged.rst").as_bytes());
    assert_eq!(String::from_utf8(synced.bytes).unwrap(), fixture("mended.rst"));
    assert_eq!(synced.remaining, []);
    assert_eq!(synced.fixed.len(), 6, "restoring the encoding repairs the first table: {:#?}", synced.fixed);
}

#[test]
fn a_good_page_is_left_alone() {
    for name in ["rules.rst", "modern.rst", "mended.rst"] {
        let text = fixture(name);
        let synced = sync(name, text.as_bytes());
        assert_eq!(String::from_utf8(synced.bytes).unwrap(), text, "{name}");
        assert!(synced.fixed.is_empty());
    }
}

#[test]
fn only_what_drifted_changes() {
    let text = fixture("drifting.rst");
    let synced = sync("drifting.rst", text.as_bytes());
    let after = String::from_utf8(synced.bytes).unwrap();
    assert_eq!(after.lines().count(), text.lines().count());
    let changed: Vec<(usize, &str)> = after
        .lines()
        .enumerate()
        .zip(text.lines())
        .filter(|((_, a), b)| a != b)
        .map(|((i, a), _)| (i + 1, a))
        .collect();
    let lines: Vec<usize> = changed.iter().map(|(line, _)| *line).collect();
    // The last one does not fit, so that its column grows.
    assert_eq!(lines, [7, 92, 105, 106, 107, 108, 109], "{changed:#?}");
    assert_eq!(changed[0].1, "  :environment: APP_MAILSETTINGS_ONE");
    assert!(changed[1].1.contains("> ``true``"), "{}", changed[1].1);
    let rules: Vec<&str> = synced.remaining.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(
        rules,
        [
            "config-path",
            "env-name",
            "letter-case",
            "console-path",
            "default",
            "duplicate-id",
            "default",
            "unused-allow",
            "markup"
        ],
        "findings without a single answer remain"
    );
}

#[test]
fn facts_of_the_schema_go_in_and_the_grid_follows() {
    let page = docs::from_schema(ServerSettings::SCHEMA).swap_remove(0);
    let good = docs::render(&page, docs::Style::Table, docs::Format::Rst);
    // Each in its own table: a variable one shorter, a mark on the wrong value, a console path, a default.
    let drifted = good
        .replace("``MM_EMAILSETTINGS_SMTPUSERNAME``     |", "``MM_EMAILSETTINGS_SMTPUSERNAM``      |")
        .replace("Default is ``10``. ", "Default is ``100``.")
        .replacen(
            "System Config path: **Environment > SMTP**",
            "System Config path: **Environment > Post**",
            1,
        );
    assert_ne!(drifted, good);
    let synced = sync("smtp.rst", drifted.as_bytes());
    assert_eq!(synced.remaining, []);
    assert_eq!(String::from_utf8(synced.bytes).unwrap(), good);
    assert_eq!(synced.fixed.len(), 3, "{:#?}", synced.fixed);
}

#[test]
fn a_mark_moves_to_the_right_value() {
    let page = docs::from_schema(ServerSettings::SCHEMA).swap_remove(0);
    let good = docs::render(&page, docs::Style::Directive, docs::Format::Rst);
    let drifted = good
        .replace("- **Not specified**: **(Default)** ", "- **Not specified**: ")
        .replace("- **TLS**: ", "- **TLS**: **(Default)** ");
    let synced = sync("smtp.rst", drifted.as_bytes());
    assert_eq!(String::from_utf8(synced.bytes).unwrap(), good);
}

#[test]
fn line_ends_and_marks_stay() {
    let text = format!("\u{FEFF}{}", fixture("damaged.rst").replace('\n', "\r\n"));
    let synced = sync("damaged.rst", text.as_bytes());
    let want = format!("\u{FEFF}{}", fixture("mended.rst").replace('\n', "\r\n"));
    assert_eq!(String::from_utf8(synced.bytes).unwrap(), want);
}

#[test]
fn the_seed_becomes_its_authors_version() {
    let Some(shared) = shared("docs_sync") else { return };
    let bytes = std::fs::read(shared.join("seed/smtp.rst")).unwrap();
    let synced = sync("smtp.rst", &bytes);
    assert_eq!(synced.bytes, std::fs::read(shared.join("seed/smtp.clean.rst")).unwrap());
    assert_eq!(synced.remaining, []);
}

/// The grid tables of a page: runs of lines that begin with `+` or `|`, without blanks at their ends.
fn tables(text: &str) -> Vec<Vec<String>> {
    let mut tables: Vec<Vec<String>> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let inside = line.starts_with(['+', '|']);
        match tables.last_mut() {
            Some(table) if inside && open => table.push(line.trim_end().to_owned()),
            _ if inside => tables.push(vec![line.trim_end().to_owned()]),
            _ => {}
        }
        open = inside;
    }
    tables
}

#[test]
fn malformed_tables_become_those_that_people_repaired() {
    let Some(shared) = shared("docs_sync") else { return };
    let (mut broken, mut equal) = (0, 0);
    for entry in std::fs::read_dir(shared.join("pages/2022/2022-10-18")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let before = std::fs::read(&path).unwrap();
        let after = std::fs::read_to_string(shared.join("pages/2022/2022-11-09").join(&name)).unwrap();
        // The page alone: people repaired grids then, not facts.
        let page = docs::read(&name, &before).unwrap();
        let faulty: Vec<usize> = docs::check(&page, None, docs::Against::Itself)
            .iter()
            .filter(|finding| finding.rule.as_str() == "malformed-table")
            .map(|finding| finding.line)
            .collect();
        let synced = String::from_utf8(sync(&name, &before).bytes).unwrap();
        let (mended, wanted) = (tables(&synced), tables(&after));
        let mut line = 0;
        for (i, table) in tables(&String::from_utf8(before).unwrap()).into_iter().enumerate() {
            // The table's place in the page, by the text of its first line.
            let text = std::str::from_utf8(page.text.as_bytes()).unwrap();
            let at = text.lines().skip(line).position(|found| found.trim_end() == table[0]).unwrap() + line;
            line = at + table.len();
            if !faulty.iter().any(|faulty| (at + 1..=line).contains(faulty)) {
                continue;
            }
            broken += 1;
            let ours = &mended[i];
            // One of them has a variable in the wrong letter case, which people kept.
            let same = |theirs: &Vec<String>| theirs.concat().eq_ignore_ascii_case(&ours.concat());
            equal += usize::from(wanted.iter().any(same));
        }
    }
    println!("{equal} of {broken} malformed tables as people repaired them");
    assert_eq!(broken, 6);
    // In the one left people have joined two lines.
    assert!(equal >= 5, "{equal} of {broken}");
}

#[test]
fn only_findings_without_a_single_answer_remain() {
    let Some(shared) = shared("docs_sync") else { return };
    let folders = ["pages/2026", "pages/2022/2022-10-18", "pages/2022/2022-11-09"];
    let entries = folders.iter().flat_map(|folder| std::fs::read_dir(shared.join(folder)).unwrap());
    for entry in entries {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let synced = docs::sync(&path.display().to_string(), &bytes, None).unwrap();
        // Only lines with a finding, and tables whose grid follows, may change.
        let before = docs::read("page.rst", &bytes).unwrap();
        let after = String::from_utf8(synced.bytes.clone()).unwrap();
        let old: Vec<&str> = before.text.lines().collect();
        assert_eq!(old.len(), after.lines().count(), "{}", path.display());
        for (i, (a, b)) in old.iter().zip(after.lines()).enumerate() {
            let is_reported = synced.fixed.iter().any(|finding| finding.line == i + 1);
            let in_table = a.starts_with(['|', '+']);
            assert!(*a == b || is_reported || in_table, "{}:{}: {a:?} became {b:?}", path.display(), i + 1);
        }
        assert!(synced.remaining.iter().all(|finding| !finding.has_fix()), "{:#?}", synced.remaining);
        let again = docs::sync(&path.display().to_string(), &synced.bytes, None).unwrap();
        assert_eq!(again.bytes, synced.bytes, "{}", path.display());
    }
}
