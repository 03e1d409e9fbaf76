//! Any bytes as a configuration file in TOML or YAML, resolved and edited.

use settings_core::FileFormat;
use settings_core::resolve::{Code, Layers, resolve};
use settings_core::store::{Change, edit_in};

use super::program::{Program, holds};

pub const TOML_SEEDS: &[&str] = &[
    "[Net]\nPort = 443\nTLS = true\nNumber = -7\nRatio = 1e-3\nText = \"a\\u00e9\\n\"\n[Spare]\n",
    "\u{feff}# c\nnet.port = \"80\"\nnet.Pattern = 'b-22'\nnet.Wait = \"1h30m\" # d\n",
    "[Net]\nLevels = [\"low\", \"\"]\nCounts = { a = [1, 0xff] }\nAny = { x = [1.5, inf], y = 1979-05-27T07:32:00Z }\n",
    "[Net]\r\nKey = \"s\"\r\nKeys = [\r\n  \"s\\\"\", # one\r\n  't',\r\n]\r\nSize = \"10MB\"\r\n",
    "[[Relays]]\nHost = \"a\"\nPorts = [25, 587]\n[[Relays]]\n[Named.b]\nPorts = [0]\n[Old]\nPort = 1\n",
    "Other = 1\n[Net]\nPrt = 1\nPort = 99999\nPort = 2\nText = \"\"\"\none\ntwo\"\"\"\n",
];

pub const TOML_WORDS: &[&str] = &[
    "[Net]\n",
    "[[Relays]]\n",
    "[Named.a]\n",
    "Port = ",
    "Key = ",
    "= ",
    ".",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "#",
    "\n",
    "\r\n",
    "{ ",
    " }",
    "[",
    "]",
    ",",
    "1",
    "0x1F",
    "1_000",
    "+1",
    "inf",
    "nan",
    "true",
    "1979-05-27",
    "\\u00e9",
    "\u{feff}",
    "é",
    "\0",
    "Spare = {}\n",
    "a.b.c = 1\n",
];

pub const YAML_SEEDS: &[&str] = &[
    "Net:\n  Port: 443\n  TLS: true\n  Number: -7\n  Ratio: 1e-3\n  Text: \"a\\u00e9\\n\"\nSpare: {}\n",
    "\u{feff}# c\nnet:\n  port: \"80\" # d\n  Pattern: 'b-22'\n  Wait: 1h30m\n",
    "Net: {Levels: [low, \"\"], Counts: {a: [1, 0xff]}, Perhaps: ~, Any: {x: [1.5, .inf]}}\n",
    "Net:\r\n  Key: s\r\n  Keys:\r\n  - 's'\r\n  - t # one\r\n  Size: 10MB\r\n",
    "Relays:\n- Host: a\n  Ports: [25, 587]\n- {}\nNamed:\n  b:\n    Ports:\n    - 0\nOld:\n  Port: 1\n",
    "---\nOther: &x [1, *x]\nNet:\n  Prot: 1\n  Port: 99999\n  Port: 2\n  Text: |\n    one\n    two\n  Email: >-\n    x@y.z\n...\n",
];

pub const YAML_WORDS: &[&str] = &[
    "Net:\n",
    "Relays:\n",
    "- ",
    "  ",
    "\n",
    "\r\n",
    ": ",
    "? ",
    "Port: ",
    "Key: ",
    "|\n",
    ">-\n",
    "\"",
    "'",
    "#",
    "&a ",
    "*a",
    "<<: *a\n",
    "!!str ",
    "!x ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "010",
    "0o17",
    "0x1F",
    "1e3",
    ".inf",
    "no",
    "~",
    "---\n",
    "...\n",
    "\t",
    "\u{feff}",
    "é",
    "\0",
    "Spare:\n",
    "%YAML 1.2\n",
];

pub fn toml(bytes: &[u8]) -> bool {
    run(FileFormat::Toml, bytes)
}

pub fn yaml(bytes: &[u8]) -> bool {
    run(FileFormat::Yaml, bytes)
}

