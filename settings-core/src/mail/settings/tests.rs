#![allow(clippy::unwrap_used)]

use super::*;
use crate::reference::ServerSettings;
use crate::resolve::{Layers, resolve};

fn mail(name: &str, address: &str, answers: &str) -> EmailSettings {
    EmailSettings {
        feedback_name: name.into(),
        feedback_email: address.into(),
        reply_to_address: answers.into(),
        ..EmailSettings::default()
    }
}

/// The errors and warnings that these values of settings lead to.
fn report(values: &[(&str, &str)]) -> String {
    let layers = values.iter().fold(Layers::new(), |layers, (key, value)| {
        layers.set(format!("EmailSettings.{key}"), *value, "test")
    });
    resolve::<ServerSettings>(layers).report().to_human(false)
}

#[test]
fn the_sender_is_made_of_a_name_and_an_address() {
    let settings = mail("Chat", "chat@example.com", "");
    assert_eq!(settings.sender().unwrap().to_string(), "Chat <chat@example.com>");
    assert_eq!(settings.reply_to(), Ok(None));
    let settings = mail("", "chat@bücher.example", "help@example.com");
    assert_eq!(settings.sender().unwrap().to_string(), "chat@bücher.example");
    assert_eq!(settings.reply_to().unwrap().unwrap().to_string(), "help@example.com");
}

#[test]
fn a_missing_sender_is_told_by_its_setting() {
    let error = mail("Chat", "", "").sender().unwrap_err().to_string();
    assert!(error.starts_with("EmailSettings.FeedbackEmail is empty"), "{error}");
    let error = mail("Chat", "chat", "").sender().unwrap_err().to_string();
    assert!(error.starts_with("EmailSettings.FeedbackEmail: \"chat\" is not"), "{error}");
    let error = mail("", "a@b", "a@b>\r\nBcc: <c@d").reply_to().unwrap_err().to_string();
    assert!(error.starts_with("EmailSettings.ReplyToAddress: "), "{error}");
    let error = mail("Chat\r\nBcc: c@d", "a@b", "").sender().unwrap_err().to_string();
    assert!(error.starts_with("EmailSettings.FeedbackName: "), "{error}");
}

#[test]
fn what_would_break_a_mail_is_an_error_at_load() {
    for (key, value, expected) in [
        ("FeedbackName", "Chat\r\nBcc: evil@example.com", "FeedbackName"),
        ("FeedbackEmail", "chat@example.com>\r\nRCPT TO:<evil@example.com", "FeedbackEmail"),
        ("FeedbackEmail", "Chat <chat@example.com>", "FeedbackEmail"),
        ("ReplyToAddress", "nobody", "ReplyToAddress"),
        ("SMTPUsername", "tim\r\n", "SMTPUsername"),
        ("SMTPSourceAddress", "example.com", "SMTPSourceAddress"),
        ("EHLOName", "a b\r\nRSET", "EHLOName"),
        ("SMTPCertificateFingerprint", "12:34", "SMTPCertificateFingerprint"),
        ("SMTPMinimumTLSVersion", "1.1", "SMTPMinimumTLSVersion"),
        ("SMTPConnections", "0", "SMTPConnections"),
        ("SMTPIdleTimeout", "301", "SMTPIdleTimeout"),
        ("SMTPServer", "smtp://mail.example.com", "SMTPServer"),
        ("SMTPServer", "mail.example.com:587", "SMTPPort"),
        ("EnvelopeSender", "bounces", "EnvelopeSender"),
        ("SMTPAuthMechanism", "NTLM", "SMTPAuthMechanism"),
    ] {
        let report = report(&[(key, value)]);
        assert!(report.contains("error") && report.contains(expected), "{key}={value}: {report}");
    }
    let fine = report(&[
        ("FeedbackName", "Café \"Chat\""),
        ("FeedbackEmail", "chat@bücher.example"),
        ("ReplyToAddress", "grüße@example.com"),
        ("EHLOName", "chat.example.com"),
        ("SMTPSourceAddress", "2001:db8::7"),
        ("SMTPIdleTimeout", "0"),
        ("SMTPMinimumTLSVersion", "1.3"),
        ("SMTPServer", "[2001:db8::1]"),
        ("EnvelopeSender", "<>"),
        ("SMTPAuthMechanism", "PLAIN"),
    ]);
    assert_eq!(fine, "");
}

#[test]
fn checks_of_a_certificate_that_never_comes_are_warned_of() {
    let pin = "0".repeat(64);
    let report_of = |values: &[(&str, &str)]| report(values);
    for values in [
        &[("SMTPCAFile", "/etc/ca.pem")][..],
        &[("SMTPCertificateFingerprint", pin.as_str())],
        &[
            ("SMTPCertificateFingerprint", pin.as_str()),
            ("ConnectionSecurity", "TLS"),
            ("SkipServerCertificateVerification", "true"),
        ],
    ] {
        let report = report_of(values);
        assert!(report.contains("warning") && !report.contains("error"), "{report}");
    }
    assert_eq!(report(&[("SMTPCAFile", "/etc/ca.pem"), ("ConnectionSecurity", "STARTTLS")]), "");
}

#[test]
fn a_stored_password_goes_nowhere_else() {
    let stored = EmailSettings::default();
    let same = EmailSettings {
        feedback_email: "a@b".into(),
        smtp_server_timeout: Duration::from_secs(1),
        ..stored.clone()
    };
    assert!(same.may_use_password_of(&stored));
    for elsewhere in [
        EmailSettings { smtp_server: "other".into(), ..stored.clone() },
        EmailSettings { smtp_port: 25, ..stored.clone() },
        EmailSettings { smtp_username: "other".into(), ..stored.clone() },
        EmailSettings { connection_security: ConnectionSecurity::Tls, ..stored.clone() },
        EmailSettings { skip_server_certificate_verification: true, ..stored.clone() },
        EmailSettings { smtp_ca_file: "ca.pem".into(), ..stored.clone() },
        EmailSettings { smtp_certificate_fingerprint: "0".repeat(64), ..stored.clone() },
        EmailSettings { smtp_minimum_tls_version: TlsVersion::Tls13, ..stored.clone() },
        EmailSettings { allow_cram_md5: true, ..stored.clone() },
        EmailSettings { smtp_auth_mechanism: AuthMechanism::Login, ..stored.clone() },
        EmailSettings { smtp_oauth_token_url: "https://evil.example".into(), ..stored.clone() },
    ] {
        assert!(!elsewhere.may_use_password_of(&stored), "{elsewhere:?}");
    }
}

#[test]
fn words_of_other_programs_get_a_suggestion() {
    for (key, value, expected) in [
        ("ConnectionSecurity", "SSL", "did you mean `\"TLS\"`"),
        ("ConnectionSecurity", "SSL/TLS", "did you mean `\"TLS\"`"),
        ("ConnectionSecurity", "tls", "TLS"),
        ("ConnectionSecurity", "none", "for \"Not specified\", leave it empty"),
        ("ConnectionSecurity", "PLAIN", "for \"Not specified\", leave it empty"),
        ("SMTPServer", "localhost:587", "the port belongs in"),
    ] {
        let report = report(&[(key, value)]);
        assert!(report.contains("error") && report.contains(expected), "{key}={value}: {report}");
    }
}
