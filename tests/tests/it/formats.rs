//! One suite over all formats: the same settings, the same mistakes, each with its place.

use std::collections::{BTreeMap, BTreeSet};

use settings_core::resolve::{Code, Layers, Place, resolve};
use settings_core::store::{Change, SaveOutcome, Store, edit_in};
use settings_core::{FileFormat, Secret, SettingValue, Settings};

/// A program with a setting of each sort.
#[derive(Settings, Debug)]
#[settings(env_prefix = "APP")]
struct Program {
    #[settings(section = "Mail")]
    mail: Mail,
    /// Relays in order.
    relays: Vec<Relay>,
    /// Quotas by name.
    #[setting]
    quotas: BTreeMap<String, u32>,
    /// Keys by name.
    #[setting]
    keys: BTreeMap<String, Secret>,
}

/// Outgoing mail.
#[derive(Settings, Debug)]
struct Mail {
    /// The port.
    #[setting(default = 25, range = 1..=65535)]
    port: u32,
    /// The server.
    #[setting(default = "", alias = "Host")]
    server: String,
    /// The password.
    #[setting]
    password: Secret,
    /// Whether to log in.
    #[setting(default = false)]
    login: bool,
    /// The hosts.
    #[setting(default = [])]
    hosts: Vec<String>,
    /// How long to wait.
    #[setting(default = 10, unit = "seconds")]
    timeout: std::time::Duration,
}

/// A relay.
#[derive(Settings, Debug)]
struct Relay {
    /// The host.
    #[setting]
    host: String,
    /// The port.
    #[setting(default = 25)]
    port: u16,
}

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

const FORMATS: [FileFormat; 3] = [FileFormat::Json, FileFormat::Toml, FileFormat::Yaml];

#[test]
fn the_ending_of_a_name_chooses_the_format() {
    for (name, format) in [
        ("config.json", FileFormat::Json),
        ("config.toml", FileFormat::Toml),
        ("a.b/config.YAML", FileFormat::Yaml),
        ("config.yml", FileFormat::Yaml),
        ("config", FileFormat::Json),
        ("config.conf", FileFormat::Json),
    ] {
        assert_eq!(FileFormat::from_path(name), format, "{name}");
        assert_eq!(format.to_string().parse(), Ok(format));
    }
}

#[test]
fn every_format_gives_the_same_settings() {
    for (format, text) in FORMATS.into_iter().zip([
        r#"{
            // outgoing
            "Mail": {"Port": 587, "Server": "mail.example.com", "Password": "p\"w", "Login": true,
                     "Hosts": ["a", "b c"], "Timeout": "1m"},
            "Relays": [{"Host": "x", "Port": 26}, {"Host": "y"}],
            "Quotas": {"alice": 1, "b.c": 2},
            "Keys": {"k": "s"}
        }"#,
        r#"
            # outgoing
            [Mail]
            Port = 587
            Server = "mail.example.com"
            Password = 'p"w'
            Login = true
            Hosts = ["a", "b c"]
            Timeout = "1m"
            [[Relays]]
            Host = "x"
            Port = 0x1a
            [[Relays]]
            Host = "y"
            [Quotas]
            alice = 1
            "b.c" = 2
            [Keys]
            k = "s"
        "#,
        "
# outgoing
Mail:
  Port: 587
  Server: mail.example.com
  Password: 'p\"w'
  Login: true
  Hosts: [a, b c]
  Timeout: 1m
Relays:
- Host: x
  Port: 0x1a
- Host: y
Quotas:
  alice: 1
  b.c: 2
Keys: {k: s}
",
    ]) {
        let settings = resolve::<Program>(Layers::new().file_in(format, "config", text));
        assert_eq!(settings.report().diagnostics(), [], "{format}: {}", settings.report());
        let Program { mail, relays, quotas, keys } = settings.into_result().unwrap();
        assert_eq!(
            (mail.port, mail.server.as_str(), mail.password.expose()),
            (587, "mail.example.com", "p\"w")
        );
        assert_eq!((mail.login, mail.hosts.join("|").as_str(), mail.timeout.as_secs()), (true, "a|b c", 60));
        let relays: Vec<_> = relays.iter().map(|relay| (relay.host.as_str(), relay.port)).collect();
        assert_eq!(relays, [("x", 26), ("y", 25)], "{format}");
        assert_eq!(quotas.into_iter().collect::<Vec<_>>(), [("alice".to_owned(), 1), ("b.c".to_owned(), 2)]);
        assert_eq!(keys["k"].expose(), "s");
    }
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

