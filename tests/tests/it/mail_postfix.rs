//! Mail to a real server, and what can go wrong on the way to it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use settings_core::mail::{
    Address, Attachment, ConnectionSecurity, EmailSettings, Mailer, MailerOptions, Message, Outcome,
    RecipientState, Step, doctor,
};
use settings_core::value::Secret;
use settings_tests::certificates::CERTIFICATES;
use settings_tests::lag::Lag;
use settings_tests::postfix::{LOGIN, Postfix, SIZE_LIMIT};
use settings_tests::proxy::{Mischief, Proxy};
use settings_tests::real;
use tokio::task::JoinSet;

const TIMEOUT: Duration = Duration::from_secs(20);

#[test]
fn postfix_outcomes_are_reported_correctly() {
    let postfix = match Postfix::start() {
        Ok(postfix) => Arc::new(postfix),
        Err(why) => return real::left_out("mail to a real Postfix", &why),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        arrives(&postfix).await;
        arrives_whole(&postfix).await;
        smuggles_nothing(&postfix).await;
        logins(&postfix).await;
        mechanisms(&postfix).await;
        certificates(&postfix).await;
        stripped(&postfix).await;
        recipients(&postfix).await;
        too_large(&postfix).await;
        silent(&postfix).await;
        doctor_walks(&postfix).await;
    });
}

fn settings(port: u16, security: ConnectionSecurity) -> EmailSettings {
    EmailSettings {
        smtp_server: "127.0.0.1".into(),
        smtp_port: port,
        enable_smtp_auth: true,
        smtp_username: LOGIN.0.into(),
        smtp_password: Secret::new(LOGIN.1),
        connection_security: security,
        smtp_server_timeout: TIMEOUT,
        ..EmailSettings::default()
    }
}

fn trusting() -> MailerOptions {
    MailerOptions::default()
        .extra_ca_pem(CERTIFICATES.ca_pem.clone())
        .final_reply_timeout(Duration::from_secs(2))
}

fn message() -> Message {
    Message::new("Server <server@example.test>".parse().unwrap())
        .to("admin@example.test".parse().unwrap())
        .subject("Test")
        .text("One mail.\n")
}

async fn send(settings: &EmailSettings, message: &Message) -> Outcome {
    Mailer::new(settings, trusting()).expect("settings that can be obeyed").send(message).await
}

#[track_caller]
fn expect(outcome: &Outcome, name: &str, step: Option<Step>, words: &str, postfix: &Postfix) {
    let right = outcome.name() == name && outcome.failure().map(|failure| failure.step) == step;
    assert!(
        right && outcome.to_string().contains(words),
        "{name} at {step:?} ({words:?}), got {outcome}\n{}",
        postfix.logs()
    );
}

/// Every kind of encryption, with a login.
async fn arrives(postfix: &Postfix) {
    let ports = postfix.ports();
    for (port, security) in [
        (ports.submission, ConnectionSecurity::StartTls),
        (ports.tls, ConnectionSecurity::Tls),
        (ports.clear, ConnectionSecurity::None),
    ] {
        let message = message();
        let outcome = send(&settings(port, security), &message).await;
        expect(&outcome, "delivered", None, "", postfix);
        let Outcome::Delivered { queue_id, .. } = &outcome else { unreachable!() };
        let (_, bytes) = postfix.wait_for(message.message_id().as_str()).expect("the mail");
        assert!(postfix.logs().contains("sasl_method=SCRAM-SHA-256"), "{}", postfix.logs());
        let text = String::from_utf8_lossy(&bytes);
        assert!(queue_id.as_ref().is_some_and(|id| text.contains(id.as_str())), "{queue_id:?} in {text}");
    }
}

