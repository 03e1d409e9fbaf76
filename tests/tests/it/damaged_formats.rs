//! Damaged TOML and YAML: no report shows a secret, and nothing that looks like a value is lost without a word.

#![allow(dead_code)] // some fields are only resolved

use std::collections::BTreeMap;

use settings_core::resolve::{Code, Environment, Layers, Resolution, resolve};
use settings_core::{FileFormat, Secret, Settings};
use settings_tests::random::Random;

const CANARY: &str = "k4n4ryxyz";

/// A server with secrets at several depths.
#[derive(Settings, Debug)]
#[settings(env_prefix = "APP")]
struct Program {
    mail: Mail,
    /// Providers by name.
    providers: BTreeMap<String, Provider>,
}

/// Mail.
#[derive(Settings, Debug)]
#[settings(section = "Mail")]
struct Mail {
    /// The host.
    #[setting(key = "Host", default = "h")]
    host: String,
    /// The user.
    #[setting(key = "User")]
    user: Option<String>,
    /// The password.
    #[setting(key = "Password")]
    password: Secret,
    /// The port.
    #[setting(key = "Port", default = 25)]
    port: u16,
    /// The names.
    #[setting(key = "Names")]
    names: Vec<String>,
}

/// A provider.
#[derive(Settings, Debug)]
struct Provider {
    /// The address of the provider.
    #[setting(key = "URL", format = "url", default = "http://localhost")]
    url: String,
    /// The secret of the client.
    #[setting(key = "Secret")]
    secret: Secret,
}

fn read(format: FileFormat, text: &str) -> Resolution<Program> {
    resolve(Layers::new().file_in(format, "config", text))
}

fn report(format: FileFormat, text: &str) -> String {
    let resolution = read(format, text);
    let report = resolution.report();
    format!("{report}\n{report:?}")
}

#[test]
fn no_report_shows_a_secret() {
    let sources = [
        (
            FileFormat::Toml,
            format!(
                "[mail]\nHost = \"h\"\nPassword = \"{CANARY}\" # {CANARY}\nPort = 25\n[Mail]\nPassword = '{CANARY}'\n[providers.a]\nSecret = \"{CANARY}\"\nURL = \"http://a\"\n"
            ),
        ),
        (
            FileFormat::Yaml,
            format!(
                "Mail:\n  Host: h\n  Password: {CANARY} # {CANARY}\n  Port: 25\nproviders:\n  a: {{URL: http://a, Secret: '{CANARY}'}}\n  b:\n    Secret: \"{CANARY}\"\n"
            ),
        ),
    ];
    let parts = [
        "\"", "'", ":", ",", "{", "}", "[", "]", "=", "#", "\n", "x", "1", " ", "&", "*", "!", "?", "-", "|",
        "\t",
    ];
    let mut random = Random::seeded(0x5ec7e8);
    let mut errors = 0;
    let rounds = if cfg!(debug_assertions) { 3_000 } else { 60_000 };
    for round in 0..rounds {
        let (format, text) = &sources[round % sources.len()];
        let mut text: Vec<char> = text.chars().collect();
        for _ in 0..1 + random.below(3) {
            let at = random.below(text.len());
            match random.below(4) {
                0 => drop(text.remove(at)),
                1 => text.splice(at..at, random.pick(&parts).chars()).for_each(drop),
                2 => {
                    let len = text.len();
                    text.swap(at, (at + 1) % len);
                }
                _ => text.truncate(at.max(2)),
            }
        }
        let text: String = text.into_iter().collect();
        let shown = report(*format, &text);
        errors += usize::from(shown.contains("error"));
        assert!(!shown.contains("4n4ry") && !shown.contains("ryxyz"), "round {round}:\n{text}\n{shown}");
    }
    assert!(errors > rounds / 3, "{errors}");
}

#[test]
fn what_yaml_reads_otherwise_is_an_error_and_masked() {
    for line in [
        format!("Password: &{CANARY}"),
        format!("Password: &{CANARY} ter2"),
        format!("User: &{CANARY}"),
        format!("? {CANARY}"),
        format!("User: !!int {CANARY}"),
    ] {
        let shown = report(FileFormat::Yaml, &format!("Mail:\n  {line}\n"));
        assert!(shown.contains("error[syntax]") && !shown.contains("4n4ry"), "{line}:\n{shown}");
    }
    for flow in [format!("Password {CANARY}"), format!("Password:{CANARY}")] {
        let shown = report(FileFormat::Yaml, &format!("Mail: {{Host: h, {flow}}}\n"));
        assert!(shown.contains("a key without a value") && !shown.contains("4n4ry"), "{flow}:\n{shown}");
    }
    let used = "Mail:\n  Host: &host h\n  User: *host\n";
    assert_eq!(read(FileFormat::Yaml, used).report().diagnostics(), []);
}

#[test]
fn the_parsers_message_and_the_way_out_are_named() {
    for (format, text, words) in [
        (FileFormat::Toml, "[Mail]\nPort = abc\n", "error[syntax]"),
        (FileFormat::Toml, "// c\n[Mail]\n", "a comment begins with `#`"),
        (FileFormat::Yaml, "<<<<<<< HEAD\nMail:\n", "resolve the merge conflict"),
        (FileFormat::Yaml, "Mail:\n\tPort: 25\n", "indent with spaces"),
    ] {
        let shown = report(format, text);
        assert!(shown.contains(words) && !shown.contains("looks like"), "{text}:\n{shown}");
    }
}

#[test]
fn a_field_of_an_entry_is_shown_like_any_value() {
    let shown = report(
        FileFormat::Json,
        &format!(
            r#"{{"providers": {{"a": {{"URL": "nourl", "Secret": "{CANARY}", "Secrt": "{CANARY}"}}}}}}"#
        ),
    );
    assert!(shown.contains(r#""URL": "nourl""#) && !shown.contains("4n4ry"), "{shown}");
}

#[test]
fn quotes_within_a_list_of_a_variable_are_a_warning() {
    for text in [r#""a","b""#, r#""a, b""#, "a,b]"] {
        let environment: Environment = [("APP_MAIL_NAMES", text)].into_iter().collect();
        let resolution = resolve::<Program>(Layers::new().environment(environment));
        let found: Vec<_> =
            resolution.report().diagnostics().iter().map(|found| (found.code, found.help.clone())).collect();
        assert_eq!(found, [(Code::ListSeparator, "did you mean `[\"a\", \"b\"]`?".to_owned())], "{text}");
    }
}
