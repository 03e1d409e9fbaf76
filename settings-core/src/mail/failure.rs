//! Failures of a delivery: the step, the cause and hints.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::certificate::{CertificateDefect, CertificateFacts, CertificateName};
use super::reply::Reply;
pub use super::step::{ParseStepError, Step};
use super::token::TokenError;

/// A failure of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The step that failed.
    pub step: Step,
    /// The cause.
    pub cause: Cause,
    /// The server as written in the settings, for example `mail.example.com:587`; empty if none was involved.
    pub server: String,
    /// Hints for fixing it, the most likely first; settings are named by their configuration path.
    pub hints: Vec<String>,
}

/// The cause of a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// A setting, or a combination of settings, cannot be used.
    Settings(String),
    /// The message cannot be sent as it is.
    Message(String),
    /// The server refused, or its reply does not fit the step.
    Reply(Reply),
    /// The step did not finish within this time.
    TimedOut(Duration),
    /// The delivery as a whole did not finish within this time.
    DeliveryTimedOut(Duration),
    /// The server closed the connection.
    Closed,
    /// An I/O error on the connection.
    Io {
        /// The kind of the error.
        kind: std::io::ErrorKind,
        /// The text of the error.
        text: String,
    },
    /// The server's name could not be resolved.
    NameNotFound(String),
    /// No address of the server could be reached.
    Unreachable(Vec<(SocketAddr, std::io::ErrorKind, String)>),
    /// The server violated the protocol.
    Protocol(ProtocolFault),
    /// The TLS handshake failed.
    Tls(TlsFault),
    /// The server does not offer STARTTLS.
    StartTlsNotOffered,
    /// Unencrypted bytes followed the reply to STARTTLS. Someone on the network path may have inserted them.
    StartTlsInjection(String),
    /// There is no access token to log in with.
    AccessToken(TokenError),
    /// The server does not offer AUTH.
    AuthNotOffered,
    /// The server offers AUTH, but no mechanism that can be used.
    AuthMechanisms(Vec<String>),
    /// The connection to this address is not encrypted, so no password was sent.
    AuthUnencrypted(SocketAddr),
    /// The message exceeds the size limit of the server.
    TooLarge {
        /// The size of the message in bytes.
        size: usize,
        /// The size limit in bytes.
        limit: u64,
    },
    /// An address contains characters outside ASCII, and the server does not offer SMTPUTF8.
    NeedsSmtpUtf8(String),
}

/// A protocol violation by the server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProtocolFault {
    /// A line that does not begin with three digits.
    NotAReply(String),
    /// A code outside 200 to 599.
    Code(String),
    /// The lines of one reply have different codes.
    MixedCodes(u16, u16),
    /// A line of more than this many bytes.
    LineTooLong(usize),
    /// A reply of more than this many bytes.
    ReplyTooLong(usize),
    /// A reply of more than this many lines.
    TooManyLines(usize),
    /// An unsolicited or misplaced reply: the conversation is out of sync.
    OutOfSync(String),
    /// An AUTH challenge that cannot be answered.
    Challenge(String),
}

/// The cause of a failed TLS handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsFault {
    /// The certificate has expired.
    Expired(Option<Box<CertificateFacts>>),
    /// The certificate is not valid yet, or this machine's clock is wrong.
    NotYetValid(Option<Box<CertificateFacts>>),
    /// The certificate is for other names.
    WrongName {
        /// The expected name.
        expected: String,
        /// The names in the certificate.
        presented: Vec<CertificateName>,
        /// The common name of the certificate, which does not count.
        common_name: Option<String>,
    },
    /// The certificate does not have the fingerprint in the settings.
    WrongFingerprint {
        /// The SHA-256 of the presented certificate.
        presented: String,
    },
    /// The certificate is self-signed and not trusted.
    SelfSigned(Option<Box<CertificateFacts>>),
    /// The certificate is signed by an authority that is not trusted.
    UnknownIssuer(Option<Box<CertificateFacts>>),
    /// The certificate can never be used.
    UnusableCertificate {
        /// The reason.
        defect: CertificateDefect,
    },
    /// The server requires a certificate from the client, which is not supported.
    ClientCertificateRequired,
    /// The server did not answer with TLS.
    NotTls,
    /// The server refused the handshake with this alert.
    Alert(String),
    /// The server supports no secure version or cipher of TLS.
    Incompatible(String),
    /// Any other error, with the text of the TLS library.
    Other(String),
}

impl Failure {
    pub(crate) fn new(step: Step, cause: Cause) -> Self {
        Self { step, cause, server: String::new(), hints: Vec::new() }
    }