fn run(format: FileFormat, bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let resolution = resolve::<Program>(Layers::new().file_in(format, "config", &*text));
    holds(&resolution);
    let is_refused =
        resolution.report().diagnostics().iter().any(|it| matches!(it.code, Code::Syntax | Code::EmptyFile));
    let changes = [
        Change::set(["Net", "Port"], "587"),
        Change::set(["Net", "Text"], "\"a\\\"b\\n#\""),
        Change::set(["Net", "Levels"], "[\"low\", \"\"]"),
        Change::set(["New", "Section", "Key"], "true"),
        Change::unset(["Net", "Key"]),
        Change::unset(["Spare"]),
    ];
    for change in changes {
        // what an edit gives is checked by the edit itself: it is what the same edit gives in JSON
        let Ok(edited) = edit_in(format, &text, std::slice::from_ref(&change)) else { continue };
        assert!(!is_refused, "a broken text is edited: {change:?}");
        let again = edit_in(format, &edited, std::slice::from_ref(&change));
        if !edited.trim_start_matches('\u{feff}').trim().is_empty() {
            assert_eq!(again.as_deref(), Ok(&*edited), "the second time changes nothing: {change:?}");
        }
    }
    !is_refused
}

const PATHS: [&[&str]; 8] = [
    &["A"],
    &["B", "é"],
    &["Mail", "A", "x.y"],
    &["New"],
    &["A", "New"],
    &["B"],
    &["Net", "Port"],
    &["Mail"],
];

const VALUES: [Option<&str>; 8] = [
    None,
    Some("1"),
    Some("\"é\\n#: \""),
    Some("[\"a\", \"b\"]"),
    Some("{\"k\": 1, \"x.y\": [true]}"),
    Some("{}"),
    Some("[]"),
    Some("{\"A\": {\"B\": {\"é\": 2}}}"),
];

pub const TOML_EDIT_SEEDS: &[&str] = &[
    "\u{1}# c\nA = 1 # d\n[B]\n\"é\" = [1, 2]\n",
    "\u{a}[Mail.A]\r\n\"x.y\" = 'v'\r\n# e\r\n",
    "\u{1c}A = { New = 1, b = { c = 2 } }\nB.\"é\" = '''\na''' # f\n[[Mail]]\n",
    "\u{27}[A]\nk = 1\n\n[Net]\nPort = 25\n[A.B]\nx = []\n",
];

pub const YAML_EDIT_SEEDS: &[&str] = &[
    "\u{1}# c\nA: 1 # d\nB:\n  é: [1, 2]\n",
    "\u{a}Mail:\r\n  A:\r\n    x.y: 'v'\r\n# e\r\n",
    "\u{1c}A: {New: 1, b: {c: 2}}\nB:\n  é: |\n    a\n  z: 1\nMail:\n- 1\n",
    "\u{27}A:\n    k: 1\n\nNet:\n    Port: 25 # p\n    B: >-\n        x\n",
];

pub fn edit_toml(bytes: &[u8]) -> bool {
    edit(FileFormat::Toml, bytes)
}

pub fn edit_yaml(bytes: &[u8]) -> bool {
    edit(FileFormat::Yaml, bytes)
}

/// The first byte chooses the path and the change, the others are the file. An edit keeps the comments, and the same edit
/// once more changes nothing. The edit itself checks that it gives what the same edit gives in JSON.
fn edit(format: FileFormat, bytes: &[u8]) -> bool {
    let Some((choice, text)) = bytes.split_first() else { return false };
    let text = String::from_utf8_lossy(text);
    let path = PATHS[usize::from(*choice) % PATHS.len()];
    let change = match VALUES[usize::from(*choice) / PATHS.len() % VALUES.len()] {
        Some(json) => Change::set(path.iter().copied(), json),
        None => Change::unset(path.iter().copied()),
    };
    let edited = match edit_in(format, &text, std::slice::from_ref(&change)) {
        Ok(edited) => edited,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return false;
        }
    };
    let mut lines = edited.lines();
    for comment in comments(&text) {
        assert!(lines.any(|line| line.trim() == comment), "{comment:?} is lost: {text:?} -> {edited:?}");
    }
    if edited.trim_start_matches('\u{feff}').trim().is_empty() {
        return true;
    }
    let again = edit_in(format, &edited, &[change]);
    assert_eq!(again.as_deref(), Ok(&*edited), "the second time changes nothing: {text:?}");
    true
}

/// Returns the lines that are comments, of texts in which every `#` at the start of a line begins one.
fn comments(text: &str) -> Vec<&str> {
    if text.contains(['"', '\'', '|', '>']) {
        return Vec::new();
    }
    text.lines().map(str::trim).filter(|line| line.starts_with('#')).collect()
}
