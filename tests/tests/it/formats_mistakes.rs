//! Every mistake that a file can have, with its place in each format.

use std::collections::BTreeSet;

use settings_core::resolve::{Code, Layers, Place, resolve};
use settings_core::{SettingValue, Settings};

use crate::formats::{FORMATS, Program};

/// A program for the mistakes that need rules, checks and old settings.
#[derive(Settings, Debug)]
#[allow(dead_code)] // resolved for its findings alone
#[settings(env_prefix = "APP")]
struct Strict {
    #[settings(section = "Net")]
    net: Net,
}

/// The network.
#[derive(Settings, Debug)]
#[allow(dead_code)] // resolved for its findings alone
#[settings(rule(
    check = |net| !net.tls || net.port != 80,
    message = "port 80 is in clear",
    fields("Port", "TLS")
))]
struct Net {
    /// The port.
    #[setting(default = 443, check = is_even_or_https)]
    port: u16,
    /// The encryption of connections.
    #[setting(key = "TLS", default = true)]
    tls: bool,
    /// The amount that is logged.
    #[setting(default = Level::Low)]
    level: Level,
    /// The site.
    #[setting(format = "url")]
    site: String,
    /// The name.
    #[setting(default = "chat", pattern = "[a-z]+")]
    name: String,
    /// The languages.
    #[setting(default = [])]
    languages: BTreeSet<String>,
    /// The number of workers.
    #[setting(default = 1, deprecated(since = "0.0.1", reason = "the system decides."))]
    workers: u16,
    /// The owner.
    #[setting(required)]
    owner: String,
}

fn is_even_or_https(port: &u16) -> Result<(), String> {
    if port.is_multiple_of(2) || *port == 443 { Ok(()) } else { Err("an odd port".to_owned()) }
}

/// An amount.
#[derive(SettingValue, Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// Little.
    #[value(text = "low")]
    Low,
    /// Much.
    #[value(text = "high")]
    High,
}

