//! Laws of the resolver, over every layer, and over damaged files.

#![allow(dead_code)] // some fields are only resolved

use std::collections::BTreeMap;
use std::path::PathBuf;

use settings_core::resolve::{Code, Environment, Layers, Report, Resolution, Severity, resolve};
use settings_core::{Secret, Settings};
use settings_tests::random::Random;

/// Every text of a secret contains it.
const CANARY: &str = "k4n4ryxyz";

/// A secret of digits.
const DIGITS: &str = "48151623";

/// A server with every kind of secret.
#[derive(Settings, Debug)]
#[settings(env_prefix = "APP", list_separator = " ")]
struct Program {
    server: Server,
    kinds: Kinds,
    /// Providers by name.
    providers: BTreeMap<String, Provider>,
}

/// The server.
#[derive(Settings, Debug)]
#[settings(section = "Server")]
struct Server {
    /// The port.
    #[setting(key = "Port", default = 80, alias = "ListenPort")]
    port: u16,
    /// The host.
    #[setting(key = "Host", default = "")]
    host: String,
    /// The issuer.
    #[setting(key = "IssuerURL", default = "")]
    issuer_url: String,
    /// The names.
    #[setting(key = "Names")]
    names: Vec<String>,
    /// The limit.
    #[setting(key = "Limit")]
    limit: Option<u32>,
}

/// Secrets of every kind.
#[derive(Settings, Debug)]
#[settings(section = "Kinds")]
struct Kinds {
    /// The address of the database, with its password.
    #[setting(key = "URL")]
    url: Secret,
    /// A password.
    #[setting(key = "Password", alias = "Pass")]
    password: Secret,
    /// Keys by name.
    #[setting(key = "KeyMap")]
    key_map: BTreeMap<String, Secret>,
    /// Keys.
    #[setting(key = "Keys")]
    keys: Vec<Secret>,
    /// Another key.
    #[setting(key = "Spare")]
    spare: Option<Secret>,
    /// A small number.
    #[setting(key = "Small", default = 1, range = 0..=99)]
    small: u8,
}

/// A provider.
#[derive(Settings, Debug)]
#[settings(section = "Provider")]
struct Provider {
    /// Its secret.
    #[setting(key = "ClientSecret")]
    client_secret: Secret,
    /// Its weight.
    #[setting(key = "Weight", default = 1)]
    weight: u8,
}

fn file(text: &str) -> Resolution<Program> {
    resolve(Layers::new().file("config.json", text))
}

fn environment(variables: &[(&str, &str)], files: &[&str]) -> Resolution<Program> {
    let mut environment: Environment = variables.iter().copied().collect();
    for (number, text) in (1..).zip(files) {
        environment.add_file(&format!("{number}.env"), text);
    }
    resolve(Layers::new().environment(environment))
}

fn shown(resolution: &Resolution<Program>, path: &str) -> String {
    resolution.setting(path).unwrap().shown()
}

/// All forms of a report.
fn all_forms(report: &Report) -> String {
    format!("{report}\n{}\n{}\n{}\n{report:?}", report.to_lines(), report.to_json(), report.to_github())
}

#[track_caller]
fn only(resolution: &Resolution<Program>) -> (Code, Severity, String, String) {
    let found = resolution.report().diagnostics();
    assert_eq!(found.len(), 1, "{}", resolution.report());
    (found[0].code, found[0].severity, found[0].message.clone(), found[0].help.clone())
}

/// A file that holds a secret of every kind.
fn secrets(secret: &str) -> String {
    format!(
        r#"{{
  "Server": {{"Port": 8080, "Host": "chat.example.com", "IssuerURL": "https://id.example.com", "Names": ["a", "b"]}},
  "Kinds": {{
    "URL": {secret}, "Password": {secret}, // {secret}
    "KeyMap": {{"a": {secret}, "b": {secret}}},
    "Keys": [{secret}, {secret}],
    "Spare": {secret}, "Small": 7
  }},
  "Providers": {{"google": {{"ClientSecret": {secret}, "Weight": 3}}}}
}}
"#
    )
}

