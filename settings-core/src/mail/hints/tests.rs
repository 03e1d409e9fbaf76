#![allow(clippy::unwrap_used)]

use std::time::Duration;

use super::*;
use crate::Settings;
use crate::mail::certificate::{CertificateDefect, CertificateName};
use crate::mail::failure::{ProtocolFault, TlsFault};
use crate::mail::reply::Reply;
use crate::mail::settings::TlsVersion;
use crate::schema::Names;

fn all_hints(step: Step, cause: Cause, settings: &EmailSettings) -> Vec<String> {
    with_hints(Failure::new(step, cause), Context { settings, names: &SettingNames::default() }).hints
}

fn first_hint(step: Step, cause: Cause, security: ConnectionSecurity, port: u16) -> String {
    let settings =
        EmailSettings { connection_security: security, smtp_port: port, ..EmailSettings::default() };
    all_hints(step, cause, &settings).into_iter().next().unwrap_or_default()
}

fn reply(code: u16, text: &str) -> Cause {
    Cause::Reply(Reply::new(code, vec![text.into()]))
}

fn dns(name: &str) -> CertificateName {
    CertificateName::Dns(name.into())
}

fn wrong_name(presented: Vec<CertificateName>) -> Cause {
    let common_name = Some("mail.test".into());
    Cause::Tls(TlsFault::WrongName { expected: "127.0.0.1".into(), presented, common_name })
}

#[test]
fn common_mistakes_name_the_setting_to_change() {
    use ConnectionSecurity::{None, StartTls, Tls};
    let silent = Cause::TimedOut(Duration::from_secs(1));
    let alert = |name: &str| Cause::Tls(TlsFault::Alert(name.into()));
    for (step, cause, security, port, expected) in [
        (Step::Greeting, silent.clone(), StartTls, 465, "ConnectionSecurity to \"TLS\""),
        (Step::Tls, silent.clone(), Tls, 587, "ConnectionSecurity to \"STARTTLS\""),
        (Step::Tls, Cause::Tls(TlsFault::NotTls), Tls, 587, "ConnectionSecurity to \"STARTTLS\""),
        (Step::Connect, silent, None, 25, "port 25"),
        (Step::StartTls, Cause::StartTlsNotOffered, StartTls, 25, "ConnectionSecurity to \"TLS\""),
        (Step::Auth, Cause::AuthNotOffered, None, 25, "ConnectionSecurity to \"STARTTLS\""),
        (Step::Tls, Cause::Tls(TlsFault::NotYetValid(Option::None)), Tls, 465, "clock"),
        (
            Step::Tls,
            Cause::Tls(TlsFault::WrongFingerprint { presented: "00ff".into() }),
            Tls,
            465,
            "SMTPCertificateFingerprint to 00ff",
        ),
        (
            Step::Greeting,
            Cause::Protocol(ProtocolFault::NotAReply("HTTP/1.1 400 Bad Request".into())),
            None,
            80,
            "web server",
        ),
        (Step::Tls, wrong_name(vec![dns("b.example")]), Tls, 465, "for example \"b.example\""),
        (Step::Tls, wrong_name(vec![dns("*.mail.test")]), Tls, 465, "directly under \"mail.test\""),
        (Step::Tls, wrong_name(vec![dns("*.a.test"), dns("b.test")]), Tls, 465, "for example \"b.test\""),
        (Step::Tls, wrong_name(vec![]), Tls, 465, "replaced by one with the host name"),
        (
            Step::Tls,
            Cause::Tls(TlsFault::UnusableCertificate { defect: CertificateDefect::ObsoleteVersion }),
            Tls,
            465,
            "has to be replaced",
        ),
        (Step::Tls, alert("ProtocolVersion"), Tls, 465, "versions before 1.2"),
        (Step::Tls, alert("HandshakeFailure"), Tls, 465, "no cipher or key type in common"),
        (Step::Tls, alert("UnrecognisedName"), Tls, 465, "EmailSettings.SMTPServer to the name"),
        (Step::Tls, alert("InternalError"), Tls, 465, "internal problem"),
        (Step::Greeting, Cause::Tls(TlsFault::ClientCertificateRequired), Tls, 465, "client certificates"),
        (Step::Auth, Cause::AuthMechanisms(vec![]), StartTls, 587, "offer PLAIN or LOGIN"),
        (Step::Auth, Cause::AuthMechanisms(vec!["NTLM".into()]), None, 25, "only after encryption"),
    ] {
        let hint = first_hint(step, cause.clone(), security, port);
        assert!(hint.contains(expected), "{step} {cause}: {hint:?} lacks {expected:?}");
    }
}

