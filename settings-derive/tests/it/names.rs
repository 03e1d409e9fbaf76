//! The constants that name settings.

#![deny(missing_docs, dead_code)]
#![allow(clippy::unwrap_used)]

use settings_core::Settings;
use settings_core::schema::Names;

mod outer {
    use settings_core::Settings;

    pub(crate) mod inner {
        use settings_core::Settings;

        /// Outgoing mail.
        #[derive(Settings, PartialEq)]
        #[settings(section = "EmailSettings")]
        pub(crate) struct EmailSettings {
            /// The port of the SMTP server.
            #[setting(key = "SMTPPort", default = 25)]
            pub(crate) smtp_port: u16,
            /// The way in which mail is sent.
            #[setting]
            pub(in crate::names::outer) r#type: String,
            /// The greeting.
            #[setting(key = "Greeting")]
            pub(super) größe: String,
            /// A private setting.
            #[setting]
            name: String,
        }

        #[test]
        fn a_private_constant_is_visible_in_its_module() {
            assert_eq!(EmailSettings::NAME.key(), "Name");
            assert_eq!(EmailSettings::default().name, "");
        }
    }

    /// Other servers.
    #[derive(Settings, PartialEq)]
    pub(crate) struct Relay {
        /// The name.
        #[setting]
        pub(crate) host: String,
    }

    #[test]
    fn a_restricted_constant_is_as_visible_as_its_field() {
        assert_eq!(inner::EmailSettings::TYPE.to_string(), "EmailSettings.Type");
        assert_eq!(inner::EmailSettings::GRÖSSE.setting().field, "größe");
    }
}

use outer::Relay;
use outer::inner::EmailSettings;

/// A section whose constants no code uses, in a program that denies dead code.
#[derive(Settings)]
#[allow(non_snake_case)]
struct Unused {
    /// On or off.
    ///
    /// - `true`: on.
    /// - `false`: off.
    #[setting(default = false)]
    on: bool,
    /// A field named as the first one but for the letter case.
    #[setting(key = "Other")]
    ON: String,
}

/// All settings of a server.
#[derive(Settings)]
#[settings(env_prefix = "CHAT")]
struct ServerSettings {
    /// The server's name.
    #[setting]
    name: String,
    unused: Unused,
    backup: Backup,
    #[settings(section = "Outgoing")]
    email: EmailSettings,
    relays: Vec<Relay>,
}

/// A section that nests another one.
#[derive(Settings)]
struct Backup {
    #[settings(section = "Report")]
    email: EmailSettings,
}

#[test]
fn a_key_knows_its_setting() {
    let port = EmailSettings::SMTP_PORT;
    assert_eq!(port.key(), "SMTPPort");
    assert_eq!(port.setting().title, "SMTP port");
    assert_eq!(port.section().key, "EmailSettings");
    assert_eq!(port.path().to_string(), "EmailSettings.SMTPPort");
    assert_eq!(port.to_string(), "EmailSettings.SMTPPort");
    assert_eq!(port.variable("MM"), "MM_EMAILSETTINGS_SMTPPORT");
    assert_eq!(port, EmailSettings::SMTP_PORT);
    assert_ne!(port, Relay::HOST);
    assert_eq!(Unused::ON.setting().field, "on");
}

#[test]
fn a_program_may_nest_a_section_under_another_key() {
    let names = Names::of(ServerSettings::SCHEMA);
    let path = |key| names.path(key).to_string();
    assert_eq!(path(ServerSettings::NAME), "Name");
    assert_eq!(path(ServerSettings::RELAYS), "Relays");
    assert_eq!(path(EmailSettings::SMTP_PORT), "Backup.Report.SMTPPort");
    assert_eq!(names.variable(EmailSettings::SMTP_PORT).unwrap(), "CHAT_BACKUP_REPORT_SMTPPORT");
    // a section that is an element of a list has no path of its own
    assert_eq!(path(Relay::HOST), "Host");
    assert_eq!(names.variable(Relay::HOST), None);
    assert_eq!(Names::default().path(EmailSettings::SMTP_PORT).to_string(), "EmailSettings.SMTPPort");
    assert_eq!(Names::default().variable(EmailSettings::SMTP_PORT), None);
}

#[test]
fn values_are_still_built() {
    let server = ServerSettings::default();
    assert_eq!((server.email.smtp_port, server.unused.on, server.unused.ON.as_str()), (25, false, ""));
    assert!(server.name.is_empty() && server.backup.email.smtp_port == 25 && server.relays.is_empty());
}