    /// Returns the server's reply, if the cause is one.
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
            Self::Reply(reply) => write!(f, "the server replied \"{reply}\""),
            Self::TimedOut(limit) => write!(f, "no reply within {}", seconds(*limit)),
            Self::DeliveryTimedOut(limit) => {
                write!(f, "the delivery did not finish within {}", seconds(*limit))
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
                f.write_str("the server does not offer STARTTLS; nothing was sent unencrypted")
            }
            Self::StartTlsInjection(text) => {
                write!(
                    f,
                    "unencrypted bytes followed the server's STARTTLS reply (\"{text}\"); nothing was sent"
                )
            }
            Self::AccessToken(error) => write!(f, "{error}"),
            Self::AuthNotOffered => {
                f.write_str("the server does not offer AUTH, so logging in is not possible")
            }
            Self::AuthMechanisms(offered) if offered.is_empty() => {
                f.write_str("the server offers AUTH without any mechanism, so logging in is not possible")
            }
            Self::AuthMechanisms(offered) => {
                write!(f, "the server offers only mechanisms that cannot be used: {}", offered.join(" "))
            }
            Self::AuthUnencrypted(peer) => {
                write!(f, "the connection to {peer} is not encrypted, so the password was not sent")
            }
            Self::TooLarge { size, limit } => {
                write!(f, "the message has {size} bytes, and the server accepts at most {limit}")
            }
            Self::NeedsSmtpUtf8(address) => {
                write!(
                    f,
                    "the address {address} contains characters outside ASCII and the server does not offer SMTPUTF8"
                )
            }
        }
    }
}

impl fmt::Display for ProtocolFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAReply(line) => write!(f, "the server's reply is not SMTP: \"{line}\""),
            Self::Code(line) => write!(f, "the server sent an invalid reply code: \"{line}\""),
            Self::MixedCodes(first, other) => {
                write!(f, "the lines of one reply have different codes, {first} and {other}")
            }
            Self::LineTooLong(limit) => write!(f, "the server sent a line of more than {limit} bytes"),
            Self::ReplyTooLong(limit) => write!(f, "the server sent a reply of more than {limit} bytes"),
            Self::TooManyLines(limit) => write!(f, "the server sent a reply of more than {limit} lines"),
            Self::OutOfSync(text) => write!(f, "the server sent an unexpected reply: \"{text}\""),
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
            Self::WrongName { expected, presented, common_name } if presented.is_empty() => {
                write!(
                    f,
                    "the server's certificate is not for {expected}: it has no subject alternative name"
                )?;
                match common_name {
                    Some(name) => write!(f, ", and its common name \"{name}\" does not count"),
                    None => Ok(()),
                }
            }
            Self::WrongName { expected, presented, .. } => wrong_name(expected, presented, f),
            Self::UnusableCertificate { defect } => {
                write!(f, "the server's certificate cannot be used: {defect}")
            }
            Self::ClientCertificateRequired => {
                f.write_str("the server requires a client certificate, which is not supported")
            }
            Self::WrongFingerprint { presented } => {
                write!(f, "the server's certificate has another fingerprint: its SHA-256 is {presented}")
            }
            Self::SelfSigned(_) => f.write_str("the server's certificate is self-signed and not trusted"),
            Self::UnknownIssuer(facts) => {
                write!(f, "the server's certificate is from an unknown issuer{}", issuer(facts))
            }
            Self::NotTls => f.write_str("the server did not answer with TLS"),
            Self::Alert(text) => write!(f, "the server refused the handshake: {text}"),
            Self::Incompatible(text) | Self::Other(text) => write!(f, "the handshake failed: {text}"),
        }
    }
}

/// Names the kinds as well if the same text is of another kind in the certificate.
fn wrong_name(expected: &str, presented: &[CertificateName], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let ambiguous = presented.iter().any(|name| name.to_string().eq_ignore_ascii_case(expected));
    let names: Vec<String> = presented
        .iter()
        .map(|name| if ambiguous { format!("the {} {name}", name.kind()) } else { name.to_string() })
        .collect();
    let kind = match expected.parse::<IpAddr>() {
        Ok(_) if ambiguous => "the IP address ",
        Err(_) if ambiguous => "the DNS name ",
        _ => "",
    };
    write!(f, "the server's certificate is not for {kind}{expected} but for {}", names.join(", "))
}

fn seconds(duration: Duration) -> String {
    format!("{} s", (duration.as_millis() as f64 / 1000.0))
}
