//! Refusals of mail servers: their class, the retry on another connection, and the words that are shown.

use std::time::Duration;

use settings_core::mail::{
    AuthMechanism, ConnectionSecurity, EmailSettings, Mailer, MailerOptions, Message, Outcome, Step,
};
use settings_core::value::Secret;
use settings_tests::certificates::CERTIFICATES;
use settings_tests::faults::{LOGIN, Plan, Server};

fn settings(server: &Server) -> EmailSettings {
    EmailSettings {
        smtp_server: server.address().ip().to_string(),
        smtp_port: server.address().port(),
        enable_smtp_auth: true,
        smtp_username: LOGIN.0.into(),
        smtp_password: Secret::new(LOGIN.1),
        connection_security: ConnectionSecurity::StartTls,
        smtp_server_timeout: Duration::from_secs(30),
        ..EmailSettings::default()
    }
}

fn mailer(settings: &EmailSettings) -> Mailer {
    let options = MailerOptions::default().extra_ca_pem(CERTIFICATES.ca_pem.clone());
    Mailer::new(settings, options).unwrap()
}

fn message() -> Message {
    Message::new("server@example.com".parse().unwrap())
        .to("admin@example.com".parse().unwrap())
        .subject("Refusal")
        .text("One mail.\n")
}

fn count(server: &Server, verb: &str) -> usize {
    server.record().said().iter().filter(|said| said.line.starts_with(verb)).count()
}

fn step(outcome: &Outcome) -> Option<Step> {
    outcome.failure().map(|failure| failure.step)
}

#[tokio::test]
async fn the_first_digit_decides_the_class() {
    for (at, step_at) in [
        ("banner", Step::Greeting),
        ("ehlo", Step::Hello),
        ("auth", Step::Auth),
        ("mail", Step::MailFrom),
        ("rcpt", Step::RcptTo),
        ("data", Step::Data),
        ("dot", Step::Dot),
    ] {
        for (code, class) in [(471, "deferred"), (499, "deferred"), (571, "refused"), (599, "refused")] {
            let server = Server::start_plan(Plan::default().say(at, &format!("{code} 5.7.1 odd"))).await;
            let outcome = mailer(&settings(&server)).send(&message()).await;
            assert_eq!((outcome.name(), step(&outcome)), (class, Some(step_at)), "{code} at {at}: {outcome}");
        }
    }
}

#[tokio::test]
async fn a_refusal_of_a_used_connection_is_tried_on_a_new_one() {
    for plan in [
        Plan::default().second_mail("450 4.7.1 too much mail on this connection"),
        Plan::default().second_mail("550 5.7.0 session limit reached"),
        Plan::default().second_rcpt("452 4.5.3 too many messages this session"),
        Plan::default().second_rcpt("530 5.7.0 Authentication required"),
        Plan::default().second_dot("451 4.7.0 too many messages in this connection"),
        Plan::default().second_dot("554 5.7.0 session expired"),
    ] {
        let server = Server::start_plan(plan).await;
        let mailer = mailer(&settings(&server));
        for _ in 0..3 {
            let outcome = mailer.send(&message()).await;
            assert!(outcome.is_delivered_to_all(), "{outcome}");
        }
        assert_eq!((server.record().taken().len(), count(&server, "AUTH")), (3, 3));
    }
}

#[tokio::test]
async fn a_refusal_of_the_mail_is_not_tried_again() {
    let server = Server::start_plan(Plan::default().second_rcpt("550 5.1.1 no such user")).await;
    let mailer = mailer(&settings(&server));
    assert!(mailer.send(&message()).await.is_delivered_to_all());
    let outcome = mailer.send(&message()).await;
    assert_eq!((outcome.name(), count(&server, "AUTH")), ("refused", 1), "{outcome}");
}

