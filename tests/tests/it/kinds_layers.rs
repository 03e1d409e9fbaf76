//! Layers beside files and the environment: secrets directories, arguments, and what is said of unknown names.

use std::fs;

use settings_core::reference::ServerSettings;
use settings_core::resolve::{Environment, Layer, Layers, Resolution, Severity, resolve};
use settings_core::schema::Unknown;
use settings_core::{Secret, Settings};
use settings_tests::cli::Folder;

fn lines<T>(resolution: &Resolution<T>) -> Vec<String> {
    resolution.report().to_lines().lines().map(str::to_owned).collect()
}

#[test]
fn a_secrets_directory_is_a_layer_between_files_and_the_environment() {
    let folder = Folder::new("secrets");
    folder.write("mm_emailsettings_smtppassword", "k4n4ry\n");
    folder.write("EmailSettings.SMTPUsername", "chat");
    folder.write("emailsettings.enablesmtpauth", "true");
    folder.write("MM_EMAILSETTINGS_SMTPSERVER", "secret.example.com\r\n");
    folder.write("other-service", "x");
    folder.write(".hidden", "x");
    fs::create_dir(folder.path("..data")).unwrap();
    let path = folder.path("");
    let layers = Layers::new()
        .file("config.json", r#"{"EmailSettings": {"SMTPPassword": "file", "ConnectionSecurity": "TLS"}}"#)
        .secrets_dir(path)
        .unwrap()
        .environment(Environment::from_iter([("MM_EMAILSETTINGS_SMTPSERVER", "env.example.com")]));
    let resolution = resolve::<ServerSettings>(layers);
    let lines = lines(&resolution);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].contains("note[unclaimed-secrets]: `other-service` does not belong to any setting"),
        "{lines:?}"
    );
    let password = resolution.setting("EmailSettings.SMTPPassword").unwrap();
    assert_eq!(password.layer(), Layer::Secrets);
    assert!(password.origin.to_string().ends_with("mm_emailsettings_smtppassword"), "{}", password.origin);
    assert_eq!(password.overridden.len(), 2);
    let email = resolution.into_result().unwrap().email;
    assert_eq!((email.smtp_password.expose(), email.smtp_username.as_str()), ("k4n4ry", "chat"));
    assert_eq!((email.smtp_server.as_str(), email.enable_smtp_auth), ("env.example.com", true));
}

#[test]
fn what_is_wrong_with_a_secret_is_told_without_it() {
    let folder = Folder::new("wrong-secrets");
    folder.write("MM_EMAILSETTINGS_SMTPPASWORD", "k4n4ry");
    folder.write("MM_EMAILSETTINGS_SMTPPORT", "k4n4ry");
    folder.write("MM_EMAILSETTINGS_SMTPPASSWORD", [0xff, 0xfe]);
    let resolution = resolve::<ServerSettings>(Layers::new().secrets_dir(folder.path("")).unwrap());
    let codes: Vec<_> =
        resolution.report().diagnostics().iter().map(|told| (told.code.name(), told.severity)).collect();
    assert_eq!(
        codes,
        [
            ("secret-file", Severity::Error),
            ("unknown-secret", Severity::Warning),
            ("unparsable", Severity::Error),
        ]
    );
    assert!(lines(&resolution)[1].contains("did you mean `MM_EMAILSETTINGS_SMTPPASSWORD`?"));
    assert!(Layers::new().secrets_dir(folder.path("none")).is_err());
}

#[test]
fn credentials_are_where_the_environment_says() {
    let folder = Folder::new("credentials");
    folder.write("EmailSettings.SMTPPort", "465");
    let directory = folder.path("");
    let environment = Environment::from_iter([("CREDENTIALS_DIRECTORY", directory.as_str())]);
    let resolution =
        resolve::<ServerSettings>(Layers::new().credentials(&environment).unwrap().environment(environment));
    assert_eq!(resolution.value().unwrap().email.smtp_port, 465);
    assert!(Layers::new().credentials(&Environment::default()).is_ok());
}

