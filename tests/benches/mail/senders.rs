//! The senders: this crate, the C limit, Python.

use std::{
    future::Future,
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

use settings_core::mail::{ConnectionSecurity, EmailSettings, Mailer, MailerOptions, Message, PoolConfig};
use tokio::{runtime::Runtime, task::JoinSet};

use crate::{
    MOST, TURN,
    sink::{Front, Sink},
};

/// Bytes of a mail's text.
pub const SIZE: usize = 4096;
/// The sender and recipient of every mail.
pub const ADDRESSES: [&str; 2] = ["server@example.test", "admin@example.test"];
/// The reference for senders with one connection and with ten.
const ANCHORS: [&str; 2] = ["smtp-source -d, 1 connection", "smtp-source -d, 10 connections"];
/// Mails of the turn that finds out how fast a sender is.
const TRIAL: usize = 20;

/// One sender in one setting.
pub struct Sender {
    /// Its name.
    pub name: String,
    /// Connections at a time.
    pub connections: usize,
    /// The least ratio to its anchor that it is meant to have.
    pub goal: Option<f64>,
    /// Sends this many mails and returns the time it took.
    pub send: Box<dyn Fn(usize) -> Result<Duration, String>>,
}

impl Sender {
    /// A sender without a goal.
    pub fn new(
        name: impl Into<String>,
        connections: usize,
        send: impl Fn(usize) -> Result<Duration, String> + 'static,
    ) -> Self {
        let plural = if connections == 1 { "" } else { "s" };
        let name = format!("{}, {connections} connection{plural}", name.into());
        Self { name, connections, goal: None, send: Box::new(send) }
    }

    fn goal(self, goal: f64) -> Self {
        Self { goal: Some(goal), ..self }
    }

    /// The name of the sender that it is compared with.
    pub fn anchor(&self) -> &'static str {
        ANCHORS[usize::from(self.connections > 1)]
    }

    /// True if others are compared with it.
    pub fn is_anchor(&self) -> bool {
        ANCHORS.contains(&self.name.as_str())
    }

    /// Sends so many mails.
    pub fn run(&self, count: usize) -> Result<Duration, String> {
        (self.send)(count).map_err(|error| format!("{}: {error}", self.name))
    }

    /// Mails a second.
    pub fn rate(&self, count: usize) -> Result<f64, String> {
        Ok(count as f64 / self.run(count)?.as_secs_f64())
    }

    /// The mails that fill a turn.
    pub fn fitting_count(&self) -> Result<usize, String> {
        let mut count = TRIAL;
        loop {
            let took = self.run(count)?;
            let fitting = (count as f64 * TURN.as_secs_f64() / took.as_secs_f64()) as usize;
            if took >= TURN / 4 || fitting <= count {
                return Ok(fitting.clamp(TRIAL, MOST).next_multiple_of(10));
            }
            count = fitting.min(count * 20).min(MOST);
            if count == MOST {
                return Ok(MOST);
            }
        }
    }
}

/// Everyone that needs no other crate.
pub fn all(sink: &Sink, front: &Front) -> Result<Vec<Sender>, String> {
    let mut senders =
        vec![source(sink, 1, true), source(sink, 10, true), source(sink, 1, false), source(sink, 10, false)];
    senders.push(ours(sink.port(), None, 1, true).goal(1.0));
    senders.push(ours(sink.port(), None, 10, true).goal(1.5));
    senders.push(ours(front.port, Some(&front.ca_pem), 1, true).goal(0.45));
    senders.push(ours(front.port, Some(&front.ca_pem), 10, true));
    senders.push(ours(sink.port(), None, 1, false));
    senders.push(ours(front.port, Some(&front.ca_pem), 1, false));
    senders.push(smtplib(sink.port(), None, true));
    senders.push(smtplib(front.port, Some(front.ca_file()), true));
    senders.push(smtplib(sink.port(), None, false));
    senders.push(smtplib(front.port, Some(front.ca_file()), false));
    Ok(senders)
}

/// The runtime of every asynchronous sender.
pub fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Runs `count` mails divided among so many tasks.
pub async fn in_tasks<F>(count: usize, tasks: usize, send: impl Fn(usize) -> F) -> Result<Duration, String>
where
    F: Future<Output = Result<(), String>> + Send + 'static,
{
    let started = Instant::now();
    let mut running = JoinSet::new();
    for _ in 0..tasks {
        running.spawn(send(count / tasks));
    }
    while let Some(ended) = running.join_next().await {
        ended.map_err(|error| error.to_string())??;
    }
    Ok(started.elapsed())
}

/// The text of every mail.
pub fn text() -> String {
    let line = "Sphinx of black quartz, judge my vow; and then go on to judge the next.\r\n";
    line.repeat(SIZE.div_ceil(line.len()))
}

