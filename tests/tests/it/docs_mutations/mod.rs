//! Good entries made wrong one at a time: each mistake is found, once, where it is, and nothing else is; and changes
//! that are not mistakes are never found.
//!
//! The pages are our own in every style, and the real ones where they are at hand: every entry of them without a
//! finding of its own is a good one.

mod changes;
mod good;
mod grids;
mod page;
mod proof;
mod tables;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use settings_core::Settings;
use settings_core::docs::{self, Against, Finding, Format, Style};
use settings_core::reference::ServerSettings;
use settings_tests::random::Random;
use settings_tests::shared;

use changes::{Change, changes};
use good::good;
use page::page_changes;

/// The number of places of a page that are tried for each kind of mistake.
const PLACES: usize = 2;

/// The counts of one kind of mistake.
#[derive(Default)]
struct Count {
    tried: usize,
    exact: usize,
    /// The number of times that `docs sync` restored the good page.
    restored: usize,
}

/// Mistakes with a single answer: `docs sync` restores the text.
const RESTORED: [&str; 9] = [
    "a bar missing",
    "a blank at a line's end",
    "a corner missing above",
    "a corner missing below",
    "a row too long",
    "a row too short",
    "an underline too short",
    "no final line end",
    "two blanks",
];

fn check(name: &str, text: &str) -> Vec<Finding> {
    let read = docs::read(name, text.as_bytes()).unwrap();
    docs::check(&read, None, Against::Itself)
}

fn key(finding: &Finding) -> (&'static str, usize, String) {
    (finding.rule.as_str(), finding.line, finding.message.clone())
}

/// Tries every kind of change on a page.
fn try_page(
    name: &str,
    text: &str,
    random: &mut Random,
    counts: &mut BTreeMap<&'static str, Count>,
    failures: &mut Vec<String>,
) {
    let page = docs::read(name, text.as_bytes()).unwrap();
    let good_text = String::from_utf8(docs::sync(name, text.as_bytes(), None).unwrap().bytes).unwrap();
    let before = docs::check(&page, None, Against::Itself);
    let goods = good(&page, &before);
    let mut by_kind: BTreeMap<&'static str, Vec<Change>> = BTreeMap::new();
    for good in &goods {
        for change in changes(good, random) {
            by_kind.entry(change.kind).or_default().push(change);
        }
    }
    for change in page_changes(&page, &goods) {
        by_kind.entry(change.kind).or_default().push(change);
    }
    for (kind, mut changes) in by_kind {
        while changes.len() > PLACES {
            changes.swap_remove(random.below(changes.len()));
        }
        for change in changes {
            let count = counts.entry(kind).or_default();
            count.tried += 1;
            if RESTORED.contains(&kind) {
                let restored =
                    String::from_utf8(docs::sync(name, change.text.as_bytes(), None).unwrap().bytes);
                if restored.unwrap() == good_text {
                    count.restored += 1;
                } else {
                    failures.push(format!("{kind}, {name}, lines {:?}: not restored", change.lines));
                }
            }
            let after = check(name, &change.text);
            let mut old: Vec<_> = before.iter().map(key).collect();
            let mut new: Vec<&Finding> = Vec::new();
            for finding in &after {
                match old.iter().position(|known| *known == key(finding)) {
                    Some(at) => drop(old.swap_remove(at)),
                    None => new.push(finding),
                }
            }
            let fits = |finding: &&Finding| {
                change.rules.contains(&finding.rule.as_str())
                    && (change.lines.0..=change.lines.1).contains(&finding.line)
            };
            let wanted = usize::from(!change.rules.is_empty());
            if old.is_empty() && new.len() == wanted && new.iter().all(fits) {
                count.exact += 1;
            } else {
                let shown: Vec<String> = new
                    .iter()
                    .map(|finding| {
                        format!("{} at {}: {}", finding.rule.as_str(), finding.line, finding.message)
                    })
                    .collect();
                failures.push(format!("{kind}, {name}, lines {:?}: {shown:?}, lost {old:?}", change.lines));
            }
        }
    }
}

fn report(counts: &BTreeMap<&'static str, Count>) -> usize {
    for (kind, count) in counts {
        let restored =
            if RESTORED.contains(kind) { format!(", {} restored", count.restored) } else { String::new() };
        println!("{kind:36} {:4} of {:4}{restored}", count.exact, count.tried);
    }
    counts.values().map(|count| count.tried).sum()
}

pub(crate) fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn each_mistake_on_our_own_pages_is_found_once() {
    let page = docs::from_schema(ServerSettings::SCHEMA).swap_remove(0);
    let mut pages = vec![
        ("table.rst".to_owned(), docs::render(&page, Style::Table, Format::Rst)),
        ("directive.rst".to_owned(), docs::render(&page, Style::Directive, Format::Rst)),
    ];
    pages.extend(["rules.rst", "modern.rst", "mended.rst"].map(|name| (name.to_owned(), fixture(name))));
    let (mut counts, mut failures, mut random) = (BTreeMap::new(), Vec::new(), Random::seeded(0x5EED));
    for (name, text) in &pages {
        assert_eq!(check(name, text), [], "{name}");
        try_page(name, text, &mut random, &mut counts, &mut failures);
    }
    let tried = report(&counts);
    assert!(tried > 120, "{tried}");
    assert!(failures.is_empty(), "{} of {tried}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn each_mistake_on_real_pages_is_found_once() {
    let Some(shared) = shared("docs_mutations") else { return };
    let mut pages: Vec<PathBuf> = Vec::new();
    for folder in ["seed", "pages/2026", "pages/2022/2022-10-18", "pages/2022/2022-11-09"] {
        pages.extend(std::fs::read_dir(shared.join(folder)).unwrap().map(|entry| entry.unwrap().path()));
    }
    pages.retain(|path| path.extension().is_some_and(|ending| ending == "rst"));
    pages.sort();
    let (mut counts, mut failures, mut random) = (BTreeMap::new(), Vec::new(), Random::seeded(0xD1CE));
    for path in pages {
        let name = path.strip_prefix(&shared).unwrap().display().to_string();
        let text = std::fs::read_to_string(&path).unwrap();
        try_page(&name, &text, &mut random, &mut counts, &mut failures);
    }
    let tried = report(&counts);
    assert!(tried > 450, "{tried}");
    assert!(failures.is_empty(), "{} of {tried}:\n{}", failures.len(), failures.join("\n"));
}