#[test]
fn traps_of_yaml_are_findings() {
    for (text, message) in [
        ("Mail:\n  Port: 010\n", "leading zero"),
        ("Mail: &m\n  Port: 1\nOther:\n  <<: *m\n", "merge keys"),
        ("Mail:\n  Port: 1\n---\nMail:\n  Port: 2\n", "more than one document"),
        ("Mail:\n  Password: !vault k4n4ry\n", "unknown tag"),
        ("Mail:\n\tPort: 1\n", ""),
        ("? [a]\n: 1\n", "not a scalar"),
        ("Mail: *nothing\n", ""),
        (
            "a: &a [1,2,3,4,5,6,7,8,9]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
          d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e]\n",
            "too much",
        ),
    ] {
        let settings = resolve::<Program>(Layers::new().file("config.yaml", text));
        let report = settings.report();
        assert!(report.has_errors(), "{text}: {report}");
        let found =
            report.diagnostics().iter().any(|one| one.code == Code::Syntax && one.message.contains(message));
        assert!(found, "{text}: {report}");
        assert!(!format!("{report}{report:?}").contains("k4n4ry"), "{report}");
    }
    // an alias is its value, at the place of the alias
    let text = "Mail:\n  Hosts: &h [a, b]\nQuotas: {x: *h}\n";
    let settings = resolve::<Program>(Layers::new().file("config.yaml", text));
    let report = settings.report();
    assert!(report.to_lines().contains("config.yaml:3:13"), "{report}");
}

