//! A page read and written again: byte for byte, by way of its model's JSON; and other facts in an old layout.

use std::path::{Path, PathBuf};

use settings_core::docs::model::{Bullet, Content, Entry, Part, Table};
use settings_core::docs::{self, Format, Page, PageRead, Style};
use settings_tests::shared;

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/docs").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read(name: &str, bytes: &[u8]) -> PageRead {
    docs::read(name, bytes).unwrap_or_else(|error| panic!("{error}"))
}

/// Read, to JSON, from JSON, written.
fn again(name: &str, bytes: &[u8]) -> String {
    let json = docs::import::to_json(&read(name, bytes).page);
    let page: Page = serde_json::from_str(&json).unwrap();
    docs::render(&page, Style::Table, Format::Rst)
}

fn tables(page: &Page) -> Vec<&Table> {
    let parts = page.entries.iter().flat_map(Entry::parts);
    parts
        .filter_map(|placed| match &placed.part {
            Part::Table(table) => Some(table),
            _ => None,
        })
        .collect()
}

/// The number of parts that are kept as text, since layout can't describe them.
fn kept_as_text(page: &Page) -> usize {
    page.entries.iter().flat_map(Entry::parts).filter(|placed| placed.source.is_some()).count()
}

#[test]
fn own_pages_come_back_byte_for_byte() {
    for name in ["rules.rst", "modern.rst", "damaged.rst", "mended.rst", "drifting.rst"] {
        let bytes = fixture(name);
        assert_eq!(again(name, &bytes).as_bytes(), bytes, "{name}");
    }
}

#[test]
fn other_line_ends_marks_and_missing_ends_come_back() {
    let plain = String::from_utf8(fixture("rules.rst")).unwrap();
    let variants = [
        plain.replace('\n', "\r\n"),
        format!("\u{FEFF}{plain}"),
        plain.trim_end().to_owned(),
        format!("{plain}\n\n"),
        plain.replacen(":orphan:\n\n", ":orphan:\n \n\n", 1),
        plain.replacen("Relay port\n~~~~~~~~~~\n", "Relay port\n~~~~~~~~~~~~~~\n", 1),
        String::new(),
        "\n\n".to_owned(),
    ];
    for text in variants {
        assert_eq!(again("rules.rst", text.as_bytes()), text);
    }
}

#[test]
fn a_page_by_the_rules_is_facts_and_what_no_rule_explains() {
    let page = read("rules.rst", &fixture("rules.rst")).page;
    assert_eq!(kept_as_text(&page), 0);
    let tables = tables(&page);
    let widths: Vec<_> =
        tables.iter().map(|table| (table.layout.left_width, table.layout.right_width)).collect();
    // The first table's width is a person's choice; every other follows from its text.
    assert_eq!(widths, [(Some(70), None), (None, None), (None, None), (None, None)]);
    let encrypt = tables[2];
    let Content::Values(values) = &encrypt.rows[0].left[1] else { panic!("{encrypt:?}") };
    assert_eq!(values[0].text.value, "Mail is encrypted, or it is not sent at all.");
    assert!(values[0].default);
    assert_eq!(values[1].text.value, "Mail is sent\nin clear.", "a break that greed would not make");
    let right = encrypt.rows[0].right.as_ref().unwrap();
    let Bullet::Config(config) = &right[1] else { panic!("{right:?}") };
    assert_eq!(config.name.as_ref().unwrap().value, "MailSettings.EncryptOutgoingMail");
    assert_eq!(config.default.as_ref().unwrap().value, "true");
    assert!(encrypt.rows[1].right.is_none(), "the note spans the table");
}

#[test]
fn a_changed_fact_moves_the_grid() {
    let mut page = read("rules.rst", &fixture("rules.rst")).page;
    let json = docs::import::to_json(&page)
        .replace("MailSettings.EncryptOutgoingMail", "OutgoingMailSettings.EncryptMail");
    page = serde_json::from_str(&json).unwrap();
    let text = docs::render(&page, Style::Table, Format::Rst);
    let line = text.lines().find(|line| line.contains("OutgoingMailSettings.EncryptMail")).unwrap();
    // Four columns wider than the longest bullet, as every table by the rules.
    let bullet = "- ``config.json setting``: ``\".OutgoingMailSettings.EncryptMail\": true\",``";
    assert!(line.ends_with(&format!("| {bullet}   |")), "{line}");
    let reread = read("rules.rst", text.as_bytes());
    assert_eq!(kept_as_text(&reread.page), 0);
    assert_eq!(docs::render(&reread.page, Style::Table, Format::Rst), text);
}