/// The mail arrives byte for byte as sent, and another reader understands it in the same way.
async fn arrives_whole(postfix: &Postfix) {
    let python = real::output("python3", &["--version"]).is_ok();
    if !python {
        real::left_out("comparing what arrived by Python's email package", "python3 is not installed");
    }
    let settings = settings(postfix.ports().submission, ConnectionSecurity::StartTls);
    let file = Attachment::file("Größe, \"neu\".csv", "text/csv", "a\rb\n\0ü").unwrap();
    let long = "word ".repeat(500);
    for (subject, name, text, html) in [
        ("Plain", "Server", "One line.\n", None),
        ("Dots", "Server", ".\n..\n.a\n\n.\nend\n.\n", None),
        (
            "Grüße aus Köln 🎉 ünd noch viel mehr Wörter, die nicht in eine Zeile passen",
            "Jürgen Größe",
            "Grüße\n",
            None,
        ),
        ("Both", "O'Hara, \"Tim\" <x>", "plain\n", Some("<p>Größer</p>\n.\n")),
        ("Long lines", "Server", long.as_str(), Some(long.as_str())),
        ("Blanks", "Server", "trailing \t \n  leading\n\n\n", None),
        ("=?utf-8?q?not_encoded?=", "=?utf-8?q?x?=", "=41 is no A\n", None),
        ("", "", "", None),
        ("From at the start", "Server", "From here\n>From there\n", None),
    ] {
        let from = settings_core::mail::Mailbox::new(name, "server@example.test".parse().unwrap()).unwrap();
        let mut message = Message::new(from)
            .to("admin@example.test".parse().unwrap())
            .subject(subject)
            .text(text)
            .attach(file.clone());
        if let Some(html) = html {
            message = message.html(html);
        }
        expect(&send(&settings, &message).await, "delivered", None, "", postfix);
        let (path, bytes) = postfix.wait_for(message.message_id().as_str()).expect("the mail");
        let mut sent = String::from_utf8(message.to_bytes().unwrap()).unwrap().replace("\r\n", "\n");
        if !sent.ends_with('\n') {
            sent.push('\n');
        }
        assert!(bytes.ends_with(sent.as_bytes()), "{sent}\n---\n{}", String::from_utf8_lossy(&bytes));
        if python {
            let read = read_by_python(&path);
            assert_eq!(read.files, [("Größe, \"neu\".csv".to_owned(), "a\rb\n\0ü".to_owned())]);
            assert_eq!(read.subject, subject);
            assert_eq!(read.from, (name.to_owned(), "server@example.test".to_owned()));
            assert_eq!(read.text.trim_end_matches('\n'), text.trim_end_matches('\n'), "{subject}");
            assert_eq!(
                read.html.trim_end_matches('\n'),
                html.unwrap_or_default().trim_end_matches('\n'),
                "{subject}"
            );
        }
    }
}

struct Read {
    subject: String,
    from: (String, String),
    text: String,
    html: String,
    files: Vec<(String, String)>,
}

fn read_by_python(path: &Path) -> Read {
    const PROGRAM: &str = "
import email, email.policy, sys
message = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
sender = message['From'].addresses[0]
parts = [message.get_body([kind]) for kind in ('plain', 'html')]
# Text in Base64 keeps the line ends of mail; Python translates them only elsewhere.
texts = [part.get_content().replace('\\r\\n', '\\n') if part else '' for part in parts]
fields = [message['Subject'] or '', sender.display_name, sender.addr_spec] + texts
for part in message.iter_attachments():
    fields += [part.get_filename(), part.get_payload(decode=True).decode()]
sys.stdout.buffer.write('\\x1f'.join(fields).encode())
";
    let output = Command::new("python3").args(["-c", PROGRAM]).arg(path).output().expect("python3");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let fields: Vec<&str> = text.split('\x1f').collect();
    let [subject, name, address, text, html, files @ ..] = &fields[..] else { panic!("{text:?}") };
    let owned = |text: &str| text.to_owned();
    Read {
        subject: owned(subject),
        from: (owned(name), owned(address)),
        text: owned(text),
        html: owned(html),
        files: files.chunks(2).map(|pair| (owned(pair[0]), owned(pair[1]))).collect(),
    }
}

/// No text can end its message and begin another.
async fn smuggles_nothing(postfix: &Postfix) {
    let settings = settings(postfix.ports().clear, ConnectionSecurity::None);
    let second = "MAIL FROM:<evil@example.test>\r\nRCPT TO:<victim@example.test>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n";
    for end in [
        "\n.\n",
        "\n.\r\n",
        "\r\n.\n",
        "\r.\r",
        "\r\n.\r\n",
        "\r.\r\n",
        "\n.\r",
        "\r\n\0.\r\n",
        "\r\n.\r",
        "\n\n.\n\n",
    ] {
        for message in [message().text(format!("a{end}{second}")), message().html(format!("a{end}{second}"))]
        {
            expect(&send(&settings, &message).await, "delivered", None, "", postfix);
            postfix.wait_for(message.message_id().as_str()).expect("the mail");
        }
    }
    let smuggled = postfix.arrived().into_iter().find(|(_, bytes)| {
        let text = String::from_utf8_lossy(bytes);
        text.lines()
            .take_while(|line| !line.is_empty())
            .any(|line| line.contains("victim@") || line.contains("smuggled"))
    });
    assert!(smuggled.is_none(), "{smuggled:?}");
}

