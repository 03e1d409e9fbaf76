//! Derives the new state of a mail, its recipients and the queue from the outcome of an attempt.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use crate::mail::address::Address;
use crate::mail::failure::{Cause, Failure, Step};
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

pub(super) fn judge(outcome: &Outcome, due: &DueMail, now: SystemTime) -> Verdict {
    let health = health(outcome, now);
    let settlement = match health {
        Health::Misconfigured { .. } => None,
        Health::Fine | Health::Failing { .. } => Some(settlement(outcome, due, now)),
    };
    Verdict { settlement, health }
}

fn settlement(outcome: &Outcome, due: &DueMail, now: SystemTime) -> Settlement {
    let attempts = due.attempts.saturating_add(1);
    let wait = wait_after(attempts, due.object.message_id().as_str()).max(asked(outcome));
    let next = now.checked_add(wait).unwrap_or(due.expires);
    let last = next >= due.expires;
    let rest = rest(outcome, due, last);
    let reply = reply_text(outcome);
    let mut marks: Vec<_> = outcome
        .recipients()
        .iter()
        .map(|recipient| {
            let (progress, text) = match &recipient.state {
                RecipientState::Refused(reply) => (Progress::Failed, reply.to_string()),
                RecipientState::Deferred(reply) if last => (Progress::Failed, given_up(&reply.to_string())),
                RecipientState::Deferred(reply) => (Progress::Pending, reply.to_string()),
                RecipientState::Accepted(_) => accepted(outcome, rest, &reply),
            };
            (recipient.address.clone(), progress, text)
        })
        .collect();
    let named: HashSet<Address> = marks.iter().map(|(address, ..)| address.clone()).collect();
    let text =
        if last && rest == Progress::Failed && is_transient(outcome) { given_up(&reply) } else { reply };
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
    Settlement { attempts, marks, pending, reply: text, queue_id }
}

/// Returns the progress of a recipient that the server accepted.
fn accepted(outcome: &Outcome, rest: Progress, reply: &str) -> (Progress, String) {
    match outcome {
        Outcome::Delivered { .. } => (Progress::Sent, reply.to_owned()),
        _ => (rest, reply.to_owned()),
    }
}

/// Returns the progress of a recipient for which the server sent no reply.
fn rest(outcome: &Outcome, due: &DueMail, last: bool) -> Progress {
    match outcome {
        Outcome::Delivered { .. } | Outcome::Deferred { .. } if last => Progress::Failed,
        Outcome::Delivered { .. } | Outcome::Deferred { .. } => Progress::Pending,
        Outcome::Refused { .. } | Outcome::NotAttempted { .. } => Progress::Failed,
        Outcome::Unknown { .. } if due.may_resend && !last => Progress::Pending,
        Outcome::Unknown { .. } => Progress::Unknown,
    }
}

fn is_transient(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Delivered { .. } | Outcome::Deferred { .. })
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

/// Returns the condition of the server, apart from this mail.
fn health(outcome: &Outcome, now: SystemTime) -> Health {
    let Some(failure) = outcome.failure() else { return Health::Fine };
    let failing = |name_not_found| Health::Failing {
        why: failure.to_string(),
        not_before: now.checked_add(asked(outcome)).unwrap_or(now),
        name_not_found,
    };
    match &failure.cause {
        Cause::Message(_) | Cause::TooLarge { .. } | Cause::NeedsSmtpUtf8(_) => Health::Fine,
        Cause::NameNotFound(_) => failing(true),
        Cause::TimedOut(_)
        | Cause::DeliveryTimedOut(_)
        | Cause::Closed
        | Cause::Io { .. }
        | Cause::Unreachable(_)
        | Cause::AccessToken(TokenError::Unavailable(_))
        | Cause::Protocol(_) => failing(false),
        Cause::Reply(reply) if asks_for_login(reply, failure.step) => misconfigured(failure),
        Cause::Reply(reply) if failure.step < Step::MailFrom && reply.is_permanent() => {
            misconfigured(failure)
        }
        Cause::Reply(reply) if failure.step < Step::MailFrom || is_of_the_server(reply) => failing(false),
        Cause::Reply(_) => Health::Fine,
        Cause::Settings(_)
        | Cause::AccessToken(_)
        | Cause::Tls(_)
        | Cause::StartTlsNotOffered
        | Cause::StartTlsInjection(_)
        | Cause::AuthNotOffered
        | Cause::AuthMechanisms(_)
        | Cause::AuthUnencrypted(_) => misconfigured(failure),
    }
}

fn misconfigured(failure: &Failure) -> Health {
    Health::Misconfigured { why: failure.to_string() }
}

/// Returns true if the login or the encryption is missing or wrong (RFC 4954, 6; RFC 3207, 4).
fn asks_for_login(reply: &Reply, step: Step) -> bool {
    step < Step::Body && matches!(reply.code(), 530 | 534 | 535 | 538)
}

/// Returns true if the reply concerns the server rather than the mail: it is closing, or lacks resources (RFC 3463,
/// X.3.X).
fn is_of_the_server(reply: &Reply) -> bool {
    reply.code() == 421
        || reply.is_transient() && reply.enhanced().is_some_and(|code| (code.class, code.subject) == (4, 3))
}

#[cfg(test)]
mod tests;
