//! A mailer leaks no memory, no task and no socket.
//!
//! 5,000 mails; with `SETTINGS_LONG=1` in the environment, 100,000.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use settings_core::mail::{ConnectionSecurity, EmailSettings, Mailer, MailerOptions, Message, PoolConfig};
use settings_core::value::Secret;
use settings_tests::certificates::CERTIFICATES;
use settings_tests::faults::{LOGIN, MODES, Server};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

/// Mails before the first measurement: allocators and threads keep what they took once.
const WARM_UP: usize = 1000;
/// The tolerated growth in kB. 5,000 mails of 4 kB are 20,000.
const TOLERANCE: u64 = 4000;

/// Takes every mail and keeps nothing.
async fn discard(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream));
    }
}

async fn converse(stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 discard ESMTP\r\n").await?;
    let (mut line, mut content) = (Vec::new(), false);
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let answer: &[u8] = match (content, line.get(..4).unwrap_or(&line)) {
            (true, _) if line == b".\r\n" => b"250 2.0.0 ok\r\n",
            (true, _) => continue,
            (false, b"EHLO") => b"250-discard\r\n250-8BITMIME\r\n250 PIPELINING\r\n",
            (false, b"DATA") => b"354 go ahead\r\n",
            (false, b"QUIT") => b"221 2.0.0 bye\r\n",
            _ => b"250 2.0.0 ok\r\n",
        };
        content = answer.starts_with(b"354");
        stream.write_all(answer).await?;
    }
}

fn mailer(address: SocketAddr, keep: bool) -> Mailer {
    let settings = EmailSettings {
        smtp_server: address.ip().to_string(),
        smtp_port: address.port(),
        ..EmailSettings::default()
    };
    let options = MailerOptions::default();
    Mailer::new(&settings, if keep { options.pool(PoolConfig::default()) } else { options }).unwrap()
}

async fn send(mailer: &Mailer, count: usize) {
    let mut senders = JoinSet::new();
    for _ in 0..4 {
        let mailer = mailer.clone();
        senders.spawn(async move {
            for at in 0..count / 4 {
                let message = Message::new("server@example.com".parse().unwrap())
                    .to("admin@example.com".parse().unwrap())
                    .subject(format!("Mail {at}"))
                    .text("A line of some length, and a dot.\n".repeat(120));
                let outcome = mailer.send(&message).await;
                assert!(outcome.is_delivered_to_all(), "{outcome}");
            }
        });
    }
    senders.join_all().await;
}

/// A value of `/proc/self/status`, in kB.
fn status(name: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).expect("a number")
}

fn open_files() -> usize {
    fs::read_dir("/proc/self/fd").map(Iterator::count).expect("Linux")
}

fn new_runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Waits until nothing of a client's runtime is alive.
async fn all_tasks_end() {
    let metrics = tokio::runtime::Handle::current().metrics();
    let started = Instant::now();
    while metrics.num_alive_tasks() > 0 {
        assert!(started.elapsed() < Duration::from_secs(30), "{} tasks are left", metrics.num_alive_tasks());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// One test: memory belongs to the whole process.
#[test]
fn nothing_leaks() {
    let server = new_runtime();
    let listener = server.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    server.spawn(discard(listener));
    drop(new_runtime());
    let files = open_files();

    let long = std::env::var_os("SETTINGS_LONG").is_some();
    let count = if long { 100_000 } else { 5_000 };
    let client = new_runtime();
    client.block_on(async {
        for keep in [true, false] {
            let mailer = mailer(address, keep);
            send(&mailer, WARM_UP).await;
            let mut sizes = vec![status("VmRSS")];
            for _ in 0..5 {
                send(&mailer, count / 5).await;
                sizes.push(status("VmRSS"));
            }
            let _ = writeln!(std::io::stderr(), "{count} mails (connections kept: {keep}): {sizes:?} kB");
            assert!(sizes[5] <= sizes[0] + TOLERANCE, "{sizes:?} kB");
            mailer.close().await;
        }
        endless().await;
        all_tasks_end().await;
    });
    drop(client);
    let started = Instant::now();
    // The other ends of what was closed are the server's to close.
    while open_files() > files {
        assert!(started.elapsed() < Duration::from_secs(30), "{} files instead of {files}", open_files());
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A server that never ends its answer does not fill our memory.
async fn endless() {
    let before = status("VmHWM");
    for mode in MODES.iter().filter(|mode| mode.contains("endless") || mode.contains("huge")) {
        let server = Server::start(mode, true).await;
        let settings = EmailSettings {
            smtp_server: server.address().ip().to_string(),
            smtp_port: server.address().port(),
            enable_smtp_auth: true,
            smtp_username: LOGIN.0.into(),
            smtp_password: Secret::new(LOGIN.1),
            connection_security: ConnectionSecurity::StartTls,
            smtp_server_timeout: Duration::from_secs(30),
            ..EmailSettings::default()
        };
        let options = MailerOptions::default().extra_ca_pem(CERTIFICATES.ca_pem.clone());
        let message =
            Message::new("server@example.com".parse().unwrap()).to("admin@example.com".parse().unwrap());
        let outcome = Mailer::new(&settings, options).unwrap().send(&message.text("x")).await;
        let fine = mode.ends_with("k") || mode.ends_with("quit");
        assert!(fine || outcome.name() != "delivered", "{mode}: {outcome}");
    }
    let grown = status("VmHWM").saturating_sub(before);
    let _ = writeln!(std::io::stderr(), "answers without end: {grown} kB at the most");
    assert!(grown <= 2 * TOLERANCE, "{grown} kB");
}
