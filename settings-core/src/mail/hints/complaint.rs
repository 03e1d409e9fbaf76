//! Classifies the refusals of mail servers by their codes and words.
//!
//! Servers use the same code for very different reasons, and the words of providers change. So a refusal is recognized by
//! the words that its kind has in common, not by the full text of one provider.

mod content;
mod limits;
mod login;
mod machine;
mod recipient;
mod relaying;
mod sender;
mod server;

use crate::mail::failure::Step;
use crate::mail::reply::Reply;

/// The kind of a refusal: the thing that has to change before the same mail is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Complaint {
    // Logging in.
    EncryptionRequired,
    TlsVersionTooOld,
    AppPasswordRequired,
    WebLoginRequired,
    PasswordLoginDisabled,
    SmtpAccessDisabled,
    TokenRefused,
    TooManyLogins,
    AccountDisabled,
    BadCredentials,
    LoginUnavailable,
    MechanismNotSupported,
    LoginRequired,
    RelayIpNotRegistered,
    RelayDenied,
    // The sender.
    SenderNotVerified,
    SandboxDomain,
    SenderNotAllowed,
    SenderDomainInvalid,
    SenderBlocked,
    Spf,
    Dmarc,
    // This machine.
    HeloName,
    ReverseDns,
    BlockList,
    ClientNotAllowed,
    // Limits.
    RecipientLimit,
    SendingQuota,
    RateLimit,
    ConnectionLimit,
    MessageTooLarge,
    // The recipient.
    RecipientUnknown,
    RecipientDomainUnknown,
    RecipientDisabled,
    MailboxFull,
    // The message.
    AttachmentRejected,
    SpamContent,
    MalformedMessage,
    // The server.
    Greylisting,
    ServerStorage,
    Busy,
    TlsUnavailable,
}

/// The words of a reply, prepared for matching.
struct Words {
    text: String,
    code: u16,
    enhanced: Option<String>,
}

impl Words {
    fn new(reply: &Reply) -> Self {
        let text = reply.lines().join(" ").to_lowercase();
        // The parts of a long reply repeat the enhanced code, sometimes in the middle of a sentence.
        let text = match reply.enhanced() {
            Some(code) => text.replace(&format!("{code} "), ""),
            None => text,
        };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { text, code: reply.code(), enhanced: reply.enhanced().map(|code| code.to_string()) }
    }

    fn has(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.text.contains(word))
    }

    /// Returns true if the text contains one of `a` and one of `b`.
    fn has_both(&self, a: &[&str], b: &[&str]) -> bool {
        self.has(a) && self.has(b)
    }

    /// Returns true if one of these is a word of the text, and not just a part of one.
    fn has_word(&self, words: &[&str]) -> bool {
        self.text.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word))
    }

    /// Compares the last two parts of the enhanced code, `7.1` for example, for both classes.
    fn status(&self, wanted: &[&str]) -> bool {
        let detail = self.enhanced.as_deref().and_then(|code| code.split_once('.')).map(|(_, detail)| detail);
        detail.is_some_and(|detail| wanted.contains(&detail))
    }
}

impl Complaint {
    /// Returns the kind of a refusal, if its words or codes are specific enough.
    pub(crate) fn from_reply(step: Step, reply: &Reply) -> Option<Self> {
        let words = Words::new(reply);
        if step == Step::Auth {
            return login::login(&words);
        }
        if step == Step::StartTls {
            return Some(Self::TlsUnavailable);
        }
        let complaint = login::encryption(&words)
            .or_else(|| machine::machine(&words))
            .or_else(|| limits::limits(step, &words))
            .or_else(|| sender::sender(step, &words))
            .or_else(|| relaying::relaying(&words))
            .or_else(|| recipient::recipient(step, &words))
            .or_else(|| content::content(step, &words))
            .or_else(|| server::server(step, &words));
        match complaint {
            // Before a message is sent, only the machine that connects can be suspected of spam.
            Some(Self::SpamContent) if step <= Step::Hello => Some(Self::BlockList),
            complaint => complaint,
        }
    }
}
