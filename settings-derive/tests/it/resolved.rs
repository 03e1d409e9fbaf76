//! A section as an author writes it: its metadata, its defaults, and its values resolved from layers.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use settings_core::resolve::{Environment, Layers, resolve};
use settings_core::schema::{DefaultValue, Kind, Leaf, Member, Setting, Unit, ValueDoc};
use settings_core::{Secret, SettingValue, Settings};

/// Outgoing mail.
#[derive(Settings, Clone, Debug)]
#[settings(section = "EmailSettings", page = "SMTP", console = "Environment > SMTP")]
pub(crate) struct EmailSettings {
    /// Turns logging in to the SMTP server
    /// on or off.
    ///
    /// More about it.
    ///
    /// - `true`: the SMTP username and password
    ///   are presented to the server.
    /// - `false`: mail is handed over without logging in.
    ///
    /// Needs `SMTPUsername`.
    #[setting(key = "EnableSMTPAuth", title = "Enable SMTP authentication", default = false)]
    pub enable_smtp_auth: bool,

    /// The password that belongs to the SMTP username.
    #[setting(key = "SMTPPassword", title = "SMTP server password")]
    pub smtp_password: Secret,

    /// The port.
    #[setting(default = 10025, range = 1..=65_535, page = "Ports", console = "Environment > Ports")]
    pub server_port: u16,

    /// The time that the server may take.
    #[setting(key = "SMTPServerTimeout", title = "SMTP server timeout", unit = "seconds", default = 10)]
    pub smtp_server_timeout: Duration,

    /// The protection of the connection.
    ///
    /// - `Not specified`: not at all.
    /// - `TLS`: from the first byte on.
    /// - `Unspoken`: unknown.
    #[setting(key = "ConnectionSecurity", default = ConnectionSecurity::None)]
    pub connection_security: ConnectionSecurity,

    /// Turns alerts on or off.
    #[setting(key = "EnableAlert", default = true, alias = "ServiceSettings.EnableAlert", aliases = ["Alerts"])]
    pub enable_alert: bool,
}

/// The protection of the connection.
#[derive(SettingValue, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionSecurity {
    /// Not at all.
    #[value(text = "", label = "Not specified")]
    None,
    /// From the first
    /// byte on.
    #[value(text = "TLS")]
    Tls,
    /// By its name.
    Unspoken,
}

/// All of a server's settings.
#[derive(Settings)]
#[settings(env_prefix = "MM")]
pub(crate) struct ServerSettings {
    /// Outgoing mail.
    pub email: EmailSettings,
    /// The same, under another key.
    #[settings(section = "SecondEmailSettings")]
    pub second: Second,
}

/// A second way out.
#[derive(Settings, Debug)]
pub(crate) struct Second {
    /// The port.
    #[setting(default = 25)]
    pub server_port: u16,
}

fn setting(key: &str) -> &'static Setting {
    let member = EmailSettings::SCHEMA.members.iter().find(|member| member.key() == key);
    match member {
        Some(Member::Setting(setting)) => setting,
        _ => panic!("no setting {key}"),
    }
}

#[test]
fn the_section_is_described() {
    let section = EmailSettings::SCHEMA;
    assert_eq!((section.key, section.env_prefix, section.doc), ("EmailSettings", None, "Outgoing mail."));
    assert_eq!((section.page, section.console), (Some("SMTP"), Some("Environment > SMTP")));
    assert_eq!((ServerSettings::SCHEMA.key, ServerSettings::SCHEMA.env_prefix), ("", Some("MM")));
    assert_eq!(Second::SCHEMA.key, "");
}

#[test]
fn the_doc_comment_is_the_documentation() {
    let auth = setting("EnableSMTPAuth");
    assert_eq!(auth.description, "Turns logging in to the SMTP server on or off.\n\nMore about it.");
    assert_eq!(
        auth.values,
        [
            ValueDoc { value: "true", text: "the SMTP username and password are presented to the server." },
            ValueDoc { value: "false", text: "mail is handed over without logging in." },
        ]
    );
    assert_eq!(auth.note(), "Needs `SMTPUsername`.");
}