/// A mistake in each format: the text, and the place where `^` is in it.
struct Mistake {
    code: Code,
    texts: [&'static str; 3],
    message: &'static str,
}

const MISTAKES: &[Mistake] = &[
    Mistake {
        code: Code::OutOfRange,
        texts: [r#"{"Mail": {"Port": ^70000}}"#, "[Mail]\nPort = ^70000\n", "Mail:\n  Port: ^70000\n"],
        message: "`Mail.Port`: expected a whole number from 1 to 65535, found 70000",
    },
    Mistake {
        code: Code::WrongType,
        texts: [r#"{"Mail": {"Port": ^true}}"#, "[Mail]\nPort = ^true\n", "Mail: {Port: ^true}\n"],
        message: "`Mail.Port`: expected a whole number from 1 to 65535, found a bool",
    },
    Mistake {
        code: Code::WrongType,
        texts: [r#"{"Mail": {"Login": ^"no"}}"#, "[Mail]\nLogin = ^\"no\"\n", "Mail:\n  Login: ^no\n"],
        message: "`Mail.Login`: expected `true` or `false`",
    },
    Mistake {
        code: Code::WrongType,
        texts: [r#"{"Mail": ^[1]}"#, "Mail = ^[1]\n", "Mail: ^[1]\n"],
        message: "`Mail` is a section: expected an object, found a list",
    },
    Mistake {
        code: Code::UnknownKey,
        texts: [r#"{"Mail": {^"Prot": 1}}"#, "[Mail]\n^Prot = 1\n", "Mail:\n  ^Prot: 1\n"],
        message: "Prot",
    },
    Mistake {
        code: Code::UnknownKey,
        texts: [
            r#"{"Relays": [{"Host": "a"}, {^"Prot": 1}]}"#,
            "[[Relays]]\nHost = 'a'\n[[Relays]]\n^Prot = 1\n",
            "Relays:\n- Host: a\n- ^Prot: 1\n",
        ],
        message: "Prot",
    },
    Mistake {
        code: Code::LetterCase,
        texts: [r#"{"Mail": {^"port": 1}}"#, "[Mail]\n^port = 1\n", "Mail:\n  ^port: 1\n"],
        message: "`port`",
    },
    Mistake {
        code: Code::Alias,
        texts: [r#"{"Mail": {^"Host": "a"}}"#, "Mail.^Host = 'a'\n", "Mail:\n  ^Host: a\n"],
        message: "`Mail.Host`",
    },
    Mistake {
        code: Code::DuplicateKey,
        texts: [
            r#"{"Mail": {"Port": 1, ^"Port": 2}}"#,
            "[Mail]\nPort = 1\n^Port = 2\n",
            "Mail:\n  Port: 1\n  ^Port: 2\n",
        ],
        message: "`Mail.Port` is set twice in one file",
    },
    Mistake {
        code: Code::DuplicateKey,
        texts: [
            r#"{"Mail": {"Port": 1}, ^"Mail": {"Login": true}}"#,
            "[Mail]\nPort = 1\n[^Mail]\nLogin = true\n",
            "Mail:\n  Port: 1\n^Mail:\n  Login: true\n",
        ],
        message: "`Mail` is set twice in one file",
    },
    Mistake {
        code: Code::WrongType,
        texts: [
            r#"{"Quotas": {"é": 1, "b": ^"x"}}"#,
            "[Quotas]\n\"é\" = 1\nb = ^'x'\n",
            "Quotas:\n  é: 1\n  b: ^x\n",
        ],
        message: "`Quotas.b`",
    },
    Mistake {
        code: Code::WrongType,
        texts: [
            r#"{"Keys": {"a": "k4n4ry", "b": ^["k4n4ry"]}}"#,
            "[Keys]\na = 'k4n4ry'\nb = ^['k4n4ry']\n",
            "Keys:\n  a: k4n4ry\n  b: ^[k4n4ry]\n",
        ],
        message: "`Keys.b`",
    },
    Mistake { code: Code::EmptyFile, texts: ["^ \n", "^ \n", "^ \n"], message: "" },
    Mistake {
        code: Code::Syntax,
        texts: [
            r#"{"Mail": {"Password": "k4n4ry" ^"Port": 1}}"#,
            "[Mail]\nPassword = \"k4n4ry\" ^Port = 1\n",
            "Mail:\n  Password: \"k4n4ry\" ^Port: 1\n",
        ],
        message: "",
    },
];

/// Mistakes that need [`Strict`].
const STRICT_MISTAKES: &[Mistake] = &[
    Mistake {
        code: Code::NotInList,
        texts: [
            r#"{"Net": {"Owner": "o", "Level": ^"LOW"}}"#,
            "[Net]\nOwner = 'o'\nLevel = ^'LOW' # c\n",
            "Net:\n  Owner: o\n  Level: ^LOW # c\n",
        ],
        message: "`Net.Level`: expected `\"low\"` or `\"high\"`",
    },
    Mistake {
        code: Code::Malformed,
        texts: [
            r#"{"Net": {"Owner": "o", "Site": ^"example.com"}}"#,
            "Net.Owner = 'o'\nNet.Site = ^\"example.com\"\n",
            "Net: {Owner: o, Site: ^example.com}\n",
        ],
        message: "`Net.Site`: expected a URL",
    },
    Mistake {
        code: Code::Malformed,
        texts: [
            r#"{"Net": {"Owner": "é", "Name": ^"a b"}}"#,
            "Net = { Owner = 'é', Name = ^'a b' }\n",
            "Net: {Owner: é, Name: ^a b}\n",
        ],
        message: "`Net.Name`",
    },
    Mistake {
        code: Code::DuplicateElement,
        texts: [
            r#"{"Net": {"Owner": "o", "Languages": ["de", ^"de"]}}"#,
            "[Net]\nOwner = 'o'\nLanguages = [\n  'de',\n  ^'de',\n]\n",
            "Net:\n  Owner: o\n  Languages:\n  - de\n  - ^de\n",
        ],
        message: "`Net.Languages`: expected a list without duplicates",
    },
    Mistake {
        code: Code::Deprecated,
        texts: [
            r#"{"Net": {"Owner": "o", "Workers": ^2}}"#,
            "[Net]\nOwner = 'o'\nWorkers = ^2\n",
            "Net:\n  Owner: o\n  Workers: ^2\n",
        ],
        message: "`Net.Workers`",
    },
    Mistake {
        code: Code::Check,
        texts: [
            r#"{"Net": {"Owner": "o", "Port": ^81}}"#,
            "[Net]\nOwner = 'o'\nPort = ^0x51\n",
            "Net:\n  Owner: o\n  Port: ^0x51\n",
        ],
        message: "an odd port",
    },
    Mistake {
        code: Code::Rule,
        texts: [
            r#"{"Net": {"Owner": "o", "TLS": true, "Port": ^80}}"#,
            "[Net]\nOwner = 'o'\nTLS = true\nPort = ^80\n",
            "Net:\n  Owner: o\n  TLS: true\n  Port: ^80\n",
        ],
        message: "port 80 is in clear",
    },
    Mistake {
        code: Code::Missing,
        texts: [r#"^{"Net": {"Port": 80}}"#, "^[Net]\nPort = 80\n", "^Net:\n  Port: 80\n"],
        message: "`Net.Owner` is required",
    },
    Mistake {
        code: Code::Missing,
        texts: [r#"{"Net": {"Owner": ^""}}"#, "[Net]\nOwner = ^''\n", "Net:\n  Owner: ^''\n"],
        message: "`Net.Owner` is required, and its value is empty",
    },
    Mistake {
        code: Code::UnclaimedSections,
        texts: [
            r#"{"Net": {"Owner": "o"}, ^"Foreign": {"a": 1}}"#,
            "[Net]\nOwner = 'o'\n[^Foreign]\na = 1\n",
            "Net:\n  Owner: o\n^Foreign:\n  a: 1\n",
        ],
        message: "`Foreign`",
    },
];

#[test]
fn every_mistake_has_its_place_in_every_format() {
    mistakes_have_their_places::<Program>(MISTAKES);
    mistakes_have_their_places::<Strict>(STRICT_MISTAKES);
}

fn mistakes_have_their_places<T: Settings>(mistakes: &[Mistake]) {
    let mut misplaced = Vec::new();
    for Mistake { code, texts, message } in mistakes {
        for (format, marked) in FORMATS.into_iter().zip(texts) {
            let at = marked.find('^').unwrap();
            let text = marked.replacen('^', "", 1);
            let before = &text[..at];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
            let settings = resolve::<T>(Layers::new().file_in(format, "config", text.as_str()));
            let report = settings.report();
            let shown = format!("{report}{report:?}{}{}", report.to_json(), report.to_lines());
            assert!(!shown.contains("k4n4ry"), "{format}: {shown}");
            let found = report.diagnostics().iter().find(|diagnostic| diagnostic.code == *code);
            let is_right = found.is_some_and(|found| {
                let Place::File { line: found_line, column: found_column, .. } = &found.place else {
                    return false;
                };
                let distance = found_column.abs_diff(column);
                let is_near = distance == 0 || *code == Code::Syntax && distance <= 8;
                let is_there = *found_line == line && is_near || *code == Code::EmptyFile;
                is_there && found.message.contains(message)
            });
            if !is_right {
                misplaced.push(format!("{format}: not {code:?} at {line}:{column} in {text:?}: {report}"));
            }
        }
    }
    assert!(misplaced.is_empty(), "{}", misplaced.join("\n"));
}
