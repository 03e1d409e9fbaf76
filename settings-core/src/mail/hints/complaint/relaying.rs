//! Refusals to relay mail.

use super::{Complaint, Words};

pub(super) fn relaying(words: &Words) -> Option<Complaint> {
    if words.has(&[
        "invalid credentials for relay",
        "registered for relay",
        "isn't registered",
        "ip address you've registered",
    ]) {
        return Some(Complaint::RelayIpNotRegistered);
    }
    let relay = words.has(&[
        "relay",
        "rcpthosts",
        "non-local domain",
        "not local",
        "non-accepted domain",
        "not a local",
    ]);
    let login = words.has(&[
        "authentication required",
        "authentication is required",
        "authentication needed",
        "authentication is needed",
        "requires authentication",
        "require authentication",
        "must authenticate",
        "must be authenticated",
        "must first authenticate",
        "please authenticate",
        "need to authenticate",
        "needs to authenticate",
        "authenticate first",
        "authenticate before",
        "not authenticated",
        "unauthenticated",
        "auth required",
        "auth is required",
        "auth first",
        "smtp auth",
        "login required",
        "log in first",
        "login first",
        "must login",
        "must log in",
        "must be logged in",
        "not logged in",
        "without authentication",
        "authorization required",
        "authentication first",
        "anonymous",
    ]);
    if login || words.code == 530 || words.status(&["7.57"]) {
        return Some(Complaint::LoginRequired);
    }
    if relay || words.status(&["7.54"]) {
        return Some(Complaint::RelayDenied);
    }
    None
}
