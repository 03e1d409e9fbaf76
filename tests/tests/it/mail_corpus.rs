//! Mails that are hard to carry, sent through four real servers and read by Python's `email`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use settings_core::mail::{
    ConnectionSecurity, EmailSettings, Mailer, MailerOptions, Message, Outcome, PoolConfig,
};
use settings_core::value::Secret;
use settings_tests::certificates::CERTIFICATES;
use settings_tests::corpus::{Mail, at_fold_boundaries, random, written};
use settings_tests::real;
use settings_tests::servers::{Arrival, Door, LOGIN, MailServer, start_all};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Headers that we write, and those that servers put on top.
const OURS: [&str; 12] = [
    "from",
    "to",
    "cc",
    "reply-to",
    "subject",
    "message-id",
    "in-reply-to",
    "references",
    "date",
    "auto-submitted",
    "mime-version",
    "content-type",
];
const THEIRS: [&str; 6] =
    ["content-transfer-encoding", "return-path", "x-original-to", "delivered-to", "received", "envelope-to"];

/// The one mail that a server has no notion of, and refuses.
const UNABLE: (&str, &str) = ("smtp-server", "quoted local parts");

fn mails() -> Vec<Mail> {
    let mut mails = written();
    mails.extend(at_fold_boundaries());
    mails.extend(random(100));
    mails
}

fn mailer(server: &dyn MailServer) -> Mailer {
    let settings = EmailSettings {
        smtp_server: "127.0.0.1".into(),
        smtp_port: server.port(Door { security: ConnectionSecurity::StartTls, login: true }),
        enable_smtp_auth: true,
        smtp_username: LOGIN.0.into(),
        smtp_password: Secret::new(LOGIN.1),
        connection_security: ConnectionSecurity::StartTls,
        smtp_server_timeout: Duration::from_secs(30),
        ..EmailSettings::default()
    };
    let options =
        MailerOptions::default().extra_ca_pem(CERTIFICATES.ca_pem.clone()).pool(PoolConfig::default());
    Mailer::new(&settings, options).expect("settings that can be obeyed")
}

struct Sent {
    mail: Mail,
    message: Message,
    outcome: Outcome,
}

async fn send_all(server: Arc<Box<dyn MailServer>>) -> Vec<Sent> {
    let mailer = mailer(server.as_ref().as_ref());
    let room = Arc::new(Semaphore::new(4));
    let mut sends = JoinSet::new();
    for mail in mails() {
        let (room, mailer) = (Arc::clone(&room), mailer.clone());
        sends.spawn(async move {
            let _seat = room.acquire().await;
            let message = mail.message();
            let outcome = mailer.send(&message).await;
            Sent { mail, message, outcome }
        });
    }
    let sent = sends.join_all().await;
    mailer.close().await;
    sent
}

#[test]
fn four_servers_carry_every_mail_whole() {
    if let Err(why) = real::output("python3", &["--version"]) {
        return real::left_out("reading mails by Python's email package", &why);
    }
    let mut missing = Vec::new();
    let servers = start_all(|name, why| missing.push(format!("{name}: {why}")));
    let servers: Vec<Arc<Box<dyn MailServer>>> = servers.into_iter().map(Arc::new).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let sent = runtime.block_on(async {
        let mut walks = JoinSet::new();
        for (at, server) in servers.iter().cloned().enumerate() {
            walks.spawn(async move { (at, send_all(server).await) });
        }
        walks.join_all().await.into_iter().collect::<BTreeMap<usize, Vec<Sent>>>()
    });
    let mut wrong = Vec::new();
    for (at, sent) in &sent {
        let server = &servers[*at];
        let accepted = sent.iter().filter(|sent| sent.outcome.is_delivered_to_all());
        let recipients: usize = accepted.map(|sent| sent.mail.recipients().len()).sum();
        let arrivals = server.wait_for_recipients(recipients);
        let mistakes = mistakes(server.name(), sent, &arrivals);
        let _ = writeln!(
            std::io::stderr(),
            "{} {}: {} mails sent, {} copies for {recipients} recipients arrived, {} mistakes",
            server.name(),
            server.version(),
            sent.len(),
            arrivals.len(),
            mistakes.len()
        );
        wrong.extend(mistakes.into_iter().map(|mistake| format!("{}: {mistake}", server.name())));
    }
    assert!(wrong.is_empty(), "{} mistakes:\n{}", wrong.len(), wrong.join("\n"));
    if !missing.is_empty() {
        real::left_out("the corpus through every real server", &missing.join("; "));
    }
}