async fn logins(postfix: &Postfix) {
    let ports = postfix.ports();
    let right = settings(ports.submission, ConnectionSecurity::StartTls);
    let wrong = EmailSettings { smtp_password: Secret::new("wrong"), ..right.clone() };
    let outcome = send(&wrong, &message()).await;
    expect(&outcome, "refused", Some(Step::Auth), "535", postfix);
    expect(&outcome, "refused", Some(Step::Auth), "EmailSettings.SMTPPassword", postfix);
    let none = EmailSettings { enable_smtp_auth: false, ..right.clone() };
    expect(&send(&none, &message()).await, "refused", Some(Step::RcptTo), "554", postfix);
    let late = EmailSettings { connection_security: ConnectionSecurity::None, ..right };
    expect(
        &send(&late, &message()).await,
        "not attempted",
        Some(Step::Auth),
        "ConnectionSecurity to \"STARTTLS\"",
        postfix,
    );
}

/// Each mechanism that the server knows, by itself.
async fn mechanisms(postfix: &Postfix) {
    let ports = postfix.ports();
    for (port, mechanism) in [(ports.plain, "PLAIN"), (ports.login, "LOGIN")] {
        let settings = settings(port, ConnectionSecurity::Tls);
        expect(&send(&settings, &message()).await, "delivered", None, "", postfix);
        assert!(postfix.logs().contains(&format!("sasl_method={mechanism}")), "{}", postfix.logs());
        let wrong = EmailSettings { smtp_password: Secret::new("wrong"), ..settings };
        expect(&send(&wrong, &message()).await, "refused", Some(Step::Auth), "535", postfix);
    }
    let settings = settings(ports.cram, ConnectionSecurity::Tls);
    expect(&send(&settings, &message()).await, "not attempted", Some(Step::Auth), "CRAM-MD5", postfix);
    let outcome = Mailer::new(&settings, trusting().allow_cram_md5()).unwrap().send(&message()).await;
    expect(&outcome, "delivered", None, "", postfix);
    assert!(postfix.logs().contains("sasl_method=CRAM-MD5"), "{}", postfix.logs());
}

async fn certificates(postfix: &Postfix) {
    let ports = postfix.ports();
    for (port, words) in [
        (ports.self_signed, "self-signed"),
        (ports.expired, "has expired (valid until 2021-01-01"),
        (ports.wrong_host, "not for 127.0.0.1 but for other.example"),
    ] {
        let settings = settings(port, ConnectionSecurity::StartTls);
        expect(&send(&settings, &message()).await, "not attempted", Some(Step::Tls), words, postfix);
        let skipping = EmailSettings { skip_server_certificate_verification: true, ..settings };
        expect(&send(&skipping, &message()).await, "delivered", None, "", postfix);
    }
    for (port, security) in
        [(ports.submission, ConnectionSecurity::StartTls), (ports.tls, ConnectionSecurity::Tls)]
    {
        let other = CERTIFICATES.self_signed.chain_pem.clone();
        let mailer =
            Mailer::new(settings(port, security), MailerOptions::default().extra_ca_pem(other)).unwrap();
        let outcome = mailer.send(&message()).await;
        expect(
            &outcome,
            "not attempted",
            Some(Step::Tls),
            "unknown issuer (issuer CN=fault server CA",
            postfix,
        );
    }
    let pinned = MailerOptions::default().extra_ca_pem(CERTIFICATES.self_signed.chain_pem.clone());
    let settings = settings(ports.self_signed, ConnectionSecurity::StartTls);
    let outcome = Mailer::new(&settings, pinned).unwrap().send(&message()).await;
    expect(&outcome, "delivered", None, "", postfix);
}

async fn stripped(postfix: &Postfix) {
    let ports = postfix.ports();
    let submission = SocketAddr::from((Ipv4Addr::LOCALHOST, ports.submission));
    let proxy = Proxy::start(submission, Mischief::StripStartTls).await;
    for port in [proxy.address().port(), ports.clear] {
        let outcome = send(&settings(port, ConnectionSecurity::StartTls), &message()).await;
        expect(&outcome, "not attempted", Some(Step::StartTls), "does not offer STARTTLS", postfix);
    }
    let outcome = send(&settings(ports.submission, ConnectionSecurity::Tls), &message()).await;
    expect(&outcome, "not attempted", Some(Step::Tls), "ConnectionSecurity to \"STARTTLS\"", postfix);
}

