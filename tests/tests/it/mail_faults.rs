//! Every way in which a mail server can be wrong, and what a sender makes of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use settings_core::mail::{
    Attempt, Cause, ConnectionSecurity, EmailSettings, Mailer, MailerOptions, Message, Outcome, PoolConfig,
    RecipientState, Step,
};
use settings_core::value::Secret;
use settings_tests::alone::is_alone;
use settings_tests::certificates::CERTIFICATES;
use settings_tests::faults::{LOGIN, MODES, Server, eventually};
use settings_tests::lag::Lag;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const TIMEOUT: Duration = Duration::from_secs(1);
/// The tolerance for the time of a result.
const GRACE: Duration = Duration::from_millis(300);
/// Modes that are played at a time: more, and the machine's load would be measured.
const AT_A_TIME: usize = 12;

/// Returns the settings of the client for a mode.
fn settings(mode: &str, server: &Server) -> EmailSettings {
    let (security, auth) = match mode {
        "ehlo-refused" | "ehlo-no-caps" => (ConnectionSecurity::None, false),
        "auth-clear" => (ConnectionSecurity::None, true),
        "starttls-inject-all-noauth" => (ConnectionSecurity::StartTls, false),
        _ if mode.starts_with("tls-") || mode.ends_with("-tls") => (ConnectionSecurity::Tls, true),
        _ => (ConnectionSecurity::StartTls, true),
    };
    EmailSettings {
        smtp_server: server.address().ip().to_string(),
        smtp_port: server.address().port(),
        enable_smtp_auth: auth,
        smtp_username: LOGIN.0.into(),
        smtp_password: Secret::new(LOGIN.1),
        connection_security: security,
        smtp_server_timeout: TIMEOUT,
        ..EmailSettings::default()
    }
}

/// The outcome and the steps at which it may be reached.
fn expected(mode: &str) -> (&'static str, &'static [Step]) {
    let stage = |name: &str| -> &'static [Step] {
        match name {
            "banner" => &[Step::Greeting],
            "ehlo" => &[Step::Hello],
            "starttls" => &[Step::StartTls],
            "auth" => &[Step::Auth],
            "mail" => &[Step::MailFrom],
            "rcpt" => &[Step::RcptTo],
            "data" => &[Step::Data],
            "dot" => &[Step::Dot],
            other => unreachable!("{other}"),
        }
    };
    if let Some((deed, at)) = mode.split_once("-at-") {
        return match (deed, at) {
            (_, "quit") => ("delivered", &[]),
            ("554", at) => ("refused", stage(at)),
            ("drop" | "hang" | "endless", "dot") => ("unknown", stage("dot")),
            (_, at) => ("deferred", stage(at)),
        };
    }
    match mode {
        "ok"
        | "ok-tls"
        | "tls-1.2"
        | "drip-gently"
        | "banner-latin1"
        | "banner-utf8"
        | "banner-bare-lf"
        | "ehlo-huge-3k"
        | "ehlo-huge-5k"
        | "ehlo-lowercase"
        | "ehlo-auth-equals"
        | "ehlo-refused"
        | "ehlo-no-caps"
        | "rcpt-mixed"
        | "no-8bitmime"
        | "auth-login-only"
        | "auth-plain-only"
        | "auth-cram-plain"
        | "auth-digest-plain"
        | "auth-cram-plain-501"
        | "auth-plain-504-login"
        | "auth-scram-weak"
        | "auth-scram-refused"
        | "auth-scram-empty"
        | "auth-clear"
        | "auth-login-odd-prompts"
        | "auth-login-bad-b64"
        | "one-mail-only"
        | "one-mail-421" => ("delivered", &[]),
        "refuse" | "connect-hang" => ("deferred", &[Step::Connect]),
        // The reset may come before the connection is handed to us.
        "accept-reset" => ("deferred", &[Step::Connect, Step::Greeting]),
        "silence" | "accept-close" | "half-close" | "drip-banner" | "drip-forever" | "banner-binary"
        | "banner-http" | "banner-code-999" | "banner-endless" | "multiline-endless" => {
            ("deferred", &[Step::Greeting])
        }
        // How many bytes drip within a second is the machine's doing.
        "drip-all" => ("deferred", &[Step::Greeting, Step::Hello]),
        "ehlo-endless" | "overlong-line" | "ehlo-huge-80k" | "ehlo-huge-400k" | "mixed-codes" => {
            ("deferred", &[Step::Hello])
        }
        "unsolicited" | "drop-after-ehlo" | "starttls-454" | "starttls-250" => {
            ("deferred", &[Step::StartTls])
        }
        "starttls-stripped"
        | "starttls-inject"
        | "starttls-inject-partial"
        | "starttls-inject-all"
        | "starttls-inject-all-noauth" => ("not attempted", &[Step::StartTls]),
        // The injected bytes may arrive with the reply to STARTTLS or after it.
        "starttls-garbage" | "starttls-inject-late" => ("not attempted", &[Step::StartTls, Step::Tls]),
        "starttls-hang" | "starttls-drop" | "tls-hang" | "tls-drop" | "tls-silence" => {
            ("deferred", &[Step::Tls])
        }
        "tls-plain-port" => ("not attempted", &[Step::Tls]),
        _ if mode.starts_with("cert-") => ("not attempted", &[Step::Tls]),
        "auth-534" | "auth-535" => ("refused", &[Step::Auth]),
        "auth-loop" | "auth-scram-unproven" => ("not attempted", &[Step::Auth]),
        _ if mode.starts_with("auth-") => ("not attempted", &[Step::Auth]),
        "mail-354" => ("deferred", &[Step::MailFrom]),
        "size-small" => ("not attempted", &[Step::MailFrom]),
        // The deadline of the whole delivery, at any step.
        "slow-replies" => ("deferred", &[Step::RcptTo, Step::Data]),
        "greylist" | "late-rcpt" => ("deferred", &[Step::RcptTo]),
        "rcpt-none-354" => ("refused", &[Step::RcptTo]),
        "data-250" => ("deferred", &[Step::Data]),
        "refuse-mid-data" | "multiline-554-dot" => ("refused", &[Step::Dot]),
        "drop-mid-data" | "reset-mid-data" | "stall-mid-data" | "dot-354" | "late-dot" | "late-dot-552" => {
            ("unknown", &[Step::Dot])
        }
        other => panic!("{other} has no expectation"),
    }
}