#[test]
fn a_changed_fact_wins_over_a_kept_text() {
    let page = read("damaged.rst", &fixture("damaged.rst")).page;
    assert!(kept_as_text(&page) > 0);
    let json = docs::import::to_json(&page);
    let changed: Vec<String> = json
        .lines()
        .map(|line| match line.contains("\"source\"") {
            true => line.to_owned(),
            false => line.replace("InboxSettings.Folder", "InboxSettings.Place"),
        })
        .collect();
    let page: Page = serde_json::from_str(&changed.join("\n")).unwrap();
    let text = docs::render(&page, Style::Table, Format::Rst);
    assert!(text.contains("``\".InboxSettings.Place\",``"), "{text}");
}

#[test]
fn unknown_content_is_kept_where_it_stood() {
    let page = read("modern.rst", &fixture("modern.rst")).page;
    let kinds: Vec<&str> = page
        .entries
        .iter()
        .map(|entry| match entry {
            Entry::Prose(_) => "prose",
            Entry::Setting(_) => "setting",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, ["prose", "setting", "setting", "setting", "setting", "setting", "prose"]);
    let Entry::Setting(parts) = &page.entries[1] else { panic!() };
    assert!(matches!(&parts[3].part, Part::Verbatim(text) if text.starts_with(".. note::")), "{parts:?}");
    let Entry::Setting(logo) = &page.entries[2] else { panic!() };
    let Part::Table(table) = &logo[2].part else { panic!("{logo:?}") };
    let right = table.rows[0].right.as_ref().unwrap();
    assert!(matches!(&right[1], Bullet::Config(config) if config.name.is_none()), "N/A: {right:?}");
    let Entry::Setting(spool) = &page.entries[3] else { panic!() };
    let Part::Table(table) = &spool[2].part else { panic!("{spool:?}") };
    let right = table.rows[0].right.as_ref().unwrap();
    let Bullet::Config(config) = &right[1] else { panic!("{right:?}") };
    assert_eq!(
        config.name.as_ref().unwrap().value,
        "MailSettings.Spool.Folder",
        "no default: the variable spells it"
    );
}

#[test]
fn a_page_in_directives_says_the_same() {
    let page = read("rules.rst", &fixture("rules.rst")).page;
    let text = docs::render(&page, Style::Directive, Format::Rst);
    assert!(!text.contains("+--"), "{text}");
    for fact in [
        "  :configjson: .MailSettings.RelayPort",
        "  :environment: APP_MAILSETTINGS_RELAYPORT",
        "  :systemconsole: Server > Mail",
        "Numerical input from 1 to 65535. Default is ``25``.",
        "- **true**: **(Default)** Mail is encrypted, or it is not sent at all.",
        "*Since version 2*",
    ] {
        assert!(text.contains(fact), "{fact}\n{text}");
    }
    let reread = read("directives.rst", text.as_bytes());
    assert_eq!(docs::render(&reread.page, Style::Table, Format::Rst), text);
    assert_eq!(docs::check(&reread, None, docs::Against::Both), []);
}

#[test]
fn the_shared_pages_come_back_byte_for_byte() {
    let Some(shared) = shared("docs_roundtrip") else { return };
    let mut pages: Vec<PathBuf> = Vec::new();
    for folder in ["seed", "pages/2026", "pages/2022/2022-10-18", "pages/2022/2022-11-09"] {
        for entry in std::fs::read_dir(shared.join(folder)).unwrap() {
            pages.push(entry.unwrap().path());
        }
    }
    pages.retain(|path| path.extension().is_some_and(|ending| ending == "rst"));
    assert!(pages.len() >= 20, "{pages:?}");
    for path in pages {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.display().to_string();
        assert_eq!(again(&name, &bytes).as_bytes(), bytes, "{name}");
    }
    let clean = std::fs::read(shared.join("seed/smtp.clean.rst")).unwrap();
    assert_eq!(
        kept_as_text(&read("smtp.rst", &clean).page),
        0,
        "a page by the rules is described by its facts"
    );
}

#[test]
fn the_seeds_correction_changes_its_table_as_people_did() {
    let Some(shared) = shared("docs_roundtrip") else { return };
    let before = std::fs::read(shared.join("seed/smtp.clean.rst")).unwrap();
    let after = std::fs::read_to_string(shared.join("seed/smtp.2024.rst")).unwrap();
    let json = docs::import::to_json(&read("smtp.rst", &before).page)
        .replace("EmailSettings.EnableSecurityFixAlert", "ServiceSettings.EnableSecurityFixAlert")
        .replace("MM_EMAILSETTINGS_ENABLESECURITYFIXALERT", "MM_SERVICESETTINGS_ENABLESECURITYFIXALERT");
    let page: Page = serde_json::from_str(&json).unwrap();
    let text = docs::render(&page, Style::Table, Format::Rst);
    let row = |text: &str| {
        let line = text
            .lines()
            .find(|line| line.contains("\".ServiceSettings.EnableSecurityFixAlert"))
            .map(str::to_owned);
        line.unwrap_or_default()
    };
    assert_eq!(row(&text), row(&after));
    assert!(!row(&text).is_empty());
}