#[test]
fn numeric_secrets_of_every_kind_are_masked() {
    for (from, to) in [
        ("\"Small\": 7", "\"Small\": 999"),
        ("\"Spare\"", "\"SPARE\""),
        ("\"KeyMap\"", "\"KeyMpa\""),
        ("\"KeyMap\"", "\"keymap\""),
        ("\"KeyMap\"", "\"Key\\u004dap\""),
        ("\"Password\"", "\"Pass\""),
        ("\"Password\"", "\"Passwrod\""),
        ("\"Keys\": [", "\"Keys\": [true, "),
        ("\"ClientSecret\"", "\"ClientSecrte\""),
        ("\"Weight\": 3", "\"Weight\": 300"),
        ("\"Providers\": {\"google\"", "\"Providers\": {\"google\": 48151623, \"other\""),
        ("\"URL\": ", "\"URL\": 48151623, \"URL\": "),
        ("\"Password\": ", "\"Password\": {\"48151623\": 48151623}, \"Passwordx\": "),
        ("}\n}\n", "}\n"),
    ] {
        for number in [DIGITS, "-48151623", "4815.1623", "48151623e1"] {
            let digits = &number.trim_start_matches('-')[..4];
            for lines in [true, false] {
                let text = secrets(number).replace(from, to);
                let text =
                    if lines { text } else { text.replace(&format!("// {number}"), "").replace('\n', " ") };
                assert_ne!(text, secrets(number));
                let layers = [
                    Layers::new().file("config.json", &text),
                    Layers::new().custom_defaults("defaults.json", &text),
                ];
                for layers in layers {
                    let resolution = resolve::<Program>(layers);
                    let report = all_forms(resolution.report());
                    assert!(!resolution.report().diagnostics().is_empty() || to.contains("\\u"), "{text}");
                    assert!(!report.contains(digits), "{to}\n{text}\n{report}");
                }
            }
        }
    }
}

#[test]
fn damaged_files_never_show_a_secret() {
    let mut random = Random::seeded(0x5ec7e7);
    let rounds = if cfg!(debug_assertions) { 20_000 } else { 120_000 };
    let whole = secrets(&format!("\"{CANARY}\""));
    let compact: String =
        whole.lines().map(|line| line.split("//").next().unwrap_or_default().trim()).collect();
    let parts = [
        "\"", "'", ":", ",", "{", "}", "[", "]", "\\", "/", "//", "/*", "#", "\n", "x", "1", "<", "\u{feff}",
        "é",
    ];
    let mut errors = 0;
    for round in 0..rounds {
        let mut text: Vec<char> = if round % 2 == 0 { &whole } else { &compact }.chars().collect();
        for _ in 0..1 + random.below(3) {
            let at = random.below(text.len());
            match random.below(5) {
                0 => drop(text.remove(at)),
                1 => text.splice(at..at, random.pick(&parts).chars()).for_each(drop),
                2 => {
                    let len = text.len();
                    text.swap(at, (at + 1) % len);
                }
                3 => text.truncate(at.max(2)),
                // only a quote
                _ => {
                    let quotes: Vec<_> = (0..text.len()).filter(|at| text[*at] == '"').collect();
                    if !quotes.is_empty() {
                        text.remove(quotes[random.below(quotes.len())]);
                    }
                }
            }
        }
        let text: String = text.into_iter().collect();
        let report = file(&text).report().clone();
        errors += usize::from(report.has_errors());
        let report = all_forms(&report);
        // neither the secret nor a part of it
        assert!(!report.contains("4n4ry") && !report.contains("ryxyz"), "round {round}:\n{text}\n{report}");
    }
    assert!(errors > rounds / 2, "{errors}");
}

