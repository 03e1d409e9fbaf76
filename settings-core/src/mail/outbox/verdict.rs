//! Derives the new state of a mail, its recipients and the queue from the outcome of an attempt.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use crate::mail::address::Address;
use crate::mail::failure::{Cause, Failure, ProtocolFault, Step};
use crate::mail::hints::Complaint;
use crate::mail::outbox::circuit::Health;
use crate::mail::outbox::entry::Progress;
use crate::mail::outbox::schedule::wait_after;
use crate::mail::outbox::store::{DueMail, Pending, Settlement};
use crate::mail::outcome::{Outcome, RecipientState, asked_wait};
use crate::mail::reply::Reply;
use crate::mail::token::TokenError;

/// The consequences of one attempt.
#[derive(Debug)]
pub(super) struct Verdict {
    /// The result to record, or `None` if the attempt did not concern the mail itself, so that it stays as it is.
    pub(super) settlement: Option<Settlement>,
    /// The condition of the server.
    pub(super) health: Health,
}

/// Judges an attempt. `is_configured_sender` is true if the mail has the sender of the settings, so that a refusal of the
/// sender concerns the settings.
pub(super) fn judge(
    outcome: &Outcome,
    due: &DueMail,
    is_configured_sender: bool,
    now: SystemTime,
) -> Verdict {
    let judge = Judge { outcome, due, is_configured_sender, now };
    let health = judge.health();
    let settlement = match health {
        Health::Misconfigured { .. } => None,
        Health::Fine | Health::Failing { .. } | Health::Suspect { .. } | Health::Untested => {
            Some(judge.settlement(&health))
        }
    };
    Verdict { settlement, health }
}

struct Judge<'a> {
    outcome: &'a Outcome,
    due: &'a DueMail,
    is_configured_sender: bool,
    now: SystemTime,
}

