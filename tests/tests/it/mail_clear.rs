//! Passwords go in clear to this machine only.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::time::Duration;

use settings_core::mail::{ConnectionSecurity, EmailSettings, Mailer, MailerOptions, Message, Outcome, Step};
use settings_core::value::Secret;
use settings_tests::faults::{LOGIN, Server};
use settings_tests::real;

/// An address of this machine that is not loopback. Nothing is sent to find it.
fn outer_address() -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    match socket.local_addr().ok()?.ip() {
        IpAddr::V4(ip) if !ip.is_loopback() && !ip.is_unspecified() => Some(ip),
        _ => None,
    }
}

async fn send_in_clear(server: &Server, auth: bool) -> Outcome {
    let settings = EmailSettings {
        smtp_server: server.address().ip().to_string(),
        smtp_port: server.address().port(),
        enable_smtp_auth: auth,
        smtp_username: LOGIN.0.into(),
        smtp_password: Secret::new(LOGIN.1),
        connection_security: ConnectionSecurity::None,
        smtp_server_timeout: Duration::from_secs(30),
        ..EmailSettings::default()
    };
    let message = Message::new("server@example.com".parse().unwrap())
        .to("admin@example.com".parse().unwrap())
        .text("x");
    Mailer::new(&settings, MailerOptions::default()).unwrap().send(&message).await
}

#[tokio::test]
async fn to_loopback() {
    let server = Server::start("auth-clear", true).await;
    assert!(send_in_clear(&server, true).await.is_delivered_to_all());
    assert!(server.record().said().iter().any(|said| said.line.starts_with("AUTH PLAIN ")));
}

#[tokio::test]
async fn to_no_other_address() {
    let Some(address) = outer_address() else {
        return real::left_out("a password in clear to an address outside loopback", "this machine has none");
    };
    let server = Server::start_at(address, "auth-clear", true).await;
    let outcome = send_in_clear(&server, true).await;
    let Outcome::NotAttempted { failure } = &outcome else { panic!("{outcome}") };
    assert_eq!(failure.step, Step::Auth);
    assert!(outcome.to_string().contains("EmailSettings.ConnectionSecurity to \"STARTTLS\""), "{outcome}");
    let said = server.record().said();
    assert!(
        !said.iter().any(|said| said.line.starts_with("AUTH") || said.line.starts_with("MAIL")),
        "{said:?}"
    );
    // Without a login there is no secret to keep.
    assert!(send_in_clear(&server, false).await.is_delivered_to_all());
}