fn message() -> Message {
    let message = Message::new("Server <server@example.com>".parse().unwrap());
    ["first@example.com", "second@example.com", "third@example.com"]
        .into_iter()
        .fold(message, |message, to| message.to(to.parse().unwrap()))
        .subject("Fault")
        .text(format!(".{}\n", "A line of some length, and a dot.\n".repeat(120)))
}

/// The problems found in one run, and a flag for those that a busy machine can cause.
struct Wrong {
    text: String,
    busy: bool,
}

/// Plays one mode.
async fn play(mode: &str, pipelining: bool) -> Result<(), Wrong> {
    let server = Server::start(mode, pipelining).await;
    let settings = settings(mode, &server);
    let options = MailerOptions::default()
        .extra_ca_pem(CERTIFICATES.ca_pem.clone())
        .final_reply_timeout(TIMEOUT)
        .pool(PoolConfig::DISABLED);
    let mailer = Mailer::new(&settings, options).expect("settings that can be obeyed");
    let message = message();
    let lag = Lag::watch();
    let started = Instant::now();
    let attempt = mailer.send_traced(&message).await;
    let took = started.elapsed();

    let mut wrong = Vec::new();
    let mut slow = Vec::new();
    let (name, steps) = expected(mode);
    // A busy machine can let any step time out, but it cannot make anything else of the result.
    let timed_out = attempt
        .outcome
        .failure()
        .is_some_and(|failure| matches!(failure.cause, Cause::TimedOut(_) | Cause::DeliveryTimedOut(_)));
    check_outcome(&attempt, name, steps, if timed_out { &mut slow } else { &mut wrong });
    check_truth(&attempt.outcome, mode, &server, &message, &mut wrong);
    if settings.connection_security != ConnectionSecurity::None {
        let in_clear = server.record().said().into_iter().filter(|said| !said.encrypted);
        for said in in_clear {
            let secret =
                ["AUTH", "MAIL", "RCPT", "DATA", "Subject"].iter().any(|verb| said.line.starts_with(verb));
            if secret || has_password(&said.line) {
                wrong.push(format!("in clear: {:?}", said.line));
            }
        }
    }
    let said = attempt.transcript.to_string();
    if has_password(&said) {
        wrong.push("the transcript has the password".into());
    }
    if server.record().sent() > 32 << 20 {
        wrong.push(format!("{} bytes without end were taken", server.record().sent()));
    }
    if !server.closes().await {
        wrong.push("a connection stays open".into());
    }
    let last_step = attempt.transcript.steps.iter().rfind(|record| record.step != Step::Quit);
    let last_step = last_step.map(|record| record.at).unwrap_or_default();
    let grace = GRACE + lag.so_far();
    let late = took > last_step + TIMEOUT + grace || took > delivery_limit(&message) + grace;
    if late {
        slow.push(format!("took {took:?}"));
    }
    let busy = wrong.is_empty();
    wrong.append(&mut slow);
    if wrong.is_empty() {
        return Ok(());
    }
    let text = format!("{mode} (pipelining {pipelining}): {}\n{}\n{said}", wrong.join("; "), attempt.outcome);
    Err(Wrong { text, busy })
}

/// Six timeouts, and a second for every 10 kB.
fn delivery_limit(message: &Message) -> Duration {
    let bytes = message.to_bytes().map(|bytes| bytes.len()).unwrap_or_default();
    TIMEOUT * 6 + Duration::from_millis(bytes as u64 / 10)
}

/// Returns true if a text contains the password, plain or in Base64.
fn has_password(text: &str) -> bool {
    [LOGIN.1, "Y29ycmVjdCBob3JzZQ", "AHJpZwBjb3JyZWN0"].iter().any(|form| text.contains(form))
}

