//! Refusals of the sender.

use super::{Complaint, Words};
use crate::mail::failure::Step;

pub(super) fn sender(step: Step, words: &Words) -> Option<Complaint> {
    if words.has(&[
        "sandbox",
        "testing emails to your own",
        "test purposes only",
        "test mode",
        "authorized recipients",
    ]) {
        return Some(Complaint::SandboxDomain);
    }
    if words.has(&[
        "bad outbound sender",
        "outbound spam",
        "spam abuse detected",
        "tenant has exceeded",
        "sending has been blocked",
        "blocked for sending",
        "suspended for sending",
        "account is suspended",
        "account has been suspended",
        "account suspended",
        "account is blocked",
        "account has been blocked",
        "account is disabled",
        "account disabled",
        "account is not active",
        "account has been disabled",
        "sending paused",
        "unusual sending activity",
        "unusual activity",
        "suspicious activity",
        "account is under review",
    ]) || words.status(&["7.501", "7.502", "7.503", "7.705", "7.708", "7.750"])
    {
        return Some(Complaint::SenderBlocked);
    }
    let verified = words.has(&[
        "not verified",
        "unverified",
        "verified sender",
        "sender identity",
        "sender signature",
        "verify your",
        "verify the",
        "verified domain",
        "not a verified",
        "domain is not verified",
        "not yet verified",
        "not been verified",
        "not registered",
        "not a registered",
        "not confirmed",
        "not validated",
        "yet validated",
        "validate your",
        "unvalidated",
        "not activated",
        "not yet activated",
        "activate your",
        "sender is not valid",
        "domain is not configured",
        "not configured for",
        "domain not configured",
        "domain is not allowed",
        "domain is not authorized",
        "unconfigured sending domain",
        "approved sender",
    ]);
    if verified && !words.has(&["relay"]) {
        return Some(Complaint::SenderNotVerified);
    }
    if words.has(&[
        "sender verify failed",
        "domain of sender",
        "sender domain",
        "sender's domain",
        "sender address domain",
        "domain must exist",
        "domain must resolve",
        "must resolve",
        "domain does not exist",
        "domain name required",
        "domain of the sender",
        "fake sender",
    ]) || words.has_both(
        &["sender"],
        &[
            "domain not found",
            "unrouteable",
            "unroutable",
            "does not resolve",
            "no mx",
            "null mx",
            "not resolvable",
        ],
    ) || step == Step::MailFrom
        && words.has(&[
            "domain not found",
            "unrouteable",
            "unroutable",
            "domain does not",
            "unresolvable",
            "no mx",
            "null mx",
            "non-existent domain",
        ])
        || words.status(&["1.8", "1.7"]) && words.has(&["domain"])
    {
        return Some(Complaint::SenderDomainInvalid);
    }
    if words.has(&[
        "sendasdenied",
        "send as",
        "send-as",
        "on behalf",
        "not owned by",
        "sender address rejected",
        "sender rejected",
        "sender denied",
        "sender not allowed",
        "sender is not allowed",
        "sender not permitted",
        "sender is not authorized",
        "sender not authorized",
        "sender address not allowed",
        "sender address is not allowed",
        "sender address must match",
        "not allowed to send",
        "not permitted to send",
        "not authorized to send",
        "not authorised to send",
        "not allowed to use",
        "relaying disallowed as",
        "must be same as",
        "must be the same as",
        "must equal",
        "must match",
        "does not match auth",
        "doesn't match auth",
        "does not match your",
        "does not match the auth",
        "does not match a ",
        "does not belong to",
        "must belong to",
        "not belong to",
        "invalid sender",
        "sender not valid",
        "sender invalid",
        "sender is invalid",
        "sender address is invalid",
        "sender address invalid",
        "sender address is not valid",
        "conform with auth",
        "invalid from",
        "from address",
        "from header",
        "mail from address",
        "envelope sender",
        "spoof",
        "permissions to send",
        "identity",
    ]) || words.status(&["7.60", "2.252"])
        || step == Step::MailFrom && words.status(&["1.0", "1.7", "1.8"])
    {
        return Some(Complaint::SenderNotAllowed);
    }
    None
}
