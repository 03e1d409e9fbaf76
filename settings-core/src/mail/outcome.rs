//! The outcome of sending a mail.

use std::fmt;
use std::time::Duration;

use super::address::Address;
use super::failure::{Cause, Failure, ProtocolFault, Step};
use super::reply::Reply;
use super::token::TokenError;

/// The outcome of sending a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub enum Outcome {
    /// The server has accepted the mail for at least one recipient.
    Delivered {
        /// The complete reply to the final dot.
        reply: Reply,
        /// The server's queue id, if its reply has a known form.
        queue_id: Option<String>,
        /// All recipients with the server's replies.
        recipients: Vec<Recipient>,
    },
    /// The mail was not delivered now, but it may be delivered later.
    Deferred {
        /// The failure.
        failure: Failure,
        /// The time to wait before the next attempt.
        retry_after: Duration,
        /// The recipients that the server has replied to.
        recipients: Vec<Recipient>,
    },
    /// The server refused permanently (5xx).
    Refused {
        /// The failure.
        failure: Failure,
        /// The recipients that the server has replied to.
        recipients: Vec<Recipient>,
    },
    /// The complete message was sent, but the server did not reply to its final dot: it may have been delivered.
    Unknown {
        /// The failure.
        failure: Failure,
        /// The recipients, all accepted before the message was sent.
        recipients: Vec<Recipient>,
    },
    /// Nothing was sent, and another attempt is pointless until the cause is fixed.
    NotAttempted {
        /// The failure.
        failure: Failure,
    },
}

/// One recipient and the server's reply.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recipient {
    /// The address.
    pub address: Address,
    /// The server's reply.
    pub state: RecipientState,
}

/// The server's reply to one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecipientState {
    /// Accepted (2xx).
    Accepted(Reply),
    /// Refused temporarily (4xx).
    Deferred(Reply),
    /// Refused permanently (5xx).
    Refused(Reply),
}

/// The wait if the server does not ask for a specific time.
const RETRY_AFTER: Duration = Duration::from_secs(60);
/// The maximum wait that a server can ask for.
const RETRY_LIMIT: Duration = Duration::from_secs(4 * 60 * 60);

impl Outcome {
    /// Returns true if the server accepted the mail for every recipient.
    pub fn is_delivered_to_all(&self) -> bool {
        match self {
            Self::Delivered { recipients, .. } => {
                recipients.iter().all(|one| matches!(one.state, RecipientState::Accepted(_)))
            }
            _ => false,
        }
    }