async fn recipients(postfix: &Postfix) {
    let ports = postfix.ports();
    for (port, security) in [(ports.clear, ConnectionSecurity::None), (ports.tls, ConnectionSecurity::Tls)] {
        let settings = settings(port, security);
        let bad = |message: Message| {
            message.cc("reject@example.test".parse().unwrap()).bcc("defer@example.test".parse().unwrap())
        };
        let outcome = send(&settings, &bad(message())).await;
        expect(&outcome, "delivered", None, "reject@example.test refused: 550 5.1.1", postfix);
        assert!(!outcome.is_delivered_to_all());
        let states: Vec<&RecipientState> = outcome.recipients().iter().map(|one| &one.state).collect();
        assert!(
            matches!(
                states[..],
                [RecipientState::Accepted(_), RecipientState::Refused(_), RecipientState::Deferred(_)]
            ),
            "{states:?}"
        );
        let nobody = Message::new("server@example.test".parse().unwrap());
        expect(&send(&settings, &bad(nobody.clone())).await, "deferred", Some(Step::RcptTo), "451", postfix);
        let refused = nobody.to("reject@example.test".parse().unwrap());
        expect(&send(&settings, &refused).await, "refused", Some(Step::RcptTo), "550", postfix);
    }
}

async fn too_large(postfix: &Postfix) {
    let settings = settings(postfix.ports().clear, ConnectionSecurity::None);
    let message = message().text("A line.\n".repeat(SIZE_LIMIT / 8));
    expect(
        &send(&settings, &message).await,
        "not attempted",
        Some(Step::MailFrom),
        "at most 1000000",
        postfix,
    );
}

/// A server that becomes silent at any step does not block the mailer.
async fn silent(postfix: &Arc<Postfix>) {
    let ports = postfix.ports();
    let clear = (ports.clear, ConnectionSecurity::None);
    let submission = (ports.submission, ConnectionSecurity::StartTls);
    let mut walks = JoinSet::new();
    for ((port, security), mischief, step) in [
        (clear, Mischief::Silence, Step::Greeting),
        (clear, Mischief::SilenceAfter(b"EHLO"), Step::Hello),
        (submission, Mischief::SilenceAfter(b"STARTTLS"), Step::StartTls),
        (submission, Mischief::SilenceAfter(b"\x16\x03"), Step::Tls),
        (clear, Mischief::SilenceAfter(b"AUTH"), Step::Auth),
        (clear, Mischief::SilenceAfter(b"MAIL FROM"), Step::MailFrom),
        (clear, Mischief::SilenceAfter(b"RCPT TO"), Step::RcptTo),
        (clear, Mischief::SilenceAfter(b"DATA"), Step::Data),
        (clear, Mischief::SilenceAfter(b"\r\n.\r\n"), Step::Dot),
    ] {
        walks.spawn(falls_silent(Arc::clone(postfix), port, security, mischief, step));
    }
    walks.join_all().await;
}

async fn falls_silent(
    postfix: Arc<Postfix>,
    port: u16,
    security: ConnectionSecurity,
    mischief: Mischief,
    step: Step,
) {
    let proxy = Proxy::start(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), mischief).await;
    let timeout = Duration::from_secs(2);
    let settings =
        EmailSettings { smtp_server_timeout: timeout, ..settings(proxy.address().port(), security) };
    let message = message();
    let lag = Lag::watch();
    let started = Instant::now();
    let attempt = Mailer::new(&settings, trusting()).unwrap().send_traced(&message).await;
    let took = started.elapsed();
    let name = if step == Step::Dot { "unknown" } else { "deferred" };
    expect(&attempt.outcome, name, Some(step), "no reply within 2 s", &postfix);
    let last = attempt.transcript.steps.last().map(|record| record.at).unwrap_or_default();
    assert!(
        took <= last + timeout + Duration::from_millis(300) + lag.so_far(),
        "{step} took {took:?}\n{}",
        attempt.transcript
    );
    if step == Step::Dot {
        // The server had it all along: that is why the outcome is not a failure.
        postfix.wait_for(message.message_id().as_str()).expect("the mail");
    }
}

async fn doctor_walks(postfix: &Postfix) {
    let probe = doctor::Probe::default()
        .sender("server@example.test".parse::<Address>().unwrap())
        .recipient("admin@example.test".parse().unwrap())
        .recipient("reject@example.test".parse().unwrap());
    let settings = settings(postfix.ports().submission, ConnectionSecurity::StartTls);
    let report = doctor::examine(&settings, trusting(), &probe).await;
    assert!(!report.healthy);
    let text = report.to_string();
    for words in ["TLS 1.3, certificate for localhost", "AUTH PLAIN LOGIN", "235 2.7.0", "550 5.1.1"] {
        assert!(text.contains(words), "{words:?} in\n{text}");
    }
    let arrived = postfix.arrived().len();
    assert_eq!(postfix.arrived().len(), arrived);
}
