//! Four real mail servers, every kind of encryption, login and verification: what becomes of a mail.
//!
//! The table is printed and is part of `docs/guides/mail-servers.rst`; `SETTINGS_WRITE=1` writes it there.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use settings_core::mail::ConnectionSecurity::{self, StartTls, Tls};
use settings_core::mail::{EmailSettings, Mailer, MailerOptions, Message, Outcome, Step};
use settings_core::value::Secret;
use settings_tests::certificates::CERTIFICATES;
use settings_tests::real;
use settings_tests::servers::{Arrival, Door, LOGIN, MailServer, processes_in, start_all};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/guides/mail-servers.rst");
const BEGIN: &str = ".. The table is written by the test mail_matrix.\n";
const END: &str = "\n.. The table ends here.\n";

/// Long enough for a busy machine.
const TIMEOUT: Duration = Duration::from_secs(10);
/// For what is waited for in vain.
const SHORT_TIMEOUT: Duration = Duration::from_secs(2);
const AT_A_TIME: usize = 6;

/// The settings of the sender, and the port it connects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Case {
    security: ConnectionSecurity,
    verification: Verification,
    login: Login,
    door: Door,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verification {
    System,
    ExtraCa,
    Skipped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Login {
    None,
    Right,
    Wrong,
    Missing,
    NotOffered,
}

const VERIFICATIONS: [Verification; 3] = [Verification::System, Verification::ExtraCa, Verification::Skipped];

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for security in [ConnectionSecurity::None, StartTls, Tls] {
        for login in [Login::None, Login::Right, Login::Wrong, Login::Missing, Login::NotOffered] {
            let wanted = matches!(login, Login::Right | Login::Wrong | Login::Missing);
            let door = Door { security, login: wanted };
            cases.extend(VERIFICATIONS.map(|verification| Case { security, verification, login, door }));
        }
    }
    // Doors of another kind than the settings say.
    for (security, login, door) in [
        (ConnectionSecurity::None, Login::None, Door { security: StartTls, login: false }),
        (ConnectionSecurity::None, Login::Right, Door { security: StartTls, login: true }),
        (StartTls, Login::None, Door { security: ConnectionSecurity::None, login: false }),
        (StartTls, Login::None, Door { security: Tls, login: false }),
        (Tls, Login::None, Door { security: StartTls, login: false }),
    ] {
        cases.push(Case { security, verification: Verification::ExtraCa, login, door });
    }
    cases
}

/// Returns the expected outcome, the step that fails, and words of the outcome.
fn expected(server: &str, case: &Case) -> (&'static str, Option<Step>, &'static str) {
    let checked = case.security != ConnectionSecurity::None && case.verification == Verification::System;
    match (case.security, case.door.security) {
        (ConnectionSecurity::None, StartTls) if case.login == Login::Right && server == "smtp-server" => {
            ("refused", Some(Step::Auth), "538")
        }
        (ConnectionSecurity::None, StartTls) if case.login == Login::Right => {
            ("not attempted", Some(Step::Auth), "EmailSettings.ConnectionSecurity to \"STARTTLS\"")
        }
        (ConnectionSecurity::None, StartTls) => match server {
            "Exim" => ("refused", Some(Step::MailFrom), "550 5.7.0 encryption first"),
            "Postfix" => ("refused", Some(Step::MailFrom), "530 5.7.0 Must issue a STARTTLS command first"),
            "aiosmtpd" => ("refused", Some(Step::MailFrom), "530 Must issue a STARTTLS command first"),
            _ => ("delivered", None, ""),
        },
        (StartTls, ConnectionSecurity::None) => {
            ("not attempted", Some(Step::StartTls), "does not offer STARTTLS")
        }
        (StartTls, Tls) => ("deferred", Some(Step::Greeting), "EmailSettings.ConnectionSecurity to \"TLS\""),
        (Tls, StartTls) => {
            ("not attempted", Some(Step::Tls), "EmailSettings.ConnectionSecurity to \"STARTTLS\"")
        }
        _ if checked => ("not attempted", Some(Step::Tls), "unknown issuer (issuer CN=fault server CA"),
        _ => match (case.login, server) {
            (Login::None | Login::Right, _) => ("delivered", None, ""),
            (Login::Wrong, _) => ("refused", Some(Step::Auth), "EmailSettings.SMTPPassword"),
            (Login::NotOffered, _) => ("not attempted", Some(Step::Auth), "does not offer AUTH"),
            (Login::Missing, "Postfix") => ("refused", Some(Step::RcptTo), "554 5.7.1"),
            (Login::Missing, "Exim") => ("refused", Some(Step::MailFrom), "550 5.7.0 a login first"),
            (Login::Missing, _) => ("refused", Some(Step::MailFrom), "530"),
        },
    }
}