#[tokio::test]
async fn a_late_reply_to_the_dot_is_waited_for() {
    let server = Server::start_plan(Plan::default().delay("dot", Duration::from_secs(6))).await;
    let settings = EmailSettings { smtp_server_timeout: Duration::from_secs(4), ..settings(&server) };
    let outcome = mailer(&settings).send(&message()).await;
    assert!(outcome.is_delivered_to_all(), "{outcome}");
}

#[tokio::test]
async fn scram_without_secrets_does_not_hide_plain() {
    let server = Server::start("auth-scram-refused", true).await;
    let outcome = mailer(&settings(&server)).send(&message()).await;
    assert!(outcome.is_delivered_to_all(), "{outcome}");
    assert_eq!(count(&server, "AUTH"), 2);
    // A wrong password is not tried with the next mechanism.
    let server = Server::start("auth-scram-refused", true).await;
    let wrong = EmailSettings { smtp_password: Secret::new("wrong"), ..settings(&server) };
    let outcome = mailer(&wrong).send(&message()).await;
    assert_eq!((outcome.name(), count(&server, "AUTH")), ("refused", 2), "{outcome}");
}

#[tokio::test]
async fn the_mechanism_can_be_set() {
    let server = Server::start("auth-scram-refused", true).await;
    for (mechanism, verb) in [(AuthMechanism::Plain, "AUTH PLAIN "), (AuthMechanism::Login, "AUTH LOGIN")] {
        let settings = EmailSettings { smtp_auth_mechanism: mechanism, ..settings(&server) };
        let before = count(&server, verb);
        let outcome = mailer(&settings).send(&message()).await;
        assert!(outcome.is_delivered_to_all(), "{outcome}");
        assert_eq!(count(&server, verb), before + 1);
    }
    assert_eq!(count(&server, "AUTH SCRAM"), 0);
    let missing = EmailSettings { smtp_auth_mechanism: AuthMechanism::CramMd5, ..settings(&server) };
    let outcome = mailer(&missing).send(&message()).await;
    assert_eq!(outcome.name(), "not attempted");
    assert!(outcome.to_string().contains("does not offer the mechanism in EmailSettings.SMTPAuthMechanism"));
}

#[tokio::test]
async fn a_blocked_account_gets_one_attempt() {
    let reply =
        "534-5.7.14 <https://accounts.example.com/continue> Please log in via|534 5.7.14 your web browser";
    let server = Server::start_plan(Plan::default().say("auth", reply)).await;
    let outcome = mailer(&settings(&server)).send(&message()).await;
    assert_eq!((outcome.name(), count(&server, "AUTH")), ("refused", 1), "{outcome}");
    assert!(outcome.to_string().contains("web browser and confirm"), "{outcome}");
}

#[tokio::test]
async fn auth_without_mechanisms_is_reported() {
    let server = Server::start_plan(Plan::default().auth("")).await;
    let outcome = mailer(&settings(&server)).send(&message()).await;
    assert_eq!(outcome.name(), "not attempted");
    assert!(outcome.to_string().contains("AUTH without any mechanism"), "{outcome}");
}

#[tokio::test]
async fn a_single_refusal_is_shown_once() {
    let plan = Plan::default().say("rcpt", "550 5.1.1 unique words");
    let server = Server::start_plan(plan).await;
    let text = mailer(&settings(&server)).send(&message()).await.to_string();
    assert_eq!(text.matches("unique words").count(), 1, "{text}");
}

#[tokio::test]
async fn replies_that_repeat_credentials_are_masked() {
    for offered in ["PLAIN", "LOGIN PLAIN", "XOAUTH2 PLAIN"] {
        let server = Server::start_plan(Plan::default().auth(offered).echo_auth("bad login")).await;
        let attempt = mailer(&settings(&server)).send_traced(&message()).await;
        assert_eq!(attempt.outcome.name(), "refused", "{}", attempt.outcome);
        let shown = format!("{}\n{}\n{:?}", attempt.outcome, attempt.transcript, attempt);
        for form in [LOGIN.1, "Y29ycmVjdCBob3JzZQ", "AHJpZwBjb3JyZWN0", "correct"] {
            assert!(!shown.contains(form), "{form} in {shown}");
        }
        assert!(shown.contains("bad login ***"), "{shown}");
    }
}