/// Returns the text after changes.
#[track_caller]
fn edited(format: FileFormat, text: &str, changes: &[Change]) -> String {
    edit_in(format, text, changes).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn toml_is_edited_in_place() {
    for (text, path, json, expected) in [
        ("[Mail]\nPort = 25 # c\n", "Mail.Port", "587", "[Mail]\nPort = 587 # c\n"),
        ("[mail]\nport = 25\n", "mail.Port", "587", "[mail]\nPort = 587\n"),
        (
            "# top\n[Mail]\nPort = 25\n\n# other\n[Other]\na = 1\n",
            "Mail.Login",
            "true",
            "# top\n[Mail]\nPort = 25\nLogin = true\n\n# other\n[Other]\na = 1\n",
        ),
        ("[Mail]\n", "Mail.Server", r#""a\"b""#, "[Mail]\nServer = \"a\\\"b\"\n"),
        ("# c", "Mail.Port", "1", "# c\n\n[Mail]\nPort = 1\n"),
        ("a = 1\n", "Mail.Port", "1", "a = 1\n\n[Mail]\nPort = 1\n"),
        ("[Mail]\nPort = 1\n", "Top", "1", "Top = 1\n\n[Mail]\nPort = 1\n"),
        ("Mail = { Port = 25 }\n", "Mail.Login", "true", "Mail = { Port = 25, Login = true }\n"),
        ("Mail = {}\n", "Mail.Login", "true", "Mail = { Login = true }\n"),
        ("Mail.Port = 25\n", "Mail.Login", "true", "Mail.Port = 25\nMail.Login = true\n"),
        ("[Mail]\r\nPort = 25\r\n", "Mail.Login", "true", "[Mail]\r\nPort = 25\r\nLogin = true\r\n"),
        ("[Mail]\nHosts = ['a']\n", "Mail.Hosts", r#"["a", "b"]"#, "[Mail]\nHosts = ['a', \"b\"]\n"),
        ("[Mail]\nHosts = ['a']\n", "Mail.Hosts", r#"["a"]"#, "[Mail]\nHosts = ['a']\n"),
        ("[A.B]\nc = 1\n", "A.D", "1", "[A.B]\nc = 1\n\n[A]\nD = 1\n"),
        (
            "[Q]\n# one\na = 1 # a\nb = 2\n",
            "Q",
            r#"{"a": 1, "c d": 3}"#,
            "[Q]\n# one\na = 1 # a\n\"c d\" = 3\n",
        ),
        ("[Q]\na = 1\n[R]\n", "Q", "{}", "[Q]\n[R]\n"),
        ("Q = { a = 1 }\n", "Q", r#"{"b": [true]}"#, "Q = { b = [true] }\n"),
        ("[Mail]\nPort = 25", "Mail.Login", "true", "[Mail]\nPort = 25\nLogin = true"),
    ] {
        let changes = [Change::set(path.split('.'), json)];
        assert_eq!(edited(FileFormat::Toml, text, &changes), expected, "{text:?} {path}");
    }
    for (text, path, expected) in [
        ("[Mail]\nPort = 25\nLogin = true\n", "Mail.Port", "[Mail]\nLogin = true\n"),
        ("[Mail]\nPort = 25 # c\n", "Mail.Port", "[Mail]\n# c\n"),
        ("[Mail]\nPort = 25\n", "Mail", ""),
        ("Mail = { Port = 25, Login = true }\n", "Mail.Port", "Mail = { Login = true }\n"),
        ("Mail = { Port = 25, Login = true }\n", "Mail.Login", "Mail = { Port = 25 }\n"),
        ("[Mail]\nPort = 25\nport = 26\n", "Mail.Port", "[Mail]\n"),
    ] {
        let changes = [Change::unset(path.split('.'))];
        assert_eq!(edited(FileFormat::Toml, text, &changes), expected, "{text:?} {path}");
    }
    for (text, path, json, expected) in [
        ("[[R]]\na = 1 # a\n", "R", r#"[{"a": 2}]"#, "[[R]]\na = 2 # a\n"),
        ("[[R]]\na = 1\n[[R]]\na = 2\n", "R", r#"[{"a": 1}]"#, "[[R]]\na = 1\n"),
        (
            "[[R]]\na = 1\n[X]\nb = 1\n",
            "R",
            r#"[{"a": 1}, {"a": 2}]"#,
            "[[R]]\na = 1\n\n[[R]]\na = 2\n[X]\nb = 1\n",
        ),
    ] {
        let changes = [Change::set(path.split('.'), json)];
        assert_eq!(edited(FileFormat::Toml, text, &changes), expected, "{text:?} {path}");
    }
    for (text, path, json) in [
        ("[Mail]\nHosts = [\n  'a', # first\n]\n", "Mail.Hosts", "\"b\""),
        ("[Mail]\nPort = 1\n", "Mail.Port", "null"),
        ("[[R]]\na = 1\n", "R", r#"[{"a": null}]"#),
        ("[[R]]\na = 1\n", "R", "[]"),
        ("Mail = 1\n", "Mail.Port", "1"),
        ("[Mail\n", "Mail.Port", "1"),
        (" \n", "Mail.Port", "1"),
    ] {
        assert!(edit_in(FileFormat::Toml, text, &[Change::set(path.split('.'), json)]).is_err(), "{text}");
    }
}

#[test]
fn yaml_is_edited_in_place() {
    for (text, path, json, expected) in [
        ("Mail:\n  Port: 25 # c\n", "Mail.Port", "587", "Mail:\n  Port: 587 # c\n"),
        ("mail:\n  port: 25\n", "mail.Port", "587", "mail:\n  Port: 587\n"),
        (
            "# top\nMail:\n    Port: 25\n\n# other\nOther:\n    a: 1\n",
            "Mail.Login",
            "true",
            "# top\nMail:\n    Port: 25\n    Login: true\n\n# other\nOther:\n    a: 1\n",
        ),
        ("Mail:\n", "Mail.Port", "1", "Mail:\n  Port: 1\n"),
        ("Mail: # none\n", "Mail.Port", "1", "Mail: # none\n  Port: 1\n"),
        ("Mail: {}\n", "Mail.Port", "1", "Mail:\n  Port: 1\n"),
        ("# c", "Mail.Port", "1", "# c\nMail:\n  Port: 1\n"),
        ("Mail: {Port: 25}\n", "Mail.Login", "true", "Mail: {Port: 25, Login: true}\n"),
        ("Mail:\r\n  Port: 25\r\n", "Mail.Login", "true", "Mail:\r\n  Port: 25\r\n  Login: true\r\n"),
        (
            "Mail:\n  Hosts:\n  - a\n  - b\n  Port: 1\n",
            "Mail.Hosts",
            r#"["c"]"#,
            "Mail:\n  Hosts:\n  - \"c\"\n  Port: 1\n",
        ),
        (
            "Mail:\n  Server: |\n    one\n    two\n  Port: 1\n",
            "Mail.Server",
            r#""x""#,
            "Mail:\n  Server: \"x\"\n  Port: 1\n",
        ),
        (
            "Q:\n  # one\n  a: 1 # a\n  b: 2\n",
            "Q",
            r#"{"a": 1, "c d": 3}"#,
            "Q:\n  # one\n  a: 1 # a\n  \"c d\": 3\n",
        ),
        ("Q:\n  a: 1\nR: 1\n", "Q", "{}", "Q: {}\nR: 1\n"),
        ("Mail:\n  Port:\n", "Mail.Port", "1", "Mail:\n  Port: 1\n"),
        ("Mail:\n  Port: 25", "Mail.Login", "true", "Mail:\n  Port: 25\n  Login: true"),
        ("A:\n  B:\n    C: 1\n", "A.D.E", "1", "A:\n  B:\n    C: 1\n  D:\n    E: 1\n"),
    ] {
        let changes = [Change::set(path.split('.'), json)];
        assert_eq!(edited(FileFormat::Yaml, text, &changes), expected, "{text:?} {path}");
    }
    for (text, path, expected) in [
        ("Mail:\n  Port: 25\n  Login: true\n", "Mail.Port", "Mail:\n  Login: true\n"),
        ("Mail:\n  Port: 25\n", "Mail.Port", "Mail: {}\n"),
        ("Mail:\n  Port: 25 # c\n  Login: true\n", "Mail.Port", "Mail:\n  # c\n  Login: true\n"),
        ("Mail: {Port: 25, Login: true}\n", "Mail.Port", "Mail: {Login: true}\n"),
        ("Mail: {Port: 25, Login: true}\n", "Mail.Login", "Mail: {Port: 25}\n"),
        ("Mail:\n  Port: 25\nOther: 1\n", "Mail", "Other: 1\n"),
    ] {
        let changes = [Change::unset(path.split('.'))];
        assert_eq!(edited(FileFormat::Yaml, text, &changes), expected, "{text:?} {path}");
    }
    for (text, path, json) in [
        ("Mail:\n  Hosts:\n  # first\n  - a\n", "Mail.Hosts", "\"b\""),
        ("Mail: 1\n", "Mail.Port", "1"),
        ("Mail: [\n", "Mail.Port", "1"),
        ("", "Mail.Port", "1"),
    ] {
        assert!(edit_in(FileFormat::Yaml, text, &[Change::set(path.split('.'), json)]).is_err(), "{text}");
    }
}

#[test]
fn a_store_writes_every_format_with_its_history() {
    for (ending, comment, first, second) in [
        ("json", "//", "{\n    \"Mail\": {\n        \"Port\": 26\n    }\n}\n", "\"Password\": \"k4n4ry\""),
        ("toml", "#", "[Mail]\nPort = 26\n", "Password = \"k4n4ry\""),
        ("yaml", "#", "Mail:\n  Port: 26\n", "Password: \"k4n4ry\""),
    ] {
        let folder = settings_tests::cli::Folder::new(&format!("formats-{ending}"));
        let path = folder.path(&format!("config.{ending}"));
        let open = || Store::<Program>::open(&path, Layers::new()).unwrap();
        let mut store = open();
        assert!(store.set("Mail.Port", &["26"]).unwrap().is_changed());
        store.save().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), first);
        let mut store = open().author(Some("alice".to_owned()));
        assert!(!store.set("Mail.Port", &["26"]).unwrap().is_changed());
        assert!(store.set("mail.password", &["k4n4ry"]).unwrap().is_changed());
        assert!(matches!(store.save().unwrap(), SaveOutcome::Written { .. }));
        assert!(std::fs::read_to_string(&path).unwrap().contains(second));
        let versions = store.history().unwrap();
        assert_eq!((versions.len(), versions[1].author.as_deref()), (2, Some("alice")));
        let version = folder.path(&format!(".config.{ending}.history/2.{ending}"));
        assert!(
            std::fs::read_to_string(&version).unwrap().starts_with(&format!("{comment} settings-history {{"))
        );
        let settings = resolve::<Program>(Layers::new().read_file(&version).unwrap());
        assert_eq!(settings.into_result().unwrap().mail.password.expose(), "k4n4ry");
        // a mistake is refused before the file is written
        let mut store = open();
        assert!(store.set("Mail.Port", &["0"]).is_err());
        assert!(store.restore(1).unwrap().is_changed());
        store.save().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), first);
        assert!(open().unset("Mail.Port").unwrap().is_changed());
    }
}

#[test]
fn a_file_in_another_format_is_recognized() {
    let toml = "# c\n[Mail]\nPort = 1\n";
    let yaml = "Mail:\n  Port: 1\n";
    for (name, text, help) in [
        ("config.json", toml, "give the file the ending `.toml`"),
        ("config.json", "Mail.Port = 1\n", "looks like TOML"),
        ("config.json", yaml, "give the file the ending `.yaml`"),
        ("config.toml", yaml, "looks like YAML"),
        ("config.toml", "{\"Mail\": {}}", "give the file the ending `.json`"),
        ("config.yaml", "[Mail]\nPort = 1\n", "looks like TOML"),
        ("config.json", "{\"Mail\": ", "write a value"),
    ] {
        let settings = resolve::<Program>(Layers::new().file(name, text));
        let first = settings.report().diagnostics().first().unwrap();
        let found = format!("{}: {}", first.message, first.help);
        assert!(found.contains(help), "{name}: {text:?}: {found}");
    }
}
