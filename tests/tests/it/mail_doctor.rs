//! Diagnoses of misconfigured servers: the step, and the setting to change.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use settings_core::mail::{Address, ConnectionSecurity, EmailSettings, MailerOptions, doctor};
use settings_core::value::Secret;
use settings_tests::certificates::CERTIFICATES;
use settings_tests::faults::{LOGIN, Server};
use tokio::task::JoinSet;

fn settings(port: u16, security: ConnectionSecurity) -> EmailSettings {
    EmailSettings {
        smtp_server: Ipv4Addr::LOCALHOST.to_string(),
        smtp_port: port,
        enable_smtp_auth: true,
        smtp_username: LOGIN.0.into(),
        smtp_password: Secret::new(LOGIN.1),
        connection_security: security,
        smtp_server_timeout: Duration::from_secs(5),
        ..EmailSettings::default()
    }
}

fn probe() -> doctor::Probe {
    doctor::Probe::default()
        .sender("server@example.com".parse::<Address>().unwrap())
        .recipient("admin@example.com".parse().unwrap())
}

async fn examine(mode: &str, security: ConnectionSecurity) -> doctor::Diagnosis {
    let server = Server::start(mode, true).await;
    let options = MailerOptions::default().extra_ca_pem(CERTIFICATES.ca_pem.clone());
    let report = doctor::examine(&settings(server.address().port(), security), options, &probe()).await;
    assert!(server.record().bodies().is_empty(), "{mode}: the doctor sent a mail");
    report
}

#[tokio::test]
async fn every_misconfiguration_has_a_hint() {
    use ConnectionSecurity::{None, StartTls, Tls};
    let mut walks = JoinSet::new();
    for (mode, security, step, hint) in [
        ("refuse", StartTls, "tcp", "EmailSettings.SMTPPort"),
        ("connect-hang", StartTls, "tcp", "firewall"),
        ("silence", StartTls, "greeting", "EmailSettings.ConnectionSecurity to \"TLS\""),
        ("ok-tls", StartTls, "greeting", "EmailSettings.ConnectionSecurity to \"TLS\""),
        ("ok-tls", None, "greeting", "EmailSettings.ConnectionSecurity to \"TLS\""),
        ("tls-silence", Tls, "tls", "EmailSettings.ConnectionSecurity to \"STARTTLS\""),
        ("ok", Tls, "tls", "EmailSettings.ConnectionSecurity to \"STARTTLS\""),
        ("banner-http", StartTls, "greeting", "web server"),
        ("hang-at-ehlo", StartTls, "ehlo", "EmailSettings.SMTPServerTimeout"),
        ("starttls-stripped", StartTls, "starttls", "removes the offer"),
        ("starttls-454", StartTls, "starttls", "cannot encrypt at present"),
        ("starttls-inject-all", StartTls, "starttls", "someone on the network path"),
        ("cert-expired", StartTls, "tls", "has to be renewed"),
        ("cert-selfsigned", StartTls, "tls", "SMTPCAFile"),
        ("cert-wronghost", StartTls, "tls", "EmailSettings.SMTPServer to a name in the certificate"),
        ("cert-wronghost-tls", Tls, "tls", "other.example"),
        ("auth-535", StartTls, "auth", "EmailSettings.SMTPPassword"),
        ("auth-534", StartTls, "auth", "app password"),
        ("auth-none", StartTls, "auth", "EmailSettings.EnableSMTPAuth to false"),
        ("auth-xoauth2-only", StartTls, "auth", "access token"),
        ("auth-cram-only", StartTls, "auth", "CRAM-MD5"),
        ("greylist", StartTls, "rcpt-to", "sent again later"),
        ("421-at-mail", StartTls, "mail-from", "busy"),
    ] {
        walks.spawn(async move {
            let report = examine(mode, security).await;
            let failed: Vec<_> =
                report.checks.iter().filter(|check| check.status == doctor::CheckStatus::Failed).collect();
            let [failed] = failed[..] else { panic!("{mode}: {} failed\n{report}", failed.len()) };
            assert_eq!(failed.step, step, "{mode}\n{report}");
            assert!(failed.hints.iter().any(|text| text.contains(hint)), "{mode}: no {hint:?} in\n{report}");
            assert!(!report.healthy);
            let after =
                report.checks.iter().skip_while(|check| check.status != doctor::CheckStatus::Failed).skip(1);
            assert!(
                after.into_iter().all(|check| check.status == doctor::CheckStatus::Skipped),
                "{mode}\n{report}"
            );
            assert!(
                !report.to_string().contains(LOGIN.1) && !report.transcript.to_string().contains("Y29ycmVjd")
            );
        });
    }
    walks.join_all().await;
}

#[tokio::test]
async fn healthy_server_has_no_findings() {
    for mode in ["ok", "auth-login-only", "ehlo-lowercase"] {
        let report = examine(mode, ConnectionSecurity::StartTls).await;
        assert!(report.healthy, "{report}");
        assert!(report.to_string().ends_with("send a test mail as well (`mail test`)\n"), "{report}");
        assert!(report.checks.iter().all(|check| check.status == doctor::CheckStatus::Ok), "{report}");
        let tls = &report.checks.iter().find(|check| check.step == "tls").unwrap().seen;
        for part in ["TLS 1.3", "certificate for localhost", "valid until", "of CN=fault server CA"] {
            assert!(tls.contains(part), "no {part} in {tls}");
        }
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["healthy"], true);
        assert_eq!(json["checks"][0]["step"], "settings");
        assert_eq!(json["checks"][0]["status"], "ok");
        assert!(json["checks"][2]["milliseconds"].is_number(), "{json}");
    }
    let clear = examine("auth-clear", ConnectionSecurity::None).await;
    assert!(clear.healthy && clear.checks[0].status == doctor::CheckStatus::Note, "{clear}");
    assert!(clear.checks[0].hints[0].contains("EmailSettings.ConnectionSecurity"), "{clear}");
}

#[tokio::test]
async fn steps_are_reported_as_they_end() {
    for (mode, security) in [("ok", ConnectionSecurity::StartTls), ("auth-535", ConnectionSecurity::StartTls)]
    {
        let server = Server::start(mode, true).await;
        let options = MailerOptions::default().extra_ca_pem(CERTIFICATES.ca_pem.clone());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let observed = Arc::clone(&seen);
        let observe = move |check: &doctor::StepCheck| observed.lock().unwrap().push(check.clone());
        let settings = settings(server.address().port(), security);
        let report = doctor::examine_observed(&settings, options, &probe(), observe).await;
        assert_eq!(*seen.lock().unwrap(), report.checks, "{mode}");
        assert_eq!(report.healthy, mode == "ok");
    }
}
