//! Why a delivery did not end well: which step failed, what was seen there, what to try.

use std::{error::Error, fmt, net::SocketAddr, time::Duration};

use super::{reply::Reply, session::CertificateFacts};

/// A step of a delivery, in the order in which they are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The settings are made ready: certificates loaded, values checked.
    Settings,
    /// The message is built and checked.
    Message,
    /// The server's name is looked up.
    Resolve,
    /// A TCP connection is opened.
    Connect,
    /// The TLS handshake.
    Tls,
    /// The server speaks first.
    Greeting,
    /// EHLO, or HELO where the server knows no EHLO.
    Hello,
    /// The server is asked for TLS.
    StartTls,
    /// Logging in.
    Auth,
    /// The sender is named.
    MailFrom,
    /// A recipient is named.
    RcptTo,
    /// The server is asked to take the message.
    Data,
    /// The message is sent, its final dot with it.
    Body,
    /// The server's answer to the final dot.
    Dot,
    /// Leaving; never counts against a delivery.
    Quit,
}

impl Step {
    /// The step's name for people: `MAIL FROM` for example.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Message => "message",
            Self::Resolve => "name lookup",
            Self::Connect => "TCP connection",
            Self::Tls => "TLS handshake",
            Self::Greeting => "greeting",
            Self::Hello => "EHLO",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::MailFrom => "MAIL FROM",
            Self::RcptTo => "RCPT TO",
            Self::Data => "DATA",
            Self::Body => "message body",
            Self::Dot => "final dot",
            Self::Quit => "QUIT",
        }
    }

    /// The step's name for programs: `mail-from` for example.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Message => "message",
            Self::Resolve => "dns",
            Self::Connect => "tcp",
            Self::Tls => "tls",
            Self::Greeting => "greeting",
            Self::Hello => "ehlo",
            Self::StartTls => "starttls",
            Self::Auth => "auth",
            Self::MailFrom => "mail-from",
            Self::RcptTo => "rcpt-to",
            Self::Data => "data",
            Self::Body => "body",
            Self::Dot => "dot",
            Self::Quit => "quit",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What went wrong, at which step, with which server, and what to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The step that failed.
    pub step: Step,
    /// What was seen there.
    pub cause: Cause,
    /// The server as the settings name it, `mail.example.com:587`; empty where none was involved.
    pub server: String,
    /// What to try, the likeliest first; settings are named by their configuration path.
    pub hints: Vec<String>,
}

/// What was seen at the step that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// A setting, or the settings together, cannot be obeyed.
    Settings(String),
    /// The message cannot be sent as it is.
    Message(String),
    /// The server refused, or answered what does not fit the step.
    Reply(Reply),
    /// The step did not end within this time.
    TimedOut(Duration),
    /// The delivery as a whole did not end within this time.
    DeliveryTimedOut(Duration),
    /// The server closed the connection.
    Closed,
    /// The system reported an error on the connection.
    Io {
        /// Its kind, by which hints are chosen.
        kind: std::io::ErrorKind,
        /// The system's words.
        text: String,
    },
    /// The server's name has no address.
    NameNotFound(String),
    /// No address of the server could be reached.
    Unreachable(Vec<(SocketAddr, std::io::ErrorKind, String)>),
    /// What the server sent is not SMTP, or more than it may send.
    Protocol(ProtocolFault),
    /// The TLS handshake failed.
    Tls(TlsFault),
    /// The server does not offer STARTTLS.
    StartTlsNotOffered,
    /// Bytes came in clear behind the answer to STARTTLS: somebody between us and the server may have put them there.
    StartTlsInjection(String),
    /// The server does not offer AUTH.
    AuthNotOffered,
    /// The server offers AUTH, but none of the mechanisms that can be used.
    AuthMechanisms(Vec<String>),
    /// The link to this address is not encrypted, so no password was sent.
    AuthUnencrypted(SocketAddr),
    /// The server takes messages of up to `limit` bytes.
    TooLarge {
        /// Bytes of the message.
        size: usize,
        /// Bytes that the server takes.
        limit: u64,
    },
    /// An address has characters outside ASCII, and the server does not offer SMTPUTF8.
    NeedsSmtpUtf8(String),
}

/// What a server sent that is not SMTP, or is more than it may send.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProtocolFault {
    /// A line that does not begin with three digits.
    NotAReply(String),
    /// A code outside 200 to 559.
    Code(String),
    /// The lines of one reply have different codes.
    MixedCodes(u16, u16),
    /// A line longer than this many bytes.
    LineTooLong(usize),
    /// A reply longer than this many bytes.
    ReplyTooLong(usize),
    /// A reply of more than this many lines.
    TooManyLines(usize),
    /// Bytes that answer nothing: the conversation is out of step.
    OutOfStep(String),
    /// A challenge in AUTH that cannot be answered.
    Challenge(String),
}

/// Why a TLS handshake failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsFault {
    /// The certificate's time is over.
    Expired(Option<Box<CertificateFacts>>),
    /// The certificate's time has not come, or this machine's clock is wrong.
    NotYetValid(Option<Box<CertificateFacts>>),
    /// The certificate is for other names.
    WrongName {
        /// The name that was asked for.
        expected: String,
        /// The names in the certificate.
        presented: Vec<String>,
    },
    /// The certificate is not the one whose fingerprint the settings name.
    WrongFingerprint {
        /// The SHA-256 of the one that was presented.
        presented: String,
    },
    /// The certificate is signed by its own key and is not among the trusted ones.
    SelfSigned(Option<Box<CertificateFacts>>),
    /// The certificate is signed by an authority that is not trusted.
    UnknownIssuer(Option<Box<CertificateFacts>>),
    /// The server's first bytes are not TLS.
    NotTls,
    /// The server refused the handshake with this alert.
    Alert(String),
    /// The server speaks no version or cipher of TLS that is still safe.
    Incompatible(String),
    /// Anything else, in the TLS library's words.
    Other(String),
}

