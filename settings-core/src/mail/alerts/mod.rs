//! Security alerts: a signed feed that is checked on a schedule and mailed to every administrator once.
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
//! | member | description |
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
//! - Only alerts that are signed by one of the given keys are trusted, even if the server or the network is compromised.
//! - The request is a plain GET without information about the installation: versions are compared locally.
//! - An alert counts as delivered to an administrator when the mail server has accepted the mail, not before. Until then
//!   the outbox tries, and checks retry mails that were given up, with the current sender.
//! - If `EmailSettings.EnableSecurityFixAlert` is false, the feed is not requested.

mod affected;
mod check;
mod context;
mod feed;
mod fetch;
mod notice;
mod plain_text;

pub use self::check::{AlertError, AlertFinding, AlertNotice, AlertReport, AlertWatch, NoticeState};
pub use self::context::AlertContext;
pub use self::feed::{Alert, AlertSeverity, FeedError, PublicKey, PublicKeyError, RejectedAlert};
pub use self::fetch::FetchError;

#[cfg(test)]
mod tests;