fn mailer(server: &dyn MailServer, case: &Case) -> Mailer {
    let in_vain = (case.security, case.door.security) == (StartTls, Tls);
    let settings = EmailSettings {
        smtp_server: "127.0.0.1".into(),
        smtp_port: server.port(case.door),
        enable_smtp_auth: matches!(case.login, Login::Right | Login::Wrong | Login::NotOffered),
        smtp_username: LOGIN.0.into(),
        smtp_password: Secret::new(if case.login == Login::Wrong { "wrong" } else { LOGIN.1 }),
        connection_security: case.security,
        skip_server_certificate_verification: case.verification == Verification::Skipped,
        smtp_server_timeout: if in_vain { SHORT_TIMEOUT } else { TIMEOUT },
        ..EmailSettings::default()
    };
    let options = MailerOptions::default();
    let options = match case.verification {
        Verification::ExtraCa => options.extra_ca_pem(CERTIFICATES.ca_pem.clone()),
        _ => options,
    };
    Mailer::new(&settings, options).expect("settings that can be obeyed")
}

fn message(case: &Case) -> Message {
    Message::new("Sörver, \"the one\" <server@example.test>".parse().unwrap())
        .to("Admin <admin@example.test>".parse().unwrap())
        .bcc("hidden@example.test".parse().unwrap())
        .subject(format!("Größe 🎉 {case:?}"))
        .text("Grüße\n.\n..\n\nend\n")
}

/// One case at one server, sent.
struct Sent {
    case: Case,
    message: Message,
    outcome: Outcome,
}

async fn send_all(server: &Arc<Box<dyn MailServer>>) -> Vec<Sent> {
    let room = Arc::new(Semaphore::new(AT_A_TIME));
    let mut sends = JoinSet::new();
    for (at, case) in cases().into_iter().enumerate() {
        let (room, server) = (Arc::clone(&room), Arc::clone(server));
        sends.spawn(async move {
            let _seat = room.acquire().await;
            let message = message(&case);
            let outcome = mailer(server.as_ref().as_ref(), &case).send(&message).await;
            (at, Sent { case, message, outcome })
        });
    }
    let mut sent = sends.join_all().await;
    sent.sort_by_key(|(at, _)| *at);
    sent.into_iter().map(|(_, sent)| sent).collect()
}

/// Returns the wrong results at one server.
fn mistakes(server: &dyn MailServer, sent: &[Sent]) -> Vec<String> {
    let mut wrong = Vec::new();
    for Sent { case, outcome, .. } in sent {
        let (name, step, words) = expected(server.name(), case);
        let failed = outcome.failure().map(|failure| failure.step);
        if (outcome.name(), failed) != (name, step) || !outcome.to_string().contains(words) {
            wrong.push(format!("{case:?}: expected {name} at {step:?} ({words:?}), got {outcome}"));
        }
        let all_accepted = outcome.is_delivered_to_all() && outcome.recipients().len() == 2;
        if name == "delivered" && !all_accepted {
            wrong.push(format!("{case:?}: not to all: {outcome}"));
        }
    }
    let delivered = sent.iter().filter(|sent| sent.outcome.name() == "delivered").count();
    let arrivals = server.wait_for_recipients(2 * delivered);
    for Sent { case, message, outcome } in sent {
        let copies = copies(&arrivals, message);
        let mut recipients: Vec<&str> =
            copies.iter().flat_map(|copy| &copy.recipients).map(String::as_str).collect();
        recipients.sort_unstable();
        let due: &[&str] =
            if outcome.name() == "delivered" { &["admin@example.test", "hidden@example.test"] } else { &[] };
        if recipients != due {
            wrong.push(format!("{case:?}: {}, but arrived for {recipients:?}", outcome.name()));
        }
        let sent = String::from_utf8(message.to_bytes().unwrap()).unwrap().replace("\r\n", "\n");
        for copy in copies {
            let kept = String::from_utf8_lossy(&copy.content).replace("\r\n", "\n");
            if !kept.ends_with(&sent) {
                wrong.push(format!("{case:?}: sent\n{sent}\narrived\n{kept}"));
            }
        }
    }
    wrong
}

fn copies<'a>(arrivals: &'a [Arrival], message: &Message) -> Vec<&'a Arrival> {
    let id = message.message_id().as_str().as_bytes();
    arrivals.iter().filter(|copy| copy.content.windows(id.len()).any(|window| window == id)).collect()
}

