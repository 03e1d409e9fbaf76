//! Limits of the server or the account.

use super::{Complaint, Words};
use crate::mail::failure::Step;

pub(super) fn limits(step: Step, words: &Words) -> Option<Complaint> {
    let per_day = words.has(&["day", "24 hours", "daily", "hour"]);
    let recipients = words.has(&[
        "too many recipients",
        "too many rcpts",
        "recipients reached",
        "recipient limit",
        "recipients limit",
        "max recipients",
        "maximum recipients",
        "maximum number of recipients",
        "recipients per",
        "number of recipients",
        "recipient count",
        "exceeded the recipient",
    ]) || words.has_both(&["limit", "maximum", "too many"], &["recipients"])
        || words.status(&["5.3"]) && words.has(&["recipient", "rcpt"]);
    if recipients && !per_day {
        return Some(Complaint::RecipientLimit);
    }
    let full = words.has(&[
        "mailbox full",
        "mailbox is full",
        "full mailbox",
        "over quota",
        "overquota",
        "mailbox quota",
        "quota exceeded (mailbox",
        "mailbox for user is full",
        "out of storage",
        "inbox is full",
        "mailbox size limit",
        "user is over",
        "storage allocation",
        "disk quota",
    ]);
    let of_sender = step == Step::MailFrom || words.has(&["sending", "daily", "message quota"]);
    if (full || words.status(&["2.2"])) && !of_sender {
        return Some(Complaint::MailboxFull);
    }
    if words.has(&[
        "too many connections",
        "too many concurrent",
        "concurrent connection",
        "concurrent smtp",
        "connection limit",
        "connections limit",
        "number of concurrent connections",
        "maximum number of connections",
        "connection rate",
        "connection count",
        "simultaneous",
        "too many sessions",
        "connections from your",
        "connections exceeded",
        "open connections",
        "too many smtp",
    ]) || words.code == 432
    {
        return Some(Complaint::ConnectionLimit);
    }
    let quota = words.has(&[
        "daily",
        "per day",
        "24 hours",
        "24-hour",
        "monthly",
        "sending quota",
        "message quota",
        "quota exceeded",
        "exceeded your quota",
        "sending limit",
        "exceeded your email",
        "maximum credits",
        "out of credit",
        "not enough credit",
        "insufficient credit",
        "plan limit",
        "your plan",
        "trial",
        "sending credits",
        "limit for your account",
        "messages limit",
        "exceeded the limit of messages",
        "relay quota",
    ]);
    if quota && !words.has(&["verif"]) || words.status(&["4.5"]) && words.has(&["limit"]) {
        return Some(Complaint::SendingQuota);
    }
    if words.has(&[
        "throttl",
        "rate limit",
        "rate-limit",
        "ratelimit",
        "rate exceeded",
        "sending rate",
        "message rate",
        "unusual rate",
        "too fast",
        "too quickly",
        "too many messages",
        "too many emails",
        "too many mails",
        "too much mail",
        "slow down",
        "per minute",
        "per second",
        "per hour",
        "exceeded the rate",
        "submission rate",
        "high volume",
        "message limit",
        "messages per",
        "rate of",
    ]) || words.status(&["7.28"])
    {
        return Some(Complaint::RateLimit);
    }
    let size = words.has(&[
        "message size",
        "message too large",
        "message is too large",
        "message too big",
        "message is too big",
        "exceeds size",
        "size exceeds",
        "size limit",
        "maximum size",
        "maximum message",
        "max message",
        "fixed limit",
        "larger than",
        "too large",
    ]);
    if size || words.status(&["3.4", "2.3"]) || words.code == 552 && step == Step::MailFrom {
        return Some(Complaint::MessageTooLarge);
    }
    None
}