impl Failure {
    pub(crate) fn new(step: Step, cause: Cause) -> Self {
        Self { step, cause, server: String::new(), hints: Vec::new() }
    }

    /// The server's answer, where the failure is one.
    pub fn reply(&self) -> Option<&Reply> {
        match &self.cause {
            Cause::Reply(reply) => Some(reply),
            _ => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.step)?;
        if !self.server.is_empty() {
            write!(f, " ({})", self.server)?;
        }
        write!(f, ": {}", self.cause)
    }
}

impl Error for Failure {}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(text) | Self::Message(text) => f.write_str(text),
            Self::Reply(reply) => write!(f, "the server answered \"{reply}\""),
            Self::TimedOut(limit) => write!(f, "no answer within {}", seconds(*limit)),
            Self::DeliveryTimedOut(limit) => {
                write!(f, "the delivery as a whole did not end within {}", seconds(*limit))
            }
            Self::Closed => f.write_str("the server closed the connection"),
            Self::Io { text, .. } => f.write_str(text),
            Self::NameNotFound(text) => f.write_str(text),
            Self::Unreachable(tried) => {
                for (index, (address, _, text)) in tried.iter().enumerate() {
                    let gap = if index == 0 { "" } else { ", " };
                    write!(f, "{gap}{address}: {text}")?;
                }
                Ok(())
            }
            Self::Protocol(fault) => write!(f, "{fault}"),
            Self::Tls(fault) => write!(f, "{fault}"),
            Self::StartTlsNotOffered => {
                f.write_str("the server does not offer STARTTLS; nothing was sent in clear")
            }
            Self::StartTlsInjection(text) => {
                write!(
                    f,
                    "bytes came in clear behind the server's agreement to encrypt (\"{text}\"); nothing was sent"
                )
            }
            Self::AuthNotOffered => f.write_str("the server does not offer AUTH, so the login was not tried"),
            Self::AuthMechanisms(offered) => {
                write!(f, "the server offers only mechanisms that are not supported: {}", offered.join(" "))
            }
            Self::AuthUnencrypted(peer) => {
                write!(f, "the link to {peer} is not encrypted, so the password was not sent")
            }
            Self::TooLarge { size, limit } => {
                write!(f, "the message has {size} bytes, the server takes at most {limit}")
            }
            Self::NeedsSmtpUtf8(address) => {
                write!(
                    f,
                    "the address {address} has characters outside ASCII and the server does not offer SMTPUTF8"
                )
            }
        }
    }
}

impl fmt::Display for ProtocolFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAReply(line) => write!(f, "what the server sent is not SMTP: \"{line}\""),
            Self::Code(line) => write!(f, "the server sent a code that SMTP does not have: \"{line}\""),
            Self::MixedCodes(first, other) => {
                write!(f, "one reply of the server has the codes {first} and {other}")
            }
            Self::LineTooLong(limit) => write!(f, "the server sent a line of more than {limit} bytes"),
            Self::ReplyTooLong(limit) => write!(f, "the server sent a reply of more than {limit} bytes"),
            Self::TooManyLines(limit) => write!(f, "the server sent a reply of more than {limit} lines"),
            Self::OutOfStep(text) => write!(f, "the server sent what answers nothing: \"{text}\""),
            Self::Challenge(text) => write!(f, "the server's challenge cannot be answered: {text}"),
        }
    }
}

impl fmt::Display for TlsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let until = |facts: &Option<Box<CertificateFacts>>| {
            facts.as_ref().map(|facts| format!(" (valid until {})", facts.not_after)).unwrap_or_default()
        };
        let from = |facts: &Option<Box<CertificateFacts>>| {
            facts.as_ref().map(|facts| format!(" (valid from {})", facts.not_before)).unwrap_or_default()
        };
        let issuer = |facts: &Option<Box<CertificateFacts>>| {
            facts.as_ref().map(|facts| format!(" (issuer {})", facts.issuer)).unwrap_or_default()
        };
        match self {
            Self::Expired(facts) => write!(f, "the server's certificate has expired{}", until(facts)),
            Self::NotYetValid(facts) => write!(f, "the server's certificate is not valid yet{}", from(facts)),
            Self::WrongName { expected, presented } if presented.is_empty() => {
                write!(f, "the server's certificate is not for {expected}")
            }
            Self::WrongName { expected, presented } => {
                write!(f, "the server's certificate is not for {expected} but for {}", presented.join(", "))
            }
            Self::WrongFingerprint { presented } => {
                write!(f, "the server's certificate is another one: its SHA-256 is {presented}")
            }
            Self::SelfSigned(_) => f.write_str("the server's certificate is self-signed and not trusted"),
            Self::UnknownIssuer(facts) => {
                write!(f, "the server's certificate is from an unknown issuer{}", issuer(facts))
            }
            Self::NotTls => f.write_str("the server's first bytes are not TLS"),
            Self::Alert(text) => write!(f, "the server refused the handshake: {text}"),
            Self::Incompatible(text) | Self::Other(text) => write!(f, "the handshake failed: {text}"),
        }
    }
}

fn seconds(duration: Duration) -> String {
    format!("{} s", (duration.as_millis() as f64 / 1000.0))
}
