#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod reports;

use std::time::Duration;

use super::build::Builder;
use super::*;
use crate::schema::{DefaultValue, Details, DynamicSection, Kind, Member, Section, Setting};
use crate::value::{Secret, SettingValue};

/// A section with the code of the derive, written by hand.
#[derive(Debug)]
struct Mail {
    port: u16,
    auth: bool,
    password: Secret,
    timeout: Duration,
    hosts: Vec<String>,
}

#[derive(Debug)]
struct Program {
    mail: Mail,
    mail_relay: Mail,
}

impl Settings for Mail {
    const SCHEMA: &'static Section = &Section::new(
        "Mail",
        &[
            Member::Setting(
                Setting::new("Port", "port", u16::KIND.with_range(1, 65535), DefaultValue::Integer(25))
                    .details(&Details::new().aliases(&["Old.MailPort"])),
            ),
            Member::Setting(Setting::new("Auth", "auth", Kind::Bool, DefaultValue::Bool(false))),
            Member::Setting(
                Setting::new("Password", "password", Kind::Secret, DefaultValue::Text(""))
                    .details(&Details::new().aliases(&["Pass"])),
            ),
            Member::Setting(Setting::new("Timeout", "timeout", Duration::KIND, DefaultValue::Integer(10))),
            Member::Setting(Setting::new(
                "Hosts",
                "hosts",
                Vec::<String>::KIND,
                DefaultValue::Json("[\"a\"]"),
            )),
        ],
    );

    fn build(builder: &mut Builder<'_>) -> Option<Self> {
        Some(Self {
            port: builder.take()?,
            auth: builder.take()?,
            password: builder.take()?,
            timeout: builder.take()?,
            hosts: builder.take()?,
        })
    }
}

impl Settings for Program {
    const SCHEMA: &'static Section = &Section::new(
        "",
        &[Member::section("Mail", Mail::SCHEMA), Member::section("Mail_Relay", Mail::SCHEMA)],
    )
    .env_prefix("MM");

    fn build(builder: &mut Builder<'_>) -> Option<Self> {
        Some(Self { mail: builder.section()?, mail_relay: builder.section()? })
    }
}

/// Another program with one of the sections.
#[derive(Debug)]
struct Other {
    mail: Mail,
}

impl Settings for Other {
    const SCHEMA: &'static Section =
        &Section::new("", &[Member::section("Mail", Mail::SCHEMA)]).env_prefix("MM");

    fn build(builder: &mut Builder<'_>) -> Option<Self> {
        Some(Self { mail: builder.section()? })
    }
}

fn file(text: &str) -> Resolution<Program> {
    resolve(Layers::new().file("config.json", text))
}

fn env(variables: &[(&str, &str)]) -> Resolution<Program> {
    resolve(Layers::new().environment(variables.iter().copied().collect()))
}

fn codes<T>(resolution: &Resolution<T>) -> Vec<(Code, Severity)> {
    resolution
        .report()
        .diagnostics()
        .iter()
        .map(|diagnostic| (diagnostic.code, diagnostic.severity))
        .collect()
}

#[track_caller]
fn only<T>(resolution: &Resolution<T>) -> &Diagnostic {
    let diagnostics = resolution.report().diagnostics();
    assert_eq!(diagnostics.len(), 1, "{}", resolution.report());
    &diagnostics[0]
}