#[test]
fn an_argument_that_is_absent_is_no_value() {
    let layers = Layers::new()
        .file("config.json", r#"{"EmailSettings": {"SMTPPort": 26, "SMTPServer": "a"}}"#)
        .set_given("EmailSettings.SMTPPort", None::<u16>, "--smtp-port")
        .set_given("EmailSettings.SMTPServer", Some("b"), "--smtp-server");
    let resolution = resolve::<ServerSettings>(layers);
    assert_eq!(resolution.setting("EmailSettings.SMTPPort").unwrap().layer(), Layer::File);
    assert_eq!(resolution.setting("EmailSettings.SMTPServer").unwrap().origin.to_string(), "--smtp-server");
}

#[test]
fn several_files_the_later_the_stronger() {
    let layers = Layers::new()
        .file("a.json", r#"{"EmailSettings": {"SMTPPort": 1, "SMTPServer": "a"}}"#)
        .file("b.json", r#"{"EmailSettings": {"SMTPPort": 2}}"#);
    let resolution = resolve::<ServerSettings>(layers);
    let port = resolution.setting("EmailSettings.SMTPPort").unwrap();
    assert_eq!((port.shown().as_str(), port.origin.to_string().as_str()), ("2", "b.json:1:32"));
    let overridden: Vec<_> = port.overridden_shown().map(|(origin, _)| origin.to_string()).collect();
    assert_eq!(overridden, ["a.json:1:32", "default"]);
    assert_eq!(resolution.value().unwrap().email.smtp_server, "a");
}

/// A program that is strict in one section and lenient in another.
#[derive(Settings)]
#[settings(env_prefix = "X")]
struct Program {
    _strict: Strict,
    _lenient: Lenient,
    _usual: Usual,
}

/// Strict.
#[derive(Settings)]
#[settings(unknown = "deny")]
struct Strict {
    /// A key.
    #[setting]
    _key: Secret,
    _below: Usual,
}

/// Lenient.
#[derive(Settings)]
#[settings(unknown = "allow")]
struct Lenient {
    /// A port.
    #[setting(default = 25)]
    _port: u16,
}

/// As usual.
#[derive(Settings)]
#[settings(section = "Usual")]
struct Usual {
    /// A port.
    #[setting(default = 25)]
    _port: u16,
}

const UNKNOWN: &str = r#"{"Strict": {"Far": 1, "Usual": {"Far": 1}}, "Lenient": {"Far": 1, "Prot": 1}, "Usual": {"Far": 1, "Prot": 1}, "Far": 1}"#;

fn told(layers: Layers) -> Vec<(Severity, String)> {
    let environment = Environment::from_iter([
        ("X_STRICT_FAR", "1"),
        ("X_LENIENT_PROT", "1"),
        ("X_USUAL_FAR", "1"),
        ("X_FAR", "1"),
    ]);
    let resolution = resolve::<Program>(layers.file("c", UNKNOWN).environment(environment));
    let found = resolution.report().diagnostics().iter();
    found.map(|told| (told.severity, told.place.to_string().replace("variable ", ""))).collect()
}

#[test]
fn each_section_says_what_unknown_names_are() {
    let place = |place: &str| place.to_owned();
    let sections = [
        (Severity::Error, place("c:1:13")),
        (Severity::Error, place("c:1:33")),
        (Severity::Warning, place("c:1:89")),
        (Severity::Warning, place("c:1:99")),
        (Severity::Error, place("X_STRICT_FAR")),
        (Severity::Warning, place("X_USUAL_FAR")),
        (Severity::Note, place("c:1:111")),
        (Severity::Note, place("X_FAR")),
    ];
    assert_eq!(told(Layers::new()), sections);
}

#[test]
fn the_program_can_be_told_otherwise() {
    let allowed = told(Layers::new().unknown(Unknown::Allow));
    assert_eq!(allowed.len(), 3, "{allowed:?}");
    let denied = told(Layers::new().unknown(Unknown::Deny));
    assert_eq!(denied.iter().filter(|(severity, _)| *severity == Severity::Error).count(), 8, "{denied:?}");
    let warned = told(Layers::new().unknown_in("strict", Unknown::Warn).unknown_in("Lenient", Unknown::Deny));
    let count = |wanted: Severity| warned.iter().filter(|(severity, _)| *severity == wanted).count();
    assert_eq!((count(Severity::Error), count(Severity::Warning)), (3, 6), "{warned:?}");
}

#[test]
fn a_policy_of_a_section_that_is_not_there_is_told() {
    let layers = Layers::new().unknown_in("Strct", Unknown::Deny).unknown_in("Strict.Usual", Unknown::Deny);
    let resolution = resolve::<Program>(layers.unknown_in("", Unknown::Deny));
    let [told] = resolution.report().diagnostics() else { panic!("{}", resolution.report()) };
    assert_eq!((told.code.name(), told.severity), ("unknown-path", Severity::Warning));
    assert!(told.message.contains("`Strct`") && told.help.contains("`Strict`"), "{told:?}");
}