fn source(sink: &Sink, connections: usize, reused: bool) -> Sender {
    let port = sink.port();
    let mut command = sink.source();
    if reused {
        command.arg("-d");
    }
    command.args([
        "-f",
        ADDRESSES[0],
        "-t",
        ADDRESSES[1],
        "-l",
        &SIZE.to_string(),
        "-s",
        &connections.to_string(),
    ]);
    let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
    let config = command.get_envs().find_map(|(_, value)| value.map(ToOwned::to_owned)).unwrap_or_default();
    let name = if reused { "smtp-source -d" } else { "smtp-source, one mail a connection" };
    Sender::new(name, connections, move |count| {
        let mut command = Command::new("/usr/sbin/smtp-source");
        command.env("MAIL_CONFIG", &config).args(&arguments).args(["-m", &count.to_string()]);
        let started = Instant::now();
        let output = command.arg(format!("127.0.0.1:{port}")).output().map_err(|error| error.to_string())?;
        let took = started.elapsed();
        if output.status.success() {
            Ok(took)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    })
}

fn mailer(port: u16, ca_pem: Option<&str>, connections: usize, reused: bool) -> Mailer {
    let settings = EmailSettings {
        smtp_server: "127.0.0.1".to_owned(),
        smtp_port: port,
        connection_security: if ca_pem.is_some() {
            ConnectionSecurity::Tls
        } else {
            ConnectionSecurity::None
        },
        ..EmailSettings::default()
    };
    let mut options = MailerOptions::default().connections(connections);
    if let Some(pem) = ca_pem {
        options = options.extra_ca_pem(pem);
    }
    if reused {
        options = options.pool(PoolConfig::default().max_mails(u32::MAX));
    }
    Mailer::new(&settings, options).expect("settings that can be obeyed")
}

fn message() -> Message {
    let [from, to] = ADDRESSES.map(|address| address.parse().expect("an address"));
    Message::new(from).to(to).subject("A mail of the bench").text(text())
}

/// Ours, from the message to the server's answer: its bytes are built for each mail.
fn ours(port: u16, ca_pem: Option<&str>, connections: usize, reused: bool) -> Sender {
    let ca_pem = ca_pem.map(str::to_owned);
    let tls = if ca_pem.is_some() { " over TLS" } else { "" };
    let name = if reused { "ours" } else { "ours, one mail a connection" };
    Sender::new(format!("{name}{tls}"), connections, move |count| {
        let mailer = mailer(port, ca_pem.as_deref(), connections, reused);
        runtime().block_on(in_tasks(count, connections, |count| {
            let (mailer, message) = (mailer.clone(), message());
            async move {
                for _ in 0..count {
                    let outcome = mailer.send(&message).await;
                    if !outcome.is_delivered_to_all() {
                        return Err(outcome.to_string());
                    }
                }
                Ok(())
            }
        }))
    })
}

/// The time of each of `count` mails over one connection.
pub fn one_mail_each(port: u16, count: usize) -> Result<Vec<Duration>, String> {
    runtime().block_on(async {
        let (mailer, message) = (mailer(port, None, 1, true), message());
        let mut times = Vec::new();
        for _ in 0..=count {
            let started = Instant::now();
            let outcome = mailer.send(&message).await;
            if !outcome.is_delivered_to_all() {
                return Err(outcome.to_string());
            }
            times.push(started.elapsed());
        }
        Ok(times.split_off(1))
    })
}

fn smtplib(port: u16, ca_file: Option<PathBuf>, reused: bool) -> Sender {
    const PROGRAM: &str = "
import smtplib, ssl, sys, time
port, ca, reused, count, sender, recipient, text = sys.argv[1:]
context = ssl.create_default_context(cafile=ca) if ca else None
def connect():
    if context:
        return smtplib.SMTP_SSL('127.0.0.1', int(port), context=context)
    return smtplib.SMTP('127.0.0.1', int(port))
started = time.perf_counter()
server = None
for _ in range(int(count)):
    if server is None or not reused:
        server = connect()
    server.sendmail(sender, [recipient], text)
    if not reused:
        server.quit()
print(time.perf_counter() - started)
";
    let mut name = if reused { "smtplib" } else { "smtplib, one mail a connection" }.to_owned();
    if ca_file.is_some() {
        name.push_str(" over TLS");
    }
    Sender::new(name, 1, move |count| {
        let mut command = Command::new("python3");
        command.args(["-c", PROGRAM, &port.to_string()]).arg(ca_file.clone().unwrap_or_default());
        command.args([if reused { "reused" } else { "" }, &count.to_string(), ADDRESSES[0], ADDRESSES[1]]);
        let output = command.arg(text()).output().map_err(|error| error.to_string())?;
        let seconds = String::from_utf8_lossy(&output.stdout).trim().parse();
        seconds.map(Duration::from_secs_f64).map_err(|_| String::from_utf8_lossy(&output.stderr).into_owned())
    })
}