    /// Returns the failure, unless the mail was delivered.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Delivered { .. } => None,
            Self::Deferred { failure, .. }
            | Self::Refused { failure, .. }
            | Self::Unknown { failure, .. }
            | Self::NotAttempted { failure } => Some(failure),
        }
    }

    /// Returns the recipients that the server has replied to.
    pub fn recipients(&self) -> &[Recipient] {
        match self {
            Self::Delivered { recipients, .. }
            | Self::Deferred { recipients, .. }
            | Self::Refused { recipients, .. }
            | Self::Unknown { recipients, .. } => recipients,
            Self::NotAttempted { .. } => &[],
        }
    }

    /// Returns the name of the outcome: `delivered`, `deferred`, `refused`, `unknown`, `not attempted`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Delivered { .. } => "delivered",
            Self::Deferred { .. } => "deferred",
            Self::Refused { .. } => "refused",
            Self::Unknown { .. } => "unknown",
            Self::NotAttempted { .. } => "not attempted",
        }
    }

    /// Returns true for a failure after which the same mail may be delivered later.
    pub(crate) fn is_temporary(failure: &Failure) -> bool {
        matches!(Self::from_failure(failure.clone(), Vec::new()), Self::Deferred { .. })
    }

    /// Converts a failure. Only a missing reply to the final dot makes the outcome unknown.
    pub(crate) fn from_failure(failure: Failure, recipients: Vec<Recipient>) -> Self {
        if failure.step == Step::Dot && !matches!(failure.cause, Cause::Reply(_)) {
            return Self::Unknown { failure, recipients };
        }
        match &failure.cause {
            Cause::Reply(reply) if reply.is_permanent() => Self::Refused { failure, recipients },
            Cause::Reply(reply) => {
                let retry_after = asked_wait(reply).unwrap_or(RETRY_AFTER);
                Self::Deferred { retry_after, failure, recipients }
            }
            // The same login is not answered later either.
            Cause::Protocol(ProtocolFault::Challenge(_)) => Self::NotAttempted { failure },
            Cause::AccessToken(TokenError::Unavailable(_))
            | Cause::TimedOut(_)
            | Cause::DeliveryTimedOut(_)
            | Cause::Closed
            | Cause::Io { .. }
            | Cause::NameNotFound(_)
            | Cause::Unreachable(_)
            | Cause::Protocol(_) => Self::Deferred { failure, retry_after: RETRY_AFTER, recipients },
            Cause::Settings(_)
            | Cause::Message(_)
            | Cause::Tls(_)
            | Cause::StartTlsNotOffered
            | Cause::StartTlsInjection(_)
            | Cause::AccessToken(_)
            | Cause::AuthNotOffered
            | Cause::AuthMechanisms(_)
            | Cause::AuthUnencrypted(_)
            | Cause::TooLarge { .. }
            | Cause::NeedsSmtpUtf8(_) => Self::NotAttempted { failure },
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delivered { reply, .. } => {
                write!(f, "delivered: the server replied \"{reply}\"")?;
            }
            Self::Deferred { failure, retry_after, .. } => {
                write!(f, "deferred: {failure}; try again in {} s", retry_after.as_secs())?;
            }
            Self::Refused { failure, .. } => write!(f, "refused: {failure}")?,
            Self::Unknown { failure, .. } => {
                write!(f, "unknown: the message was sent, but the server did not confirm it: {failure}")?;
            }
            Self::NotAttempted { failure } => write!(f, "not attempted: {failure}")?,
        }
        // The reply to a single recipient is the reply of the failure.
        let is_repeated = |state: &RecipientState| match state {
            RecipientState::Accepted(_) => false,
            RecipientState::Deferred(reply) | RecipientState::Refused(reply) => {
                self.recipients().len() == 1
                    && self.failure().and_then(|failure| failure.reply()) == Some(reply)
            }
        };
        for Recipient { address, state } in self.recipients() {
            match state {
                state if is_repeated(state) => {}
                RecipientState::Accepted(_) => {}
                RecipientState::Deferred(reply) => write!(f, "\n  {address} deferred: {reply}")?,
                RecipientState::Refused(reply) => write!(f, "\n  {address} refused: {reply}")?,
            }
        }
        for hint in self.failure().into_iter().flat_map(|failure| &failure.hints) {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

/// Reads the wait that a server asks for: "try again in 5 minutes", "retry in 300 seconds".
pub(crate) fn asked_wait(reply: &Reply) -> Option<Duration> {
    let text = reply.lines().join(" ").to_ascii_lowercase();
    let words: Vec<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(3).find_map(|window| {
        let [before, number, unit] = window else { return None };
        let factor = match *unit {
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 3600,
            _ => return None,
        };
        let count = number.parse::<u64>().ok().filter(|_| matches!(*before, "in" | "after" | "for"))?;
        Some(Duration::from_secs(count.saturating_mul(factor)).clamp(Duration::from_secs(1), RETRY_LIMIT))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn requested_waits_are_parsed() {
        for (text, wait) in [
            ("4.7.1 greylisted, try again in 300 seconds", Some(300)),
            ("4.2.0 Greylisted, please try again after 5 minutes", Some(300)),
            ("4.7.0 try again in 99999999999999999 hours", Some(4 * 3600)),
            ("4.3.0 disk full", None),
        ] {
            let reply = Reply::new(450, vec![text.into()]);
            assert_eq!(asked_wait(&reply).map(|wait| wait.as_secs()), wait, "{text}");
        }
    }

    #[test]
    fn only_a_missing_reply_to_the_dot_is_unknown() {
        let at = |step, cause| Outcome::from_failure(Failure::new(step, cause), Vec::new()).name();
        assert_eq!(at(Step::Dot, Cause::Closed), "unknown");
        assert_eq!(at(Step::Body, Cause::Closed), "deferred");
        assert_eq!(at(Step::Dot, Cause::Reply(Reply::new(554, vec![]))), "refused");
        assert_eq!(at(Step::Dot, Cause::Reply(Reply::new(451, vec![]))), "deferred");
        assert_eq!(at(Step::StartTls, Cause::StartTlsNotOffered), "not attempted");
    }
}