#[test]
fn four_servers_every_way() {
    let mut missing = Vec::new();
    let servers = start_all(|name, why| missing.push(format!("{name}: {why}")));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let servers: Vec<Arc<Box<dyn MailServer>>> = servers.into_iter().map(Arc::new).collect();
    let results = runtime.block_on(async {
        let mut walks = JoinSet::new();
        for (at, server) in servers.iter().cloned().enumerate() {
            walks.spawn(async move { (at, send_all(&server).await) });
        }
        walks.join_all().await.into_iter().collect::<HashMap<usize, Vec<Sent>>>()
    });
    let (mut cells, mut wrong, mut names) = (HashMap::new(), Vec::new(), Vec::new());
    for (at, server) in servers.iter().enumerate() {
        let sent = &results[&at];
        let mistakes = mistakes(server.as_ref().as_ref(), sent);
        if !mistakes.is_empty() {
            let logs = server.logs();
            let last: Vec<&str> = logs.lines().skip(logs.lines().count().saturating_sub(40)).collect();
            wrong.push(format!("{}:\n{}\n{}", server.name(), mistakes.join("\n"), last.join("\n")));
        }
        names.push((server.name(), server.version()));
        cells.insert(server.name(), sent.iter().map(|sent| cell(&sent.outcome)).collect::<Vec<_>>());
    }
    let columns: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
    let table = table(&columns, &cells);
    let versions: Vec<String> = names.iter().map(|(name, version)| format!("{name} {version}")).collect();
    let _ = writeln!(std::io::stderr(), "\n{}\n\n{table}", versions.join(", "));
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let homes: Vec<PathBuf> = servers.iter().map(|server| server.home().to_owned()).collect();
    drop(servers);
    for home in homes {
        let left = processes_in(&home);
        assert!(left.is_empty(), "{left:?} are left in {}", home.display());
        assert!(!home.exists(), "{} is left", home.display());
    }
    if missing.is_empty() {
        compare_with_the_guide(&table);
    } else {
        real::left_out("mail to every real server", &missing.join("; "));
    }
}

/// An outcome in a few words: what it is, where, and the server's codes.
fn cell(outcome: &Outcome) -> String {
    let Some(failure) = outcome.failure() else { return outcome.name().to_owned() };
    let codes = failure.reply().map(|reply| {
        let enhanced = reply.enhanced().map(|code| format!(" {code}")).unwrap_or_default();
        format!(", {}{enhanced}", reply.code())
    });
    format!("{} at {}{}", outcome.name(), failure.step, codes.unwrap_or_default())
}

/// A simple table, rows with the same results made one.
fn table(servers: &[&str], cells: &HashMap<&str, Vec<String>>) -> String {
    let mut rows: Vec<(Case, Vec<Verification>, Vec<&str>)> = Vec::new();
    for (at, case) in cases().into_iter().enumerate() {
        let results: Vec<&str> = servers.iter().map(|server| cells[server][at].as_str()).collect();
        let same = rows.iter_mut().find(|(other, _, known)| {
            (other.security, other.login, other.door) == (case.security, case.login, case.door)
                && *known == results
        });
        match same {
            Some((_, verifications, _)) => verifications.push(case.verification),
            None => rows.push((case, vec![case.verification], results)),
        }
    }
    let mut lines = vec![
        ["Encryption", "Login", "Verification"]
            .into_iter()
            .chain(servers.iter().copied())
            .map(str::to_owned)
            .collect::<Vec<_>>(),
    ];
    for (case, verifications, results) in rows {
        let mut line = vec![encryption(&case).to_owned(), login(case.login).to_owned()];
        line.push(verification(&verifications));
        line.extend(results.into_iter().map(str::to_owned));
        lines.push(line);
    }
    simple_table(&lines)
}

fn encryption(case: &Case) -> &'static str {
    let name = |security| match security {
        ConnectionSecurity::None => "none",
        StartTls => "STARTTLS",
        Tls => "TLS",
    };
    match (case.security, case.door.security) {
        (ConnectionSecurity::None, StartTls) => "none, but STARTTLS is wanted",
        (StartTls, ConnectionSecurity::None) => "STARTTLS, not offered",
        (StartTls, Tls) => "STARTTLS on a port for TLS",
        (Tls, StartTls) => "TLS on a port for STARTTLS",
        (security, _) => name(security),
    }
}

fn login(login: Login) -> &'static str {
    match login {
        Login::None => "no",
        Login::Right => "yes",
        Login::Wrong => "wrong password",
        Login::Missing => "no, but wanted",
        Login::NotOffered => "yes, not offered",
    }
}

fn verification(verifications: &[Verification]) -> String {
    if verifications.len() == VERIFICATIONS.len() {
        return "any".to_owned();
    }
    let name = |verification: &Verification| match verification {
        Verification::System => "on",
        Verification::ExtraCa => "extra CA",
        Verification::Skipped => "off",
    };
    verifications.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn simple_table(lines: &[Vec<String>]) -> String {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    let border = widths.iter().map(|width| "=".repeat(*width)).collect::<Vec<_>>().join("  ");
    let mut rows = lines.iter().map(|line| {
        let padded = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    let head = rows.next().unwrap_or_default();
    format!("{border}\n{head}\n{border}\n{}\n{border}\n", rows.collect::<Vec<_>>().join("\n"))
}

fn compare_with_the_guide(table: &str) {
    let guide = fs::read_to_string(GUIDE).expect("the guide");
    let (before, rest) = guide.split_once(BEGIN).expect("the table's beginning");
    let (written, after) = rest.split_once(END).expect("the table's end");
    if written.trim() == table.trim() {
        return;
    }
    if std::env::var_os("SETTINGS_WRITE").is_some() {
        return fs::write(Path::new(GUIDE), format!("{before}{BEGIN}\n{table}{END}{after}"))
            .expect("the guide");
    }
    panic!("{GUIDE} has another table than the one above; SETTINGS_WRITE=1 with this test writes it");
}
