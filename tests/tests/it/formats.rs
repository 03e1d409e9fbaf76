//! Files of each format: the same settings, the traps of YAML, and a store that writes them.

use std::collections::BTreeMap;

use settings_core::resolve::{Code, Layers, resolve};
use settings_core::store::{SaveOutcome, Store};
use settings_core::{FileFormat, Secret, Settings};

/// A program with a setting of each sort.
#[derive(Settings, Debug)]
#[settings(env_prefix = "APP")]
pub(crate) struct Program {
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

pub(crate) const FORMATS: [FileFormat; 3] = [FileFormat::Json, FileFormat::Toml, FileFormat::Yaml];

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
