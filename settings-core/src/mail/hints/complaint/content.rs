//! Refusals of the message.

use super::{Complaint, Words};
use crate::mail::failure::Step;

pub(super) fn content(step: Step, words: &Words) -> Option<Complaint> {
    let after_data = matches!(step, Step::Data | Step::Body | Step::Dot);
    if words.has_word(&["junk", "ube", "uce", "bulk"])
        || words.has(&[
            "spam",
            "phish",
            "unsolicited",
            "content rejected",
            "content filter",
            "content blocked",
            "message content",
            "rejected due to content",
            "rejected for policy",
            "policy reasons",
            "policy violation",
            "local policy",
        ])
    {
        return Some(Complaint::SpamContent);
    }
    if words.has(&[
        "virus",
        "malware",
        "attachment",
        "banned file",
        "executable",
        "infected",
        "security issue",
        "potentially dangerous",
        "file type",
        "zip ",
    ]) {
        return Some(Complaint::AttachmentRejected);
    }
    let malformed = words.has(&[
        "rfc 5322",
        "rfc5322",
        "rfc 2822",
        "rfc2822",
        "rfc 822",
        "header",
        "malformed",
        "line too long",
        "lines too long",
        "bare lf",
        "bare <lf>",
        "bare newline",
        "message-id",
        "syntax",
    ]);
    if after_data && (malformed || words.status(&["6.1", "6.2", "6.3", "6.7"])) {
        return Some(Complaint::MalformedMessage);
    }
    let refused =
        words.has(&["rejected", "refused", "denied", "blocked", "not accepted", "transaction failed"]);
    (after_data && (words.status(&["7.1", "7.0", "6.0"]) || words.code >= 500 && refused))
        .then_some(Complaint::SpamContent)
}