#[test]
fn names_are_given_or_follow_from_the_field() {
    let auth = setting("EnableSMTPAuth");
    assert_eq!((auth.field, auth.title), ("enable_smtp_auth", "Enable SMTP authentication"));
    let port = setting("ServerPort");
    assert_eq!((port.field, port.title), ("server_port", "Server port"));
    assert_eq!((port.page(), port.console()), (Some("Ports"), Some("Environment > Ports")));
    assert_eq!(setting("EnableAlert").aliases(), ["ServiceSettings.EnableAlert", "Alerts"]);
}

#[test]
fn kinds_and_defaults_follow_from_the_type() {
    assert_eq!(setting("EnableSMTPAuth").kind, Kind::Bool);
    assert_eq!(setting("SMTPPassword").kind, Kind::Secret);
    assert_eq!(setting("ServerPort").kind, Kind::Integer { min: 1, max: 65_535 });
    assert!(matches!(setting("SMTPServerTimeout").kind, Kind::Duration { unit: Unit::Seconds, .. }));
    assert!(matches!(setting("SMTPServerTimeout").default, DefaultValue::Integer(10)));
    assert!(matches!(setting("ConnectionSecurity").default, DefaultValue::Text("")));
    let Kind::OneOf(choices) = setting("ConnectionSecurity").kind else { panic!("no choices") };
    let choices: Vec<_> = choices.iter().map(|choice| (choice.text, choice.label, choice.doc)).collect();
    assert_eq!(
        choices,
        [
            ("", "Not specified", "Not at all."),
            ("TLS", "TLS", "From the first byte on."),
            ("Unspoken", "Unspoken", "By its name."),
        ]
    );
}

#[test]
fn paths_follow_from_the_tree() {
    let names: Vec<String> = ServerSettings::SCHEMA
        .leaves()
        .map(|Leaf { path, .. }| format!("{path} {}", path.env_name("MM")))
        .filter(|name| name.contains("Port"))
        .collect();
    assert_eq!(
        names,
        [
            "EmailSettings.ServerPort MM_EMAILSETTINGS_SERVERPORT",
            "SecondEmailSettings.ServerPort MM_SECONDEMAILSETTINGS_SERVERPORT",
        ]
    );
}

#[test]
fn default_is_every_setting_at_its_default() {
    let ServerSettings { email, second } = ServerSettings::default();
    assert!(!email.enable_smtp_auth && email.enable_alert);
    assert!(email.smtp_password.is_empty());
    assert_eq!((email.server_port, second.server_port), (10025, 25));
    assert_eq!(email.smtp_server_timeout, Duration::from_secs(10));
    assert_eq!(email.connection_security, ConnectionSecurity::None);
}

#[test]
fn each_field_gets_its_own_value_from_the_layers() {
    let file = r#"{
        "EmailSettings": {"ConnectionSecurity": "TLS", "SMTPServerTimeout": 30, "EnableSMTPAuth": true},
        "SecondEmailSettings": {"ServerPort": 26}
    }"#;
    let environment = Environment::from_iter([
        ("MM_EMAILSETTINGS_SERVERPORT", "2525"),
        ("MM_EMAILSETTINGS_SMTPPASSWORD", "correct horse"),
        ("MM_SECONDEMAILSETTINGS_SERVERPORT", "27"),
    ]);
    let layers = Layers::new().file("config.json", file).environment(environment);
    let ServerSettings { email, second } = resolve::<ServerSettings>(layers).into_result().unwrap();
    assert_eq!(email.connection_security, ConnectionSecurity::Tls);
    assert_eq!(email.smtp_server_timeout, Duration::from_secs(30));
    assert!(email.enable_smtp_auth && email.enable_alert);
    assert_eq!((email.server_port, second.server_port), (2525, 27));
    assert_eq!(email.smtp_password.expose(), "correct horse");
}

#[test]
fn a_value_outside_range_or_list_is_refused() {
    let file = r#"{"EmailSettings": {"ConnectionSecurity": "tls?", "ServerPort": 0}}"#;
    let resolution = resolve::<ServerSettings>(Layers::new().file("config.json", file));
    let report = resolution.into_result().err().unwrap().to_string();
    assert!(report.contains("EmailSettings.ConnectionSecurity"), "{report}");
    assert!(report.contains("EmailSettings.ServerPort"), "{report}");
}