impl Judge<'_> {
    fn settlement(&self, health: &Health) -> Settlement {
        let Self { outcome, due, now, .. } = *self;
        let attempts = due.attempts.saturating_add(1);
        let wait = wait_after(attempts, due.object.message_id().as_str()).max(asked(outcome));
        let next = match health {
            // The queue as a whole waits, and the mail is due as soon as the server works.
            Health::Failing { .. } => now,
            _ => now.checked_add(wait).unwrap_or(due.expires),
        };
        let last = next >= due.expires;
        let rest = self.rest(last);
        let reply = reply_text(outcome);
        let mut marks: Vec<_> = outcome
            .recipients()
            .iter()
            .map(|recipient| {
                let (progress, text) = match &recipient.state {
                    RecipientState::Refused(reply) if self.is_final(Step::RcptTo, reply) => {
                        (Progress::Failed, reply.to_string())
                    }
                    RecipientState::Deferred(reply) | RecipientState::Refused(reply) if last => {
                        (Progress::Failed, given_up(&reply.to_string()))
                    }
                    RecipientState::Deferred(reply) | RecipientState::Refused(reply) => {
                        (Progress::Pending, reply.to_string())
                    }
                    RecipientState::Accepted(_) => accepted(outcome, rest, &reply),
                };
                (recipient.address.clone(), progress, text)
            })
            .collect();
        let named: HashSet<Address> = marks.iter().map(|(address, ..)| address.clone()).collect();
        let text =
            if last && rest == Progress::Failed && self.is_temporary() { given_up(&reply) } else { reply };
        let unnamed = due.object.recipients().iter().filter(|address| !named.contains(address));
        marks.extend(unnamed.map(|address| (address.clone(), rest, text.clone())));
        let pending = match outcome {
            Outcome::Unknown { .. } => Pending::Unknown(next),
            _ => Pending::Deferred(next),
        };
        let queue_id = match outcome {
            Outcome::Delivered { queue_id, .. } => queue_id.clone(),
            _ => None,
        };
        Settlement { marks, reply: text, queue_id, ..Settlement::new(attempts, pending) }
    }

    /// Returns the progress of a recipient for which the server sent no reply.
    fn rest(&self, last: bool) -> Progress {
        match self.outcome {
            Outcome::Unknown { .. } if self.due.may_resend && !last => Progress::Pending,
            Outcome::Unknown { .. } => Progress::Unknown,
            _ if self.is_temporary() && !last => Progress::Pending,
            _ => Progress::Failed,
        }
    }

    /// Returns true if the same mail may be accepted later.
    fn is_temporary(&self) -> bool {
        match self.outcome {
            Outcome::Delivered { .. } | Outcome::Deferred { .. } => true,
            Outcome::Refused { failure, .. } => {
                failure.reply().is_some_and(|reply| !self.is_final(failure.step, reply))
            }
            Outcome::Unknown { .. } | Outcome::NotAttempted { .. } => false,
        }
    }

    /// Returns true if a refusal is final: other settings would not help.
    fn is_final(&self, step: Step, reply: &Reply) -> bool {
        reply.is_permanent()
            && !self.concerns_settings(step, reply)
            && Complaint::from_reply(step, reply) != Some(Complaint::RelayDenied)
    }

    /// Returns true if a refusal within the transaction concerns the settings rather than the mail.
    fn concerns_settings(&self, step: Step, reply: &Reply) -> bool {
        if asks_for_login(reply, step) {
            return true;
        }
        match Complaint::from_reply(step, reply) {
            Some(
                Complaint::EncryptionRequired
                | Complaint::TlsVersionTooOld
                | Complaint::AppPasswordRequired
                | Complaint::WebLoginRequired
                | Complaint::PasswordLoginDisabled
                | Complaint::SmtpAccessDisabled
                | Complaint::TokenRefused
                | Complaint::AccountDisabled
                | Complaint::BadCredentials
                | Complaint::LoginRequired
                | Complaint::RelayIpNotRegistered
                | Complaint::HeloName,
            ) => true,
            Some(
                Complaint::SenderNotVerified
                | Complaint::SandboxDomain
                | Complaint::SenderNotAllowed
                | Complaint::SenderDomainInvalid,
            ) => self.is_configured_sender,
            Some(
                Complaint::MessageTooLarge
                | Complaint::SpamContent
                | Complaint::AttachmentRejected
                | Complaint::MalformedMessage,
            ) => false,
            // A sender that is refused by MAIL FROM is refused for every mail.
            _ => step == Step::MailFrom && self.is_configured_sender && reply.code() != 552,
        }
    }

    /// Returns the condition of the server, apart from this mail.
    fn health(&self) -> Health {
        let Some(failure) = self.outcome.failure() else { return Health::Fine };
        let why = || failure.to_string();
        let misconfigured = || Health::Misconfigured { why: why() };
        let not_before = self.now.checked_add(asked(self.outcome)).unwrap_or(self.now);
        let failing = || Health::Failing { why: why(), not_before };
        let suspect = |misconfigured| Health::Suspect { why: why(), not_before, misconfigured };
        let in_transaction = failure.step >= Step::MailFrom;
        match &failure.cause {
            Cause::Message(_) => Health::Untested,
            Cause::TooLarge { .. } | Cause::NeedsSmtpUtf8(_) => Health::Fine,
            Cause::Protocol(ProtocolFault::Challenge(_)) => misconfigured(),
            Cause::NameNotFound(_)
            | Cause::Unreachable(_)
            | Cause::AccessToken(TokenError::Unavailable(_)) => failing(),
            Cause::TimedOut(_)
            | Cause::DeliveryTimedOut(_)
            | Cause::Closed
            | Cause::Io { .. }
            | Cause::Protocol(_) => {
                if in_transaction {
                    suspect(false)
                } else {
                    failing()
                }
            }
            Cause::Reply(reply) if !in_transaction => {
                if reply.is_permanent() || asks_for_login(reply, failure.step) {
                    misconfigured()
                } else {
                    failing()
                }
            }
            Cause::Reply(reply) if reply.is_permanent() && self.concerns_settings(failure.step, reply) => {
                if failure.step == Step::MailFrom {
                    misconfigured()
                } else {
                    suspect(true)
                }
            }
            Cause::Reply(reply) if concerns_server(reply) => suspect(false),
            Cause::Reply(_) => Health::Fine,
            Cause::Settings(_)
            | Cause::Tls(_)
            | Cause::StartTlsNotOffered
            | Cause::StartTlsInjection(_)
            | Cause::AccessToken(_)
            | Cause::AuthNotOffered
            | Cause::AuthMechanisms(_)
            | Cause::AuthUnencrypted(_) => misconfigured(),
        }
    }
}

/// Returns the progress of a recipient that the server accepted.
fn accepted(outcome: &Outcome, rest: Progress, reply: &str) -> (Progress, String) {
    match outcome {
        Outcome::Delivered { .. } => (Progress::Sent, reply.to_owned()),
        _ => (rest, reply.to_owned()),
    }
}

fn reply_text(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Delivered { reply, .. } => reply.to_string(),
        _ => outcome.failure().map(Failure::to_string).unwrap_or_default(),
    }
}

fn given_up(reply: &str) -> String {
    format!("given up, the mail is too old; last result: {reply}")
}

/// Returns the longest wait that the server asked for.
fn asked(outcome: &Outcome) -> Duration {
    let whole = match outcome {
        Outcome::Deferred { retry_after, .. } => *retry_after,
        _ => Duration::ZERO,
    };
    let of_recipients = outcome.recipients().iter().filter_map(|recipient| match &recipient.state {
        RecipientState::Deferred(reply) => asked_wait(reply),
        RecipientState::Accepted(_) | RecipientState::Refused(_) => None,
    });
    of_recipients.fold(whole, Duration::max)
}

/// Returns true if the login or the encryption is missing or wrong (RFC 4954, 6; RFC 3207, 4).
fn asks_for_login(reply: &Reply, step: Step) -> bool {
    step < Step::Body && matches!(reply.code(), 530 | 534 | 535 | 538)
}

/// Returns true if the reply concerns the server rather than the mail: it is closing, or lacks resources (RFC 3463,
/// X.3.X).
fn concerns_server(reply: &Reply) -> bool {
    reply.code() == 421
        || reply.is_transient() && reply.enhanced().is_some_and(|code| (code.class, code.subject) == (4, 3))
}

#[cfg(test)]
mod tests;
