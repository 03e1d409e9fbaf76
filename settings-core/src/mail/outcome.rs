//! What became of a mail.

use std::{fmt, time::Duration};

use super::{
    address::Address,
    failure::{Cause, Failure, Step},
    reply::Reply,
};

/// What became of a mail. Nothing here is a silent success.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// The server has taken the responsibility for the mail, for at least one recipient.
    Delivered {
        /// The answer to the final dot, whole.
        reply: Reply,
        /// The name under which the server queued the mail, where its answer has a known form.
        queue_id: Option<String>,
        /// Every recipient with the server's answer to it.
        recipients: Vec<Recipient>,
    },
    /// Not delivered now; the same mail may be delivered later.
    Deferred {
        /// What stood in the way.
        failure: Failure,
        /// How long to wait before the next attempt.
        retry_after: Duration,
        /// The recipients that the server answered.
        recipients: Vec<Recipient>,
    },
    /// The server refused for good (5xx).
    Refused {
        /// The step and the server's words.
        failure: Failure,
        /// The recipients that the server answered.
        recipients: Vec<Recipient>,
    },
    /// The message went out whole, but no answer to its final dot came: it may have been delivered.
    Unknown {
        /// What came instead of the answer.
        failure: Failure,
        /// The recipients, all accepted before the message was sent.
        recipients: Vec<Recipient>,
    },
    /// Nothing was handed over, and trying again changes nothing until the cause is mended.
    NotAttempted {
        /// Why.
        failure: Failure,
    },
}

/// One recipient and the server's answer to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The address as it was given to the server.
    pub address: Address,
    /// What the server said to it.
    pub state: RecipientState,
}

/// What a server said to one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecipientState {
    /// It takes mail for this recipient.
    Accepted(Reply),
    /// Not now (4xx).
    Deferred(Reply),
    /// Never (5xx).
    Refused(Reply),
}

/// How long to wait where the server names no time.
const RETRY_AFTER: Duration = Duration::from_secs(60);
/// The longest wait that a server can ask for.
const RETRY_LIMIT: Duration = Duration::from_secs(4 * 3600);

impl Outcome {
    /// Whether the server took the mail for every recipient.
    pub fn is_delivered_to_all(&self) -> bool {
        match self {
            Self::Delivered { recipients, .. } => {
                recipients.iter().all(|one| matches!(one.state, RecipientState::Accepted(_)))
            }
            _ => false,
        }
    }

    /// The failure, unless the mail was delivered.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Delivered { .. } => None,
            Self::Deferred { failure, .. }
            | Self::Refused { failure, .. }
            | Self::Unknown { failure, .. }
            | Self::NotAttempted { failure } => Some(failure),
        }
    }

    /// The recipients that the server answered.
    pub fn recipients(&self) -> &[Recipient] {
        match self {
            Self::Delivered { recipients, .. }
            | Self::Deferred { recipients, .. }
            | Self::Refused { recipients, .. }
            | Self::Unknown { recipients, .. } => recipients,
            Self::NotAttempted { .. } => &[],
        }
    }

    /// The outcome's name: `delivered`, `deferred`, `refused`, `unknown`, `not attempted`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Delivered { .. } => "delivered",
            Self::Deferred { .. } => "deferred",
            Self::Refused { .. } => "refused",
            Self::Unknown { .. } => "unknown",
            Self::NotAttempted { .. } => "not attempted",
        }
    }

    /// The outcome that a failure before the final dot leads to.
    pub(crate) fn of_failure(failure: Failure, recipients: Vec<Recipient>) -> Self {
        if failure.step == Step::Dot && !matches!(failure.cause, Cause::Reply(_)) {
            return Self::Unknown { failure, recipients };
        }
        match &failure.cause {
            Cause::Reply(reply) if reply.is_permanent() => Self::Refused { failure, recipients },
            Cause::Reply(reply) => {
                let retry_after = asked_wait(reply).unwrap_or(RETRY_AFTER);
                Self::Deferred { retry_after, failure, recipients }
            }
            Cause::TimedOut(_)
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
                write!(f, "delivered: the server answered \"{reply}\"")?;
            }
            Self::Deferred { failure, retry_after, .. } => {
                write!(f, "deferred: {failure}; worth another try in {} s", retry_after.as_secs())?;
            }
            Self::Refused { failure, .. } => write!(f, "refused: {failure}")?,
            Self::Unknown { failure, .. } => {
                write!(f, "unknown: the message was sent, but the server did not confirm it: {failure}")?;
            }
            Self::NotAttempted { failure } => write!(f, "not attempted: {failure}")?,
        }
        for Recipient { address, state } in self.recipients() {
            match state {
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

/// The wait that a server asks for in words: "try again in 5 minutes", "retry in 300 seconds".
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
    fn waits_are_read_from_the_servers_words() {
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
    fn only_a_lost_answer_to_the_dot_is_unknown() {
        let at = |step, cause| Outcome::of_failure(Failure::new(step, cause), Vec::new()).name();
        assert_eq!(at(Step::Dot, Cause::Closed), "unknown");
        assert_eq!(at(Step::Body, Cause::Closed), "deferred");
        assert_eq!(at(Step::Dot, Cause::Reply(Reply::new(554, vec![]))), "refused");
        assert_eq!(at(Step::Dot, Cause::Reply(Reply::new(451, vec![]))), "deferred");
        assert_eq!(at(Step::StartTls, Cause::StartTlsNotOffered), "not attempted");
    }
}
