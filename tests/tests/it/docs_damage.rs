//! Randomly damaged pages: nothing panics, nothing is lost, and fixing ends.

use std::path::Path;

use settings_core::Settings;
use settings_core::docs::{self, Against, Format, Style};
use settings_core::reference::ServerSettings;
use settings_tests::random::Random;

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

const PIECES: [&str; 24] = [
    "+",
    "|",
    "-",
    "+---+",
    "\n",
    "\n\n",
    "  ",
    "\t",
    "``",
    "**",
    "**(Default)**",
    "- ",
    ".. ",
    ".. config:setting:: x\n",
    "  :configjson: .A.B\n",
    "~~~~",
    "é",
    "â€™",
    "漢",
    "\u{301}",
    "\u{FFFD}",
    "N/A",
    " > ",
    "Numerical input. Default is ``3``.",
];

fn damaged(text: &str, random: &mut Random) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(4) {
        let at = random.below(chars.len() + 1);
        match random.below(4) {
            0 => chars.truncate(at.max(1)),
            1 => {
                let end = (at + random.below(40)).min(chars.len());
                chars.drain(at.min(end)..end);
            }
            2 => {
                let end = (at + random.below(300)).min(chars.len());
                let copy: Vec<char> = chars[at.min(end)..end].to_vec();
                let to = random.below(chars.len() + 1);
                chars.splice(to..to, copy);
            }
            _ => {
                let piece = PIECES[random.below(PIECES.len())];
                chars.splice(at..at, piece.chars());
            }
        }
    }
    chars.into_iter().collect()
}

#[test]
fn damaged_pages_are_reproduced_and_fixing_ends() {
    let pages: Vec<String> = ["rules.rst", "modern.rst", "damaged.rst", "drifting.rst"].map(fixture).to_vec();
    let mut random = Random::seeded(0x9E37_79B9_7F4A_7C15);
    for round in 0..300 {
        let text = damaged(&pages[round % pages.len()], &mut random);
        let read = docs::read("page.rst", text.as_bytes()).unwrap();
        let again = docs::render(&read.page, Style::Table, Format::Rst);
        assert_eq!(again, text, "round {round}");
        docs::render(&read.page, Style::Directive, Format::Rst);
        docs::render(&read.page, Style::Table, Format::Markdown);
        docs::import::to_rust(std::slice::from_ref(&read));
        for finding in docs::check(&read, Some(ServerSettings::SCHEMA), Against::Both) {
            let lines = text.split('\n').count();
            assert!((1..=lines).contains(&finding.line), "round {round}: {finding:?}");
            assert!(!finding.help.is_empty() && !finding.message.is_empty(), "round {round}: {finding:?}");
        }
        let synced = docs::sync("page.rst", text.as_bytes(), Some(ServerSettings::SCHEMA)).unwrap();
        let twice = docs::sync("page.rst", &synced.bytes, Some(ServerSettings::SCHEMA)).unwrap();
        assert_eq!(
            String::from_utf8(twice.bytes).unwrap(),
            String::from_utf8(synced.bytes).unwrap(),
            "round {round}"
        );
    }
}

#[test]
fn arbitrary_bytes_are_rejected_or_read() {
    let mut random = Random::seeded(7);
    for _ in 0..500 {
        let bytes: Vec<u8> =
            (0..random.below(200)).map(|_| u8::try_from(random.below(256)).unwrap()).collect();
        match docs::read("page.rst", &bytes) {
            Ok(read) => drop(docs::check(&read, None, Against::Both)),
            Err(docs::ReadError::NotUtf8 { offset, .. }) => assert!(offset < bytes.len()),
            Err(other) => panic!("{other}"),
        }
    }
}