fn check_outcome(attempt: &Attempt, name: &str, steps: &[Step], wrong: &mut Vec<String>) {
    let outcome = &attempt.outcome;
    if outcome.name() != name {
        wrong.push(format!("{} instead of {name}", outcome.name()));
    }
    match outcome.failure() {
        Some(failure) if !steps.contains(&failure.step) => {
            wrong.push(format!("failed at {:?} instead of {steps:?}", failure.step));
        }
        Some(failure) if !outcome.to_string().contains(failure.step.name()) => {
            wrong.push("the message does not name the step".into());
        }
        _ => {}
    }
}

/// The result and what the server did must agree.
fn check_truth(outcome: &Outcome, mode: &str, server: &Server, message: &Message, wrong: &mut Vec<String>) {
    let taken = server.record().dots().contains(&250);
    match outcome {
        Outcome::Delivered { .. } if !taken => wrong.push("the server took no mail".into()),
        Outcome::Unknown { .. } | Outcome::Delivered { .. } => {}
        _ if taken => wrong.push("the server took the mail".into()),
        _ => {}
    }
    if let Outcome::Delivered { queue_id, recipients, .. } = outcome {
        if queue_id.as_deref() != Some("F00D") {
            wrong.push(format!("queue id {queue_id:?}"));
        }
        let mut sent = message.to_bytes().expect("a sound message");
        if !sent.ends_with(b"\r\n") {
            sent.extend_from_slice(b"\r\n");
        }
        if server.record().bodies().iter().map(|body| unstuffed(body)).collect::<Vec<_>>() != [sent] {
            wrong.push("the message arrived otherwise than it was sent".into());
        }
        let accepted =
            recipients.iter().filter(|one| matches!(one.state, RecipientState::Accepted(_))).count();
        if (accepted, recipients.len()) != (if mode == "rcpt-mixed" { 1 } else { 3 }, 3) {
            wrong.push(format!("recipients: {recipients:?}"));
        }
    }
    if let ("greylist", Outcome::Deferred { retry_after, .. }) = (mode, outcome)
        && retry_after.as_secs() != 300
    {
        wrong.push(format!("another try after {retry_after:?}"));
    }
}

fn unstuffed(body: &[u8]) -> Vec<u8> {
    let body = body.strip_suffix(b".\r\n").unwrap_or(body);
    body.split_inclusive(|b| *b == b'\n')
        .flat_map(|line| line.strip_prefix(b".").unwrap_or(line))
        .copied()
        .collect()
}

async fn play_all() -> Vec<String> {
    let _ = CERTIFICATES.ca_pem.len();
    let room = Arc::new(Semaphore::new(AT_A_TIME));
    let mut plays = JoinSet::new();
    for mode in MODES {
        for pipelining in [true, false] {
            let room = Arc::clone(&room);
            plays.spawn(async move {
                let _seat = room.acquire().await;
                (*mode, pipelining, play(mode, pipelining).await)
            });
        }
    }
    let mut wrong = Vec::new();
    let mut again = Vec::new();
    while let Some(played) = plays.join_next().await {
        match played.expect("no panic") {
            (_, _, Ok(())) => {}
            (mode, pipelining, Err(Wrong { busy: true, .. })) => again.push((mode, pipelining)),
            (_, _, Err(Wrong { text, .. })) => wrong.push(text),
        }
    }
    for (mode, pipelining) in again {
        wrong.extend(play_alone(mode, pipelining).await.err());
    }
    wrong
}

/// Runs a mode alone that was too slow among others, up to two more times.
async fn play_alone(mode: &str, pipelining: bool) -> Result<(), String> {
    match play(mode, pipelining).await {
        Err(Wrong { busy: true, .. }) => play(mode, pipelining).await.map_err(|wrong| wrong.text),
        other => other.map_err(|wrong| wrong.text),
    }
}

#[test]
fn every_mode_ends_in_time_with_the_right_outcome() {
    // other tests open files as well
    if !is_alone("mail_faults::every_mode_ends_in_time_with_the_right_outcome") {
        return;
    }
    let new_runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    // The first runtime of a process opens what all of them share.
    drop(new_runtime());
    let files = open_files();
    let runtime = new_runtime();
    let wrong = runtime.block_on(play_all());
    assert!(wrong.is_empty(), "{} of {} are wrong:\n\n{}", wrong.len(), 2 * MODES.len(), wrong.join("\n\n"));
    let tasks = runtime.block_on(tasks_in_the_end());
    drop(runtime);
    assert_eq!(tasks, 0, "tasks are left");
    assert!(open_files() <= files, "files or sockets are left: {} instead of {files}", open_files());
}

/// Tasks that are still alive when those that were aborted have had time to end.
async fn tasks_in_the_end() -> usize {
    let metrics = tokio::runtime::Handle::current().metrics();
    eventually(|| metrics.num_alive_tasks() == 0).await;
    metrics.num_alive_tasks()
}

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").map(Iterator::count).unwrap_or_default()
}