fn mistakes(server: &str, sent: &[Sent], arrivals: &[Arrival]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut copies: BTreeMap<String, Vec<(&Arrival, Value)>> = BTreeMap::new();
    for (arrival, read) in arrivals.iter().zip(read_by_python(arrivals)) {
        let id = read["message-id"][0].as_str().unwrap_or_default().to_owned();
        copies.entry(id).or_default().push((arrival, read));
    }
    for Sent { mail, message, outcome } in sent {
        if (server, mail.name.as_str()) == UNABLE && outcome.name() == "refused" {
            continue;
        }
        if !outcome.is_delivered_to_all() {
            wrong.push(format!("{}: {outcome}", mail.name));
            continue;
        }
        let copies = copies.remove(&format!("<{}>", message.message_id().as_str())).unwrap_or_default();
        let arrived: BTreeSet<&str> =
            copies.iter().flat_map(|(arrival, _)| &arrival.recipients).map(String::as_str).collect();
        if arrived != mail.recipients().into_iter().collect() {
            wrong.push(format!("{}: arrived for {arrived:?}", mail.name));
        }
        let bytes = message.to_bytes().expect("a sound message");
        for (arrival, read) in copies {
            wrong.extend(differences(mail, read).into_iter().map(|text| format!("{}: {text}", mail.name)));
            if !ends_with(&arrival.content, &bytes) {
                wrong.push(format!("{}: other bytes than were sent", mail.name));
            }
            for (_, hidden) in &mail.bcc {
                let kept = String::from_utf8_lossy(&arrival.content);
                let leaked = !arrival.recipients.contains(hidden) && kept.contains(hidden.as_str());
                if leaked && !mail.to.iter().any(|(_, address)| address == hidden) {
                    wrong.push(format!("{}: {hidden} leaked to {:?}", mail.name, arrival.recipients));
                }
            }
        }
    }
    wrong.extend(copies.keys().map(|id| format!("nobody sent {id}")));
    wrong
}

/// Compares the expected content of a mail with what Python found.
fn differences(mail: &Mail, mut read: Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let names = read["names"].take();
    for name in names.as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !OURS.contains(&name) && !THEIRS.contains(&name) {
            wrong.push(format!("a header {name}"));
        }
    }
    for (key, expected) in mail.expected().as_object().expect("an object") {
        if key == "parts" {
            let (expected, found) =
                (expected.as_array().expect("parts"), read["parts"].as_array().expect("parts"));
            let same =
                expected.len() == found.len() && expected.iter().zip(found).all(|(a, b)| is_same(a, b));
            if !same {
                wrong.push(format!("parts: {} instead of {}", short(&json!(found)), short(&json!(expected))));
            }
        } else if read[key] != *expected {
            wrong.push(format!("{key}: {} instead of {}", short(&read[key]), short(expected)));
        }
    }
    wrong
}

/// A text without a line end may get one.
fn is_same(expected: &Value, found: &Value) -> bool {
    let mut found = found.clone();
    if let (Some(text), Some(other)) = (expected["text"].as_str(), found["text"].as_str())
        && !text.ends_with('\n')
        && let Some(other) = other.strip_suffix('\n').filter(|other| *other == text)
    {
        found["text"] = json!(other);
    }
    *expected == found
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 600 {
        text
    } else {
        format!("{}…", text.chars().take(600).collect::<String>())
    }
}

/// Returns true if a stored mail ends with these bytes, regardless of the line ends in which the server stores it.
fn ends_with(kept: &[u8], sent: &[u8]) -> bool {
    let unified = |bytes: &[u8]| bytes.iter().copied().filter(|byte| *byte != b'\r').collect::<Vec<u8>>();
    let mut sent = unified(sent);
    if !sent.ends_with(b"\n") {
        sent.push(b'\n');
    }
    unified(kept).ends_with(&sent)
}

fn read_by_python(arrivals: &[Arrival]) -> Vec<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/servers/read_mails.py");
    let mut child = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let paths: Vec<_> = arrivals.iter().map(|arrival| &arrival.path).collect();
    let mut input = child.stdin.take().expect("an input");
    input.write_all(json!(paths).to_string().as_bytes()).expect("python3 reads");
    drop(input);
    let output = child.wait_with_output().expect("python3 ends");
    assert!(output.status.success(), "python3 failed");
    let read: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(read.len(), arrivals.len());
    read
}
