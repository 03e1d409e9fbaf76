//! The steps of a delivery.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// A step of a delivery, in the order of execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Preparing the settings: checking values, loading certificates.
    Settings,
    /// Building and checking the message.
    Message,
    /// Looking up the server's name.
    Resolve,
    /// Opening a TCP connection.
    Connect,
    /// The TLS handshake.
    Tls,
    /// The server's greeting.
    Greeting,
    /// EHLO, or HELO if the server does not know EHLO.
    Hello,
    /// STARTTLS.
    StartTls,
    /// Authentication.
    Auth,
    /// MAIL FROM.
    MailFrom,
    /// RCPT TO.
    RcptTo,
    /// DATA.
    Data,
    /// Sending the message and its final dot.
    Body,
    /// The server's reply to the final dot.
    Dot,
    /// QUIT; it never affects the outcome.
    Quit,
}

impl Step {
    /// All steps in their order.
    pub const ALL: [Self; 15] = [
        Self::Settings,
        Self::Message,
        Self::Resolve,
        Self::Connect,
        Self::Tls,
        Self::Greeting,
        Self::Hello,
        Self::StartTls,
        Self::Auth,
        Self::MailFrom,
        Self::RcptTo,
        Self::Data,
        Self::Body,
        Self::Dot,
        Self::Quit,
    ];

    /// Returns the name for people, for example `MAIL FROM`.
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

    /// Returns the name for programs, for example `mail-from`. [`FromStr`] parses it.
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

/// An unknown name of a [`Step`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseStepError(String);

impl fmt::Display for ParseStepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown step {:?} of a delivery", self.0)
    }
}

impl Error for ParseStepError {}

/// Parses the name for programs; see [`Step::id`].
impl FromStr for Step {
    type Err = ParseStepError;

    fn from_str(text: &str) -> Result<Self, ParseStepError> {
        let step = Self::ALL.into_iter().find(|step| step.id() == text);
        step.ok_or_else(|| ParseStepError(text.to_owned()))
    }
}