#[tokio::test]
async fn the_envelope_sender_can_differ() {
    let server = Server::start("ok", true).await;
    let mailer = mailer(&settings(&server));
    let bounces =
        message().envelope_sender("bounces@example.com".parse::<settings_core::mail::Address>().unwrap());
    for (message, expected) in [
        (message(), "MAIL FROM:<server@example.com>"),
        (bounces, "MAIL FROM:<bounces@example.com>"),
        (message().envelope_sender(settings_core::mail::ReversePath::Null), "MAIL FROM:<>"),
    ] {
        let outcome = mailer.send(&message).await;
        assert!(outcome.is_delivered_to_all(), "{outcome}");
        let said = server.record().said();
        let last = said.iter().rfind(|said| said.line.starts_with("MAIL")).unwrap();
        assert!(last.line.starts_with(expected), "{}", last.line);
    }
    for (setting, expected) in [("<>", "MAIL FROM:<>"), ("b@example.com", "MAIL FROM:<b@example.com>")] {
        let settings = EmailSettings {
            feedback_email: "chat@example.com".into(),
            envelope_sender: setting.into(),
            ..settings(&server)
        };
        mailer.replace(&settings).unwrap();
        let message = mailer.message().unwrap().to("admin@example.com".parse().unwrap()).text("x");
        assert!(mailer.send(&message).await.is_delivered_to_all());
        let said = server.record().said();
        let last = said.iter().rfind(|said| said.line.starts_with("MAIL")).unwrap();
        assert!(last.line.starts_with(expected), "{}", last.line);
    }
}

#[tokio::test]
async fn added_headers_arrive() {
    let server = Server::start("ok", true).await;
    let url = format!("<https://example.com/unsubscribe?{}>", "x".repeat(300));
    let message = message()
        .header("List-Unsubscribe", url.as_str())
        .and_then(|message| message.header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
        .and_then(|message| message.header("X-Auto-Response-Suppress", "All"))
        .and_then(|message| message.header("X-Team", "Grüße"))
        .unwrap();
    let outcome = mailer(&settings(&server)).send(&message).await;
    assert!(outcome.is_delivered_to_all(), "{outcome}");
    let body = String::from_utf8(server.record().taken().remove(0)).unwrap();
    let headers = body.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ").replace("\r\n\t", " ");
    for line in [
        format!("List-Unsubscribe: {url}"),
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click".into(),
        "X-Auto-Response-Suppress: All".into(),
    ] {
        assert!(headers.lines().any(|header| header == line), "{line} in {headers}");
    }
    assert!(headers.contains("X-Team: =?utf-8?"), "{headers}");
}

#[test]
fn added_headers_cannot_inject_anything() {
    for (name, value) in [
        ("Bcc", "evil@example.com"),
        ("bcc", "evil@example.com"),
        ("From", "x"),
        ("Content-Type", "text/html"),
        ("Resent-To", "evil@example.com"),
        ("DKIM-Signature", "x"),
        ("X-A\r\nBcc: evil@example.com\r\nX-B", "x"),
        ("X A", "x"),
        ("X-A:", "x"),
        ("", "x"),
        ("Größe", "x"),
        ("X-A", "x\r\nBcc: evil@example.com"),
        ("X-A", "x\nBcc: evil@example.com"),
        ("X-A", "x\rBcc: evil@example.com"),
        ("X-A", "x\0"),
        ("X-A", "x\u{2028}y"),
        ("List-Unsubscribe", "<https://example.com/ü>"),
        ("X-A", &"x".repeat(2000)),
    ] {
        assert!(message().header(name, value).is_err(), "{name:?}: {value:?}");
    }
}
