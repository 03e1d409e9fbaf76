//! Security alerts: a signed feed, looked at on a schedule, and mailed to every administrator once.
//!
//! # The feed
//!
//! A JSON document over HTTPS, of at most 1 MiB:
//!
//! ```json
//! {
//!   "format": 1,
//!   "alerts": [
//!     {
//!       "id": "2026-0007",
//!       "severity": "high",
//!       "affected": [">=1.2.0, <1.4.3", ">=2.0.0, <2.1.1"],
//!       "title": "Sessions outlive a change of password",
//!       "text": "Upgrade to 1.4.3 or 2.1.1.\n\nUntil then, …",
//!       "signature": "base64 of 64 bytes"
//!     }
//!   ]
//! }
//! ```
//!
//! | member | what it is |
//! |---|---|
//! | `id` | 1 to 64 letters, digits, `.`, `_` or `-`; an alert is mailed once for each id |
//! | `severity` | `low`, `medium`, `high` or `critical` |
//! | `affected` | 1 to 50 ranges as Cargo writes them; a version is affected if it is in one of them. A pre-release is in a range if it lies between its bounds |
//! | `title` | one line, at most 200 characters |
//! | `text` | plain text, at most 20,000 characters |
//! | `signature` | Ed25519 (RFC 8032) in base64 |
//!
//! Other members are allowed, and signed with the rest. All members are strings or lists of strings.
//!
//! What is signed is the line `security-alert` and a line feed, followed by the alert without its signature in the
//! canonical form of RFC 8785: UTF-8, members sorted by name, no white space.
//!
//! # Guarantees
//!
//! - Nothing but an alert signed by one of the given keys is believed, whoever controls the server or the line.
//! - The request is a plain GET that says nothing of the installation: versions are compared here.
//! - An alert counts as delivered to an administrator when the mail server has taken the mail, not before. Until then
//!   the outbox tries, and each check takes up again what was given up, a few times.
//! - `EmailSettings.EnableSecurityFixAlert` switched off means that not even the feed is asked.

mod affected;
mod check;
mod feed;
mod fetch;
mod notice;
mod plain_text;
mod present;

pub use self::{
    check::{AlertError, AlertWatch, Finding, Notice, NoticeState, Report},
    feed::{Alert, FeedError, PublicKey, PublicKeyError, Rejected, Severity},
    fetch::FetchError,
    present::Present,
};

#[cfg(test)]
mod tests;