#[test]
fn a_fault_shows_the_few_bytes_that_the_message_needs() {
    for (text, line) in [
        ("# comment {}", "1 | # ***"),
        ("<<<<<<< HEAD\n{}", "1 | <<<<<<< ***"),
        (r#"{"Server": {"Port": 0x19}}"#, r#"1 | {"Server": {"Port": 0x19***"#),
        (r#"{"Server": null}"#, r#"1 | {"Server": null}"#),
        (r#"{"Server": {"Port": yes}}"#, r#"1 | {"Server": {"Port": yes***"#),
        (r#"{"Server": {"Port": 80 "Host": "a"}}"#, r#"1 | {"Server": {"Port": 80 "Host***"#),
        (r#"{"Kinds": {"Password": k4n4ry}}"#, r#"1 | {"Kinds": {"Password": ***"#),
        (
            r##"{"Kinds": {"Password": "a"#k4n4ry", "Small": 1}}"##,
            r#"1 | {"Kinds": {"Password": ******Small***"#,
        ),
        (r#"{"Kinds": {"Unknown": k4n4ry}}"#, r#"1 | {"Kinds": {***: ***"#),
    ] {
        let report = file(text).report().to_human(false);
        assert!(report.lines().any(|shown| shown == line), "{text}\n{report}");
    }
}

#[test]
fn a_file_in_another_format_is_named() {
    for (text, format) in [
        ("[Server]\nPort = 80\n", "TOML or INI"),
        ("Server:\n  Port: 80\n", "YAML"),
        ("APP_SERVER_PORT=80\n", "an env file"),
        ("<?xml version=\"1.0\"?>", "XML"),
    ] {
        let (code, severity, message, _) = only(&file(text));
        assert_eq!((code, severity), (Code::Syntax, Severity::Error), "{text}");
        assert_eq!(message, format!("the file looks like {format}, but is read as JSON"));
    }
}

#[test]
fn known_names_decide_what_is_masked() {
    let report = file(r#"{"Server": {"IssuerURL": ["https://id"], "Port": 99999, "Port": 99999}}"#);
    let report = report.report().to_human(false);
    assert!(report.contains("99999, \"Port\": 99999"), "{report}");
}

#[test]
fn the_stronger_source_wins_however_a_setting_is_spelled() {
    let folder = Folder::new("spelled");
    let named = folder.write("port", "25\n");
    let own = |value: &str| format!("APP_SERVER_PORT={value}");
    let spellings = [
        own("25"),
        "app_server_port=25".to_owned(),
        "APP_SERVER_LISTENPORT=25".to_owned(),
        format!("APP_SERVER_PORT_FILE={named}"),
    ];
    for weak in &spellings {
        for strong in [own("26"), own("26").to_lowercase(), "APP_SERVER_LISTENPORT=26".to_owned()] {
            let (name, value) = strong.split_once('=').unwrap();
            let both = environment(&[(name, value)], &[weak]);
            assert_eq!(shown(&both, "Server.Port"), "26", "{weak} {strong}\n{}", both.report());
            assert!(!both.report().has_errors(), "{}", both.report());
            // a later env file is stronger as well
            let files = environment(&[], &[weak, &strong]);
            assert_eq!(shown(&files, "Server.Port"), "26", "{weak} {strong}\n{}", files.report());
            assert!(!files.report().has_errors(), "{}", files.report());
        }
    }
    let entries = environment(&[("APP_KINDS_KEYMAP", r#"{"a": "env"}"#)], &["APP_KINDS_KEYMAP_a=file"]);
    assert_eq!(entries.value().unwrap().kinds.key_map["a"].expose(), "env");
    let entries = environment(
        &[("APP_KINDS_KEYMAP_a", "env")],
        &["APP_KINDS_KEYMAP_A=file\nAPP_KINDS_KEYMAP={\"a\": \"x\"}"],
    );
    assert_eq!(entries.value().unwrap().kinds.key_map["a"].expose(), "env");
    let (code, severity, ..) = only(&environment(&[("APP_SERVER_PORT", "1"), ("app_server_port", "2")], &[]));
    assert_eq!((code, severity), (Code::DuplicateVariable, Severity::Error));
}

#[test]
fn a_stronger_secrets_directory_wins_over_an_old_name() {
    let (weak, strong) = (Folder::new("weak"), Folder::new("strong"));
    for (weaker, stronger) in [("Kinds.Pass", "Kinds.Password"), ("Kinds.Password", "Kinds.Pass")] {
        weak.clear();
        strong.clear();
        weak.write(weaker, "weak");
        strong.write(stronger, "strong");
        let layers = Layers::new().secrets_dir(&weak.0).unwrap().secrets_dir(&strong.0).unwrap();
        let resolution = resolve::<Program>(layers);
        assert_eq!(resolution.value().unwrap().kinds.password.expose(), "strong", "{weaker} {stronger}");
    }
}

#[test]
fn an_env_file_reads_as_a_shell_does() {
    for (line, value) in [
        (r#"APP_SERVER_HOST="corp\svc""#, r"corp\svc"),
        (r#"APP_SERVER_HOST="a\$b""#, r"a\$b"),
        ("APP_SERVER_HOST= # not used", ""),
        ("APP_SERVER_HOST=\t# c", ""),
        ("export\tAPP_SERVER_HOST=x", "x"),
        ("APP_SERVER_HOST='two\nlines'", "two\nlines"),
    ] {
        let resolution = environment(&[], &[line]);
        assert_eq!(resolution.report().diagnostics(), [], "{line}");
        assert_eq!(resolution.value().unwrap().server.host, value, "{line}");
    }
    let (code, severity, message, _) = only(&environment(&[], &["APP_SERVER_PORT=1\n\nAPP_SERVER_PORT=2"]));
    assert_eq!((code, severity), (Code::DuplicateVariable, Severity::Warning));
    assert_eq!(message, "`APP_SERVER_PORT` is set twice in one file: the last line applies");
    let (_, severity, message, _) = only(&environment(&[], &["APP_SERVER_HOST=\"9\nAPP_SERVER_PORT=\""]));
    assert_eq!(severity, Severity::Warning);
    assert!(message.contains("looks like another variable"), "{message}");
}

#[test]
fn an_input_that_is_empty_by_accident_overwrites_nothing() {
    let folder = Folder::new("empty");
    let empty = folder.write("empty", "");
    let (code, severity, message, _) = only(&environment(&[("APP_KINDS_PASSWORD_FILE", &empty)], &[]));
    assert_eq!((code, severity), (Code::SecretFile, Severity::Error));
    assert!(message.ends_with("the file is empty"), "{message}");
    let blank = folder.write("blank", "\n");
    let resolution = environment(&[("APP_KINDS_PASSWORD_FILE", &blank)], &[]);
    assert_eq!(resolution.value().unwrap().kinds.password.expose(), "");
    // `${NAME:-}` in the manifest of a container
    let file = r#"{"Server": {"Limit": 5}, "Kinds": {"Spare": "x"}}"#;
    let variables = [("APP_SERVER_LIMIT", ""), ("APP_KINDS_SPARE", ""), ("APP_KINDS_PASSWORD_FILE", "")];
    let layers = Layers::new().file("config.json", file).environment(variables.into_iter().collect());
    let resolution = resolve::<Program>(layers);
    assert_eq!(resolution.report().count(Severity::Note), 3, "{}", resolution.report());
    let program = resolution.into_result().unwrap();
    assert_eq!((program.server.limit, program.kinds.spare.unwrap().expose()), (Some(5), "x"));
    assert_eq!(environment(&variables[..2], &[]).report().diagnostics(), []);
}

#[test]
fn a_secret_in_place_of_a_file_name_is_masked() {
    for name in
        ["APP_KINDS_PASSWORD_FILE", "APP_KINDS_KEYS_FILE", "APP_KINDS_KEYMAP_FILE", "APP_KINDS_SPARE_FILE"]
    {
        let resolution = environment(&[(name, CANARY)], &[]);
        let (code, _, message, _) = only(&resolution);
        assert_eq!(code, Code::SecretFile);
        assert!(message.contains("`***`"), "{message}");
        assert!(!all_forms(resolution.report()).contains(CANARY), "{}", resolution.report());
    }
    let (.., message, _) = only(&environment(&[("APP_SERVER_PORT_FILE", "/no/such/file")], &[]));
    assert!(message.contains("`/no/such/file`"), "{message}");
    let folder = std::env::temp_dir().display().to_string();
    let (.., message, _) = only(&environment(&[("APP_KINDS_PASSWORD_FILE", &folder)], &[]));
    assert!(message.contains(&folder) && message.contains("not a regular file"), "{message}");
}

#[test]
#[cfg(unix)]
fn a_value_is_read_from_a_pipe() {
    use std::process::Command;
    let folder = Folder::new("pipe");
    let pipe = folder.0.join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::write(pipe, "hunter2\n").unwrap()
    });
    let resolution = environment(&[("APP_KINDS_PASSWORD_FILE", pipe.to_str().unwrap())], &[]);
    writer.join().unwrap();
    assert_eq!(resolution.value().unwrap().kinds.password.expose(), "hunter2");
}

#[test]
#[cfg(unix)]
fn only_a_missing_file_counts_as_missing() {
    let folder = Folder::new("missing");
    let link = folder.0.join("config.json");
    assert!(Layers::new().read_file_if_exists(&link).is_ok());
    std::os::unix::fs::symlink("gone.json", &link).unwrap();
    let error = Layers::new().read_file_if_exists(&link).unwrap_err();
    assert_eq!(error.kind, std::io::ErrorKind::NotFound);
    assert_eq!(format!("{error:?}"), error.to_string());
    std::fs::remove_file(&link).unwrap();
    std::fs::create_dir(&link).unwrap();
    assert!(Layers::new().read_file_if_exists(&link).is_err());
}

#[test]
fn a_broken_list_is_an_error_and_commas_are_a_warning() {
    for text in [r#"["a","b""#, "[a, b]", "{a}", r#"{"a": 1}"#] {
        let (code, severity, ..) = only(&environment(&[("APP_SERVER_NAMES", text)], &[]));
        assert_eq!((code, severity), (Code::Unparsable, Severity::Error), "{text}");
    }
    for (text, help) in [
        ("a, b", r#"did you mean `["a", "b"]`? Otherwise write `["a,", "b"]`"#),
        ("a,b", r#"did you mean `["a", "b"]`? Otherwise write `["a,b"]`"#),
        (
            "https://a;https://b",
            r#"did you mean `["https://a", "https://b"]`? Otherwise write `["https://a;https://b"]`"#,
        ),
    ] {
        let (code, severity, _, found) = only(&environment(&[("APP_SERVER_NAMES", text)], &[]));
        assert_eq!(
            (code, severity, found.as_str()),
            (Code::ListSeparator, Severity::Warning, help),
            "{text}"
        );
    }
    let (code, _, _, help) = only(&environment(&[("APP_KINDS_KEYS", &format!("{CANARY},b"))], &[]));
    assert_eq!((code, help.as_str()), (Code::ListSeparator, "write the list as JSON"));
    assert_eq!(environment(&[("APP_SERVER_NAMES", r#"["a,b"]"#)], &[]).report().diagnostics(), []);
}

#[test]
fn service_links_of_kubernetes_are_ignored() {
    let links = [
        ("APP_SERVER_PORT", "tcp://10.0.0.1:5432"),
        ("APP_SERVER_PORT_5432_TCP", "tcp://10.0.0.1:5432"),
        ("APP_SERVER_PORT_5432_TCP_ADDR", "10.0.0.1"),
        ("APP_KINDS_SERVICE_HOST", "10.0.0.1"),
        ("APP_KINDS_PORT", "tcp://10.0.0.1:5432"),
    ];
    let resolution = environment(&links, &[]);
    let found = resolution.report().diagnostics();
    assert_eq!(found.len(), 2, "{}", resolution.report());
    assert_eq!(found[0].severity, Severity::Warning);
    assert_eq!(found[0].message, "`APP_SERVER_PORT` is a service link of Kubernetes and is ignored");
    assert_eq!(found[1].severity, Severity::Note);
    assert_eq!(shown(&resolution, "Server.Port"), "80");
}

#[test]
fn unknown_names_near_a_setting_are_warnings() {
    let (code, severity, _, help) = only(&file(r#"{"Server": {"Prot": 1}}"#));
    assert_eq!(
        (code, severity, help.as_str()),
        (Code::UnknownKey, Severity::Warning, "did you mean `Server.Port`?")
    );
    let (code, severity, ..) = only(&file(r#"{"Providers": {"a": {"Wieght": 1}}}"#));
    assert_eq!((code, severity), (Code::UnknownKey, Severity::Warning));
    let (code, severity, ..) = only(&environment(&[("APP_SERVER_PROT", "1")], &[]));
    assert_eq!((code, severity), (Code::UnknownVariable, Severity::Warning));
    // a name of another setting is not near because most of the variable is
    let (.., help) = only(&environment(&[("APP_SERVER_PATH", "1")], &[]));
    assert_eq!(help, "unset it");
    let layers = Layers::new().file("config.json", r#"{"Providers": {"a": {"Wieght": 1}}}"#);
    let denied = resolve::<Program>(layers.unknown(settings_core::schema::Unknown::Deny));
    assert!(denied.report().has_errors());
}

#[test]
fn a_program_gets_its_value_with_the_warnings() {
    let (value, report) = file(r#"{"Server": {"ListenPort": 81}}"#).into_parts();
    assert_eq!((value.unwrap().server.port, report.count(Severity::Warning)), (81, 1));
    let (value, report) = file(r#"{"Server": {"Port": "x"}}"#).into_parts();
    assert!(value.is_none() && report.has_errors());
    assert!(format!("{report:?}").contains("^^^"), "{report:?}");
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Resolution<Program>>();
    is_shared::<Report>();
    is_shared::<Layers>();
}

/// A folder of the test's own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("settings-laws-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    fn clear(&self) {
        for entry in std::fs::read_dir(&self.0).unwrap() {
            std::fs::remove_file(entry.unwrap().path()).unwrap();
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
