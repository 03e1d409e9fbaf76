//! An SMTP server that remembers what it took, and misbehaves when it is told to.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A mail that the server took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The recipients of the envelope.
    pub recipients: Vec<String>,
    /// The content, dots unstuffed.
    pub content: String,
    /// Whether the client was told that the server took it.
    pub confirmed: bool,
}

impl Taken {
    /// The Message-ID without its brackets.
    pub fn message_id(&self) -> &str {
        let line = self.content.lines().find_map(|line| line.strip_prefix("Message-ID: <"));
        line.and_then(|rest| rest.strip_suffix('>')).unwrap_or_default()
    }
}

/// A point of the conversation at which the server asks what to do.
#[derive(Debug)]
pub enum Moment<'a> {
    /// A client has connected.
    Greeting,
    /// MAIL FROM.
    Sender(&'a str),
    /// RCPT TO.
    Recipient(&'a str),
    /// The final dot.
    Dot(&'a Taken),
}

/// What the server does.
#[derive(Clone, Debug)]
pub enum Act {
    /// What a server should.
    Well,
    /// Answers this; 4xx and 5xx mean no.
    Answer(&'static str),
    /// Closes without a word.
    Close,
    /// Takes the mail, but closes without a word.
    TakeAndClose,
}

/// A running server. It runs until the test's process ends.
#[derive(Clone, Debug)]
pub struct Sink {
    address: SocketAddr,
    log: Arc<Mutex<Log>>,
}

#[derive(Debug, Default)]
struct Log {
    connections: usize,
    taken: Vec<Taken>,
}

type Rule = Arc<dyn Fn(&Moment<'_>) -> Act + Send + Sync>;

impl Sink {
    /// Starts a server that asks `rule` what to do.
    pub fn start(rule: impl Fn(&Moment<'_>) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback can be listened on");
        let address = listener.local_addr().expect("a listener has an address");
        let log = Arc::<Mutex<Log>>::default();
        let rule: Rule = Arc::new(rule);
        let shared = Arc::clone(&log);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, rule) = (Arc::clone(&shared), Arc::clone(&rule));
                lock(&log).connections += 1;
                thread::spawn(move || converse(stream, &log, &rule));
            }
        });
        Self { address, log }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything it took so far.
    pub fn taken(&self) -> Vec<Taken> {
        lock(&self.log).taken.clone()
    }

    /// How many clients have connected.
    pub fn connections(&self) -> usize {
        lock(&self.log).connections
    }
}

fn lock(log: &Mutex<Log>) -> std::sync::MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One conversation, until it ends or the client has gone.
fn converse(stream: TcpStream, log: &Mutex<Log>, rule: &Rule) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    let mut say = |text: &str| writer.write_all(format!("{text}\r\n").as_bytes()).ok();
    let mut recipients = Vec::new();
    match rule(&Moment::Greeting) {
        Act::Well => say("220 sink ESMTP")?,
        Act::Answer(text) => say(text)?,
        Act::Close | Act::TakeAndClose => return None,
    }
    loop {
        let line = line(&mut reader)?;
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let address = || line.split(['<', '>']).nth(1).unwrap_or_default();
        let act = match verb.as_str() {
            "MAIL" => rule(&Moment::Sender(address())),
            "RCPT" => rule(&Moment::Recipient(address())),
            _ => Act::Well,
        };
        match (verb.as_str(), act) {
            (_, Act::Close | Act::TakeAndClose) => return None,
            (_, Act::Answer(text)) => say(text)?,
            ("EHLO", _) => say("250-sink\r\n250-PIPELINING\r\n250 8BITMIME")?,
            ("MAIL" | "RSET", _) => {
                recipients.clear();
                say("250 2.0.0 ok")?;
            }
            ("RCPT", _) => {
                recipients.push(address().to_owned());
                say("250 2.1.5 ok")?;
            }
            ("DATA", _) if recipients.is_empty() => say("554 5.5.1 no valid recipients")?,
            ("DATA", _) => {
                say("354 go ahead")?;
                let (recipients, content) = (std::mem::take(&mut recipients), content(&mut reader)?);
                let mail = Taken { recipients, content, confirmed: true };
                match rule(&Moment::Dot(&mail)) {
                    Act::Well => {
                        let number = take(log, mail);
                        say(&format!("250 2.0.0 queued as S{number}"))?;
                    }
                    Act::Answer(text) => say(text)?,
                    Act::Close => return None,
                    Act::TakeAndClose => {
                        take(log, Taken { confirmed: false, ..mail });
                        return None;
                    }
                }
            }
            ("QUIT", _) => {
                say("221 2.0.0 bye")?;
                return None;
            }
            _ => say("502 5.5.1 not here")?,
        }
    }
}

fn take(log: &Mutex<Log>, mail: Taken) -> usize {
    let mut log = lock(log);
    log.taken.push(mail);
    log.taken.len()
}

fn line(reader: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    line.strip_suffix("\r\n").map(str::to_owned)
}

/// The content up to the final dot; none where the client goes before it.
fn content(reader: &mut impl BufRead) -> Option<String> {
    let mut content = String::new();
    loop {
        let line = line(reader)?;
        if line == "." {
            return Some(content);
        }
        content.push_str(line.strip_prefix('.').unwrap_or(&line));
        content.push_str("\r\n");
    }
}