#[test]
fn hints_do_not_advise_what_is_already_set() {
    let on = EmailSettings {
        connection_security: ConnectionSecurity::Tls,
        smtp_port: 465,
        enable_smtp_auth: true,
        smtp_username: "tim@example.com".into(),
        smtp_connections: 1,
        skip_server_certificate_verification: true,
        smtp_minimum_tls_version: TlsVersion::Tls12,
        ehlo_name: "chat".into(),
        allow_cram_md5: true,
        ..EmailSettings::default()
    };
    for (step, cause, advised) in [
        (Step::MailFrom, reply(530, "5.7.0 Must issue a STARTTLS command first"), "ConnectionSecurity to"),
        (Step::MailFrom, reply(530, "5.7.0 authentication required"), "EnableSMTPAuth to true"),
        (Step::RcptTo, reply(554, "5.7.1 relay access denied"), "EnableSMTPAuth to true"),
        (Step::Greeting, reply(421, "4.7.0 too many connections"), "SMTPConnections"),
        (Step::Auth, reply(535, "5.7.8 no"), "full email address"),
        (Step::Auth, Cause::AuthNotOffered, "port 587"),
        (Step::Auth, Cause::AuthMechanisms(vec!["CRAM-MD5".into()]), "AllowCRAMMD5"),
        (Step::Tls, Cause::Tls(TlsFault::SelfSigned(None)), "SkipServerCertificateVerification"),
        (Step::Tls, wrong_name(vec![]), "SkipServerCertificateVerification"),
        (Step::Hello, reply(550, "Invalid HELO name"), "such as"),
    ] {
        let hints = all_hints(step, cause.clone(), &on);
        assert!(!hints.iter().any(|hint| hint.contains(advised)), "{cause}: {hints:?}");
    }
    let strict = EmailSettings { smtp_minimum_tls_version: TlsVersion::Tls13, ..on };
    let hints = all_hints(Step::Tls, Cause::Tls(TlsFault::Alert("ProtocolVersion".into())), &strict);
    assert!(hints.iter().any(|hint| hint.contains("SMTPMinimumTLSVersion to \"1.2\"")), "{hints:?}");
}

#[test]
fn names_in_certificates_show_their_kind_if_needed() {
    let text = wrong_name(vec![dns("127.0.0.1")]).to_string();
    assert!(text.ends_with("is not for the IP address 127.0.0.1 but for the DNS name 127.0.0.1"), "{text}");
    let text = wrong_name(vec![]).to_string();
    assert!(
        text.contains("no subject alternative name, and its common name \"mail.test\" does not count"),
        "{text}"
    );
}

/// Other places for the mail settings.
#[derive(Settings)]
#[settings(section = "Notifications")]
struct Notifications {
    #[settings(section = "Mail")]
    mail: EmailSettings,
}

/// A program that nests the mail settings.
#[derive(Settings)]
#[settings(env_prefix = "CHAT")]
struct Nesting {
    notifications: Notifications,
}

/// A program with another key for the mail settings.
#[derive(Settings)]
#[settings(env_prefix = "CHAT")]
struct Renaming {
    #[settings(section = "Outgoing")]
    mail: EmailSettings,
}

