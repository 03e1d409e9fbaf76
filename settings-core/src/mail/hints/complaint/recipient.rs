//! Refusals of the recipient.

use super::{Complaint, Words};
use crate::mail::failure::Step;

pub(super) fn recipient(step: Step, words: &Words) -> Option<Complaint> {
    if step != Step::RcptTo && !words.status(&["1.1", "1.10", "1.2"]) {
        return None;
    }
    if words.status(&["1.2"])
        || words.has(&[
            "domain not found",
            "recipient domain",
            "unrouteable",
            "unroutable",
            "no such domain",
            "unknown domain",
            "host not found",
            "domain does not",
            "no mx",
            "null mx",
            "nullmx",
            "null mx",
        ])
        || words.status(&["1.10"]) && words.has(&["domain", "mx"])
    {
        return Some(Complaint::RecipientDomainUnknown);
    }
    if words.has(&["disabled", "inactive", "suspended", "deactivated", "not active", "closed"])
        || words.status(&["2.1"]) && words.has(&["disabled", "not accepting", "inactive"])
    {
        return Some(Complaint::RecipientDisabled);
    }
    let unknown = words.has(&[
        "user unknown",
        "unknown user",
        "unknown recipient",
        "unknown local",
        "unknown mailbox",
        "unknown address",
        "no such user",
        "no such recipient",
        "no such mailbox",
        "no such address",
        "no such person",
        "no such local user",
        "no mailbox",
        "not a known user",
        "not our customer",
        "mailbox unavailable",
        "mailbox not found",
        "mailbox does not",
        "mailbox name not allowed",
        "invalid recipient",
        "invalid mailbox",
        "invalid address",
        "bad destination",
        "recipient not found",
        "recipient rejected",
        "recipient unknown",
        "user not found",
        "user doesn't",
        "user does not",
        "address does not",
        "address doesn't",
        "address unknown",
        "account that you tried to reach does not",
        "does not exist",
        "doesn't exist",
        "undeliverable",
        "not a valid mailbox",
        "not a valid user",
        "not a valid recipient",
        "no valid recipient",
        "recipient is not in",
        "not in my",
        "doesn't have a",
        "verification failed",
        "recipnotfound",
        "syntax",
    ]);
    (unknown || words.status(&["1.1", "1.0", "1.3", "1.6", "1.10"])).then_some(Complaint::RecipientUnknown)
}