#[test]
fn later_layers_win_and_keep_what_they_override() {
    let layers = Layers::new()
        .file("config.json", "{\n  \"Mail\": {\"Port\": 2}\n}")
        .custom_defaults("defaults.json", r#"{"Mail": {"Port": 1, "Auth": true}}"#)
        .environment([("mm_mail_port", "3")].into_iter().collect())
        .set("Mail.Port", "4", "--set");
    let resolution = resolve::<Program>(layers);
    assert_eq!(resolution.report().diagnostics(), []);
    let port = resolution.setting("Mail.Port").unwrap();
    assert_eq!((port.shown().as_str(), port.origin.to_string().as_str()), ("4", "--set"));
    let overridden: Vec<_> =
        port.overridden_shown().map(|(origin, value)| format!("{origin} {value}")).collect();
    assert_eq!(
        overridden,
        [
            "variable mm_mail_port 3",
            "config.json:2:20 2",
            "custom default defaults.json:1:19 1",
            "default 25"
        ]
    );
    let program = resolution.into_result().unwrap();
    assert_eq!((program.mail.port, program.mail.auth, program.mail_relay.port), (4, true, 25));
    assert_eq!(program.mail.hosts, ["a"]);
    assert_eq!(program.mail.timeout, Duration::from_secs(10));
}

#[test]
fn numeric_text_is_a_number_and_the_reverse() {
    let resolution = file(r#"{"Mail": {"Port": "2525", "Timeout": "90s", "Password": 12345678}}"#);
    assert_eq!(resolution.report().diagnostics(), []);
    let mail = resolution.into_result().unwrap().mail;
    assert_eq!(
        (mail.port, mail.timeout, mail.password.expose()),
        (2525, Duration::from_secs(90), "12345678")
    );
}

#[test]
fn broken_files() {
    for (text, code, place) in [
        ("", Code::EmptyFile, "config.json:1:1"),
        ("\u{feff} \n", Code::EmptyFile, "config.json:2:1"),
        ("[]", Code::WrongType, "config.json:1:1"),
        ("{\"Mail\": 1}", Code::WrongType, "config.json:1:10"),
        ("{\"Mail\": {\n \"Port\" 1}}", Code::Syntax, "config.json:2:9"),
        ("{\"Mail\": {}", Code::Syntax, "config.json:1:12"),
        ("{} x", Code::Syntax, "config.json:1:4"),
        ("{\"Mail\": {\"Port\": 1, \"Port\": 2}}", Code::DuplicateKey, "config.json:1:22"),
        ("{\"Mail\": {}, \"Mail\": {}}", Code::DuplicateKey, "config.json:1:14"),
    ] {
        let resolution = file(text);
        let diagnostic = only(&resolution);
        assert_eq!((diagnostic.code, diagnostic.place.to_string().as_str()), (code, place), "{text:?}");
        assert!(resolution.into_result().is_err());
    }
    assert!(file("\u{feff}{ // comment\n \"Mail\": {\"Port\": 1,}, /* more */ }").into_result().is_ok());
}

#[test]
fn other_letter_case_works_and_warns() {
    let resolution = file(r#"{"mail": {"PORT": 7}}"#);
    assert_eq!(codes(&resolution), [(Code::LetterCase, Severity::Warning); 2]);
    assert_eq!(resolution.value().unwrap().mail.port, 7);
    assert!(resolution.report().clone().strict().has_errors());
}

#[test]
fn unclaimed_sections_are_one_note() {
    let resolution = file(
        r#"{"$schema": "x", "A": {"Port": 1}, "B": {}, "C": 1, "D": [], "E": {}, "F": {}, "Mail": {"Port": 7}}"#,
    );
    let note = only(&resolution);
    assert_eq!(note.severity, Severity::Note);
    assert!(note.message.starts_with("`A`, `B`, `C`, `D`, `E` and 1 more do not belong to any section"));
    let resolution = env(&[("MM_OTHER_X", "1"), ("MM_CONFIG", "x"), ("PATH", "y"), ("MMX", "z")]);
    assert_eq!(
        only(&resolution).message,
        "`MM_OTHER_X`, `MM_CONFIG` do not belong to any section and are ignored"
    );
}

#[test]
fn old_names_work_and_warn() {
    let resolution = file(r#"{"Old": {"MailPort": 7, "Else": 1}}"#);
    assert_eq!(
        codes(&resolution),
        [(Code::Alias, Severity::Warning), (Code::UnclaimedSections, Severity::Note)]
    );
    assert_eq!(resolution.value().unwrap().mail.port, 7);
    let both = file(r#"{"Mail": {"Port": 8}, "Old": {"MailPort": 7}}"#);
    assert!(only(&both).message.contains("is ignored"));
    assert_eq!(both.value().unwrap().mail.port, 8);
    let variable = env(&[("MM_OLD_MAILPORT", "7")]);
    assert_eq!(only(&variable).help, "set `MM_MAIL_PORT` instead");
    assert_eq!(variable.value().unwrap().mail.port, 7);
    let both = env(&[("MM_OLD_MAILPORT", "7"), ("MM_MAIL_PORT", "8")]);
    assert_eq!((only(&both).code, both.value().unwrap().mail.port), (Code::Alias, 8));
    let told = resolve::<Program>(Layers::new().set("Old.MailPort", "7", "--set"));
    assert_eq!((only(&told).code, only(&told).severity), (Code::Alias, Severity::Warning));
    assert_eq!(told.value().unwrap().mail.port, 7);
    let sibling = file(r#"{"Mail": {"Pass": "x"}}"#);
    assert_eq!(sibling.value().unwrap().mail.password.expose(), "x");
}

#[test]
fn a_key_may_contain_an_underscore() {
    let resolution = env(&[("MM_MAIL_RELAY_PORT", "7"), ("MM_MAIL_RELAY_HOSTS", "a, b ,c")]);
    assert_eq!(resolution.report().diagnostics(), []);
    let relay = resolution.into_result().unwrap().mail_relay;
    assert_eq!((relay.port, relay.hosts), (7, vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]));
}

#[test]
fn a_value_can_come_from_a_file_that_a_variable_names() {
    let path = std::env::temp_dir().join(format!("settings-secret-{}", std::process::id()));
    std::fs::write(&path, "hunter2\n").unwrap();
    let name = path.to_str().unwrap();
    let resolution = env(&[("MM_MAIL_PASSWORD_FILE", name)]);
    assert_eq!(resolution.report().diagnostics(), []);
    let password = resolution.setting("Mail.Password").unwrap();
    assert_eq!(password.origin.to_string(), format!("variable MM_MAIL_PASSWORD_FILE -> {name}"));
    assert_eq!(resolution.value().unwrap().mail.password.expose(), "hunter2");
    let both = env(&[("MM_MAIL_PASSWORD", "x"), ("MM_MAIL_PASSWORD_FILE", name)]);
    assert_eq!(only(&both).code, Code::DuplicateVariable);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(only(&env(&[("MM_MAIL_PASSWORD_FILE", name)])).code, Code::SecretFile);
}

#[test]
fn env_files_fill_in_what_the_environment_leaves_out() {
    let mut environment: Environment = [("MM_MAIL_PORT", "1")].into_iter().collect();
    environment
        .add_file(".env", "# comment\nexport MM_MAIL_PORT=2\nMM_MAIL_HOSTS=\"a, b\"\nMM_MAIL_TIMEOUT=x\n");
    let resolution = resolve::<Program>(Layers::new().environment(environment));
    assert_eq!(only(&resolution).place.to_string(), "variable MM_MAIL_TIMEOUT (.env:4)");
    assert_eq!(resolution.setting("Mail.Port").unwrap().shown(), "1");
    assert_eq!(resolution.setting("Mail.Hosts").unwrap().shown(), r#"["a", "b"]"#);
}

#[test]
fn every_bad_line_of_an_env_file_is_in_the_report() {
    let mut environment = Environment::default();
    let text = "\u{feff}MM_MAIL_PORT=7 # seven\r\nMM_MAIL_AUTH\r\n=1\nMM_MAIL_HOSTS='a' b\nMM_MAIL_TIMEOUT=\"9\nA B=1\n\
        MM_MAIL_RELAY_PORT=\"5\" # five\nMM_MAIL_RELAY_TIMEOUT='6'\t# six\n";
    environment.add_file("server.env", text);
    let resolution = resolve::<Program>(Layers::new().environment(environment).file("config.json", "[]"));
    let told: Vec<_> = resolution.report().to_lines().lines().map(str::to_owned).collect();
    assert_eq!(told.len(), 6, "{told:#?}");
    for (line, why) in [
        (2, "expected `NAME=value`"),
        (3, "expected the name of a variable before `=`"),
        (4, "text follows the closing quote"),
        (5, "the quote is not closed"),
        (6, "expected the name of a variable before `=`"),
    ] {
        let help = if why.contains("quote") { "put the whole value" } else { "write `NAME=value`" };
        let start = format!("server.env:{line}:1: error[syntax]: {why} ({help}");
        assert!(told.iter().any(|told| told.starts_with(&start)), "{start}: {told:#?}");
    }
    let shown = |path| resolution.setting(path).unwrap().shown().to_string();
    assert_eq!([shown("Mail.Port"), shown("Mail_Relay.Port"), shown("Mail_Relay.Timeout")], ["7", "5", "6"]);
}

#[test]
fn a_large_env_file_is_read_in_time() {
    let lines: String =
        (0..60_000).map(|number| format!("MM_X{number}=1\nMM_MAIL_PORT={number}\n")).collect();
    let mut environment = Environment::default();
    let started = std::time::Instant::now();
    environment.add_file("server.env", &lines);
    // quadratic reading takes minutes
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    let resolution = resolve::<Program>(Layers::new().environment(environment));
    assert_eq!(resolution.setting("Mail.Port").unwrap().shown(), "59999");
}

#[test]
fn paths_are_found_by_near_names() {
    let resolution = file("{}");
    assert_eq!(resolution.setting("mail.port").unwrap().path.to_string(), "Mail.Port");
    assert_eq!(resolution.setting("Old.MailPort").unwrap().path.to_string(), "Mail.Port");
    assert_eq!(resolution.setting("Mail.Prot").unwrap_err().nearest.as_deref(), Some("Mail.Port"));
    // two sections have a setting with this key
    assert_eq!(resolution.setting("Timeout").unwrap_err().nearest, None);
}

#[test]
fn roots_and_registries_with_one_base_do_not_mix() {
    let registry = |default| {
        let port = Kind::Integer { min: 1, max: 65535 };
        let section = DynamicSection::new("Calls", "Calls.").setting("Port", "The port.", port, default);
        let mut registry = Registry::<Other>::new();
        registry.register(section.finish()).unwrap();
        registry
    };
    let (one, two) = (registry("8443"), registry("9443"));
    let variables = [("MM_CALLS_PORT", "1"), ("MM_MAIL_PORT", "2"), ("MM_MAIL_RELAY_PORT", "3")];
    let environment: Environment = variables.into_iter().collect();
    let layers = || Layers::new().environment(environment.clone());
    let calls = |registry: &Registry<Other>| {
        let resolution = registry.resolve(layers());
        let port = resolution.setting("Calls.Port").unwrap();
        let default = port.overridden_shown().map(|(_, value)| value).next().unwrap();
        (port.shown().to_string(), default, resolution.value().unwrap().mail.port)
    };
    // what is remembered of one must not show in another, whichever comes first
    for _ in 0..2 {
        assert_eq!(calls(&one), ("1".to_owned(), "8443".to_owned(), 2));
        assert_eq!(calls(&two), ("1".to_owned(), "9443".to_owned(), 2));
        let base = resolve::<Other>(layers());
        assert!(base.setting("Calls.Port").is_err());
        assert_eq!(base.report().diagnostics().len(), 2, "{}", base.report());
        assert!(base.report().to_lines().contains("`MM_CALLS_PORT` does not belong"), "{}", base.report());
        assert_eq!(base.value().unwrap().mail.port, 2);
        let program = resolve::<Program>(layers()).into_result().unwrap();
        assert_eq!((program.mail.port, program.mail_relay.port), (2, 3));
    }
}

#[test]
fn a_changed_environment_is_read_again() {
    let mut environment: Environment = [("MM_MAIL_PORT", "2")].into_iter().collect();
    let mail = |environment: &Environment| {
        let resolution = resolve::<Program>(Layers::new().environment(environment.clone()));
        let mail = resolution.into_result().unwrap().mail;
        (mail.port, mail.auth)
    };
    assert_eq!(mail(&environment), (2, false));
    environment.add_file(".env", "MM_MAIL_AUTH=true");
    assert_eq!(mail(&environment), (2, true));
    let environment = environment.without(&["MM_MAIL_PORT"]);
    assert_eq!(mail(&environment), (25, true));
}