#[test]
fn hints_and_errors_have_the_names_of_the_program() {
    use crate::mail::{Mailer, MailerOptions};

    let nested = Nesting { notifications: Notifications { mail: EmailSettings::default() } };
    let renamed = Renaming { mail: EmailSettings::default() };
    for (schema, settings, section) in [
        (Nesting::SCHEMA, &nested.notifications.mail, "Notifications.Mail"),
        (Renaming::SCHEMA, &renamed.mail, "Outgoing"),
    ] {
        let names = Names::of(schema);
        for (step, cause) in [
            (Step::Auth, reply(535, "5.7.8 no")),
            (Step::MailFrom, reply(530, "5.7.0 authentication required")),
            (Step::Hello, reply(550, "Invalid HELO name")),
            (Step::Tls, Cause::Tls(TlsFault::SelfSigned(None))),
            (Step::Connect, Cause::TimedOut(Duration::from_secs(1))),
        ] {
            let failure = with_hints(
                Failure::new(step, cause),
                Context { settings, names: &SettingNames::new(names, None) },
            );
            let text = failure.hints.join("\n");
            assert!(text.contains(&format!("{section}.")) && !text.contains("EmailSettings"), "{text}");
        }
        let blank = EmailSettings { smtp_server: String::new(), ..settings.clone() };
        let options = MailerOptions::default().names(names);
        let error = Mailer::new(&blank, options.clone()).unwrap_err().to_string();
        assert!(error.contains(&format!("{section}.SMTPServer is empty")), "{error}");
        let mailer = Mailer::new(settings, options).unwrap();
        let error = mailer.message().unwrap_err().to_string();
        assert!(error.contains(&format!("{section}.FeedbackEmail is empty")), "{error}");
    }
}

/// A program with three settings of its own.
#[derive(Settings)]
#[settings(env_prefix = "CHAT")]
struct Small {
    /// The mail server.
    #[setting(key = "MailURL", default = "smtps://chat@mail.example.com")]
    mail_url: String,
    /// The password.
    #[setting(key = "MailPassword")]
    mail_password: crate::value::Secret,
    /// The sender.
    #[setting(key = "MailSender", default = "Chat <chat@example.com>")]
    mail_sender: String,
}

#[test]
fn a_configuration_from_other_settings_has_their_names() {
    use crate::mail::{MailConfig, Mailer, MailerOptions};
    use crate::value::Secret;

    let small = Small { mail_password: Secret::new("x"), ..Small::default() };
    let config = MailConfig::from_url(&small.mail_url, small.mail_password.clone())
        .unwrap()
        .sender(small.mail_sender.parse().unwrap())
        .called("MailURL", "MailPassword", "MailSender");
    let mailer = Mailer::new(&config, MailerOptions::default()).unwrap();
    assert_eq!(mailer.message().unwrap().from().to_string(), "Chat <chat@example.com>");
    let names = SettingNames::new(Names::default(), config.called.clone());
    let context = Context { settings: &config.settings, names: &names };
    for (step, cause, expected) in [
        (Step::Auth, reply(535, "5.7.8 no"), "check MailURL (username) and MailPassword"),
        (Step::MailFrom, reply(553, "5.7.1 Sender address rejected: not owned"), "set MailSender"),
        (Step::Tls, Cause::Tls(TlsFault::NotTls), "set MailURL (encryption) to \"STARTTLS\""),
    ] {
        let hints = with_hints(Failure::new(step, cause), context).hints.join("\n");
        assert!(hints.contains(expected) && !hints.contains("EmailSettings"), "{hints}");
    }
    let empty = MailConfig::new("").called("MailURL", "MailPassword", "MailSender");
    let error = Mailer::new(empty, MailerOptions::default()).unwrap_err().to_string();
    assert!(error.contains("MailURL (host) is empty"), "{error}");
    assert!(Small::SCHEMA.members.iter().all(|member| !member.key().contains("SMTP")));
}
