//! Refusals for reasons of the server itself.

use super::{Complaint, Words};
use crate::mail::failure::Step;

pub(super) fn server(step: Step, words: &Words) -> Option<Complaint> {
    if words.has(&[
        "greylist",
        "graylist",
        "grey-list",
        "gray-list",
        "grey list",
        "postgrey",
        "first time sender",
    ]) {
        return Some(Complaint::Greylisting);
    }
    if words.has(&[
        "insufficient system storage",
        "insufficient disk",
        "disk full",
        "no space",
        "out of disk",
        "queue file",
    ]) || words.status(&["3.1"])
    {
        return Some(Complaint::ServerStorage);
    }
    if step == Step::RcptTo
        && matches!(words.code, 450 | 451)
        && (words.status(&["7.1", "7.0", "2.0"]) || words.has(&["try again", "later", "retry"]))
    {
        return Some(Complaint::Greylisting);
    }
    if (500..600).contains(&words.code)
        && words.has(&[
            "access denied",
            "client host rejected",
            "connection refused",
            "not allowed to connect",
            "connection rejected",
            "connection denied",
            "not welcome",
            "no smtp service",
            "administrative prohibition",
            "administratively denied",
            "access not allowed",
            "not permitted",
            "access rejected",
        ])
        || step == Step::Greeting && (500..600).contains(&words.code)
    {
        return Some(Complaint::ClientNotAllowed);
    }
    (400..500).contains(&words.code).then_some(Complaint::Busy)
}
