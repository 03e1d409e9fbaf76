//! The rules of the mail settings, each broken once, and the settings that break none.

use settings_core::reference::ServerSettings;
use settings_core::resolve::{Layers, Severity, resolve};

/// What is told of a section with these members.
fn told(members: &str) -> Vec<(Severity, String)> {
    let file = format!("{{\"EmailSettings\": {{{members}}}}}");
    let resolution = resolve::<ServerSettings>(Layers::new().file("config.json", file));
    let diagnostics = resolution.report().diagnostics();
    assert!(diagnostics.iter().all(|told| told.code.name() == "rule"), "{}", resolution.report());
    diagnostics.iter().map(|told| (told.severity, told.message.clone())).collect()
}

#[track_caller]
fn only(members: &str, severity: Severity, words: &str) {
    let told = told(members);
    assert_eq!(told.len(), 1, "{members}: {told:?}");
    assert_eq!(told[0].0, severity, "{members}");
    assert!(told[0].1.contains(words), "{members}: {}", told[0].1);
}

const LOGIN: &str = r#""EnableSMTPAuth": true, "SMTPUsername": "chat", "SMTPPassword": "x""#;

#[test]
fn usual_settings_break_no_rule() {
    for members in [
        "",
        LOGIN,
        r#""SMTPServer": "mail.example.com", "SMTPPort": 25"#,
        r#""SMTPPort": 465, "ConnectionSecurity": "TLS""#,
        r#""SMTPPort": 587, "ConnectionSecurity": "STARTTLS""#,
        r#""SkipServerCertificateVerification": true"#,
    ] {
        assert_eq!(told(members), [], "{members}");
    }
    assert_eq!(
        told(&format!(r#"{LOGIN}, "SMTPServer": "mail.example.com", "ConnectionSecurity": "STARTTLS""#)),
        []
    );
}

#[test]
fn logging_in_needs_a_username() {
    only(r#""EnableSMTPAuth": true"#, Severity::Warning, "the username is empty");
}

#[test]
fn a_password_in_clear_to_another_machine() {
    for server in ["mail.example.com", "10.0.0.1", "[2001:db8::1]", "localhost.example.com"] {
        only(&format!(r#"{LOGIN}, "SMTPServer": "{server}""#), Severity::Warning, "unencrypted");
    }
    for server in
        ["localhost", "LOCALHOST.", "mail.localhost", "127.1.2.3", "::1", "[::1]", "::ffff:127.0.0.1"]
    {
        assert_eq!(told(&format!(r#"{LOGIN}, "SMTPServer": "{server}""#)), [], "{server}");
    }
}

#[test]
fn credentials_without_logging_in() {
    only(r#""SMTPUsername": "chat""#, Severity::Warning, "turned off");
    only(r#""SMTPPassword": "x""#, Severity::Warning, "turned off");
}

#[test]
fn ports_that_contradict_the_encryption() {
    only(r#""SMTPPort": 465, "ConnectionSecurity": "STARTTLS""#, Severity::Warning, "port 465");
    only(r#""SMTPPort": 587, "ConnectionSecurity": "TLS""#, Severity::Warning, "port 587");
}

#[test]
fn encryption_without_a_checked_certificate() {
    for security in ["TLS", "STARTTLS"] {
        let members =
            format!(r#""SkipServerCertificateVerification": true, "ConnectionSecurity": "{security}""#);
        only(&members, Severity::Warning, "impersonate the server");
    }
}
