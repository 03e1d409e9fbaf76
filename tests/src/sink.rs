//! An SMTP server that records the mails it accepts, and misbehaves on request.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A mail that the server accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The recipients of the envelope.
    pub recipients: Vec<String>,
    /// The content, with dot-stuffing removed.
    pub content: String,
    /// True if the client received the confirmation.
    pub confirmed: bool,
}

impl Taken {
    /// Returns the Message-ID without its brackets.
    pub fn message_id(&self) -> &str {
        let line = self.content.lines().find_map(|line| line.strip_prefix("Message-ID: <"));
        line.and_then(|rest| rest.strip_suffix('>')).unwrap_or_default()
    }
}

/// A point of the conversation at which the rule decides.
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

/// The reaction of the server.
#[derive(Clone, Debug)]
pub enum Act {
    /// The correct reaction.
    Well,
    /// Sends this reply. 4xx and 5xx refuse.
    Answer(&'static str),
    /// Closes the connection without a reply.
    Close,
    /// Accepts the mail, but closes the connection without a reply.
    TakeAndClose,
}

/// A running server. It runs until the process of the test ends.
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
    /// Starts a server that follows `rule`.
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

    /// Returns the address on which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns every mail it accepted so far.
    pub fn taken(&self) -> Vec<Taken> {
        lock(&self.log).taken.clone()
    }

    /// Returns how many clients have connected.
    pub fn connections(&self) -> usize {
        lock(&self.log).connections
    }
}

fn lock(log: &Mutex<Log>) -> std::sync::MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs one conversation until it ends or the client disconnects.
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

/// Reads the content up to the final dot. Returns `None` if the client disconnects earlier.
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
